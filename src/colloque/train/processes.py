"""One process among those that train together: its rank, what all agree on, who goes first. One process is the common case.

Accelerate knows the group (it reads what its launcher, torchrun, Slurm or Ray put into the environment); nothing here is sent
anywhere else.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

__all__ = ["agreed", "first", "join", "local_world", "rank", "together", "world"]


def rank() -> int:
    """This process' number; 0 writes what the run leaves."""
    return int(os.environ.get("RANK", "0"))


def world() -> int:
    """How many train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def local_world() -> int:
    """How many of them are on this machine: they share its processor."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", str(world())))


def join(cpu: bool) -> Any:
    """Join the group (gloo on processors, NCCL on GPUs); a group of one needs none."""
    from accelerate import PartialState

    return PartialState(cpu=cpu, timeout=timedelta(hours=2)) if world() > 1 else None


def together() -> None:
    """Wait for the others."""
    if world() > 1:
        from accelerate import PartialState

        PartialState().wait_for_everyone()


@contextmanager
def first() -> Iterator[None]:
    """The block runs in process 0, then in the others."""
    if rank():
        together()
    yield
    if not rank():
        together()


def agreed(value: bool) -> bool:
    """What process 0 thinks, everywhere: clocks differ, and a checkpoint is written by all or by none."""
    if world() == 1:
        return value
    from accelerate.utils import broadcast_object_list

    return bool(broadcast_object_list([value])[0])
