"""The card of the dataset: composition, method, limits, licence, in the form that dataset hubs read."""

import re
from collections import Counter
from typing import Any

from colloque.augment.config import DatasetConfig
from colloque.augment.diversity import REFERENCES, diversity
from colloque.core import Dialogue, uniform

__all__ = ["Composition", "card"]

_SAMPLE = 2_000


class Composition:
    """What the files hold, counted while they are written; variety is measured on some 2,000 of the dialogues."""

    def __init__(self, dialogues: int = 0) -> None:
        self.share = _SAMPLE / max(1, dialogues)
        self.sample: list[Dialogue] = []
        self.files: dict[str, int] = {}
        self.respondents: dict[str, set[str]] = {}
        self.writers: Counter[str] = Counter()
        self.virtual = self.reformulated = self.patient_first = self.total = 0
        self.turns: list[int] = []
        self.words: dict[str, list[int]] = {"clinician": [], "patient": []}

    def add(self, dialogue: Dialogue, name: str) -> None:
        """Count one dialogue of a file."""
        self.total += 1
        self.respondents.setdefault(name, set()).add(dialogue.respondent)
        self.writers[dialogue.writer] += 1
        self.virtual += dialogue.virtual
        self.reformulated += dialogue.parent is not None
        self.patient_first += bool(dialogue.turns) and dialogue.turns[0].role == "patient"
        if uniform(dialogue.id, "diversity", 0) < self.share:
            self.sample.append(dialogue)
        self.turns.append(len(dialogue.turns))
        for turn in dialogue.turns:
            self.words[turn.role].append(len(re.findall(r"\w+", turn.text)))

    def figures(self) -> dict[str, Any]:
        """The counts as plain figures."""
        return {
            **self.files, "respondents": {k: len(v) for k, v in self.respondents.items()}, "writers": dict(self.writers.most_common()),
            "virtual": self.virtual, "reformulated": self.reformulated, "patient_first": self.patient_first,
            "turns_median": _median(self.turns), "clinician_words_median": _median(self.words["clinician"]),
            "patient_words_median": _median(self.words["patient"]), "diversity": diversity(self.sample),
        }  # fmt: skip


def _median(values: list[int]) -> float:
    if not values:
        return 0.0
    ordered, half = sorted(values), len(values) // 2
    return float(ordered[half]) if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({100 * part / whole:.0f} %)" if whole else "0"


def card(composition: Composition, f: dict[str, Any], config: DatasetConfig) -> str:
    """The card in Markdown with the head that hubs read; `f` are the composition's figures."""
    c = composition
    writers = ", ".join(f"{name} {count:,}" for name, count in c.writers.most_common()) or "none"
    people = {name: len(keys) for name, keys in c.respondents.items()}
    return f"""---
language: [fr]
license: {config.licence}
task_categories: [text-generation]
tags: [clinical, dialogue, synthetic, french]
configs:
- config_name: default
  data_files:
  - split: train
    path: train.parquet
  - split: validation
    path: validation.parquet
---

# French clinical dialogues written from questionnaires

Synthetic conversations between a clinician and a patient, each written from one filled-in questionnaire: every answer is
stated, none is changed. Made with colloque.

## Composition

| | |
|---|---|
| dialogues in train / validation | {c.files.get("train", 0):,} / {c.files.get("validation", 0):,} |
| respondents in train / validation | {people.get("train", 0):,} / {people.get("validation", 0):,} |
| from virtual respondents | {_share(c.virtual, c.total)} |
| reformulations of another dialogue | {_share(c.reformulated, c.total)} |
| begun by the patient | {_share(c.patient_first, c.total)} |
| writers | {writers} |
| turns a dialogue, median | {f["turns_median"]:g} |
| words a turn, median: clinician / patient | {f["clinician_words_median"]:g} / {f["patient_words_median"]:g} |

Columns: `id`, `dialogue`, `questionnaire`, `respondent` (a pseudonymous key), `split`, `messages` (`role`, `content`; the
clinician is `assistant`). A conversation that the clinician begins is preceded by one cue in the place of the user.

## Variety

Measured on {f["diversity"]["dialogues"]:,} dialogues; distinct pairs and compression over stretches of 5,000 words.

{variety(f["diversity"])}

## Method

Splits are by respondent and were decided when the questionnaires were read: nobody is in two. Each dialogue was checked
against its questionnaire (answers omitted, changed or invented; conduct of the clinician); what failed was written again
or left out. Near duplicates (word 5-grams, MinHash) were removed, the earlier one kept.

## Limits

- The conversations are invented around the answers; no such consultation took place.
- Answers come from forms: the talk is tidier and shorter than a real consultation.
- No clinician has validated the checks or the wording. Not for use with patients without supervision.
- A record of a real person stays personal data, also in this form: share it only as its owners allow.
"""


def variety(figures: dict[str, Any]) -> str:
    """The figures of diversity as a table; real emergency calls (SIMSAMU) beside them where they have the figure."""
    real = REFERENCES["simsamu"]
    names = {
        "turns_median": "turns a dialogue, median", "clinician_words_median": "words a turn of the clinician, median",
        "patient_words_median": "words a turn of the patient, median", "distinct_2": "distinct word pairs",
        "compression": "compression ratio", "self_repetition": "word 4-grams shared with another dialogue",
    }  # fmt: skip
    rows = [f"| {label} | {figures[key]:g} | {real.get(key, '')} |" for key, label in names.items()]
    for key in ("openings", "acknowledgements"):
        first = next(iter(figures[key].items()), None)
        if first:
            rows.append(f"| commonest of the {key}: « {first[0]} » | {100 * first[1]:.1f} % | |")
    return "\n".join(["| | here | SIMSAMU |", "|---|---|---|", *rows])
