"""The memorability scorer: how well predicted scores order what people remember.

One document gives a predicted and a measured score; what counts, a rank correlation, is a figure
of many documents. It stands beside the best correlation that the noise of the measured scores (or,
in the fresh world, of the examples) leaves possible.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from scipy.special import logsumexp

from heptathlon.scorers.reading import read
from heptathlon.scorers.verdict import Row, Statistic, Verdict
from heptathlon.tasks.memorability.prompts import AD_HEADING, HEADINGS, OPTIONS

Floats = NDArray[np.float64]

LOWEST, HIGHEST = 0.0, 99.0
SCORE_METRICS = ("closeness", "predicted", "human", "parsed")
WORLD_METRICS = (*SCORE_METRICS, "bayes", "shot_mean")
HUMAN_METRICS = (*SCORE_METRICS, "reachable")
METRICS: dict[str, tuple[str, ...]] = {
    "score": SCORE_METRICS,
    "pair": ("acc", "above_chance", "p_gold"),
    "ad": ("complete", "schema", "brand", "duration"),
}
"""Metrics of each form that every document of the form has. Documents of the fresh world also have
``bayes`` and ``shot_mean``, those of the human sets ``reachable``: columns of the statistics."""
PAIR_CHANCE = 0.5
IMPOSSIBLE = -1e6
"""Log-likelihood that stands for minus infinity, which has no softmax."""

DURATION_TOLERANCE = 0.1
"""Share of the ordered length by which the scenes' seconds may add up to more or less."""
MAX_SCENES = 200
"""Scenes after which an advertisement is no longer read."""

