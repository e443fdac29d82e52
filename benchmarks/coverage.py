"""How often the 95 % intervals of ``scorers/stats`` hold the truth, by simulation.

``python -m benchmarks.coverage`` prints four tables: the interval of a mean, the paired comparison,
the bootstrapped skill, each beside what an evaluation that knows no clusters would print, and the
level on a ladder (``--only levels``). The
samples are drawn here; the intervals come from the public functions, one call a sample.
"""

import argparse
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks._timing import table
from heptathlon.scorers import stats

Floats = NDArray[np.float64]
Z = 1.959964
# Below this share in a cell the interval is reported as too narrow.
FLOOR = 0.93
ICCS = (0.0, 0.3, 0.7)
SKILL_RESAMPLES = 1000


@dataclass(frozen=True, eq=False)
class Layout:
    """How items fall into clusters: the sizes of the clusters, shape (G,)."""

    name: str
    sizes: NDArray[np.intp]

    @property
    def labels(self) -> NDArray[np.intp]:
        """Cluster of each item, shape (n,)."""
        return np.repeat(np.arange(self.sizes.size), self.sizes)

    @property
    def n(self) -> int:
        """Number of items."""
        return int(self.sizes.sum())


def even(clusters: int, size: int) -> Layout:
    """Return clusters of one size."""
    name = "every item alone" if size == 1 else f"{clusters} x {size}"
    return Layout(name, np.full(clusters, size))


def uneven(clusters: int, mean_size: int) -> Layout:
    """Return clusters whose sizes are spread geometrically, the largest about four times the mean.

    The quantiles of a geometric distribution, not draws from it, so that every run has the same.
    """
    ranks = (np.arange(clusters) + 0.5) / clusters
    sizes = np.ceil(np.log(1 - ranks) / math.log(1 - 1 / mean_size)).astype(np.intp)
    return Layout(f"{clusters}, sizes {sizes.min()} to {sizes.max()}", sizes)


ALONE = (even(20, 1), even(50, 1), even(100, 1), even(1000, 1))
CLUSTERED = (
    even(10, 5),
    even(20, 5),
    even(60, 5),
    even(200, 5),
    even(20, 50),
    uneven(20, 5),
    uneven(60, 5),
    uneven(200, 5),
)


def bits(rng: np.random.Generator, layout: Layout, mean: float, icc: float, rows: int) -> Floats:
    """Return 0/1 samples, shape (rows, n): beta-binomial, which has exactly this ICC."""
    shape = (rows, layout.sizes.size)
    if icc > 0:
        k = (1 - icc) / icc
        shares = rng.beta(mean * k, (1 - mean) * k, size=shape)
    else:
        shares = np.full(shape, mean)
    return (rng.random((rows, layout.n)) < shares[:, layout.labels]).astype(float)


def rates(rng: np.random.Generator, layout: Layout, mean: float, icc: float, rows: int) -> Floats:
    """Return U-shaped samples in [0, 1], shape (rows, n): partial credit, mostly all or nothing.

    Beta figures with ``a + b = 1``. An item has its cluster's figure with the probability
    ``sqrt(icc)``, else one of its own, which makes the correlation of two exactly ``icc``.
    """
    common = rng.beta(mean, 1 - mean, size=(rows, layout.sizes.size))[:, layout.labels]
    own = rng.beta(mean, 1 - mean, size=(rows, layout.n))
    return np.where(rng.random((rows, layout.n)) < math.sqrt(icc), common, own)


def holds(intervals: Iterable[stats.Interval], truth: float) -> float:
    """Return the share of intervals that hold the truth; one that is missing does not."""
    return float(
        np.mean([i.low is not None and i.low <= truth <= (i.high or 0.0) for i in intervals])
    )


def naive_holds(samples: Floats, truth: float) -> float:
    """Return the same for mean +- 1.96 standard errors of independent items."""
    se = samples.std(axis=1, ddof=1) / math.sqrt(samples.shape[1])
    return float(np.mean(np.abs(samples.mean(axis=1) - truth) <= Z * se))


class Report:
    """Counts the cells, and keeps those that are too narrow."""

    def __init__(self) -> None:
        self.cells = 0
        self.low: list[tuple[float, str]] = []

    def share(self, where: str, coverage: float) -> str:
        """Note the coverage of a cell and return it in percent."""
        self.cells += 1
        if coverage < FLOOR:
            self.low.append((coverage, where))
        return percent(coverage)


