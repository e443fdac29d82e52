"""lm-eval's ``key=value,…`` arguments, which its results record as a mapping or as the text."""

import json
from collections.abc import Mapping
from typing import Any

_OPENING, _CLOSING = "([{", ")]}"


def as_mapping(arguments: Any) -> dict[str, str]:
    r"""Return arguments as text by name, whether they were recorded as a mapping or as a text.

    A comma within brackets or quotes belongs to its value. A text that is a JSON object, which
    lm-eval takes too and records as it was given, is read as one.

    Example:
        >>> as_mapping('pretrained=org/m,chat_template_args={"a": 1, "b": [2, 3]},dtype=auto')
        {'pretrained': 'org/m', 'chat_template_args': '{"a": 1, "b": [2, 3]}', 'dtype': 'auto'}
        >>> as_mapping('{"pretrained": "org/m", "tp_size": 2}')
        {'pretrained': 'org/m', 'tp_size': '2'}
    """
    if isinstance(arguments, Mapping):
        return {str(k): str(v) for k, v in arguments.items()}
    if not isinstance(arguments, str):
        return {}
    if arguments.lstrip().startswith("{"):
        try:
            read = json.loads(arguments)
        except ValueError:
            read = None
        if isinstance(read, dict):
            return as_mapping(read)
    pairs = (part.partition("=") for part in _parts(arguments))
    return {name.strip(): value.strip() for name, sign, value in pairs if sign}


def typed(arguments: str | Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments as lm-eval hands them to a model, from a mapping or either kind of text.

    Raises:
        ValueError: if a text is neither ``name=value,…`` nor a JSON object.
    """
    if isinstance(arguments, Mapping):
        return dict(arguments)
    if arguments.lstrip().startswith("{"):
        return dict(json.loads(arguments))
    from lm_eval.utils import simple_parse_args_string

    try:
        return dict(simple_parse_args_string(arguments))
    except IndexError as error:
        raise ValueError(str(error)) from None


def _parts(text: str) -> list[str]:
    parts, start, depth, quote = [], 0, 0, ""
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and depth:
            quote = character
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(0, depth - 1)
        elif character == "," and not depth:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]
