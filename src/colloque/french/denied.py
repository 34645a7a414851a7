"""Is something denied where it is said? The polarity of a stretch of a patient's words within its clause.

Careful by design: French denies in order to affirm (« pas arrêté de », « pas un jour sans », « je peux pas dire que »),
and takes denials back (« non, enfin… parfois »). Data: the rules `negation`, `false_negation`, `hedge` and `yes` of
conduct/risk.toml. Knows nothing of what is said.
"""

import re
from functools import lru_cache
from typing import Literal

from colloque.french.patterns import lexicon, plain, sentences

__all__ = ["Polarity", "polarity_at", "sentence_at"]

Polarity = Literal["asserted", "denied", "hedged"]

_CLAUSE = re.compile(r"[,;:]| mais | sauf | et (?=je |j')")
_AFTER = re.compile(r" (?:pas|jamais|plus)\b|[ ,:?]+(?:non|jamais|pas|pas du tout|aucune?|du tout)\s*(?:[.,;!…]|$)")
"""A denial that follows its words: « des larmes, non », « je pleure pas »; « triste, pas malade » denies nothing."""
_REACH = 48
"""Characters before the words within which a negation still governs them: about eight words."""


def sentence_at(text: str, at: int) -> tuple[int, int]:
    """The span of the sentence that holds the character `at`."""
    for start, end in sentences(text):
        if start <= at < end:
            return start, end
    return 0, len(text)


@lru_cache(maxsize=512)
def polarity_at(text: str, at: int, to: int) -> Polarity:
    """Whether the words [at, to) are asserted, denied, or denied by half."""
    start, end = sentence_at(text, at)
    folded = plain(text)
    before = folded[start:at]
    cuts = [match.end() for match in _CLAUSE.finditer(before)]
    clause = before[cuts[-1] :] if cuts else before
    after = folded[to:end]
    book = lexicon("risk")
    if book.has(clause + folded[at:to] + after, "false_negation"):
        return "asserted"
    denied = bool(book.all(clause[-_REACH:], "negation"))
    denied = denied or bool(_AFTER.match(after))
    if cuts and not denied:
        denied = bool(re.search(r"\b(?:non|jamais|aucune?|ni)[ ,]*$", before[: cuts[-1]].rstrip(" ,;:")))
    if not denied:
        return "asserted"
    rest = folded[to:]
    return "hedged" if book.has(clause + rest, "hedge") or book.has(rest, "yes") else "denied"
