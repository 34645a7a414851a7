"""How an answer begins: `Oui`, `Non`, `Pareil`, `Pas vraiment`, `Je sais pas`, after the noises that people make first.

Looks at the opening words alone; what the question was, and what the rest of the answer says, is for others.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

from colloque.french.tokens import load_data, tokens

__all__ = ["Lead", "Reply", "leading_polarity", "reply_polarity"]

Lead = Literal["yes", "no", "unsure"]
Reply = Literal["yes", "no", "unsure", "fine"]


_KINDS: tuple[Reply, ...] = ("unsure", "no", "fine", "yes")


def leading_polarity(answer: str) -> Lead | None:
    """`yes`, `no` or `unsure` as the answer's first words say, or None where it opens otherwise. « RAS » is a no."""
    lead = _opening(answer)
    return "no" if lead == "fine" else lead


_END = "\x00"


@lru_cache(maxsize=1)
def _trie() -> dict[str, Any]:
    """The phrases of `data/polarity.toml` by their words; where two kinds share a phrase, the first listed holds."""
    root: dict[str, Any] = {}
    data = load_data("polarity.toml")
    for kind in (*_KINDS, "soft", "skip"):
        for text in data.get(kind, ()):
            node = root
            for token in tokens(text):
                node = node.setdefault(token.word, {})
            node.setdefault(_END, kind)
    return root


def _longest(words: Sequence[str], i: int) -> tuple[int, str]:
    """Length and kind of the longest phrase at `i`; a phrase that says something goes before a noise."""
    node: dict[str, Any] | None = _trie()
    best, noise, k = (0, ""), 0, i
    while k < len(words):
        node = node.get(words[k]) if node is not None else None
        if node is None:
            break
        k += 1
        kind = node.get(_END)
        if kind == "skip":
            noise = k - i
        elif kind is not None:
            best = (k - i, kind)
    return best if best[0] else (noise, "skip")


@lru_cache(maxsize=512)
def _opening(answer: str) -> Reply | None:
    words = [t.word for t in tokens(answer[:160])]
    i, soft = 0, False
    while i < len(words) and i < 12:
        size, kind = _longest(words, i)
        if kind in _KINDS:
            return _KINDS[_KINDS.index(kind)]
        if kind == "soft":
            soft = True
        if not size and words[i] in _PAUSES:
            size = 1
        if not size:
            return "yes" if soft and _alone(words, i) else None
        i += size
    return "yes" if soft else None


def _alone(words: Sequence[str], i: int) -> bool:
    """What stands before word `i` is a phrase by itself: « Malheureusement, depuis hier »; « trop de bruit » is none."""
    return words[i - 1] in _PAUSES


_PAUSES = frozenset((".", ",", "!", "…", "...", ".."))
_TRAILING: dict[str, Lead] = {"oui": "yes", "ouais": "yes", "non": "no", "nan": "no", "jamais": "no", "si": "yes"}


@lru_cache(maxsize=512)
def reply_polarity(reply: str) -> Reply | None:
    """`leading_polarity`, past an echo of the question (« Couper ? Non. »), or as the first sentence ends (« Les mains, oui. »).

    `fine` where all is said to be well: its sense depends on whether the question asks for trouble or for health.
    """
    lead = _opening(reply)
    if lead is not None:
        return lead
    words = tokens(reply)
    for token in words[:9]:
        if token.word == "?":
            return reply_polarity(reply[token.end :])
    for i, token in enumerate(words[:14]):
        ends = i + 1 == len(words) or words[i + 1].word in (".", "...", "!", "…", ",", ";", ":")
        corrects = i + 1 < len(words) and words[i + 1].word == "," and words[i - 1].word in ("...", "…")
        if i and ends and words[i - 1].word in (",", ":", "...", "…") and token.word in _TRAILING and not corrects:
            return _TRAILING[token.word]
        if token.word in (".", "!"):
            break
    return None
