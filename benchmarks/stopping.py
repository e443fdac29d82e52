"""Runs that stop when they know enough: how often they err, and how much they need not ask.

``python -m benchmarks.stopping`` simulates comparisons (``--versus``) and single runs
(``--precision``) of models of known skill on the full tier. A model is made of what two scripted
players said there, the oracle and a weak one: of each cluster it has the oracle's figures with a
chance that is its skill. So its headline is known, and so is the difference of two. Clusters are
drawn from the tier with repetition, as many as it has. Two models are drawn apart, or have six
clusters in ten in common, which is nearer to what models are. An error is a difference declared
where there is none, the wrong sign, or a tie where the difference is larger than a tie; *left out*
is how often the interval has left out the truth by then. What is asked is counted in characters of
prompts.
"""

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks._timing import table
from heptathlon.families import FAMILIES, of_role
from heptathlon.running import stopped, stopping
from heptathlon.scorers import stats
from heptathlon.scorers.hooks import across
from heptathlon.scoring import playing
from heptathlon.tasks import rendered
from heptathlon.tasks.players import players_of

Floats = NDArray[np.float64]
SEASON = "2026.1"
SKILL = 0.4
WEAK = ("random", "constant")
"""The weak player, the first of these that an event has."""
DIFFERENCES = (0.0, 0.05, 0.1, 0.2)
ALIKE = (0.0, 0.6)
PRECISIONS = (0.05, 0.03, 0.02)


@dataclass(frozen=True, eq=False)
class Set:
    """The clusters of an event's headline in the full tier.

    Attributes:
        name: the event.
        sizes: documents of each cluster, shape (G,).
        weak: sum of the weak player's figures of each, as rates from 0 to 1.
        strong: the same of the oracle's.
        cost: characters of each one's prompts.
    """

    name: str
    sizes: Floats
    weak: Floats
    strong: Floats
    cost: Floats

    @property
    def gap(self) -> float:
        """Headline of the oracle less that of the weak player."""
        return float((self.strong - self.weak).sum() / self.sizes.sum())

    def of_skill(self, skill: float) -> float:
        """Return the headline of a model."""
        return float(self.weak.sum() / self.sizes.sum()) + skill * self.gap


def sets(tier: str) -> Iterator[Set]:
    """Yield the scored events whose headline is a mean."""
    for name in of_role("scored"):
        family = FAMILIES[name]
        ones = playing.unanswered(family, "fresh", tier, SEASON)
        ones = [one for one in ones if one.variant in family.headline.variants]
        bounds = stopped.limits(ones[0].task)
        if bounds is None:
            continue
        labels = [str(one.sample.doc["cluster_id"]) for one in ones]
        _, index = np.unique(labels, return_inverse=True)
        figures = []
        weak = next(p for p in WEAK if p in players_of(name))
        for player in (weak, "oracle"):
            played = [one.row for one in _played(name, player, ones)]
            figures.append([v.metrics[family.headline.metric] for v in across(name, played)])
        scaled = [(np.array(f) - bounds[0]) / (bounds[1] - bounds[0]) for f in figures]
        cost = [len(rendered.question(one.task.task, one.sample.doc)) for one in ones]
        parts = (np.ones(len(ones)), *scaled, np.array(cost, dtype=np.float64))
        yield Set(name, *(np.bincount(index, weights=part) for part in parts))


def _played(name: str, player: str, ones: list[playing.ScoredSample]) -> list[playing.ScoredSample]:
    scripted = players_of(name)[player]
    return [replace(one, verdict=playing._play(scripted, one)) for one in ones]


def looks(clusters: int) -> NDArray[np.intp]:
    """Return after how many clusters a run looks at what it knows."""
    out: list[int] = []
    asked = 0
    while asked < clusters:
        asked += min(max(stopping.FIRST, round(stopping.GROWTH * asked)), clusters - asked)
        out.append(asked)
    return np.array(out, dtype=np.intp)


def refused(sums: Floats, sizes: Floats, largest: float, mean: float) -> NDArray[np.int8]:
    """Return after each cluster whether a mean lies below (1) or above (-1) the interval, or in."""
    enough = math.log(2 / (1 - stopped.LEVEL))
    low = np.maximum.accumulate(stats.log_capital(sums, sizes, largest, mean)) >= enough
    high = (
        np.maximum.accumulate(stats.log_capital(sizes - sums, sizes, largest, 1 - mean)) >= enough
    )
    return low.astype(np.int8) - high.astype(np.int8)


@dataclass
class Tally:
    """What came of simulated runs: of each the share that was asked, and what went wrong."""

    asked: list[float]
    errors: int = 0
    left_out: int = 0
    undecided: int = 0

    def row(self) -> tuple[str, ...]:
        """Return it as cells."""
        n = len(self.asked)
        shares = (self.errors, self.left_out, self.undecided)
        return (*(f"{100 * x / n:.1f}" for x in shares), f"{100 * np.mean(self.asked):.0f}")


