"""How often the intervals of ``scorers/calibration`` hold the truth, by simulation.

``python -m benchmarks.confidence`` prints a row for each figure and cell: models that are
calibrated, too sure and too modest, answers alone and in clusters. The last row is what the suite
does not print: a percentile bootstrap of the expected calibration error. Truths come from one
large sample of the same model.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks._timing import table
from heptathlon.scorers import calibration
from heptathlon.scorers.calibration import Answers
from heptathlon.scorers.stats import Interval

Floats = NDArray[np.float64]
LARGE = 400_000
MODELS = {"calibrated": (1.0, 0.0), "too sure": (2.0, 0.6), "too modest": (0.5, 0.0)}
"""By which a model's log-odds are multiplied, and what is added to them."""
LAYOUTS = {"100": (100, 1), "400": (400, 1), "1,600": (1_600, 1), "60 x 5": (60, 5),
           "30 x 20": (30, 20)}  # fmt: skip
FIGURES: dict[str, Callable[[Answers], Interval]] = {
    "over": calibration.over,
    "brier": calibration.brier,
    "log_loss": calibration.log_loss,
    "squared_error": calibration.squared_error,
    "auroc": calibration.auroc,
    "aurc": calibration.aurc,
    "selective": calibration.selective,
}
NAIVE = "ECE, percentile bootstrap"
ECE_BINS, RESAMPLES = 10, 200


def draw(rng: np.random.Generator, model: str, clusters: int, size: int) -> Answers:
    """Return answers whose true chances share something within a cluster."""
    scale, shift = MODELS[model]
    labels = np.repeat(np.arange(clusters), size)
    common = rng.normal(size=clusters)[labels] * (size > 1)
    odds = rng.normal(0.4, 1.2, size=labels.size) + common
    y = (rng.random(labels.size) < 1 / (1 + np.exp(-odds))).astype(np.float64)
    p = 1 / (1 + np.exp(-(scale * odds + shift)))
    return calibration.answers(p, y, labels)


def ece(p: Floats, y: Floats) -> float:
    """Return the expected calibration error in ten bins of equal mass."""
    bins = np.array_split(np.argsort(p), ECE_BINS)
    return sum(len(b) * abs(float(p[b].mean() - y[b].mean())) for b in bins) / p.size


def bootstrapped_ece(rng: np.random.Generator, found: Answers) -> tuple[float, float]:
    """Return the percentile interval that is often printed."""
    drawn = []
    for _ in range(RESAMPLES):
        picked = rng.integers(0, found.n, found.n)
        drawn.append(ece(found.p[picked], found.y[picked]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def truths(model: str, size: int, n: int, seed: int) -> dict[str, float]:
    """Return every figure of a very large sample; its bins are as many as those of ``n``."""
    large = draw(np.random.default_rng(seed), model, LARGE // size, size)
    out = {name: float(figure(large).value or 0.0) for name, figure in FIGURES.items()}
    out["squared_error"] = float(
        calibration.squared_error(large, calibration.bins_for(n)).value or 0.0
    )
    return out | {NAIVE: 0.0 if model == "calibrated" else ece(large.p, large.y)}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=400)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    started = time.perf_counter()
    rows = []
    for model in MODELS:
        for layout, (clusters, size) in LAYOUTS.items():
            truth = truths(model, size, clusters * size, args.seed)
            held = dict.fromkeys(truth, 0)
            rng = np.random.default_rng([args.seed, clusters, size])
            for i in range(args.samples):
                sample = draw(rng, model, clusters, size)
                for name, figure in FIGURES.items():
                    one = figure(sample)
                    held[name] += one.low is not None and one.low <= truth[name] <= (one.high or 0)
                if i < args.samples // 4:
                    low, high = bootstrapped_ece(rng, sample)
                    held[NAIVE] += 4 * (low <= truth[NAIVE] <= high)
            rows.append([model, layout, *(f"{100 * n / args.samples:.0f}" for n in held.values())])
    print(table([["confidence", "answers", *FIGURES, NAIVE], *rows]))
    print(f"{args.samples} samples a cell, {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
