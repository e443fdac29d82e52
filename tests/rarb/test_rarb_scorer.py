"""The retrieval scorer: known answers by hand, ties, hostile text, and pytrec_eval's figures.

Long because all metrics are held to one set of rankings, worked by hand.
"""

import math
import random
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from heptathlon.errors import HeptathlonError
from heptathlon.models import search
from heptathlon.scorers import ranking, rarb
from heptathlon.scorers.rarb import METRICS, WRITTEN, process_results, verdict
from heptathlon.scorers.verdict import Row, Verdict

FAULTS = ["", "boundary", "wrong_order", "boundary+wrong_order", "other", "other"]


def candidates_doc(form: str = "rank", gold: int = 0, **fields: Any) -> dict[str, Any]:
    faults = list(FAULTS)
    if gold > 0:
        faults[0], faults[gold] = faults[gold], faults[0]
    return {
        "item_id": "a" * 32, "cluster_id": "c", "form": form, "query": "q", "instruction": "i",
        "candidates": [f"text {i}" for i in range(len(faults))],
        "candidate_ids": [f"d{i}" for i in range(len(faults))], "faults": faults, "gold": gold,
    } | fields  # fmt: skip


def scored(*scores: float) -> list[tuple[float, bool]]:
    return [(s, False) for s in scores]


def retrieve_doc(gold: tuple[str, ...] = ("g",), hard: tuple[str, ...] = ("h1", "h2")) -> Any:
    return {
        "item_id": "a" * 32, "cluster_id": "c", "form": "retrieve", "corpus_size": 1000,
        "gold_ids": list(gold), "hard_ids": list(hard),
    }  # fmt: skip


# --- ranking figures -----------------------------------------------------------------------------


def test_figures_by_hand():
    assert ranking.ndcg([1], 10) == 1.0
    assert ranking.ndcg([3], 10) == 0.5
    assert ranking.ndcg([10], 10) == pytest.approx(1 / math.log2(11))
    assert ranking.ndcg([11], 10) == 0.0
    two = 1 + 1 / math.log2(3)
    assert ranking.ndcg([2, 3], 10) == pytest.approx((1 / math.log2(3) + 0.5) / two)
    assert ranking.recall([2, 30, 400], 30) == pytest.approx(2 / 3)
    assert ranking.reciprocal_rank([7, 4]) == 0.25
    assert ranking.average_precision([1, 4]) == pytest.approx((1 + 2 / 4) / 2)


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(1, 40))
def test_ndcg_equals_scikit_learn(seed: int, relevant: int, documents: int):
    """On rankings without ties, for one to three relevant documents."""
    rng = random.Random(seed)
    n = max(2, documents, relevant)
    order = rng.sample(range(n), n)
    truth = np.zeros((1, n))
    truth[0, :relevant] = 1
    scores = np.zeros((1, n))
    for rank, document in enumerate(order):
        scores[0, document] = n - rank
    ranks = [order.index(d) + 1 for d in range(relevant)]
    assert ranking.ndcg(ranks, 10) == pytest.approx(ndcg_score(truth, scores, k=10))


@given(st.lists(st.integers(0, 3), min_size=2, max_size=30))
def test_ties_equal_scikit_learns_average_over_ties(scores: list[int]):
    """``ndcg_score`` averages tied gains (McSherry and Najork 2008), by another formula."""
    truth = np.zeros((1, len(scores)))
    truth[0, 0] = 1
    above = sum(s > scores[0] for s in scores)
    tied = sum(s == scores[0] for s in scores) - 1
    ours = ranking.expected(lambda r: ranking.ndcg(r, 10), above, tied)
    theirs = ndcg_score(truth, np.array([scores], dtype=float), k=10, ignore_ties=False)
    assert ours == pytest.approx(theirs)


