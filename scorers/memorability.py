"""The memorability scorer: picks from lists, words by a law, scores, pairs, advertisements.

A list, a law's question, a pair and the probe for recital are judged one by one. Of scores, what
counts, a rank correlation, is a figure of many documents. Both stand beside the best that the noise
of what was measured leaves possible.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from heptathlon.scorers import memorability_ad, memorability_lists, memorability_order
from heptathlon.scorers.memorability_order import kendall, mid_ranks, monotone_map, spearman
from heptathlon.scorers.memorability_score import written_score
from heptathlon.scorers.reading import Unread, read, settled
from heptathlon.scorers.reading.options import chosen, named_in, option_alone
from heptathlon.scorers.verdict import Row, Statistic, Verdict
from heptathlon.tasks.memorability.prompts import LABELS, OPTIONS

__all__ = [
    "BOUNDS", "METRICS", "STATISTICS", "across", "ceiling", "kendall", "mid_ranks", "monotone_map",
    "process_results", "spearman", "verdict",
]  # fmt: skip

Floats = NDArray[np.float64]

HIGHEST = 99.0
METRICS: dict[str, tuple[str, ...]] = {
    "list": memorability_lists.METRICS,
    "law": ("acc", "above_chance", "p_gold"),
    "recital": ("acc", "above_chance", "p_gold"),
    "score": ("closeness", "predicted", "human", "parsed", "reachable"),
    "pair": ("acc", "above_chance", "p_gold"),
    "ad": memorability_ad.METRICS,
}
"""Metrics of each form that every document of the form has."""
BOUNDS = memorability_lists.BOUNDS | {"above_chance": (-1.0, 1.0)}
IMPOSSIBLE = -1e6
"""Log-likelihood that stands for minus infinity, which has no softmax."""


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge the responses to one document.

    Args:
        doc: the record.
        responses: one text; or (log-likelihood, is greedy) pairs, one an option: the items of a
            list, the words of a law's question, the rows of the probe, ten scores, the two letters
            of a pair; or one, of the item itself, for the surprisal reading of a score.

    Raises:
        KeyError: if the document's form is none of the family's.
        ValueError: if the responses are not of the document's form, which no model can cause.
    """
    form = doc["form"]
    if form not in METRICS:
        raise KeyError(form)
    if len(responses) == 1 and isinstance(responses[0], str):
        return _written(doc, responses[0])
    if form == "ad":
        raise ValueError("the form 'ad' is answered by one text")
    logs = _logs(responses)
    if form == "score":
        return _expected(doc, logs)
    count = len(doc["items"]) if form == "list" else len(doc.get("options", "AB"))
    if len(logs) != count:
        raise ValueError(f"a {form} has {count} options, and {len(logs)} responses came")
    return memorability_lists.by_likelihood(doc, logs) if form == "list" else _chosen(doc, logs)


def process_results(doc: Mapping[str, Any], results: Sequence[Any]) -> dict[str, float]:
    """Return every metric of the document, for lm-eval."""
    return verdict(doc, results).metrics


