"""The attack on one event: what was found on one salt, and what it earns on another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.attack import blind, learners
from benchmarks.attack.answers import Answers
from benchmarks.attack.blind import Found, Strategy
from benchmarks.attack.items import Batch, Item, Response, load
from heptathlon import bars
from heptathlon.families import Family

ERRORS = 2.0
"""Standard errors beyond chance or bar from which on the best cue is one."""
ANY = 3.0
"""The same for any other: of ten, each tried at two errors, one in five would pass by luck."""
MOST = 160
"""Documents of the headline that the fast cut learns from, and tries."""
FEWEST = 40
"""Documents of the headline in a set below which the fast cut takes the next tier: little can be
learnt from fewer, and nothing told."""


@dataclass(frozen=True)
class Earned:
    """What a way to answer earned.

    Attributes:
        found: the way.
        seen: its headline on the documents that it was chosen on.
        value: its headline on documents of another salt.
        error: standard error of that; infinite where it is unknown.
        limit: what it may earn: chance without the whole prompt, the bar with it.
    """

    found: Found
    seen: float
    value: float
    error: float
    limit: float

    @property
    def beyond(self) -> float:
        """Standard errors by which it passes its limit."""
        return (self.value - self.limit) / self.error if self.error > 0 else np.inf

    @property
    def wins(self) -> bool:
        """Whether it earns more than it may."""
        return self.value > self.limit + ANY * self.error


@dataclass(frozen=True)
class Attack:
    """What was found in one event.

    Attributes:
        family: name in the registry.
        metric: the headline's metric.
        chance: what a blind guess earns, by the registry.
        bar: headline of the best player that sees what an entrant sees.
        best: the best of each kind, by what it earned on the documents that it was chosen on.
        tried: how many ways were tried.
    """

    family: str
    metric: str
    chance: float
    bar: float
    best: list[Earned]
    tried: int

    @property
    def winner(self) -> Earned:
        """The one that stands farthest beyond its limit on the documents that it was chosen on.

        It is chosen there and judged elsewhere, so that the search does not flatter it.
        """
        return max(self.best, key=lambda one: one.seen - one.limit)

    @property
    def cues(self) -> list[Earned]:
        """Those that earn more than they may."""
        best = self.winner
        wins = best.value > best.limit + ERRORS * best.error
        return [one for one in self.best if one.wins or (wins and one is best)]


def attack(family: Family, *, tier: str, salts: int) -> Attack:
    """Attack a family's fresh headline.

    Args:
        family: the family.
        tier: tier of the sets.
        salts: how many sets are learnt from, and how many others are tried.

    Raises:
        ValueError: if the family has no document in that tier.
    """
    bar = bar_of(family, tier)
    train = load(_practice(family), tier, [f"attack-learn-{i}" for i in range(salts)])
    if not train.items:
        raise ValueError(f"{family.name}: the tier {tier} asks nothing")
    test = load(family, tier, [f"attack-try-{i}" for i in range(salts)])
    return search(train, test, family.chance, bar)


def fast_cut(family: Family) -> Attack:
    """Attack a family's fresh headline in seconds, on the smallest sets from which anything shows.

    Raises:
        ValueError: if the family has no fresh tier with enough documents.
    """
    for tier in family.tiers_of("fresh"):
        train = load(_practice(family), tier, ["attack-learn-0"], MOST)
        variants = train.family.headline.variants
        if sum(item.sample.variant in variants for item in train.items) < FEWEST:
            continue
        test = load(family, tier, ["attack-try-0"], MOST)
        return search(train, test, family.chance, bar_of(family, tier), fast=True)
    raise ValueError(f"{family.name}: no tier asks {FEWEST} documents")


def _practice(family: Family) -> Family:
    """Return a family whose headline asks what may be learnt from: its practice, if it has any."""
    headline = family.headline
    variants = headline.practice or headline.variants
    return family.model_copy(
        update={"headline": headline.model_copy(update={"variants": variants})}
    )


OF_OPTIONS = frozenset({"options alone", "length", "texts"})
"""Kinds of ways that look at options, or at a field that holds them, and at nothing else."""


def _may_earn(found: Found, family: Family, chance: float, bar: float) -> float:
    """Return what a way may earn: the bar if it has read the question, else chance."""
    asked = family.headline.options_ask and found.kind in OF_OPTIONS
    return bar if found.whole or asked else chance


def search(train: Batch, test: Batch, chance: float, bar: float, *, fast: bool = False) -> Attack:
    """Learn from some documents and try on others.

    Args:
        train: documents to learn from: half of the clusters to fit, the others to choose.
        test: documents of another salt.
        chance: what may be earned without the whole prompt.
        bar: what may be earned with it.
        fast: whether fewer and smaller models are tried.
    """
    family = train.family
    half = set(train.clusters[::2])
    fit, choose = train.part(half), train.part(set(train.clusters) - half)
    found = ways(fit, fast=fast)
    kinds: dict[tuple[str, bool], tuple[float, Found]] = {}
    for one in [*(f for f in found if not f.task), *_joined(found, fit, choose)]:
        value = choose.value(one.answer(choose.items))
        key = (one.kind, one.whole)
        if key not in kinds or value > kinds[key][0]:
            kinds[key] = (value, one)
    best = [
        _earned(one, seen, test, _may_earn(one, family, chance, bar))
        for seen, one in kinds.values()
    ]
    best.sort(key=lambda one: one.limit - one.value)
    return Attack(family.name, family.headline.metric, chance, bar, best, len(found))


def _joined(found: Sequence[Found], fit: Batch, choose: Batch) -> list[Found]:
    """Return ways that answer each task by what serves it best, one way a kind.

    Each task's is chosen while the others keep theirs, twice over, because a headline may count
    an answer only beside another task's.
    """
    answers = Answers.of(fit.items)
    kinds: dict[tuple[str, bool], dict[str, list[Found]]] = {}
    for one in found:
        if one.task:
            kinds.setdefault((one.kind, one.whole), {}).setdefault(one.task, []).append(one)
    out = []
    for (kind, whole), tasks in kinds.items():
        best: dict[str, Found] = {}
        for task, candidates in [*tasks.items(), *tasks.items()]:
            values = [
                choose.value(_by_task(best | {task: one}, answers)(choose.items))
                for one in candidates
            ]
            best[task] = candidates[int(np.argmax(values))]
        cue = "; ".join(f"{task}: {one.cue}" for task, one in best.items())
        out.append(Found(kind, cue, whole, _by_task(best, answers)))
    return out


def _by_task(best: Mapping[str, Found], answers: Answers) -> Strategy:
    """Return the way that gives each task to its own, and nothing to a task without one."""

    def answer(items: Sequence[Item]) -> list[Response]:
        out = [answers.nothing(item) for item in items]
        for task, one in best.items():
            places = [i for i, item in enumerate(items) if item.sample.variant == task]
            for i, given in zip(places, one.answer([items[i] for i in places]), strict=True):
                out[i] = given
        return out

    return answer


def ways(batch: Batch, *, fast: bool) -> Sequence[Found]:
    """Return the ways to answer that the documents suggest."""
    answers = Answers.of(batch.items)
    return [
        *blind.strategies(batch, answers, fast=fast),
        *learners.learnt(batch, answers, fast=fast),
    ]


def bar_of(family: Family, tier: str) -> float:
    """Return the measured bar of a family's headline, or chance where that is higher.

    Raises:
        ValueError: if no bar was measured at the family's version.
    """
    headline = family.headline_of("fresh")
    found = bars.measured(
        family.name, family.version, "fresh", tier, headline.metric, headline.variants
    )
    if found is None:
        raise ValueError(
            f"{family.name}: version {family.version} has no bar in the tier {tier}; measure it "
            f"with python -m benchmarks.bars {family.name}"
        )
    return max(found.bar, family.chance)


def _earned(found: Found, seen: float, test: Batch, limit: float) -> Earned:
    responses = found.answer(test.items)
    figure = test.figure(responses)
    if figure is None:
        return Earned(found, seen, test.value(responses), np.inf, limit)
    return Earned(found, seen, figure.value, figure.standard_error, limit)
