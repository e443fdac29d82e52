"""The students scorer: a forecast is a distribution over the options, and is scored as one.

A document is one rotation of a question's options (form ``choice``) or one option of a question
(form ``option``). What the family is ranked by belongs to the question: the rotations' forecasts
are turned back and averaged, the options' chances are brought to a sum of 1 (:func:`across`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from heptathlon.scorers.verdict import Row, Statistic, Verdict
from heptathlon.tasks.students.prompts import LETTERS, NO, YES

METRICS: dict[str, tuple[str, ...]] = {
    "choice": ("acc", "log_score", "brier"),
    "option": ("acc", "log_score", "brier"),
}
"""Metrics of one document by form; :func:`across` adds those of its question."""

FLOOR = 1e-4
"""Least chance that a forecast is taken to give an option: a loss of 9.2 nats, so that one sure
and wrong forecast does not decide a run."""
BINS = 10
"""Bins of the calibration error, each with equal weight."""
FEWEST_TO_FIT = 40
"""Questions in the other half below which no temperature is fitted."""
LOG_TEMPERATURES = (math.log(0.1), math.log(100.0))

Probabilities = tuple[float, ...]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Forecast(Verdict):
    """A verdict that keeps the forecast it is on.

    Attributes:
        probabilities: chance of each of the document's options (of ``no`` and ``yes`` in the form
            ``option``).
    """

    probabilities: Probabilities = ()


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Forecast:
    """Judge the likelihoods of one document's options.

    Returns:
        ``acc``: whether the likeliest option is the chosen one, ties shared. ``log_score``: log
        of the chosen option's chance (nats, at most 0). ``brier``: 1 - half the squared distance
        from the outcome (1 is best, 0 is certain and wrong).

    Raises:
        KeyError: if the document's form is none of the family's.
        ValueError: if there is not one (log-likelihood, is greedy) pair an option.
    """
    METRICS[doc["form"]]
    asks_option = doc["form"] == "option"
    count = 2 if asks_option else len(doc["options"])
    if len(responses) != count or any(isinstance(r, str) for r in responses):
        raise ValueError(f"the form {doc['form']!r} is answered by {count} log-likelihoods")
    likelihoods = [float(value) for value, _ in responses]
    p = softmax(likelihoods)
    gold = int(doc["option"] == doc["chosen"]) if asks_option else int(doc["chosen"])
    best = p.index(max(p))
    names = [NO, YES] if asks_option else LETTERS
    if asks_option:
        outcome = ("rightly_no", "wrongly_no", "wrongly_yes", "rightly_yes")[2 * best + gold]
    elif best == gold:
        outcome = "right"
    elif gold == doc["key"]:
        outcome = "false_error"
    else:
        outcome = "missed_error" if best == doc["key"] else "other_error"
    return Forecast(
        metrics={
            "acc": hit(p, gold),
            "log_score": log_chance(p[gold]),
            "brier": brier(p, gold),
        },
        outcome=outcome,
        answer=", ".join(f"{names[i]} {chance:.3f}" for i, chance in enumerate(p)),
        invalid=not any(map(math.isfinite, likelihoods)),
        probabilities=p,
    )


def process_results(doc: Mapping[str, Any], results: Sequence[Any]) -> dict[str, float]:
    """Return every metric of one document, for lm-eval."""
    return verdict(doc, results).metrics


def softmax(likelihoods: Sequence[float], temperature: float = 1.0) -> Probabilities:
    """Return chances from log-likelihoods; equal ones where none is finite."""
    top = max(likelihoods)
    if not math.isfinite(top):
        return tuple(1 / len(likelihoods) for _ in likelihoods)
    weights = [math.exp((x - top) / temperature) for x in likelihoods]
    total = sum(weights)
    return tuple(w / total for w in weights)


def hit(p: Sequence[float], gold: int) -> float:
    """Return whether the likeliest option is the gold one; among equals, their share."""
    best = max(p)
    return 1 / sum(x == best for x in p) if p[gold] == best else 0.0


def log_chance(p: float) -> float:
    """Return the log of a chance, not below that of ``FLOOR``."""
    return math.log(max(p, FLOOR))


def brier(p: Sequence[float], gold: int) -> float:
    """Return 1 - half the squared distance between a forecast and the outcome."""
    return 1 - sum((x - (i == gold)) ** 2 for i, x in enumerate(p)) / 2


# --- a question's forecast -----------------------------------------------------------------------


@dataclass(frozen=True)
class _Question:
    """One answer of one student with the forecast of it, options in the order of rotation 0."""

    doc: Mapping[str, Any]
    p: Probabilities
    top: Probabilities
    base: Probabilities
    chosen: int
    key: int
    agreement: float | None


def across(rows: Sequence[Row]) -> list[Verdict]:
    """Add the metrics of each row's question to its verdict.

    Returns:
        One verdict a row. Added are ``mean_acc``, ``mean_log_score`` and ``mean_brier`` of the
        averaged forecast; ``agreement``, 1 - the mean total variation distance of the rotations
        from it; ``gain`` and ``room``, by how many nats forecast and ``top`` beat ``base``
        (expected under the exact posterior where it is known, else on the answer given);
        ``tempered_gain``, with the temperature fitted on the other half of the students; the
        ceilings of simulated students; and what the statistics are computed from. A question of
        the form ``option`` has them only if all its options are among the rows.
    """
    places: dict[tuple[str, str], list[int]] = {}
    for i, row in enumerate(rows):
        places.setdefault((row.variant, str(row.doc["ask_id"])), []).append(i)
    questions = {key: _question([rows[i] for i in group]) for key, group in places.items()}
    temperatures = _temperatures(questions)
    out: list[Verdict] = [
        replace(row.verdict, metrics={**row.verdict.metrics, **_decisions(row)}) for row in rows
    ]
    for (variant, ask), group in places.items():
        question = questions[variant, ask]
        if question is None:
            continue
        temperature = temperatures.get((variant, 1 - int(question.doc["half"])))
        added = _metrics_of(question, temperature)
        for i in group:
            out[i] = replace(out[i], metrics={**out[i].metrics, **added})
    return out


def _forecast_of(row: Row) -> Probabilities:
    if not isinstance(row.verdict, Forecast):
        raise TypeError("the students' verdicts are forecasts")
    return row.verdict.probabilities


def _question(rows: Sequence[Row]) -> _Question | None:
    doc = rows[0].doc
    n = len(doc["options"])
    if doc["form"] == "option":
        chances = {int(row.doc["option"]): _forecast_of(row)[1] for row in rows}
        if len(chances) < n:
            return None
        total = sum(chances.values())
        p = tuple(chances[i] / total if total > 0 else 1 / n for i in range(n))
        return _Question(doc, p, tuple(doc["top"]), tuple(doc["base"]), doc["chosen"], doc["key"],
                         None)  # fmt: skip
    turned = [unturned(_forecast_of(row), int(row.doc["rotation"])) for row in rows]
    p = tuple(sum(column) / len(turned) for column in zip(*turned, strict=True))
    apart = sum(sum(abs(a - b) for a, b in zip(one, p, strict=True)) / 2 for one in turned)
    by = int(doc["rotation"])
    return _Question(
        doc,
        p,
        unturned(doc["top"], by),
        unturned(doc["base"], by),
        (int(doc["chosen"]) + by) % n,
        (int(doc["key"]) + by) % n,
        1 - apart / len(turned) if len(turned) > 1 else None,
    )


def unturned(shown: Sequence[float], rotation: int) -> Probabilities:
    """Return what belongs to turned options in the order of rotation 0.

    Example:
        >>> unturned((0.2, 0.3, 0.5), 1)
        (0.5, 0.2, 0.3)
    """
    n = len(shown)
    return tuple(shown[(i - rotation) % n] for i in range(n))


def _gain(question: _Question, p: Sequence[float]) -> float:
    """Return by how many nats a forecast beats the one without the student."""
    gains = [log_chance(x) - log_chance(b) for x, b in zip(p, question.base, strict=True)]
    if question.doc["exact"]:
        return sum(q * g for q, g in zip(question.top, gains, strict=True))
    return gains[question.chosen]


def _metrics_of(question: _Question, temperature: float | None) -> dict[str, float]:
    p, gold = question.p, question.chosen
    right = hit(p, gold)
    wrong = question.chosen != question.key
    among_wrong = [0.0 if i == question.key else x for i, x in enumerate(p)]
    mastery = question.doc["mastery"]
    out = {
        "mean_acc": right,
        "mean_log_score": log_chance(p[gold]),
        "mean_brier": brier(p, gold),
        "gain": _gain(question, p),
        "room": _gain(question, question.top),
        "confidence": max(p),
        "wrong": float(wrong),
        "wrong_hit": hit(among_wrong, gold) if wrong else 0.0,
        **{f"is_{level}": float(mastery == level) for level in ("low", "middle", "high")},
    }
    if question.agreement is not None:
        out["agreement"] = question.agreement
    if temperature is not None:
        tempered = softmax([log_chance(x) for x in p], temperature)
        out["tempered_gain"] = _gain(question, tempered)
    if question.doc["exact"]:
        out["acc_ceiling"] = max(question.top)
        out["log_score_ceiling"] = sum(q * log_chance(q) for q in question.top)
    return out


def _decisions(row: Row) -> dict[str, float]:
    """Return the confusion counts of one document.

    In the form ``option`` the paper decides on every option alone, so that none or several of a
    question's may be said to be chosen; in the form ``choice`` exactly one is.
    """
    p = _forecast_of(row)
    if row.doc["form"] == "option":
        said, was = p[1] > p[0], row.doc["option"] == row.doc["chosen"]
        cells = {"tp": said and was, "fp": said and not was, "fn": was and not said}
        return {**{k: float(v) for k, v in cells.items()}, "tn": float(not said and not was)}
    right = hit(p, int(row.doc["chosen"]))
    return {"tp": right, "fp": 1 - right, "fn": 1 - right, "tn": len(p) - 2 + right}


def _temperatures(
    questions: Mapping[tuple[str, str], _Question | None],
) -> dict[tuple[str, int], float]:
    """Return the temperature that fits each half of each variant's students best."""
    halves: dict[tuple[str, int], list[_Question]] = {}
    for (variant, _), question in questions.items():
        if question is not None:
            halves.setdefault((variant, int(question.doc["half"])), []).append(question)
    return {
        key: fitted_temperature([q.p for q in group], [q.chosen for q in group])
        for key, group in halves.items()
        if len(group) >= FEWEST_TO_FIT
    }


