"""Reference log-probabilities of pairs, computed once: in shards on the disk, each found again by what it was computed from.

A shard's name is a hash of the reference's weights, of how it computes and of its pairs' token ids: a killed run, another
process or a later run with other options finds what is done, and nothing stale. Knows tokens and a trainer, no loss.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colloque.core import digest
from colloque.progress import progress
from colloque.store import write_json
from colloque.train.processes import rank, together, world

__all__ = ["COLUMNS", "References"]

COLUMNS = ("ref_chosen_logps", "ref_rejected_logps")
"""The columns that TRL reads: nats, whole replies."""
_SHARD = 64
"""Pairs of a shard: what a kill can cost at most."""


@dataclass
class References:
    """Where shards are kept, and whose they are: `reference` names the weights and the way they are computed.

    `computed` and `found` count the pairs of this run.
    """

    folder: Path
    reference: str
    computed: int = 0
    found: int = 0

    def add(self, trainer: Any, dataset: Any, order: Sequence[int]) -> Any:
        """The dataset with both columns, computed by the trainer's model as it is before its first step.

        `order` says which pairs are computed together. Processes share the shards; each reads what the others wrote.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        shards = [list(order[start : start + _SHARD]) for start in range(0, len(order), _SHARD)]
        files = [self.folder / f"{self._name(dataset.select(shard))}.json" for shard in shards]
        trainer.model.eval()
        with progress("references", len(order), "pairs") as advance:
            for number, (shard, file) in enumerate(zip(shards, files, strict=True)):
                if file.exists():
                    self.found += len(shard)
                elif number % world() == rank():
                    write_json(file, _computed(trainer, dataset.select(shard)))
                    self.computed += len(shard)
                advance(len(shard))
        together()
        values = {name: [0.0] * len(dataset) for name in COLUMNS}
        for shard, file in zip(shards, files, strict=True):
            read = json.loads(file.read_text(encoding="utf-8"))
            for name in COLUMNS:
                for index, value in zip(shard, read[name], strict=True):
                    values[name][index] = value
        for name in COLUMNS:
            dataset = dataset.add_column(name, values[name])
        return dataset

    def _name(self, rows: Any) -> str:
        return digest(
            self.reference, *(list(rows[name]) for name in ("prompt_ids", "chosen_ids", "rejected_ids")), size=16
        )


def _computed(trainer: Any, rows: Any) -> dict[str, list[float]]:
    """Both columns for the rows of one shard, by TRL's own function (which takes an adapter's reference where there is one)."""
    size = trainer.args.per_device_eval_batch_size
    values: dict[str, list[float]] = {name: [] for name in COLUMNS}
    for start in range(0, len(rows), size):
        batch = trainer.data_collator([rows[i] for i in range(start, min(start + size, len(rows)))])
        both = trainer.compute_ref_log_probs(trainer.model, trainer._prepare_inputs(batch))
        for name, sums in zip(COLUMNS, both, strict=True):
            values[name] += [float(value) for value in sums]
    return values
