"""A family's documents as an attacker has them: what the prompt shows, and what the oracle says.

An attacker may use what an entrant is shown and nothing else. Which fields of a record that is, the
record tells itself: the prompt's function is run on a record that notes what is read of it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from benchmarks._salted import salted
from heptathlon.errors import HeptathlonError
from heptathlon.families import CURRENT_SEASON, Family
from heptathlon.scorers import stats
from heptathlon.scorers.hooks import across, scorer_of, statistics_of
from heptathlon.scorers.verdict import Verdict
from heptathlon.scoring import playing
from heptathlon.scoring.figures import influence, point
from heptathlon.scoring.samples import ScoredSample
from heptathlon.tasks import catalog
from heptathlon.tasks.players import players_of

ORACLE = "oracle"
"""The player that every family has: it is told the answer."""
WATCHED = 40
"""Clusters on which it is tried which tasks move the headline."""
LOOKED_AT = 40
"""Documents of a task whose prompts are rendered to see which fields are read."""
Response = tuple[Any, ...]


class Read(dict[str, Any]):
    """A record that notes which of its fields are read."""

    def __init__(self, record: Mapping[str, Any], seen: set[str], place: str = "") -> None:
        super().__init__(record)
        self._seen, self._place = seen, place

    def __getitem__(self, key: str) -> Any:
        return self._noted(key, super().__getitem__(key))

    def get(self, key: str, default: Any = None) -> Any:
        """Return a field, noting it."""
        if key not in self:
            return default
        return self[key]

    def _noted(self, key: str, value: Any) -> Any:
        place = f"{self._place}{key}"
        if isinstance(value, dict):
            return Read(value, self._seen, f"{place}.")
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return [Read(one, self._seen, f"{place}[].") for one in value]
        self._seen.add(place)
        return value


@dataclass(frozen=True)
class Item:
    """One document to be answered.

    Attributes:
        sample: the document, unanswered.
        options: the options, if likelihoods are compared; none if a text is asked for.
        gold: place of the option that the oracle prefers; None for a text.
        said: the answer that the scorer reads from the oracle's text; empty for options.
        response: the oracle's text; empty for options.
        fields: names of the record's fields that the prompt shows.
    """

    sample: ScoredSample
    options: tuple[str, ...]
    gold: int | None
    said: str
    response: str
    fields: frozenset[str]

    @property
    def doc(self) -> Mapping[str, Any]:
        """The record."""
        return self.sample.sample.doc

    @cached_property
    def prompt(self) -> str:
        """The whole prompt."""
        return catalog.prompt_of(self.sample.sample.task, self.doc)

    @property
    def cluster(self) -> str:
        """Label of its cluster."""
        return str(self.doc["cluster_id"])

    @cached_property
    def contents(self) -> tuple[str, ...]:
        """What the options say: themselves, or what stands behind their letters."""
        if not self.options:
            return ()
        if min(len(option.strip()) for option in self.options) > 1:
            return self.options
        for name in sorted(self.fields):
            value = self.doc.get(name)
            if (
                isinstance(value, list)
                and len(value) == len(self.options)
                and all(isinstance(one, str) and len(one) > 1 for one in value)
            ):
                return tuple(value)
        return self.options


@dataclass
class Batch:
    """Documents of one or several sets, and the figure that answers to them earn.

    Attributes:
        family: the family.
        items: the documents, those of the headline and those that its scorer looks across.
    """

    family: Family
    items: list[Item]
    _verdicts: dict[tuple[int, Response], Verdict] = field(default_factory=dict, repr=False)

    @cached_property
    def clusters(self) -> list[str]:
        """The clusters' labels, in order."""
        return sorted({item.cluster for item in self.items})

    def part(self, keep: set[str]) -> "Batch":
        """Return the documents of some clusters."""
        return Batch(self.family, [item for item in self.items if item.cluster in keep])

    def of_clusters(self, most: int) -> "Batch":
        """Return whole clusters with at most so many documents of the headline."""
        counts: dict[str, int] = dict.fromkeys(self.clusters, 0)
        for item in self.items:
            counts[item.cluster] += item.sample.variant in self.family.headline.variants
        keep, total = set[str](), 0
        for cluster in sorted(counts, key=lambda c: hashlib.sha256(c.encode()).digest()):
            if total + counts[cluster] <= most:
                keep.add(cluster)
                total += counts[cluster]
        return self.part(keep)

    def scored(self, responses: Sequence[Response]) -> list[ScoredSample]:
        """Return the headline's documents as answered, after the scorer's look across all."""
        verdict = scorer_of(self.family.name).verdict
        rows = []
        for number, (item, given) in enumerate(zip(self.items, responses, strict=True)):
            key = (number, given)
            if key not in self._verdicts:
                self._verdicts[key] = verdict(item.doc, list(given))
            rows.append(item.sample.row._replace(verdict=self._verdicts[key]))
        verdicts = across(self.family.name, rows)
        variants = self.family.headline.variants
        return [
            ScoredSample(item.sample.sample, item.sample.task, verdict)
            for item, verdict in zip(self.items, verdicts, strict=True)
            if item.sample.variant in variants
        ]

    def value(self, responses: Sequence[Response]) -> float:
        """Return the headline that answers earn; minus infinity where it is not defined."""
        try:
            found = point(self.family.headline.metric, self.scored(responses))
        except HeptathlonError:
            return -np.inf  # answers that no working model gives, and that are not scored
        return -np.inf if found is None else found

    def figure(self, responses: Sequence[Response]) -> stats.Influence | None:
        """Return the headline with its standard error."""
        try:
            return influence(self.family.headline.metric, self.scored(responses))
        except HeptathlonError:
            return None

    def of_the_headline(self) -> "Batch":
        """Return the documents without the tasks that do not move the headline.

        A scorer that looks across documents needs some of them: those whose absence changes its
        verdicts on the oracle's answers, or on a mixture of right and wrong ones.
        """
        few = self.part(set(self.clusters[:WATCHED]))
        needed = few.moving()
        return Batch(self.family, [i for i in self.items if i.sample.variant in needed])

    def moving(self) -> set[str]:
        """Return the tasks whose absence changes a verdict of the headline, and its own."""
        metric = self.family.headline.metric
        statistic = statistics_of(self.family.name).get(metric)
        names = statistic.columns if statistic else (metric,)

        def columns(scored: Sequence[ScoredSample]) -> list[list[float | None]]:
            return [[one.verdict.metrics.get(name) for name in names] for one in scored]

        right = [_right(item) for item in self.items]
        mixed = [_right(item, wrong=number % 3 == 0) for number, item in enumerate(self.items)]
        needed = set(self.family.headline.variants)
        for variant in sorted({item.sample.variant for item in self.items} - needed):
            keep = [i for i, item in enumerate(self.items) if item.sample.variant != variant]
            less = Batch(self.family, [self.items[i] for i in keep])
            for given in (right, mixed):
                whole, part = self.scored(given), less.scored([given[i] for i in keep])
                if columns(whole) != columns(part):
                    needed.add(variant)
        return needed