def fitted_temperature(forecasts: Sequence[Probabilities], chosen: Sequence[int]) -> float:
    """Return the temperature that makes the answers given likeliest (Guo et al. 2017, §4.2)."""
    width = max(map(len, forecasts))
    logs = np.full((len(forecasts), width), -np.inf)
    for row, p in enumerate(forecasts):
        logs[row, : len(p)] = [log_chance(x) for x in p]
    gold = logs[np.arange(len(chosen)), list(chosen)]

    def loss(log_temperature: float) -> float:
        beta = math.exp(-log_temperature)
        shifted = (logs - logs.max(axis=1, keepdims=True)) * beta
        norm = np.log(np.exp(shifted).sum(axis=1))
        return float(np.mean(norm - (gold - logs.max(axis=1)) * beta))

    found = minimize_scalar(loss, bounds=LOG_TEMPERATURES, method="bounded")
    return math.exp(float(found.x))


def ceiling(rows: Sequence[Row]) -> float:
    """Return the best reachable headline on these documents.

    On simulated students that is the Bayes oracle's, 1. On real ones no ceiling is known, and the
    skill is counted to a forecast that is certain of every answer.
    """
    gain = room = 0.0
    for row in rows:
        doc = row.doc
        if doc["exact"]:
            return 1.0
        base = log_chance(doc["base"][doc["chosen"]])
        room += log_chance(doc["top"][doc["chosen"]]) - base
        gain -= base
    return gain / room if room > 0 else 1.0


