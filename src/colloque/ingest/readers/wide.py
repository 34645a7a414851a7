"""Wide tables, a row a person and a column a question → forms.

Knows columns and cells; knows nothing of who the person is or which instrument it is.
"""

import re
from collections.abc import Iterator, Sequence

from colloque.ingest.dates import iso_date
from colloque.ingest.mapping import TableMap
from colloque.ingest.missing import sentinels_of
from colloque.ingest.raw import Fault, Form, Item, Sheet
from colloque.ingest.readers.roles import Columns
from colloque.ingest.words import tidy

__all__ = ["question_of", "wide_forms"]

_GRID = re.compile(r"^(.{3,}?)\s*\[([^\[\]]{1,200})\]\s*$", re.DOTALL)


def question_of(name: str, sheet: Sheet, given: TableMap | None) -> tuple[str, str | None]:
    """The question of a column and the column's code: from the map, the file's labels, or the name itself."""
    name = name.strip()
    if given and name in given.columns:
        return tidy(given.columns[name]), name
    if sheet.labels.get(name):
        return tidy(sheet.labels[name]), name
    grid = _GRID.match(name)
    if grid:
        return f"{tidy(grid[1]).rstrip(' :')} : {tidy(grid[2])}", None
    return tidy(name), None


def wide_forms(
    sheet: Sheet, columns: Columns, given: TableMap | None, sample: Sequence[Sequence[str]]
) -> Iterator[Form | Fault]:
    """A form a row. Rows without any cell are no forms; a row with more cells than the header is a Fault."""
    width = len(sheet.header)
    ragged = sum(1 for row in sample if len(row) < width) > 1
    asked = {c: question_of(sheet.header[c], sheet, given) for c in columns.answers}
    choices = {c: _choices(sheet.header[c], sheet, given) for c in columns.answers}
    unsaid = {c: sentinels_of([row[c] for row in sample if len(row) > c]) for c in columns.answers}

    def item(column: int, cell: str) -> Item:
        question, code = asked[column]
        value = tidy(cell)
        words = choices[column].get(value) or choices[column].get(value.removesuffix(".0"))
        state = (given.missing.get(value) if given else None) or (None if words else unsaid[column].get(value))
        return Item(
            question, words or value, code or sheet.header[column].strip(), value if words else None, state=state,
            identifies=column in columns.identity, total=column in columns.totals,
        )  # fmt: skip

    for row in sheet.rows():
        if isinstance(row, Fault):
            yield row
            continue
        place, cells = row
        if not any(cell.strip() for cell in cells):
            continue
        fault = _misshapen(place, cells, width, ragged)
        if fault:
            yield fault
            continue
        cells = cells + [""] * (width - len(cells))

        def cell(column: int | None, cells: list[str] = cells) -> str:
            return "" if column is None else tidy(cells[column])

        yield Form(
            place, tuple(item(c, cells[c]) for c in columns.answers), cell(columns.respondent),
            instrument=(given.instrument if given else None) or cell(columns.instrument) or None,
            authored=iso_date(cell(columns.authored)),
            language=(given.language if given else None) or cell(columns.language)[:2].lower() or None,
        )  # fmt: skip


def _choices(name: str, sheet: Sheet, given: TableMap | None) -> dict[str, str]:
    choices = dict(sheet.options.get(name.strip(), {}))
    if given:
        choices.update(given.codes)
        choices.update(given.codes_of.get(name.strip(), {}))
    return choices


def _misshapen(place: str, cells: list[str], width: int, ragged: bool) -> Fault | None:
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        return Fault(
            place, "broken_row", f"{len(cells)} cells where the header has {width}",
            "put quotes around a cell that holds the separator", "\t".join(cells),
        )  # fmt: skip
    if len(cells) < width and not ragged:
        return Fault(
            place, "broken_row", f"{len(cells)} cells where the header has {width}",
            "complete the row: the file may be cut, or a line end stands inside an unquoted cell", "\t".join(cells),
        )  # fmt: skip
    return None
