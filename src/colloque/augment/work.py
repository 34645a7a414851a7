"""What an augmentation has to do: which dialogues, where their questionnaires are, how many copies of each.

Deals out shards as places in files; reads only columns, never whole records.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from colloque.augment.config import AugmentConfig
from colloque.augment.shard import Shard
from colloque.augment.share import even_shares, level_shares
from colloque.errors import InputError
from colloque.store import Rows, Slice

__all__ = ["Work"]


class Work:
    """The dialogues of a run by place, and the copies asked of them so far."""

    def __init__(self, inputs: Mapping[str, Path], config: AugmentConfig, seed: int) -> None:
        self.config, self.seed = config, seed
        self.dialogues, self.forms = Rows(inputs["dialogues"]), Rows(inputs["questionnaires"])
        places = {key: place for place, (key,) in enumerate(self.forms.columns("id"))}
        domains = [domain or "" for (domain,) in self.forms.columns("domain")] if config.balance == "domain" else []
        self.form_of: list[int] = []
        self.eligible: list[int] = []
        self.groups: list[str] = []
        for place, (name, key, split) in enumerate(self.dialogues.columns("id", "questionnaire", "split")):
            if key not in places:
                raise InputError(
                    f"dialogue {name}: no questionnaire {key}", file=inputs["questionnaires"],
                    hint="give the questionnaires that these dialogues were written from",
                )  # fmt: skip
            self.form_of.append(places[key])
            if (split or "train") in config.splits:
                self.eligible.append(place)
                self.groups.append(domains[places[key]] if domains else "")
        self.asked = [0] * len(self.form_of)
        self.begun = 0

    def __len__(self) -> int:
        return len(self.form_of)

    def shares(self, made: int | None) -> list[int]:
        """Copies to ask of each eligible dialogue next: at first (`made` None) all, later what `until` still lacks."""
        config = self.config
        if config.until is None:
            return [config.times if made is None else 0] * len(self.eligible)
        missing = config.until - (len(self.eligible) if made is None else made)
        most = max(0, config.most - max((self.asked[place] for place in self.eligible), default=0))
        if config.balance == "domain" and made is None:
            return level_shares(missing, self.groups, most)
        return even_shares(missing, len(self.eligible), most)

    def shards(self, shares: Sequence[int], *, originals: bool) -> Iterator[Shard]:
        """The shards of one round. Without `originals`, only stretches in which some copy is asked."""
        wanted = [(self.asked[place], 0) for place in range(len(self))]
        for place, times in zip(self.eligible, shares, strict=True):
            wanted[place] = (self.asked[place], times)
            self.asked[place] += times
        size, config = self.config.shard, self.config
        for start in range(0, len(self), size):
            part = tuple(wanted[start : start + size])
            if originals or any(times for _, times in part):
                yield Shard(
                    self.begun, self.dialogues.slices(start, size), self._forms(start, size), part, originals,
                    config.attempts, config.near, self.seed,
                )  # fmt: skip
                self.begun += 1

    def chosen(self, shard: Shard) -> list[bool]:
        """Which dialogues of a shard of originals are of an augmented split."""
        start = shard.number * self.config.shard
        stop = start + len(shard.wanted)
        mine = set(self.eligible[bisect_left(self.eligible, start) : bisect_left(self.eligible, stop)])
        return [place in mine for place in range(start, stop)]

    def _forms(self, start: int, size: int) -> tuple[Slice, ...]:
        """Where the questionnaires of a stretch of dialogues are, neighbours together."""
        places = sorted(set(self.form_of[start : start + size]))
        found: list[Slice] = []
        begin = 0
        for i in range(1, len(places) + 1):
            if i == len(places) or places[i] != places[i - 1] + 1:
                found.extend(self.forms.slices(places[begin], i - begin))
                begin = i
        return tuple(found)