def _right(item: Item, *, wrong: bool = False) -> Response:
    """Return the oracle's answer, or another one."""
    if not item.options or item.gold is None:
        return ("" if wrong else item.response,)
    place = (item.gold + wrong) % len(item.options)
    return chosen([float(i == place) for i in range(len(item.options))])


def load(family: Family, tier: str, salts: Sequence[str], most: int = 0) -> Batch:
    """Return the documents of a family's sets of several salts.

    Args:
        family: the family.
        tier: tier of the sets.
        salts: what they are built with.
        most: documents of the headline that are taken, whole clusters of them; 0 is all.

    Raises:
        KeyError: if the family has no player called ``oracle``.
    """
    items: list[Item] = []
    for salt in salts:
        with salted(salt):
            asked = playing.unanswered(family, "fresh", tier, CURRENT_SEASON)
            items += _items(family, asked)
        playing.forget()
    batch = Batch(family, items).of_the_headline()
    return batch.of_clusters(most) if most else batch


def _items(family: Family, asked: Sequence[ScoredSample]) -> list[Item]:
    oracle = players_of(family.name)[ORACLE]
    scorer = scorer_of(family.name)
    seen: dict[str, set[str]] = {}
    looked: dict[str, int] = {}
    made = []
    for sample in asked:
        task, doc = sample.sample.task, sample.sample.doc
        noted = seen.setdefault(task, set())
        looked[task] = looked.get(task, 0) + 1
        shown = Read(doc, noted) if looked[task] <= LOOKED_AT else doc
        if shown is not doc:
            catalog.prompt_of(task, shown)
        options: tuple[str, ...] = ()
        gold, said, text = None, "", ""
        if isinstance(sample.sample.response, str):
            text = oracle.answer(doc)
            said = scorer.verdict(doc, [text]).answer
        else:
            options = tuple(catalog.choices_of(task, shown))
            weights = [weight for weight, _ in oracle.likelihoods(doc, options)]
            gold = int(np.argmax(weights)) if len(weights) == len(options) else 0
        made.append((sample, options, gold, said, text))
    return [Item(*one, frozenset(seen[one[0].sample.task])) for one in made]


def chosen(scores: Sequence[float]) -> Response:
    """Return scores of options as lm-eval's models give likelihoods."""
    best = max(scores)
    return tuple((float(score), bool(score == best)) for score in scores)
