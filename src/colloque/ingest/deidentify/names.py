"""Names in free text: those that the record itself gives, and those that a civility, a kinship or a given name betrays.

No model: lists and what stands around (`knowledge/names.toml`, `identity.toml`). Knows what it cannot promise: a rare
name alone, in lower case, is not seen unless the record gives it.
"""

import re
from collections.abc import Iterator
from functools import cache

from colloque.ingest.deidentify.name_lists import TOKEN, Gender, Known, civilities, family, given, key, listed
from colloque.ingest.deidentify.numbers import Pick, Span
from colloque.ingest.words import knowledge

__all__ = ["name_spans"]

_UP = "A-ZÀ-ÖØ-ÞŁŚŻŠŽČĆŘĞİŐŰĐŹŃĘĄ"
_CAP = rf"\b(?:[DLO]['’](?=[{_UP}]))?[{_UP}][\w-]*\w"
_NAME = rf"{_CAP}(?:\s+(?:(?:de|du|des|de la|le|la|d['’]|ben|el|al|van|von|da|di|dos)\s+)?{_CAP}){{0,2}}"
_INSTITUTION = re.compile(
    r"\b(?:h[ôo]pital|clinique|chu|chr|centre|lyc[ée]e|coll[èe]ge|[ée]cole|universit[ée]|fondation|institut|saint|sainte|st|ste|syndrome de|maladie de|rue|avenue|boulevard|place|quai|allée|chemin|impasse)\s*(?:de |d['’]|du |de la )?$",
    re.IGNORECASE,
)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    words = knowledge("identity")["names"]

    accents = str.maketrans({"e": "[eéèê]", "c": "[cç]"})

    def either(*keys: str) -> str:
        return "|".join(
            sorted(
                (re.escape(w).replace("\\'", "['’]").replace("'", "['’]") for key in keys for w in words[key]),
                key=len,
                reverse=True,
            )
        )

    kin = (
        either("kin_f", "kin_m").translate(accents).replace("s[oœ]", "s[oœ]").replace("so[eéèê]ur", "s(?:œ|o[eéèê])ur")
    )

    def civil(key: str) -> str:
        """Whole words, and abbreviations with their dot: « docteur. J'ai » is no name."""
        ordered = sorted(words[key], key=len, reverse=True)
        return "|".join(
            rf"{re.escape(w)}\.?" if len(w) < 5 and w != "kine" else re.escape(w).translate(accents) for w in ordered
        )

    civility = re.compile(
        rf"\b(?:(?i:({civil('civil_f')}))|(?i:({civil('civil_m')}))|(?i:({civil('civil')})))(?!\w)\s+({_NAME})"
    )
    kinship = re.compile(
        rf"\b(?i:mon|ma|mes|ton|ta|son|sa|notre|votre|leur|le|la|l['’]|un|une|cette|cet)\s?(?i:(?:petite?|grande?|meilleure?|ancien(?:ne)?|nouvel(?:le)?|ex)[ -])?(?i:({kin}))\s*,?\s+({_CAP}(?:\s+{_CAP})?)"
    )
    called = re.compile(
        rf"\b(?i:{either('call').translate(accents)})\s*[:,]?\s+(?:(?i:madame|monsieur|mme|m\.|mr)\s+)?([A-Za-zÀ-ÿ][\w’'-]*(?:\s+[A-Za-zÀ-ÿ][\w’'-]*){{0,2}})"
    )
    pair = re.compile(rf"\b({_CAP})\s+(?:((?:de|du|des|de la|le|la|ben|el|van|von|da|di)\s+))?({_CAP})\b")
    return civility, kinship, called, pair


def name_spans(text: str, known: list[Known], pick: Pick) -> Iterator[Span]:
    """Every name found in a text, word by word."""
    own = {one.token: one.gender for one in known}
    if own:
        yield from _own(text, own, pick)
    shouted = sum(c.isupper() for c in text) > 0.6 * max(sum(c.isalpha() for c in text), 1) and len(text) > 12
    if not shouted:
        yield from _introduced(text, own, pick)
        yield from _alone(text, own, pick)
        yield from _acting(text, own, pick)
    yield from _called(text, own, pick)
    yield from _lower(text, own, pick)