_NUMBER = re.compile(r"(?<![\w.])[-−–]?\d+(?:[.,]\d+)?")  # noqa: RUF001
_OUT_OF = re.compile(r"(\d)\s{0,3}(?:/|out of|of)\s{0,3}(?:99|100)\b", re.IGNORECASE)
_RANGE = re.compile(
    r"\d\s{0,3}%?\s{0,3}(?:-|–|—|~|to|and|or|through|\.\.+)\s{0,3}\d",  # noqa: RUF001
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six"
    r"|seven|eigh|nine)teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|high|low"
    r"|medium|average|moderate|very)\b",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\b(?:sorry|cannot|can't|can not|unable|not able|won't|as an ai|impossible to|not possible"
    r"|no way to|not enough|insufficient|don't know|do not know|unknown|refuse|decline)\b",
    re.IGNORECASE,
)
_LONE = re.compile(
    r"[\W_]{0,12}(?:(?:the )?(?:memorability )?(?:score|answer)(?: is)?)?[\W_]{0,12}"
    r"\d[\d.,%–—~/ -]{0,16}(?:(?:out of|to|of) ?\d{1,3}|points)?[\W_]{0,12}",  # noqa: RUF001
    re.IGNORECASE,
)
"""A line that is an answer and nothing else, or as good as."""
_ABOUT_A_SCORE = re.compile(
    r"\b(?:scores?|rat(?:e|es|ing)|answers?|predict\w*|estimat\w*|points?|memorab\w*|guess)\b",
    re.IGNORECASE,
)
BRIEF = 24
"""Characters beside its number in an answer that need not say what the number is."""
LONGEST = 1_000
"""Characters of a line that are looked at: no line that gives one score is longer."""
SHOWN = 80
"""Characters of an answer that a verdict keeps."""


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge the responses to one document.

    Args:
        doc: the record.
        responses: one text; or (log-likelihood, is greedy) pairs: ten for a score (one an option),
            two for a pair, and one, of the item itself, for the surprisal reading of a score.

    Raises:
        KeyError: if the document's form is none of the family's.
        ValueError: if the responses are not of the document's form, which no model can cause.
    """
    form = doc["form"]
    if form not in METRICS:
        raise KeyError(form)
    if form == "pair":
        return _pair(doc, responses)
    if len(responses) == 1 and isinstance(responses[0], str):
        return _written(doc, responses[0]) if form == "score" else _ad(doc, responses[0])
    if form == "ad":
        raise ValueError("the form 'ad' is answered by one text")
    return _likelihoods(doc, responses)


def process_results(doc: Mapping[str, Any], results: Sequence[Any]) -> dict[str, float]:
    """Return every metric of the document, for lm-eval."""
    return verdict(doc, results).metrics


def across(rows: Sequence[Row]) -> list[Verdict]:
    """Look at all documents of a run together.

    Scores get ``rescaled``: the prediction after the monotone map that suits the development part
    best, where a run holds the same variant's development part (``<variant>_dev``). Pairs get
    ``both``: whether the better item was chosen in both orders.
    """
    maps = {
        row.variant.removesuffix("_dev"): row.variant
        for row in rows
        if row.doc["form"] == "score" and row.variant.endswith("_dev")
    }
    rescale = {
        variant: monotone_map(*_columns(r for r in rows if r.variant == dev))
        for variant, dev in maps.items()
    }
    chosen: dict[tuple[str, str], float] = {}
    asked: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.doc["form"] == "pair":
            key = (row.variant, row.doc["pair_id"])
            chosen[key] = min(chosen.get(key, 1.0), row.verdict.metrics["acc"])
            asked[key] = asked.get(key, 0) + 1
    out = []
    for row in rows:
        added: dict[str, float] = {}
        if row.doc["form"] == "score" and row.variant in rescale:
            added["rescaled"] = rescale[row.variant](row.verdict.metrics["predicted"])
        elif row.doc["form"] == "pair":
            key = (row.variant, row.doc["pair_id"])
            if asked[key] == 2:
                added["both"] = chosen[key]
        out.append(replace(row.verdict, metrics=row.verdict.metrics | added))
    return out


def ceiling(rows: Sequence[Row]) -> float:
    """Return the best reachable correlation on these documents.

    In the fresh world, that of the exact Bayes answers with the scores (1 if all scores are the
    same, as with one document); else what the noise of the measured scores allows, as the records
    state it.
    """
    docs = [row.doc for row in rows if row.doc["form"] == "score"]
    if not docs:
        raise ValueError("a ceiling is that of scores, and there are none")
    reachable = [d["ceiling"] for d in docs if d["ceiling"] is not None]
    if reachable:
        return float(np.mean(reachable))
    columns = np.array([(d["bayes"], d["human"]) for d in docs], dtype=np.float64)
    rho = spearman(columns, np.ones(len(columns)))
    return 1.0 if math.isnan(rho) else rho


# --- one answer ----------------------------------------------------------------------------------


def _written(doc: Mapping[str, Any], response: str) -> Verdict:
    reading = read(response, next_item=HEADINGS[doc["set"]])
    if reading.truncated:
        value, outcome, shown = None, "truncated", ""
    else:
        answer = reading.answer if reading.marked else _line_of_answer(reading.text, reading.answer)
        value, outcome = read_score(answer)
        shown = answer[:SHOWN]
    if value is None:
        return Verdict(_scores(doc, doc["neutral"], read=False), outcome, shown, invalid=True)
    return Verdict(_scores(doc, value, read=True), outcome, shown)


def _line_of_answer(text: str, last: str) -> str:
    """Return the first line if it is an answer and nothing else, else the last one.

    The prompts end where the digits are due: a base model writes them and goes on to invent more
    items, a talkative one explains them.
    """
    first = text.split("\n", 1)[0].strip()
    return first if _LONE.fullmatch(first) else last


def read_score(answer: str) -> tuple[float | None, str]:
    """Read an answer that gives one score; or say in a word why it does not.

    Returns:
        The score and ``number``; or None and ``no_answer``, ``out_of_range``, ``range``,
        ``several`` (numbers), ``words`` (instead of digits), ``refusal`` or ``unreadable``.

    Example:
        >>> read_score("63"), read_score("Score: 07/99"), read_score("70-80")
        ((63.0, 'number'), (7.0, 'number'), (None, 'range'))
    """
    if not answer.strip():
        return None, "no_answer"
    text = _OUT_OF.sub(r"\1", answer[:LONGEST])
    numbers = _NUMBER.findall(text)
    if _RANGE.search(text):
        return None, "range"
    if len(numbers) > 1:
        return None, "several"
    if len(numbers) == 1 and _is_about_a_score(text, numbers[0]):
        value = float(re.sub("[−–]", "-", numbers[0]).replace(",", "."))  # noqa: RUF001
        if LOWEST <= value <= HIGHEST:
            return value, "number"
        return None, "out_of_range"
    if _REFUSAL.search(text):
        return None, "refusal"
    return None, "words" if _WORDS.search(text) else "unreadable"


def _is_about_a_score(text: str, number: str) -> bool:
    """Tell a sentence that gives a score from one with a number of something else in it."""
    return len(text) - len(number) <= BRIEF or _ABOUT_A_SCORE.search(text) is not None


def _likelihoods(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    logs = _logs(responses)
    if len(logs) == 1:
        # The surprisal reading: what the model expects least is remembered best.
        metrics = _scores(doc, -float(logs[0]), read=True)
        del metrics["closeness"]  # nats are no points
        return Verdict(metrics, "surprisal", f"{-logs[0]:.2f} nats")
    if len(logs) != len(OPTIONS):
        raise ValueError(f"a score has {len(OPTIONS)} options, and {len(logs)} responses came")
    value = float(np.exp(logs - logsumexp(logs)) @ np.array(OPTIONS, dtype=np.float64))
    return Verdict(_scores(doc, value, read=True), "expected", f"{value:.1f}")


def _scores(doc: Mapping[str, Any], value: float, *, read: bool) -> dict[str, float]:
    human = float(doc["human"])
    metrics = {
        "closeness": max(0.0, 1 - abs(value - human) / HIGHEST) if read else 0.0,
        "predicted": value,
        "human": human,
        "parsed": float(read),
    }
    if doc["bayes"] is not None:
        scores = [shot["score"] for shot in doc["shots"]]
        return {**metrics, "bayes": float(doc["bayes"]), "shot_mean": float(np.mean(scores))}
    return {**metrics, "reachable": float(doc["ceiling"])}


def _pair(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    logs = _logs(responses)
    if len(logs) != 2:
        raise ValueError(f"a pair has two options, and {len(logs)} responses came")
    gold = int(doc["gold"])
    # A model that gives both letters the same likelihood has chosen neither.
    chosen = None if logs[0] == logs[1] else int(logs.argmax())
    acc = 0.5 if chosen is None else float(chosen == gold)
    metrics = {
        "acc": acc,
        "above_chance": (acc - PAIR_CHANCE) / (1 - PAIR_CHANCE),
        "p_gold": float(np.exp(logs[gold] - logsumexp(logs))),
    }
    outcome = "undecided" if chosen is None else "right" if chosen == gold else "wrong"
    return Verdict(metrics, outcome, "" if chosen is None else "AB"[chosen])


def _logs(responses: Sequence[Any]) -> Floats:
    """Return log-likelihoods; an option that a model holds impossible is as unlikely as can be."""
    logs = np.array([float(response[0]) for response in responses], dtype=np.float64)
    if np.isnan(logs).any():
        raise ValueError("a log-likelihood is not a number")
    return np.maximum(logs, IMPOSSIBLE)


# --- an advertisement ----------------------------------------------------------------------------

_SCENE = re.compile(
    r"^[ \t*#_>-]{0,8}scene\s{1,3}(\d{1,3})[ \t*_]{0,4}"
    r"(?:[\[(]\s{0,3}(\d{1,4}(?:\.\d{1,2})?)\s{0,3}(?:seconds?|secs?|s)\s{0,3}[\])])?"
    r"[ \t*_]{0,4}:[ \t*_]{0,4}(.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_AUDIO = re.compile(r"^[ \t*#_>-]{0,8}audio[ \t*_]{0,4}:[ \t*_]{0,4}(\S.*)$", re.I | re.M)


def _ad(doc: Mapping[str, Any], response: str) -> Verdict:
    """Judge the form of an advertisement, which says nothing of how memorable it is.

    ``schema``: a line of audio, and scenes that are numbered from 1 on and all say something.
    ``brand``: the brand is named in it. ``duration``: the scenes' seconds add up to the ordered
    length, within a tenth. ``complete``: all three.
    """
    reading = read(response, next_item=AD_HEADING)
    text = reading.text
    zero = dict.fromkeys(METRICS["ad"], 0.0)
    if not text:
        return Verdict(zero, "truncated" if reading.truncated else "no_answer", invalid=True)
    scenes = [match.groups() for match, _ in zip(_SCENE.finditer(text), range(MAX_SCENES))]  # noqa: B905
    if not scenes:
        return Verdict(zero, "no_scenes", invalid=True)
    numbers = [int(number) for number, _, _ in scenes]
    told = all(what.strip(" *_") for _, _, what in scenes)
    schema = _AUDIO.search(text) and numbers == list(range(1, len(scenes) + 1)) and told
    lengths = [float(seconds) for _, seconds, _ in scenes if seconds]
    off = abs(math.fsum(lengths) - doc["seconds"])
    duration = len(lengths) == len(scenes) and off <= DURATION_TOLERANCE * doc["seconds"]
    brand = _squeezed(doc["brand"]) in _squeezed(text)
    found = {"schema": bool(schema), "brand": brand, "duration": duration}
    missing = [name for name, good in found.items() if not good]
    metrics = {"complete": float(not missing)} | {n: float(good) for n, good in found.items()}
    outcome = f"no_{missing[0]}" if missing else "complete"
    return Verdict(metrics, outcome, f"{len(scenes)} scenes")


def _squeezed(text: str) -> str:
    """Return letters and digits alone: LAMBDA runs some brands' words together."""
    return "".join(c for c in text.casefold() if c.isalnum())


# --- many answers --------------------------------------------------------------------------------


def _columns(rows: Any) -> tuple[Floats, Floats]:
    pairs = [(r.verdict.metrics["predicted"], r.verdict.metrics["human"]) for r in rows]
    columns = np.array(pairs, dtype=np.float64)
    return columns[:, 0], columns[:, 1]


def monotone_map(predicted: Floats, human: Floats) -> Callable[[float], float]:
    """Return the non-decreasing map from predictions to scores with the least squared error.

    Between the predictions that it was fitted on it is linear, beyond them constant.
    """
    levels, index, repeats = np.unique(predicted, return_inverse=True, return_counts=True)
    means = np.bincount(index, weights=human) / repeats
    fitted = isotonic_regression(means, weights=repeats).x
    return lambda value: float(np.interp(value, levels, fitted))


def mid_ranks(values: Floats, weights: Floats) -> Floats:
    """Return ranks in a sample where item ``i`` stands ``weights[i]`` times; ties share a rank.

    Args:
        values: shape (n,).
        weights: how often each item counts, shape (n,).
    """
    index = _dense_ranks(np.asarray(values, dtype=np.float64).tobytes())
    totals = np.bincount(index, weights=weights)
    ranks: Floats = (totals.cumsum() - totals / 2)[index]
    return ranks


# A bootstrap asks about the same values thousands of times and changes only the weights.
@lru_cache(maxsize=16)
def _dense_ranks(values: bytes) -> NDArray[np.intp]:
    """Return the rank of every float64 of a buffer among the different ones, from 0."""
    _, index = np.unique(np.frombuffer(values), return_inverse=True)
    return index


def _correlation(x: Floats, y: Floats, weights: Floats) -> float:
    """Return Pearson's correlation; 0 where ``x`` has no spread, NaN where ``y`` has none."""
    total = weights.sum()
    if not total:
        return math.nan
    x = x - (weights @ x) / total
    y = y - (weights @ y) / total
    spread_x, spread_y = float(weights @ (x * x)), float(weights @ (y * y))
    if spread_y <= 1e-12 * total:
        return math.nan
    if spread_x <= 1e-12 * total:
        return 0.0
    return float(np.clip((weights @ (x * y)) / math.sqrt(spread_x * spread_y), -1.0, 1.0))


def spearman(values: Floats, weights: NDArray[Any]) -> float:
    """Return Spearman's correlation of the first two columns.

    Predictions that are all the same order nothing: their correlation is 0, its expectation if
    ties are broken by lot. Measured scores that are all the same can be ordered by nobody: NaN.

    Args:
        values: predicted and measured scores, shape (n, 2 or more).
        weights: how often each item counts, shape (n,).
    """
    w = np.asarray(weights, dtype=np.float64)
    return _correlation(mid_ranks(values[:, 0], w), mid_ranks(values[:, 1], w), w)


def kendall(values: Floats, weights: NDArray[Any]) -> float:
    """Return Kendall's tau-b of the first two columns; see :func:`spearman` for the limits.

    Pairs are counted with the product of their weights, and a repeated item is tied with itself.
    Takes O(n log n) time: discordant pairs are the inversions that a merge sort mends.
    """
    keep = np.asarray(weights) > 0
    w = np.asarray(weights, dtype=np.float64)[keep]
    x, y = values[keep, 0], values[keep, 1]
    if not w.size:
        return math.nan
    pairs = _pairs(np.array([w.sum()]))
    tied_x = _pairs(_totals(x, w))
    tied_y = _pairs(_totals(y, w))
    if pairs == tied_y:
        return math.nan
    if pairs == tied_x:
        return 0.0
    _, both = np.unique(np.stack([x, y], axis=1), axis=0, return_inverse=True)
    tied_both = _pairs(_totals(both.ravel().astype(np.float64), w))
    order = np.lexsort((y, x))
    discordant = _inversions(y[order], w[order])
    concordant_less = pairs - tied_x - tied_y + tied_both - 2 * discordant
    return float(concordant_less / math.sqrt((pairs - tied_x) * (pairs - tied_y)))


def _totals(values: Floats, weights: Floats) -> Floats:
    _, index = np.unique(values, return_inverse=True)
    return np.bincount(index, weights=weights).astype(np.float64, copy=False)


def _pairs(totals: Floats) -> float:
    """Return the pairs of distinct draws within groups of such sizes."""
    return float((totals * (totals - 1) / 2).sum())


def _inversions(values: Floats, weights: Floats) -> float:
    """Return the weight of pairs that stand in strictly descending order.

    Ranks are split bit by bit, the highest first: of two ranks that agree so far, the pair is
    descending if the earlier one has the bit and the later one has not. Every level is one pass
    over all items, and leaves them sorted by the bits seen, each group in its old order.
    """
    _, ranks = np.unique(values, return_inverse=True)
    count = 0.0
    for bit in reversed(range(int(ranks.max()).bit_length())):
        group = ranks >> (bit + 1)
        high = (ranks >> bit) & 1
        before = np.concatenate([[0.0], (weights * high).cumsum()])
        first = np.concatenate([[True], group[1:] != group[:-1]])
        start = np.maximum.accumulate(np.where(first, np.arange(ranks.size), 0))
        count += float((weights * (1 - high)) @ (before[:-1] - before[start]))
        order = np.argsort(ranks >> bit, kind="stable")
        ranks, weights = ranks[order], weights[order]
    return count


def _of_bayes(values: Floats, weights: NDArray[Any]) -> float:
    best = spearman(values[:, [2, 1]], weights)
    return spearman(values, weights) / best if best > 0 else math.nan


def _of_reachable(values: Floats, weights: NDArray[Any]) -> float:
    return spearman(values, weights) / float(np.average(values[:, 2], weights=weights))


def _gap_closed(values: Floats, weights: NDArray[Any]) -> float:
    best = spearman(values[:, [2, 1]], weights)
    bar = spearman(values[:, [3, 1]], weights)
    return (spearman(values, weights) - bar) / (best - bar) if best > bar else math.nan


def _minus_rmse(values: Floats, weights: NDArray[Any]) -> float:
    squares = (values[:, 0] - values[:, 1]) ** 2
    return -math.sqrt(float(np.average(squares, weights=weights)))


STATISTICS: dict[str, Statistic] = {
    "rho": Statistic(
        ("predicted", "human"),
        spearman,
        "Spearman correlation of predicted and measured scores; unreadable answers count as ties",
    ),
    "rho_of_bayes": Statistic(
        ("predicted", "human", "bayes"),
        _of_bayes,
        "rho over the rho of the exact Bayes answer on the same documents",
    ),
    "gap_closed": Statistic(
        ("predicted", "human", "bayes", "shot_mean"),
        _gap_closed,
        "(rho - rho of the mean of the examples) / (rho of Bayes - rho of that mean)",
    ),
    "rho_of_ceiling": Statistic(
        ("predicted", "human", "reachable"),
        _of_reachable,
        "rho over the best rho that the noise of the measured scores allows",
    ),
    "tau_b": Statistic(
        ("predicted", "human"), kendall, "Kendall's tau-b, which takes ties into account"
    ),
    "minus_rmse": Statistic(
        ("rescaled", "human"),
        _minus_rmse,
        "minus the root mean squared error, in points, of predictions that were rescaled by the "
        "monotone map that suits the development part best",
    ),
}