def compared(
    rng: np.random.Generator, of: Set, truth: float, alike: float, margin: float, tally: Tally
) -> None:
    """Simulate a comparison of two models, the second better by ``truth``."""
    count = of.sizes.size
    drawn = rng.integers(0, count, count)
    sizes, weak, strong = of.sizes[drawn], of.weak[drawn], of.strong[drawn]
    coins = rng.random((2, count))
    coins[1] = np.where(rng.random(count) < alike, coins[0], coins[1])
    skills = SKILL, SKILL + truth / of.gap
    a, b = (np.where(coin < skill, strong, weak) for coin, skill in zip(coins, skills, strict=True))
    sums, largest = (b - a + sizes) / 2, of.sizes.max()
    at = looks(count) - 1
    off, low, high, own = (
        refused(sums, sizes, largest, (1 + mean) / 2)[at] for mean in (0.0, -margin, margin, truth)
    )
    decided = np.where(off != 0, off, np.where((low == 1) & (high == -1), 2, 0))
    last = int(np.argmax(decided != 0)) if decided.any() else at.size - 1
    said = int(decided[last])
    cost = of.cost[drawn]
    tally.asked.append(float(cost[: at[last] + 1].sum() / cost.sum()))
    tally.errors += said == -1 or (said == 1 and truth == 0) or (said == 2 and truth > margin)
    tally.left_out += own[last] != 0
    tally.undecided += said == 0


def measured(rng: np.random.Generator, of: Set, skill: float, width: float, tally: Tally) -> None:
    """Simulate a run that stops when its headline is known to a half-width (of a rate)."""
    count = of.sizes.size
    drawn = rng.integers(0, count, count)
    sizes, cost = of.sizes[drawn], of.cost[drawn]
    sums = np.where(rng.random(count) < skill, of.strong[drawn], of.weak[drawn])
    last = count
    for asked in looks(count).tolist():
        if stats.betting(sums[:asked], sizes[:asked], of.sizes.max()).half_width <= width:
            last = asked
            break
    else:
        tally.undecided += 1
    found = stats.betting(sums[:last], sizes[:last], of.sizes.max())
    tally.asked.append(float(cost[:last].sum() / cost.sum()))
    tally.left_out += not found.low <= of.of_skill(skill) <= found.high


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--comparisons", type=int, default=2_000, help="of each row")
    parser.add_argument("--runs", type=int, default=120, help="of each row of --precision")
    parser.add_argument("--tier", default="full")
    parser.add_argument("--seed", type=int, default=2026)
    args = parser.parse_args()
    start = time.perf_counter()
    known = list(sets(args.tier))
    rng = np.random.default_rng(args.seed)
    head = ("errors, %", "left out, %", "undecided, %", "asked, %")
    print(
        f"{args.comparisons:,} comparisons a row, over {', '.join(s.name for s in known)}; ", end=""
    )
    print(f"tier {args.tier}; nominal error {100 * (1 - stopped.LEVEL):.0f} %; a tie is "
          f"within {stopping.TIE:g}.\n")  # fmt: skip
    rows: list[tuple[object, ...]] = [("difference", "alike", *head)]
    by_event: dict[str, Tally] = {one.name: Tally([]) for one in known}
    for truth in DIFFERENCES:
        for alike in ALIKE:
            tally = Tally([])
            for number in range(args.comparisons):
                one = known[number % len(known)]
                mine = by_event[one.name] if (truth, alike) == (0.1, 0.6) else tally
                compared(rng, one, truth, alike, stopping.TIE, mine)
                if mine is not tally:
                    tally.asked.append(mine.asked[-1])
            if (truth, alike) == (0.1, 0.6):
                for field in ("errors", "left_out", "undecided"):
                    setattr(tally, field, sum(getattr(t, field) for t in by_event.values()))
            rows.append((f"{truth:g}", f"{alike:g}", *tally.row()))
    print(table(rows))
    print("\nA difference of .1 between models that are alike, by event:\n")
    rows = [("event", "clusters", "documents", *head)]
    rows += [
        (one.name, one.sizes.size, int(one.sizes.sum()), *by_event[one.name].row()) for one in known
    ]
    print(table(rows))
    print(f"\nOne model, {args.runs} runs a row; beside it what the normal mixture of figures that "
          "are only known to be bounded needs (clusters of one size).\n")  # fmt: skip
    rows = [("half-width", "left out, %", "not reached, %", "asked, %", "normal mixture, %")]
    for width in PRECISIONS:
        tally = Tally([])
        peers = []
        for number in range(args.runs):
            one = known[number % len(known)]
            measured(rng, one, (0.1, 0.5, 0.9)[number % 3], width, tally)
            peers.append(min(1.0, mixture_needs(width) / one.sizes.size))
        _, left_out, undecided, asked = tally.row()
        rows.append((f"{width:g}", left_out, undecided, asked, f"{100 * np.mean(peers):.0f}"))
    print(table(rows))
    print(f"\n{time.perf_counter() - start:.0f} s")


def mixture_needs(width: float) -> int:
    """Return after how many clusters of one size the normal mixture is as narrow."""
    n = np.arange(1, 200_000)
    variance = n / 4
    rho = stats.best_rho(float(variance[-1]), stopped.LEVEL)
    return int(np.argmax(stats.normal_mixture(variance, stopped.LEVEL, rho) / n <= width)) + 1


if __name__ == "__main__":
    main()
