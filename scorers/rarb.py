"""The retrieval scorer: where the right document stands among the others, and which fault won.

Ties share: among n documents of the same score the right one gets 1/n, whatever its place in the
list, so that a scorer that cannot tell documents apart earns exactly chance.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from heptathlon.errors import HeptathlonError
from heptathlon.scorers import ranking, rarb_retrieve
from heptathlon.scorers.likelihoods import likeliest
from heptathlon.scorers.reading import Unread, read, settled
from heptathlon.scorers.reading.numbers import numbers_in
from heptathlon.scorers.reading.options import YES, truth_alone, truth_in
from heptathlon.scorers.verdict import Row, Verdict
from heptathlon.tasks.rarb.prompts import (
    JUDGE_HEADINGS,
    LIST_HEADINGS,
    MOST_NAMED,
    TRUE_FALSE,
    WITH_INSTRUCTION,
)

CUT = 10
METRICS: dict[str, tuple[str, ...]] = {
    "rank": ("ndcg_10", "mrr", "recall_1", "recall_5", "hard_acc", "hard_pairs"),
    "choose": ("acc", "above_chance", "mrr"),
    "judge": ("acc", "support"),
    "retrieve": rarb_retrieve.METRICS,
    "mcr": ("acc", "above_chance", "acc_norm"),
    "mcr_judge": ("acc", "support"),
    "rerank": ("ndcg_10", "recall_10", "first_ndcg_10", "gain"),
}
"""Metrics of each form, in the order in which they are reported."""
WRITTEN: dict[str, tuple[str, ...]] = {
    "rank": ("ndcg_10", "mrr", "recall_1", "recall_5"),
    "choose": ("acc", "above_chance"),
    "judge": ("acc",),
}
"""The same of an answer in words."""
BOUNDS = dict.fromkeys(("gain", "instruction_gain", "above_chance"), (-1.0, 1.0))
"""Ranges of the figures that are differences."""
COMPARED = {"rank": "ndcg_10", "retrieve": "ndcg_10", "rerank": "ndcg_10", "mcr": "acc"}
"""The metric by which asking with instruction is compared with asking without, by form."""

OTHER = "other"
"""Fault of a document that belongs to another problem."""
SEVERAL = "several_faults"
NOT_RETRIEVED = "not_retrieved"
ALL_EQUAL = "all_equal"
FEWEST_TO_JUDGE = 20
"""Documents of a run from which on it is called broken if it tells none of its options apart."""
DECIMALS = 12
"""Chances of *true* that differ by less are ties."""
QUERY = "Query: "
"""Begins the further item that a model may go on with."""


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge the responses to one document.

    Args:
        doc: the record.
        responses: one text, or one (log-likelihood, is greedy) pair an option.

    Raises:
        KeyError: if the document's form is none of the family's.
        ValueError: if the responses are not of the document's form, which no model can cause.
    """
    form = doc["form"]
    if len(responses) == 1 and isinstance(responses[0], str):
        said = {
            "rank": _list,
            "choose": _number,
            "judge": _word_of,
            "retrieve": rarb_retrieve.verdict,
        }
        if form not in said:
            raise ValueError(f"the form {form!r} is answered by likelihoods")
        return said[form](doc, responses[0])
    if form == "retrieve":
        raise ValueError(f"the form {form!r} is answered by one text")
    judged = {
        "rank": _rank,
        "choose": _choose,
        "judge": _judge,
        "mcr": _mcr,
        "mcr_judge": _judge,
        "rerank": _rerank,
    }[form]
    options = len(doc["candidates"]) if "candidates" in doc else len(TRUE_FALSE)
    return judged(doc, _scores(responses, options))


def process_results(doc: Mapping[str, Any], results: Sequence[Any]) -> dict[str, float]:
    """Return every metric of the document's form, for lm-eval."""
    return verdict(doc, results).metrics


def ceiling(rows: Sequence[Row]) -> float:
    """Return the recall of the first stage on these documents: no ranking of it can score more."""
    return math.fsum(_reachable(row.doc) for row in rows) / len(rows)


def _reachable(doc: Mapping[str, Any]) -> float:
    if doc["form"] != "rerank":
        return float(int(doc.get("gold", 0)) >= 0)
    listed = len(doc["golds"])
    return ranking.ideal(listed, CUT) / ranking.ideal(listed + doc["missed"], CUT)


