"""Numbers and addresses that identify, in free text: NIR with its key, INS, phones, IBAN, cards, e-mails, URLs, streets.

Each detector gives spans with a stand-in of the same kind and form. Stand-ins belong to nobody: phone numbers that the
regulator keeps for fiction, IBAN of bank 00000, month 00 in a NIR. Knows nothing of names.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from colloque.ingest.words import knowledge, plain

__all__ = ["Span", "iban_valid", "nir_key", "number_spans"]

Pick = Callable[[str, str, int], int]
"""(kind, value, how many) → which stand-in: the same for the same value of the same person."""


class Span(NamedTuple):
    """Characters [start, end) of a text, what they are, and what stands for them."""

    start: int
    end: int
    kind: str
    stand_in: str


_SEP = r"[ .\u00a0\u202f-]?"
_NIR = re.compile(
    rf"(?<![\d])[1-478]{_SEP}\d{{2}}{_SEP}(?:0[1-9]|1[0-2]|[2-4]\d|[5-9]\d){_SEP}(?:\d{{2}}|2[ABab]){_SEP}\d{{3}}{_SEP}\d{{3}}(?:{_SEP}(?:cl[ée]\s*:?\s*)?\d{{2}})?(?!\d)"
)
_INS = re.compile(r"(?<!\d)\d{22}(?!\d)|(?<![\d.])1\.2\.250\.1\.213\.1\.4\.\d{1,2}(?![\d.])")
_PHONE = re.compile(
    r"(?<![\d.,/+-])(?:(?:\+|00)\s?(?:33|32|41|352|262|590|594|596|687|689|1|44|49|34|39|212|213|216)\s?(?:\(0\)\s?)?[1-9](?:[ .\u00a0-]?\d){6,10}"
    r"|0[1-9](?:[ .\u00a0/-]?\d){8}|\(\d{3}\)\s?\d{3}[ .-]\d{4}|\d{3}[.-]\d{3}[.-]\d{4})(?![\d/]|[.,]\d)"
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\]|＠)\s?[\w-]{1,64}(?:\.[\w-]{2,24}){1,4}(?![\w@])")
_URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'»)]{3,500}|(?<![\w@.])(?:[\w-]{2,40}\.)+(?:fr|com|org|net|eu|be|ch|ca)/[^\s<>\"'»)]{1,300}",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z_][\w.]{2,29}")
_IBAN = re.compile(
    r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ \u00a0-]?[A-Z0-9]{4}){2,7}(?:[ \u00a0-]?[A-Z0-9]{1,4})?(?![A-Z0-9])"
)
_CARD = re.compile(r"(?<!\d)(?:\d[ -]?){15}\d(?!\d)")
_IP = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])")
_PLATE = re.compile(r"(?<![\w-])[A-HJ-NP-TV-Z]{2}-\d{3}-[A-HJ-NP-TV-Z]{2}(?![\w-])")
_LABELLED = re.compile(
    r"\b(IPP|NIP|RPPS|ADELI|INS|NDA|IEP|MRN|s[ée]curit[ée] sociale|n[°o] ?s[ée]cu|dossier(?: n(?:°|o|um[ée]ro)?)?|mutuelle|adh[ée]rent(?: n(?:°|o)?)?|num[ée]ro (?:de )?(?:dossier|patient|s[ée]cu(?:rit[ée] sociale)?))"
    r"\s*(?:n°|no|num[ée]ro)?\s*[:=]?\s*((?=[\w-]*\d)[A-Z0-9][\w-]{4,22}|(?:\d[ .]?){6,22}\d)",
    re.IGNORECASE,
)
_BIRTH = re.compile(
    r"\b(n[ée](?:e|\(e\)|\.e)?\s+le|date\s+de\s+naissance\s*(?::|est\s+le|est)?|ddn\s*:?|naissance\s*:|d\.?o\.?b\.?\s*:?|born\s+(?:on\s+)?)\s*(?:le\s+)?"
    r"(\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}(?:er)?\s+[a-zéûA-Z]{3,9}\.?\s+\d{4})",
    re.IGNORECASE,
)
_WAY = r"rue|avenue|av\.|boulevard|boul\.|bd\.?|bld|blvd|impasse|all[ée]e|chemin|ch\.|route|quai|cours|square|sq\.|r[ée]sidence|lotissement|passage|sentier|villa|hameau|place|pl\.|faubourg|fbg|esplanade|mail|mont[ée]e|ruelle|traverse|voie|rond-point|cit[ée]|st\.?|street|road|avenue|lane|drive"
_LINK = r"(?:\s+(?:de\s+l['’]|d['’]|de\s+la|de\s+l|des|du|de|la|le|les|l['’]|st|ste|saint|sainte|g[ée]n[ée]ral|mar[ée]chal|docteur|dr|pr[ée]sident|abb[ée]|jean|victor))*"
_WORD = r"[A-ZÀ-Ý0-9][\w'’.-]*"
_CITY = rf"(?:\s*,?\s*(?:[àa]\s+)?\d{{5}}\s+{_WORD}(?:[ -](?:{_WORD}|sur|sous|les|le|la|lès|en|de|du|des)){{0,4}}(?:\s+cedex(?:\s+\d+)?)?)?"
_STREET = re.compile(
    rf"(?<![\w/])\d{{1,4}}\s?(?:bis|ter|quater|[A-D]\b)?\s*,?\s+(?:{_WAY})(?![\w])(?:{_LINK}\s+[\w'’À-ÿ.-]{{2,}}(?:[ -]{_WORD}){{0,3}}){_CITY}",
    re.IGNORECASE,
)
_STREET_BARE = re.compile(
    rf"\b(?:rue|avenue|boulevard|impasse|all[ée]e|chemin|quai|r[ée]sidence|lotissement){_LINK}\s+(?:Les?\s+|La\s+)?{_WORD}(?:[ -]{_WORD}){{0,3}}"
    rf"(?:{_CITY})(?:\s+à\s+[A-ZÀ-Ý][\wÀ-ÿ]+(?:-[\wÀ-ÿ]+)*)?"
)
_TOWN = re.compile(
    rf"(?<![\d.,])(?:0[1-9]|[1-8]\d|9[0-8]|2[AB])\d{{3}}\s+(?!Euros?\b|UI\b|Pas\b|F\b|Kcal\b){_WORD}(?:[ -](?:{_WORD}|sur|sous|les|lès|en|de|du|des)){{0,4}}(?:\s+cedex(?:\s+\d+)?)?"
)


def nir_key(number: str) -> int:
    """The key of the 13 first characters of a NIR: 97 minus the number modulo 97 (2A → 19, 2B → 18)."""
    return 97 - int(number.upper().replace("2A", "19", 1).replace("2B", "18", 1)[:13]) % 97


def iban_valid(text: str) -> bool:
    """ISO 13616: the rearranged number modulo 97 is 1."""
    compact = re.sub(r"[ \u00a0-]", "", text).upper()
    if not 15 <= len(compact) <= 34:
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


def number_spans(text: str, pick: Pick) -> Iterator[Span]:
    """Every number or address that identifies; may overlap, earlier kinds first."""
    digits = any(c.isdigit() for c in text)
    if "@" in text or "(at)" in text or "[at]" in text:
        for m in _MAIL.finditer(text):
            yield Span(*m.span(), "mail", f"personne{pick('mail', m[0].lower(), 90) + 10}@exemple.fr")
        for m in _HANDLE.finditer(text):
            yield Span(*m.span(), "link", f"@personne{pick('link', m[0].lower(), 90) + 10}")
    if "/" in text or "www." in text.lower():
        for m in _URL.finditer(text):
            trimmed = m[0].rstrip(".,;:!?")
            yield Span(
                m.start(), m.start() + len(trimmed), "link", f"https://exemple.fr/page{pick('link', trimmed, 90) + 10}"
            )
    if digits:
        yield from _digit_spans(text, pick)
    yield from _street_spans(text, pick, digits=digits)


def _digit_spans(text: str, pick: Pick) -> Iterator[Span]:
    plain_kinds: tuple[tuple[re.Pattern[str], int, str, Callable[[str, Pick], str]], ...] = (
        (_NIR, 0, "nir", _nir),
        (_IBAN, 0, "iban", _iban),
        (_INS, 0, "ins", _ins),
        (_LABELLED, 2, "file_number", _same_form),
        (_CARD, 0, "card", _card),
        (_BIRTH, 2, "birth", _first_of_january),
        (_PHONE, 0, "phone", _phone),
        (_IP, 0, "link", lambda found, pick: "192.0.2.1"),
        (_PLATE, 0, "plate", lambda found, pick: "AA-000-AA"),
    )
    for pattern, group, kind, stand_in in plain_kinds:
        for match in pattern.finditer(text):
            fresh = stand_in(match[group], pick)
            if fresh:
                yield Span(match.start(group), match.end(group), kind, fresh)


def _iban(found: str, pick: Pick) -> str:
    french = found.startswith("FR") and len(re.sub(r"\W", "", found)) == 27
    return found[:2] + re.sub(r"[A-Z0-9]", "0", found[2:]) if french or iban_valid(found) else ""


def _ins(found: str, pick: Pick) -> str:
    return "0" * 22 if len(found) == 22 else found


def _card(found: str, pick: Pick) -> str:
    return re.sub(r"\d", "0", found) if _luhn(found) else ""


def _street_spans(text: str, pick: Pick, *, digits: bool) -> Iterator[Span]:
    stand_ins = knowledge("names")["standins"]

    def address(found: str, number: bool) -> str:
        street = str(stand_ins["street"][pick("address", plain(found), len(stand_ins["street"]))])
        town = re.search(r"\d{5}\s", found)
        city = stand_ins["city"][pick("city", plain(found), len(stand_ins["city"]))]
        return ("12 " if number else "") + street + (f", 00000 {city}" if town else "")

    if digits:
        for m in _STREET.finditer(text):
            yield Span(*m.span(), "address", address(m[0], True))
        for m in _TOWN.finditer(text):
            city = stand_ins["city"][pick("city", plain(m[0]), len(stand_ins["city"]))]
            yield Span(*m.span(), "address", f"00000 {city}")
    for m in _STREET_BARE.finditer(text):
        yield Span(*m.span(), "address", address(m[0], False))


def _same_form(value: str, pick: Pick) -> str:
    """Digits become digits, letters X; the last digits tell one value from another."""
    places = sum(c.isdigit() for c in value)
    fresh = iter(f"{pick('file_number', value, 1000):0{places}d}"[-places:])
    return "".join(next(fresh) if c.isdigit() else "X" if c.isalpha() else c for c in value)


def _nir(found: str, pick: Pick) -> str:
    """A stand-in NIR with the same sex, spacing and a right key, or "" when it cannot be a NIR."""
    compact = re.sub(r"[^0-9AB]", "", found.upper().replace("CL", ""))
    number, key = compact[:13], compact[13:15]
    spaced = len(re.findall(r"[ .\u00a0\u202f-]", found)) >= 4
    right = len(key) == 2 and int(key) == nir_key(number)
    if not (right or spaced or len(compact) in (13, 15)):
        return ""
    fresh = f"{number[0]}0000000000{pick('nir', compact, 90) + 10:02d}"
    fresh += f"{nir_key(fresh):02d}" if key else ""
    letters = iter(fresh)
    return "".join(next(letters, "0") if c.isdigit() or c in "ABab" else c for c in found)


def _luhn(text: str) -> bool:
    digits = [int(c) for c in text if c.isdigit()]
    return (
        sum(d if i % 2 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(digits)) % 10 == 0
        and len(set(digits)) > 1
    )


def _phone(found: str, pick: Pick) -> str:
    """A number kept for fiction (01 99 00, 06 39 98) in the same layout."""
    digits = re.sub(r"\D", "", found)
    national = digits[-9:]
    start = "63998" if national[:1] in "67" else "19900"
    fresh = (
        digits[: len(digits) - 9] + start + f"{pick('phone', national, 9000) + 1000}"
        if len(digits) >= 9
        else "0" * len(digits)
    )
    letters = iter(fresh)
    return "".join(next(letters, "0") if c.isdigit() else c for c in found)


def _first_of_january(found: str, pick: Pick) -> str:
    """The same year, the first of January, in the same form."""
    year = re.search(r"\d{4}", found)
    if year is None:
        return re.sub(r"^\d{1,2}(\s*[/.-]\s*)\d{1,2}", r"01\g<1>01", found)
    if found.startswith(year[0]):
        return f"{year[0]}-01-01"
    if re.search(r"[a-zA-Zéû]", found):
        return f"1er janvier {year[0]}"
    return re.sub(r"^\d{1,2}(\s*[/.-]\s*)\d{1,2}", r"01\g<1>01", found)
