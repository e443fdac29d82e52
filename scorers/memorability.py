"""The memorability scorer: how well predicted scores order what people remember.

One document gives a predicted and a measured score; what counts, a rank correlation, is a figure
of many documents. It stands beside the best correlation that the noise of the measured scores (or,
in the fresh world, of the examples) leaves possible.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from scipy.special import logsumexp

from heptathlon.scorers import memorability_ad
from heptathlon.scorers.reading import Reading, Unread, agreed, read, taken_back
from heptathlon.scorers.reading.numbers import last_score, score_in, stands_alone
from heptathlon.scorers.verdict import Row, Statistic, Verdict
from heptathlon.tasks.memorability.prompts import HEADINGS, OPTIONS

Floats = NDArray[np.float64]

LOWEST, HIGHEST = 0.0, 99.0
SCORE_METRICS = ("closeness", "predicted", "human", "parsed")
WORLD_METRICS = (*SCORE_METRICS, "bayes", "shot_mean")
HUMAN_METRICS = (*SCORE_METRICS, "reachable")
METRICS: dict[str, tuple[str, ...]] = {
    "score": SCORE_METRICS,
    "pair": ("acc", "above_chance", "p_gold"),
    "ad": memorability_ad.METRICS,
}
"""Metrics of each form that every document of the form has. Documents of the fresh world also have
``bayes`` and ``shot_mean``, those of the human sets ``reachable``: columns of the statistics."""
PAIR_CHANCE = 0.5
IMPOSSIBLE = -1e6
"""Log-likelihood that stands for minus infinity, which has no softmax."""

SHOWN = 80
"""Characters of an answer that could not be read which a verdict keeps."""


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
        judge = _written if form == "score" else memorability_ad.verdict
        return judge(doc, responses[0])
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
    reading = read(response, next_items(doc["set"]), at_once=True)
    value = _score(reading)
    if isinstance(value, Unread):
        metrics = _scores(doc, doc["neutral"], read=False)
        return Verdict(metrics, value.value, reading.answer[:SHOWN], invalid=True)
    return Verdict(_scores(doc, value, read=True), "number", f"{value:g}")


def next_items(of_set: str) -> tuple[str, ...]:
    """Return what the lines begin with where a prompt or an item of a set begins."""
    item = f"{of_set.removesuffix('s').capitalize()}: "
    return (HEADINGS[of_set], item) if of_set not in {"world", "lambda"} else (HEADINGS[of_set],)


def _score(reading: Reading) -> float | Unread:
    """Return the score that a reply gives.

    The prompts end where the digits are due: a base model writes them and goes on to invent more
    items, a talkative one explains them. So without a marked score a first line that is a number
    and nothing else counts, unless another such line differs; else the lines that say that they give a score, if they agree.
    """
    if (silent := reading.silent) is not None:
        return silent

    def named(text: str) -> float | Unread:
        return score_in(text, LOWEST, HIGHEST)

    marked = agreed([named(content) for content in reading.listed])
    if reading.marked and marked is not Unread.UNREADABLE:
        return Unread.SEVERAL if taken_back(reading, marked, named, named) else marked
    alone = [line for line in reading.lines if stands_alone(line)]
    if alone and alone[0] == reading.lines[0]:
        return agreed([named(line) for line in alone])
    found = None if reading.marked else last_score(reading.lines, LOWEST, HIGHEST)
    return marked if found is None else found


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
