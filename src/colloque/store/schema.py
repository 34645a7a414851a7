"""The Parquet columns of a record, derived from its pydantic fields: shards of one kind always agree.

Inferring columns from the rows would make an empty list or an absent value change the type of a column from one
shard to the next.
"""

import types
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

__all__ = ["arrow_schema"]


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
