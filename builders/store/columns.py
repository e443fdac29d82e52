"""The types of a set's columns, from the model of its records."""

import types
import typing
from typing import Any, get_args, get_origin

import pyarrow as pa
from pydantic import BaseModel

_ARROW = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


def arrow_schema(model: type[BaseModel]) -> pa.Schema:
    """Return the parquet schema of a record model, so that empty columns keep their type."""
    return pa.schema([(n, _arrow_type(f.annotation)) for n, f in model.model_fields.items()])


def _arrow_type(annotation: Any) -> pa.DataType:
    if annotation in _ARROW:
        return _ARROW[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is typing.Annotated:
        return _arrow_type(arguments[0])
    if origin is typing.Literal:
        return _ARROW[type(arguments[0])]
    if origin in (types.UnionType, typing.Union):
        (inner,) = [a for a in arguments if a is not type(None)]
        return _arrow_type(inner)
    if origin in (list, tuple):
        inner = {a for a in arguments if a is not Ellipsis}
        if len(inner) == 1:
            return pa.list_(_arrow_type(inner.pop()))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.items()
        return pa.struct([(n, _arrow_type(f.annotation)) for n, f in fields])
    raise TypeError(f"no parquet type is defined for {annotation}")
