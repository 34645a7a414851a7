"""How an answer begins: `Oui`, `Non`, `Pareil`, `Pas vraiment`, `Je sais pas`, after the noises that people make first.

Looks at the opening words alone; what the question was, and what the rest of the answer says, is for others.
"""

from functools import lru_cache
from typing import Literal

from colloque.french.phrases import phrases
from colloque.french.tokens import tokens

__all__ = ["Lead", "Reply", "leading_polarity", "reply_polarity"]

Lead = Literal["yes", "no", "unsure"]
Reply = Literal["yes", "no", "unsure", "fine"]


_KINDS: tuple[Reply, ...] = ("unsure", "no", "fine", "yes")


def leading_polarity(answer: str) -> Lead | None:
    """`yes`, `no` or `unsure` as the answer's first words say, or None where it opens otherwise. « RAS » is a no."""
    lead = _opening(answer)
    return "no" if lead == "fine" else lead


@lru_cache(maxsize=8192)
def _opening(answer: str) -> Reply | None:
    words = [t.word for t in tokens(answer)]
    skip = phrases("skip", "polarity.toml")
    i = 0
    while i < len(words) and i < 12:
        best: tuple[int, Reply | None] = (0, None)
        for lead in _KINDS:
            size = phrases(lead, "polarity.toml").at(words, i)
            if size > best[0]:
                best = (size, lead)
        if best[1] is not None:
            return best[1]
        size = skip.at(words, i)
        if (not size and words[i] in ".,!…") or words[i] in ("...", ".."):
            size = 1
        if not size:
            return None
        i += size
    return None


_TRAILING: dict[str, Lead] = {"oui": "yes", "ouais": "yes", "non": "no", "nan": "no", "jamais": "no", "si": "yes"}


@lru_cache(maxsize=8192)
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
        if i and ends and words[i - 1].word in (",", ":", "...", "…") and token.word in _TRAILING:
            return _TRAILING[token.word]
        if token.word in (".", "!"):
            break
    return None
