"""The data dictionary: what each field of a record holds, in the words of its docstring."""

import inspect
import re
import typing
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

VIEWS = {
    "prompt": "what a model is shown, without worked examples and chat template; a picture is "
    "`<image>` there, and is drawn from the record",
    "target": "the right answer, in the words of the task",
}
"""Columns that a published set has beside the fields of its records, and what each holds."""
_ROLE = re.compile(r":\w+:`~?(?:[\w.]*\.)?(\w+)`")
"""A reference of reStructuredText, as docstrings have it."""
_SECTION = re.compile(r"^Attributes:\n(?P<body>(?:[ \t]+.*\n?|\n)*)", re.MULTILINE)
_ENTRY = re.compile(r"^ {4}(?P<name>\w+): *(?P<said>.*(?:\n(?: {5,}.*|[ \t]*$))*)", re.MULTILINE)


def described(model: type[BaseModel]) -> dict[str, str]:
    """Return what is said of each field of a record, by its name; of a part as ``whole.part``.

    A field that a class does not describe is described by the class that it inherits from.
    Fields that nobody describes are left out, and so are words about no field.
    """
    out: dict[str, str] = {}
    said = _said(model)
    for name, field in model.model_fields.items():
        if name in said:
            out[name] = said[name]
        for part in _models(field.annotation):
            out |= {f"{name}.{inner}": words for inner, words in described(part).items()}
    return out


def fields(model: type[BaseModel]) -> Iterator[str]:
    """Yield the names of all fields of a record, those of its parts as ``whole.part``."""
    for name, field in model.model_fields.items():
        yield name
        for part in _models(field.annotation):
            yield from (f"{name}.{inner}" for inner in fields(part))


def strangers(model: type[BaseModel]) -> list[str]:
    """Return what a record's docstring, or one of its parts', describes and does not have."""
    found = [f"{model.__name__}.{name}" for name in _said(model) if name not in model.model_fields]
    for field in model.model_fields.values():
        for part in _models(field.annotation):
            found += strangers(part)
    return found


def _said(model: type[BaseModel]) -> dict[str, str]:
    out: dict[str, str] = {}
    for one in reversed(model.__mro__):
        if issubclass(one, BaseModel) and one is not BaseModel and one.__doc__:
            section = _SECTION.search(inspect.cleandoc(one.__doc__))
            body = section["body"] if section else ""
            out |= {e["name"]: _plain(e["said"]) for e in _ENTRY.finditer(body)}
    return out


def _plain(said: str) -> str:
    """Return a description as Markdown has it, on one line."""
    return " ".join(_ROLE.sub(r"`\1`", said).replace("``", "`").split())


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a field's type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif typing.get_origin(annotation) is not typing.Literal:
        for argument in get_args(annotation):
            yield from _models(argument)
