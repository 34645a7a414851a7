"""Lexicons of phrases as data: a TOML file of patterns becomes a quick search over folded French.

Knows nothing of what the phrases mean, nor of dialogues: a rule has a label, patterns, exceptions that hold within
the same sentence, and golden cases (`hits`, `misses`) that a test runs. A sieve finds the few of hundreds of patterns
that may match a text, so that a lexicon costs a few microseconds a text.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from colloque.french.needles import needles_of
from colloque.french.sieve import Sieve, sieve_for

__all__ = ["Hit", "Lexicon", "Rule", "lexicon", "plain", "sentences"]

_SAME_LENGTH = str.maketrans(
    "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ’‘ʼ`´\u00a0\u202f\u2009–—",
    "aaaaaaceeeeiiiinooooouuuuyy'''''\u0020\u0020\u0020--",
)
_SENTENCE = re.compile(r"[^.!?…\n]*(?:(?<=\d)[.](?=\d)[^.!?…\n]*)*(?:[.!?…]+[ »\"')]*|\n|$)")
_WORDY_START = re.compile(r"(?:\(\?:)*[a-z0-9œ\[]")
_WORDY_END = re.compile(r"[a-z0-9œ\])?}+]$(?<!\\[?)\]}+])")
"""Where a pattern begins or ends with a word, a word boundary is asked for."""
_BEHIND = re.compile(r"\(\?<[!=][^)]*\)")
_MACRO = re.compile(r"\{([a-z][a-z_0-9]*)\}")


@lru_cache(maxsize=512)
def plain(text: str) -> str:
    """Lower case, no accents, straight apostrophes, plain spaces: what patterns are matched against.

    As long as the composed (NFC) text, so that positions of a match are positions in it. `œ` stays: patterns
    write it and match both `œ` and `oe`.
    """
    text = unicodedata.normalize("NFC", text)
    low = text.lower()
    if len(low) != len(text):
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return low.translate(_SAME_LENGTH)


@lru_cache(maxsize=512)
def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of the sentences of a text; the mark that ends one belongs to it. Empty ones are left out."""
    spans = []
    for match in _SENTENCE.finditer(text):
        if match.group().strip():
            spans.append(match.span())
    return tuple(spans)


class Hit(NamedTuple):
    """One match: the rule's label, and the characters [start, end) of the composed text."""

    label: str
    start: int
    end: int


class Phrase:
    """One pattern, with word boundaries where it begins and ends with words; compiled at first use."""

    def __init__(self, source: str) -> None:
        self.source = source
        begin = r"\b" if _WORDY_START.match(source) else ""
        end = r"\b" if _WORDY_END.search(source) else ""
        self.bounded = f"{begin}(?:{source}){end}"
        self._compiled: re.Pattern[str] | None = None

    @cached_property
    def needles(self) -> tuple[str, ...]:
        """Strings of which every match holds one."""
        return needles_of(self.source)

    @property
    def pattern(self) -> re.Pattern[str]:
        """The compiled pattern."""
        if self._compiled is None:
            self._compiled = re.compile(self.bounded)
        return self._compiled


@dataclass(frozen=True)
class Rule:
    """Patterns of one label. `unless` dismisses a match when found in the same sentence."""

    label: str
    say: tuple[Phrase, ...]
    unless: tuple[Phrase, ...]
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    note: str


