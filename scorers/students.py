"""The students scorer: a forecast is a distribution over the options, and is scored as one.

Twins, the headline, are judged by :mod:`.students_twins`. Of a population and of real students a
document is one rotation of a question's options (form ``choice``) or one option of a question
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

from heptathlon.scorers import students_twins
from heptathlon.scorers.students_figures import STATISTICS
from heptathlon.scorers.students_forecast import (
    FLOOR,
    Forecast,
    Probabilities,
    brier,
    gain_over,
    hit,
    log_chance,
    softmax,
)
from heptathlon.scorers.verdict import Row, Verdict
from heptathlon.tasks.students.prompts import LETTERS, NO, YES

__all__ = [
    "BOUNDS", "FLOOR", "METRICS", "STATISTICS", "across", "brier", "ceiling", "hit", "log_chance",
    "process_results", "softmax", "unturned", "verdict",
]  # fmt: skip

METRICS: dict[str, tuple[str, ...]] = {
    "choice": ("acc", "log_score", "brier"),
    "option": ("acc", "log_score", "brier"),
    **dict.fromkeys(students_twins.FORMS, students_twins.METRICS),
}
"""Metrics of one document by form; :func:`across` adds those of its question."""

BOUNDS = {"right_less_sure": (-1.0, 1.0)}
PAPER_THRESHOLD = 1 / (1 + math.exp(-0.5))
"""Chance above which the paper's released code says that an option is chosen: a logit of 0.5."""
FEWEST_TO_FIT = 40
"""Questions in the other half below which no temperature is fitted."""
LOG_TEMPERATURES = (math.log(0.1), math.log(100.0))

Floats = NDArray[np.float64]


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
    if doc["form"] in students_twins.FORMS:
        return students_twins.verdict(doc, responses)
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
    """Add the metrics of each row's question (or group of twins) to its verdict.

    Returns:
        One verdict a row. Added are ``mean_acc``, ``mean_log_score`` and ``mean_brier`` of the
        averaged forecast; ``agreement``, 1 - the mean total variation distance of the rotations
        from it; ``gain`` and ``room``, by how many nats forecast and ``top`` beat ``base``
        (expected under the exact posterior where it is known, else on the answer given);
        ``tempered_gain``, with the temperature fitted on the other half of the students; the
        ceilings of simulated students; and what the statistics are computed from. A question of
        the form ``option`` has them only if all its options are among the rows.
    """
    twins = [row.doc["form"] in students_twins.FORMS for row in rows]
    judged = {
        True: iter(students_twins.across([r for r, twin in zip(rows, twins, strict=True) if twin])),
        False: iter(_across([r for r, twin in zip(rows, twins, strict=True) if not twin])),
    }
    return [next(judged[twin]) for twin in twins]


def _across(rows: Sequence[Row]) -> list[Verdict]:
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
    if question.doc["exact"]:
        return gain_over(question.base, p, question.top)
    return log_chance(p[question.chosen]) - log_chance(question.base[question.chosen])


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
        # 0 if a forecast is as often right as it says, below it if it is too sure of itself.
        "right_less_sure": right - max(p),
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
        was = row.doc["option"] == row.doc["chosen"]
        paper = _cells(p[1] > PAPER_THRESHOLD, was)
        return _cells(p[1] > p[0], was) | {f"{cell}_paper": n for cell, n in paper.items()}
    right = hit(p, int(row.doc["chosen"]))
    return {"tp": right, "fp": 1 - right, "fn": 1 - right, "tn": len(p) - 2 + right}


def _cells(said: bool, was: bool) -> dict[str, float]:
    cells = {"tp": said and was, "fp": said and not was, "fn": was and not said}
    return {**{k: float(v) for k, v in cells.items()}, "tn": float(not said and not was)}


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

    On twins that is what the exact posterior earns, on a population of simulated students 1. On
    real ones no ceiling is known, and the skill is counted to a forecast that is certain of every
    answer.
    """
    twins = [row for row in rows if row.doc["form"] in students_twins.FORMS]
    if twins:
        return students_twins.ceiling(twins)
    gain = room = 0.0
    for row in rows:
        doc = row.doc
        if doc["exact"]:
            return 1.0
        base = log_chance(doc["base"][doc["chosen"]])
        room += log_chance(doc["top"][doc["chosen"]]) - base
        gain -= base
    return gain / room if room > 0 else 1.0