def test_figures_equal_trec_evals():
    """On random runs with many ties, which trec_eval breaks by document id from the last."""
    pytrec_eval = pytest.importorskip("pytrec_eval")
    rng = random.Random(1)
    measures = {"ndcg_cut.10", "recall.10,100", "recip_rank", "map"}
    for _ in range(50):
        n = rng.randint(5, 300)
        ids = [f"d{i}" for i in rng.sample(range(1000), n)]
        scores = {i: float(rng.randint(0, 5)) for i in ids}
        gold = rng.sample(ids, rng.randint(1, 3))
        found = pytrec_eval.RelevanceEvaluator({"q": dict.fromkeys(gold, 1)}, measures).evaluate(
            {"q": scores}
        )["q"]
        order = sorted(ids, key=lambda i: (scores[i], i), reverse=True)
        ranks = [order.index(g) + 1 for g in gold]
        assert ranking.ndcg(ranks, 10) == pytest.approx(found["ndcg_cut_10"], abs=1e-6)
        assert ranking.recall(ranks, 10) == pytest.approx(found["recall_10"])
        assert ranking.recall(ranks, 100) == pytest.approx(found["recall_100"])
        assert ranking.reciprocal_rank(ranks) == pytest.approx(found["recip_rank"])
        assert ranking.average_precision(ranks) == pytest.approx(found["map"])


def test_figures_equal_mtebs_own_evaluation():
    """From vectors to figures, on small whole numbers, so that many documents tie."""
    metrics = pytest.importorskip("mteb._evaluators.retrieval_metrics")
    rng = np.random.default_rng(2)
    for _ in range(20):
        n = int(rng.integers(120, 300))
        ids = [f"d{i}" for i in rng.permutation(1000)[:n]]
        documents = rng.integers(0, 3, (n, 4)).astype(np.float32)
        queries = rng.integers(0, 3, (6, 4)).astype(np.float32)
        wanted = np.stack([rng.permutation(n)[:2] for _ in queries])
        ranks = search.count_ranks(queries, documents, ids, wanted)
        scores = queries @ documents.T
        theirs = metrics.calculate_retrieval_scores(
            {f"q{q}": dict(zip(ids, map(float, row), strict=True)) for q, row in enumerate(scores)},
            {f"q{q}": {ids[i]: 1 for i in row} for q, row in enumerate(wanted)},
            (10, 100),
        )
        # mteb rounds its means to five decimals.
        for k in (10, 100):
            ndcg = np.mean([ranking.ndcg(row, k) for row in ranks.tolist()])
            recall = np.mean([ranking.recall(row, k) for row in ranks.tolist()])
            assert ndcg == pytest.approx(theirs.ndcg[f"NDCG@{k}"], abs=1e-5)
            assert recall == pytest.approx(theirs.recall[f"Recall@{k}"], abs=1e-5)


# --- likelihood forms ----------------------------------------------------------------------------


def test_rank_by_hand():
    doc = candidates_doc()
    best = verdict(doc, scored(5, 4, 3, 2, 1, 0))
    assert best.outcome == "right"
    assert all(value == 1.0 for value in best.metrics.values())
    third = verdict(doc, scored(3, 4, 2, 1, 5, 0))
    assert third.metrics == pytest.approx(
        {"ndcg_10": 0.5, "mrr": 1 / 3, "recall_1": 0.0, "recall_5": 1.0, "hard_acc": 0.0,
         "hard_pairs": 2 / 3}
    )  # fmt: skip
    assert third.outcome == "other"
    assert verdict(doc, scored(3, 4, 2, 1, 0, 0)).outcome == "boundary"
    assert verdict(doc, scored(3, 2, 2, 4, 0, 0)).outcome == "several_faults"
    easy = verdict(doc, scored(3, 2, 2, 2, 4, 4))
    assert easy.outcome == "tied"
    assert easy.metrics["hard_acc"] == 1.0


def test_a_constant_scorer_earns_chance():
    for n_gold in range(len(FAULTS)):
        found = verdict(candidates_doc("choose", n_gold), scored(*[-2.5] * len(FAULTS)))
        assert found.outcome == "all_equal"
        assert found.metrics["acc"] == pytest.approx(1 / 6)
        assert found.metrics["above_chance"] == pytest.approx(0)


