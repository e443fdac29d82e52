"""Other ways in which RAR-b asks: options judged alone, C-STS, a first stage ranked again."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.builders import rarb, store
from heptathlon.builders.rarb import csts, own, paper
from heptathlon.errors import HeptathlonError
from heptathlon.running import runner
from heptathlon.running.runs import find_run_folder, read_run
from heptathlon.scorers import rarb as scorer
from heptathlon.scorers.verdict import Row
from heptathlon.scoring import scorecard
from heptathlon.tasks.rarb import prompts

# --- options judged alone ------------------------------------------------------------------------


def judged(row: int = 3) -> list[dict[str, Any]]:
    item = {"query": "2 + 2?", "documents": ["four", "five", "four", "six"], "label": 0}
    rows = [item] * (row + 1)
    built = paper._choices("arc", "Retrieve the answer.", "2026.1", rows)
    return [d.model_dump() for d in built["mcr_judge", "test"] if d.row == row]


def test_each_option_of_an_item_is_asked_about_once():
    docs = judged()
    assert sorted(d["candidate"] for d in docs) == ["five", "four", "six"]
    assert [d["candidate"] for d in docs if d["right"]] == ["four"]
    assert {d["pool"] for d in docs} == {3}
    assert len({d["item_id"] for d in docs}) == 3
    plain, told = prompts.mcr_judge(docs[0]), prompts.mcr_judge_with_instruction(docs[0])
    assert plain.startswith("Instruction:  Decide if the following document is the correct answer")
    assert told.startswith("Instruction: Retrieve the answer. Decide if the following document")
    assert told.endswith(
        f"\n\n            Query: 2 + 2?\n            Document: {docs[0]['candidate']}\n            "
        'Relevant (only output one word, either "true" or "false"):'
    )


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=3, max_size=3))
def test_the_likeliest_option_is_the_answer_and_ties_share(pairs: list[tuple[int, int]]):
    """Against softmax and argmax written as the authors' code has them, ties shared."""
    docs = judged()
    rows = [
        Row("rarb_arc_mcr_judge", doc, scorer.verdict(doc, [(t, False), (f, False)]))
        for doc, (t, f) in zip(docs, pairs, strict=True)
    ]
    found = scorer.across(rows)
    p = [round(float(np.exp(t) / (np.exp(t) + np.exp(f))), 12) for t, f in pairs]
    gold = next(i for i, d in enumerate(docs) if d["right"])
    expected = 1 / p.count(max(p)) if p[gold] == max(p) else 0.0
    figures = [v.metrics["mcr_acc"] for v in found if "mcr_acc" in v.metrics]
    assert figures == [pytest.approx(expected)], "one figure an item"
    assert "mcr_acc" not in scorer.across(rows[:2])[gold if gold < 2 else 0].metrics


def test_judging_every_option_true_earns_chance():
    docs = judged()
    rows = [Row("x", d, scorer.verdict(d, [(0.0, False), (-9.0, False)])) for d in docs]
    (figure,) = [v.metrics["mcr_acc"] for v in scorer.across(rows) if "mcr_acc" in v.metrics]
    assert figure == pytest.approx(1 / 3)


def test_judged_options_are_the_released_ones(sources_folder: Path):
    built = rarb.generate("paper", "lite", "siqa", "2026.1", "")
    docs = built["mcr_judge", "test"]
    assert sum(d.right for d in docs) == len(built["mcr", "test"]) == 1954
    assert len(docs) == 1954 * 3 - 5, "five items have an option twice"


# --- C-STS ---------------------------------------------------------------------------------------

ROWS = [
    ("A dog runs.", "A cat runs.", "The animal.", "1"),
    ("A dog runs.", "A cat runs.", "What it does.", "5"),
    ("A man.", "A boy.", "The sex.", "4"),
    ("A man.", "A boy.", "The age.", "4"),
    ("Alone.", "Single.", "The number.", "3"),
]


def csts_file(folder: Path, rows: list[tuple[str, ...]], fields: Any = csts.FIELDS) -> Path:
    path = folder / "csts_validation.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([fields, *rows])
    return path


def test_csts_is_asked_as_the_paper_asks_it(tmp_path: Path):
    path = csts_file(tmp_path, ROWS)
    (easy,) = csts.rows(path, "csts_easy")
    assert easy == {
        "query": "A dog runs.",
        "documents": [
            'In terms of "The animal", retrieve a sentence similar to the following. A cat runs.',
            'In terms of "What it does", retrieve a sentence similar to the following. A cat runs.',
        ],
        "label": 1,
    }
    (hard,) = csts.rows(path, "csts_hard")
    assert hard["query"] == "Sentence1: A dog runs.; Sentence2: A cat runs."
    assert hard["documents"] == ["The animal.", "What it does."]


