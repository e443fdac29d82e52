"""The published files: read, rebuilt and checked; and ranking by words in common."""

import dataclasses
import hashlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.builders import rarb, sources, store
from heptathlon.builders.rarb import corpora, paper
from heptathlon.builders.rarb.published import Published, published, published_tasks
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.lexical import TfIdf, best_first
from tests.fakehub import Blob, FakeHub

# --- lexical ranking -----------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(["a b", "b b c", "c d e", "a", "d d d a", "e f"]), min_size=2,
                max_size=8), st.sampled_from(["a b", "c", "d e f", "z"]))  # fmt: skip
def test_tfidf_equals_scikit_learn(texts: list[str], query: str):
    from sklearn.feature_extraction.text import TfidfVectorizer

    model = TfidfVectorizer(token_pattern=r"[a-z0-9]+")
    matrix = model.fit_transform(texts)
    theirs = (matrix @ model.transform([query]).T).toarray()[:, 0]
    ours = TfIdf(texts).scores([query])[0]
    if theirs.any():
        assert ours / ours.max() == pytest.approx(theirs / theirs.max(), abs=1e-5)
    else:
        assert not ours.any()


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.integers(1, 50))
def test_best_first_is_the_sorted_order(scores: list[int], k: int):
    import numpy as np

    ids = [f"d{(7 * i) % 41}-{i}" for i in range(len(scores))]
    order = sorted(range(len(ids)), key=lambda i: (scores[i], ids[i]), reverse=True)[:k]
    assert best_first(np.array(scores, dtype=float), ids, k) == order


# --- corpora -------------------------------------------------------------------------------------


def test_bad_corpora_are_refused(tmp_path):
    good = {"_id": "a", "title": "T", "text": "x ", "metadata": {}}
    file = tmp_path / "corpus.jsonl"
    file.write_text(json.dumps(good) + "\n" + json.dumps({**good, "_id": "b", "title": ""}) + "\n")
    found = corpora.read_jsonl(file, "toy")
    assert found.texts == ["T x", "x"]
    file.write_text((json.dumps(good) + "\n") * 2)
    with pytest.raises(HeptathlonError, match="the id 'a' stands 2 times"):
        corpora.read_jsonl(file, "toy")
    file.write_text('{"_id": "a"}\n')
    with pytest.raises(HeptathlonError, match="line 1: is no document"):
        corpora.read_jsonl(file, "toy")
    with pytest.raises(HeptathlonError, match="has no document 'z'"):
        found.check([{"item_id": "i", "gold_ids": ["a", "z"]}])
    with pytest.raises(HeptathlonError, match="no right document"):
        found.check([{"item_id": "i", "gold_ids": []}])


# --- paper edition -------------------------------------------------------------------------------


def test_published_facts():
    tasks = published_tasks()
    assert len(tasks) == 17
    assert sum(t.queries for t in tasks.values()) == 65_391
    assert sum(t.documents for t in tasks.values()) == 1_393_866
    assert len({t.corpus_sha256 for t in tasks.values()}) == 13, "L2's and L3's settings share one"
    assert set(paper.LITE) <= set(tasks)
    assert not tasks["code"].choices


@pytest.mark.parametrize("name", sorted(paper.REBUILT))
def test_rebuilt_query_files_are_the_published_ones(name: str, sources_folder):
    """Byte for byte: the checksum is that of the published file."""
    lines = paper.rebuilt_queries(name).decode().splitlines()
    assert len(lines) == published(name).queries
    relevant = paper.judgements(published(name))
    assert [json.loads(line)["_id"] for line in lines] == list(relevant)