def _scores(responses: Sequence[Any], options: int) -> list[float]:
    scores = [float(score) for score, _ in responses]
    if len(scores) != options:
        raise ValueError(f"{options} options were asked, {len(scores)} likelihoods came back")
    if any(math.isnan(s) for s in scores):
        raise ValueError("a likelihood is not a number: the model's run is broken")
    return scores


# --- ranked by likelihood or similarity ----------------------------------------------------------


def _place(scores: Sequence[float], gold: int) -> tuple[int, int]:
    """Return how many options score above the right one, and how many others as high."""
    above = sum(s > scores[gold] for s in scores)
    tied = sum(s == scores[gold] for s in scores) - 1
    return above, tied


def _figures(above: int, tied: int) -> dict[str, float]:
    return {
        "ndcg_10": ranking.expected(lambda r: ranking.ndcg(r, CUT), above, tied),
        "mrr": ranking.expected(ranking.reciprocal_rank, above, tied),
        "recall_1": ranking.expected(lambda r: ranking.recall(r, 1), above, tied),
        "recall_5": ranking.expected(lambda r: ranking.recall(r, 5), above, tied),
    }


def _rank(doc: Mapping[str, Any], scores: list[float]) -> Verdict:
    gold = int(doc["gold"])
    if gold < 0:
        return Verdict(dict.fromkeys(METRICS["rank"], 0.0), NOT_RETRIEVED, _top(doc, scores))
    hard = [s for s, fault in zip(scores, doc["faults"], strict=True) if fault not in {"", OTHER}]
    higher, equal = sum(s > scores[gold] for s in hard), sum(s == scores[gold] for s in hard)
    metrics = _figures(*_place(scores, gold)) | {
        "hard_acc": 0.0 if higher else 1 / (1 + equal),
        "hard_pairs": 1 - (higher + equal / 2) / len(hard) if hard else 1.0,
    }
    return Verdict(metrics, _outcome(doc, scores), _top(doc, scores))


def _rerank(doc: Mapping[str, Any], scores: list[float]) -> Verdict:
    """Judge a first stage ranked again; right documents that it missed stand in the ideal alone.

    A gain is a sum over the right documents, so the mean over all orders of a tie is the sum of
    each one's own mean.
    """
    right = len(doc["golds"]) + doc["missed"]
    ideal = ranking.ideal(right, CUT)
    places = [_place(scores, gold) for gold in doc["golds"]]
    ndcg = math.fsum(_mean_gain(*place) for place in places) / ideal
    first = math.fsum(_mean_gain(rank - 1, 0) for rank in doc["first_ranks"]) / ideal
    found = math.fsum(ranking.expected(lambda r: ranking.recall(r, CUT), *p) for p in places)
    metrics = {
        "ndcg_10": ndcg,
        "recall_10": found / right,
        "first_ndcg_10": first,
        "gain": ndcg - first,
    }
    best = likeliest(scores)
    outcome = "tied" if len(best) > 1 else "right" if best[0] in doc["golds"] else "wrong"
    if not doc["golds"]:
        outcome = NOT_RETRIEVED
    elif len(set(scores)) == 1:
        outcome = ALL_EQUAL
    return Verdict(metrics, outcome, _top(doc, scores))


def _mean_gain(above: int, tied: int) -> float:
    return ranking.expected(lambda r: ranking.ndcg(r, CUT), above, tied)


def _choose(doc: Mapping[str, Any], scores: list[float]) -> Verdict:
    above, tied = _place(scores, int(doc["gold"]))
    acc = 0.0 if above else 1 / (1 + tied)
    metrics = {
        "acc": acc,
        "above_chance": _above_chance(acc, len(scores)),
        "mrr": ranking.expected(ranking.reciprocal_rank, above, tied),
    }
    return Verdict(metrics, _outcome(doc, scores), _top(doc, scores))


def _mcr(doc: Mapping[str, Any], scores: list[float]) -> Verdict:
    gold = int(doc["gold"])
    above, tied = _place(scores, gold)
    acc = 0.0 if above else 1 / (1 + tied)
    by_length = [s / max(1, len(text)) for s, text in zip(scores, doc["candidates"], strict=True)]
    norm_above, norm_tied = _place(by_length, gold)
    metrics = {
        "acc": acc,
        "above_chance": _above_chance(acc, len(scores)),
        "acc_norm": 0.0 if norm_above else 1 / (1 + norm_tied),
    }
    outcome = "right" if not above and not tied else "wrong" if above else "tied"
    if len(set(scores)) == 1:
        outcome = ALL_EQUAL
    return Verdict(metrics, outcome, _top(doc, scores))


