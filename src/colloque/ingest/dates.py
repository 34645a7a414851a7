"""Dates as offices write them → ISO: 12/03/2024, 12 mars 2024, 2024-03-12T10:11Z, Excel serials. Day before month.

Knows no clock: nothing here depends on today.
"""

import datetime
import re

from colloque.ingest.words import plain

__all__ = ["from_serial", "iso_date"]

_ISO = re.compile(r"^(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?(?:[T ](\d{1,2}:\d{2}(?::\d{2})?)\S*.*)?$")
_DMY = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?:\D+(\d{1,2}[:h]\d{2}(?::\d{2})?).*)?$")
_WORDS = re.compile(r"^(?:\w+ )?(?:le )?(\d{1,2})(?:er)? ([a-z]{3,9}) (\d{4})\b")
_MONTHS = {
    name: month
    for month, names in enumerate(
        ("janvier janv jan january", "fevrier fevr fev feb february", "mars mar march", "avril avr apr april", "mai may",
         "juin jun june", "juillet juil jul july", "aout aug august", "septembre sept sep september",
         "octobre oct october", "novembre nov november", "decembre dec december"), start=1)
    for name in names.split()
}  # fmt: skip


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None


def iso_date(text: str, *, month_first: bool = False) -> str | None:
    """The date in ISO form (`2024-03-12`, `2024-03`), or None when it is none. Day first unless told, or unless it cannot be."""
    text = text.strip()[:40]
    found = _ISO.match(text)
    if found:
        if found[3] is None:
            return f"{found[1]}-{int(found[2]):02d}" if 1 <= int(found[2]) <= 12 else None
        return _day(int(found[1]), int(found[2]), int(found[3]))
    found = _DMY.match(text)
    if found:
        day, month, year = int(found[1]), int(found[2]), int(found[3])
        if (month_first and day <= 12) or (month > 12 and day <= 12):
            day, month = month, day
        return _day(year + (2000 if year < 50 else 1900) if year < 100 else year, month, day)
    found = _WORDS.match(plain(text))
    if found and found[2] in _MONTHS:
        return _day(int(found[3]), _MONTHS[found[2]], int(found[1]))
    return None


def from_serial(serial: float) -> str:
    """An Excel serial day number (1900 system) as an ISO date."""
    return (datetime.date(1899, 12, 30) + datetime.timedelta(days=int(serial))).isoformat()
