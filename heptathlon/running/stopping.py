"""Asking no more than it takes: clusters in a random order, until an interval is narrow enough.

The interval is a confidence sequence (:mod:`heptathlon.scorers.stats.sequences`), which holds at
every moment, so that looking at it after each round costs nothing of what it promises. Answers go
through the journal: what was asked here is not asked again when the run is scored and saved, nor
when the same command without the flag goes on to the whole set.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from heptathlon.errors import HeptathlonError
from heptathlon.models.told import fault_of
from heptathlon.records import doc_digest
from heptathlon.running import runs, stopped
from heptathlon.scorers import stats
from heptathlon.scorers.hooks import across, scorer_of
from heptathlon.scorers.verdict import Row
from heptathlon.tasks import catalog
from heptathlon.tasks.catalog import TaskData

TIE = 0.05
"""Half-width of the differences that count for none, where no precision is given."""
FIRST = 32
"""Clusters of the first round."""
GROWTH = 0.15
"""Share of the clusters asked so far by which a round is larger than none: few rounds, so that a
batch stays full, and little is asked in vain."""

logger = logging.getLogger("heptathlon")


class Goal(NamedTuple):
    """When a run has seen enough.

    Attributes:
        precision: half-width of the headline's interval; with ``versus`` of a tie's.
        versus: folder of a run that it is compared with.
    """

    precision: float | None = None
    versus: Path | None = None


class Chosen(NamedTuple):
    """What was asked.

    Attributes:
        samples: numbers of the documents by task, as lm-eval's ``samples``.
        record: what the results file says of it; None if everything was asked.
    """

    samples: dict[str, list[int]]
    record: stopped.Stopped | None


@dataclass(frozen=True)
class Document:
    """A document of a headline, with lm-eval's requests for it."""

    task: str
    number: int
    doc: Mapping[str, Any]
    requests: list[Any] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)


@dataclass
class Event:
    """An event of a run: the clusters of its headline in the order in which they are asked.

    Attributes:
        data: one of its tasks.
        clusters: documents by cluster, in that order.
        bounds: range of a document's figure.
        asked: clusters asked so far.
        sums: sum of the figures of each.
        sizes: documents of each that have a figure.
    """

    data: TaskData
    clusters: list[list[Document]]
    bounds: tuple[float, float]
    asked: int = 0
    sums: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The event's name for a person."""
        more = "" if self.data.edition == "fresh" else f" {self.data.edition}"
        return f"{self.data.family.name}{more} {self.data.tier}"

    @property
    def done(self) -> bool:
        """Whether every cluster was asked."""
        return self.asked == len(self.clusters)

    @property
    def largest(self) -> int:
        """Documents of the largest cluster."""
        return max(map(len, self.clusters))

    @property
    def interval(self) -> stats.Sequence:
        """The confidence sequence of the figure, after what was asked."""
        return stats.betting(
            self.sums, self.sizes, self.largest, bounds=self.bounds, level=stopped.LEVEL
        )

    def documents(self) -> Iterable[Document]:
        """Yield the documents that were asked."""
        for cluster in self.clusters[: self.asked]:
            yield from cluster


def headlines(names: Sequence[str]) -> list[str]:
    """Return the tasks of a run that make up headlines; the others no interval waits for.

    Raises:
        HeptathlonError: if there is none, or a headline is no mean over documents.
    """
    kept = [name for name in names if name in catalog.leaves() and _counts(name)]
    if not kept:
        raise HeptathlonError(
            "run: --precision, --versus and --adaptive ask the tasks of a headline, and none of "
            "these is one; name an event, such as heptathlon_maze."
        )
    for name in kept:
        data = catalog.task_data(name)
        if stopped.limits(data) is None:
            raise HeptathlonError(
                f"run: the headline of {data.family.name} is no mean over documents, so that no "
                f"interval holds at every moment; leave {name} out, or ask it whole."
            )
    return kept


def _counts(task: str) -> bool:
    data = catalog.task_data(task)
    return data.variant in data.family.headline_of(data.edition).variants


