"""What each training process runs, whoever started it: `python -m colloque.train.worker run.json`, or Ray with the same file.

The file says what (sft, dpo, reward), where (the stage's context) and how (its configuration). Knows no launcher.
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from colloque.errors import ColloqueError, boundary
from colloque.store import Context, write_json
from colloque.train.config import DpoConfig, RewardConfig, SftConfig

__all__ = ["main", "work", "work_from"]


def work(spec: Path) -> None:
    """Do this process' part of the run that the file describes."""
    from colloque.train.dpo import train_dpo
    from colloque.train.reward import train_reward
    from colloque.train.sft import train_sft

    told = json.loads(spec.read_text(encoding="utf-8"))
    context = Context.model_validate(told["context"])
    kinds: dict[str, Callable[[], None]] = {
        "sft": lambda: train_sft(context, SftConfig.model_validate(told["config"])),
        "dpo": lambda: train_dpo(context, DpoConfig.model_validate(told["config"])),
        "reward": lambda: train_reward(context, RewardConfig.model_validate(told["config"])),
    }
    kinds[told["kind"]]()


def work_from(settings: Mapping[str, Any]) -> None:
    """The same, as Ray Train calls it; the group of processes is Ray's."""
    work(Path(settings["spec"]))


def main() -> int:
    """Run, and leave the reason of a failure where the launcher's parent reads it."""
    spec = Path(sys.argv[1])
    try:
        with boundary("training"):
            work(spec)
    except ColloqueError as error:
        if _lost_a_peer(error.__cause__):  # the reason is not here: the parent knows that a process died
            return 1
        write_json(spec.with_name("failure.json"), {"message": str(error), "hint": error.hint})
        print(f"colloque: {error.line()}", file=sys.stderr)
        return error.exit_code
    return 0


def _lost_a_peer(cause: BaseException | None) -> bool:
    """Whether another process went away: gloo says so in a RuntimeError's text, NCCL by its own types."""
    return type(cause).__name__.startswith("Dist") or any(name in str(cause) for name in ("gloo", "NCCL"))


if __name__ == "__main__":
    sys.exit(main())