def test_a_changed_recipe_is_noticed(sources_folder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(paper.REBUILT, "winogrande", lambda query: f"Sentence: {query}")
    with pytest.raises(HeptathlonError, match="not the published"):
        paper.rebuilt_queries("winogrande")
    with pytest.raises(UnknownNameError, match="rebuilt query file"):
        paper.rebuilt_queries("quail")


def test_judgements_fit_the_multiple_choice_files(sources_folder):
    """The right option of row i is document d of the corpus: options in order, each text once."""
    for name in paper.REBUILT:
        place: dict[str, int] = {}
        golds = []
        for row in paper.choice_rows(published(name)):
            for text in row["documents"]:
                place.setdefault(text, len(place))
            golds.append(place[row["documents"][row["label"]]])
        relevant = list(paper.judgements(published(name)).values())
        found = [int(ids[0].rsplit("-", 1)[1]) for ids in relevant]
        assert found == golds, name


@pytest.mark.parametrize(
    ("files", "queries", "documents"),
    [
        ("mteb", "mteb/HellaSwag/queries/*.parquet", "mteb/ARCChallenge/corpus/*.parquet"),
        ("authors", "RAR-b/hellaswag/queries.jsonl", "RAR-b/ARC-Challenge/corpus.jsonl"),
    ],
)
def test_missing_sources_are_named(
    files: str, queries: str, documents: str, sources_folder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HEPTATHLON_RARB_FILES", files)
    with pytest.raises(HeptathlonError, match=re.escape(queries)):
        list(paper.query_lines(published("hellaswag")))
    with pytest.raises(HeptathlonError, match=r"mcr/quail-test\.csv"):
        next(paper.choice_rows(published("quail")))
    with pytest.raises(HeptathlonError, match=re.escape(documents)):
        corpora.corpus("arc", "2026.1")


# --- MTEB's copies -------------------------------------------------------------------------------

DOCUMENTS = [{"_id": f"toy-d-{i}", "title": "", "text": t} for i, t in enumerate(["one", "zwölf"])]
QUERIES = [{"_id": f"toy-q-{i}", "text": f"{i + 1}?"} for i in range(2)]
JUDGED = [
    {"query-id": "toy-q-0", "corpus-id": "toy-d-0", "score": 1},
    {"query-id": "toy-q-1", "corpus-id": "toy-d-0", "score": 0},
    {"query-id": "toy-q-1", "corpus-id": "toy-d-1", "score": 1},
]


def checksum(rows: list[dict[str, str]]) -> str:
    """Of the authors' file that has these rows."""
    lines = (json.dumps(row | {"metadata": {}}) + "\n" for row in rows)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def parquet(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def renamed(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """As version 2 of mteb writes them."""
    return [{"id" if k == "_id" else k: v for k, v in row.items()} for row in rows]


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Published]:
    """A published task of two queries and two documents, under the name of one without recipe."""
    task = published("hellaswag").model_copy(
        update={
            "queries": 2,
            "documents": 2,
            "choices": "",
            "queries_sha256": checksum(QUERIES),
            "corpus_sha256": checksum(DOCUMENTS),
        }
    )
    for module in (paper, corpora):
        monkeypatch.setattr(module, "published", lambda name: task)
    corpora.read_corpus.cache_clear()
    yield task
    corpora.read_corpus.cache_clear()


TOY_FILES = {
    "corpus/test-00000-of-00002.parquet": parquet(renamed(DOCUMENTS[:1])),
    "corpus/test-00001-of-00002.parquet": parquet(renamed(DOCUMENTS[1:])),
    "queries/test-00000-of-00001.parquet": parquet(QUERIES),
    "qrels/test-00000-of-00001.parquet": parquet(JUDGED),
}


def put(folder: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def check_toy(task: Published, caplog: pytest.LogCaptureFixture) -> None:
    built = rarb.generate("paper", "full", task.name, "2026.1", "")
    records = built["retrieve", "test"]
    assert [(r.query_id, r.query, r.gold_ids) for r in records] == [
        ("toy-q-0", "1?", ["toy-d-0"]),
        ("toy-q-1", "2?", ["toy-d-1"]),
    ]
    found = corpora.corpus(task.name, "2026.1")
    assert (found.ids, found.texts) == (["toy-d-0", "toy-d-1"], ["one", "zwölf"])
    found.check([r.model_dump() for r in records])
    assert not caplog.records, "what was read is, byte for byte, the authors' file"


def test_mtebs_files_from_a_mirror(
    toy: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog
):
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path))
    put(tmp_path / toy.mteb, TOY_FILES)
    check_toy(toy, caplog)
    listed = sources.listing(toy.corpus_parquet, toy.qrels_parquet)
    assert [s["path"].removeprefix(toy.mteb) for s in listed] == [
        "/corpus/test-00000-of-00002.parquet",
        "/corpus/test-00001-of-00002.parquet",
        "/qrels/test-00000-of-00001.parquet",
    ]
    assert {s["revision"] for s in listed} == {toy.mteb_revision}


def test_mtebs_files_from_the_hub(
    toy: Published, hub_here: FakeHub, monkeypatch: pytest.MonkeyPatch, caplog
):
    monkeypatch.delenv("HEPTATHLON_SOURCES", raising=False)
    hub_here.create("dataset", toy.mteb)
    repo = hub_here.dataset(toy.mteb)
    pinned = repo.commit("main", {p: Blob(d, lfs=True) for p, d in TOY_FILES.items()}, "data")
    repo.commit("main", {}, "all deleted")
    task = toy.model_copy(update={"mteb_revision": pinned})
    for module in (paper, corpora):
        monkeypatch.setattr(module, "published", lambda name: task)
    check_toy(task, caplog)
    with pytest.raises(HeptathlonError, match="is not in revision main"):
        sources.matching(dataclasses.replace(task.corpus_parquet, revision="main"))
    with pytest.raises(HeptathlonError, match="could not be downloaded"):
        sources.matching(dataclasses.replace(task.corpus_parquet, revision="0" * 40))


def test_other_bytes_than_the_authors_are_said(
    toy: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog
):
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path))
    changed = [QUERIES[0] | {"text": "eins?"}, QUERIES[1]]
    put(tmp_path / toy.mteb, TOY_FILES | {"queries/test-00000-of-00001.parquet": parquet(changed)})
    rarb.generate("paper", "full", toy.name, "2026.1", "")
    assert "queries are not, byte for byte, the authors' file" in caplog.text