def _own(text: str, own: dict[str, Gender], pick: Pick) -> Iterator[Span]:
    ordinary = listed("names", "ordinary") | listed("names", "words")
    for match in TOKEN.finditer(text):
        word = key(match[0])
        parts = [word] if word in own else [part for part in word.split("-") if part in own and len(part) > 2]
        if not parts:
            continue
        if word in ordinary and match[0].islower():
            continue
        if len(word) < 3 and not match[0][:1].isupper():
            continue
        if word in own:
            yield _span(match, own[word], pick)
        else:
            yield from _inside(match, own, pick)


def _inside(match: re.Match[str], own: dict[str, Gender], pick: Pick) -> Iterator[Span]:
    """Own names inside a compound, such as d'Elena or Garcia-Lopez."""
    for part in re.finditer(r"[^\W\d_]+", match[0]):
        word = key(part[0])
        if word in own and len(word) > 2:
            start = match.start() + part.start()
            yield Span(start, start + len(part[0]), "name", _stand_in(part[0], own[word], pick))


def _span(match: re.Match[str], gender: Gender, pick: Pick, group: int = 0) -> Span:
    return Span(match.start(group), match.end(group), "name", _stand_in(match[group], gender, pick))


def _stand_in(token: str, gender: Gender, pick: Pick) -> str:
    names = knowledge("names")["standins"][gender]
    chosen: str = names[pick(f"name-{gender}", key(token), len(names))]
    return chosen.upper() if token.isupper() and len(token) > 1 else chosen.lower() if token.islower() else chosen


def _introduced(text: str, own: dict[str, Gender], pick: Pick) -> Iterator[Span]:
    civility, kinship, _, pair = _patterns()
    for match in civility.finditer(text):
        gender: Gender = "f" if match[1] else "m" if match[2] else "family"
        if (match[1] or match[2] or match[3] or "").lower().rstrip(".") in ("m", "me", "pr", "ms", "mr") and not text[
            match.start() : match.start(4)
        ].strip()[:1].isupper():
            continue
        yield from _tokens(text, match.start(4), match.end(4), gender, own, pick, surname=True)
    for match in kinship.finditer(text):
        female = key(match[1]) in listed("identity", "kin_f")
        yield from _tokens(text, match.start(2), match.end(2), "f" if female else "m", own, pick)
    for match in pair.finditer(text):
        first, second = key(match[1]), key(match[3])
        not_names = listed("names", "not_names")
        if (
            first in not_names
            or second in not_names
            or _INSTITUTION.search(text[max(0, match.start() - 24) : match.start()])
        ):
            continue
        if first in given():
            yield _span(match, given()[first], pick, 1)
            yield _span(match, own.get(second, "family"), pick, 3)
        elif second in given() and match[1].isupper() and len(match[1]) > 2:
            yield _span(match, "family", pick, 1)
            yield _span(match, given()[second], pick, 3)


def _tokens(
    text: str, start: int, end: int, gender: Gender, own: dict[str, Gender], pick: Pick, *, surname: bool = False
) -> Iterator[Span]:  # fmt: skip
    """The words of a name: given ones by the list, the others as family names or as the gender says."""
    for number, match in enumerate(TOKEN.finditer(text, start, end)):
        word = key(match[0])
        if word in listed("names", "particles") and match.end() < end:
            continue
        if word in listed("names", "not_names") and word not in own:
            return
        if not match[0][0].isupper():
            continue
        if match[0].isupper() and not surname and word not in given() and word not in own:
            return  # AVC, IRM: an acronym beside a kinship is what they had, not who they are.
        kind: Gender = own.get(word) or (
            "family" if surname and word not in given() else given().get(word, "family" if number else gender)
        )
        yield Span(match.start(), match.end(), "name", _stand_in(match[0], kind, pick))


