"""A family's scorer by its family's name, and the hooks that it may offer.

:mod:`heptathlon.scorers.verdict` names them all.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Protocol, cast

from heptathlon.families import family as family_named
from heptathlon.parts import load_part
from heptathlon.scorers.verdict import RATE, Row, Statistic, Verdict


class Scorer(Protocol):
    """What a family's scorer module offers; :mod:`heptathlon.scorers.verdict` names the rest."""

    def verdict(self, doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
        """Judge one document's responses."""


@cache
def scorer_of(family: str) -> Scorer:
    """Return a family's scorer module."""
    return cast("Scorer", load_part(family_named(family), "scorer"))


def statistics_of(family: str) -> dict[str, Statistic]:
    """Return a family's figures that are not the mean of a metric, by name."""
    statistics: dict[str, Statistic] = getattr(scorer_of(family), "STATISTICS", {})
    return statistics


def bounds_of(family: str) -> dict[str, tuple[float, float]]:
    """Return the ranges of a family's metrics that are no rates from 0 to 1, by name."""
    bounds: dict[str, tuple[float, float]] = getattr(scorer_of(family), "BOUNDS", {})
    return bounds


def least_of(family: str, metric: str, doc: Mapping[str, Any]) -> float:
    """Return the least that a document can have of a metric: its own, or the metric's range's."""
    hook: Callable[[str, Mapping[str, Any]], float] | None
    hook = getattr(scorer_of(family), "least", None)
    return hook(metric, doc) if hook else bounds_of(family).get(metric, RATE)[0]


def across(family: str, rows: Sequence[Row]) -> list[Verdict]:
    """Return the rows' verdicts after the scorer's hook ``across``, if it has one."""
    hook: Callable[[Sequence[Row]], list[Verdict]] | None
    hook = getattr(scorer_of(family), "across", None)
    return hook(rows) if hook else [row.verdict for row in rows]
