"""Levels sought adaptively: how near they come, and how little is asked for them.

``python -m benchmarks.adaptive`` simulates runs of ``heptathlon run --adaptive`` of models of known
level on recorded answers: of each document a model has the figure of the oracle, with a chance by
which its skill (the share of the way from the rung's bar to its ceiling) falls along the ladder as
a logistic curve, and else that of a weak player. So its level, where that crosses the half, is
known. Documents of the lite tier are drawn anew for each model, whole clusters with repetition.
Beside each level from a part of the rungs stands that from all of them, by the same estimator, the
card's. *Bias* and *error* are in the logarithm of the level on ladders of equal ratios, and in
shares of the ladder's length on others; what is asked is counted in characters of prompts.
"""

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks._timing import table
from benchmarks.stopping import SEASON, WEAK, _played
from heptathlon import bars
from heptathlon.families import FAMILIES, Family
from heptathlon.running import adapting, stopped
from heptathlon.running.adapting import Rungs
from heptathlon.running.stopping import Document
from heptathlon.scorers import stats
from heptathlon.scorers.hooks import across
from heptathlon.scoring import playing
from heptathlon.scoring.levels import anchors_of
from heptathlon.tasks import rendered
from heptathlon.tasks.players import players_of

Floats = NDArray[np.float64]
STEEP = (1.5, 3.0)
"""Steepness of the models' curves, per mean step of the ladder."""
TOPS = (1.0, 0.9)
RESAMPLES = 100
"""Of the card's interval, which is looked at for its coverage alone."""


@dataclass(frozen=True, eq=False)
class Ladder:
    """An event's documents that stand on rungs.

    Attributes:
        family: the event.
        rungs: the rungs that have documents, easiest first.
        marks: bar and ceiling of each.
        on: place of each document's rung, shape (n,).
        units: label of each document's cluster on its rung, shape (n,).
        weak: figures of the weak player, from 0 to 1.
        strong: figures of the oracle.
        cost: characters of the prompts.
        bounds: range of a figure.
    """

    family: Family
    rungs: list[float]
    marks: list[bars.Mark]
    on: NDArray[np.intp]
    units: NDArray[np.intp]
    weak: Floats
    strong: Floats
    cost: Floats
    bounds: tuple[float, float]
    df: float


def ladders(tier: str, only: Sequence[str]) -> Iterator[Ladder]:
    """Yield the events that have a level and whose headline is a mean; some of them, if named."""
    for name, family in FAMILIES.items():
        if only and name not in only:
            continue
        headline = family.headline
        ones = playing.unanswered(family, "fresh", tier, SEASON)
        ones = [one for one in ones if one.variant in headline.variants]
        if family.ladder is None or not ones or stopped.limits(ones[0].task) is None:
            continue
        data = ones[0].task
        known = bars.measured(
            name, family.version, "fresh", tier, headline.metric, headline.variants
        )
        if known is None or not known.rungs:
            continue
        rung_of = [float(one.sample.doc[family.ladder.field]) for one in ones]
        rungs = [
            float(r) for r in family.ladder.rungs if family.ladder.key(r) in known.rungs
            and r in rung_of
        ]  # fmt: skip
        weak = next(p for p in WEAK if p in players_of(name))
        figures = []
        for player in (weak, "oracle"):
            rows = [one.row for one in _played(name, player, ones)]
            figures.append([v.metrics[headline.metric] for v in across(name, rows)])
        labels = [
            f"{r} {one.sample.doc['cluster_id']}" for r, one in zip(rung_of, ones, strict=True)
        ]
        _, units = np.unique(labels, return_inverse=True)
        keep = np.isin(rung_of, rungs)
        yield Ladder(
            family, rungs, [known.rungs[family.ladder.key(r)] for r in rungs],
            np.array([rungs.index(r) for r in rung_of if r in rungs], dtype=np.intp),
            units[keep], np.array(figures[0])[keep], np.array(figures[1])[keep],
            np.array([length_of(one) for one in ones])[keep],
            stopped.limits(data) or (0.0, 1.0), float(known.df),
        )  # fmt: skip


def length_of(one: playing.ScoredSample) -> float:
    """Return the characters of a document's prompt."""
    return float(len(rendered.question(one.task.task, one.sample.doc)))


@dataclass
class Model:
    """A model's figures of documents that were drawn anew.

    Attributes:
        y: its figures, shape (n,).
        on: place of each document's rung.
        units: cluster of each document.
        cost: characters of each prompt.
    """

    y: Floats
    on: NDArray[np.intp]
    units: NDArray[np.intp]
    cost: Floats


def drawn(rng: np.random.Generator, of: Ladder, skill: Floats) -> Model:
    """Return a model of some skill on each rung, on clusters drawn with repetition."""
    members: list[NDArray[np.intp]] = []
    where = [np.flatnonzero(of.units == unit) for unit in range(of.units.max() + 1)]
    for place in range(len(of.rungs)):
        units = [ones for ones in where if ones.size and of.on[ones[0]] == place]
        members += [units[i] for i in rng.integers(0, len(units), len(units))]
    picked = np.concatenate(members)
    labels = np.repeat(np.arange(len(members)), [ones.size for ones in members])
    # What a model knows of a cluster it knows of all of it, which is the least favourable case.
    coins = rng.random(len(members))[labels]
    strong = coins < chances(of, skill)[of.on[picked]]
    y = np.where(strong, of.strong[picked], of.weak[picked])
    return Model(y, of.on[picked], labels, of.cost[picked])


