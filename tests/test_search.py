"""Exact search: ranks counted in blocks equal sorted ones, ties and all; embeddings on disk."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon import lexical
from heptathlon.errors import HeptathlonError
from heptathlon.models import embeddings, search
from heptathlon.models.embeddings import EmbeddingStore, refuse_constant


def by_sorting(queries, documents, ids: Sequence[str]) -> list[list[str]]:
    """Return every ranking in full, by Python's own sort of (score, id), both falling."""
    scores = queries @ documents.T
    return [
        [ids[i] for i in sorted(range(len(ids)), key=lambda i: (row[i], ids[i]), reverse=True)]
        for row in scores
    ]


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 60),
    st.integers(1, 12),
    st.integers(2, 9),
    st.sampled_from([0.0, search.SPARSE, 1.0]),
)
def test_counted_ranks_equal_sorted_ones(seed: int, n: int, asked: int, block: int, sparse: float):
    """Whole numbers as vectors: many exact ties, and blocks much smaller than the corpus."""
    rng = np.random.default_rng(seed)
    documents = rng.integers(-1, 2, (n, 3)).astype(np.float32)
    queries = rng.integers(-1, 2, (asked, 3)).astype(np.float32)
    ids = [f"d{i}" for i in rng.permutation(1000)[:n]]
    order = search.id_order(ids)
    width = min(3, n)
    wanted = np.stack([rng.choice(n, width, replace=False) for _ in range(asked)])
    wanted[0, -1] = -1 if width > 1 else wanted[0, -1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "BLOCK_DOCUMENTS", block)
        patch.setattr(search, "BLOCK_QUERIES", 3)
        patch.setattr(search, "STRIP", 2)
        patch.setattr(search, "TOP_QUERIES", 3)
        patch.setattr(search, "SPARSE", sparse)
        patch.setattr(search, "PAIRS", 2)
        ranks = search.count_ranks(queries, documents, ids, wanted)
        best = list(search.top_documents(queries, documents, order, 5))
    sorted_ids = by_sorting(queries, documents, ids)
    for row in range(asked):
        for column in range(width):
            i = wanted[row, column]
            truth = sorted_ids[row].index(ids[i]) + 1 if i >= 0 else 0
            assert ranks[row, column] == truth
        assert [ids[i] for i in best[row]] == sorted_ids[row][:5]
        scores = (queries[row] @ documents.T).astype(np.float64)
        some = [ids[i] for i in wanted[row] if i >= 0]
        assert lexical.ranks_among(scores, ids, some) == [
            sorted_ids[row].index(i) + 1 for i in some
        ]


def test_equal_documents_tie_on_real_vectors():
    """Copies of one vector must tie exactly, whatever block of the product they fall in."""
    rng = np.random.default_rng(0)
    documents = rng.standard_normal((50_000, 48)).astype(np.float32)
    copies = [3, 8_191, 8_192, 30_000, 49_999]
    documents[copies] = documents[3]
    queries = np.concatenate([documents[3:4], rng.standard_normal((20, 48)).astype(np.float32)])
    ids = [f"{i:06}" for i in range(len(documents))]
    table = np.tile(np.array(copies), (len(queries), 1))
    ranks = search.count_ranks(queries, documents, ids, table)
    assert ranks[0].tolist() == [5, 4, 3, 2, 1], "the last id first"
    assert (np.diff(ranks, axis=1) == -1).all()


