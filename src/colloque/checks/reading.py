"""One text read once: its words, concepts, quantities, persons and degrees together. Knows no record and no dialogue."""

from dataclasses import dataclass
from functools import lru_cache

from colloque.french.concepts import Mention, mentions
from colloque.french.context import STOPS
from colloque.french.normalise import fold_word
from colloque.french.persons import Person, persons
from colloque.french.phrases import phrases
from colloque.french.polarity import Reply, reply_polarity
from colloque.french.quantities import Quantity, quantities
from colloque.french.scales import Level, levels
from colloque.french.tokens import Token, key_of, light_words, load_data, tokens

__all__ = ["GENERIC", "Reading", "read_text", "weak_keys"]

GENERIC = frozenset(
    (
        "frequence", "intensite", "duree", "declencheur", "soulagement", "attente", "etat_general", "motif", "remarques", "impact", "age",
    )
)  # fmt: skip
"""Topics that name a kind of question (how long, how often) and not a clinical matter."""


_FAMILY_WORDS = frozenset(
    (
        "famille",
        "familial",
        "familiaux",
        "familiale",
        "familiales",
        "parents",
        "heredite",
        "hereditaire",
        "ascendants",
        "entourage",
    )
)


@lru_cache(maxsize=1)
def weak_keys() -> frozenset[str]:
    """Keys that tell little about what a text is about."""
    units = load_data("quantities.toml")["units"]
    measures = " ".join(f"{name} {forms}" for kind in units if kind != "number" for name, (_, forms) in units[kind].items())
    return frozenset(key_of(fold_word(word)) for word in [*load_data("words.toml")["weak"]["words"], *measures.split()])


@dataclass(frozen=True, slots=True)
class Reading:
    """A text and what can be read in it. `sentence` numbers the sentence of each token."""

    text: str
    words: tuple[Token, ...]
    sentence: tuple[int, ...]
    keys: frozenset[str]
    mentions: tuple[Mention, ...]
    quantities: tuple[Quantity, ...]
    persons: tuple[Person, ...]
    levels: tuple[Level, ...]
    lead: Reply | None

    @property
    def concepts(self) -> frozenset[str]:
        """Ids of the clinical matters mentioned, whatever is said of them."""
        return frozenset(m.concept for m in self.mentions if m.concept not in GENERIC)

    @property
    def generic(self) -> frozenset[str]:
        """Ids of the kinds of question."""
        return frozenset(m.concept for m in self.mentions if m.concept in GENERIC)

    @property
    def hedged(self) -> bool:
        """The speaker calls it usual (« comme tout le monde ») or compares: nothing said here denies or affirms."""
        return bool(phrases("hedges").find([t.word for t in self.words]))

    @property
    def partial(self) -> bool:
        """The answer opens by neither a plain yes nor a plain no: « un peu », « pas tout à fait », « plus trop »."""
        words = [t.word for t in self.words[:8]]
        return any(first <= 3 for first, _ in phrases("partial").find(words))

    @property
    def family(self) -> bool:
        """The words are about the family or what runs in it."""
        return not _FAMILY_WORDS.isdisjoint(t.word for t in self.words)

    def sentence_at(self, offset: int) -> int:
        """Number of the sentence that holds character `offset`."""
        number = 0
        for token, sentence in zip(self.words, self.sentence, strict=True):
            if token.start > offset:
                break
            number = sentence
        return number


def _sentences(words: tuple[Token, ...]) -> tuple[int, ...]:
    number, out = 0, []
    for token in words:
        out.append(number)
        if token.word in STOPS and token.word not in (":", ";"):
            number += 1
    return tuple(out)


@lru_cache(maxsize=8192)
def read_text(text: str) -> Reading:
    """The reading of a text, remembered."""
    words = tokens(text)
    light, weak = light_words(), weak_keys()
    degrees = {i for level in levels(text) for i in range(level.first, level.end) if level.end - level.first > 1}
    keys = frozenset(
        t.key
        for i, t in enumerate(words)
        if t.word[0].isalpha() and len(t.word) > 1 and t.word not in light and t.key not in weak and i not in degrees
    )
    return Reading(
        text, words, _sentences(words), keys, mentions(text), quantities(text), persons(text), levels(text), reply_polarity(text)
    )  # fmt: skip
