"""Rounds as a plan: which stages run, what each reads, when they end and which model is kept. No stage's work is done here."""

from collections.abc import Sequence

from colloque.config import RunConfig
from colloque.pipeline import STAGES, Stage, StageResult
from colloque.rounds import Tried, run_rounds
from colloque.store import Context, Tally

CHAIN = tuple(stage for stage in STAGES if stage.name in ("openings", "prefer", "dpo"))


def nothing(context: Context, config: RunConfig) -> Tally:
    return Tally()


MEASURE = Stage("round-0", 1, nothing, {"dialogues": "write/dialogues"}, section="evaluate")


def tried(rounds: int, improved: Sequence[bool]) -> tuple[Tried, list[Stage]]:
    """Run the plan; `improved` says of each later measure whether it is better."""
    ran: list[Stage] = []

    def step(stage: Stage) -> StageResult:
        ran.append(stage)
        number = int(stage.name.split("-")[1]) if stage.name.startswith("round-") else 0
        figures = {"improved": improved[number - 1]} if number else {}
        return StageResult(stage=stage.name, ran=True, seconds=0.0, tally=Tally(figures=figures))

    return run_rounds(CHAIN, MEASURE, rounds, 17, step), ran


def test_one_round_is_the_plain_way_and_measures_nothing() -> None:
    found, ran = tried(1, [])
    assert [stage.name for stage in ran] == ["openings", "prefer", "dpo"]
    assert found.compared() == {"dpo": "dpo/model"} and not found.measures


def test_a_later_round_reads_the_newest_model_and_its_own_files_with_another_seed() -> None:
    found, ran = tried(2, [True, True])
    stages = {stage.name: stage for stage in ran}
    assert stages["openings-2"].reads == {**CHAIN[0].reads, "model": "dpo/model"}
    assert stages["prefer-2"].reads["openings"] == "openings-2/openings.parquet"
    assert stages["prefer-2"].reads["model"] == "dpo/model"
    assert stages["dpo-2"].reads == {"preferences": "prefer-2/preferences.parquet", "policy": "dpo/model"}
    assert stages["openings-2"].section == "openings" and stages["openings"].section == ""
    assert stages["openings-2"].seed not in (None, 17) and stages["dpo-2"].seed is None
    assert stages["round-2"].reads["best"] == "round-1" and stages["round-2"].reads["model"] == "dpo-2/model"
    assert "best" not in stages["round-0"].reads and stages["round-0"].reads["model"] == "sft/model"
    assert found.compared() == {"dpo-1": "dpo/model", "dpo": "dpo-2/model"}


def test_a_round_that_is_no_better_ends_them_and_the_one_before_is_kept() -> None:
    found, ran = tried(5, [True, True, False])
    assert ran[-1].name == "round-3" and found.kept == 2
    assert list(found.compared().items()) == [("dpo-1", "dpo/model"), ("dpo-3", "dpo-3/model"), ("dpo", "dpo-2/model")]


def test_a_first_round_that_is_no_better_is_all_there_is() -> None:
    found, ran = tried(3, [False])
    assert ran[-1].name == "round-1" and found.compared() == {"dpo": "dpo/model"}


def test_what_is_done_beside_a_round_changes_no_round() -> None:
    """Asking for a control or one round more leaves the first round as it is: their keys are not part of its work."""
    dpo = CHAIN[-1]
    config = RunConfig.model_validate({"dpo": {"rounds": 3, "control": True}})
    settings = config.dpo.model_dump(exclude=set(dpo.ignores))
    assert settings == RunConfig().dpo.model_dump(exclude=set(dpo.ignores))
    assert settings != RunConfig.model_validate({"dpo": {"beta": 1.0}}).dpo.model_dump(exclude=set(dpo.ignores))
