"""When two figures are the same."""

from collections.abc import Iterator
from dataclasses import dataclass

TOLERANCE = 1e-9
"""Figures closer than this are the same: sums differ in their last bits between processors."""


@dataclass(frozen=True)
class Difference:
    """Where two JSON values differ."""

    path: str
    found: object
    expected: object


def differences(found: object, expected: object, path: str) -> Iterator[Difference]:
    """Yield where two JSON values differ, figures within the tolerance being the same."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in sorted(found.keys() | expected.keys()):
            below = f"{path}.{key}" if path else str(key)
            if key not in found or key not in expected:
                yield Difference(below, found.get(key), expected.get(key))
            else:
                yield from differences(found[key], expected[key], below)
    elif not same(found, expected):
        yield Difference(path, found, expected)


def same(found: object, expected: object) -> bool:
    """Tell whether two values are the same, figures within the tolerance."""
    if isinstance(found, bool) or isinstance(expected, bool):
        return found is expected
    if isinstance(found, int | float) and isinstance(expected, int | float):
        return abs(found - expected) <= TOLERANCE
    return found == expected