def _lower(text: str, own: dict[str, Gender], pick: Pick) -> Iterator[Span]:
    """Lower-case names that people type: « le dr martin », « mme dupont », « marie dupont »."""
    names = {key(name) for name in knowledge("names")["family"]}
    for match in _TYPED.finditer(text):
        word = key(match[2])
        before = key(match[1].rstrip("."))
        civil = before in civilities() and before not in ("m", "me", "pr")
        if word in names and (civil or (before in given() and word not in listed("names", "ordinary"))):
            if not civil:
                yield _span(match, given()[before], pick, 1)
            yield _span(match, own.get(word, "family"), pick, 2)


_FIELD = re.compile(
    rf"(?:^|[\s;,(/])(?i:nom|pr[ée]nom|nom de famille|nom de naissance|nom et pr[ée]nom|name|first name|last name)\s*[:=]\s*({_NAME}|[a-zà-ÿ-]{{2,30}})"
)
"""`Nom : Martin` inside an answer."""
_TYPED = re.compile(r"\b(?=([a-zà-ÿ]{2,}\.?)\s+([a-zà-ÿ][a-zà-ÿ-]{2,})\b)")


def _called(text: str, own: dict[str, Gender], pick: Pick) -> Iterator[Span]:
    for match in _FIELD.finditer(text):
        for token in TOKEN.finditer(text, match.start(1), match.end(1)):
            word = key(token[0])
            if word in listed("names", "not_names"):
                break
            yield _span(token, own.get(word) or given().get(word, "family"), pick)
    called = _patterns()[2]
    for match in called.finditer(text):
        for number, token in enumerate(TOKEN.finditer(text, match.start(1), match.end(1))):
            word = key(token[0])
            lower = token[0].islower()
            if word in listed("names", "particles") and not lower and token.end() < match.end(1):
                continue
            if word in listed("names", "not_names") or (lower and number > 1):
                break
            if (
                lower
                and number == 0
                and word not in given()
                and not text[match.start() :].lower().startswith(("je m", "mon nom", "mon pr"))
            ):
                break
            if lower and number == 1 and word in _verbs():
                break
            yield Span(
                token.start(),
                token.end(),
                "name",
                _stand_in(token[0], own.get(word) or given().get(word, "family" if number else "mixed"), pick),
            )


@cache
def _verbs() -> frozenset[str]:
    return frozenset(
        (
            "dors",
            "vis",
            "habite",
            "travaille",
            "souffre",
            "viens",
            "prends",
            "fume",
            "bois",
            "jai",
            "age",
            "ages",
            "agee",
            "agé",
        )
    )


_ACTS = (
    r"(?:qui\s+(?:m|s)['’]|qui\s+(?:me|vient|est|vit)\b|m['’](?:a|aide|accompagne|en|y|appelle|emm[èe]ne)\b|me\s+(?:dit|trouve|garde|conduit|soutient|manque|voit|aide)\b"
    r"|pense\b|dit\s+que\b|est\s+(?:part|mort|d[ée]c[ée]d|venu|n[ée]|rest|au courant|malade|inqui)|,\s+(?:elle|il|ma|mon|mes|notre)\s|passe\s+me\b|vient\s+me\b)"
)


def _acting(text: str, own: dict[str, Gender], pick: Pick) -> Iterator[Span]:
    """Capitalised words in mid-sentence that do what people do: « Zsófia, elle pense », « c'est Gwen Petit qui m'aide »."""
    for match in _ACTING.finditer(text):
        before = text[: match.start()].rstrip()
        if (
            not before
            or before[-1] in ".!?:»\n"
            or _INSTITUTION.search(text[max(0, match.start() - 24) : match.start()])
        ):
            continue
        yield from _tokens(text, match.start(1), match.end(1), "mixed", own, pick)


_ACTING = re.compile(rf"({_CAP}(?:\s+(?:(?:de|du|le|la|ben|el|van|von|da|di)\s+)?{_CAP})?)\s*{_ACTS}")


def _alone(text: str, own: dict[str, Gender], pick: Pick) -> Iterator[Span]:
    """Given names on their own, where they are no ordinary word."""
    words = listed("names", "words")
    for match in re.finditer(_CAP, text):
        word = key(match[0])
        if (
            (word in given() or word in family())
            and word not in words
            and not _INSTITUTION.search(text[max(0, match.start() - 24) : match.start()])
        ):
            yield _span(match, own.get(word, given().get(word, "family")), pick)
