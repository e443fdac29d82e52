"""Figures of scored samples with their intervals: means of metrics, and a family's statistics."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from heptathlon.families import Headline
from heptathlon.scorers import stats
from heptathlon.scorers.hooks import bounds_of, least_of, statistics_of
from heptathlon.scorers.verdict import RATE, Statistic
from heptathlon.scoring.cards import Estimate
from heptathlon.scoring.samples import Part, ScoredSample

SEED = 20261
"""Seed of every bootstrap on a scorecard, so that anyone gets the same intervals."""
STATISTIC_RESAMPLES = 2_000
"""Resamples of a figure that is not a mean: each is computed anew, which takes its time."""

NO_DOCUMENT = "no document of the headline's tasks was in the run"
UNDEFINED = "it is not defined on these documents"
NO_PARTNER = "the documents that this figure compares them with were not in the run"


def columns(metrics: Sequence[str], scored: Sequence[ScoredSample]) -> NDArray[np.float64]:
    """Return the samples' figures, shape (samples, metrics)."""
    rows = [[one.verdict.metrics[m] for m in metrics] for one in scored]
    return np.array(rows, dtype=np.float64).reshape(len(scored), len(metrics))


def clusters(scored: Sequence[ScoredSample]) -> NDArray[np.str_]:
    """Return the label of each sample's cluster, shape (samples,)."""
    return np.array([str(one.sample.doc["cluster_id"]) for one in scored], dtype=np.str_)


def as_estimate(metric: str, interval: stats.Interval) -> Estimate:
    """Return an interval as a card holds it."""
    return Estimate(
        metric=metric,
        value=interval.value,
        low=interval.low,
        high=interval.high,
        n=interval.n,
        clusters=interval.clusters,
        method=interval.method,
        reason=interval.reason,
    )


def as_interval(figure: Estimate) -> stats.Interval:
    """Return a card's figure as the statistics take it."""
    return stats.Interval(
        figure.value,
        figure.low,
        figure.high,
        figure.n,
        figure.clusters,
        figure.method,
        figure.reason,
    )


def nothing(metric: str, reason: str) -> Estimate:
    """Return a figure that is not there, and why."""
    return Estimate(
        metric=metric, value=None, low=None, high=None, n=0, clusters=0, method="", reason=reason
    )


def estimate(metric: str, scored: Sequence[ScoredSample]) -> Estimate:
    """Return a figure of one family's samples with its interval.

    Args:
        metric: a metric of the verdicts, whose mean over the samples that have it is taken, or
            one of the family's statistics.
        scored: samples of one family.
    """
    if not scored:
        return nothing(metric, NO_DOCUMENT)
    statistic = statistics_of(scored[0].family).get(metric)
    if statistic is None:
        having = [one for one in scored if metric in one.verdict.metrics]
        if not having:
            return nothing(metric, NO_PARTNER)
        values = columns([metric], having)[:, 0]
        bounds = bounds_of(scored[0].family).get(metric)
        return as_estimate(metric, stats.mean_interval(values, clusters(having), bounds=bounds))
    having = with_columns(statistic, scored)
    if statistic.no_interval:
        return _without_ends(metric, having, statistic.no_interval)
    interval = stats.cluster_bootstrap(
        columns(statistic.columns, having),
        clusters(having),
        statistic.compute,
        resamples=STATISTIC_RESAMPLES,
        seed=SEED,
    )
    return as_estimate(metric, interval)


def _without_ends(metric: str, scored: Sequence[ScoredSample], reason: str) -> Estimate:
    """Return a statistic that has no interval, and why."""
    value = point(metric, scored) if scored else None
    if value is None:
        reason = UNDEFINED if scored else NO_PARTNER
    return Estimate(
        metric=metric,
        value=value,
        low=None,
        high=None,
        n=len(scored),
        clusters=len(set(clusters(scored))),
        method=stats.NO_METHOD,
        reason=reason,
    )


