"""Lexicons as one matcher: every surface form of every concept in a trie of word keys, read once.

A form is matched over the keys of its content words, so `boule au ventre` also finds « une boule, là, dans le
ventre »; small words of degree and negation may stand inside (`dors vraiment pas bien`), and are reported. Knows
no negation outside the form, no person, no time: `concepts` adds those.
"""

from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import Any, Literal, NamedTuple

from colloque.french.normalise import fold_word
from colloque.french.tokens import Token, fine_key, key_of, light_words, load_data, tokens

__all__ = ["Concept", "Form", "Hit", "concept_files", "concepts", "form_keys", "scan"]

Says = Literal["name", "present", "absent"]

NEGATIONS = frozenset(
    ("pas", "plus", "jamais", "rien", "aucun", "aucune", "guere", "sans", "ni", "nullement", "zero", "non")
)
_MAX_GAP = 2
_COLOUR = "couleur"
_PASSED = frozenset((",", "...", "…"))


class Concept(NamedTuple):
    """One clinical idea: its id, what kind of fact it is, the family it belongs to.

    `hard`: a mention that it is there is a clinical fact, never colour. `apart`: its forms are different things (an
    infarction is no stroke), so that knowing one is not knowing the other.
    """

    id: str
    kind: str
    family: str
    hard: bool
    apart: bool


class Form(NamedTuple):
    """One surface form of a concept, and what it says by itself; `negated`: it holds its own negation.

    `guard`: light words that must stand around the single content word of a form such as « en nage », by distance;
    `fine`: the narrow key of that word.
    """

    concept: str
    says: Says
    negated: bool
    words: int
    guard: tuple[tuple[int, str], ...] = ()
    fine: str = ""


class Hit(NamedTuple):
    """A form found in a text: token positions [first, last], and the negations that stand inside it."""

    form: Form
    first: int
    last: int
    inner: tuple[str, ...]


def form_keys(text: str) -> tuple[str, ...]:
    """Keys of a form's words without the light ones; all of them where nothing else would be left."""
    found = [t for t in tokens(text) if t.word[0].isalnum()]
    light = light_words()
    heavy = tuple(t.key for t in found if t.word not in light)
    return heavy or tuple(t.key for t in found)


@lru_cache(maxsize=1)
def _gap() -> frozenset[str]:
    return frozenset(fold_word(word) for word in load_data("words.toml")["gap"])


@lru_cache(maxsize=1)
def _numbers() -> frozenset[str]:
    """Number words, which may stand inside a form: « perdu six kilos »."""
    return frozenset(fold_word(word) for word in load_data("quantities.toml")["numbers"]) - {"un", "une"}


@lru_cache(maxsize=1)
def _passable() -> frozenset[str]:
    """Words that may stand inside a form, two at most."""
    return _gap() | _numbers()


@lru_cache(maxsize=1)
def _classes() -> dict[str, str]:
    return {fold_word(w): name for name, words in load_data("words.toml")["classes"].items() for w in words.split()}


@lru_cache(maxsize=1)
def _unguarded() -> frozenset[str]:
    return frozenset(fold_word(word) for word in load_data("words.toml")["unguarded"])


@lru_cache(maxsize=1)
def _generic() -> frozenset[str]:
    """Keys that say nothing alone: forms made of them only must stand word for word."""
    data = load_data("words.toml")
    return frozenset(key_of(fold_word(word)) for word in [*data["gap"], *data["weak"]["words"]])


def _guard(text: str) -> tuple[tuple[int, str], ...]:
    """The words around a form's first content word that must stand as they are.

    The light ones, where there is but one content word; all, where the content words are generic (« ça fait mal »).
    """
    found = [t for t in tokens(text) if t.word[0].isalnum()]
    light = light_words()
    heavy = [i for i, t in enumerate(found) if t.word not in light]
    strict = len(heavy) > 1 and all(found[i].key in _generic() for i in heavy)
    if not heavy or not (strict or len(heavy) == 1):
        return ()
    return tuple(
        (i - heavy[0], f"={t.key}" if i in heavy else _classes().get(t.word, t.word))
        for i, t in enumerate(found)
        if i != heavy[0] and (i in heavy or t.word not in _unguarded())
    )


def _guarded(words: Sequence[Token], at: int, guard: tuple[tuple[int, str], ...]) -> bool:
    size, classes = len(words), _classes()
    for offset, expected in guard:
        i = at + offset
        if not 0 <= i < size:
            return False
        word, key = words[i][:2]
        if expected[0] == "=":
            if key != expected[1:]:
                return False
        elif classes.get(word, word) != expected:
            return False
    return True


