"""Figures of runs that stopped: intervals that hold whenever one stops, in the order asked."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from heptathlon.families import Headline
from heptathlon.running import stopped
from heptathlon.running.runs import Run
from heptathlon.scorers import stats
from heptathlon.scoring.cards import Estimate, StoppedCard
from heptathlon.scoring.comparison import Difference
from heptathlon.scoring.figures import as_estimate, clusters, columns, nothing
from heptathlon.scoring.samples import ScoredSample, documents
from heptathlon.tasks import catalog
from heptathlon.tasks.catalog import TaskData

NO_SEQUENCE = "no interval of it holds at every moment"
NEAR_THE_LEVEL = "rungs near the level were asked more than others, and their mean is no headline"


def stopped_of(run: Run, tasks: Sequence[str]) -> StoppedCard | None:
    """Return how the tasks of a headline were stopped; None if their run says nothing of it.

    Args:
        run: the run.
        tasks: tasks of one headline that were answered.

    Raises:
        HeptathlonError: if the record is none that a run writes.
    """
    for results, file in zip(reversed(run.results), reversed(run.results_files), strict=True):
        if any(task in results["versions"] for task in tasks):
            record = stopped.of_results(results, str(file))
            if record is None or not set(record.tasks) & set(tasks):
                return None
            return StoppedCard(**record.model_dump(exclude={"tasks"}))
    return None


def headline(
    halted: StoppedCard,
    of: Headline,
    data: TaskData,
    season: str,
    scored: Sequence[ScoredSample],
) -> Estimate:
    """Return the figure of a headline of which the asking was stopped.

    Args:
        halted: how it was stopped.
        of: the headline.
        data: one of its tasks.
        season: the set's season.
        scored: its samples.
    """
    if halted.adaptive:
        return nothing(of.metric, NEAR_THE_LEVEL)
    having = [one for one in scored if of.metric in one.verdict.metrics]
    bounds = stopped.limits(data)
    if bounds is None or not having:
        return nothing(of.metric, NO_SEQUENCE)
    values = columns([of.metric], having)[:, 0]
    sums, sizes = _in_order(data, season, having, values)
    found = stats.betting(
        sums, sizes, _largest(of, data, season), bounds=bounds, level=stopped.LEVEL
    )
    return _estimate(of.metric, found)


def compared(
    of: Headline,
    season: str,
    pairs: Sequence[tuple[ScoredSample, ScoredSample]],
    found: Difference,
    *,
    adaptive: bool = False,
) -> tuple[Difference, stats.Detectable]:
    """Return a difference of two runs, of which one was stopped, with an interval that holds.

    Args:
        of: the headline.
        season: the set's season.
        pairs: samples of the same items.
        found: the difference with an interval of a fixed number of items.
        adaptive: whether the items were chosen by the answers of one of them.
    """
    having = [p for p in pairs if all(of.metric in one.verdict.metrics for one in p)]
    bounds = stopped.limits(having[0][0].task) if having and not adaptive else None
    if bounds is None:
        why = NEAR_THE_LEVEL if adaptive else NO_SEQUENCE
        nowhere = stats.Detectable(None, None, None, "paired", why)
        gone = {"difference": nothing(of.metric, why), "verdict": None, "p_value": None}
        return found.model_copy(update={**gone, "test": stats.NO_METHOD}), nowhere
    data = having[0][0].task
    a, b = (columns([of.metric], [pair[i] for pair in having])[:, 0] for i in (0, 1))
    sums, sizes = _in_order(data, season, [one for one, _ in having], a - b)
    wide = bounds[0] - bounds[1], bounds[1] - bounds[0]
    largest = _largest(of, data, season)
    interval = stats.betting(sums, sizes, largest, bounds=wide, level=stopped.LEVEL)
    p = stats.p_of_sequence(sums, sizes, largest, 0.0, bounds=wide)
    update = {
        "difference": _estimate(of.metric, interval),
        "p_value": p,
        "p_adjusted": p,
        "test": stats.BETTING,
        "verdict": "a" if interval.low > 0 else "b" if interval.high < 0 else "tie",
    }
    reason = "no such size is known of runs that stopped"
    return found.model_copy(update=update), stats.Detectable(None, None, None, "paired", reason)


def _estimate(metric: str, found: stats.Sequence) -> Estimate:
    return as_estimate(
        metric,
        stats.Interval(found.value, found.low, found.high, found.n, found.clusters, stats.BETTING),
    )


def _in_order(
    data: TaskData,
    season: str,
    scored: Sequence[ScoredSample],
    values: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return sum and size of each cluster, in the order in which they were asked."""
    labels = [str(label) for label in clusters(scored)]
    places = {label: i for i, label in enumerate(stopped.order(data, season, labels))}
    index = np.array([places[label] for label in labels], dtype=np.intp)
    sizes = np.bincount(index, minlength=len(places)).astype(np.float64)
    sums = np.bincount(index, weights=values, minlength=len(places)).astype(np.float64)
    return sums, sizes


def _largest(of: Headline, data: TaskData, season: str) -> int:
    """Return the documents of the largest cluster of a headline's sets, asked or not."""
    sizes: Counter[str] = Counter()
    for variant in of.variants:
        task = catalog.sibling(data, variant)
        if task in catalog.leaves():
            found = documents(catalog.task_data(task), season)
            sizes.update(str(doc["cluster_id"]) for doc in found)
    return max(sizes.values())
