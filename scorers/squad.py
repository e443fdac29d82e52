"""SQuAD 2.0's official scoring: a span or nothing, by exact match and F1.

Source: ``evaluate-v2.0.py`` of Rajpurkar, Jia and Liang 2018, arXiv 1806.03822. Three things of it
are told where they matter: a missing prediction is dropped there with a printed line, and refused
here; ``best_exact`` and ``best_f1`` take the threshold that suits the very data they are reported
of, which makes them upper bounds and no results; and in them equal probabilities of no answer are
parted by their order in the file.
"""

import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

NO_ANSWER = ""
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalised(text: str) -> str:
    """Return a text as it is compared: small letters, no punctuation, no articles.

    Example:
        >>> normalised("The  Cat!"), normalised("a.n.")
        ('cat', '')
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def golds_of(answers: Iterable[str]) -> list[str]:
    """Return the answers that count: those of which something is left, else that there is none."""
    return [text for text in answers if normalised(text)] or [NO_ANSWER]


def exact(answers: Sequence[str], prediction: str) -> float:
    """Return 1 if a prediction is one of the answers, else 0; an empty one says there is none."""
    said = normalised(prediction)
    return float(any(normalised(gold) == said for gold in golds_of(answers)))


def f1(answers: Sequence[str], prediction: str) -> float:
    """Return the best F1 of a prediction's words with an answer's; if one has none, equality."""
    return max(_f1(normalised(gold).split(), normalised(prediction).split())
               for gold in golds_of(answers))  # fmt: skip


def _f1(gold: Sequence[str], said: Sequence[str]) -> float:
    if not gold or not said:
        return float(not gold and not said)
    common = (Counter(gold) & Counter(said)).total()
    return 2 * common / (len(gold) + len(said))


@dataclass(frozen=True)
class Scores:
    """What the official script reports, in percent.

    Attributes:
        exact: share of exact matches.
        f1: mean F1.
        total: questions.
        parts: the three of the questions with (``HasAns``) and without an answer (``NoAns``).
        best: ``best_exact`` and ``best_f1`` with their thresholds; empty without probabilities.
            Chosen on the same data, they are upper bounds.
    """

    exact: float
    f1: float
    total: int
    parts: dict[str, dict[str, float]]
    best: dict[str, float]


def evaluate(
    questions: Mapping[str, Sequence[str]],
    predictions: Mapping[str, str],
    no_answer: Mapping[str, float] | None = None,
    threshold: float = 1.0,
) -> Scores:
    """Return the official scores of predictions.

    Args:
        questions: the answers of every question, none where it has no answer.
        predictions: what was predicted, by question; an empty text says that there is no answer.
        no_answer: probability that there is none, by question; None if the texts say it.
        threshold: probability above which a prediction is taken for none.

    Raises:
        ValueError: if there are no questions, or predictions or probabilities are missing.
    """
    if not questions:
        raise ValueError("there are no questions")
    for what, given in (("prediction", predictions), ("probability", no_answer)):
        missing = [] if given is None else [name for name in questions if name not in given]
        if missing:
            raise ValueError(f"{len(missing)} questions have no {what}, {missing[0]} among them")
    raw = {
        "exact": {name: exact(golds, predictions[name]) for name, golds in questions.items()},
        "f1": {name: f1(golds, predictions[name]) for name, golds in questions.items()},
    }
    # As the official script has it, an empty answer is none, and one of articles alone is one.
    answerable = {name: bool(golds) for name, golds in questions.items()}
    final = {metric: dict(scores) for metric, scores in raw.items()}
    for name, p in (no_answer or {}).items():
        if name in questions and p > threshold:
            for scores in final.values():
                scores[name] = float(not answerable[name])
    parts = {}
    for label, wanted in (("HasAns", True), ("NoAns", False)):
        names = [name for name in questions if answerable[name] is wanted]
        if names:
            parts[label] = {m: _percent(scores, names) for m, scores in final.items()}
            parts[label]["total"] = len(names)
    best: dict[str, float] = {}
    for metric, scores in raw.items() if no_answer is not None else ():
        value, at = _best(scores, predictions, no_answer or {}, answerable)
        best |= {f"best_{metric}": value, f"best_{metric}_thresh": at}
    names = list(questions)
    return Scores(
        _percent(final["exact"], names), _percent(final["f1"], names), len(names), parts, best
    )


def _percent(scores: Mapping[str, float], names: Sequence[str]) -> float:
    return 100 * sum(scores[name] for name in names) / len(names)


def _best(
    scores: Mapping[str, float],
    predictions: Mapping[str, str],
    no_answer: Mapping[str, float],
    answerable: Mapping[str, bool],
) -> tuple[float, float]:
    """Return the best score over all thresholds on these very data, and the threshold.

    With the lowest threshold every question is declined, and each that has no answer is right; then
    predictions are let through, the least probable *no answer* first.
    """
    score = best = float(sum(not has for has in answerable.values()))
    at = 0.0
    for name in sorted((n for n in no_answer if n in scores), key=lambda n: no_answer[n]):
        score += scores[name] if answerable[name] else -float(bool(predictions[name]))
        if score > best:
            best, at = score, no_answer[name]
    return 100 * best / len(scores), at
