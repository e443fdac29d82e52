"""The continual-learning scorer: a matrix of scores in, every published figure of it out.

Useful alone: ``measure(read_matrix(path))``. Row ``t`` of the matrix holds the scores on all tasks
after the ``t``-th was learned, column ``j`` those on task ``j``; a row ``base`` before them, where
there is one, those of the model before any tuning. Papers and libraries divide the same sums by
different numbers, so every figure carries its denominator or its range in its name. Means are macro
means over tasks but for ``a_bar`` and ``a_b``. A missing cell makes the figures that need it null,
with the reason.

``R[t, j]`` is the score on task ``j`` after task ``t``, from 1 to ``T``; row 0 is the base.

Sources:
    GEM: Lopez-Paz and Ranzato 2017, arXiv 1706.08840 (ACC, BWT, FWT).
    Diaz-Rodriguez et al. 2018, arXiv 1810.13166 (averages over all pairs).
    Chaudhry et al. 2018, "Riemannian Walk" (forgetting, intransigence).
    SEFE, arXiv 2505.02486 (MFT, MFN, MAA; superficial and essential forgetting).
    GeRe, arXiv 2508.04676 (F1-Avg). TRACE, arXiv 2310.06762 (deltas of general ability).
    MEMO, arXiv 2205.13218 (accuracy at aligned memory). SAPT (another FWT). PILOT (A-bar, A_B).

Papers whose bodies could not be read here are followed through code that states the same; where
there is none, a formula's ``source`` says that it rests on memory.
"""

from heptathlon.scorers.continual.figures import (
    BESIDE,
    References,
    by_interval,
    by_stage,
    harmonic_mean,
    measure,
    says,
    sources,
    split_forgetting,
)
from heptathlon.scorers.continual.files import from_csv, from_json, read_matrix
from heptathlon.scorers.continual.formulas import FORMULAS, MEMORY, OWN, Formula
from heptathlon.scorers.continual.intervals import (
    LEVEL,
    TaskScores,
    matrix_of,
    percentiles,
    resampled_rows,
    with_intervals,
)
from heptathlon.scorers.continual.matrix import BASE, Figure, Floats, Matrix
from heptathlon.scorers.continual.memory import megabytes, memory_area, memory_areas, memory_auc
from heptathlon.scorers.continual.orders import Spread, average_orders, spread_of_orders

__all__ = [
    "BASE",
    "BESIDE",
    "FORMULAS",
    "LEVEL",
    "MEMORY",
    "OWN",
    "Figure",
    "Floats",
    "Formula",
    "Matrix",
    "References",
    "Spread",
    "TaskScores",
    "average_orders",
    "by_interval",
    "by_stage",
    "from_csv",
    "from_json",
    "harmonic_mean",
    "matrix_of",
    "measure",
    "megabytes",
    "memory_area",
    "memory_areas",
    "memory_auc",
    "percentiles",
    "read_matrix",
    "resampled_rows",
    "says",
    "sources",
    "split_forgetting",
    "spread_of_orders",
    "with_intervals",
]
