"""A header and a few rows → what each column is: respondent, question, answer, date, an answer of its own, or nothing.

Knows column names (`knowledge/columns.toml`) and the mapping file. Reads no file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from colloque.errors import InputError
from colloque.ingest.mapping import TableMap
from colloque.ingest.words import knowledge, plain

__all__ = ["QUESTION_ANSWER", "Columns", "columns_of", "header_row", "headerless", "roles_of"]

QUESTION_ANSWER = ["Question", "Réponse"]
"""The header of a table that has none and holds questions and answers."""

_TOKENS = ("token", "jeton", "code d acces", "access code", "identifiant patient", "numero patient", "patient", "ipp")
"""What tells people apart in a survey tool's export: its `id` numbers replies, not people."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Column numbers by role; `answers` are those of a wide table, one question each."""

    respondent: int | None = None
    question: int | None = None
    answer: int | None = None
    code: int | None = None
    value: int | None = None
    authored: int | None = None
    language: int | None = None
    instrument: int | None = None
    instance: tuple[int, ...] = ()
    totals: frozenset[int] = field(default_factory=frozenset)
    identity: frozenset[int] = field(default_factory=frozenset)
    answers: tuple[int, ...] = ()

    @property
    def long(self) -> bool:
        """A row an answer, rather than a row a person."""
        return self.question is not None and self.answer is not None


def _numeric(cell: str) -> bool:
    text = cell.strip().replace(",", ".").removeprefix("-")
    return bool(text) and text.replace(".", "", 1).isdigit()


def header_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows names the columns: as wide as the table, all words, no two much alike. None: none does."""
    if not rows:
        return None
    width = max(sum(1 for cell in row if cell.strip()) for row in rows)
    for number, row in enumerate(rows):
        filled = [cell for cell in row if cell.strip()]
        if len(filled) < max(2 if width > 1 else 1, 0.5 * width) or (
            filled and filled[0].lstrip().startswith("#") and len(filled) == 1
        ):
            continue
        return number if not any(_numeric(cell) for cell in filled) or _known(filled) else None
    return None


def headerless(rows: Sequence[Sequence[str]]) -> bool:
    """Two columns of questions and answers without a header: most first cells ask, the very first among them."""
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    asked = [row for row in filled if len(row) == 2 and row[0].strip().endswith("?")]
    return (
        bool(filled)
        and filled[0] in asked
        and len(asked) >= 0.6 * len(filled)
        and not filled[0][1].strip().endswith("?")
    )


def _known(cells: list[str]) -> bool:
    """A header may hold numbers (`1. Dormez-vous ?` does not): only when a known name stands beside them."""
    roles = knowledge("columns")["roles"]
    names = {name for role in ("respondent", "question", "answer", "authored") for name in roles[role]}
    return sum(plain(cell) in names for cell in cells) >= 1


def roles_of(header: Sequence[str], rows: Sequence[Sequence[str]], *, tool: str = "") -> Columns:
    """Roles by the columns' names; where two columns compete for question or answer, the one with more words wins."""
    names = [plain(cell) for cell in header]
    roles = knowledge("columns")["roles"]

    def first(role: str) -> int | None:
        return next((names.index(name) for name in roles[role] if name in names), None)

    def wordiest(role: str) -> int | None:
        found = [i for i, name in enumerate(names) if name in roles[role]]
        return max(found, key=lambda i: (_words(rows, i), -i), default=None)

    answer = wordiest("answer")
    question = wordiest("question")
    code = first("code")
    if question is None and answer is not None:
        question, code = code, None
    respondent = first("respondent")
    if tool:
        respondent = next((names.index(name) for name in _TOKENS if name in names), None)
    if respondent in (question, answer):
        respondent = None
    long = question is not None and answer is not None
    value = first("value") if long else None
    if long and value is None:
        value = next((i for i, n in enumerate(names) if n in roles["answer"] and i not in (answer, question)), None)
    totals = frozenset(i for i, name in enumerate(names) if name in roles["total"])
    identity = frozenset(i for i, name in enumerate(names) if name in roles["identity"])
    instance = tuple(i for i, name in enumerate(names) if name in roles["instance"] and i != respondent)
    taken = {
        respondent,
        first("authored"),
        first("language"),
        first("instrument"),
        *instance,
        *(totals if long else ()),
    }
    technical = set(roles["ignored"]) | set(roles["reply"]) | ({"id"} if tool else set())
    answers = () if long else tuple(i for i, n in enumerate(names) if i not in taken and n and n not in technical)
    return Columns(
        respondent, question if long else None, answer if long else None, code if long else None, value,
        first("authored"), first("language"), first("instrument"), instance, totals, identity, answers,
    )  # fmt: skip


def _words(rows: Sequence[Sequence[str]], column: int) -> float:
    cells = [row[column] for row in rows if len(row) > column]
    return sum(sum(c.isalpha() for c in cell) for cell in cells) / max(len(cells), 1)


def columns_of(
    header: Sequence[str], rows: Sequence[Sequence[str]], given: TableMap | None, *, tool: str = ""
) -> Columns:
    """Roles by name, corrected by the mapping file. Raises InputError when the map names a column that is not there."""
    columns = roles_of(header, rows, tool=tool)
    if given is None:
        return columns
    places = {name: i for i, name in reversed(list(enumerate(cell.strip() for cell in header)))}
    absent = next((name for name in given.named() if name.strip() not in places), None)
    if absent is not None:
        raise InputError(
            f"the mapping names a column that is not there: {absent!r}",
            hint=f"the columns are: {', '.join(cell.strip() for cell in header[:30])}",
        )

    def at(name: str | None, found: int | None) -> int | None:
        return found if name is None else places[name.strip()]

    instance = (places[given.instance.strip()],) if given.instance else columns.instance
    identity = columns.identity | {places[name.strip()] for name in given.identifiers}
    question, answer = at(given.question, columns.question), at(given.answer, columns.answer)
    respondent, authored = at(given.respondent, columns.respondent), at(given.date, columns.authored)
    if given.columns:
        question = answer = None
        answers = tuple(places[name.strip()] for name in given.columns)
    else:
        left = {places[name.strip()] for name in given.ignore} | {respondent, authored, question, answer, *instance}
        answers = tuple(i for i in columns.answers if i not in left)
    return Columns(
        respondent, question, answer, at(given.code, columns.code), columns.value,
        authored, columns.language, None if given.instrument else columns.instrument, instance,
        columns.totals, frozenset(identity), answers,
    )  # fmt: skip