def ask(lm: Any, tasks: Mapping[str, Any], goal: Goal, given: Any = None) -> Chosen:
    """Ask the events of a run one after the other, each until enough is known.

    Args:
        lm: the model, which keeps its answers in a journal.
        tasks: tasks of headlines by name, with their requests.
        goal: when it is enough.
        given: numbers of the documents by task, if not all of them may be asked.

    Raises:
        HeptathlonError: if the run to compare with has not answered these documents.
    """
    refuse_several(lm)
    other = _Other(goal.versus) if goal.versus else None
    found = list(events(tasks, other, given if isinstance(given, Mapping) else {}))
    for event in found:
        _ask_event(lm, event, goal, other)
    samples: dict[str, list[int]] = {name: [] for name in tasks}
    for event in found:
        for document in event.documents():
            samples[document.task].append(document.number)
    short = {e.data.family.name for e in found if not e.done}
    part = [name for name in samples if catalog.task_data(name).family.name in short]
    missing = [name for name, task in tasks.items() if len(samples[name]) < len(task.eval_docs)]
    if not part and not missing:
        return Chosen(samples, None)
    record = stopped.Stopped(
        precision=goal.precision if goal.precision is not None or not other else TIE,
        versus=other.name if other else "",
        tasks=tuple(sorted({*part, *missing})),
    )
    return Chosen({name: sorted(ones) for name, ones in samples.items() if ones}, record)


def refuse_several(lm: Any) -> None:
    """Refuse to choose what is asked next in several processes at once.

    Raises:
        HeptathlonError: if there are several.
    """
    if lm.world_size > 1:
        raise HeptathlonError(
            "run: --precision, --versus and --adaptive are for one process; start it without "
            "torchrun, and leave several devices to the model class (parallelize=True)."
        )


def events(
    tasks: Mapping[str, Any],
    other: "_Other | None" = None,
    given: Mapping[str, Sequence[int]] | None = None,
) -> Iterable[Event]:
    """Yield the events of a run's tasks.

    Args:
        tasks: tasks of headlines by name, with their requests.
        other: the run that they are compared with; what it has not answered is left out.
        given: numbers of the documents by task, if not all of them may be asked.

    Raises:
        HeptathlonError: if the run to compare with has not answered these documents.
    """
    given = given or {}
    groups: dict[tuple[str, ...], list[Document]] = {}
    for name, task in tasks.items():
        data = catalog.task_data(name)
        found: dict[int, Document] = {}
        # lm-eval numbers the documents of a request by their place in the list that was given.
        numbers = sorted(given[name]) if name in given else range(len(task.eval_docs))
        for request in task.instances:
            number = numbers[request.doc_id]
            found.setdefault(number, Document(name, number, request.doc)).requests.append(request)
        for document in found.values():
            season = str(document.doc["season"])
            key = (data.family.name, data.edition, data.tier, season)
            groups.setdefault(key, []).append(document)
    for documents in groups.values():
        data = catalog.task_data(documents[0].task)
        clusters: dict[str, list[Document]] = {}
        for document in documents:
            clusters.setdefault(str(document.doc["cluster_id"]), []).append(document)
        if other is not None:
            clusters = {k: ones for k, ones in clusters.items() if all(map(other.has, ones))}
            if not clusters:
                raise HeptathlonError(
                    f"{other.folder}: has answered no document of {data.task} of this season and "
                    "version; compare with a run of the same set."
                )
        bounds = stopped.limits(data) or (0.0, 1.0)
        if other is not None:
            bounds = bounds[0] - bounds[1], bounds[1] - bounds[0]
        in_order = stopped.order(data, str(documents[0].doc["season"]), clusters)
        yield Event(data, [clusters[label] for label in in_order], bounds)


