"""The icl scorer: labels, forecasts and values against what can be known exactly.

The headline counts contexts, not answers: a label that is always given, or copied from an example,
is right for one of two twins and earns nothing. Where the examples leave a query open, a forecast
is held against the exact posterior and never against one draw.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heptathlon.scorers.likelihoods import logs_of
from heptathlon.scorers.reading import plain, read
from heptathlon.scorers.verdict import Row, Statistic, Verdict
from heptathlon.tasks.icl import algorithms
from heptathlon.tasks.icl.prompts import heading

METRICS: dict[str, tuple[str, ...]] = {
    "forced": ("right",),
    "open": ("right", "kept", "divergence"),
    "teach": ("right",),
    "linear": ("right", "kept", "error"),
    "urns": ("right", "kept", "divergence"),
    "bool": ("right", "seen"),
}
"""Metrics of each form. ``right``: the gold answer; ``kept``: the exact chance of the answer over
that of the likeliest one; ``divergence``: of the forecast from the exact chances, in nats, an
answer in text being a forecast that is sure; ``error``: distance from the exact mean; ``seen``:
whether the query is among the examples, whatever is answered."""
FLOOR = 1e-3
"""Least chance that a forecast counts with, so that no single one decides."""
WORST = -math.log(FLOOR)
FAR = 30.0
"""Distance at which an error is cut off: that of the lowest from the highest value is seldom so."""
MOST = 31.0
"""Examples that leave an input to ask for."""
BOUNDS = {"divergence": (0.0, WORST), "error": (0.0, FAR), "gain": (-1.0, 1.0),
          "examples": (0.0, MOST), "half_at": (0.0, MOST)}  # fmt: skip
SHOWN = 80
"""Characters of an answer that a verdict keeps."""
_TOKEN = re.compile(r"[A-Za-z]+|-?\d+(?:\.\d+)?")
_NEXT = ("Input:", "Label:")
"""What a model goes on with that continues the published prompt; its answer stands before that."""
_MINUS = "\N{MINUS SIGN}"


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge one text, or a (log-likelihood, is greedy) pair for each option.

    Args:
        doc: the record.
        responses: what the model gave.

    Raises:
        KeyError: if the document's form is none of the family's.
        ValueError: if the responses are not of the form, which no model can cause.
    """
    METRICS[doc["form"]]
    if len(responses) == 1 and isinstance(responses[0], str):
        return _number(doc, responses[0]) if doc["form"] == "linear" else _said(doc, responses[0])
    if doc["form"] == "linear" or len(responses) != len(doc["options"]):
        raise ValueError(f"the form {doc['form']!r} is answered by one text or all its options")
    logs = logs_of(responses)
    top = max(logs)
    shares = [math.exp(log - top) if log > -math.inf else 0.0 for log in logs]
    if top == -math.inf:
        shares = [1.0] * len(logs)
    return _judged(doc, [share / math.fsum(shares) for share in shares])


def process_results(doc: Mapping[str, Any], results: Sequence[Any]) -> dict[str, float]:
    """Return every metric of the document's form, for lm-eval."""
    return verdict(doc, results).metrics


def across(rows: Sequence[Row]) -> list[Verdict]:
    """Add ``pair``, right on both twins of a context, and ``gain`` of teaching over random ones.

    Beside ``pair`` stand the same of the nearest neighbour and the number of examples, of which the
    statistics are made.

    ``gain`` stands on the documents with teaching examples: right there less right on the same
    query after random ones. Without its partner a document has a pair of 0 and no gain.
    """
    found: dict[tuple[str, str], dict[tuple[str, str], float]] = defaultdict(dict)
    for row in rows:
        if row.doc["form"] in {"forced", "teach"}:
            member = (row.doc["arm"], row.doc["query"])
            found[row.variant, row.doc["pair_id"]][member] = row.verdict.metrics["right"]
    near: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows:
        if row.doc["form"] == "forced":
            near[row.doc["pair_id"]][row.doc["query"]] = _nearest(row.doc)
    out = []
    for row in rows:
        more: dict[str, float] = {}
        if row.doc["form"] == "forced":
            both = found[row.variant, row.doc["pair_id"]].values()
            more["pair"] = float(len(both) > 1 and min(both) == 1)
            more["nearest_pair"] = math.prod(near[row.doc["pair_id"]].values())
            more["examples"] = float(row.doc["shown"])
        elif row.doc["form"] == "teach" and row.doc["arm"] == "teach":
            arms = {arm: v for (arm, _), v in found[row.variant, row.doc["pair_id"]].items()}
            if "random" in arms:
                more["gain"] = arms["teach"] - arms["random"]
        out.append(replace(row.verdict, metrics={**row.verdict.metrics, **more}))
    return out


