"""Asking for a level: rungs near the current estimate are asked next, until it is known.

For who wants to know how far a model gets, and not its headline: that is a mean over all rungs, and
rungs that were chosen by the answers make none. Within a rung the clusters come in the order in
which every run that may stop asks them, so that its figures are those of a random part of it.
"""

import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heptathlon import bars
from heptathlon.errors import HeptathlonError
from heptathlon.facts import Ladder
from heptathlon.running import stopped, stopping
from heptathlon.running.stopping import Chosen, Document, Event
from heptathlon.scorers.stats import adaptive
from heptathlon.scorers.stats.levels import FEWEST_CLUSTERS, FEWEST_RUNGS
from heptathlon.tasks import catalog
from heptathlon.tasks.catalog import TaskData

WITHIN, SURE = 0.1, 1.282
"""What a level shall be known to, with eight chances in ten: this share of its value on a ladder of
equal ratios, and of the ladder's length on any other. Eight in ten of a normal lie within that many
standard deviations."""
MOST = 0.15
"""Share of what there is to ask, in characters, after which a level is as well known as it will be:
on ladders with few documents a rung the tenth is out of reach, and all that is left is dear."""
ROUND = 6
"""Units that are asked at a time."""
NEAR = 2
"""Rungs on either side of the estimate from which the next one is chosen."""

logger = logging.getLogger("heptathlon")


@dataclass
class Rungs:
    """The rungs of an event's ladder, with what is left to be asked on each.

    Attributes:
        ladder: the ladder.
        marks: bar and ceiling of each rung that was measured.
        units: documents of one cluster on one rung, in the order in which they are asked, by rung.
        bounds: range of a document's figure.
    """

    ladder: Ladder
    marks: list[bars.Mark]
    rungs: list[float]
    units: list[list[list[Document]]]
    bounds: tuple[float, float]

    def __post_init__(self) -> None:
        axis = np.array(self.rungs, dtype=np.float64)
        axis = np.log(axis) if self.ladder.log else axis
        self.places = axis if axis[-1] > axis[0] else -axis
        low, high = self.bounds
        marks = [
            ((m.bar - low) / (high - low), (m.ceiling - low) / (high - low)) for m in self.marks
        ]
        self.curves = adaptive.Curves(self.places, *np.array(marks).T)
        self.asked = [0] * len(self.rungs)
        self.costs = [
            sum(map(cost_of, (d for unit in units for d in unit))) / max(1, len(units))
            for units in self.units
        ]

    @property
    def left(self) -> list[bool]:
        """Whether anything is left to be asked on each rung."""
        return [n < len(units) for n, units in zip(self.asked, self.units, strict=True)]

    @property
    def known(self) -> bool:
        """Whether the level is known as well as it shall be."""
        length = 1.0 if self.ladder.log else float(self.places[-1] - self.places[0])
        wanted = (math.log(1 + WITHIN) if self.ladder.log else WITHIN) * length
        return SURE * self.curves.level[1] <= wanted

    @property
    def spent(self) -> float:
        """Share of all characters that was asked."""
        whole = sum(c * len(units) for c, units in zip(self.costs, self.units, strict=True))
        return sum(c * n for c, n in zip(self.costs, self.asked, strict=True)) / whole

    def rounds(self) -> Iterator[tuple[int, list[list[Document]]]]:
        """Yield the rung to ask next, and its units of one round, until it is enough.

        Each round has to be taken note of before the next.
        """
        while any(self.left):
            few = sum(self.asked) < FEWEST_CLUSTERS
            low = sum(map(bool, self.asked)) < FEWEST_RUNGS
            if not (few or low) and (self.known or self.spent >= MOST):
                return
            left = self.left
            if low and not few:
                # A level needs a third rung, however well two of them say where it is.
                new = [more and not n for more, n in zip(left, self.asked, strict=True)]
                left = new if any(new) else left
            rung = adaptive.next_rung(self.curves, self.places, left, NEAR)
            yield rung, self.units[rung][self.asked[rung] :][:ROUND]

    def take(self, rung: int, found: Sequence[Mapping[int, float]]) -> None:
        """Take note of a round on a rung: the figures of each of its units."""
        low, high = self.bounds
        self.asked[rung] += len(found)
        means = [sum(one.values()) / len(one) for one in found if one]
        self.curves.answered(rung, sum((m - low) / (high - low) for m in means), len(means))

    def documents(self) -> Iterable[Document]:
        """Yield the documents that were asked."""
        for n, units in zip(self.asked, self.units, strict=True):
            for unit in units[:n]:
                yield from unit

    @property
    def level(self) -> float:
        """The level as it is known, in the ladder's units."""
        place = self.curves.level[0]
        place = -place if self.rungs[0] > self.rungs[-1] else place
        return math.exp(place) if self.ladder.log else place


