"""Twins: what a model learns of three students who were asked the same and answered differently.

The prompts of a group differ in the students' answers alone. So what the three forecasts have in
common says nothing of the students, and is left out: a letter that a model is fond of, an option
that looks right, how often anybody errs. In its place stands ``base``, the best forecast without
the answers. What the forecasts differ in is multiplied by one factor, which is fitted on the other
half of the groups, so that the unit of a model's likelihoods does not count:

    forecast of an option  ~  base x exp(factor x (log p - mean log p of the group))

The factor is never below 0: who reads nothing has a factor of 0, the forecast ``base``, and a gap
of 0. The loss is expected under the exact posterior, so that nothing passes 1 and luck in the
answers plays no part.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from heptathlon.scorers.reading import Unread, read
from heptathlon.scorers.reading.options import chosen as option_read
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
from heptathlon.tasks.students.twin_prompts import contents_of, labels_of

Floats = NDArray[np.float64]

FORMS = ("twin", "several")
METRICS = ("acc", "log_score", "brier")
TWINS = 3
SAID = 0.7
"""Chance that a written answer stands for: who writes one option holds it likeliest, and by how
much the factor decides."""
LOWEST = -60.0
"""Log chance below which one is as unlikely as another."""
NEGLIGIBLE = 1e-9
"""Nats by which forecasts must differ to differ at all."""
MOST = 1_000.0
"""Largest factor: forecasts that differ by thousandths of a nat can still be told apart."""
PRIOR = 0.5
"""Weight of the pull towards a factor of 0, in documents: it keeps a fit on a few groups finite."""


def gold_of(doc: Mapping[str, Any]) -> int:
    """Return the index of the option that was chosen (``several``: 1 if it was marked)."""
    return int(doc["chosen"])


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Forecast:
    """Judge the likelihoods of one document's options, or one written answer.

    Returns:
        The metrics of :func:`heptathlon.scorers.students.verdict`. A written answer counts as a
        forecast of ``SAID``, one that cannot be read as equal chances.

    Raises:
        ValueError: if the responses are not of the document's form, which no model can cause.
    """
    labels = labels_of(doc)
    if len(responses) == 1 and isinstance(responses[0], str):
        return _written(doc, responses[0], labels)
    if len(responses) != len(labels) or any(isinstance(r, str) for r in responses):
        raise ValueError(f"the form {doc['form']!r} is answered by {len(labels)} log-likelihoods")
    likelihoods = [float(value) for value, _ in responses]
    p = softmax(likelihoods)
    return _judged(
        doc,
        p,
        _logs(likelihoods),
        ", ".join(f"{label} {chance:.3f}" for label, chance in zip(labels, p, strict=True)),
        invalid=not any(map(math.isfinite, likelihoods)),
    )


def _written(doc: Mapping[str, Any], response: str, labels: Sequence[str]) -> Forecast:
    place = option_read(read(response), labels, contents_of(doc))
    n = len(labels)
    if isinstance(place, Unread):
        even = (1 / n,) * n
        silent = _judged(doc, even, (0.0,) * n, "", invalid=True)
        return replace(silent, outcome=place.value)
    p = tuple(SAID if i == place else (1 - SAID) / (n - 1) for i in range(n))
    return _judged(doc, p, tuple(map(math.log, p)), labels[place], invalid=False)


def _logs(likelihoods: Sequence[float]) -> tuple[float, ...]:
    """Return log chances that sum to 1, none below ``LOWEST``; zeros where none is finite."""
    top = max(likelihoods)
    if not math.isfinite(top):
        return (0.0,) * len(likelihoods)
    norm = top + math.log(sum(math.exp(x - top) for x in likelihoods))
    return tuple(max(x - norm, LOWEST) for x in likelihoods)


def _judged(
    doc: Mapping[str, Any], p: Probabilities, logs: tuple[float, ...], answer: str, *, invalid: bool
) -> Forecast:
    gold, best = gold_of(doc), p.index(max(p))
    if doc["form"] == "several":
        outcome = ("rightly_no", "wrongly_no", "wrongly_yes", "rightly_yes")[2 * best + gold]
    elif best == gold:
        outcome = "right"
    elif best == doc["key"]:
        outcome = "missed_error"
    else:
        outcome = "other_error"
    metrics = {"acc": hit(p, gold), "log_score": log_chance(p[gold]), "brier": brier(p, gold)}
    return Forecast(metrics, outcome, answer, invalid, p, logs)


# --- groups --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Twin:
    """One student of a whole group: options in their order, all arrays of shape (options,).

    Attributes:
        half: half of the groups.
        apart: log forecast less the mean of the group's.
        base: forecast without the answers.
        top: exact posterior.
    """

    half: int
    apart: Floats
    base: Floats
    top: Floats


def across(rows: Sequence[Row]) -> list[Verdict]:
    """Add the figures of whole groups of twins to their verdicts.

    Returns:
        One verdict a row. Added are ``gain`` and ``room``, by how many nats forecast and posterior
        beat ``base``; ``bounded_gain``, that of the refitted forecast; ``rule_hit``, whether
        it holds the option of the student's own rule for the likeliest of the three rules' options
        (form ``twin``). A group that is not whole among the rows has none of them.
    """
    groups: dict[tuple[str, str], dict[str, int]] = {}
    for i, row in enumerate(rows):
        groups.setdefault((row.variant, str(row.doc["cluster_id"])), {})[str(row.doc["rule"])] = i
    twins: dict[tuple[str, int], _Twin] = {}
    for (variant, _), members in groups.items():
        if len(members) == TWINS:
            places = list(members.values())
            for i, twin in zip(places, _apart([rows[i] for i in places]), strict=True):
                twins[variant, i] = twin
    factors = _factors(twins)
    out: list[Verdict] = [row.verdict for row in rows]
    for (variant, i), twin in twins.items():
        row = rows[i]
        q = refitted(twin.base, twin.apart, factors.get((variant, 1 - twin.half), 1.0))
        added = _figures(row, twin, q)
        out[i] = replace(row.verdict, metrics=row.verdict.metrics | added)
    return out


def _apart(rows: Sequence[Row]) -> list[_Twin]:
    forecasts = [row.verdict for row in rows if isinstance(row.verdict, Forecast)]
    if len(forecasts) < len(rows):
        raise TypeError("the students' verdicts are forecasts")
    logs = np.array([forecast.logs for forecast in forecasts])
    apart = logs - logs.mean(axis=0)
    # What rounding leaves of equal forecasts is no difference, however large the factor.
    apart[np.abs(apart) < NEGLIGIBLE] = 0.0
    return [
        _Twin(int(row.doc["half"]), mine, np.array(row.doc["base"]), np.array(row.doc["top"]))
        for row, mine in zip(rows, apart, strict=True)
    ]


def refitted(base: Floats, apart: Floats, factor: float) -> Floats:
    """Return ``base`` moved by what sets a forecast apart; shape (options,) or (twins, options)."""
    if not (factor * apart).any():
        return base
    scores = np.log(base) + factor * apart
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    out: Floats = weights / weights.sum(axis=-1, keepdims=True)
    return out


def _factors(twins: Mapping[tuple[str, int], _Twin]) -> dict[tuple[str, int], float]:
    """Return the factor that suits each half of each variant's groups."""
    halves: dict[tuple[str, int], list[_Twin]] = {}
    for (variant, _), twin in twins.items():
        halves.setdefault((variant, twin.half), []).append(twin)
    return {key: fitted_factor(group) for key, group in halves.items()}


