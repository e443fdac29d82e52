"""What likelihoods of options say: the numbers, and which options are the likeliest."""

import math
from collections.abc import Sequence
from typing import Any


def logs_of(responses: Sequence[Any]) -> list[float]:
    """Return the log-likelihoods of (log-likelihood, is greedy) pairs.

    Raises:
        ValueError: if one is not a number; a run keeps such answers apart.
    """
    logs = [float(log) for log, _ in responses]
    if any(map(math.isnan, logs)):
        raise ValueError("a likelihood is no number: NaN is not a number")
    return logs


def likeliest(scores: Sequence[float]) -> list[int]:
    """Return the places of the highest scores, of which there are several where they tie.

    Example:
        >>> likeliest([-2.0, -1.0, -1.0])
        [1, 2]
    """
    top = max(scores)
    return [place for place, score in enumerate(scores) if score == top]
