"""What both trainers share: checkpoints that survive a kill -9, progress, curves, and a model folder that appears whole.

TRL and transformers do the training; this module only listens to them. Knows no loss and no data.
"""

import shutil
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from colloque.progress import Advance, progress
from colloque.train.processes import agreed, rank, together

__all__ = ["Listener", "curves", "last_checkpoint", "publish", "train"]

_WHOLE = "whole"
"""Written last into a checkpoint: without it the folder was interrupted while being written, and is not trusted."""


class Listener:
    """What is told of a run in progress; `callback()` is the transformers callback that fills it.

    Checkpoints fall on logging steps only, so that the curves of a resumed run are those of an uninterrupted one.
    """

    def __init__(self, seconds: float, advance: Advance) -> None:
        self.seconds = seconds
        self.advance = advance
        self.steps = 0
        self.started = self.saved = time.monotonic()

    def callback(self) -> Any:
        """The callback for a trainer."""
        from transformers import TrainerCallback

        listener = self

        class Callback(TrainerCallback):  # type: ignore[misc]
            def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
                listener.started = listener.saved = time.monotonic()
                listener.advance(state.global_step)

            def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
                listener.steps += 1
                listener.advance(1)
                if state.global_step % args.logging_steps == 0 and state.global_step < state.max_steps:
                    due = time.monotonic() - listener.saved >= listener.seconds
                    control.should_save = agreed(due) or control.should_save

            def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
                together()
                if not rank():
                    (Path(args.output_dir) / f"checkpoint-{state.global_step}" / _WHOLE).touch()
                listener.saved = time.monotonic()

        return Callback()


def last_checkpoint(folder: Path) -> Path | None:
    """The newest whole checkpoint; half-written ones are removed."""
    found: list[tuple[int, Path]] = []
    for path in folder.glob("checkpoint-*") if folder.is_dir() else ():
        if (path / _WHOLE).exists():
            found.append((int(path.name.rsplit("-", 1)[1]), path))
        elif not rank():
            shutil.rmtree(path)
    return max(found)[1] if found else None


def train(trainer: Any, what: str, seconds: float) -> Listener:
    """Train to the end, from the last whole checkpoint where there is one."""
    from transformers import PrinterCallback

    checkpoint = last_checkpoint(Path(trainer.args.output_dir))
    together()
    trainer.remove_callback(PrinterCallback)
    told = progress(what, trainer.args.max_steps, "steps") if not rank() else nullcontext(lambda units: None)
    with told as advance:
        listener = Listener(seconds, advance)
        trainer.add_callback(listener.callback())
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    return listener


def curves(trainer: Any, keys: dict[str, str]) -> dict[str, list[tuple[int, float]]]:
    """Points (step, value) of the logged figures: `keys` maps transformers' names to ours."""
    found: dict[str, list[tuple[int, float]]] = {name: [] for name in keys.values()}
    for entry in trainer.state.log_history:
        for key, name in keys.items():
            if key in entry:
                found[name].append((int(entry["step"]), round(float(entry[key]), 6)))
    return found


def publish(model: Any, tokenizer: Any, folder: Path, state: Any = None) -> None:
    """Write model, tokenizer and template to a folder that appears whole or not at all.

    `state` are the weights where the model itself holds only its share of them (FSDP, ZeRO).
    """
    beside = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(beside, ignore_errors=True)
    model.save_pretrained(beside, safe_serialization=True, **({} if state is None else {"state_dict": state}))
    tokenizer.save_pretrained(beside)
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)
