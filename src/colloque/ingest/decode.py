"""Bytes → text, whatever a French office saved: BOM, UTF-8, UTF-16, cp1252, and the older Mac and DOS code pages.

Streams: nothing is held but a sample of the beginning. Knows nothing of what the text says. Detection libraries take
cp1252 French for cp1250 or mac_iceland (charset-normalizer 3.5.2, measured), hence the rule and the vote below.
"""

import codecs
import io
from pathlib import Path
from typing import IO

__all__ = ["SAMPLE", "encoding_of", "open_text", "sample_of"]

SAMPLE = 1 << 18
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FRENCH = set("éèàçêùôîâûëïüœ’«»°…€–ÉÈÀÇÊ \u00a0")
_LEGACY = ("cp1252", "mac_roman", "cp850")


def sample_of(path: Path, size: int = SAMPLE) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as file:
        return file.read(size)


def encoding_of(sample: bytes) -> str:
    """The Python name of an encoding; for legacy code pages, the one whose accented letters look French."""
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name
    wide = _utf16(sample)
    if wide:
        return wide
    high = bytes(byte for byte in sample if byte > 127)
    if not high:
        return "utf-8"
    if _valid_utf8(sample):
        return "utf-8"
    return max(_LEGACY, key=lambda name: (_french(high, name), -_LEGACY.index(name)))


def _utf16(sample: bytes) -> str:
    """UTF-16 without a mark: western text has a zero in nearly every second byte."""
    even, odd = sample[0:4096:2], sample[1:4096:2]
    if len(odd) < 8:
        return ""
    if odd.count(0) > 0.7 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.7 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return ""


def _valid_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _french(high: bytes, name: str) -> int:
    letters = high.decode(name, "replace")
    return sum(1 if letter in _FRENCH else -1 for letter in letters)


def _cp1252_where_broken(error: UnicodeError) -> tuple[str, int]:
    """Decode the bytes that are no UTF-8 as cp1252: one bad cell in a million must not cost the file."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("cp1252-where-broken", _cp1252_where_broken)


def open_text(path: Path, *, newline: str | None = None) -> IO[str]:
    """Open a text file for reading with the encoding that its bytes betray; never raises on a bad byte."""
    encoding = encoding_of(sample_of(path))
    errors = "cp1252-where-broken" if encoding in ("utf-8", "utf-8-sig") else "replace"
    return io.TextIOWrapper(path.open("rb"), encoding=encoding, errors=errors, newline=newline)
