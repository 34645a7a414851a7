"""Drawing: replies that differ, and a reason for each that was refused."""

from prefer_people import GOOD, Talker

from colloque.core import Opening, Turn
from colloque.prefer import PreferConfig
from colloque.prefer.draw import alike, draw_replies, word_list

OPENING = Opening(id="o-1", turns=(Turn(role="patient", text="Je dors mal."),))


def test_alike() -> None:
    a, b = word_list("Depuis quand dormez-vous mal ?"), word_list("depuis quand dormez vous mal")
    assert alike(a, b) == 1.0
    assert alike(a, word_list("Qui vous entoure ?")) < 0.3
    assert alike([], []) == 1.0


def test_different_replies_are_drawn_until_there_are_enough() -> None:
    [row] = draw_replies([OPENING], Talker(), PreferConfig(draws=4, extra=20), seed=1)
    texts = [candidate.text for candidate in row.candidates]
    assert len(texts) == len(set(texts)) == 4
    assert row.asked == len(texts) + row.same
    assert [candidate.draw for candidate in row.candidates] == sorted(candidate.draw for candidate in row.candidates)


def test_equal_and_nearly_equal_replies_are_refused_and_counted() -> None:
    near = Talker((GOOD[0], GOOD[0].upper(), GOOD[0].rstrip(" ?") + " !"))
    [row] = draw_replies([OPENING], near, PreferConfig(draws=3, extra=5), seed=1)
    assert len(row.candidates) == 1
    assert (row.asked, row.same) == (8, 7)


def test_cut_and_blank_replies_are_left_out() -> None:
    [cut] = draw_replies([OPENING], Talker(finish="length"), PreferConfig(draws=2, extra=1), seed=1)
    assert (cut.asked, cut.cut, len(cut.candidates)) == (3, 3, 0)
    [blank] = draw_replies([OPENING], Talker((" … ",)), PreferConfig(draws=2, extra=0), seed=1)
    assert (blank.asked, blank.blank) == (2, 2)


def test_what_other_openings_there_are_changes_no_draw() -> None:
    others = [OPENING.model_copy(update={"id": f"o-{i}"}) for i in range(2, 6)]
    config = PreferConfig(draws=3)
    alone = draw_replies([OPENING], Talker(), config, seed=1)[0]
    assert draw_replies([*others, OPENING], Talker(), config, seed=1)[-1] == alone
    assert draw_replies([OPENING], Talker(), config, seed=2)[0] != alone