def chances(of: Ladder, skill: Floats) -> Floats:
    """Return how often a model has the oracle's figures on each rung to have a skill there."""
    wanted = np.array(
        [m.bar + s * (m.ceiling - m.bar) for m, s in zip(of.marks, skill, strict=True)]
    )
    weak, strong = (
        np.array([figures[of.on == place].mean() for place in range(len(of.rungs))])
        for figures in (of.weak, of.strong)
    )
    found: Floats = np.clip((wanted - weak) / (strong - weak), 0, 1)
    return found


def asked(rng: np.random.Generator, of: Ladder, model: Model) -> NDArray[np.intp]:
    """Return the places of the documents that an adaptive run asks, by the run's own code."""
    ladder = of.family.ladder
    assert ladder is not None
    units: list[list[list[Document]]] = [[] for _ in of.rungs]
    starts = np.flatnonzero(np.diff(model.units, prepend=-1))
    ends = np.append(starts[1:], model.units.size)
    for i in rng.permutation(len(starts)):
        ones = range(int(starts[i]), int(ends[i]))
        units[model.on[starts[i]]].append([Document("", n, {}) for n in ones])
    rungs = Rungs(ladder, of.marks, of.rungs, units, of.bounds)
    rungs.costs = [float(model.cost[model.on == p].mean()) for p in range(len(of.rungs))]
    for rung, batch in rungs.rounds():
        rungs.take(rung, [{d.number: float(model.y[d.number]) for d in unit} for unit in batch])
    return np.array(sorted(d.number for d in rungs.documents()), dtype=np.intp)


def level_of(of: Ladder, model: Model, places: NDArray[np.intp]) -> stats.Level:
    """Return the level of some documents, as a card has it."""
    assert of.family.ladder is not None
    rungs = np.array(of.rungs)
    return stats.level_on(
        model.y[places], model.units[places], rungs[model.on[places]], of.rungs,
        [anchors_of(mark, of.df) for mark in of.marks], log=of.family.ladder.log,
        resamples=RESAMPLES, seed=1,
    )  # fmt: skip


@dataclass
class Tally:
    """Errors of levels on the axis, in shares of it; and how often the interval held the truth."""

    errors: list[float]
    held: int = 0
    nothing: int = 0

    def add(self, of: Ladder, level: stats.Level, truth: float, length: float) -> None:
        """Take note of one level."""
        assert of.family.ladder is not None
        if level.value is None:
            self.nothing += 1
            return
        ends = [axis(of, x) if x is not None else None for x in (level.easy, level.hard)]
        self.errors.append((axis(of, level.value) - truth) / length)
        below, above = ends[0] is None or ends[0] <= truth, ends[1] is None or truth <= ends[1]
        self.held += below and above

    def row(self) -> tuple[str, ...]:
        """Return it as cells."""
        errors = np.array(self.errors)
        if not errors.size:
            return ("", "", "", "", f"{self.nothing}")
        near = 100 * float(np.mean(np.abs(errors) <= adapting.WITHIN))
        return (
            f"{errors.mean():+.3f}", f"{np.median(np.abs(errors)):.3f}", f"{near:.0f}",
            f"{100 * self.held / errors.size:.0f}", f"{self.nothing}",
        )  # fmt: skip


def axis(of: Ladder, rung: float) -> float:
    """Return a rung's place on the axis on which rungs get harder."""
    assert of.family.ladder is not None
    place = math.log(rung) if of.family.ladder.log else rung
    return -place if of.rungs[0] > of.rungs[-1] else place


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=int, default=200, help="of each event")
    parser.add_argument("--tier", default="lite")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--only", nargs="*", default=(), help="events; all if left out")
    args = parser.parse_args()
    start = time.perf_counter()
    head = ("bias", "median error", "within 10 %", "in the interval, %", "no level")
    rows: list[tuple[object, ...]] = [
        ("event", "documents", "asked, % of characters", *head, *(f"all: {h}" for h in head))
    ]
    for of in ladders(args.tier, args.only):
        assert of.family.ladder is not None
        rng = np.random.default_rng(args.seed)
        places = np.array([axis(of, rung) for rung in of.rungs])
        length = 1.0 if of.family.ladder.log else float(places[-1] - places[0])
        step = float(np.diff(places).mean())
        part, whole, shares = Tally([]), Tally([]), []
        for number in range(args.models):
            truth = rng.uniform(places[0], places[-1])
            steep, top = STEEP[number % 2] / step, TOPS[number // 2 % 2]
            at = truth - math.log(2 * top - 1) / steep if top < 1 else truth
            skill = top / (1 + np.exp(np.clip(steep * (places - at), -50, 50)))
            model = drawn(rng, of, skill)
            chosen = asked(rng, of, model)
            shares.append(float(model.cost[chosen].sum() / model.cost.sum()))
            part.add(of, level_of(of, model, chosen), truth, length)
            whole.add(of, level_of(of, model, np.arange(model.y.size)), truth, length)
        rows.append(
            (of.family.name, of.on.size, f"{100 * np.mean(shares):.0f}", *part.row(), *whole.row())
        )
        print(rows[-1], flush=True)
    print(f"{args.models} models an event, tier {args.tier}.\n")
    print(table(rows))
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
