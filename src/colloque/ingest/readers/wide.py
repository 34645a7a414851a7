"""Wide tables, a row a person and a column a question → forms.

Boxes to tick that fill several columns are one question. Knows columns and cells; knows nothing of who the person is or
which instrument it is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from colloque.core import AnswerState
from colloque.ingest.dates import iso_date
from colloque.ingest.mapping import TableMap
from colloque.ingest.missing import sentinels_of, state_of
from colloque.ingest.raw import Fault, Form, Item, Sheet
from colloque.ingest.readers.roles import Columns
from colloque.ingest.words import plain, tidy

__all__ = ["asked_of", "wide_forms"]

_FLOAT = re.compile(r"^-?\d+\.0$")
_GRID = re.compile(r"^(.{2,}?)\s*\[([^\[\]]{1,300})\]\s*$", re.DOTALL)
_CODED = re.compile(r"^([A-Za-z][\w-]{0,19}(?:\[[\w-]{1,20}\])*)\s*[.:]\s+(\S.*)$", re.DOTALL)
_CODE_ALONE = re.compile(r"^([A-Za-z][\w-]{0,19}?)(?:\[(\w{1,20})\])+$|^([A-Za-z]\w{0,19})_(SQ\w{1,12}|other)$")
_TICKED = {"oui", "yes", "y", "x", "1", "vrai", "true", "checked", "coche", "cochee", "selected"}
_LEFT = {"non", "no", "n", "0", "faux", "false", "unchecked", "non coche", "non selectionne", "n a", "", "2"}
_OTHER = {"autre", "other", "autres", "autre precisez", "autre preciser"}
_POINTS = (
    "points",
    "feedback",
    "commentaires",
    "temps pour",
    "duree pour",
    "group time",
    "question time",
    "grouptime",
    "duree totale",
    "temps total",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a wide table: its columns, its code, and for boxes the option of each column."""

    question: str
    code: str | None
    columns: tuple[int, ...]
    options: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, AnswerState] = field(default_factory=dict)
    whole: bool = False
    identifies: bool = False
    total: bool = False


def _named(name: str, sheet: Sheet, given: TableMap | None) -> tuple[str, str, str]:
    """(question, option or "", code) of a column's name: the map, the file's label, `code. text`, `text [option]`."""
    name = name.strip()
    code = name
    label = (given.columns.get(name) if given else None) or sheet.labels.get(name, "")
    text = label or name
    coded = _CODED.match(text)
    if (coded and not label and not coded[1].lower().startswith(("q", "question "))) or (coded and "[" in coded[1]):
        code, text = coded[1], coded[2]
    grid = _GRID.match(text)
    if grid and not _CODE_ALONE.match(text):
        return tidy(grid[1]).rstrip(" :"), tidy(grid[2]), code
    return tidy(text), "", code


def asked_of(
    sheet: Sheet, columns: Columns, given: TableMap | None, sample: Sequence[Sequence[str]], tool: str = ""
) -> list[Asked]:  # fmt: skip
    """The questions of a table, in order; columns of boxes that belong together are one."""
    named = {c: _named(sheet.header[c], sheet, given) for c in columns.answers}
    named = {c: one for c, one in named.items() if not plain(one[0]).startswith(_POINTS)}
    groups: dict[str, list[int]] = {}
    for column, (question, option, _) in named.items():
        if option:
            groups.setdefault(question, []).append(column)
    boxes = {q: cs for q, cs in groups.items() if len(cs) > 1 and _ticks(cs, named, sample)}
    missing: dict[str, AnswerState] = {"N/A": "not_shown"} if tool == "limesurvey" else {}
    found: list[Asked] = []
    for column, (question, option, code) in named.items():
        if question in boxes and column in boxes[question]:
            if column == boxes[question][0]:
                options = tuple(named[c][1] for c in boxes[question])
                base = code.split("[")[0]
                found.append(
                    Asked(question, base, tuple(boxes[question]), options, missing={**sheet.missing, **missing})
                )
            continue
        name = sheet.header[column].strip()
        cells = [row[column] for row in sample if len(row) > column]
        found.append(Asked(
            f"{question} : {option}" if option else question, code, (column,),
            choices=_choices(name, sheet, given),
            missing={**missing, **_unsaid(name, sheet, given, sentinels_of(cells))},
            whole=_float_written(cells), identifies=column in columns.identity, total=column in columns.totals,
        ))  # fmt: skip
    return found