def _nearest(doc: Mapping[str, Any]) -> float:
    """Return the chance that the nearest examples give a query its gold, a tie by a coin."""
    bits = np.array([[float(bit) for bit in text] for text in (*doc["inputs"], doc["query"])])
    one = algorithms.of_bits("nearest", bits[:-1], np.array(doc["answers"], float), bits[-1])
    sure = 0.5 if one == 0.5 else float(one > 0.5)
    return sure if doc["gold"] else 1 - sure


def divergence(exact: Sequence[float], forecast: Sequence[float]) -> float:
    """Return the Kullback-Leibler divergence of a forecast from exact chances, in nats.

    Forecasts below ``FLOOR`` count as it; the figure is not below 0.

    Example:
        >>> round(divergence((0.5, 0.5), (0.25, 0.75)), 4)
        0.1438
    """
    pairs = zip(exact, forecast, strict=True)
    return max(0.0, math.fsum(p * math.log(p / max(q, FLOOR)) for p, q in pairs if p > 0))


def _judged(doc: Mapping[str, Any], forecast: Sequence[float]) -> Verdict:
    """Judge a forecast over the options; of equally likely ones each counts its part."""
    top = max(forecast)
    best = [at for at, share in enumerate(forecast) if share == top]
    exact = [float(share) for share in doc["exact"]]
    known = {
        "right": (int(doc["gold"]) in best) / len(best),
        "kept": math.fsum(exact[at] for at in best) / len(best) / max(exact),
        "divergence": min(WORST, divergence(exact, forecast)),
        "seen": _seen(doc),
    }
    outcome = "undecided" if len(best) > 1 else "right" if known["right"] else "wrong"
    shown = "".join(doc["options"][at] for at in best)
    return Verdict({name: known[name] for name in METRICS[doc["form"]]}, outcome, shown)


def _seen(doc: Mapping[str, Any]) -> float:
    return float(doc.get("seen") == "seen")


def _said(doc: Mapping[str, Any], response: str) -> Verdict:
    """Judge a text that should name one option."""
    published = doc["form"] == "bool"
    reading = read(response, _NEXT if published else (heading(doc),), at_once=published)
    options = [str(option).casefold() for option in doc["options"]]
    # A line that is repeated whole is answered by what stands behind its arrow.
    said = plain(reading.answer).split("->")[-1]
    words = [word.casefold() for word in _TOKEN.findall(said)]
    named = {word for word in words if word in options}
    numbers = options[0].isdigit() and len([w for w in words if w.lstrip("-").isdigit()]) > 1
    if reading.silent is not None or len(named) != 1 or numbers:
        outcome = "truncated" if reading.truncated else "several" if words else "no_answer"
        worst = {"right": 0.0, "kept": 0.0, "divergence": WORST, "seen": _seen(doc)}
        metrics = {name: worst[name] for name in METRICS[doc["form"]]}
        return Verdict(metrics, outcome, said[:SHOWN], invalid=True)
    at = options.index(named.pop())
    return _judged(doc, [float(at == i) for i in range(len(options))])


