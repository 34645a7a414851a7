"""Which format is this file? Decided by its bytes, never by its name.

Gives the reader or says what the file is and what to do with it. XML is never parsed: nothing in it can blow up.
"""

import csv
import importlib
import json
import re
import zipfile
from pathlib import Path

from colloque.errors import InputError
from colloque.ingest.decode import encoding_of, sample_of
from colloque.ingest.raw import Reader
from colloque.ingest.words import knowledge, plain, spaces

__all__ = ["format_of", "reader_of"]

_HEAD = 1 << 16
_MAGIC = (
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"HEADER RECORD*******LIB", "xpt"),
    (b"$FL2", "sav"),
    (b"$FL3", "sav"),
    (b"\x28\xb5\x2f\xfd", "jsonl.zst"),
)
_REFUSED = (
    (b"%PDF", "a PDF document", "export the questionnaires from the tool that made it, as CSV, Excel or JSON"),
    (b"\x1f\x8b", "a gzip file", "unpack it with gunzip first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it first"),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"{\\rtf", "an RTF document", "save it as plain text or Excel"),
    (b"\x89PNG", "an image", "type the questionnaire in, or export it from the tool that made it"),
    (b"\xff\xd8\xff", "an image", "type the questionnaire in, or export it from the tool that made it"),
    (b"SQLite format 3", "a database", "export the table as CSV"),
    (b"\x00\x00\x00\x1cftyp", "a video", "transcribe it first"),
)


def format_of(path: Path) -> str:
    """The format: text, delimited, redcap, json, jsonl, jsonl.zst, parquet, xlsx, ods, xls, xpt, sav, vv, dictionary.

    Raises InputError for an empty file and for what is no questionnaire, with what to do instead.
    """
    sample = sample_of(path, _HEAD)
    if not sample.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise InputError("the file is empty", hint="export it again: an empty file holds no questionnaire")
    for magic, name in _MAGIC:
        if sample.startswith(magic):
            return name
    for magic, what, remedy in _REFUSED:
        if sample.startswith(magic):
            raise InputError(f"{what}, which holds no readable questionnaire", hint=remedy)
    if sample.startswith(b"PK"):
        return _zipped(path)
    text = sample.decode(encoding_of(sample), "replace").lstrip("\ufeff")
    if _binary(text):
        raise InputError(
            "not a text file, and none of the known binary formats", hint="export it as CSV, Excel or JSON"
        )
    return _textual(text)


def _binary(text: str) -> bool:
    odd = sum(1 for c in text[:4096] if (c < " " and c not in "\t\r\n\f\x0b\x1a") or c == "\ufffd")
    return odd > 0.1 * min(len(text), 4096)


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist()[:10_000])
            kind = (
                archive.read("mimetype")[:200]
                if "mimetype" in names and archive.getinfo("mimetype").file_size < 1000
                else b""
            )
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError, EOFError) as error:
        raise InputError(
            f"a broken workbook or archive: {error}", hint="save it again from the spreadsheet program"
        ) from error
    if "xl/workbook.xml" in names or any(name.startswith("xl/") for name in names):
        return "xlsx"
    if b"opendocument.spreadsheet" in kind:
        return "ods"
    if any(name.startswith("word/") for name in names) or b"opendocument.text" in kind:
        raise InputError(
            "a word-processor document", hint="save it as plain text (.txt) with `Q :` and `R :` lines, or as a table"
        )
    raise InputError("an archive", hint="unpack it and give the folder")


def _textual(text: str) -> str:
    from colloque.ingest.readers.text import talks_like

    start = text.lstrip()
    if start[:1] in ("{", "["):
        return _json_kind(start)
    if start[:1] == "<":
        kind = "an HTML page" if "<html" in start[:2000].lower() else "an XML document"
        raise InputError(f"{kind}, which is not read", hint="export JSON (for FHIR) or CSV (for surveys)")
    lines = [spaces(line) for line in text.splitlines()[:60]]
    if len(text) >= 60_000 and len(lines) > 1:
        lines = lines[:-1] or lines
    lines = [line[:20_000] for line in lines if line.strip()]
    if not lines:
        raise InputError("the file begins with empty lines only", hint="export it again, or remove the blank beginning")
    talk = talks_like("\n".join(lines))
    found = _table_kind(lines, talk) or ("text" if talk else "")
    if found:
        return found
    raise InputError(
        "no question with an answer was recognised in this text",
        hint="write `Q : …` and `R : …` lines, or give a table with a header row; see docs for the forms that are read",
    )


def _table_kind(lines: list[str], talk: int) -> str:
    """Which kind of table these lines are, or "" when they are none."""
    from colloque.ingest.readers.delimited import delimiter_of
    from colloque.ingest.readers.redcap import looks_like_redcap
    from colloque.ingest.readers.redcap_dictionary import is_dictionary

    if re.fullmatch(r'"?sep=(?:.|\\t)"?', lines[0].strip(), re.IGNORECASE):
        return "delimited"  # Excel's own word for it
    if is_dictionary(lines[0]):
        return "dictionary"
    if _is_vv(lines):
        return "vv"
    markdown = lines[0].lstrip().startswith("|") or sum(line.lstrip().startswith("|") for line in lines) > 2
    voted = None if markdown else delimiter_of(lines)
    if voted is None:
        return ""
    if looks_like_redcap(next(csv.reader(lines[:1], delimiter=voted[0]), [])):
        return "redcap"
    return "delimited" if _tabular(lines, voted[0], voted[1], talk) else ""


def _is_vv(lines: list[str]) -> bool:
    """LimeSurvey's VV: tabs, and a second row of codes."""
    codes = lines[1].split("\t") if len(lines) > 1 else []
    return len(codes) > 2 and ("submitdate" in codes or "lastpage" in codes)


def _tabular(lines: list[str], delimiter: str, width: int, talk: int) -> bool:
    """Is it a table rather than a talk? Lines of one width, or a first line that names columns."""
    rows = list(csv.reader(lines, delimiter=delimiter))
    same = sum(len(row) == width for row in rows) / max(len(rows), 1)
    roles = knowledge("columns")["roles"]
    names = {name for role in ("respondent", "question", "answer", "authored", "reply") for name in roles[role]}
    named = sum(plain(cell) in names for cell in rows[0]) if rows else 0
    return named >= 2 or (named >= 1 and same > 0.5) or (same > 0.8 and (width > 2 or delimiter != ",")) or not talk


def _json_kind(start: str) -> str:
    first, _, rest = start.partition("\n")
    try:
        whole = isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        whole = False
    following = rest.lstrip()[:1]
    if whole and following == "{":
        return "jsonl"
    if not whole and first[:1] == "{" and first.rstrip().endswith("}") and following == "{":
        return "jsonl"
    return "json"


_READERS = {
    "text": "text:read_text",
    "delimited": "delimited:read_delimited",
    "redcap": "delimited:read_delimited",
    "vv": "limesurvey:read_vv",
    "json": "json_lines:read_json",
    "jsonl": "json_lines:read_json_lines",
    "jsonl.zst": "json_lines:read_json_lines",
    "parquet": "records:read_parquet",
    "xlsx": "workbook:read_workbook",
    "ods": "workbook:read_workbook",
    "xls": "workbook:read_workbook",
    "xpt": "xpt:read_xpt",
    "sav": "sav:read_sav",
}


def reader_of(kind: str) -> Reader:
    """The reader of a format; its module is only loaded now."""
    module, _, name = _READERS[kind].partition(":")
    reader: Reader = getattr(importlib.import_module(f"colloque.ingest.readers.{module}"), name)
    return reader