def _ask_event(lm: Any, event: Event, goal: Goal, other: "_Other | None") -> None:
    """Ask an event until its goal is reached, or nothing is left."""
    why = ""
    while not event.done and not why:
        more = max(FIRST, round(GROWTH * event.asked))
        batch = event.clusters[event.asked : event.asked + more]
        answer(lm, [document for cluster in batch for document in cluster])
        for cluster in batch:
            found = figures(cluster)
            if other is not None:
                theirs = other.figures(cluster)
                found = {i: own - theirs[i] for i, own in found.items() if i in theirs}
            event.sums.append(sum(found.values()))
            event.sizes.append(len(found))
        event.asked += len(batch)
        why = _enough(event.interval, goal, other is not None) if any(event.sizes) else ""
    if any(event.sizes):
        known = event.interval
        logger.warning(
            "%s: %s after %s of %s clusters: %s %.3f, always within %.3f and %.3f",
            event.name, why or "all was asked", f"{event.asked:,}", f"{len(event.clusters):,}",
            "difference" if other else event.data.family.headline_of(event.data.edition).metric,
            known.value, known.low, known.high,
        )  # fmt: skip


def _enough(found: stats.Sequence, goal: Goal, paired: bool) -> str:
    """Return why no more need be asked; empty if it must."""
    if not paired:
        wanted = goal.precision if goal.precision is not None else 0.0
        return "precise enough" if found.half_width <= wanted else ""
    if found.low > 0 or found.high < 0:
        return "better" if found.low > 0 else "worse"
    margin = goal.precision if goal.precision is not None else TIE
    return "a tie" if -margin < found.low and found.high < margin else ""


def answer(lm: Any, documents: Iterable[Document]) -> None:
    """Ask documents, whose answers are put beside their requests."""
    kinds: dict[str, list[tuple[Document, Any]]] = {}
    for document in documents:
        document.answers.clear()
        for request in document.requests:
            kinds.setdefault(request.request_type, []).append((document, request))
    for kind, asked in kinds.items():
        found = getattr(lm, kind)([request for _, request in asked])
        for (document, _), response in zip(asked, found, strict=True):
            document.answers.append(response)


def figures(documents: Sequence[Document]) -> dict[int, float]:
    """Return the headline's figure of the documents of whole clusters, by their place.

    What a scorer sees across documents it sees within a cluster. Broken answers have no figure.
    """
    whole = {
        place: document.answers
        for place, document in enumerate(documents)
        if not any(map(fault_of, document.answers))
    }
    return _judged({place: (documents[place].task, documents[place].doc, answers)
                    for place, answers in whole.items()})  # fmt: skip


def _judged(answered: Mapping[int, tuple[str, Mapping[str, Any], list[Any]]]) -> dict[int, float]:
    if not answered:
        return {}
    data = catalog.task_data(next(iter(answered.values()))[0])
    family = data.family.name
    metric = data.family.headline_of(data.edition).metric
    rows = [
        Row(catalog.task_data(task).variant, doc, scorer_of(family).verdict(doc, answers))
        for task, doc, answers in answered.values()
    ]
    return {
        place: float(verdict.metrics[metric])
        for place, verdict in zip(answered, across(family, rows), strict=True)
        if metric in verdict.metrics
    }


class _Other:
    """The run that is compared with.

    Args:
        folder: its folder.

    Attributes:
        name: name of its model.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        run = runs.read_run(folder)
        self.name = str(run.results[-1].get("model_name") or folder.name)[:300]
        self._samples = {
            (task, str(one.doc.get("item_id"))): one
            for task, samples in run.samples.items()
            for one in samples
            if not one.broken
        }

    def has(self, document: Document) -> bool:
        """Tell whether it answered the very same document."""
        found = self._samples.get((document.task, str(document.doc["item_id"])))
        return found is not None and doc_digest(found.doc) == doc_digest(document.doc)

    def figures(self, cluster: Sequence[Document]) -> dict[int, float]:
        """Return its figures of a cluster's documents; see :func:`figures`."""
        ones = [self._samples[d.task, str(d.doc["item_id"])] for d in cluster]
        return _judged({i: (one.task, one.doc, one.results) for i, one in enumerate(ones)})