def _above_chance(acc: float, options: int) -> float:
    return (acc - 1 / options) / (1 - 1 / options)


def _top(doc: Mapping[str, Any], scores: Sequence[float]) -> str:
    """Return the first of the best documents' texts."""
    return str(doc["candidates"][scores.index(max(scores))])


def _outcome(doc: Mapping[str, Any], scores: Sequence[float]) -> str:
    """Return what stands first: the right document, or what is wrong with the one that does."""
    if len(set(scores)) == 1 and len(scores) > 1:
        return ALL_EQUAL
    best = likeliest(scores)
    return "tied" if len(best) > 1 else _word(doc["faults"][best[0]])


def _word(fault: str) -> str:
    if not fault:
        return "right"
    return SEVERAL if "+" in fault else fault


# --- one document at a time ----------------------------------------------------------------------


def _judge(doc: Mapping[str, Any], scores: list[float]) -> Verdict:
    true, false = scores
    says_true = 0.5 if true == false else float(true > false)
    right = bool(doc["right"])
    # A difference of two infinities is none; equal likelihoods are even odds.
    odds = 0.0 if true == false else true - false
    p_true = 1 / (1 + math.exp(-max(-700.0, min(700.0, odds))))
    metrics = {
        "acc": says_true if right else 1 - says_true,
        "support": p_true if right else 1 - p_true,
    }
    outcome = "undecided" if true == false else "true" if true > false else "false"
    return Verdict(metrics, outcome, outcome)


# --- generated lists -----------------------------------------------------------------------------


def _list(doc: Mapping[str, Any], response: str) -> Verdict:
    names = WRITTEN["rank"]
    numbers = _numbers(response)
    if isinstance(numbers, Unread):
        return Verdict(dict.fromkeys(names, 0.0), numbers.value, invalid=True)
    shown = " ".join(map(str, numbers[: 2 * MOST_NAMED]))
    n = len(doc["candidates"])
    if any(not 1 <= number <= n for number in numbers):
        return Verdict(dict.fromkeys(names, 0.0), "unknown_document", shown, invalid=True)
    if len(numbers) > MOST_NAMED:
        # Who names all of them has not chosen.
        return Verdict(dict.fromkeys(names, 0.0), "too_many", shown, invalid=True)
    first = _word(doc["faults"][numbers[0] - 1])
    if doc["gold"] + 1 not in numbers:
        return Verdict(dict.fromkeys(names, 0.0), first, shown)
    return Verdict(_figures(numbers.index(doc["gold"] + 1), 0), first, shown)


def _number(doc: Mapping[str, Any], response: str) -> Verdict:
    numbers, n = _numbers(response), len(doc["candidates"])
    none = {"acc": 0.0, "above_chance": _above_chance(0.0, n)}
    if isinstance(numbers, Unread):
        return Verdict(none, numbers.value, invalid=True)
    shown = " ".join(map(str, numbers[: 2 * MOST_NAMED]))
    if any(not 1 <= number <= n for number in numbers):
        return Verdict(none, "unknown_document", shown, invalid=True)
    if len(numbers) > 1:
        return Verdict(none, "too_many", shown, invalid=True)
    acc = float(numbers[0] == doc["gold"] + 1)
    metrics = {"acc": acc, "above_chance": _above_chance(acc, n)}
    return Verdict(metrics, _word(doc["faults"][numbers[0] - 1]), shown)


def _word_of(doc: Mapping[str, Any], response: str) -> Verdict:
    word = settled(read(response, [*JUDGE_HEADINGS, QUERY]), truth_in, truth_alone)
    if isinstance(word, Unread):
        return Verdict({"acc": 0.0}, word.value, invalid=True)
    says_true = word == YES
    said = TRUE_FALSE[0 if says_true else 1]
    return Verdict({"acc": float(says_true == doc["right"])}, said, said)


def _numbers(response: str) -> list[int] | Unread:
    return settled(read(response, [*LIST_HEADINGS, QUERY]), numbers_in, numbers_in)


# --- all documents of a run together -------------------------------------------------------------


