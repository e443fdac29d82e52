"""The exact Bayes answer of a linear rule with Gaussian weights and noise, in whole fractions.

The posterior mean of a conjugate linear model is the solution of a linear system with rational
coefficients. It is solved over fractions, not floats, so that the stored answer is exact and has
the same digits on every machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Prior:
    """What is known of a world before its examples are seen.

    Attributes:
        level: mean of the score of an item all of whose attributes are 0.
        level_variance: its variance between worlds.
        weight_variance: variance of each attribute's effect; effects have the mean 0.
    """

    level: Fraction
    level_variance: Fraction
    weight_variance: Fraction


def posterior_means(
    examples: Sequence[Sequence[int]],
    scores: Sequence[int],
    queries: Sequence[Sequence[int]],
    prior: Prior,
    noise_variance: Fraction,
) -> list[Fraction]:
    """Return the expected score of each query given the examples.

    Ridge regression with known variances: ``(Phi' Phi + noise S^-1) w = Phi' (y - level)`` with a
    column of ones in ``Phi`` for the world's own level and ``S`` the prior variances (Bishop
    2006, eq. 3.53); the answer is ``level + phi w``.

    Args:
        examples: attributes of each example, whole numbers, shape (k, attributes).
        scores: their scores, shape (k,).
        queries: attributes of each query, shape (q, attributes).
        prior: what is known before.
        noise_variance: variance of a score about the rule.
    """
    rows = [(1, *example) for example in examples]
    width = len(queries[0]) + 1
    matrix = [
        [Fraction(sum(row[i] * row[j] for row in rows)) for j in range(width)] for i in range(width)
    ]
    for i in range(width):
        matrix[i][i] += noise_variance / (prior.weight_variance if i else prior.level_variance)
    residuals = [score - prior.level for score in scores]
    right = [
        sum((row[i] * r for row, r in zip(rows, residuals, strict=True)), Fraction(0))
        for i in range(width)
    ]
    weights = solve(matrix, right)
    return [
        prior.level + sum((x * w for x, w in zip((1, *q), weights, strict=True)), Fraction(0))
        for q in queries
    ]


def solve(matrix: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> list[Fraction]:
    """Solve a positive definite system exactly (elimination needs no pivoting then)."""
    n = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(n):
        for j in range(i + 1, n):
            factor = rows[j][i] / rows[i][i]
            if factor:
                rows[j] = [b - factor * a for a, b in zip(rows[i], rows[j], strict=True)]
    out: list[Fraction] = [Fraction(0)] * n
    for i in reversed(range(n)):
        known = sum((rows[i][j] * out[j] for j in range(i + 1, n)), Fraction(0))
        out[i] = (rows[i][n] - known) / rows[i][i]
    return out