# --- figures of many documents -------------------------------------------------------------------


def _share_of(values: Floats, weights: NDArray[Any]) -> float:
    """Return the weighted sum of the first column over that of the second."""
    below = float(weights @ values[:, 1])
    return float(weights @ values[:, 0]) / below if below > 0 else math.nan


def _correlation(values: Floats, weights: NDArray[Any]) -> float:
    """Return Matthews' correlation from columns tp, fp, fn, tn (Matthews 1975)."""
    tp, fp, fn, tn = (float(x) for x in weights @ values)
    below = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return (tp * tn - fp * fn) / math.sqrt(below) if below > 0 else math.nan


def _f1(values: Floats, weights: NDArray[Any]) -> float:
    tp, fp, fn = (float(x) for x in weights @ values)
    return 2 * tp / (2 * tp + fp + fn) if tp + fp + fn > 0 else math.nan


def calibration_error(confidence: Floats, right: Floats, weights: NDArray[Any]) -> float:
    """Return the expected calibration error over bins of equal weight.

    Documents are ordered by confidence and cut into ``BINS`` bins; the error is the mean distance
    between a bin's mean confidence and its share of right forecasts (Nixon et al. 2019,
    arXiv 1904.01685, adaptive bins).
    """
    order = np.argsort(confidence, kind="stable")
    w = np.asarray(weights, dtype=np.float64)[order]
    total = float(w.sum())
    if total <= 0:
        return math.nan
    # The bin of a document is where the middle of its weight lies.
    middle = (np.cumsum(w) - w / 2) / total
    bins = np.minimum((middle * BINS).astype(int), BINS - 1)
    apart = np.bincount(bins, w * (confidence[order] - right[order]), BINS)
    return float(np.abs(apart).sum()) / total


