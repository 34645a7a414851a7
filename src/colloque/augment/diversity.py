"""How varied a set of dialogues reads: words, repeated phrases, openings, acknowledgements, lengths.

Figures that depend on the size of a set (distinct-n, compression) are taken over equal amounts of words, so that a set
of sixty dialogues and one of a hundred thousand can stand beside each other.
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import mean, median
from typing import Any

from colloque.core import Dialogue, Turn

__all__ = ["REFERENCES", "acknowledgement", "diversity", "opening"]

WINDOW = 5_000
"""Words over which distinct-n and the compression ratio are taken; their mean over all windows is given."""

REFERENCES = {
    "simsamu": {"turns_median": 35, "clinician_words_median": 10, "patient_words_median": 9},
}
"""Real French speech: 51 simulated emergency calls (SIMSAMU, doi 10.1016/j.cmpb.2025.108857), turns merged."""

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_PHRASE = re.compile(r"[.,;:!?…]|\s[–—-]\s")
_SENTENCE = re.compile(r"[.!?…]")


def acknowledgement(turn: Turn) -> str:
    """How a turn begins: its words up to the first mark of punctuation, lower-case."""
    return _PHRASE.split(turn.text.strip(), maxsplit=1)[0].strip().lower()


def opening(turn: Turn) -> str:
    """The first sentence of a talk, lower-case; where that is a bare greeting, the one after it, too."""
    sentences = [part.strip() for part in _SENTENCE.split(turn.text) if part.strip()]
    size = 2 if sentences and len(sentences[0].split()) <= 2 else 1
    return ". ".join(sentences[:size]).lower()


def diversity(dialogues: Iterable[Dialogue]) -> dict[str, Any]:
    """Figures of a set (or a sample of it; some thousand dialogues are enough).

    distinct_2: share of word pairs that are new within a window of words. compression: size over compressed size (higher: more
    repetitive). self_repetition: mean share of a dialogue's word 4-grams that another dialogue has, too. Shares are of
    all dialogues (openings) or of all later turns of the clinician (acknowledgements).
    """
    rows = list(dialogues)
    words = [[_WORD.findall(turn.text.lower()) for turn in row.turns] for row in rows]
    flat = [word for row in words for turn in row for word in turn]
    windows = [flat[i : i + WINDOW] for i in range(0, max(1, len(flat) - WINDOW + 1), WINDOW)]
    first = Counter(opening(row.turns[0]) for row in rows if row.turns and row.turns[0].role == "clinician")
    later = Counter(
        acknowledgement(turn)
        for row in rows
        for turn in row.turns[1:]
        if turn.role == "clinician" and turn.text.strip()
    )
    lengths = {
        role: [
            len(turn) for row, d in zip(words, rows, strict=True) for turn, t in zip(row, d.turns, strict=True)
            if t.role == role
        ]
        for role in ("clinician", "patient")
    }  # fmt: skip
    return {
        "dialogues": len(rows), "turns_median": _median([len(row.turns) for row in rows]),
        "clinician_words_median": _median(lengths["clinician"]), "patient_words_median": _median(lengths["patient"]),
        "distinct_1": _mean([len(set(w)) / len(w) for w in windows if w]),
        "distinct_2": _mean([len(set(pairwise(w))) / (len(w) - 1) for w in windows if len(w) > 1]),
        "compression": _mean([_compression(" ".join(w)) for w in windows if w]), "self_repetition": _repeated(words),
        "openings": _commonest(first), "acknowledgements": _commonest(later),
        "long_acknowledgements": _commonest(Counter({k: v for k, v in later.items() if len(k.split()) > 3}), sum(later.values())),
    }  # fmt: skip


def _commonest(counts: Counter[str], total: int | None = None, size: int = 10) -> dict[str, float]:
    whole = total or sum(counts.values())
    return {phrase: round(count / whole, 4) for phrase, count in counts.most_common(size)} if whole else {}


def _compression(text: str) -> float:
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw, 9))


def _repeated(words: Sequence[Sequence[Sequence[str]]]) -> float:
    """Mean share of a dialogue's 4-grams that occur in at least one other dialogue."""
    sets = [
        {tuple(turn[i : i + 4]) for turn in row for i in range(len(turn) - 3)}
        for row in words
    ]  # fmt: skip
    known = Counter(gram for grams in sets for gram in grams)
    return _mean([sum(known[gram] > 1 for gram in grams) / len(grams) for grams in sets if grams])


def _mean(values: Sequence[float]) -> float:
    return round(mean(values), 4) if values else 0.0


def _median(values: Sequence[int]) -> float:
    return float(median(values)) if values else 0.0
