"""Linear functions of small whole numbers, and urns: exact posteriors by counting.

Nothing here is rounded or fitted: the weights are so few that all are tried, and an urn's chance
has a closed form.
"""

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

WEIGHTS = range(-3, 4)
"""What a weight may be, all alike."""
NUMBERS = range(-4, 5)
"""What a number of an input may be."""
NOISE: Mapping[int, Fraction] = {-1: Fraction(1, 4), 0: Fraction(1, 2), 1: Fraction(1, 4)}
"""What is added to a value where there is noise, and how often."""
OLD = Fraction(1, 2)
"""How often the urn is one of the known ones."""


@cache
def weights(places: int) -> Ints:
    """Return all functions of so many numbers, shape (7**places, places)."""
    return np.array(list(itertools.product(WEIGHTS, repeat=places)), dtype=np.int64)


def likely(
    inputs: Sequence[Sequence[int]], answers: Sequence[int], query: Sequence[int], noise: bool
) -> dict[int, Fraction]:
    """Return the exact chance of every value that the query may have, by value.

    Args:
        inputs: the examples' numbers, each of as many places as the query.
        answers: their values, of which at least one function tells all.
        query: the numbers asked about.
        noise: whether values are off by ``NOISE``.
    """
    pool = weights(len(query))
    off = np.array(answers) - pool @ np.array(inputs, dtype=np.int64).T
    allowed = NOISE if noise else {0: Fraction(1)}
    out: dict[int, Fraction] = defaultdict(Fraction)
    for place in np.flatnonzero(np.isin(off, list(allowed)).all(axis=1)):
        weight = Fraction(1)
        for error in off[place]:
            weight *= allowed[int(error)]
        value = int(pool[place] @ np.array(query))
        for error, share in allowed.items():
            out[value + error] += weight * share
    whole = sum(out.values(), Fraction())
    return {value: out[value] / whole for value in sorted(out)}


def likeliest(chances: Mapping[int, Fraction]) -> int:
    """Return the likeliest value; of equals the one nearest to 0, then the lower one."""
    return min(chances, key=lambda value: (-chances[value], abs(value), value))


def memoriser(urns: Sequence[Sequence[int]], counts: Sequence[int]) -> list[Fraction]:
    """Return the chances of the next draw if the urn is a known one.

    Args:
        urns: balls of each letter in every known urn, shape (urns, letters), none 0.
        counts: how often each letter was drawn.
    """
    weights_of = [_chance(urn, counts) for urn in urns]
    whole = sum(weights_of, Fraction())
    return [
        sum(
            (w * Fraction(urn[at], sum(urn)) for w, urn in zip(weights_of, urns, strict=True)),
            Fraction(),
        )
        / whole
        for at in range(len(counts))
    ]


def generaliser(counts: Sequence[int]) -> list[Fraction]:
    """Return the chances of the next draw if the urn is new and all mixtures are alike."""
    return [Fraction(n + 1, sum(counts) + len(counts)) for n in counts]


def still_known(urns: Sequence[Sequence[int]], counts: Sequence[int]) -> Fraction:
    """Return the chance that the urn is a known one, given the draws."""
    old = sum((_chance(urn, counts) for urn in urns), Fraction()) / len(urns)
    # The chance of this very sequence under a flat Dirichlet: a product of Laplace's rules.
    new = Fraction(1)
    done = 0
    for n in counts:
        for i in range(n):
            new *= Fraction(i + 1, done + len(counts))
            done += 1
    return OLD * old / (OLD * old + (1 - OLD) * new)


def mixture(urns: Sequence[Sequence[int]], counts: Sequence[int]) -> list[Fraction]:
    """Return the exact chances of the next draw: both explanations by their posterior."""
    known = still_known(urns, counts)
    pairs = zip(memoriser(urns, counts), generaliser(counts), strict=True)
    return [known * m + (1 - known) * g for m, g in pairs]


def apart(urns: Sequence[Sequence[int]], counts: Sequence[int]) -> float:
    """Return how far memoriser and generaliser differ: mean divergence of both ways, in nats.

    In floats, because most urns that are drawn are passed over.
    """
    inside = np.array(urns, dtype=float) / np.sum(urns, axis=1, keepdims=True)
    seen = np.array(counts)
    weights_of = np.prod(inside**seen, axis=1)
    m = weights_of @ inside / weights_of.sum()
    g = (seen + 1) / (seen.sum() + len(seen))
    return float(((m - g) * np.log(m / g)).sum() / 2)


def _chance(urn: Sequence[int], counts: Sequence[int]) -> Fraction:
    """Return the chance of drawing one such sequence, each ball put back."""
    out = Fraction(1)
    for balls, n in zip(urn, counts, strict=True):
        out *= Fraction(balls, sum(urn)) ** n
    return out
