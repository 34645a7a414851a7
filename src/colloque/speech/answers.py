"""What a patient wrote, made sayable: markup gone, abbreviations written out, numbers in words, oui and non apart.

Spelling and form change, facts do not. The patient's words are data: braces, tags and control marks have no power
here and are not spoken. Knows no topic.
"""

import html
import re
import unicodedata
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from colloque.speech.bank import load
from colloque.speech.hurried import put_right
from colloque.speech.letters import lower, upper
from colloque.speech.numbers import spoken_numbers
from colloque.speech.spelling import mended

__all__ = ["Reading", "ReadingKind", "clean", "read_answer"]

ReadingKind = Literal["yes", "no", "words", "nothing", "blank", "inapplicable", "unknown", "refused", "emoji"]


class Reading(NamedTuple):
    """An answer read. `lead` is the spoken oui/non with its adverbs; `rest` the other words, as sentences."""

    kind: ReadingKind
    lead: str = ""
    rest: str = ""
    sentences: tuple[str, ...] = ()


_MARKUP = re.compile(r"<\|[^|<>]{0,60}\|>|<!--.*?-->|</?[a-zA-Z][^<>]{0,300}>|\[/?INST\]|</?s>|```+\w*")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3\u2190-\u21ff]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufeff\ufffd]")
_SPACES = re.compile(r"[ \t\u00a0\u202f\u2009]+")
_SAME = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "`": "'",
        "´": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "{": "",
        "}": "",
        "*": "",
        "_": " ",
        "|": " ",
        "#": "",
        "^": "",
        "~": "",
        "\\": " ",
    }
)
_ARROW = re.compile(r"\s*(?:->|=>|-->|>>|→)\s*")
_YES = re.compile(
    r"^(?P<lead>(?:ah |ben |bah |euh,? |bien |mais |oh )?(?:oui|ouais|ouep|si)(?:[ ,]+(?:oui|tout à fait|absolument|bien sûr|carrément|complètement|clairement|vraiment|totalement|exactement))*)(?![\w'])\s*[,.:;!-]*\s*(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_NO = re.compile(
    r"^(?P<lead>(?:ah |ben |bah |euh,? |mais |oh )?(?:non|nan|nope)(?:[ ,]+(?:non|pas du tout|jamais|pas vraiment|pas trop|plus maintenant|pas encore|pas spécialement|pas particulièrement|absolument pas|aucune?|rien)(?! (?:de|d'|à|du|dit|cité|que|connue?s?|particuli\w+|notables?|spéciale?|précise?|sérieu\w+|autre)\b| de))*)(?![\w'])\s*[,.:;!-]*\s*(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_SI = re.compile(
    r"^si (?:je|j'|on|il|elle|c'|ça|les|la|le|un|une|mon|ma|mes|possible|besoin|nécessaire|vous|tu)\b|^si j'",
    re.IGNORECASE,
)
_NO_NOUN = re.compile(
    r"^(?:non|nan)[ -](?:fumeur|fumeuse|buveur|stop|précisé|communiqué|spécifié|voyant|binaire)", re.IGNORECASE
)
# « me réveille toutes les deux heures »: the telegraphic writer leaves the subject out, the speaker does not.
_SUBJECTLESS = re.compile(r"(^|, |\. )(me |m'|m')(?=[a-zà-ÿ]+e\b|sens |rendors |endors |lève )", re.IGNORECASE)
# Only forms that cannot be a participle without its accent: « oublie 1 fois » may be oublié.
_VERB_FIRST = re.compile(
    r"(?P<before>^|[.,] )(?P<verb>(?:ne |n')?(?:pleure|dors|bois|fume|prends|vis|vomis|arrive (?=pas|plus|à)|peux (?=pas|plus)|sais (?=pas|plus)|veux|fais|vais|sors|dois|deviens|mets|perds|tiens|travaille(?= (?:pas|de|à|en|dans|chez|comme))"
    r"|ai (?=mal|peur|du|des|de|pas|plus|toujours|envie|trop|perdu|pris|eu)|suis (?=\w)|me sens|vois|crois|cours)(?=\b|$)(?! (?:du|d'|au|à la)))",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+|\s*;\s*|(?<=[a-zà-ÿ)])\.(?=[A-ZÀ-Ý])")


@cache
def _spelling() -> tuple[frozenset[str], dict[str, frozenset[str]], dict[str, str]]:
    data = load("spelling")
    wholes = {kind: frozenset(data[kind]["forms"]) for kind in ("nothing", "inapplicable", "unknown", "refused")}
    return frozenset(data["acronyms"].split()), wholes, data["emoji"]


