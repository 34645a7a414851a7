"""A person's words are data: control marks written in them are broken, so that no tokenizer takes them for real ones.

Knows nothing of tokenizers; the caller names the marks (`<|end|>`, `</s>`, …).
"""

from collections.abc import Iterable

__all__ = ["neutralise"]


def neutralise(text: str, marks: Iterable[str]) -> str:
    """The text with every mark broken by a space after its first character: `<|end|>` becomes `< |end|>`.

    Readers see the same words; a tokenizer no longer sees a control token. Text without a mark is returned as it is.
    """
    found = [mark for mark in marks if len(mark) > 1 and mark in text]
    # Longest first: a mark inside a longer one is broken with it. Breaking one may not build another, so until none is left.
    for mark in sorted(found, key=lambda m: (-len(m), m)):
        while mark in text:
            text = text.replace(mark, f"{mark[0]} {mark[1:]}")
    return text
