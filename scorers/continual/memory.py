"""Accuracy at aligned memory (MEMO, arXiv 2205.13218): models and exemplars on one account."""

from collections.abc import Mapping, Sequence

import numpy as np

from heptathlon.errors import HeptathlonError
from heptathlon.scorers.continual.matrix import Figure, Floats

BYTES = 4
"""Of a parameter in single precision."""
_TOO_FEW = "needs at least two different memory budgets"


def memory_area(memory: Sequence[float], accuracy: Sequence[float]) -> Figure:
    """Return the area under the accuracy curve over memory, which MEMO calls AUC.

    Its unit is accuracy times megabytes: areas over different ranges cannot be compared
    (:func:`memory_areas` refuses them). ``accuracy`` is ``a_bar`` for AUC-A, ``a_b`` for AUC-L.

    Args:
        memory: budgets in megabytes, models and exemplars counted together, at least two.
        accuracy: the score at each budget.

    Raises:
        ValueError: if the lengths differ, or a number is not finite.
    """
    points = _points(memory, accuracy)
    if points is None:
        return Figure(None, _TOO_FEW)
    x, y = points
    return Figure(float(np.trapezoid(y, x)))


def memory_auc(memory: Sequence[float], accuracy: Sequence[float]) -> Figure:
    """Return the mean height of the curve: :func:`memory_area` over the range of memory.

    It has the unit of the accuracy; it is this suite's own, and no figure that MEMO prints.

    Args:
        memory: as in :func:`memory_area`.
        accuracy: likewise.

    Raises:
        ValueError: likewise.
    """
    area = memory_area(memory, accuracy)
    if area.value is None:
        return area
    return Figure(area.value / (max(memory) - min(memory)))


def memory_areas(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
) -> dict[str, Figure]:
    """Return the areas of several curves that begin and end at the same budgets.

    Args:
        curves: budgets and accuracies by name.

    Raises:
        HeptathlonError: if two curves have different ranges; nothing is extrapolated.
    """
    ranges = {name: (min(memory), max(memory)) for name, (memory, _) in curves.items()}
    first = next(iter(ranges), "")
    for name, found in ranges.items():
        if found != ranges[first]:
            raise HeptathlonError(
                f"The curve {name!r} is over {found[0]:g} to {found[1]:g} MB and {first!r} over "
                f"{ranges[first][0]:g} to {ranges[first][1]:g}; measure both at the same ends."
            )
    return {name: memory_area(*curve) for name, curve in curves.items()}


def megabytes(parameters: int, exemplars: int, exemplar_bytes: int) -> float:
    """Return a budget as MEMO counts it, in MiB: models in single precision, and what is replayed.

    Optimizer state, copies of old models and labels are not counted.

    Example:
        >>> round(megabytes(463_504, 2_000, 3 * 32 * 32), 1)  # ResNet32 and CIFAR's exemplars
        7.6
    """
    return (parameters * BYTES + exemplars * exemplar_bytes) / 2**20


def _points(memory: Sequence[float], accuracy: Sequence[float]) -> tuple[Floats, Floats] | None:
    """Return a curve in the order of its budgets; None if there are fewer than two."""
    x, y = np.asarray(memory, dtype=np.float64), np.asarray(accuracy, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"needs one accuracy a budget, got {y.size} for {x.size}")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("a budget or an accuracy is not finite")
    order = np.argsort(x)
    x, y = x[order], y[order]
    return None if len(x) < 2 or (np.diff(x) == 0).any() else (x, y)
