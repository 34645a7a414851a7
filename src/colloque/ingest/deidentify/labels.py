"""Which questions ask who the person is. Words are data (`knowledge/identity.toml`)."""

from functools import cache, lru_cache

from colloque.ingest.words import knowledge, plain

__all__ = ["identity_kind"]


@cache
def _exact() -> dict[str, str]:
    return {plain(word): kind for kind, words in knowledge("identity")["kinds"].items() for word in words}


@lru_cache(maxsize=8192)
def identity_kind(question: str) -> str | None:
    """name, nir, ins, file_number, birth, address, phone, mail, bank, link — or None: the answer does not identify."""
    word = plain(question)
    if not word:
        return None
    exact = _exact().get(word) or _exact().get(
        word.removesuffix(" du patient").removesuffix(" de la patiente").removesuffix(" patient")
    )
    if exact:
        return exact
    words = word.split()
    data = knowledge("identity")
    if len(words) > 14 or any(f" {no} " in f" {word} " for no in data["not"]["words"]):
        return None
    for kind, sentences in data["asked"].items():
        if any(sentence in word for sentence in sentences):
            return str(kind)
    if len(words) <= 8 and "?" not in question:
        for kind, starts in data["prefix"].items():
            if any(f"{word} ".startswith(start) for start in starts):
                return str(kind)
    return None