def _number(doc: Mapping[str, Any], response: str) -> Verdict:
    """Judge a text that should name one whole number."""
    reading = read(response, (heading(doc),))
    said = plain(reading.answer).replace(_MINUS, "-").split("->")[-1].split("=")[-1]
    found = set(re.findall(r"(?<![\w.,])[+-]?\d{1,9}(?:\.0+)?(?![\w]|[.,]\d)", said))
    if reading.silent is not None or len(found) != 1:
        outcome = "truncated" if reading.truncated else "several" if found else "no_answer"
        return Verdict({"right": 0.0, "kept": 0.0, "error": FAR}, outcome, said[:SHOWN], True)
    value = int(float(found.pop()))
    chances = dict(zip(map(int, doc["values"]), map(float, doc["exact"]), strict=True))
    mean = math.fsum(v * p for v, p in chances.items())
    right = float(value == int(doc["answer"]))
    metrics = {
        "right": right,
        "kept": chances.get(value, 0.0) / max(chances.values()),
        "error": min(FAR, abs(value - mean)),
    }
    return Verdict(metrics, "right" if right else "wrong", str(value))


def _curve(
    values: NDArray[np.float64], weights: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return numbers of examples, rising, and what is left of each: weighted means of columns.

    Args:
        values: shape (documents, columns), the number of examples in the last column.
        weights: how often each document counts.

    Returns:
        Shapes (numbers,) and (numbers, columns - 1).
    """
    here = weights > 0
    known = np.unique(values[here, -1])
    means = [
        np.average(values[on, :-1], axis=0, weights=weights[on])
        for n in known
        for on in [here & (values[:, -1] == n)]
    ]
    return known, np.array(means)


def _over_nearest(values: NDArray[np.float64], weights: NDArray[Any]) -> float:
    """Return pairs beyond the nearest neighbour's, over what it leaves (columns: pair, its)."""
    pair, near = (weights @ values[:, i] / weights.sum() for i in (0, 1))
    return float((pair - near) / (1 - near)) if near < 1 else math.nan


def _area(values: NDArray[np.float64], weights: NDArray[Any]) -> float:
    """Return the area over log n between nearest neighbour and model over that up to Bayes."""
    known, means = _curve(values, weights)
    if len(known) < 2:
        return math.nan
    at = np.log(known)
    whole = np.trapezoid(1 - means[:, 1], at)
    return float(np.trapezoid(means[:, 0] - means[:, 1], at) / whole) if whole > 0 else math.nan


def _half_at(values: NDArray[np.float64], weights: NDArray[Any]) -> float:
    """Return the fewest examples after which half of the pairs are right; NaN if none are."""
    known, means = _curve(values, weights)
    enough = known[means[:, 0] >= 0.5]
    return float(enough[0]) if len(enough) else math.nan


def _right_where(seen: bool) -> Callable[[NDArray[np.float64], NDArray[Any]], float]:
    """Return what takes the mean where queries were seen, or where not (columns: right, seen)."""

    def mean(values: NDArray[np.float64], weights: NDArray[Any]) -> float:
        own = weights * (values[:, 1] == seen)
        return float(own @ values[:, 0] / own.sum()) if own.sum() else math.nan

    return mean


_COLUMNS = ("pair", "nearest_pair", "examples")
STATISTICS: dict[str, Statistic] = {
    "right_unseen": Statistic(
        ("right", "seen"),
        _right_where(False),
        "share right of the queries that are not among the examples",
    ),
    "right_seen": Statistic(
        ("right", "seen"),
        _right_where(True),
        "share right of the queries that are among the examples, which looking up gives",
    ),
    "over_nearest": Statistic(
        _COLUMNS[:2],
        _over_nearest,
        "pairs beyond those of the nearest neighbour over the ones that it leaves: 0 as good as "
        "it, 1 as Bayes",
    ),
    "area": Statistic(
        _COLUMNS,
        _area,
        "the learning curve over the logarithm of the number of examples: 0 on that of the nearest "
        "neighbour, 1 on that of Bayes",
    ),
    "half_at": Statistic(
        ("pair", "examples"),
        _half_at,
        "the fewest examples after which half of the pairs are right",
        no_interval="it jumps from one number of examples to the next",
    ),
}