def percent(share: float) -> str:
    """Return a share in percent."""
    return f"{100 * share:.1f}"


def means(rng: np.random.Generator, replicates: int, report: Report) -> list[tuple[str, ...]]:
    """Return the table of the interval of a mean."""
    rows: list[tuple[str, ...]] = [
        ("figures", "mean", "clusters", "items", *(f"ICC {icc:g}" for icc in ICCS))
    ]
    kinds: dict[str, tuple[Callable[..., Floats], tuple[float, ...]]] = {
        "0/1": (bits, (0.5, 0.1, 0.02)),
        "partial credit": (rates, (0.5, 0.1)),
    }
    for kind, (draw, truths) in kinds.items():
        for truth in truths:
            for layout in ALONE + CLUSTERED:
                cells = []
                for icc in ICCS:
                    if layout in ALONE and icc > 0:
                        cells.append("")
                        continue
                    samples = draw(rng, layout, truth, icc, replicates)
                    labels = layout.labels
                    ours = holds((stats.mean_interval(s, labels) for s in samples), truth)
                    where = f"{kind}, mean {truth:g}, {layout.name}, ICC {icc:g}"
                    naive = percent(naive_holds(samples, truth))
                    cells.append(f"{naive} / {report.share(where, ours)}")
                rows.append((kind, f"{truth:g}", layout.name, str(layout.n), *cells))
    return rows


def pairs(rng: np.random.Generator, replicates: int, report: Report) -> list[tuple[str, ...]]:
    """Return the table of the paired comparison: false alarms and coverage.

    The second model gives the first one's answer to six items in ten and its own to the others.
    """
    rows: list[tuple[str, ...]] = [
        ("clusters", "items", "ICC", "false alarms, naive", "false alarms", "coverage")
    ]
    for layout in (even(50, 1), even(1000, 1), even(20, 5), even(50, 10), uneven(60, 5)):
        for icc in (0.0,) if layout.sizes.max() == 1 else ICCS:
            labels = layout.labels
            found = {}
            for other in (0.5, 0.75):
                first = bits(rng, layout, 0.5, icc, replicates)
                own = bits(rng, layout, other, icc, replicates)
                second = np.where(rng.random(first.shape) < 0.6, first, own)
                both = list(zip(first, second, strict=True))
                found[other] = [stats.paired(a, b, labels) for a, b in both]
                if other == 0.5:
                    # The test over items, as if no two of them shared a cluster.
                    naive = 1 - naive_holds(first - second, 0.0)
            wrong = float(np.mean([r.verdict != "tie" for r in found[0.5]]))
            covered = holds((r.difference for r in found[0.75]), 0.4 * (0.5 - 0.75))
            where = f"paired, {layout.name}, ICC {icc:g}"
            report.share(f"{where}, false alarms", 1 - wrong)
            shares = percent(naive), percent(wrong), report.share(where, covered)
            rows.append((layout.name, str(layout.n), f"{icc:g}", *shares))
    return rows


def skills(rng: np.random.Generator, replicates: int, report: Report) -> list[tuple[str, ...]]:
    """Return the table of skill: score 0.6 against a trivial player's 0.3, so 0.3 / 0.7."""
    rows: list[tuple[str, ...]] = [("clusters", "items", "ICC", "mean, bootstrap", "skill")]
    truth = 0.3 / 0.7
    for layout in (even(20, 5), even(60, 5), even(200, 5), uneven(60, 5)):
        for icc in ICCS:
            labels = layout.labels
            score = bits(rng, layout, 0.6, icc, replicates)
            trivial = bits(rng, layout, 0.3, icc, replicates)

            bootstrapped, skilled = [], []
            for seed, (s, t) in enumerate(zip(score, trivial, strict=True)):
                options = {"seed": seed, "resamples": SKILL_RESAMPLES}
                bootstrapped.append(stats.cluster_bootstrap(s, labels, **options))
                skilled.append(stats.skill(s, t, labels, 1.0, **options))
            mean, skill = holds(bootstrapped, 0.6), holds(skilled, truth)
            where = f"bootstrap, {layout.name}, ICC {icc:g}"
            shares = report.share(f"{where}, mean", mean), report.share(f"{where}, skill", skill)
            rows.append((layout.name, str(layout.n), f"{icc:g}", *shares))
    return rows