@pytest.mark.parametrize("threads", [1, 4])
def test_threads_count_what_one_counts(threads: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(search, "BLOCK_DOCUMENTS", 16)
    monkeypatch.setattr(search, "_blas_threads", lambda: threads)
    rng = np.random.default_rng(1)
    documents = rng.integers(-2, 3, (500, 4)).astype(np.float32)
    queries = rng.integers(-2, 3, (30, 4)).astype(np.float32)
    ids = [f"d{i}" for i in range(len(documents))]
    wanted = rng.integers(0, len(documents), (30, 1))
    done: list[int] = []
    ranks = search.count_ranks(queries, documents, ids, wanted, progress=done.append)
    expected = [
        ranked.index(ids[w]) + 1
        for ranked, (w,) in zip(by_sorting(queries, documents, ids), wanted, strict=True)
    ]
    assert ranks[:, 0].tolist() == expected
    assert sorted(done) == done
    assert done[-1] == len(documents)


def test_what_stops_one_thread_stops_the_search(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(search, "BLOCK_DOCUMENTS", 1)
    monkeypatch.setattr(search, "_blas_threads", lambda: 2)
    done: list[int] = []

    def fail(number: int) -> None:
        done.append(number)
        raise KeyError("stop")

    ones = np.ones((1_000, 2), dtype=np.float32)
    with pytest.raises(KeyError, match="stop"):
        search.count_ranks(ones[:1], ones, [*map(str, range(1_000))], np.zeros((1, 1), int),
                           progress=fail)  # fmt: skip
    assert len(done) <= 4


def test_a_missing_document_is_named():
    with pytest.raises(HeptathlonError, match="no document 'z'"):
        lexical.ranks_among(np.zeros(1), ["a"], ["z"])


# --- embeddings on disk --------------------------------------------------------------------------


def fake(texts: Sequence[str]) -> np.ndarray:
    return np.array([[len(t), sum(map(ord, t)) % 97, 1.0] for t in texts])


def test_each_text_is_encoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(embeddings, "CHUNK", 2)
    asked: list[str] = []

    def encode(texts):
        asked.extend(texts)
        return fake(texts)

    store = EmbeddingStore(tmp_path)
    texts = ["a", "bbb", "a", "cc", "dddd", "bbb"]
    done: list[tuple[int, int]] = []
    first = store.embed(texts, encode, progress=lambda *a: done.append(a))
    assert first.tolist() == fake(texts).tolist()
    assert asked == ["dddd", "bbb", "cc", "a"], "each once, longest first"
    assert done == [(2, 4), (4, 4)]
    again = EmbeddingStore(tmp_path).embed([*texts, "e"], encode)
    assert asked[4:] == ["e"]
    assert again.tolist() == fake([*texts, "e"]).tolist()
    assert store.embed([], encode).shape == (0, 0)


def test_an_interrupted_encode_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(embeddings, "CHUNK", 2)
    texts = [str(i) * (9 - i) for i in range(8)]
    calls: list[int] = []

    def stopping(some):
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(len(some))
        return fake(some)

    store = EmbeddingStore(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        store.embed(texts, stopping)
    rest: list[str] = []
    found = store.embed(texts, lambda some: rest.extend(some) or fake(some))
    assert len(rest) == 4
    assert found.tolist() == fake(texts).tolist()


@pytest.mark.parametrize(("keys", "vectors"), [(5, 0), (0, 7), (16, 0), (0, 12)])
def test_files_cut_by_a_crash_are_mended(tmp_path: Path, keys: int, vectors: int):
    store = EmbeddingStore(tmp_path)
    texts = ["a", "bb", "ccc"]
    store.embed(texts, fake)
    for name, lost in (("keys.bin", keys), ("vectors.f32", vectors)):
        file = tmp_path / name
        file.write_bytes(file.read_bytes()[: file.stat().st_size - lost])
    assert store.embed(texts, fake).tolist() == fake(texts).tolist()
    assert EmbeddingStore(tmp_path).embed(texts, fake).tolist() == fake(texts).tolist()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda v: v[:, :2], "2 dimensions for 'bad'"),
        (lambda v: np.where(v == 3, np.nan, v), "not finite for 'bad'"),
        (lambda v: v[:0], r"shape \(0, 3\) for 1 texts"),
    ],
)
def test_a_bad_vector_stops_and_keeps_what_is_done(tmp_path: Path, spoil, says: str,
                                                   monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    monkeypatch.setattr(embeddings, "CHUNK", 1)
    store = EmbeddingStore(tmp_path)
    with pytest.raises(HeptathlonError, match=says):
        store.embed(["good one", "bad"], lambda t: spoil(fake(t)) if t == ["bad"] else fake(t))
    later: list[str] = []
    store.embed(["good one", "bad"], lambda t: later.extend(t) or fake(t))
    assert later == ["bad"]


def test_constant_embeddings_are_refused():
    same = np.ones((3, 2), dtype=np.float32)
    with pytest.raises(HeptathlonError, match="all 3 texts have the same embedding"):
        refuse_constant(same, ["a", "b", "c"])
    refuse_constant(same, ["a", "a", "a"])
    refuse_constant(np.eye(3, dtype=np.float32), ["a", "b", "c"])