@pytest.mark.parametrize(
    ("rows", "fields", "says"),
    [
        ([(*ROWS[0][:3], "-1x")], csts.FIELDS, "row 0: the label '-1x' is no number"),
        ([(*ROWS[0][:2], "", "1")], csts.FIELDS, "row 0: has no condition"),
        ([ROWS[0]], ("a", "b", "condition", "label"), "has no column sentence1, sentence2"),
        (ROWS[2:], csts.FIELDS, "holds no pair of sentences under two conditions"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, rows: Any, fields: Any, says: str):
    with pytest.raises(HeptathlonError, match=says):
        list(csts.rows(csts_file(tmp_path, rows, fields), "csts_easy"))


def test_csts_is_a_file_that_a_user_brings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(csts.VARIABLE, raising=False)
    assert not set(csts.INSTRUCTIONS) & set(rarb.shards("paper", "lite"))
    with pytest.raises(HeptathlonError, match="name its validation file by HEPTATHLON_RARB_DATA"):
        rarb.dataset(config="mcr", kind="csts_easy", edition="paper", tier="lite")
    monkeypatch.setenv(csts.VARIABLE, str(csts_file(tmp_path, ROWS)))
    assert rarb.shards("paper", "lite")[-2:] == ["csts_easy", "csts_hard"]
    built = rarb.generate("paper", "lite", "csts_hard", "2026.1", "")
    (item,) = built["mcr", "test"]
    assert item.candidates[item.gold] == "What it does."
    assert item.instruction == csts.INSTRUCTIONS["csts_hard"]
    assert [d.right for d in built["mcr_judge", "test"]].count(True) == 1


# --- a first stage ranked again ------------------------------------------------------------------


@pytest.fixture(scope="module")
def first_stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the samples of BM25's run of full retrieval, its 100 best documents listed."""
    pytest.importorskip("bm25s")
    folder = tmp_path_factory.mktemp("first")
    runner.run(
        ["--model", "heptathlon-encoder", "--model_args", "pretrained=bm25,top_k=100",
         "--tasks", "heptathlon_rarb_retrieve_smoke", "--limit", "30",
         "--output_path", str(folder)]
    )  # fmt: skip
    (samples,) = find_run_folder(folder).glob("samples_*.jsonl")
    return samples


@pytest.fixture(scope="module")
def built(first_stage: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own.build([first_stage], out=tmp_path_factory.mktemp("own"))


def test_a_set_of_a_first_stage(first_stage: Path, built: Path):
    docs = {d["query_id"]: d for d in store.read_docs(built, "rerank")}
    lines = [json.loads(line) for line in first_stage.read_text().splitlines()]
    assert len(docs) == len(lines) == 30
    corpus = store.read_table(
        store.ensure(store.SetName("rarb", tier="smoke")), "corpus", "corpus"
    ).to_pylist()
    texts = {row["doc_id"]: row["text"] for row in corpus}
    firsts = 0
    for line in lines:
        listed = line["resps"][0][0].split()
        doc = docs[line["doc"]["query_id"]]
        assert sorted(doc["candidate_ids"]) == sorted(listed)
        assert doc["candidates"] == [texts[i] for i in doc["candidate_ids"]]
        right = [doc["candidate_ids"][i] for i in doc["golds"]]
        assert right == [i for i in line["doc"]["gold_ids"] if i in listed]
        assert doc["first_ranks"] == [listed.index(i) + 1 for i in right]
        assert len(right) + doc["missed"] == 1
        firsts += doc["golds"] == [listed.index(i) for i in right]
    assert firsts < 10, "the order says nothing of the first stage's"
    assert store.read_manifest(built).sources[0].revision == "own first stage"


def test_what_is_no_first_stage_is_refused(first_stage: Path, tmp_path: Path):
    line = json.loads(first_stage.read_text().splitlines()[0])
    doc, listed = line["doc"], line["resps"][0][0].split()

    def refuses(says: str, **changed: Any) -> None:
        path = tmp_path / "samples.jsonl"
        path.write_text(json.dumps(line | changed) + "\n")
        with pytest.raises(HeptathlonError, match=says):
            own.build([path], out=tmp_path)

    refuses("run the first stage with top_k=100", resps=[["RANKS a=1"]])
    refuses("holds no list", resps=[["a a"]])
    refuses("holds no list", doc={**doc, "form": "rank"})
    refuses("has no document 'strange'", resps=[["strange " + listed[0]]])
    refuses("is no line of lm-eval's samples", resps=[])
    refuses("none of full retrieval", doc={k: v for k, v in doc.items() if k != "cluster_id"})
    with pytest.raises(HeptathlonError, match="stands in"):
        own.build([first_stage, first_stage], out=tmp_path)
    with pytest.raises(HeptathlonError, match="is no file"):
        own.build([tmp_path / "none.jsonl"], out=tmp_path)
    with pytest.raises(HeptathlonError, match="no lengths"):
        own.build([first_stage], lengths=[5], out=tmp_path)
    assert not list(tmp_path.glob("rarb-own*"))


def test_ranking_again_runs_and_is_scored(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """BM25 over 100 documents ranks as it does over all but for the words' rarity."""
    monkeypatch.setenv("HEPTATHLON_OWN", str(built))
    runner.run(
        ["--model", "heptathlon-encoder", "--model_args", "pretrained=bm25_stemmed",
         "--tasks", "heptathlon_rarb_rerank,heptathlon_rarb_rerank_inst",
         "--output_path", str(tmp_path)]
    )  # fmt: skip
    card, scored = scorecard.score_run(read_run(find_run_folder(tmp_path)))
    forms = {form.variant: form.metrics for form in card.families["rarb"].forms}
    assert forms["rarb_rerank"]["first_ndcg_10"].value > 0.2
    figures = [one.verdict.metrics for one in scored if one.variant == "rarb_rerank"]
    assert all(f["gain"] == pytest.approx(f["ndcg_10"] - f["first_ndcg_10"]) for f in figures)
    assert "instruction_gain" in forms["rarb_rerank_inst"]


def rerank(n: int, golds: list[int], missed: int = 0) -> dict[str, Any]:
    return {
        "form": "rerank", "candidates": [f"d{i}" for i in range(n)], "golds": golds,
        "first_ranks": [g + 1 for g in golds], "missed": missed, "kind": "arc",
    }  # fmt: skip


@settings(deadline=None)
@given(st.data())
def test_ndcg_of_a_ranking_is_trec_evals(data: st.DataObject):
    """Against scikit-learn where no score stands twice, right documents being missed or not."""
    from sklearn.metrics import ndcg_score

    n = data.draw(st.integers(2, 15))
    scores = data.draw(st.permutations(range(n)))
    golds = data.draw(st.lists(st.integers(0, n - 1), unique=True, max_size=3))
    missed = data.draw(st.integers(0 if golds else 1, 2))
    doc = rerank(n, golds, missed)
    found = scorer.verdict(doc, [(float(s), False) for s in scores]).metrics
    # A missed document stands below all that are listed.
    relevance = [float(i in golds) for i in range(n)] + [0.0] * 10 + [1.0] * missed
    padded = [float(s) + 100 for s in scores] + [50.0 - i for i in range(10)]
    padded += [-float(i) for i in range(missed)]
    assert found["ndcg_10"] == pytest.approx(ndcg_score([relevance], [padded], k=10))
    top = sorted(range(n), key=lambda i: -scores[i])[:10]
    assert found["recall_10"] == pytest.approx(len(set(top) & set(golds)) / (len(golds) + missed))


def test_ties_share_and_a_constant_scorer_earns_chance():
    doc = rerank(12, [3, 7])
    found = scorer.verdict(doc, [(0.0, False)] * 12).metrics
    gains = [1 / math.log2(1 + r) if r <= 10 else 0.0 for r in range(1, 13)]
    ideal = 1 + 1 / math.log2(3)
    assert found["ndcg_10"] == pytest.approx(2 * sum(gains) / 12 / ideal)
    rows = [
        Row("rarb_rerank", one, scorer.verdict(one, [(0.0, False)] * len(one["candidates"])))
        for one in (rerank(4, [1]), rerank(4, [], 1), rerank(4, [0], 1))
    ]
    best = [
        scorer.verdict(r.doc, [(float(i in r.doc["golds"]), False) for i in range(4)]) for r in rows
    ]
    assert scorer.ceiling(rows) == pytest.approx(sum(v.metrics["ndcg_10"] for v in best) / 3)
    assert best[1].outcome == "not_retrieved"
