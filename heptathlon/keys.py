"""Keys and passwords among a run's arguments, which would be written into its results.

What a run was started with is recorded and, with a submission, published. So a key comes from the
environment, and a run whose arguments hold one is neither started nor handed in.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

_SECRET_NAME = re.compile(
    r"(?:^|[_-])(?:api[_-]?key|apikey|key|auth[_-]?token|access[_-]?token|token|secret|password"
    r"|passwd|authorization|credentials?)$",
    re.IGNORECASE,
)
_PLAIN_NAMES = frozenset({"think_end_token", "eos_token", "bos_token", "pad_token", "unk_token"})
"""Arguments that are named like a key and hold a piece of a prompt."""
_SECRET_VALUE = re.compile(
    r"\b(?:sk|pk|rk|hf|gsk|xai|ghp|gho|glpat|nvapi|r8|pplx)[-_][A-Za-z0-9_-]{16,}"
    r"|\bAIza[A-Za-z0-9_-]{30,}|\bAKIA[A-Z0-9]{16}\b|\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}",
    re.IGNORECASE,
)
"""Keys by the beginnings that their issuers give them, and the value of an HTTP header."""
_SWITCHES = frozenset({"", "true", "false", "none", "null"})


def secrets_in(arguments: Mapping[str, Any]) -> list[str]:
    """Return the names of the arguments that hold a key or a password, in their order.

    Nested mappings are looked into; a name is then that of the outermost argument.

    Example:
        >>> secrets_in({"model": "org/m", "api_key": "abc", "base_url": "http://me:pw@host/v1"})
        ['api_key', 'base_url']
    """
    return [name for name, value in arguments.items() if _secret(str(name), value)]


def _secret(name: str, value: Any) -> bool:
    return any(
        _named(inner, text) or bool(_SECRET_VALUE.search(text)) or _in_address(text)
        for inner, text in _leaves(name, value)
    )


def _leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the plain values below an argument as text, each with its innermost name."""
    if isinstance(value, Mapping):
        for inner, one in value.items():
            yield from _leaves(str(inner), one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _leaves(name, one)
    elif value is not None:
        yield name, str(value)


def _named(name: str, text: str) -> bool:
    plain = name in _PLAIN_NAMES or text.strip().lower() in _SWITCHES
    return bool(_SECRET_NAME.search(name)) and not plain


def _in_address(text: str) -> bool:
    if "://" not in text:
        return False
    try:
        parts = urlsplit(text)
        query = parts.query.split("&") if parts.query else []
    except ValueError:
        return False
    return parts.password is not None or any(
        _SECRET_NAME.search(pair.partition("=")[0]) and pair.partition("=")[2] for pair in query
    )
