"""The rubric judge: golden pairs, exact symmetry, a named criterion; and the law of both orders."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colloque.core import Candidate, Comparison, Opening, Turn, Verdict
from colloque.judge import NO_VERDICT, RubricJudge, both_orders, judge_replies

PAIRS = tomllib.loads(Path(__file__).with_name("data").joinpath("pairs.toml").read_text("utf-8"))["pair"]


def turns_of(said: Sequence[str]) -> tuple[Turn, ...]:
    return tuple(Turn(role="clinician" if line[0] == "c" else "patient", text=line[3:]) for line in said)


def test_golden_pairs() -> None:
    wrong = [p["good"] for p in PAIRS if judge_replies(turns_of(p["said"]), p["good"], p["poor"]).choice != "a"]
    assert len(wrong) <= 0.1 * len(PAIRS), wrong


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(PAIRS))
def test_exactly_symmetric(a: str, b: str, pair: dict[str, list[str]]) -> None:
    context = turns_of(pair["said"])
    verdict, mirrored = judge_replies(context, a, b), judge_replies(context, b, a).swap()
    assert (verdict.choice, verdict.margin, verdict.criterion) == (mirrored.choice, mirrored.margin, mirrored.criterion)


def test_a_fault_decides_and_names_its_criterion() -> None:
    context = turns_of(["p: Je dors mal depuis janvier."])
    verdict = judge_replies(context, "Vous faites une dépression.", "Depuis janvier. Que s'est-il passé alors ?")
    assert (verdict.choice, verdict.criterion, verdict.judge) == ("b", "no_diagnosis", "rubric")
    assert "diagnosis_given" in verdict.reason or "diagnostic" in verdict.reason


def test_the_same_reply_twice_is_a_tie() -> None:
    assert judge_replies(turns_of(["p: Bonjour."]), "Bonjour.", "Bonjour.").choice == "tie"


def test_length_alone_decides_nothing() -> None:
    context = turns_of(["p: J'ai mal au dos depuis mardi."])
    short, long = "Depuis mardi. À quel endroit ?", "Depuis mardi, je vois. À quel endroit avez-vous mal, dans ce dos ?"
    assert abs(judge_replies(context, short, long).margin) < 1.5


def comparison(a: str, b: str) -> Comparison:
    opening = Opening(id="o", turns=turns_of(["p: Je dors mal."]))
    return Comparison(id="c", opening=opening, a=Candidate(text=a), b=Candidate(text=b))


class Fixed:
    """A judge that says what it is told, whatever it is shown."""

    name = "fixed"

    def __init__(self, *verdicts: Verdict) -> None:
        self.verdicts = list(verdicts)

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        return [self.verdicts.pop(0) for _ in comparisons]


def test_a_judge_that_prefers_a_seat_says_nothing() -> None:
    verdict = both_orders(Fixed(Verdict(choice="a", margin=2), Verdict(choice="a", margin=2)), [comparison("x", "y")])[
        0
    ]
    assert (verdict.choice, verdict.margin) == ("tie", 0.0)


def test_a_judge_that_holds_to_the_reply_is_believed_with_its_smaller_margin() -> None:
    verdict = both_orders(Fixed(Verdict(choice="a", margin=2), Verdict(choice="b", margin=1)), [comparison("x", "y")])[
        0
    ]
    assert (verdict.choice, verdict.margin) == ("a", 1.0)


def test_a_failed_call_is_never_a_score() -> None:
    lost = Verdict(choice="tie", criterion=NO_VERDICT)
    verdict = both_orders(Fixed(Verdict(choice="a", margin=2), lost), [comparison("x", "y")])[0]
    assert (verdict.choice, verdict.criterion) == ("tie", NO_VERDICT)


def test_too_few_verdicts_are_refused() -> None:
    class Deaf(Fixed):
        def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
            return []

    with pytest.raises(ValueError, match="verdicts"):
        both_orders(Deaf(), [comparison("x", "y")])


def test_the_rubric_behind_the_protocol() -> None:
    verdicts = both_orders(RubricJudge(), [comparison("Vous avez une dépression.", "Depuis quand dormez-vous mal ?")])
    assert [v.choice for v in verdicts] == ["b"]
