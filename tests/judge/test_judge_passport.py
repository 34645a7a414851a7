"""A passport tells good judges from those of seats, of length, of noise and of nothing; and what each was paid."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from colloque.core import Choice, Comparison, Verdict, uniform
from colloque.errors import RunError
from colloque.judge import NO_VERDICT, ModelJudge, RubricJudge
from colloque.judge.model import judge_version
from colloque.judge.panel import Panel
from colloque.judge.passport import Limits, canary, check, examine, planted
from colloque.llm import BudgetConfig, ModelConfig, Request, ScriptedModel, open_model
from colloque.llm.stub import StubOptions
from colloque.llm.stub_process import StubProcess

KNOWN = [
    canary(["Comment dormez-vous ?", f"Mal, je me lève à {n} heures."], f"À {n} heures. Et ensuite ?", bad, "x")
    for n, bad in enumerate(["Bon ?", "D'accord. Bien, bien, je vois. Et l'appétit, en général, ces temps-ci ?"] * 10)
]
TRUTH = {
    one.comparison.id: one.comparison.a.text if one.better == "a" else one.comparison.b.text
    for one in (*KNOWN, *planted())
}


class Oracle:
    """It knows the better reply, but for what `says` makes of it."""

    def __init__(self, name: str = "oracle") -> None:
        self.name = name

    def says(self, comparison: Comparison, right: Choice) -> Choice:
        return right

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        return [Verdict(choice=self._one(c), margin=1.0, judge=self.name) for c in comparisons]

    def _one(self, comparison: Comparison) -> Choice:
        if comparison.a.text == comparison.b.text:
            return "tie"
        return self.says(comparison, "a" if comparison.a.text == TRUTH[comparison.id] else "b")


class SeatOneInThree(Oracle):
    def says(self, comparison: Comparison, right: Choice) -> Choice:
        return "a" if uniform(comparison.id, "seat-lover") < 1 / 3 else right


class Long(Oracle):
    def says(self, comparison: Comparison, right: Choice) -> Choice:
        return "a" if len(comparison.a.text) > len(comparison.b.text) else "b"


class Short(Oracle):
    def says(self, comparison: Comparison, right: Choice) -> Choice:
        return "a" if len(comparison.a.text) < len(comparison.b.text) else "b"


class Timid(Oracle):
    def says(self, comparison: Comparison, right: Choice) -> Choice:
        return "tie"


class Blind(Oracle):
    """It knows the known pairs and sees no planted error."""

    def says(self, comparison: Comparison, right: Choice) -> Choice:
        return right if comparison.id in {one.comparison.id for one in KNOWN} else "b" if right == "a" else "a"


class Mute(Oracle):
    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        return [
            v.model_copy(update={"choice": "tie", "criterion": NO_VERDICT}) if uniform(c.id, "mute") < 0.4 else v
            for c, v in zip(comparisons, super().compare(comparisons), strict=True)
        ]


def test_planted_errors_favour_no_seat_and_no_length() -> None:
    found = planted()
    assert len(found) >= 12 and len({one.criterion for one in found}) >= 11
    longer = sum((len(c.a.text) > len(c.b.text)) == (seat == "a") for c, seat, _ in found) / len(found)
    assert 0.25 < longer < 0.75
    assert 0.2 < sum(seat == "a" for _, seat, _ in found) / len(found) < 0.8


def test_who_knows_passes() -> None:
    said = examine(Oracle(), KNOWN)
    assert said["accuracy"] == said["planted_accuracy"] == 1.0
    assert said["flip_rate"] == said["tie_rate"] == said["unanswered"] == 0.0
    assert said["length_slope"] == (0.0, 0.0) and said["same_tied"] == said["same"] == 6
    check(said)


@pytest.mark.parametrize(
    ("judge", "fault"),
    [
        (SeatOneInThree("seats"), "follows the seat on"),
        (Long("long"), "favours longer replies"),
        (Short("short"), "favours shorter replies"),
        (Timid("timid"), "is right on 50%"),
        (Blind("blind"), "sees 0% of 14 planted errors"),
        (Mute("mute"), "gives no verdict that can be read in"),
    ],
)
def test_who_does_not_is_stopped_for_what_is_wrong(judge: Oracle, fault: str) -> None:
    said = examine(judge, KNOWN)
    with pytest.raises(RunError, match=fault) as caught:
        check(said, Limits(flips=0.2, length=0.05))
    assert "name another judge" in caught.value.hint


def test_a_seat_decides_as_often_as_it_does() -> None:
    share = sum(uniform(one.comparison.id, "seat-lover") < 1 / 3 for one in (*KNOWN, *planted())) / (
        len(KNOWN) + len(planted())
    )
    assert examine(SeatOneInThree(), KNOWN)["flip_rate"] == pytest.approx(share, abs=1e-3)


def test_ties_are_counted() -> None:
    assert examine(Timid(), KNOWN)["tie_rate"] == 1.0


def test_a_panel_outvotes_its_odd_member() -> None:
    said = examine(Panel([Oracle("one"), Oracle("two"), Long("long")]), KNOWN)
    assert said["accuracy"] == 1.0 and said["length_slope"][0] == 0.0
    assert examine(Panel([Oracle("one"), Long("long")]), KNOWN)["tie_rate"] > 0.3, "two that disagree decide nothing"


def test_the_cost_is_what_was_paid_now(tmp_path: Path) -> None:
    budget = BudgetConfig(prompt_price=1.0, completion_price=1.0)
    with StubProcess(StubOptions(), "colloque.judge.standin:judge_stub") as stub:
        config = ModelConfig(base_url=stub.base_url, model="strong", budget=budget)

        def run() -> dict[str, float]:
            model = open_model(config, tmp_path / "journal.sqlite")
            said = examine(Panel([ModelJudge(model), RubricJudge()]), KNOWN[:4], same=2)
            model.close()  # type: ignore[attr-defined]
            cost: dict[str, float] = said["cost"]
            return cost

        first, again = run(), run()
        calls = stub.stats()["calls"]
    assert first["paid_calls"] == calls > 0 and first["euros"] > 0
    assert set(again.values()) == {0}


def test_a_model_that_is_shown_its_data_in_both_orders_is_examined_like_any_other() -> None:
    def script(request: Request) -> str:
        moment = json.loads(request.messages[-1].content.split("DONNÉES\n", 1)[1].split("\nFIN DES", 1)[0])
        choice = "tie" if moment["a"] == moment["b"] else "a" if moment["a"] in TRUTH.values() else "b"
        return json.dumps(
            {"faults_a": [], "faults_b": [], "reason": "r", "criterion": "no_repeat", "choice": choice, "margin": 2}
        )

    said = examine(ModelJudge(ScriptedModel(script), vetoes=False), KNOWN)
    assert said["accuracy"] == said["planted_accuracy"] == 1.0
    assert said["cost"] == {} and said["prompts"] == judge_version()
    assert examine(RubricJudge(), KNOWN)["prompts"] is None
