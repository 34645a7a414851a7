"""The passport: a wrong judge is noticed before it labels anything."""

from collections.abc import Sequence

import pytest
from prefer_people import First, Longer

from colloque.core import Comparison, Verdict, uniform
from colloque.errors import RunError
from colloque.judge import RubricJudge
from colloque.judge.passport import Limits
from colloque.prefer.passport import canaries, check_passport, passport_of


class Inverted(RubricJudge):
    """The rubric, turned round for 30 % of the pairs."""

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        verdicts = super().compare(comparisons)
        return [v.swap() if uniform(c.id, "wrong") < 0.3 else v for c, v in zip(comparisons, verdicts, strict=True)]


def test_canaries_favour_no_seat_and_no_length() -> None:
    found = canaries()
    assert len(found) >= 30
    assert 0.35 < sum(seat == "a" for _, seat, _ in found) / len(found) < 0.65
    longer = sum((len(c.a.text) > len(c.b.text)) == (seat == "a") for c, seat, _ in found) / len(found)
    assert 0.4 < longer < 0.6
    assert all(c.opening.turns[-1].role == "patient" for c, *_ in found)


def test_the_rubric_passes_and_its_inversion_is_seen() -> None:
    sound, inverted = passport_of(RubricJudge()), passport_of(Inverted())
    assert sound["accuracy"] >= 0.85
    assert sound["same_tied"] == sound["same"]
    assert inverted["accuracy"] < 0.8


@pytest.mark.parametrize("judge", [First(), Longer()])
def test_judges_of_seat_and_of_length_are_stopped(judge: First | Longer) -> None:
    passport = passport_of(judge)
    assert 0.4 < passport["accuracy"] < 0.6
    with pytest.raises(RunError, match=f"judge {judge.name} is right on"):
        check_passport(passport, Limits())
