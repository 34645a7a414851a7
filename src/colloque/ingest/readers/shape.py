"""A table → forms: long (a row an answer) or wide (a row a person), or the export of a known tool.

Knows what a table may look like; where its rows come from (CSV, workbook, SAS, Markdown) it does not ask.
"""

from collections.abc import Iterator
from itertools import islice

from colloque.errors import InputError
from colloque.ingest.mapping import TableMap
from colloque.ingest.raw import Fault, Form, Sheet
from colloque.ingest.readers.long import long_forms
from colloque.ingest.readers.roles import columns_of
from colloque.ingest.readers.wide import wide_forms
from colloque.ingest.words import knowledge, plain

__all__ = ["forms_of", "tool_of"]

SAMPLE_ROWS = 500
MOST_COLUMNS = 10_000
_PREVIEW_HINT = "say what the columns are: `colloque ingest --preview FILE` writes a map to edit, then use --map"


def tool_of(header: list[str]) -> str:
    """The tool that exported a table, by its own columns: limesurvey, google, microsoft, or ""."""
    names = [plain(cell) for cell in header]
    tools = knowledge("columns")["tool"]
    if sum(name in tools["limesurvey"] for name in names) >= 2:
        return "limesurvey"
    if sum(name in tools["microsoft"] for name in names) >= 2:
        return "microsoft"
    if names and names[0] in tools["google"]:
        return "google"
    return ""


def forms_of(sheet: Sheet, given: TableMap | None = None, tool: str = "") -> Iterator[Form | Fault]:
    """The forms of a table, in order. `tool`: the program that exported it, where known. Raises InputError when nothing says what its columns are."""
    if len(sheet.header) > MOST_COLUMNS:
        raise InputError(
            f"a table of {len(sheet.header):,} columns",
            hint=f"split it: no form has more than {MOST_COLUMNS:,} questions",
        )
    tool = tool or tool_of(sheet.header)
    sample = [row[1] for row in islice(sheet.rows(), SAMPLE_ROWS) if not isinstance(row, Fault)]
    columns = columns_of(sheet.header, sample, given, tool=tool)
    if columns.long:
        yield from long_forms(sheet, columns, given)
        return
    if not columns.answers or not _understood(sheet, columns.answers, given):
        raise InputError(f"no rule understands this table (columns: {_names(sheet.header)})", hint=_PREVIEW_HINT)
    yield from wide_forms(sheet, columns, given, sample, tool)


def _names(header: list[str]) -> str:
    shown = ", ".join(cell.strip() or "(empty)" for cell in header[:8])
    return shown + (", …" if len(header) > 8 else "")


def _understood(sheet: Sheet, answers: tuple[int, ...], given: TableMap | None) -> bool:
    """Do the columns read as questions? By the map, by labels in the file, as words, or as a known instrument's items."""
    from colloque.ingest.instruments import item_by_code

    if given is not None and (given.columns or given.respondent or given.codes or given.codes_of):
        return True
    told = 0
    for column in answers:
        name = sheet.header[column].strip()
        words = [w for w in plain(name).split() if len(w) > 2 and not any(c.isdigit() for c in w)]
        told += bool(sheet.labels.get(name)) or len(words) >= 2 or "?" in name or item_by_code(name) is not None
        told += 0.5 * (len(words) == 1 and len(words[0]) > 3)  # type: ignore[assignment]
    return told >= 0.3 * len(answers)
