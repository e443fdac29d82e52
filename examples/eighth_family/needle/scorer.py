"""What an answer to a needle question is worth: it names one of the four words, the right one."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from heptathlon.scorers.reading import read
from heptathlon.scorers.verdict import Verdict

METRICS = {"say": ("acc",), "choose": ("acc",)}


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge one text, or four (log-likelihood, is greedy) pairs; ties share.

    Raises:
        ValueError: if the responses are not of the document's form, which no model can cause.
    """
    words, gold = list(doc["options"]), int(doc["gold"])
    if doc["form"] == "choose":
        scores = [float(score) for score, _ in responses]
        if len(scores) != len(words) or any(map(math.isnan, scores)):
            raise ValueError("four options need four likelihoods")
        best = [word for word, score in zip(words, scores, strict=True) if score == max(scores)]
    else:
        (response,) = responses
        said = read(response).answer.lower()
        best = [word for word in words if re.search(rf"\b{word}\b", said)]
        if len(best) != 1:
            outcome = "several" if best else "no_answer"
            return Verdict({"acc": 0.0}, outcome, said[:80], invalid=True)
    share = (words[gold] in best) / len(best)
    return Verdict({"acc": share}, "right" if share == 1 else "wrong", " ".join(best))


def process_results(doc: Mapping[str, Any], results: Sequence[Any]) -> dict[str, float]:
    """Return every metric of the document's form, for lm-eval."""
    return verdict(doc, results).metrics