def across(rows: Sequence[Row]) -> list[Verdict]:
    """Add what needs more than one document of a run.

    - ``ndcg_10``, ``mrr``, ``recall_1`` and ``recall_5`` of the pointwise reading: the documents of
      one query, judged one by one, ranked by the odds of *true*. Only where all of them are there.
    - ``mcr_acc`` of a published item whose options were judged one by one, all of them: whether the
      right one has the best odds of *true*. It stands on the right option's document, so that its
      mean is over items, as the paper's accuracy is.
    - ``instruction_gain`` of a document that was asked with instruction: its figure less that of
      the same document without.

    Raises:
        HeptathlonError: if a likelihood run tells no two of its options apart: it is broken.
    """
    _refuse_all_equal(rows)
    ranked = _ranked_pointwise(rows)
    picked = _picked_pointwise(rows)
    plain = {
        (row.variant, row.doc["item_id"]): row.verdict.metrics
        for row in rows
        if not row.variant.endswith(WITH_INSTRUCTION)
    }
    out = []
    for row in rows:
        added: dict[str, float] = {}
        if row.doc["form"] == "judge":
            added = ranked.get((row.variant, row.doc["query"]), {})
        if row.doc["form"] == "mcr_judge" and row.doc["right"]:
            added = picked.get((row.variant, row.doc["kind"], row.doc["row"]), {})
        without = plain.get((row.variant.removesuffix(WITH_INSTRUCTION), row.doc["item_id"]))
        metric = COMPARED.get(row.doc["form"])
        if row.variant.endswith(WITH_INSTRUCTION) and without and metric:
            added = {"instruction_gain": row.verdict.metrics[metric] - without[metric]}
        metrics = {**row.verdict.metrics, **added}
        out.append(replace(row.verdict, metrics=metrics) if added else row.verdict)
    return out


def _ranked_pointwise(rows: Sequence[Row]) -> dict[tuple[str, str], dict[str, float]]:
    """Return the figures of each query whose first stage was judged as a whole."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        # A verdict in words has no odds to rank by.
        if row.doc["form"] == "judge" and "support" in row.verdict.metrics:
            groups.setdefault((row.variant, row.doc["query"]), []).append(row)
    out = {}
    for key, group in groups.items():
        if len(group) < group[0].doc["pool"]:
            continue
        if not any(row.doc["right"] for row in group):
            out[key] = dict.fromkeys(WRITTEN["rank"], 0.0)
            continue
        gold = next(i for i, row in enumerate(group) if row.doc["right"])
        out[key] = _figures(*_place([_p_true(row) for row in group], gold))
    return out


def _picked_pointwise(rows: Sequence[Row]) -> dict[tuple[str, str, int], dict[str, float]]:
    """Return of each item whose options were all judged whether the right one is best."""
    groups: dict[tuple[str, str, int], list[Row]] = {}
    for row in rows:
        if row.doc["form"] == "mcr_judge" and "support" in row.verdict.metrics:
            groups.setdefault((row.variant, row.doc["kind"], row.doc["row"]), []).append(row)
    out = {}
    for key, group in groups.items():
        if len(group) == group[0].doc["pool"]:
            gold = next(i for i, row in enumerate(group) if row.doc["right"])
            above, tied = _place([_p_true(row) for row in group], gold)
            out[key] = {"mcr_acc": 0.0 if above else 1 / (1 + tied)}
    return out


def _p_true(row: Row) -> float:
    support = row.verdict.metrics["support"]
    # Rounded, since 1 - (1 - p) is not always p, and equal odds must tie.
    return round(support if row.doc["right"] else 1 - support, DECIMALS)


def _refuse_all_equal(rows: Sequence[Row]) -> None:
    by_variant: dict[str, list[str]] = {}
    for row in rows:
        # In ``choose``, words in common are equal by design, so a lexical ranking ties throughout.
        if row.doc["form"] in {"rank", "mcr"} and row.doc["gold"] >= 0:
            by_variant.setdefault(row.variant, []).append(row.verdict.outcome)
    for variant, outcomes in by_variant.items():
        if len(outcomes) >= FEWEST_TO_JUDGE and set(outcomes) == {ALL_EQUAL}:
            raise HeptathlonError(
                f"{variant}: the model gave the same score to every option of all {len(outcomes)} "
                "documents; the run is broken and is not scored. Check how the model was loaded."
            )
