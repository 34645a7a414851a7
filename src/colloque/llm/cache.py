"""A key/value cache that grows in place. Knows tensors only; torch is imported inside.

transformers' own layer copies all that was read at every token: two thirds of the time of a small model in large batches.
"""

from functools import cache
from typing import Any

__all__ = ["roomy"]

_ROOM = 32
"""Tokens of room that a cache gets when it is full."""


@cache
def roomy() -> Any:
    """The class of a cache layer that writes new tokens into room kept for them; the values are those of `DynamicLayer`."""
    from transformers.cache_utils import DynamicLayer

    class Roomy(DynamicLayer):  # type: ignore[misc]
        def update(self, key: Any, value: Any, *_: Any, **__: Any) -> tuple[Any, Any]:
            if not self.is_initialized:
                self.lazy_initialization(key, value)
                self.room: tuple[Any, Any] | None = None
            have, more = self.get_seq_length(), key.shape[-2]
            if self.room is None or self.room[0].shape[-2] < have + more:
                old: tuple[Any, Any] = (self.keys, self.values)  # type: ignore[has-type]
                self.room = (self._grown(key, have, old[0]), self._grown(value, have, old[1]))
            for part, new in zip(self.room, (key, value), strict=True):
                part[..., have : have + more, :] = new
            self.keys, self.values = (part[..., : have + more, :] for part in self.room)
            return self.keys, self.values

        @staticmethod
        def _grown(new: Any, have: int, old: Any) -> Any:
            whole = new.new_empty(*new.shape[:-2], have + new.shape[-2] + _ROOM, new.shape[-1])
            if have:
                whole[..., :have, :] = old
            return whole

        def batch_select_indices(self, indices: Any) -> None:
            super().batch_select_indices(indices)
            self.room = None

    return Roomy