def across(rows: Sequence[Row]) -> list[Verdict]:
    """Look at all documents of a run together.

    Scores get ``rescaled``: the prediction after the monotone map that suits the practice pool
    best, where a run holds the same variant's practice part (``<variant>_dev``). Pairs and laws get
    ``both``: whether the answers to both orders of a pair, or about both groups of a design, are
    right.
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
    least: dict[tuple[str, str], float] = {}
    asked: dict[tuple[str, str], int] = {}
    for row in rows:
        if (shared := SHARED.get(row.doc["form"])) is not None:
            key = (row.variant, row.doc[shared])
            least[key] = min(least.get(key, 1.0), row.verdict.metrics["acc"])
            asked[key] = asked.get(key, 0) + 1
    out = []
    for row in rows:
        added: dict[str, float] = {}
        if row.doc["form"] == "score" and row.variant in rescale:
            added["rescaled"] = rescale[row.variant](row.verdict.metrics["predicted"])
        elif (shared := SHARED.get(row.doc["form"])) is not None:
            key = (row.variant, row.doc[shared])
            if asked[key] == 2:
                added["both"] = least[key]
        out.append(replace(row.verdict, metrics=row.verdict.metrics | added))
    return out


SHARED = {"pair": "pair_id", "law": "design"}
"""Field that two documents share that ask the same with opposite answers, by form."""


def ceiling(rows: Sequence[Row]) -> float:
    """Return the best reachable headline on these documents.

    Of lists, the overlap that is expected of someone who knows the true shares; of scores, the
    correlation that their noise allows. Both stand in the records.

    Raises:
        ValueError: if there is neither.
    """
    lists = [row.doc for row in rows if row.doc["form"] == "list"]
    if lists:
        return float(np.mean([memorability_lists.reachable(doc) for doc in lists]))
    scores = [row.doc["ceiling"] for row in rows if row.doc["form"] == "score"]
    if not scores:
        raise ValueError("a ceiling is that of lists or of scores, and there are none")
    return float(np.mean(scores))


# --- one answer ----------------------------------------------------------------------------------


def _written(doc: Mapping[str, Any], response: str) -> Verdict:
    form = doc["form"]
    if form == "list":
        return memorability_lists.written(doc, response)
    if form == "ad":
        return memorability_ad.verdict(doc, response)
    if form == "score":
        score, shown = written_score(doc, response)
        if isinstance(score, Unread):
            metrics = _scores(doc, float(doc["neutral"]), read=False)
            return Verdict(metrics, score.value, shown, invalid=True)
        return Verdict(_scores(doc, score, read=True), "number", shown)
    if form == "pair":
        raise ValueError("a pair is answered by two likelihoods")
    place = _named(doc, response)
    if isinstance(place, Unread):
        zero = {"acc": 0.0, "above_chance": 0.0, "p_gold": 0.0}
        return Verdict(zero, place.value, invalid=True)
    shown = LABELS[place] if form == "recital" else str(doc["options"][place])
    return _choice(doc, place, float(place == doc["gold"]), shown)


def _named(doc: Mapping[str, Any], response: str) -> int | Unread:
    """Return the place of the row or word that a response names, and no other."""
    options = [str(option) for option in doc["options"]]
    if doc["form"] == "recital":
        return chosen(read(response), LABELS[: len(options)], options)

    def word(text: str) -> int | Unread:
        found = named_in(text, options)
        return found if isinstance(found, Unread) else options.index(found)

    def alone(line: str) -> int | Unread:
        return option_alone(line, options, options)

    return settled(read(response), word, alone, nouns=("word",))


def _chosen(doc: Mapping[str, Any], logs: Floats) -> Verdict:
    # A model that gives several options the same likelihood has chosen none of them.
    best = np.flatnonzero(logs == logs.max())
    chosen = int(best[0]) if len(best) == 1 else None
    chance = float(np.exp(logs[int(doc["gold"])] - logsumexp(logs)))
    shown = "" if chosen is None else LABELS[chosen]
    if chosen is None and doc["gold"] not in best:
        return _choice(doc, int(best[0]), chance, "")
    return _choice(doc, chosen, chance, shown, ties=len(best))


def _choice(
    doc: Mapping[str, Any], chosen: int | None, p_gold: float, shown: str, *, ties: int = 1
) -> Verdict:
    chance = 1 / len(doc.get("options", "AB"))
    acc = 1 / ties if chosen is None else float(chosen == doc["gold"])
    metrics = {"acc": acc, "above_chance": (acc - chance) / (1 - chance), "p_gold": p_gold}
    return Verdict(metrics, "undecided" if chosen is None else "right" if acc else "wrong", shown)


def _expected(doc: Mapping[str, Any], logs: Floats) -> Verdict:
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
    return {
        "closeness": max(0.0, 1 - abs(value - human) / HIGHEST) if read else 0.0,
        "predicted": value,
        "human": human,
        "parsed": float(read),
        "reachable": float(doc["ceiling"]),
    }


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


def _of_reachable(values: Floats, weights: NDArray[Any]) -> float:
    return spearman(values, weights) / float(np.average(values[:, 2], weights=weights))


def _minus_rmse(values: Floats, weights: NDArray[Any]) -> float:
    squares = (values[:, 0] - values[:, 1]) ** 2
    return -math.sqrt(float(np.average(squares, weights=weights)))


STATISTICS: dict[str, Statistic] = {
    "rho": Statistic(
        ("predicted", "human"),
        memorability_order.spearman,
        "Spearman correlation of predicted and measured scores; unreadable answers count as ties",
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
        "monotone map that suits the practice pool best",
    ),
}