class Lexicon:
    """The rules of one file, searched together.

    A sieve tells in one pass which patterns may match a text, and only those are run; a tenth of them is ever compiled.
    """

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self._labels = frozenset(rule.label for rule in rules)
        self._asked: set[tuple[str, ...]] = {()}
        self._phrases = [(rule, phrase) for rule in rules for phrase in rule.say]

    @cached_property
    def _sieve(self) -> Sieve:
        return sieve_for([phrase.bounded for _, phrase in self._phrases])

    def all(self, text: str, *labels: str) -> tuple[Hit, ...]:
        """Every match in `text` (composed, not folded), in the order of the text; only of `labels` when given."""
        if labels not in self._asked:
            self._refuse_unknown(labels)
        hits, present = _found(self, plain(text))
        if not labels or not hits:
            return hits
        return () if present.isdisjoint(labels) else tuple([hit for hit in hits if hit.label in labels])

    def _refuse_unknown(self, labels: tuple[str, ...]) -> None:
        if not self._labels.issuperset(labels):
            raise KeyError(f"no rule is labelled {sorted(set(labels) - self._labels)}")
        self._asked.add(labels)

    def first(self, text: str, *labels: str) -> Hit | None:
        """The first match in the order of the text, or None."""
        found = self.all(text, *labels)
        return found[0] if found else None

    def has(self, text: str, *labels: str) -> bool:
        """Whether anything matches."""
        if labels not in self._asked:
            self._refuse_unknown(labels)
        present = _found(self, plain(text))[1]
        return not present.isdisjoint(labels) if labels else bool(present)

    def labels(self, text: str) -> frozenset[str]:
        """The labels that match somewhere in the text."""
        return _found(self, plain(text))[1]

    def likely(self, folded: str) -> list[tuple[Rule, Phrase]]:
        """The patterns that may match in a folded text, with their rules."""
        return [self._phrases[number] for number in self._sieve.likely(folded)]


@lru_cache(maxsize=512)
def _found(book: Lexicon, folded: str) -> tuple[tuple[Hit, ...], frozenset[str]]:
    """The hits in a folded text, and their labels."""
    found: list[Hit] = []
    for rule, phrase in book.likely(folded):
        for match in phrase.pattern.finditer(folded):
            if not (rule.unless and _dismissed(rule, folded, match.end() - 1)):
                found.append(Hit(rule.label, match.start(), match.end()))
    if not found:
        return _NOTHING
    found.sort(key=lambda hit: (hit.start, -hit.end))
    return tuple(found), frozenset([hit.label for hit in found])


_NOTHING: tuple[tuple[Hit, ...], frozenset[str]] = ((), frozenset())


def _dismissed(rule: Rule, folded: str, last: int) -> bool:
    for low, high in sentences(folded):
        if low <= last < high:
            sentence = folded[low:high]
            return any(
                any(needle in sentence for needle in phrase.needles) and phrase.pattern.search(sentence)
                for phrase in rule.unless
            )
    return False


def _phrase(source: str, macros: dict[str, str]) -> Phrase:
    while _MACRO.search(source):
        source = _MACRO.sub(lambda match: f"(?:{macros[match.group(1)]})", source)
    source = unicodedata.normalize("NFC", source).translate(_SAME_LENGTH)
    source = _BEHIND.sub(lambda match: match.group().replace(" ", r"\s"), source)
    source = source.replace("œ", "(?:œ|oe)").replace(" ?", r"\s*").replace(" ", r"\s+")
    return Phrase(source)


def _rule(data: dict[str, Any], macros: dict[str, str]) -> Rule:
    return Rule(
        label=data["label"],
        say=tuple(_phrase(source, macros) for source in data["say"]),
        unless=tuple(_phrase(source, macros) for source in data.get("unless", ())),
        hits=tuple(data.get("hits", ())),
        misses=tuple(data.get("misses", ())),
        note=data.get("note", ""),
    )


@lru_cache(maxsize=64)
def lexicon(name: str) -> Lexicon:
    """The lexicon `french/data/conduct/<name>.toml`, compiled once. Macros of `macros.toml` are known to all."""
    data = _data(name)
    macros: dict[str, str] = dict(_data("macros")["macros"])
    for macro, (file, key) in _data("macros")["lists"].items():
        macros[macro] = "(?:[ld]')?(?:" + "|".join(sorted(_data(file)[key], key=len, reverse=True)) + ")"
    macros.update(data.get("macros", {}))
    return Lexicon(tuple(_rule(rule, macros) for rule in data["rule"]))


@lru_cache(maxsize=64)
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads((files("colloque.french") / "data" / "conduct" / f"{name}.toml").read_text("utf-8"))
