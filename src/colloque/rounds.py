"""Rounds and the control: sample → judge → train again from the newest model, as long as an independent measure improves.

Each round is stages of its own (`openings-2`, `prefer-2`, `dpo-2`), fresh, killed and resumed like any other. `round-N`
measures the model of round N (0: the SFT model) on people of the validation split, and says whether it is better than
the round before; the first that is not ends the rounds, and the one before it is kept. Knows the order of the stages,
not what they do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from colloque.core import seed_for
from colloque.stages import Stage, StageResult

__all__ = ["Tried", "run_rounds"]

Step = Callable[[Stage], StageResult]


@dataclass
class Tried:
    """What the rounds did: the stages' results, each round's model and measure by name, and the number of the one that is kept."""

    results: list[StageResult] = field(default_factory=list)
    models: dict[int, str] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)
    kept: int = 1

    def compared(self) -> dict[str, str]:
        """The models that the evaluation puts beside the SFT model, the kept one last and named `dpo`."""
        others = {f"dpo-{number}": place for number, place in self.models.items() if number != self.kept}
        return {**others, "dpo": self.models[self.kept]}


def run_rounds(chain: tuple[Stage, ...], measure: Stage, rounds: int, seed: int, step: Step) -> Tried:
    """Run openings, preferences and DPO (`chain`) up to `rounds` times; `step` runs one stage.

    One round alone is measured by the evaluation only. With more, `measure` is run for the SFT model and after each round.
    """
    tried = Tried(results=[step(stage) for stage in chain], models={1: _model(1)})
    if rounds == 1:
        return tried
    tried.results.append(step(_measured(measure, 0)))
    tried.measures["round-0"] = "round-0"
    for number in range(1, rounds + 1):
        if number > 1:
            tried.results += [step(_again(stage, number, seed)) for stage in chain]
            tried.models[number] = _model(number)
        result = step(_measured(measure, number))
        tried.results.append(result)
        tried.measures[f"round-{number}"] = f"round-{number}"
        if not result.tally.figures["improved"]:
            break
        tried.kept = number
    return tried


def _model(number: int) -> str:
    """Where the model of a round is; round 0 is SFT."""
    return f"{('sft', 'dpo')[number] if number < 2 else f'dpo-{number}'}/model"


def _again(stage: Stage, number: int, seed: int) -> Stage:
    """A stage of a later round: reads that round's files and the newest model.

    Openings and replies are drawn with a seed of the round; DPO keeps the run's, so that the same people are held out.
    """
    own = {"openings": f"openings-{number}", "prefer": f"prefer-{number}"}
    return replace(
        stage,
        name=f"{stage.name}-{number}",
        section=stage.name,
        reads={name: _place(name, place, number, own) for name, place in stage.reads.items()},
        seed=None if stage.name == "dpo" else seed_for("round", str(number), seed),
    )


def _place(name: str, place: str, number: int, own: Mapping[str, str]) -> str:
    if name in ("model", "policy"):
        return _model(number - 1)
    folder, _, rest = place.partition("/")
    return f"{own.get(folder, folder)}/{rest}"


def _measured(measure: Stage, number: int) -> Stage:
    """The measure of a round's model, beside the best so far: the round before, or the rounds would have ended."""
    before = {"best": f"round-{number - 1}"} if number else {}
    return replace(
        measure, name=f"round-{number}", section="evaluate", reads={**measure.reads, "model": _model(number), **before}
    )