def test_a_document_that_the_first_stage_missed_scores_nothing():
    doc = candidates_doc() | {"gold": -1, "faults": ["other"] * 6}
    found = verdict(doc, scored(6, 5, 4, 3, 2, 1))
    assert found.outcome == "not_retrieved"
    assert set(found.metrics.values()) == {0.0}
    rows = [Row("rarb_rank", d, found) for d in (doc, candidates_doc(), candidates_doc())]
    assert rarb.ceiling(rows) == pytest.approx(2 / 3)


@given(st.lists(st.floats(-1e6, 0), min_size=6, max_size=6), st.integers(0, 5))
def test_no_shift_and_no_order_of_options_changes_the_score(scores: list[float], gold: int):
    """Only the order of scores counts, and the place of an option does not."""
    doc = candidates_doc("choose", gold)
    plain = verdict(doc, scored(*scores))
    turned = {
        **doc,
        "candidates": doc["candidates"][::-1],
        "faults": doc["faults"][::-1],
        "gold": 5 - gold,
    }
    assert verdict(turned, scored(*scores[::-1])).metrics == plain.metrics
    assert all(-1 <= v <= 1 and math.isfinite(v) for v in plain.metrics.values())


def test_broken_machinery_raises():
    doc = candidates_doc()
    with pytest.raises(ValueError, match="not a number"):
        verdict(doc, scored(*[math.nan] * 6))
    with pytest.raises(ValueError, match="6 options were asked, 2"):
        verdict(doc, scored(1, 2))
    with pytest.raises(ValueError, match="by likelihoods"):
        verdict({"form": "mcr", "candidates": ["a", "b"], "gold": 0}, ["a"])
    with pytest.raises(ValueError, match="one text"):
        verdict(retrieve_doc(), scored(1, 2))
    with pytest.raises(KeyError):
        verdict(doc | {"form": "essay"}, scored(1))


def test_a_run_that_tells_nothing_apart_is_broken_and_not_scored():
    rows = [
        Row("rarb_rank", candidates_doc(), verdict(candidates_doc(), scored(*[1.0] * 6)))
        for _ in range(20)
    ]
    with pytest.raises(HeptathlonError, match="rarb_rank: the model gave the same score"):
        rarb.across(rows)
    other = verdict(candidates_doc(), scored(6, 5, 4, 3, 2, 1))
    assert len(rarb.across([*rows, Row("rarb_rank", candidates_doc(), other)])) == 21


def test_published_labels_that_are_all_zero_reward_the_old_reading_and_not_ours():
    """The released TempReason files have the right option first in every row."""
    rows = [{"candidates": [f"right {i}", f"b {i}", f"c {i}"], "label": 0} for i in range(300)]
    old = sum(int(np.argmax([1.0, 1.0, 1.0])) == row["label"] for row in rows) / len(rows)
    assert old == 1.0
    ours = []
    for row in rows:
        doc = {"form": "mcr", "candidates": row["candidates"], "gold": row["label"]}
        ours.append(verdict(doc, scored(1.0, 1.0, 1.0)).metrics)
    assert sum(m["acc"] for m in ours) / len(ours) == pytest.approx(1 / 3)
    assert sum(m["above_chance"] for m in ours) == pytest.approx(0)


def test_accuracy_by_length_divides_by_characters():
    doc = {"form": "mcr", "candidates": ["long " * 10, "short"], "gold": 0}
    found = verdict(doc, scored(-20.0, -10.0))
    assert found.metrics["acc"] == 0.0
    assert found.metrics["acc_norm"] == 1.0


# --- judged one by one ---------------------------------------------------------------------------


def judged(right: bool, true: float, false: float, **fields: Any) -> Row:
    doc = {
        "item_id": "j", "form": "judge", "query": "q", "right": right, "pool": 4,
    } | fields  # fmt: skip
    return Row("rarb_judge", doc, verdict(doc, scored(true, false)))


