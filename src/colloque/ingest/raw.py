"""Form, Item and Fault: what a reader hands over, before anybody was made anonymous.

Knows the shape that all formats share and nothing of any format. Nothing here is ever written to disk: `finish.py`
turns forms into questionnaires, `deidentify/` takes the identities out on the way.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from colloque.core import AnswerState, Questionnaire
from colloque.ingest.mapping import TableMap

__all__ = ["Fault", "Form", "Hints", "Item", "Reader", "Row", "Sheet"]

Row = tuple[str, list[str]]
"""The place of a row ("row 12") and its cells."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question and what was answered, as the file has them.

    `code`: the question's own code (LOINC, column name). `value`: the coded answer where the file holds a code.
    `score`: the number that the file itself attaches to the answer. `state`: null while nobody decided. `section`:
    titles above the question, outermost first. `identifies`: the file itself marks the answer as an identifier.
    `total`: the answer is a score that the file computed.
    """

    question: str
    answer: str = ""
    code: str | None = None
    value: str | None = None
    score: float | None = None
    state: AnswerState | None = None
    section: tuple[str, ...] = ()
    identifies: bool = False
    total: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """One form as one person filled it in, as the file has it. `person` is the file's key of the respondent, or ""."""

    place: str
    items: tuple[Item, ...]
    person: str = ""
    instrument: str | None = None
    authored: str | None = None
    language: str | None = None
    enrolled: bool = False
    """The person is known to the file although nothing may be answered: an empty row of a study's table."""
    occasion: str = ""
    """What tells one filling of the form from the next: an event, an instance."""
    record: Questionnaire | None = None
    """The form is a record of ours already: its id, respondent and split stand."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a file that could not be read: a row, a resource, a patient. Becomes a Drop."""

    place: str
    reason: str
    detail: str = ""
    remedy: str = ""
    record: str = ""
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its header, a function that gives its rows from the first on, and what the file says of its columns.

    `labels`: column → the question in words. `options`: column → code → words.
    """

    header: list[str]
    rows: Callable[[], Iterator[Row | Fault]]
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: Mapping[str, AnswerState] = field(default_factory=dict)
    """Cells that are no answer, in every column."""
    missing_of: Mapping[str, Mapping[str, AnswerState]] = field(default_factory=dict)
    """The same, column by column."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known beside the file: the mapping, and blank forms and dictionaries found in the same folders."""

    map: TableMap | None = None
    definitions: Mapping[str, Any] = field(default_factory=dict)
    """FHIR Questionnaire resources by canonical URL, id and `Questionnaire/id`."""
    dictionaries: Mapping[str, Path] = field(default_factory=dict)
    """REDCap data dictionaries by the field that they begin with and by file name."""


class Reader(Protocol):
    """One format: a file in, forms and faults out, as they are read."""

    def __call__(self, path: Path, hints: Hints) -> Iterator[Form | Fault]: ...
