"""The Parquet columns of a record, derived from its pydantic fields, and their values as plain Python.

Inferring columns from the rows would make an empty list or an absent value change the type of a column from one
shard to the next.
"""

import types
from functools import cache
from itertools import pairwise
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

__all__ = ["arrow_schema", "column_values", "plain_rows"]


@cache
def arrow_schema(kind: type[BaseModel]) -> Any:
    """The `pyarrow.Schema` of a record class. Supports str, int, float, bool, Literal, optional, tuples, nested records."""
    import pyarrow as pa

    return pa.schema([pa.field(name, _arrow(field.annotation)) for name, field in kind.model_fields.items()])


def _arrow(annotation: Any) -> Any:
    import pyarrow as pa

    origin, arguments = get_origin(annotation), get_args(annotation)
    plain = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    if annotation in plain:
        return plain[annotation]
    if origin is Literal:
        return pa.string()
    if origin in (Union, types.UnionType):
        return _arrow(next(a for a in arguments if a is not type(None)))
    if origin in (tuple, list):
        return pa.list_(_arrow(arguments[0]))
    if origin is dict:
        return pa.map_(_arrow(arguments[0]), _arrow(arguments[1]))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return pa.struct([pa.field(name, _arrow(field.annotation)) for name, field in annotation.model_fields.items()])
    raise TypeError(f"no column type for {annotation!r}")


def plain_rows(table: Any) -> list[dict[str, Any]]:
    """Rows of an Arrow table or batch as dictionaries: what `to_pylist` gives, five times as fast on nested columns."""
    names = table.column_names if hasattr(table, "column_names") else table.schema.names
    columns = [column_values(table.column(name)) for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def column_values(column: Any) -> list[Any]:
    """The Python values of an Arrow column: nested ones by their children at once, not value by value."""
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        return [value for chunk in column.chunks for value in column_values(chunk)]
    if column.null_count or not (pa.types.is_struct(column.type) or pa.types.is_list(column.type)):
        return list(column.to_pylist())
    if pa.types.is_list(column.type):
        inner, ends = column_values(column.flatten()), column.offsets.to_pylist()
        return [inner[a - ends[0] : b - ends[0]] for a, b in pairwise(ends)]
    names = [field.name for field in column.type]
    return [
        dict(zip(names, row, strict=True)) for row in zip(*(column_values(c) for c in column.flatten()), strict=True)
    ]