def test_judge_by_hand():
    assert judged(True, -1, -2).verdict.metrics["acc"] == 1.0
    assert judged(False, -1, -2).verdict.metrics["acc"] == 0.0
    even = judged(False, -1, -1).verdict
    assert even.metrics == {"acc": 0.5, "support": 0.5}
    assert even.outcome == "undecided"
    assert judged(True, 0, -math.log(3)).verdict.metrics["support"] == pytest.approx(0.75)
    assert judged(True, -math.inf, -math.inf).verdict.metrics["support"] == 0.5
    assert judged(True, 0, -math.inf).verdict.metrics["support"] == pytest.approx(1.0)


def test_judged_documents_of_a_query_are_ranked_by_the_odds_of_true():
    rows = [
        judged(False, -1, -3),
        judged(True, -1, -2),
        judged(False, -1, -2),
        judged(False, -5, -1),
    ]
    found = rarb.across(rows)
    tied = (1 / math.log2(3) + 1 / 2) / 2
    assert all(v.metrics["ndcg_10"] == pytest.approx(tied) for v in found)
    assert all("ndcg_10" not in v.metrics for v in rarb.across(rows[:3])), "one is missing"
    lost = [judged(False, -1, -2, pool=1)]
    assert rarb.across(lost)[0].metrics["ndcg_10"] == 0.0


def test_instruction_gain_is_paired_by_item():
    doc = candidates_doc()
    plain = Row("rarb_rank", doc, verdict(doc, scored(4, 5, 3, 2, 1, 0)))
    asked = Row("rarb_rank_inst", doc, verdict(doc, scored(6, 5, 3, 2, 1, 0)))
    other = Row("rarb_rank_inst", doc | {"item_id": "b" * 32}, asked.verdict)
    found = rarb.across([plain, asked, other])
    assert found[1].metrics["instruction_gain"] == pytest.approx(1 - 1 / math.log2(3))
    assert "instruction_gain" not in found[0].metrics
    assert "instruction_gain" not in found[2].metrics


# --- generated lists -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "ndcg", "outcome"),
    [
        ("ANSWER: 1", 1.0, "right"),
        ("ANSWER: 2, 1", 1 / math.log2(3), "boundary"),
        ("<think>ANSWER: 1</think>\nANSWER: [5] > [4] > [1]", 0.5, "other"),
        ("**ANSWER: Document 1**", 1.0, "right"),
        ("ANSWER: 2, 3", 0.0, "boundary"),
        ("", 0.0, "no_answer"),
        ("ANSWER: the first one", 0.0, "unreadable"),
        ("ANSWER: 0", 0.0, "unknown_document"),
        ("ANSWER: 7", 0.0, "unknown_document"),
        ("ANSWER: 1, 2, 3, 4, 5, 6", 0.0, "too_many"),
        ("<think>It is 1", 0.0, "truncated"),
        ("ANSWER: 1\n\nFind the document that answers the query.\nANSWER: 2", 1.0, "right"),
        ("1, 1, 1", 1.0, "right"),
    ],
)
def test_lists_by_hand(text: str, ndcg: float, outcome: str):
    found = verdict(candidates_doc("rank"), [text])
    assert found.metrics["ndcg_10"] == pytest.approx(ndcg)
    assert found.outcome == outcome
    assert list(found.metrics) == list(WRITTEN["rank"])


# --- full retrieval ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "ndcg", "outcome"),
    [
        ("RANKS g=1 h1=2 h2=9", 1.0, "first"),
        ("RANKS g=3 h1=2 h2=9", 0.5, "top_10"),
        ("RANKS g=1000 h1=2 h2=9", 0.0, "below_100"),
        ("g x y", 1.0, "first"),
        ("x y g", 0.5, "top_10"),
        ("x y z", 0.0, "not_listed"),
        ("RANKS g=1", 0.0, "no_answer"),
        ("RANKS g=1 h1=1 h2=3", 0.0, "no_answer"),
        ("RANKS g=0 h1=1 h2=3", 0.0, "no_answer"),
        ("RANKS g=1 h1=2 h2=1001", 0.0, "no_answer"),
        ("RANKS g=1 h1=2 h2=3 x=4", 0.0, "no_answer"),
        ("RANKS g=1 g=2 h1=3 h2=4", 0.0, "no_answer"),
        ("g g g", 0.0, "no_answer"),
        ("RANKS", 0.0, "no_answer"),
        ("", 0.0, "no_answer"),
    ],
)
def test_retrieval_by_hand(text: str, ndcg: float, outcome: str):
    found = verdict(retrieve_doc(), [text])
    assert found.metrics["ndcg_10"] == pytest.approx(ndcg)
    assert found.outcome == outcome
    assert found.invalid == (outcome == "no_answer")
    assert list(found.metrics) == list(METRICS["retrieve"])


