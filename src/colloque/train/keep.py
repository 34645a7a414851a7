"""Which of the models that a run goes through is kept: the best by held-out loss, or the last; and when to stop early.

Transformers keeps the checkpoint and loads it; this module sets it up, stops, and says what was kept. Knows no loss, no data.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Kept", "keep_arguments", "kept", "watch"]


@dataclass(frozen=True)
class Kept:
    """The step whose model was kept, of how many; the evaluations (step, held-out loss) it was chosen from; whether stopped early."""

    step: int
    steps: int
    best: bool
    stopped_early: bool
    losses: tuple[tuple[int, float], ...]

    def figures(self) -> dict[str, Any]:
        """For figures.json."""
        return {
            "step": self.step, "of": self.steps, "by": "held-out loss" if self.best else "last step",
            "stopped_early": self.stopped_early, "losses": [list(point) for point in self.losses],
        }  # fmt: skip

    def told(self) -> str:
        """One sentence."""
        early = f", stopped early at step {self.losses[-1][0]}" if self.stopped_early else ""
        if not self.best or not self.losses:
            return f"The model of the last step was kept (step {self.step} of {self.steps}{early})."
        least = min(loss for _, loss in self.losses)
        return (
            f"The model of step {self.step} of {self.steps} was kept{early}: of {len(self.losses)} evaluations the one with "
            f"the least held-out loss ({least:.4f})."
        )


def keep_arguments(best: bool) -> dict[str, Any]:
    """Training arguments: the checkpoint of the least held-out loss is written when it appears, and loaded at the end."""
    if not best:
        return {}
    return {
        "save_strategy": "best",
        "load_best_model_at_end": True,
        "metric_for_best_model": "eval_loss",
        "greater_is_better": False,
    }


def watch(trainer: Any, patience: int | None) -> None:
    """Evaluate after the last step too, so that it is among the choices; stop after `patience` evaluations without a lower loss.

    What came before is read from the log, which checkpoints carry: a resumed run stops where a whole one does.
    """
    from transformers import TrainerCallback

    class Watch(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if state.global_step >= state.max_steps:
                control.should_evaluate = True

        def on_evaluate(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            losses = [loss for _, loss in _evaluations(state)]
            if patience and losses and len(losses) - 1 - losses.index(min(losses)) >= patience:
                control.should_training_stop = True

    trainer.add_callback(Watch())


def kept(trainer: Any) -> Kept:
    """What the finished run kept."""
    state = trainer.state
    best = bool(trainer.args.load_best_model_at_end and state.best_model_checkpoint)
    step = int(Path(state.best_model_checkpoint).name.rsplit("-", 1)[1]) if best else state.global_step
    return Kept(step, state.max_steps, best, state.global_step < state.max_steps, tuple(_evaluations(state)))


def _evaluations(state: Any) -> list[tuple[int, float]]:
    return [(int(e["step"]), round(float(e["eval_loss"]), 6)) for e in state.log_history if "eval_loss" in e]