@pytest.mark.parametrize(
    ("path", "data", "says"),
    [
        ("queries/test-00000-of-00001.parquet", parquet([{"_id": "a", "text": None}]), "no row of"),
        ("queries/test-00000-of-00001.parquet", parquet(QUERIES[:1]), "1 queries instead of 2"),
        ("queries/test-00000-of-00001.parquet", b"PAR1 or not", "is no Parquet file"),
        ("qrels/test-00000-of-00001.parquet", parquet(JUDGED[:2]), "has no right document"),
        ("qrels/test-00000-of-00001.parquet", parquet([{"query-id": "a"}]), "is no judgement"),
    ],
)
def test_bad_files_of_mteb_are_refused(
    toy: Published,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    data: bytes,
    says: str,
):
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path))
    put(tmp_path / toy.mteb, TOY_FILES | {path: data})
    with pytest.raises(HeptathlonError, match=says):
        rarb.generate("paper", "full", toy.name, "2026.1", "")


def test_unknown_files_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HEPTATHLON_RARB_FILES", "author")
    with pytest.raises(UnknownNameError, match="authors"):
        paper.needed("full")
    monkeypatch.setenv("HEPTATHLON_RARB_FILES", "authors")
    assert not any("*" in s.path for s in paper.needed("full"))


def test_options_are_shuffled_and_labels_are_not_all_zero(sources_folder):
    """The released TempReason labels are; a constant scorer must not profit from it."""
    built = rarb.generate("paper", "lite", "tempreason_l2_pure", "2026.1", "")["mcr", "test"]
    rows = list(paper.choice_rows(published("tempreason_l2_pure")))
    assert {r["label"] for r in rows} == {0}
    first = sum(r.gold == 0 for r in built) / len(built)
    chance = sum(1 / len(r.candidates) for r in built) / len(built)
    assert first == pytest.approx(chance, abs=0.02)
    from heptathlon.scorers import rarb as scorer

    constant = [
        scorer.verdict(r.model_dump(), [(0.0, False)] * len(r.candidates)).metrics["acc"]
        for r in built
    ]
    assert sum(constant) / len(constant) == pytest.approx(chance)
    for record, row in zip(built, rows, strict=True):
        assert record.candidates[record.gold] == row["documents"][0]
        assert sorted(record.candidates) == sorted(set(row["documents"]))


def test_the_lite_paper_edition_is_whole(sources_folder):
    folder = store.ensure(store.SetName("rarb", "paper", "lite"))
    docs = store.read_docs(folder, "mcr")
    assert sum(d["right"] for d in store.read_docs(folder, "mcr_judge")) == len(docs)
    assert len(docs) == 1172 + 1532 + 1838 + 1954 + 1267 + 3579 + 5521
    assert {d["kind"] for d in docs} == set(paper.LITE)
    assert len(store.read_manifest(folder).sources) == len(paper.LITE)
    assert sources.available(*rarb.needed("paper", "lite"))
