"""The mapping file: what a person says of a table that no rule understands. Small, strict, YAML.

Knows names of columns and meanings of codes; reads no table itself.
"""

import difflib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from colloque.core import AnswerState
from colloque.errors import InputError
from colloque.ingest.decode import open_text

__all__ = ["TableMap", "load_map"]


class TableMap(BaseModel):
    """What each column of a table is. Column names are those of the header row, as they stand there."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    respondent: str | None = None
    """The column that tells one person from another."""
    question: str | None = None
    """Long tables (a row an answer): the column of the question."""
    answer: str | None = None
    """Long tables: the column of the answer."""
    code: str | None = None
    """Long tables: the column of the question's code."""
    date: str | None = None
    """The column of the day on which the form was filled in."""
    instance: str | None = None
    """The column that tells one filling of the form from the next (a visit, a wave)."""
    instrument: str | None = None
    """The name of the form: one of the known instruments (phq-9, gad-7 …) or your own."""
    language: str | None = None
    """The language of questions and answers, such as fr."""
    sheet: str | None = None
    """The sheet of a workbook; otherwise the first one that holds a table."""
    header: int | None = None
    """The row that holds the names of the columns, counted from 1."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Wide tables (a row a person): column → the question as it was put. When given, other columns are left out."""
    codes: dict[str, str] = Field(default_factory=dict)
    """What a coded answer means, for all columns: code → words."""
    codes_of: dict[str, dict[str, str]] = Field(default_factory=dict)
    """The same for one column: column → code → words."""
    missing: dict[str, AnswerState] = Field(default_factory=dict)
    """Answers that are none: code → skipped, refused, unknown, not_applicable or not_shown."""
    ignore: tuple[str, ...] = ()
    """Columns that are no answers."""
    identifiers: tuple[str, ...] = ()
    """Columns that say who the person is: they leave the record."""

    @field_validator("columns", "codes", "missing", mode="before")
    @classmethod
    def _texts(cls, value: Any) -> Any:
        return {str(k): v if v is None else str(v) for k, v in value.items()} if isinstance(value, dict) else value

    @field_validator("codes_of", mode="before")
    @classmethod
    def _texts_of(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {str(c): {str(k): str(v) for k, v in m.items()} if isinstance(m, dict) else m for c, m in value.items()}

    def named(self) -> list[str]:
        """Every column that this map names, for checking it against a header."""
        one = [self.respondent, self.question, self.answer, self.code, self.date, self.instance]
        return [c for c in one if c] + [*self.columns, *self.codes_of, *self.ignore, *self.identifiers]


def load_map(given: "TableMap | str | Path | dict[str, Any] | None") -> TableMap | None:
    """A mapping file, a mapping as a dict, or nothing. Raises InputError with the key at fault and the nearest known one."""
    if given is None or isinstance(given, TableMap):
        return given
    if isinstance(given, dict):
        return _valid(given, "the mapping")
    import yaml

    path = Path(given)
    try:
        with open_text(path) as file:
            data = yaml.safe_load(file.read(1_000_000))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else ""
        raise InputError(
            "the mapping file is no YAML", file=path, place=place, hint="see `ingest --preview`"
        ) from error
    except RecursionError as error:
        raise InputError("the mapping file is nested too deeply", file=path, hint="see `ingest --preview`") from error
    if not isinstance(data, dict):
        raise InputError("the mapping file holds no keys", file=path, hint="see `ingest --preview` for a starting map")
    return _valid(data, str(path))


def _valid(data: dict[Any, Any], where: str) -> TableMap:
    try:
        return TableMap.model_validate({str(key): value for key, value in data.items()})
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(str(part) for part in fault["loc"])
        near = difflib.get_close_matches(key, TableMap.model_fields, n=1)
        known = f"did you mean `{near[0]}`?" if near else f"known keys: {', '.join(TableMap.model_fields)}"
        raise InputError(f"`{key}`: {fault['msg']}", file=where, hint=known) from error
