"""The recall scorer: how far a forecast is off, in steps of its own series.

Errors are measured in mean absolute changes of the series and never in percent of the value: a
percentage of an inflation rate near 0 is any number, and of a price level it flatters everybody.
Each is capped, so that no single wild answer decides, and no answer at all costs the cap.

The headline compares one question in two arms. What a model gains over the random walk where
country and dates are named, beyond what it gains where they are masked, it can only have
remembered.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heptathlon.scorers.reading import plain, read
from heptathlon.scorers.verdict import Row, Statistic, Verdict

Floats = NDArray[np.float64]

ARMS = ("named", "named_history", "masked", "wrong_date", "told", "placebo")
BASIC = ("within", "exact", "closeness", "error", "walk", "direction", "moved")
METRICS: dict[str, tuple[str, ...]] = dict.fromkeys(ARMS, BASIC)
"""Metrics of each arm, in the order in which they are reported.

``within``: off by no more than one published unit; ``exact``: as published; ``closeness``: 1 less
the error over the cap. The rest are columns of the statistics: ``error`` and ``walk``, how far the
answer and the random walk are off, in steps; ``direction``, whether it says that the value rises or
falls and is right in that, and ``moved``, whether it did change at all.
"""
ALL_METRICS = BASIC
CAP = 4.0
"""Steps at which an error is cut off: the random walk is seldom off by so many."""
BOUNDS = {"recall": (-1.0, 1.0), "skill": (-1.0, 1.0), "obedience": (-2.0, 2.0),
          "obedience_gap": (0.0, CAP), "error": (0.0, CAP), "walk": (0.0, CAP)}  # fmt: skip

HEADING = "This is a question about a series of numbers."
"""First line of every prompt; the scorer knows an invented further item by it."""
_MINUS = "\N{MINUS SIGN}"
_NUMBER = re.compile(
    rf"(?<![\w.,])(?P<sign>[-+{_MINUS}]?)"
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,15})(?P<rest>\.\d{1,12})?"
    r"(?![\w]|[.,]\d)"
)


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge the response to one document.

    Args:
        doc: the record.
        responses: one text.

    Raises:
        KeyError: if the document's form is none of the family's.
        ValueError: if the responses are not one text, which no model can cause.
    """
    METRICS[doc["form"]]
    if len(responses) != 1 or not isinstance(responses[0], str):
        raise ValueError(f"the form {doc['form']!r} is answered by one text")
    gold, last = float(doc["answer"]), float(doc["last"])
    unit = 10.0 ** -int(doc["digits"])
    step = doc["step"] * doc["multiple"]
    moved = float(abs(gold - last) > unit / 2)
    walk = min(abs(gold - last) / step, CAP)
    reading = read(responses[0], (HEADING,))
    said = number(reading.answer)
    if said is None:
        metrics = dict.fromkeys(BASIC, 0.0) | {"error": CAP, "walk": walk, "moved": moved}
        outcome = "truncated" if reading.truncated else "no_answer"
        return Verdict(metrics, outcome, reading.answer[:80], invalid=True)
    off = abs(said - gold)
    error = min(off / step, CAP)
    right_way = (said - last) * (gold - last) > 0
    metrics = {
        "within": float(off <= unit * doc["multiple"] * (1 + 1e-9)),
        "exact": float(off < unit / 2),
        "closeness": 1 - error / CAP,
        "error": error,
        "walk": walk,
        "direction": float(right_way and moved > 0),
        "moved": moved,
    }
    if doc["rival"] and abs(said - float(doc["rival"])) < unit / 2 and not metrics["exact"]:
        return Verdict(metrics, "by_date", f"{said:g}")
    return Verdict(metrics, "exact" if metrics["exact"] else "off", f"{said:g}")


def process_results(doc: Mapping[str, Any], results: Sequence[Any]) -> dict[str, float]:
    """Return every metric of the document's arm, for lm-eval."""
    return verdict(doc, results).metrics


