"""Memorisation and influence from many runs, each on a random part of the people.

Feldman and Zhang 2020 (arXiv 2008.03703): how much more often is an item right where it was in the
training data than where it was not? An item that was always in, or never, has no such figure; the
published code gives it one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heptathlon.scorers.traces.membership import Parted, parted

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def memorisation(member: ArrayLike, right: ArrayLike) -> Floats:
    """Return each item's mean score where it was read less that where it was not.

    Args:
        member: whether the item's person was in a run, shape (runs, items).
        right: the item's score in the run, shape (runs, items).

    Returns:
        Shape (items,), from -1 to 1; NaN for an item that was always in, or never.

    Example:
        >>> memorisation([[1], [1], [0], [0]], [[1], [1], [0], [1]]).tolist()
        [0.5]
    """
    took, score = np.asarray(member, bool), np.asarray(right, float)
    if took.shape != score.shape:
        raise ValueError(f"membership has shape {took.shape}, scores have {score.shape}")
    read, not_read = took.sum(axis=0), (~took).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        inside, outside = (score * took).sum(axis=0) / read, (score * ~took).sum(axis=0) / not_read
    return np.asarray(inside - outside, float)


def influence(member: ArrayLike, right: ArrayLike) -> Floats:
    """Return what each subject's presence adds to each item's score.

    Args:
        member: whether a subject was in a run, shape (runs, subjects).
        right: scores, shape (runs, items).

    Returns:
        Shape (subjects, items); NaN for a subject that was always in, or never.
    """
    took, score = np.asarray(member, float), np.asarray(right, float)
    read, not_read = took.sum(axis=0), (1 - took).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(
            (took.T @ score) / read[:, None] - ((1 - took).T @ score) / not_read[:, None]
        )


def known_graph(estimate: ArrayLike, edges: ArrayLike) -> Parted:
    """Return how well estimated influence parts what is known to bear on an item from the rest.

    Args:
        estimate: shape (subjects, items), NaN where there is none.
        edges: whether a subject's documents bear on the item, shape (subjects, items).
    """
    values, real = np.asarray(estimate, float), np.asarray(edges, bool)
    known = ~np.isnan(values)
    return parted(values[known & real], values[known & ~real])


@dataclass(frozen=True)
class Stratum:
    """A stratum's mean.

    Attributes:
        level: the stratum.
        value: mean over its items; None if none of them has a figure.
        spread: standard error of the mean over people; None with fewer than two of them.
        items: items with a figure.
        left_out: items without one, because their person was always in, or never.
    """

    level: str
    value: float | None
    spread: float | None
    items: int
    left_out: int


def by_stratum(
    values: Floats, levels: Sequence[str], people: Sequence[str]
) -> Mapping[str, Stratum]:
    """Return the mean of items' figures by level: one item's own estimate is mostly noise.

    Args:
        values: a figure an item, NaN where it has none.
        levels: the level of each item.
        people: the person of each item; the spread is that between people.
    """
    out = {}
    for level in dict.fromkeys(levels):
        place = [i for i, one in enumerate(levels) if one == level]
        found = [(people[i], float(values[i])) for i in place if not np.isnan(values[i])]
        means: dict[str, list[float]] = {}
        for person, value in found:
            means.setdefault(person, []).append(value)
        own = [float(np.mean(v)) for v in means.values()]
        out[level] = Stratum(
            level,
            float(np.mean([v for _, v in found])) if found else None,
            float(np.std(own, ddof=1) / np.sqrt(len(own))) if len(own) > 1 else None,
            len(found),
            len(place) - len(found),
        )
    return out
