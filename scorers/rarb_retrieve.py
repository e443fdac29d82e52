"""Full retrieval: the ranks of the documents that count, or a list of ids, best first."""

import re
from collections.abc import Mapping
from typing import Any

from heptathlon.scorers import ranking
from heptathlon.scorers.verdict import Verdict

METRICS = ("ndcg_10", "mrr", "map", "recall_1", "recall_10", "recall_100", "hard_acc")
CUT = 10
RANKS = "RANKS"
_RANK = re.compile(r"(\S{1,200})=(\d{1,12})")


def read_ranks(answer: str) -> dict[str, int] | None:
    """Return the ranks that a retriever counted, by document id; None if it is anything else."""
    words = answer.split()
    if not words or words[0] != RANKS:
        return None
    out: dict[str, int] = {}
    for word in words[1:]:
        found = _RANK.fullmatch(word)
        if not found or found[1] in out:
            return None
        out[found[1]] = int(found[2])
    return out or None


def verdict(doc: Mapping[str, Any], response: str) -> Verdict:
    """Judge an answer of full retrieval: counted ranks, or a list of ids, best first.

    Ranks must be those of exactly the documents that count, and be possible: who does not search
    knows neither their ids nor how many they are.
    """
    names = METRICS
    gold, hard = list(doc["gold_ids"]), list(doc["hard_ids"])
    size = int(doc["corpus_size"])
    # What a retriever counts is no prose, and its ids may hold any character.
    answer = response.strip().rpartition("\n")[2]
    listed = answer.split()
    ranks = read_ranks(answer)
    if ranks is None:
        repeated = len(set(listed)) < len(listed)
        if not listed or listed[0] == RANKS or repeated or len(listed) >= size:
            return Verdict(dict.fromkeys(names, 0.0), "no_answer", invalid=True)
        ranks = {document: rank for rank, document in enumerate(listed, start=1)}
        counted = [ranks[g] for g in gold if g in ranks]
        if not counted:
            return Verdict(dict.fromkeys(names, 0.0), "not_listed", listed[0])
        # What is not listed stands below the list: it adds nothing but to the ideal.
        ranks |= {g: size + i for i, g in enumerate(set(gold) - ranks.keys())}
    elif set(ranks) != {*gold, *hard} or not _possible(ranks, size):
        return Verdict(dict.fromkeys(names, 0.0), "no_answer", invalid=True)
    places = [ranks[g] for g in gold]
    best = min(places)
    metrics = {
        "ndcg_10": ranking.ndcg(places, CUT),
        "mrr": ranking.reciprocal_rank(places),
        "map": ranking.average_precision(places),
        **{f"recall_{k}": ranking.recall(places, k) for k in (1, 10, 100)},
        "hard_acc": float(all(best < ranks.get(h, size + 1) for h in hard)),
    }
    words = {1: "first", CUT: "top_10", 100: "top_100"}
    outcome = next((word for k, word in words.items() if best <= k), "below_100")
    return Verdict(metrics, outcome, " ".join(f"{g}={ranks[g]}" for g in gold))


def _possible(ranks: Mapping[str, int], size: int) -> bool:
    values = list(ranks.values())
    return len(set(values)) == len(values) and all(1 <= r <= size for r in values)
