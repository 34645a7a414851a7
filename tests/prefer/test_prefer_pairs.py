"""Pairs: which is kept, how length is balanced, and that no pair is ever turned round by the way it is stored."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from prefer_people import BAD, GOOD, Fewer, First

from colloque.core import Candidate, Comparison, Message, Opening, Preference, Turn, Verdict
from colloque.prefer.pairs import (
    balance_lengths,
    best_against_worst,
    comparisons_of,
    control_of,
    judge_all,
    longer_share,
    preference_of,
    sides,
)
from colloque.prefer.records import Drawn, JudgedComparison

OPENING = Opening(id="o-1", turns=(Turn(role="patient", text="Je dors mal."),))


def _drawn(*texts: str) -> Drawn:
    return Drawn(opening=OPENING, candidates=tuple(Candidate(text=text, draw=i) for i, text in enumerate(texts)))


def _judged(row: Drawn, standing: dict[str, float]) -> list[JudgedComparison]:
    """Verdicts that follow a standing of the texts."""

    class ByStanding:
        name = "standing"

        def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
            gaps = [standing[c.a.text] - standing[c.b.text] for c in comparisons]
            return [
                Verdict(choice="a" if gap > 0 else "b" if gap < 0 else "tie", margin=abs(gap), judge=self.name)
                for gap in gaps
            ]

    return judge_all([row], ByStanding())


def test_every_two_replies_are_compared_once() -> None:
    found = comparisons_of(_drawn("un", "deux", "trois", "quatre"))
    assert len(found) == len({c.id for c in found}) == 6
    assert comparisons_of(_drawn("un")) == []


@given(st.lists(st.integers(0, 5), min_size=2, max_size=6))
def test_the_best_is_set_against_the_worst(points: list[int]) -> None:
    standing = {f"réponse {i}": float(point) for i, point in enumerate(points)}
    best = best_against_worst(_judged(_drawn(*standing), standing))
    if len(set(points)) == 1:
        assert best is None
        return
    assert best is not None
    better, worse = sides(best)
    assert standing[better.text] == max(points)
    assert standing[worse.text] == min(points)
    pair = preference_of(best)
    assert (pair.chosen[0].content, pair.rejected[0].content) == (better.text, worse.text)
    assert pair.prompt == (Message(role="user", content="Je dors mal."),)


def test_a_judge_of_seats_decides_nothing_and_is_seen() -> None:
    judged = judge_all([_drawn("un", "deux", "trois")], First())
    assert best_against_worst(judged) is None
    assert all(one.by_seat and one.seats == ("a", "a") for one in judged)


def test_a_sound_judge_survives_the_exchange_of_seats() -> None:
    [one] = judge_all([_drawn(BAD[0], GOOD[0])], Fewer())
    assert one.verdict.choice == "b"
    assert set(one.seats) == {"a", "b"}
    assert not one.by_seat


def _say(words: int) -> tuple[Message, ...]:
    return (Message(role="assistant", content=" ".join(["mot"] * words)),)


def _pair(number: int, chosen: int, rejected: int, margin: float = 1.0) -> Preference:
    return Preference(prompt=(), chosen=_say(chosen), rejected=_say(rejected), id=f"p-{number}", margin=margin)


def test_length_balance_takes_the_least_clear_pairs_of_the_heavy_side() -> None:
    pairs = [_pair(i, 9, 5, margin=i) for i in range(80)] + [_pair(100 + i, 5, 9) for i in range(40)]
    kept = balance_lengths(pairs, most=0.55, cost=0.5)
    assert longer_share(kept) <= 0.55
    assert longer_share(balance_lengths(pairs, most=0.55, cost=1.0)) > 0.54
    assert min(pair.margin for pair in kept if len(pair.id) < 5) == 32
    assert kept == [pair for pair in pairs if pair in kept]


def test_length_balance_costs_no_more_than_allowed_and_leaves_fair_sets_alone() -> None:
    heavy = [_pair(i, 9, 5) for i in range(100)]
    assert len(balance_lengths(heavy, most=0.55, cost=0.3)) == 70
    fair = [_pair(i, 9, 5) for i in range(50)] + [_pair(50 + i, 5, 9) for i in range(50)]
    assert balance_lengths(fair, most=0.55, cost=0.3) == fair
    short = [_pair(i, 5, 9) for i in range(90)] + [_pair(90 + i, 9, 5) for i in range(60)]
    assert 1 - longer_share(balance_lengths(short, most=0.55, cost=0.3)) <= 0.55


def test_the_control_turns_half_of_the_pairs_round() -> None:
    pairs = [_pair(i, 9, 5) for i in range(400)]
    turned = sum(control_of(pair, 3).chosen == pair.rejected for pair in pairs)
    assert 160 < turned < 240
    assert all({control_of(p, 3).chosen, control_of(p, 3).rejected} == {p.chosen, p.rejected} for p in pairs)
