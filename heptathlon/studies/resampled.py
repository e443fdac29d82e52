"""Means of a study's runs over people who are drawn again and again: one draw for all of them.

A share of the way from one run to another is a figure of several runs on the same people. So each
resample draws people once, set by set, and every run's mean is taken over that draw; the first one
is the sample as it is.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heptathlon.scorers.stats.bootstrap import generator, percentiles
from heptathlon.scorers.stats.groups import ROUNDING, group
from heptathlon.scoring.scorecard import SEED, ScoredSample
from heptathlon.studies.trained import Estimate, estimate

Floats = NDArray[np.float64]
RESAMPLES = 2_000
LEAST = 6
"""Clusters below which there is no interval: five say nothing at the suite's level."""


class Resampled:
    """The samples of a study's runs, by run and variant, with one draw of clusters for all.

    Args:
        samples: each run with its samples by variant, in the same order of items in every run.
    """

    def __init__(self, samples: Mapping[str, tuple[Any, dict[str, list[ScoredSample]]]]) -> None:
        self.members: dict[str, Any] = {name: member for name, (member, _) in samples.items()}
        self._samples = {name: of for name, (_, of) in samples.items()}
        parts: dict[str, set[str]] = {}
        for of in self._samples.values():
            for ones in of.values():
                for one in ones:
                    doc = one.sample.doc
                    parts.setdefault(str(doc["part"]), set()).add(str(doc["cluster_id"]))
        rng = generator(SEED, RESAMPLES)
        self._weights: dict[str, Floats] = {}
        self._sizes = {part: len(ones) for part, ones in parts.items()}
        for part in sorted(parts):
            keys = sorted(parts[part])
            drawn = rng.multinomial(len(keys), np.full(len(keys), 1 / len(keys)), size=RESAMPLES)
            whole = np.vstack([np.ones(len(keys)), drawn]).T
            self._weights |= dict(zip(keys, whole.astype(float), strict=True))

    def samples(self, name: str, variant: str) -> list[ScoredSample]:
        """Return a run's samples of a variant; none if it has none."""
        return self._samples.get(name, {}).get(variant, [])

    def mean(self, name: str, variant: str, metric: str, *, half: str = "") -> Floats | None:
        """Return a mean, the first one over the sample itself and then one a resample.

        Questions from facts to a name are left out: they have a figure of their own.

        Args:
            name: the run.
            variant: the task's variant without its family.
            metric: the metric of its verdicts.
            half: the half of the people that is meant; all of them if empty.
        """
        total: Any = 0.0
        weight: Any = 0.0
        for one in self.samples(name, variant):
            doc = one.sample.doc
            if doc["kind"] == "reversed" or (half and doc["half"] != half):
                continue
            drawn = self._weights[str(doc["cluster_id"])]
            total, weight = total + drawn * one.verdict.metrics[metric], weight + drawn
        if not np.any(weight):
            return None
        out: Floats = np.divide(total, weight, out=np.full(len(weight), np.nan), where=weight > 0)
        return out

    def may_be_zero(self, figure: Floats) -> bool:
        """Tell whether a figure's interval holds 0, or is not known."""
        found = self.estimate(figure, "")
        if found.low is None or found.high is None:
            flat = np.isfinite(figure).all() and np.ptp(figure) == 0
            return not flat or abs(float(figure[0])) < ROUNDING
        return found.low <= 0 <= found.high

    def estimate(self, figure: Floats | None, reason: str) -> Estimate:
        """Return a figure with its interval; null with a reason where there is none."""
        if figure is None or not np.isfinite(figure[0]):
            return Estimate(value=None, reason=reason or "the study does not ask it")
        value, drawn = float(figure[0]), np.asarray(figure[1:])
        count = min(self._sizes.values())
        if count < LEAST:
            return Estimate(value=value, reason=f"{count} clusters allow no interval")
        if np.ptp(drawn[np.isfinite(drawn)]) == 0:
            return Estimate(value=value, reason="every resample gives the same figure")
        return estimate(percentiles(value, drawn, group(np.arange(count), count), 0.95))