def fitted_factor(twins: Sequence[_Twin]) -> float:
    """Return the factor, from 0 to ``MOST``, with the least expected loss on some students.

    The loss is convex in the factor: its slope, which rises, is 0 at the least one. The pull
    towards 0 is measured in the forecasts' own spread, so that their unit does not matter.
    """
    apart = np.stack([twin.apart for twin in twins])
    base = np.stack([twin.base for twin in twins])
    top = np.stack([twin.top for twin in twins])
    centred = apart - (base * apart).sum(axis=1, keepdims=True)
    spread = float((base * centred**2).sum(axis=1).mean())
    wanted = float((top * apart).sum())

    def slope(factor: float) -> float:
        q = refitted(base, apart, factor)
        return float((q * apart).sum()) - wanted + PRIOR * spread * factor

    if slope(0.0) >= 0:
        return 0.0
    return MOST if slope(MOST) <= 0 else float(brentq(slope, 0.0, MOST, xtol=1e-9))


def _figures(row: Row, twin: _Twin, q: Floats) -> dict[str, float]:
    doc = row.doc
    p = row.verdict.probabilities if isinstance(row.verdict, Forecast) else ()
    top, base = tuple(doc["top"]), tuple(doc["base"])
    out = {
        "gain": gain_over(base, p, top),
        "room": gain_over(base, top, top),
        "bounded_gain": gain_over(base, [max(float(x), FLOOR) for x in q], top),
        "log_score_ceiling": sum(t * log_chance(t) for t in top),
        "acc_ceiling": max(top),
    }
    if doc["form"] == "twin":
        # By what sets the student apart, because `base` is about the same for the three rules.
        among = [float(x) if i != doc["key"] else -math.inf for i, x in enumerate(twin.apart)]
        out["rule_hit"] = hit(among, list(doc["carries"]).index(doc["rule"]))
    return out


def ceiling(rows: Sequence[Row]) -> float:
    """Return what the exact posterior itself earns on these documents; 1 if no group is whole."""
    exact = [
        row._replace(
            verdict=_judged(
                row.doc, tuple(row.doc["top"]), tuple(map(math.log, row.doc["top"])), "",
                invalid=False,
            )
        )
        for row in rows
    ]  # fmt: skip
    figures = [v.metrics for v in across(exact) if "bounded_gain" in v.metrics]
    room = sum(one["room"] for one in figures)
    return sum(one["bounded_gain"] for one in figures) / room if room > 0 else 1.0
