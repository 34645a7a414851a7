"""How an answer begins: `Oui`, `Non`, `Pareil`, `Pas vraiment`, `Je sais pas`, after the noises that people make first.

Looks at the opening words alone; what the question was, and what the rest of the answer says, is for others.
"""

from functools import lru_cache
from typing import Literal

from colloque.french.context import phrases
from colloque.french.tokens import tokens

__all__ = ["Lead", "leading_polarity"]

Lead = Literal["yes", "no", "unsure"]


@lru_cache(maxsize=8192)
def leading_polarity(answer: str) -> Lead | None:
    """`yes`, `no` or `unsure` as the answer's first words say, or None where it opens otherwise."""
    words = [t.word for t in tokens(answer)]
    skip = phrases("skip", "polarity.toml")
    i = 0
    while i < len(words) and i < 12:
        best: tuple[int, Lead | None] = (0, None)
        for lead in ("unsure", "no", "yes"):
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