def test_retrieval_with_three_right_documents():
    found = verdict(retrieve_doc(("a", "b", "c"), ()), ["RANKS a=1 b=4 c=200"]).metrics
    ideal = 1 + 1 / math.log2(3) + 0.5
    assert found["ndcg_10"] == pytest.approx((1 + 1 / math.log2(5)) / ideal)
    assert found["recall_10"] == pytest.approx(2 / 3)
    assert found["map"] == pytest.approx((1 + 2 / 4 + 3 / 200) / 3)
    assert verdict(retrieve_doc(("a", "b"), ()), ["b x"]).metrics["recall_10"] == 0.5


def test_listing_the_whole_corpus_is_no_answer():
    doc = retrieve_doc() | {"corpus_size": 3}
    assert verdict(doc, ["g h1 h2"]).metrics["ndcg_10"] == 0.0


# --- any text ------------------------------------------------------------------------------------

JUDGED = {"form": "judge", "query": "q", "right": True, "pool": 1}
FORMS_OF_TEXT = {
    "rank": candidates_doc(),
    "choose": candidates_doc("choose"),
    "judge": JUDGED,
    "retrieve": retrieve_doc(),
}


@pytest.mark.parametrize(
    ("text", "acc", "outcome"),
    [
        ("ANSWER: 1", 1.0, "right"),
        ("I think of 3.\nANSWER: 2", 0.0, "boundary"),
        ("ANSWER: 1, 2", 0.0, "too_many"),
        ("ANSWER: 7", 0.0, "unknown_document"),
        ("", 0.0, "no_answer"),
    ],
)
def test_a_written_choice_by_hand(text: str, acc: float, outcome: str):
    found = verdict(candidates_doc("choose"), [text])
    assert found.metrics == pytest.approx({"acc": acc, "above_chance": (acc - 1 / 6) / (5 / 6)})
    assert found.outcome == outcome


@pytest.mark.parametrize(
    ("text", "right", "acc", "outcome"),
    [
        ("ANSWER: true", True, 1.0, "true"),
        ("ANSWER: false", True, 0.0, "false"),
        ("**ANSWER: False**", False, 1.0, "false"),
        ("ANSWER: true or false", True, 0.0, "several"),
        ("", False, 0.0, "no_answer"),
    ],
)
def test_a_written_judgement_by_hand(text: str, right: bool, acc: float, outcome: str):
    found = verdict(JUDGED | {"right": right}, [text])
    assert found.metrics == {"acc": acc}
    assert found.outcome == outcome


@given(st.text(max_size=300), st.sampled_from(sorted(FORMS_OF_TEXT)))
def test_any_text_gets_a_verdict(text: str, form: str):
    for said in (text, f"ANSWER: {text}", f"RANKS {text}"):
        found = verdict(FORMS_OF_TEXT[form], [said])
        assert isinstance(found, Verdict)
        assert list(found.metrics) == list((WRITTEN | {"retrieve": METRICS["retrieve"]})[form])
        assert all(-1 <= v <= 1 for v in found.metrics.values())
        assert process_results(FORMS_OF_TEXT[form], [said]) == found.metrics


def test_hostile_text_takes_little_time():
    start = time.process_time()
    for hostile in (
        "ANSWER: " + "1, " * 200_000, "ANSWER: " + "document " * 100_000,
        "RANKS " + "a=1 " * 100_000,
        "ANSWER: " + ">" * 500_000, "9" * 500_000, "ANSWER:" * 50_000,
    ):  # fmt: skip
        for doc in FORMS_OF_TEXT.values():
            verdict(doc, [hostile])
    assert time.process_time() - start < 20