RUNGS = (3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 14.0, 20.0)
CURVES = {
    "plain": (7.0, 1.5, 0.0, 1.0),
    "lapses 15 %": (8.0, 2.0, 0.0, 0.85),
    "steep": (6.9, 0.1, 0.0, 1.0),
    "shallow": (9.0, 5.0, 0.0, 1.0),
    "near the easy end": (3.5, 1.0, -0.1, 0.95),
    "above the ladder": (30.0, 4.0, 0.0, 1.0),
}
"""Middle, width, floor and top of true curves."""
BAR = 0.2
BAR_ERROR = 0.01
LEVEL_RESAMPLES = 400
LEVEL_REPLICATES = 60
"""Samples a cell where none are asked for: a tenth of a second each, and eighteen cells."""


def levels(rng: np.random.Generator, replicates: int, report: Report) -> list[tuple[str, ...]]:
    """Return the table of levels: coverage where one is given, how often none is, and the width."""
    rows: list[tuple[str, ...]] = [
        ("curve", "level", "clusters a rung", "items", "coverage", "no level", "median width")
    ]
    x = np.array(RUNGS)
    for name, (middle, width, floor, top) in CURVES.items():
        truth = middle + width * math.log((top - 0.5) / (0.5 - floor))
        shares = BAR + (1 - BAR) * (floor + (top - floor) / (1 + np.exp((x - middle) / width)))
        for layout in (even(5, 1), even(20, 1), even(20, 5)):
            held, widths = [], []
            for seed in range(replicates):
                y = np.concatenate(
                    [bits(rng, layout, float(p), ICCS[1] * (layout.n > layout.sizes.size), 1)[0]
                     for p in np.clip(shares, 0.001, 0.999)]
                )  # fmt: skip
                labels = np.concatenate(
                    [layout.labels + i * layout.sizes.size for i in range(x.size)]
                )
                anchors = [
                    stats.Anchors(float(bar), 1.0, BAR_ERROR)
                    for bar in rng.normal(BAR, BAR_ERROR, x.size)
                ]
                found = stats.level_on(
                    y, labels, np.repeat(x, layout.n), RUNGS, anchors, seed=seed,
                    resamples=LEVEL_RESAMPLES,
                )  # fmt: skip
                if found.value is None:
                    continue
                low = -math.inf if found.easy is None else found.easy
                high = math.inf if found.hard is None else found.hard
                inside = -math.inf if truth < x[0] else math.inf if truth > x[-1] else truth
                held.append(low <= inside <= high)
                widths.append(min(high, x[-1]) - max(low, x[0]))
            where = f"level, {name}, {layout.name} a rung"
            covered = report.share(where, float(np.mean(held))) if held else "-"
            rows.append(
                (name, f"{truth:.2f}", str(layout.sizes.size), str(layout.n * x.size), covered,
                 percent(1 - len(held) / replicates), f"{np.median(widths):.2f}" if held else "-")
            )  # fmt: skip
    return rows


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, help="samples a cell")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--only", choices=["levels"], help="this table alone")
    args = parser.parse_args()
    start = time.perf_counter()
    rng = np.random.default_rng(args.seed)
    report = Report()
    replicates = args.replicates or (LEVEL_REPLICATES if args.only else 4000)
    few = max(1, replicates // 4)
    error = 100 * math.sqrt(0.95 * 0.05 / replicates)
    print(f"Coverage of nominal 95 % intervals, {replicates:,} samples a cell.")
    if args.only:
        print(f"Standard error of a figure {error:.1f} points.\n")
        print("## A level on a ladder, percent\n")
        print(table(levels(rng, replicates, report)))
        print(f"\n{time.perf_counter() - start:.0f} s")
        return
    print(f"Standard error of a figure {error:.1f} points, {2 * error:.1f} for the bootstrap.\n")
    print("## A mean: naive CLT / `mean_interval`, percent\n")
    print(table(means(rng, replicates, report)))
    print("\n## Two models on the same items: naive z test and `paired`, percent\n")
    print(table(pairs(rng, replicates, report)))
    print("\n## Cluster bootstrap, percent\n")
    print(table(skills(rng, few, report)))
    print("\n## A level on a ladder, percent\n")
    print(table(levels(rng, min(LEVEL_REPLICATES, replicates), report)))
    print(f"\n{len(report.low)} of {report.cells} cells are below {100 * FLOOR:g} %:")
    for share, where in sorted(report.low):
        print(f"- {100 * share:.1f}: {where}")
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
