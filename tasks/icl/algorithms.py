"""Learning algorithms that answer a query from the examples of a prompt and from nothing else.

Every one takes inputs X of shape (examples, numbers), values y of shape (examples,) and a query q
of shape (numbers,), and returns one number: a value, or for labels of 0 and 1 how far it leans to
1, .5 for undecided. Bits and labels are 0 and 1 here; the linear ones see them as -1 and 1.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Algorithm = Callable[[Floats, Floats, Floats], float]

STEP = 0.1
"""Length of the one gradient step; for labels only its sign counts."""
RIDGES = {"ridge_tenth": 0.1, "ridge_one": 1.0}
"""Strengths of the two ridge regressions."""


def neighbours(k: int) -> Algorithm:
    """Return the mean of the k nearest examples; those equally far share the places that are left.

    Args:
        k: number of neighbours.
    """

    def fitted(X: Floats, y: Floats, q: Floats) -> float:  # noqa: N803
        far = ((X - q) ** 2).sum(axis=1)
        count = min(k, len(y))
        edge = np.sort(far)[count - 1]
        inside, level = far < edge, far == edge
        weights = inside + level * (count - inside.sum()) / level.sum()
        return float(weights @ y / count)

    return fitted


def mean(X: Floats, y: Floats, q: Floats) -> float:  # noqa: N803
    """Return the mean value, whatever the query: of labels, the more frequent one."""
    del X, q
    return float(y.mean())


def last(X: Floats, y: Floats, q: Floats) -> float:  # noqa: N803
    """Return the value of the last example."""
    del X, q
    return float(y[-1])


def first(X: Floats, y: Floats, q: Floats) -> float:  # noqa: N803
    """Return the value of the first example."""
    del X, q
    return float(y[0])


def averaging(X: Floats, y: Floats, q: Floats) -> float:  # noqa: N803
    """Return the mean of the values, each times the likeness of its input to the query."""
    return float((y * (X @ q)).mean())


def least_squares(X: Floats, y: Floats, q: Floats) -> float:  # noqa: N803
    """Return the prediction of the shortest weights that fit best."""
    return float(np.linalg.lstsq(X, y, rcond=None)[0] @ q)


def ridge(strength: float) -> Algorithm:
    """Return ridge regression without an intercept.

    Args:
        strength: what is added to the diagonal.
    """

    def fitted(X: Floats, y: Floats, q: Floats) -> float:  # noqa: N803
        gram = X.T @ X + strength * np.eye(X.shape[1])
        return float(np.linalg.solve(gram, X.T @ y) @ q)

    return fitted


def one_step(X: Floats, y: Floats, q: Floats) -> float:  # noqa: N803
    """Return the prediction after one step down the squared error, from weights of 0."""
    # The squared error falls by twice the products.
    return float(2 * STEP * (X.T @ y) @ q)


DIRECT: Mapping[str, Algorithm] = {
    "nearest": neighbours(1),
    "three_nearest": neighbours(3),
    "mean": mean,
    "copy_last": last,
    "copy_first": first,
}
"""Algorithms that see labels as 0 and 1."""
LINEAR: Mapping[str, Algorithm] = {
    "averaging": averaging,
    "least_squares": least_squares,
    **{name: ridge(strength) for name, strength in RIDGES.items()},
    "one_step": one_step,
}
"""Algorithms that see labels as -1 and 1, and of bits a constant besides, but for averaging."""


def of_bits(name: str, X: Floats, y: Floats, q: Floats) -> float:  # noqa: N803
    """Return how far an algorithm leans to the label 1, from 0 to 1.

    Args:
        name: one of ``DIRECT`` or ``LINEAR``.
        X: the examples' bits, 0 or 1.
        y: their labels, 0 or 1.
        q: the query's bits.
    """
    if name in DIRECT:
        return DIRECT[name](X, y, q)
    signs, query = 2 * X - 1, 2 * q - 1
    if name != "averaging":
        signs = np.column_stack([signs, np.ones(len(y))])
        query = np.append(query, 1.0)
    # Rounded, so that a lean that is nothing but the last bits of a float is none.
    lean = round(LINEAR[name](signs, 2 * y - 1, query), 9)
    return min(1.0, max(0.0, (1 + lean) / 2))
