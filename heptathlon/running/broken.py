"""Documents whose answer is broken: named, counted, never scored, and no reason to lose another.

A broken answer is one that no model gave: a server's error body, a log-likelihood that is no
number. What a model says, however odd, is an answer.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from heptathlon.models.told import fault_of

FIELD = "broken"
"""Field of a logged sample that says why it has no metrics."""

logger = logging.getLogger("heptathlon")


class Guard:
    """Keeps broken answers of one task from its scorer.

    Its method stands in for the task's ``process_results``, in this one instance. A document
    without metrics leaves every mean of lm-eval's, and its sample is logged all the same.

    Attributes:
        faults: why a document's answer is broken, in the order of the documents; empty if it is
            not.
    """

    def __init__(self, task: Any) -> None:
        self.faults: list[str] = []
        self._name = str(task.config.task)
        self._score: Callable[[Any, Sequence[Any]], Mapping[str, Any]] = task.process_results
        task.process_results = self.process_results

    def process_results(self, doc: Any, results: Sequence[Any]) -> Mapping[str, Any]:
        """Return a document's metrics; none if an answer to it is broken."""
        fault = next(filter(None, map(fault_of, _answers(results))), "")
        self.faults.append(fault)
        if fault:
            return {}
        return self._score(doc, results)

    def mark(self, samples: Sequence[dict[str, Any]]) -> None:
        """Write into logged samples why they have no metrics."""
        for sample, fault in zip(samples, self.faults, strict=True):
            if fault:
                sample[FIELD] = fault

    def words(self) -> str:
        """Return how many documents are broken and why, for a person; empty if none is."""
        return in_words(self.faults)


def in_words(faults: Sequence[str]) -> str:
    """Return how many of some documents are broken and why; empty if none is.

    Example:
        >>> in_words(["", "null text", "null text", "empty choices"])
        '3 of 4 documents are broken (null text: 2, empty choices: 1)'
    """
    reasons: dict[str, int] = {}
    for fault in faults:
        if fault:
            reasons[fault] = reasons.get(fault, 0) + 1
    if not reasons:
        return ""
    listed = sorted(reasons.items(), key=lambda pair: -pair[1])
    shown = ", ".join(f"{reason[:120]}: {count}" for reason, count in listed[:3])
    more = f", and {len(listed) - 3} more reasons" if len(listed) > 3 else ""
    are = "is" if sum(reasons.values()) == 1 else "are"
    return f"{sum(reasons.values())} of {len(faults)} documents {are} broken ({shown}{more})"


def _answers(results: Sequence[Any]) -> list[Any]:
    """Return a document's answers, those of repeated requests one by one."""
    out: list[Any] = []
    for one in results:
        out += one if isinstance(one, list) and not _is_pair(one) else [one]
    return out


def _is_pair(value: Sequence[Any]) -> bool:
    return len(value) == 2 and isinstance(value[0], int | float) and isinstance(value[1], bool)