def _fine(text: str) -> str:
    """The narrow key of a form's only content word, empty where there are several."""
    heavy = [t for t in tokens(text) if t.word[0].isalnum() and t.word not in light_words()]
    return fine_key(heavy[0].word) if len(heavy) == 1 else ""


def concept_files() -> list[str]:
    """Names of the files that hold concepts, in order."""
    folder = resources.files("colloque.french").joinpath("data")
    return sorted(p.name for p in folder.iterdir() if p.name.startswith("concepts_"))


@lru_cache(maxsize=1)
def _raw() -> tuple[dict[str, Any], ...]:
    """The concepts of all files, then what extends them; medicines are forms of `medicaments`."""
    loaded = [load_data(name) for name in concept_files()]
    return (
        *(entry for data in loaded for entry in data["concept"]),
        *(entry for data in loaded for entry in data.get("extend", ())),
        {"id": "medicament_nomme", "present": load_data("drugs.toml")["names"]},
    )


@lru_cache(maxsize=1)
def concepts() -> dict[str, Concept]:
    """Every concept by its id."""
    entries = [entry for name in concept_files() for entry in load_data(name)["concept"]]
    return {
        c["id"]: Concept(
            c["id"], c.get("kind", "symptom"), c.get("family", c["id"]), c.get("hard", False), c.get("apart", False)
        )
        for c in entries
    }


_END = "\x00"
_Trie = dict[str, Any]


@lru_cache(maxsize=1)
def _trie() -> _Trie:
    root: _Trie = {}
    sections: tuple[tuple[str, Says], ...] = (("names", "name"), ("present", "present"), ("absent", "absent"))
    for entry in _raw():
        for section, says in sections:
            for text in entry.get(section, ()):
                keys = form_keys(text)
                node = root
                for key in keys:
                    node = node.setdefault(key, {})
                form = Form(entry["id"], says, any(k in NEGATIONS for k in keys), len(keys), _guard(text), _fine(text))
                forms = node.setdefault(_END, [])
                if form not in forms:
                    forms.append(form)
    return root


_Found = tuple[Form, int, tuple[str, ...]]
"""A form, the position of its last word, and the negations passed over inside it."""


def _walk(words: Sequence[Token], start: int, node: _Trie) -> list[_Found]:
    """Forms that begin at `start`, with small words skipped between their parts."""
    stack: list[tuple[_Trie, int, int, tuple[str, ...]]] = [(node, start, 0, ())]
    light, gap, size = light_words(), _passable(), len(words)
    found: list[_Found] = []
    while stack:
        here, last, skipped, gathered = stack.pop()
        if _END in here:
            found.extend([(form, last, gathered) for form in here[_END]])
            if len(here) == 1:
                continue
        for position in range(last + 1, size):
            word, key = words[position][:2]
            if word in light or word in _PASSED:
                continue
            following = here.get(key)
            if following is not None:
                stack.append((following, position, skipped, gathered))
            if skipped >= _MAX_GAP or not (word in gap or word[0].isdigit()):
                break
            skipped += 1
            if word in NEGATIONS:
                gathered = (*gathered, word)
    return found


def scan(words: Sequence[Token]) -> list[Hit]:
    """All forms in the words; where two overlap for one concept, or one holds the other, the longer wins."""
    root, light = _trie(), light_words()
    found: list[Hit] = []
    for i, (word, key, _, _, _) in enumerate(words):
        node = root.get(key)
        if node is None or word in light:
            continue
        best: dict[str, tuple[tuple[int, int, bool], Hit]] = {}
        alone = node.get(_END) if len(node) == 1 else None
        for form, last, inner in [(form, i, ()) for form in alone] if alone else _walk(words, i, node):
            if form.fine and form.fine != fine_key(word):
                continue
            if form.guard and not _guarded(words, i, form.guard):
                continue
            if form.negated and any(w.word in ("comme", "si") for w in words[i:last]):
                continue
            rank = (form.words, i - last, form.says != "name")
            known = best.get(form.concept)
            if known is None or rank > known[0]:
                best[form.concept] = rank, Hit(form, i, last, inner)
        found.extend([hit for _, hit in best.values()])
    return _longest(found)


def _longest(hits: list[Hit]) -> list[Hit]:
    """Drops hits that lie within another hit of more words."""
    if len(hits) < 2:
        return hits
    kept = []
    for hit in hits:
        inside = any(
            other is not hit
            and (other.form.words > hit.form.words or other.form.concept == _COLOUR != hit.form.concept)
            and other.first <= hit.first
            and hit.last <= other.last
            and not (other.form.says == "name" and hit.form.says != "name" and other.form.concept == hit.form.concept)
            for other in hits
        )
        if not inside:
            kept.append(hit)
    return kept