def cost_of(document: Document) -> float:
    """Return the characters of a document's requests."""
    return 1.0 + sum(len(str(part)) for r in document.requests for part in r.args)


def refuse_without_ladder(names: Sequence[str]) -> None:
    """Refuse tasks that stand on no ladder of which the rungs were measured.

    Raises:
        HeptathlonError: naming the task.
    """
    for name in names:
        data = catalog.task_data(name)
        if _measured(data) is None:
            raise HeptathlonError(
                f"run: --adaptive looks for a level, and {name} is on no ladder whose rungs were "
                "measured in this tier; leave it out, or ask it whole."
            )


def _measured(data: TaskData) -> dict[str, bars.Mark] | None:
    """Return bar and ceiling by rung of an event that has a level; None if it has none."""
    family = data.family
    headline = family.headline_of(data.edition)
    known = bars.measured(
        family.name, family.version, data.edition, data.tier, headline.metric, headline.variants
    )
    if family.ladder is None or data.edition != "fresh" or known is None:
        return None
    return known.rungs if len(known.rungs) >= FEWEST_RUNGS else None


def ask(lm: Any, tasks: Mapping[str, Any], given: Any = None) -> Chosen:
    """Ask the events of a run one after the other, each until its level is known.

    Args:
        lm: the model, which keeps its answers in a journal.
        tasks: tasks of headlines by name, with their requests.
        given: numbers of the documents by task, if not all of them may be asked.

    Raises:
        HeptathlonError: if there are several processes.
    """
    stopping.refuse_several(lm)
    samples: dict[str, list[int]] = {name: [] for name in tasks}
    for event in stopping.events(tasks, given=given if isinstance(given, Mapping) else {}):
        rungs = rungs_of(event)
        for rung, units in rungs.rounds():
            stopping.answer(lm, [document for unit in units for document in unit])
            rungs.take(rung, [stopping.figures(unit) for unit in units])
        for document in rungs.documents():
            samples[document.task].append(document.number)
        said = rungs.ladder.says.replace("{level}", f"{rungs.level:.3g}")
        logger.warning(
            "%s: %s after %s of %s documents: %s",
            event.name, "known" if rungs.known else "not known to a tenth",
            f"{sum(1 for _ in rungs.documents()):,}", f"{sum(map(len, event.clusters)):,}", said,
        )  # fmt: skip
    whole = all(len(samples[name]) == len(task.eval_docs) for name, task in tasks.items())
    if whole:
        return Chosen(samples, None)
    record = stopped.Stopped(adaptive=True, tasks=tuple(sorted(samples)))
    return Chosen({name: sorted(ones) for name, ones in samples.items() if ones}, record)


def rungs_of(event: Event) -> Rungs:
    """Return an event's rungs, the easiest first, with their documents in the order asked."""
    ladder = event.data.family.ladder
    marks = _measured(event.data)
    if ladder is None or marks is None:
        raise HeptathlonError(f"{event.name}: has no ladder whose rungs were measured.")
    units: dict[float, list[list[Document]]] = {
        rung: [] for rung in ladder.rungs if ladder.key(rung) in marks
    }
    for cluster in event.clusters:
        on: dict[float, list[Document]] = {}
        for document in cluster:
            on.setdefault(float(document.doc[ladder.field]), []).append(document)
        for rung, ones in on.items():
            if rung in units:
                units[rung].append(ones)
    having = [rung for rung, ones in units.items() if ones]
    return Rungs(
        ladder,
        [marks[ladder.key(rung)] for rung in having],
        [float(rung) for rung in having],
        [units[rung] for rung in having],
        event.bounds,
    )
