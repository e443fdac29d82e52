"""Which algorithm do answers follow? Told only where the algorithms differ, and only if it is sure.

Right answers cannot tell: where the examples decide, all good algorithms agree. So answers are set
beside those of each algorithm, and one is named only if it agrees better than every other one by a
paired test over contexts and differs from the answers seldom enough. Else none is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import t as student

from heptathlon.scorers.stats import holm
from heptathlon.tasks.players import Doc, player_of

Floats = NDArray[np.float64]

COMPARED = ("nearest", "three_nearest", "mean", "copy_last", "copy_first", "averaging",
            "least_squares", "bayes")  # fmt: skip
"""Algorithms that can be told apart by their labels; ridge regression and one gradient step give
nearly always that of least squares or of averaging."""
SURE = 0.05
"""Family-wise error of naming one."""
STEPS = 300
"""Steps of the mixture's fit; its figures then stand still to three digits."""
COIN = "coin"
"""What no algorithm explains."""


@dataclass(frozen=True)
class Attribution:
    """What answers look like beside those of the algorithms.

    Attributes:
        items: documents on which the algorithms differ.
        contexts: clusters that these are of.
        agreement: share of answers that are each algorithm's, one that it cannot decide by half.
        mixture: share of each algorithm, and of a coin, in the likeliest mixture.
        low: lower ends of the mixture's shares, 95 %, by resampling clusters.
        high: upper ends.
        differs: share of answers that differ from the nearest algorithm's, where it decides.
        most: share of which ``differs`` must stay below: half of the least by which two algorithms
            differ.
        nearest: the algorithm that the answers follow, or ``none``.
    """

    items: int
    contexts: int
    agreement: Mapping[str, float]
    mixture: Mapping[str, float]
    low: Mapping[str, float]
    high: Mapping[str, float]
    differs: float
    most: float
    nearest: str


def predictions(docs: Sequence[Doc]) -> Floats:
    """Return how sure each algorithm is of the second label, shape (documents, algorithms).

    0, 1, or .5 where it cannot decide.
    """
    players = [player_of("icl", name) for name in COMPARED]
    out = np.array([[_lean(p, doc) for p in players] for doc in docs])
    return np.where(np.isclose(out, 0.5), 0.5, (out > 0.5).astype(float))


def _lean(player: Any, doc: Doc) -> float:
    weights = np.exp(player.weigh(doc, doc["options"]))
    return float(weights[1] / weights.sum())


def attribute(
    docs: Sequence[Doc], answers: Sequence[int], *, resamples: int = 200, seed: int = 0
) -> Attribution | None:
    """Return which algorithm answers follow; None if there are too few to tell.

    Args:
        docs: documents of the form ``forced``.
        answers: index of the label that was given to each.
        resamples: draws of clusters for the mixture's intervals.
        seed: of these draws.
    """
    leans = predictions(docs)
    telling = leans.max(axis=1) != leans.min(axis=1)
    clusters = np.unique([doc["cluster_id"] for doc in docs], return_inverse=True)[1][telling]
    clusters = np.unique(clusters, return_inverse=True)[1]
    count = int(clusters.max(initial=-1)) + 1
    if count < len(COMPARED):
        return None
    leans, given = leans[telling], np.array(answers)[telling][:, None]
    agrees = np.where(given == 1, leans, 1 - leans)
    means = agrees.mean(axis=0)
    best = int(means.argmax())
    beats = _beats(agrees, best, clusters, count)
    apart = _apart(leans)
    differs = float(np.mean(agrees[leans[:, best] != 0.5, best] == 0))
    most = float(apart[~np.eye(len(apart), dtype=bool)].min() / 2)
    draw = np.random.default_rng(seed)
    drawn = np.array(
        [
            mixture(agrees, draw.multinomial(count, [1 / count] * count)[clusters])
            for _ in range(resamples)
        ]
    )
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    names = (*COMPARED, COIN)
    shares = mixture(agrees, np.ones(len(agrees)))
    return Attribution(
        items=len(agrees),
        contexts=count,
        agreement=dict(zip(COMPARED, means.tolist(), strict=True)),
        mixture=dict(zip(names, shares.tolist(), strict=True)),
        low=dict(zip(names, low.tolist(), strict=True)),
        high=dict(zip(names, high.tolist(), strict=True)),
        differs=differs,
        most=most,
        nearest=COMPARED[best] if beats and differs < most else "none",
    )


def _apart(leans: Floats) -> Floats:
    """Return how often two algorithms differ where both decide, shape (algorithms, algorithms)."""
    decided = leans != 0.5
    both = decided[:, :, None] & decided[:, None, :]
    unlike = (leans[:, :, None] != leans[:, None, :]) & both
    return np.asarray(unlike.sum(axis=0) / np.maximum(both.sum(axis=0), 1), dtype=float)


def _beats(agrees: Floats, best: int, clusters: NDArray[Any], count: int) -> bool:
    """Say whether one algorithm agrees better than every other, by paired tests over clusters."""
    p_values = []
    for other in range(agrees.shape[1]):
        if other == best:
            continue
        # A cluster is one observation: its twins are of one context.
        sums = np.bincount(clusters, agrees[:, best] - agrees[:, other], minlength=count)
        error = sums.std(ddof=1) / np.sqrt(count)
        sure = float(sums.mean() <= 0)
        p_values.append(float(student.sf(sums.mean() / error, count - 1)) if error else sure)
    return bool((holm(np.array(p_values)) < SURE).all())


def mixture(agrees: Floats, weights: NDArray[Any]) -> Floats:
    """Return the shares of the algorithms and a coin that make the answers likeliest, by EM.

    Args:
        agrees: chance that each algorithm gives the answers, shape (documents, algorithms).
        weights: how often each document counts, shape (documents,).

    Returns:
        Shares that add up to 1, the coin's last, shape (algorithms + 1,).
    """
    chances = np.column_stack([agrees, np.full(len(agrees), 0.5)])
    shares = np.full(chances.shape[1], 1 / chances.shape[1])
    for _ in range(STEPS):
        parts = chances * shares
        parts /= parts.sum(axis=1, keepdims=True)
        shares = weights @ parts / weights.sum()
    return np.asarray(shares, dtype=float)


def leaning(
    forecasts: Sequence[Floats], ones: Sequence[Floats], others: Sequence[Floats]
) -> tuple[float, float]:
    """Return where forecasts lie on the line of two others: 1 on the first, 0 on the second.

    It is not held between 0 and 1: who is beyond both is like neither. Beside it stands what the
    nearest point of the line leaves.

    Args:
        forecasts: chances that a model gives, one array a document.
        ones: those of the first, such as the memoriser's.
        others: those of the second.

    Returns:
        The place, and the mean divergence of the line's point from the forecasts, in nats.
    """
    q, m, g = (np.array(part, dtype=float) for part in (forecasts, ones, others))
    # As far as the point is a forecast: no chance on it may be below 0.
    with np.errstate(divide="ignore"):
        ends = -g / (m - g)
    low = float(np.max(ends[m > g], initial=-np.inf))
    high = float(np.min(ends[m < g], initial=np.inf))

    def left(place: float) -> float:
        line = np.clip(place * m + (1 - place) * g, 1e-12, None)
        seen = np.where(q > 0, q, 1.0)
        return float((q * np.log(seen / line)).sum(axis=1).mean())

    found = minimize_scalar(left, bounds=(low, high), method="bounded")
    return float(found.x), float(found.fun)