def of_whole(
    headline: Headline,
    figure: Estimate,
    scored: Sequence[ScoredSample],
    wanted: Mapping[str, Mapping[str, Part]],
) -> Estimate:
    """Return a headline's figure; without one, between what it lies, if a part was not asked.

    What was not asked is neither 0 nor left out: a model that reads no long text would else be
    better on the others. Of its documents each has the least that it can, or the most.

    Args:
        headline: says of which field every value must have been asked.
        figure: the mean over what was asked.
        scored: the headline's samples.
        wanted: the parts of each of its sets by variant, and by value of that field.
    """
    answered = [one for one in scored if headline.metric in one.verdict.metrics]
    if not headline.whole or not answered:
        return figure
    having = {(one.variant, str(one.sample.doc[headline.whole])) for one in scored}
    asked = {variant for variant, _ in having}
    missing = {v for name in asked for v in wanted.get(name, {}) if (name, v) not in having}
    if not missing:
        return figure
    family = answered[0].family
    parts = [part for one in wanted.values() for part in one.values()]
    left = sum(part.documents for part in parts) - len(answered)
    known = math.fsum(one.verdict.metrics[headline.metric] for one in answered)
    worst = math.fsum(part.least for part in parts) - math.fsum(
        least_of(family, headline.metric, one.sample.doc) for one in answered
    )
    best = left * bounds_of(family).get(headline.metric, RATE)[1]
    low, high = ((known + rest) / (left + len(answered)) for rest in (worst, best))
    named = ", ".join(sorted(missing, key=lambda value: (len(value), value)))
    return figure.model_copy(
        update={
            "value": None,
            "low": None,
            "high": None,
            "reason": f"no document of {headline.whole} {named} was answered; those answered have "
            f"{known / len(answered):.3f}, so that it lies between {_down(low):.3f} and "
            f"{-_down(-high):.3f}",
        }
    )


def _down(value: float) -> float:
    """Return a figure of three digits that is not above another one."""
    return math.floor(round(value * 1000, 6)) / 1000


def with_columns(statistic: Statistic, scored: Sequence[ScoredSample]) -> list[ScoredSample]:
    """Return the samples that have every column of a statistic."""
    return [one for one in scored if set(statistic.columns) <= one.verdict.metrics.keys()]


def invalid_rate(scored: Sequence[ScoredSample]) -> Estimate:
    """Return the share of answers of which nothing could be read."""
    if not scored:
        return nothing("invalid_rate", NO_DOCUMENT)
    values = np.array([float(one.verdict.invalid) for one in scored])
    return as_estimate("invalid_rate", stats.mean_interval(values, clusters(scored)))


def point(metric: str, scored: Sequence[ScoredSample]) -> float | None:
    """Return a figure without its interval; None if it is not defined."""
    statistic = statistics_of(scored[0].family).get(metric) if scored else None
    if statistic is None:
        having = [one.verdict.metrics[metric] for one in scored if metric in one.verdict.metrics]
        return float(np.mean(having)) if having else None
    having_all = with_columns(statistic, scored)
    value = statistic.compute(columns(statistic.columns, having_all), np.ones(len(having_all)))
    return float(value) if math.isfinite(value) else None


def influence(metric: str, scored: Sequence[ScoredSample]) -> stats.Influence | None:
    """Return a figure with its clusters' parts, mean or statistic; None where it has none.

    A figure that some of the samples lack (because its partner was not asked) has none either.
    """
    if not scored:
        return None
    statistic = statistics_of(scored[0].family).get(metric)
    needed = statistic.columns if statistic else (metric,)
    if any(name not in one.verdict.metrics for one in scored for name in needed):
        return None
    values, labels = columns(needed, scored), clusters(scored)
    if statistic is None:
        return stats.influence(values[:, 0], labels)
    return stats.influence(values, labels, statistic.compute)