def across(rows: Sequence[Row]) -> list[Verdict]:
    """Add to each ``named_history`` document the errors of the same question in other arms."""
    errors: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for row in rows:
        errors[_asked(row)][row.doc["form"]] = row.verdict.metrics["error"]
    out = []
    for row in rows:
        found = errors[_asked(row)]
        more: dict[str, float] = {}
        if row.doc["form"] == "named_history":
            more |= {f"{arm}_error": found[arm] for arm in ("masked", "told") if arm in found}
            if "told" in found:
                more["gap"] = abs(found["told"] - found["named_history"])
        out.append(replace(row.verdict, metrics={**row.verdict.metrics, **more}))
    return out


def _asked(row: Row) -> tuple[str, str]:
    edition = row.variant.split("_")[1] if row.variant.count("_") > 1 else ""
    return edition * (edition in {"paper", "own"}), row.doc["asked_id"]


def number(text: str) -> float | None:
    """Return the one number that a text names; None for none, several, or one that is unclear.

    A sign between thousands is read; ``1,5`` is not, because it may be either.

    Example:
        >>> number("about 1,234.5 percent"), number("5.2 or 5.3"), number("1,5")
        (1234.5, None, None)
    """
    cleaned = plain(text)
    found: set[float] = set()
    for match in _NUMBER.finditer(cleaned):
        sign = -1.0 if match["sign"] in {"-", _MINUS} else 1.0
        digits = f"{match['whole'].replace(',', '')}{match['rest'] or ''}"
        found.add(sign * float(digits))
    # Any digit that is part of no number read makes the answer unclear.
    if len(found) != 1 or any(c.isdigit() for c in _NUMBER.sub(" ", cleaned)):
        return None
    value = found.pop()
    return value if math.isfinite(value) else None


def _skill(values: Floats, weights: NDArray[Any]) -> float:
    """Return 1 less the error over the random walk's, not below -1 (columns: error, walk)."""
    error, walk = weights @ values[:, 0], weights @ values[:, 1]
    return max(float(1 - error / walk), -1.0) if walk > 0 else math.nan


def _recall(values: Floats, weights: NDArray[Any]) -> float:
    """Return skill with the name less skill masked (columns: error, masked error, walk).

    A masked skill below the random walk's counts as the random walk's: else whoever answers the
    masked questions badly would seem to remember.
    """
    named, masked = (_skill(values[:, [i, 2]], weights) for i in (0, 1))
    return named - max(masked, 0.0) if named == named else math.nan


def _obedience(values: Floats, weights: NDArray[Any]) -> float:
    """Return skill not told less skill told (columns: error, error when told, walk)."""
    free, told = (_skill(values[:, [i, 2]], weights) for i in (0, 1))
    return free - told


def _share(values: Floats, weights: NDArray[Any]) -> float:
    top, bottom = weights @ values[:, 0], weights @ values[:, 1]
    return float(top / bottom) if bottom > 0 else math.nan


STATISTICS: dict[str, Statistic] = {
    "recall": Statistic(
        ("error", "masked_error", "walk"),
        _recall,
        "skill where country and dates are named less skill on the same values masked; skill is 1 "
        "less the mean absolute error over that of the last value",
    ),
    "skill": Statistic(
        ("error", "walk"),
        _skill,
        "1 less the mean absolute error over that of the last value",
    ),
    "obedience": Statistic(
        ("error", "told_error", "walk"),
        _obedience,
        "skill less skill when told to use nothing later; 0 where the order changes nothing",
    ),
    "obedience_gap": Statistic(
        ("gap", "walk"),
        _share,
        "mean change of the error by the order, in random walk's errors; 0 where it does nothing",
    ),
    "right_direction": Statistic(
        ("direction", "moved"),
        _share,
        "of the values that changed, the share whose direction was forecast",
    ),
}