def _ticks(columns: Sequence[int], named: Mapping[int, tuple[str, str, str]], sample: Sequence[Sequence[str]]) -> bool:
    """Do these columns hold ticks only? One for `Autre` may hold words."""
    seen: set[str] = set()
    for column in columns:
        other = plain(named[column][1]) in _OTHER
        cells = {plain(row[column]) for row in sample if len(row) > column and row[column] != "{question_not_shown}"}
        if not other:
            seen |= cells
    return bool(seen & _TICKED) and seen <= _TICKED | _LEFT


def wide_forms(
    sheet: Sheet, columns: Columns, given: TableMap | None, sample: Sequence[Sequence[str]], tool: str = ""
) -> Iterator[Form | Fault]:  # fmt: skip
    """A form a row. Rows without any cell are no forms; a row with more cells than the header is a Fault."""
    width = len(sheet.header)
    ragged = sum(1 for row in sample if len(row) < width) > 1
    questions = asked_of(sheet, columns, given, sample, tool)
    named = (given.instrument if given else None) or None
    language = (given.language if given else None) or None

    def cell(column: int | None, cells: list[str]) -> str:
        return "" if column is None else tidy(cells[column])

    for row in sheet.rows():
        if isinstance(row, Fault):
            yield row
            continue
        place, cells = row
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != width:
            fault = _misshapen(place, cells, width, ragged)
            if fault:
                yield fault
                continue
            cells = cells + [""] * (width - len(cells))
        person = cell(columns.respondent, cells)
        yield Form(
            place, tuple(_item(one, cells, tool) for one in questions), person, enrolled=bool(person),
            instrument=named or cell(columns.instrument, cells) or None,
            authored=iso_date(cell(columns.authored, cells)) if columns.authored is not None else None,
            language=language or cell(columns.language, cells)[:2].lower() or None,
            occasion="/".join(cell(c, cells) for c in columns.instance),
        )  # fmt: skip


def _item(one: Asked, cells: list[str], tool: str) -> Item:
    if one.options:
        return _boxes(one, cells)
    value = tidy(cells[one.columns[0]])
    if one.whole:
        value = value.removesuffix(".0")
    if tool == "microsoft" and value.endswith(";"):
        value = " ; ".join(part.strip() for part in value.split(";") if part.strip())
    state = one.missing.get(value)
    words = one.choices.get(value) or one.choices.get(value.removesuffix(".0"))
    if words and state_of(words) != "answered":
        state = state_of(words)
    return Item(
        one.question, words or value, one.code, value if words else None, state=state,
        identifies=one.identifies, total=one.total,
    )  # fmt: skip


def _boxes(one: Asked, cells: list[str]) -> Item:
    """Boxes ticked, as one answer; an `Autre` column gives its words."""
    ticked: list[str] = []
    unseen = 0
    for column, option in zip(one.columns, one.options, strict=True):
        value = tidy(cells[column])
        word = plain(value)
        unseen += one.missing.get(value) == "not_shown"
        if word in _TICKED:
            ticked.append(option)
        elif word not in _LEFT and value not in one.missing:
            ticked.append(value)
    state: AnswerState | None = None if ticked else "not_shown" if unseen == len(one.columns) else "skipped"
    return Item(one.question, " ; ".join(ticked), one.code, state=state)


def _unsaid(
    name: str, sheet: Sheet, given: TableMap | None, found: Mapping[str, AnswerState]
) -> Mapping[str, AnswerState]:  # fmt: skip
    """What is no answer in a column: by the map, by the file, and by how the column's values lie."""
    known = sheet.options.get(name, {})
    lying = {value: state for value, state in found.items() if value not in known}
    return {**lying, **sheet.missing, **sheet.missing_of.get(name, {}), **(given.missing if given else {})}


def _float_written(cells: Sequence[str]) -> bool:
    """Whole numbers that some program wrote as 3.0, all of them."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(_FLOAT.match(cell) for cell in filled)


def _choices(name: str, sheet: Sheet, given: TableMap | None) -> dict[str, str]:
    choices = dict(sheet.options.get(name, {}))
    if given:
        choices.update(given.codes)
        choices.update(given.codes_of.get(name, {}))
    return choices


def _misshapen(place: str, cells: list[str], width: int, ragged: bool) -> Fault | None:
    detail = f"{len(cells)} cells where the header has {width}"
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        return Fault(place, "broken_row", detail, "put quotes around a cell that holds the separator", "\t".join(cells))
    if len(cells) < width and not ragged:
        remedy = "complete the row: the file may be cut, or a line end stands inside an unquoted cell"
        return Fault(place, "broken_row", detail, remedy, "\t".join(cells))
    return None