def _calibration(values: Floats, weights: NDArray[Any]) -> float:
    return 1 - calibration_error(values[:, 0], values[:, 1], weights)


def _equality(values: Floats, weights: NDArray[Any]) -> float:
    """Return 1 - the largest gap in accuracy between terciles (columns: accuracy, members)."""
    members = weights @ values[:, 1:]
    if not np.all(members > 0):
        return math.nan
    shares = (weights * values[:, 0]) @ values[:, 1:] / members
    return 1 - float(np.max(shares) - np.min(shares))


STATISTICS: dict[str, Statistic] = {
    "gap_closed": Statistic(
        ("gain", "room"),
        _share_of,
        "share of the gap in log-loss between the base and the top forecast that is closed",
    ),
    "gap_closed_tempered": Statistic(
        ("tempered_gain", "room"),
        _share_of,
        "the same with a temperature that was fitted on the other half of the students",
    ),
    "acc_when_wrong": Statistic(
        ("wrong_hit", "wrong"),
        _share_of,
        "of the students' wrong answers, the share where the likeliest wrong option was theirs",
    ),
    "mcc": Statistic(
        ("tp", "fp", "fn", "tn"),
        _correlation,
        "Matthews' correlation over all options between said to be chosen and chosen",
    ),
    "f1": Statistic(("tp", "fp", "fn"), _f1, "F1 of the options said to be chosen"),
    "calibration": Statistic(
        ("confidence", "mean_acc"),
        _calibration,
        "1 - expected calibration error of the likeliest option, ten bins of equal weight",
        no_interval="a mean of distances is never below 0 and grows as documents get fewer, so no "
        "resample of a forecast that is calibrated comes near its true error",
    ),
    "equality": Statistic(
        ("mean_acc", "is_low", "is_middle", "is_high"),
        _equality,
        "1 - the largest gap in accuracy between terciles of mastery (predictive equality)",
    ),
}
