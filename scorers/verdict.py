"""What a scorer says of one answer, and the optional hooks by which a family says more.

A family's scorer module must offer ``verdict(doc, responses) -> Verdict``, ``process_results(doc,
results) -> dict[str, float]`` for lm-eval, and ``METRICS``, the metrics of each form. It may offer:

- ``across(rows) -> list[Verdict]``: a second look at all documents of a run together, for figures
  that need more than one of them (the same item under another wording, say). It returns one
  verdict a row, in order, with metrics added.
- ``STATISTICS: dict[str, Statistic]``: figures that are not the mean of a per-document metric.
- ``BOUNDS: dict[str, tuple[float, float]]``: the range of a metric that is not a rate from 0 to 1.
- ``least(metric, doc) -> float``: the least that a document can have of the headline's metric,
  where that is more than the least of its range.
- ``ceiling(rows) -> float``: the best reachable headline on these very documents, where it
  depends on them; else the registry's is used.

A headline's metric is one of the verdicts' metrics or one of the ``STATISTICS``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

RATE = (0.0, 1.0)
"""Range of a metric of which a scorer names none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one response to one document.

    Attributes:
        metrics: every figure of the document's form, by metric name, finite, higher is better.
        outcome: one word for what happened, such as ``optimal``, ``wall`` or ``no_answer``.
        answer: the answer as it was read from the response; empty if none was found.
        invalid: whether no answer of the asked form could be read at all.
    """

    metrics: dict[str, float]
    outcome: str
    answer: str = ""
    invalid: bool = field(default=False)


class Row(NamedTuple):
    """A document of a run with the verdict on it.

    Attributes:
        variant: the task's name without prefix and tier.
        doc: the record.
        verdict: the verdict.
    """

    variant: str
    doc: Mapping[str, Any]
    verdict: Verdict


@dataclass(frozen=True)
class Statistic:
    """A figure of many documents that is not the mean of one metric: a ratio, a correlation.

    Attributes:
        columns: the per-document metrics that it is computed from.
        compute: maps values of shape (documents, columns) and weights of shape (documents,) to the
            figure; NaN where it is not defined. A weight says how often a document counts.
        says: what the figure means, in one sentence.
        no_interval: why resampling gives it none that holds the truth; empty where it does.
    """

    columns: tuple[str, ...]
    compute: Callable[[NDArray[np.float64], NDArray[Any]], float]
    says: str
    no_interval: str = ""
