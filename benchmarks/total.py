"""How much of the total's variance each event makes, and what difference the total can tell.

``python -m benchmarks.total`` draws fields of entrants. An entrant's true skill in an event is a
logistic curve of its general ability and of one of its own for the event; how far both spread, and
how hard each event is for the whole field, is drawn anew for every field (a season), so that events
are unlike. Bars, ceilings and numbers of documents are the measured ones of the tier. What is read
off is the share of an event in the variance of the total: its covariance with the total, over the
total's variance; the shares of the seven sum to 1.

A headline's error is the spread of its bar between the reference sets (clusters are in it), and no
less than that of a share of one half of as many independent documents.
"""

import argparse
import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks._timing import table
from heptathlon.bars import bars_of
from heptathlon.families import of_role
from heptathlon.scorers.stats import FULL

Floats = NDArray[np.float64]
TIERS = ("smoke", "lite")
LIMIT = 1 / 3
"""No event should carry more of the total's variance."""
TOLD = 2.8
"""Standard errors of a difference that a test at 5 % tells in eight cases of ten."""
HARD = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""How far fields stand below the events' difficulty; below 0 they stand above."""
ALIKE = (0.0, 0.5, 0.8)
"""Correlations of two entrants' answers to the same documents."""


@dataclass(frozen=True)
class Events:
    """The scored events of a tier, shape (E,) each: names, bars, rooms to the ceiling, errors."""

    names: tuple[str, ...]
    bars: Floats
    rooms: Floats
    errors: Floats


def events_of(tier: str) -> Events:
    """Return the events whose bar was measured in a tier."""
    known = [
        (name, bars.editions["fresh"][tier])
        for name in of_role("scored")
        if (bars := bars_of(name)) and tier in bars.editions["fresh"]
    ]
    errors = [
        max(m.bar_se * math.sqrt(len(m.salts)), math.sqrt(0.25 * len(m.salts) / m.n))
        for _, m in known
    ]
    return Events(
        tuple(name for name, _ in known),
        np.array([m.bar for _, m in known]),
        np.array([m.ceiling - m.bar for _, m in known]),
        np.array(errors),
    )


def field_of(rng: np.random.Generator, events: Events, entrants: int, hard: float = 0.0) -> Floats:
    """Return the observed points of one field of entrants, shape (entrants, E).

    Args:
        rng: what is drawn from.
        events: the events.
        entrants: their number.
        hard: how far below the events' difficulty the field stands, in its own spreads.
    """
    count = len(events.names)
    general = rng.normal(0, 1, (entrants, 1))
    own = rng.normal(0, 1, (entrants, count))
    # Spreads differ by a factor of three between events, places by two units of ability.
    slope = np.exp(rng.uniform(-math.log(3) / 2, math.log(3) / 2, (2, count)))
    place = rng.uniform(-1, 1, count)
    skill = 1 / (1 + np.exp(-(slope[0] * general + slope[1] * own - place - hard)))
    # Half of the entrants' headlines could be below the bar as well as above it.
    true = events.bars + events.rooms * (1.5 * skill - 0.5)
    seen = true + rng.normal(0, 1, true.shape) * events.errors
    points: Floats = FULL * np.clip((seen - events.bars) / events.rooms, 0, 1)
    return points


def shares(figures: Floats) -> Floats:
    """Return each event's share of the variance of the mean over events, shape (E,)."""
    total = figures.mean(axis=1)
    centred = total - total.mean()
    along = (figures - figures.mean(axis=0)).T @ centred
    found: Floats = along / (centred @ centred * figures.shape[1])
    return found


def variance(rng: np.random.Generator, tier: str, fields: int, entrants: int) -> list[list[str]]:
    """Return the table of shares: mean, 95 % point and how often more than a third."""
    events = events_of(tier)
    points = np.array([shares(field_of(rng, events, entrants)) for _ in range(fields)])
    rows = [[tier, "mean share, points", "95 % point", "over a third"]]
    for i, name in enumerate(events.names):
        share = points[:, i]
        cells = share.mean(), np.quantile(share, 0.95), (share > LIMIT).mean()
        rows.append([name, *(f"{100 * cell:.1f} %" for cell in cells)])
    return rows


def weaker(rng: np.random.Generator, tier: str, fields: int, entrants: int) -> list[list[str]]:
    """Return the table of weak and strong fields: points that are 0 or full, and the largest share.

    Where six events show 0 points for all, the seventh is the total; this says how near that is.
    """
    events = events_of(tier)
    rows = [["field stands", "points 0", "points 1,000", "largest share, median", "over a third"]]
    for hard in HARD:
        drawn = [field_of(rng, events, entrants, hard) for _ in range(fields)]
        largest = np.array([shares(points).max() for points in drawn])
        every = np.concatenate(drawn)
        cells = (every == 0).mean(), (every == FULL).mean(), np.median(largest)
        told = f"{-hard:+g}" if hard else "level"
        rows.append([told, *(f"{100 * c:.1f} %" for c in (*cells, (largest > LIMIT).mean()))])
    return rows


def differences(tier: str) -> list[str]:
    """Return the difference of two totals, in points, that a paired comparison tells."""
    events = events_of(tier)
    error = FULL * events.errors / events.rooms
    alone = math.sqrt(float((error**2).sum())) / len(events.names)
    told = [TOLD * alone * math.sqrt(2 * (1 - r)) for r in ALIKE]
    widest = events.names[int(error.argmax())]
    return [tier, str(len(events.names)), f"{alone:.0f}", *(f"{d:.0f}" for d in told), widest]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fields", type=int, default=500, help="fields of entrants, or seasons")
    parser.add_argument("--entrants", type=int, default=40, help="entrants of a field")
    parser.add_argument("--seed", type=int, default=2026)
    args = parser.parse_args()
    start = time.perf_counter()
    rng = np.random.default_rng(args.seed)
    for tier in TIERS:
        print(f"## Shares of the total's variance, {args.fields} fields of {args.entrants}\n")
        print(table(variance(rng, tier, args.fields, args.entrants)), end="\n\n")
    print("## Weak and strong fields, tier lite\n")
    print(table(weaker(rng, "lite", args.fields, args.entrants)), end="\n\n")
    head = ["tier", "events", "error of a total", *(f"answers alike {r:g}" for r in ALIKE)]
    print("## Difference of two totals that is told in eight cases of ten, points\n")
    print(table([[*head, "widest"], *(differences(tier) for tier in TIERS)]))
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
