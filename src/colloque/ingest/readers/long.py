"""Long tables, a row an answer → forms: rows of one person, one date and one visit belong together.

Holds the rows of a small table in memory; a large one is read as it comes when each person's rows stand together, and
is otherwise laid out on disk by person first: memory stays flat.
"""

import marshal
import tempfile
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path

from colloque.core import digest
from colloque.ingest.dates import iso_date
from colloque.ingest.mapping import TableMap
from colloque.ingest.raw import Fault, Form, Item, Row, Sheet
from colloque.ingest.readers.roles import Columns
from colloque.ingest.words import plain, tidy

__all__ = ["long_forms"]

IN_MEMORY = 100_000
"""Rows; about 60 MB. A larger table is streamed or laid out on disk."""
_BUCKETS = 64

Key = tuple[str, ...]


def long_forms(sheet: Sheet, columns: Columns, given: TableMap | None) -> Iterator[Form | Fault]:
    """A form for each person and filling, in the order in which they first appear (of a large, mixed table: by bucket)."""

    def keyed() -> Iterator[tuple[Key, Row] | Fault]:
        return _keyed(sheet, columns)

    for group in _groups(keyed):
        yield group if isinstance(group, Fault) else _form(group, columns, given)


def _keyed(sheet: Sheet, columns: Columns) -> Iterator[tuple[Key, Row] | Fault]:
    """Rows with the key of their form. Blank respondent cells repeat the one above (merged cells)."""
    width = len(sheet.header)
    above = first = ""
    restarts = 0
    parts = [c for c in (columns.authored, columns.instrument, *columns.instance) if c is not None]
    for row in sheet.rows():
        if isinstance(row, Fault):
            yield row
            continue
        place, cells = row
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            yield Fault(
                place, "broken_row", f"{len(cells)} cells where the header has {width}",
                "put quotes around a cell that holds the separator", "\t".join(cells),
            )  # fmt: skip
            continue
        cells = cells + [""] * (width - len(cells))
        question = cells[columns.question or 0].strip()
        if not question:
            yield Fault(place, "broken_row", "no question in this row", "complete the row", "\t".join(cells))
            continue
        if columns.respondent is None:
            restarts += question == first
            first = first or question
            person = str(max(restarts, 1))
        else:
            person = cells[columns.respondent].strip() or above
            if not person:
                yield Fault(place, "broken_row", "no respondent in this row", "complete the row", "\t".join(cells))
                continue
            above = person
        yield (person, *(cells[c].strip() for c in parts)), (place, cells)


def _groups(keyed: Callable[[], Iterator[tuple[Key, Row] | Fault]]) -> Iterator[list[Row] | Fault]:
    rows = keyed()
    head = list(islice(rows, IN_MEMORY))
    if len(head) < IN_MEMORY:
        yield from _in_memory(head)
    elif _together(keyed()):
        yield from _streamed(chain(head, rows))
    else:
        yield from _on_disk(chain(head, rows))


def _in_memory(rows: list[tuple[Key, Row] | Fault]) -> Iterator[list[Row] | Fault]:
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        if isinstance(row, Fault):
            yield row
        else:
            groups.setdefault(row[0], []).append(row[1])
    yield from groups.values()


def _together(rows: Iterator[tuple[Key, Row] | Fault]) -> bool:
    """Do the rows of each form stand together in the whole table?"""
    seen: set[int] = set()
    last: Key = ()
    for row in rows:
        if isinstance(row, Fault) or row[0] == last:
            continue
        last = row[0]
        mark = int(digest(last), 16)
        if mark in seen:
            return False
        seen.add(mark)
    return True


def _streamed(rows: Iterator[tuple[Key, Row] | Fault]) -> Iterator[list[Row] | Fault]:
    last: Key = ()
    group: list[Row] = []
    for row in rows:
        if isinstance(row, Fault):
            yield row
            continue
        if row[0] != last and group:
            yield group
            group = []
        last = row[0]
        group.append(row[1])
    if group:
        yield group


def _on_disk(rows: Iterator[tuple[Key, Row] | Fault]) -> Iterator[list[Row] | Fault]:
    with tempfile.TemporaryDirectory(prefix="colloque-") as folder:
        files = [(Path(folder) / str(n)).open("w+b") for n in range(_BUCKETS)]
        try:
            for row in rows:
                if isinstance(row, Fault):
                    yield row
                else:
                    marshal.dump(row, files[int(digest(row[0]), 16) % _BUCKETS])
            for file in files:
                file.seek(0)
                yield from _in_memory(_loaded(file))
        finally:
            for file in files:
                file.close()


def _loaded(file: object) -> list[tuple[Key, Row] | Fault]:
    loaded: list[tuple[Key, Row] | Fault] = []
    while True:
        try:
            loaded.append(marshal.load(file))  # type: ignore[arg-type]
        except EOFError:
            return loaded


def _form(rows: list[Row], columns: Columns, given: TableMap | None) -> Form:
    first = rows[0][1]

    def cell(cells: list[str], column: int | None) -> str:
        return "" if column is None else tidy(cells[column])

    items = []
    for _, cells in rows:
        question, code = cell(cells, columns.question), cell(cells, columns.code) or None
        answer, value = cell(cells, columns.answer), cell(cells, columns.value) or None
        choices = {**given.codes, **given.codes_of.get(question, {})} if given else {}
        state = given.missing.get(answer) if given else None
        if answer in choices:
            answer, value = choices[answer], answer
        items.append(Item(question, answer, code, value, state=state))
    first_place, last_place = rows[0][0], rows[-1][0]
    word, _, last = last_place.rpartition(" ")
    place = first_place if len(rows) == 1 else f"{first_place.replace(word, f'{word}s', 1)}–{last}"
    return Form(
        place, _joined(items), cell(first, columns.respondent),
        instrument=(given.instrument if given else None) or cell(first, columns.instrument) or None,
        authored=iso_date(cell(first, columns.authored)),
        language=(given.language if given else None) or cell(first, columns.language)[:2].lower() or None,
    )  # fmt: skip


def _joined(items: list[Item]) -> tuple[Item, ...]:
    """A question answered in several rows running (boxes ticked) is one item: its answers are joined."""
    joined: list[Item] = []
    for item in items:
        before = joined[-1] if joined else None
        if before and plain(before.question) == plain(item.question) and before.code == item.code:
            answers = [a for a in (before.answer, item.answer) if a]
            joined[-1] = Item(
                item.question, " ; ".join(answers), item.code, before.value, state=before.state or item.state
            )
        else:
            joined.append(item)
    return tuple(joined)