@lru_cache(maxsize=16384)
def clean(text: str) -> str:
    """What was typed without markup, pictures, control characters and stray accents; one kind of quote and space."""
    text = _MARKUP.sub(" ", html.unescape(html.unescape(text)))
    text = unicodedata.normalize("NFC", _CONTROL.sub(" ", _EMOJI.sub(" ", text))).translate(_SAME)
    if not text.isascii():
        text = "".join(c for c in text if not unicodedata.category(c).startswith(("M", "C")) or c == "\n")
    return _SPACES.sub(" ", _ARROW.sub(", ", text)).strip()


@lru_cache(maxsize=16384)
def read_answer(answer: str) -> Reading:
    """Read one answer. Never fails, whatever was typed."""
    pictures = _EMOJI.findall(html.unescape(answer))
    text = clean(answer)
    whole = _whole(text, pictures)
    if whole:
        return whole
    text = _written_out(_lowered(text))
    match = None if _NO_NOUN.match(text) else _NO.match(text)
    kind: ReadingKind = "no"
    if match is None and not _SI.match(text):
        match, kind = _YES.match(text), "yes"
    lead, rest = (_lead(match["lead"]), match["rest"]) if match else ("", text)
    sentences = tuple(_sentence(s) for s in _SENTENCE.split(rest) if s and s.strip(" .,;:-!?'\"()"))
    return Reading(kind if match else "words", lead, " ".join(sentences), sentences)


def _whole(text: str, pictures: list[str]) -> Reading | None:
    """An answer that is no words of its own: nothing to say, a dash, a picture."""
    _, wholes, emoji = _spelling()
    bare = text.lower().strip(" .!,;:")
    for kind in ("nothing", "inapplicable", "unknown", "refused"):
        if bare in wholes[kind] or text.lower().strip() in wholes[kind]:
            return Reading(kind, rest=_sentence(_written_out(text)) if " " in text or kind == "refused" else "")
    if not re.search(r"\w", text):
        names = [emoji[c] for picture in pictures for c in picture if c in emoji]
        if names:
            return Reading("emoji", rest=names[0])
        return Reading("unknown" if "?" in text else "blank")
    return None


def _lowered(text: str) -> str:
    """Capitals of a whole answer made small; acronyms stay."""
    letters = [c for c in text if c.isalpha()]
    if len(letters) < 4 or text in _spelling()[0] or sum(c.isupper() for c in letters) < 0.7 * len(letters):
        return text
    acronyms = _spelling()[0]
    low = re.sub(
        r"[\w']+", lambda m: m.group() if m.group() in acronyms and len(m.group()) > 1 else m.group().lower(), text
    )
    return re.sub(r"(^|[.!?]\s+)([a-zà-ÿ])", lambda m: m[1] + m[2].upper(), low)


def _written_out(text: str) -> str:
    text = text.replace("...", "\u2026")
    text = put_right(text)
    text = mended(text)
    text = spoken_numbers(text).replace("\u2026", "...")
    text = _SUBJECTLESS.sub(lambda m: f"{m[1]}je {m[2].lower()}", text)
    text = _VERB_FIRST.sub(
        lambda m: m["before"] + ("j'" if m["verb"][0].lower() in "aeiouhéêœ" else "je ") + m["verb"].lower(), text
    )
    return text.strip(" ,;:") if text[:2].strip("-").isdigit() else text.strip(" ,;:-")


def _lead(lead: str) -> str:
    lead = re.sub(r"\s*,\s*", ", ", lead.strip())
    lead = re.sub(
        r"^(non|nan|oui|ouais|si) (?!,)(?=pas|jamais|oui|non|tout|absolument|bien|carrément|complètement|clairement|vraiment|totalement|plus|aucun|rien|exactement)",
        r"\1, ",
        lead,
        flags=re.IGNORECASE,
    )
    return upper(lead.lower())


def _sentence(text: str) -> str:
    """One sentence with a capital and a final mark."""
    text = text.strip(" ,;:-").replace('"', "")
    if not text:
        return ""
    if text.endswith("..."):
        return upper(text)
    mark = text[-1] if text[-1] in ".!?" else ""
    body = text.rstrip(" .!?") or text
    return upper(body) + {"?": " ?", "!": " !"}.get(mark, ".")


def lowered(sentence: str) -> str:
    """A sentence set inside another: small first letter, no final full stop."""
    return lower(sentence).rstrip(".") if not sentence.endswith("...") else lower(sentence)
