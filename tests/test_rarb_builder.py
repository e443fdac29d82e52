"""The retrieval builder: gold by construction, fair near misses, and the published files."""

import ast
import dataclasses
import hashlib
import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.builders import rarb, sources, store
from heptathlon.builders.rarb import build, causal, corpora, paper, programs, temporal
from heptathlon.builders.rarb.orders import faulty
from heptathlon.builders.rarb.problem import CUBE, Problem, evenly_worded
from heptathlon.builders.rarb.published import Published, published, published_tasks
from heptathlon.builders.rarb.words import PLACES, in_words
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.lexical import Bm25, TfIdf, best_first, tokens
from heptathlon.seeding import Stream
from tests.fakehub import Blob, FakeHub

KINDS = sorted(build.KINDS)


def problems(kind: str, n: int) -> list[Problem]:
    """Return fair problems of a kind, each about its own place."""
    out: list[Problem] = []
    index = 0
    while len(out) < n:
        found = build.KINDS[kind](PLACES[index % 1000], Stream("test", kind, index))
        out += [found] if found else []
        index += 1
    return out


# --- problems ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_near_misses_are_fair(kind: str):
    for p in problems(kind, 150):
        assert len(set(p.documents)) == 8
        assert evenly_worded(p.query, p.documents)
        assert p.faults[0] == ""
        assert len(set(p.faults)) == 8, "each document has faults of its own"
        assert p.nearest in p.faults
        assert "+" not in p.nearest
        assert p.steps >= 2


@pytest.mark.parametrize("kind", KINDS)
def test_words_in_common_are_at_chance_among_the_near_misses(kind: str):
    """BM25 cannot tell the eight apart at all; tf-idf sees the length of rare words, no more."""
    hits, found = 0.0, problems(kind, 200)
    for p in found:
        assert len(set(Bm25(p.documents).scores([p.query])[0].tolist())) == 1
        scores = TfIdf(p.documents).scores([p.query])[0].tolist()
        hits += (scores[0] == max(scores)) / scores.count(max(scores))
    assert hits / len(found) == pytest.approx(1 / 8, abs=0.07)


@pytest.mark.parametrize("kind", KINDS)
def test_the_right_document_is_not_the_typical_one(kind: str):
    """Who looks only at the documents, for the one most like the others, is at chance."""
    hits = 0.0
    found = problems(kind, 300)
    for p in found:
        bags = [tokens(t) for t in p.documents]
        likeness = [
            sum(sum(x == y for x, y in zip(a, b, strict=False)) for b in bags) for a in bags
        ]
        best = [i for i, s in enumerate(likeness) if s == max(likeness)]
        hits += (0 in best) / len(best)
    assert hits / len(found) == pytest.approx(1 / 8, abs=0.06)


MONTH = {name: i for i, name in enumerate(temporal.MONTHS)}


def number(words: str) -> int:
    return next(n for n in range(1000) if in_words(n) == words)


def test_dates_are_right():
    """Solved anew from the query's own words."""
    seen = 0
    for p in problems("temporal", 200):
        if p.topic != "date_shift":
            continue
        seen += 1
        month, year = re.search(r"in (\w+) (\d+)\.", p.query).groups()
        at = 12 * int(year) + MONTH[month]
        sign = -1 if "Going back" in p.query else 1
        links = re.findall(r"(?:came|lies) (.+?) (?:after|before) ", p.query)
        for link in links:
            for count, unit in re.findall(r"([a-z-]+) (year|month)s?", link):
                at += sign * number(count) * (12 if unit == "year" else 1)
        assert len(links) == p.steps
        assert p.documents[0].endswith(f"is dated {temporal.MONTHS[at % 12]} {at // 12}.")
    assert seen > 50


CLUES = (
    (re.compile(r"(\w+ \w+) was next after (\w+ \w+)\."), (2, 1)),
    (re.compile(r"(\w+ \w+) came just before (\w+ \w+)\."), (1, 2)),
    (re.compile(r"(\w+) sits directly to the left of (\w+)\."), (1, 2)),
    (re.compile(r"(\w+) sits directly to the right of (\w+)\."), (2, 1)),
)


def test_orders_are_right_and_the_only_ones():
    """Every order of the things is tried against the clues: one fits, the documented one."""
    for p in problems("temporal", 60) + problems("spatial", 60):
        if p.topic not in {"event_order", "row"}:
            continue
        clues = []
        for pattern, (first, second) in CLUES:
            for found in pattern.finditer(p.query):
                clues.append((found[first].lower(), found[second].lower()))
        things = sorted({t for clue in clues for t in clue})
        fits = [
            order
            for order in permutations(things)
            if all(order.index(a) + 1 == order.index(b) for a, b in clues)
        ]
        assert len(fits) == 1
        said = p.documents[0].split(": ")[1].rstrip(".").lower()
        assert re.split(r", then |, ", said) == list(fits[0])


def test_faults_of_an_order_are_a_group():
    orders = {tuple(faulty("abcde", *corner)) for corner in CUBE}
    assert len(orders) == 8
    for order in orders:
        assert {tuple(faulty(order, *corner)) for corner in CUBE} == orders


def test_walks_are_right():
    steps = {"north": (0, 1), "south": (0, -1), "east": (1, 0), "west": (-1, 0)}
    seen = 0
    for p in problems("spatial", 150):
        if p.topic != "walk":
            continue
        seen += 1
        legs = re.findall(r"([a-z-]+) blocks? (north|south|east|west)", p.query)
        right = sum(number(n) * steps[way][0] for n, way in legs)
        up = sum(number(n) * steps[way][1] for n, way in legs)
        y, above, x, side = re.search(
            r"(\d+) squares (above|below) and (\d+) squares to the (left|right)", p.documents[0]
        ).groups()
        assert (int(x) * (1 if side == "right" else -1)) == right
        assert (int(y) * (1 if above == "above" else -1)) == up
    assert seen > 40


def test_word_problems_are_right():
    less = ("sold", "given away", "fitted to doors", "lent to a school", "eaten at noon",
            "sent on loan")  # fmt: skip
    for p in problems("numerical", 150):
        groups, size = re.search(r"had ([a-z-]+) \w+ of ([a-z-]+) ", p.query).groups()
        total = number(groups) * number(size)
        totals = [total]
        for count, how in re.findall(r"\. ([A-Z][a-z-]+) \w+ were ([a-z ]+)(?=\.)", p.query):
            n = number(count.lower())
            total += -n if how in less else n
            totals.append(total)
        assert [int(n) for n in re.findall(r"\d+", p.documents[0])] == [*totals, totals[-1]]


def test_causal_chains_follow_their_rules():
    """The query's rules are read back as text and followed, without the builder's own code."""
    for p in problems("causal", 150):
        rules = dict(re.findall(r"[Ww]hen ([^,;]+), ([^;.]+)[;.]", p.query))
        scene = next(s for s in causal.SCENES if f" {s.name}: " in p.query)
        state = re.search(r"That day ([^.]+)\.", p.query)[1]
        hand = re.search(r"whatever came before, (.+?); the rest", p.query)
        by_hand = re.split(r", | and ", hand[1]) if hand else []
        values = [state]
        for part in scene.parts[1:]:
            ruled = rules[values[-1]]
            forced = [c for c in by_hand if c in {part.on, part.off}]
            values.append(forced[0] if forced else ruled)
        said = [
            f"{part.noun} {part.states[0 if value == part.on else 1]}"
            for part, value in zip(scene.parts[-3:], values[-3:], strict=True)
        ]
        assert p.documents[0].endswith(f"evening note: {', '.join(said)}.")


def test_scenes_say_nothing_twice():
    """A document's words are not the query's, and a clause is about one part only."""
    for scene in causal.SCENES:
        clauses = [c for part in scene.parts for c in (part.on, part.off)]
        assert len(set(clauses)) == len(clauses)
        asked = {t for c in clauses for t in tokens(c)}
        for part in scene.parts[-3:]:
            assert not asked & {*tokens(part.states[0]), *tokens(part.states[1])}
            assert [len(tokens(s)) for s in part.states] == [1, 1]
        assert len(scene.same) == len(scene.parts) - 1


# --- programs ------------------------------------------------------------------------------------


def examples_of(query: str) -> list[tuple[list[int], int]]:
    return [
        (ast.literal_eval(numbers), int(result))
        for result, numbers in re.findall(r"(-?\d+) for (\[[^\]]+\])", query)
    ]


def as_python(text: str) -> programs.Program:
    """Read a document in any of the languages back into a program."""
    change = re.search(r"y = x ([*+]) (\d+)", text)
    test = re.search(r"if \(?([xy]) ([<>]=?) (\d+)", text)
    return programs.Program(
        above=test[2][0] == ">", inclusive="=" in test[2], limit=int(test[3]), operator=change[1],
        constant=int(change[2]), change_first=test[1] == "y", total="out += y" in text,
    )  # fmt: skip


def test_programs_do_what_the_query_shows_and_near_misses_do_not():
    """The Python form is executed; all languages are rendered from the same tree."""
    for p in problems("code", 80):
        examples = examples_of(p.query)
        assert len(examples) == programs.EXAMPLES
        for index, text in enumerate(p.documents):
            program = as_python(text)
            assert program.source(p.topic, text.split("\n")[0].lstrip("#/ ")) == text
            space: dict[str, Any] = {}
            exec(program.source("python", "a b"), space)
            passed = [space["a_b"](numbers) == result for numbers, result in examples]
            assert passed == [program.run(numbers) == result for numbers, result in examples]
            assert all(passed) == (index == 0), p.faults[index]


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_javascript_programs_agree():
    lines, expected = [], []
    for p in problems("code", 120):
        if p.topic != "javascript":
            continue
        name = re.search(r"function (\w+)", p.documents[0])[1]
        for text in p.documents:
            for numbers, _ in examples_of(p.query):
                lines.append(f"{{ {text}\nconsole.log({name}({numbers})); }}")
                expected.append(as_python(text).run(numbers))
    done = subprocess.run(
        ["node", "-"],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert [int(n) for n in done.stdout.split()] == expected
    assert len(expected) > 200


@given(st.lists(st.integers(-50, 120), max_size=6), st.integers(0, 10**6))
def test_describing_words_fit_the_program(numbers: list[int], seed: int):
    """The sentence is read back into a program, which must give the same results."""
    p = next(p for i in range(99) if (p := programs.draw("Ashford", Stream("w", seed, i))))
    words = re.search(r"whole numbers, (.+?); if", p.query)[1]
    factor = re.search(r"multiplies each by ([a-z-]+)", words)
    addend = re.search(r"adds ([a-z-]+) to each", words)
    border, limit = re.search(r"lie (at or )?(?:above|below) ([a-z-]+)", words).groups()
    described = programs.Program(
        above=" above " in words, inclusive=border is not None, limit=number(limit),
        operator="*" if factor else "+", constant=number((factor or addend)[1]),
        change_first="results" in words, total="their sum" in words,
    )  # fmt: skip
    assert described.run(numbers) == as_python(p.documents[0]).run(numbers)


# --- sets ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def smoke() -> dict[tuple[str, str], list[Any]]:
    merged: dict[tuple[str, str], list[Any]] = {}
    for shard in rarb.shards("fresh", "smoke"):
        for key, records in rarb.generate("fresh", "smoke", shard, "2026.1", "").items():
            merged.setdefault(key, []).extend(records)
    return merged


def test_each_query_has_one_right_document_in_the_corpus(smoke):
    documents = {d.doc_id: d for d in smoke["corpus", "corpus"]}
    assert len(documents) == len(smoke["corpus", "corpus"])
    assert len({d.text for d in documents.values()}) == len(documents)
    for record in smoke["retrieve", "test"]:
        assert len(record.gold_ids) == 1
        assert len(record.hard_ids) == 7
        own = [documents[i] for i in record.gold_ids + record.hard_ids]
        assert {d.cluster_id for d in own} == {record.cluster_id}
        assert record.corpus_size == len(documents)
        place = next(w for w in tokens(record.query) if w.capitalize() in PLACES)
        holders = {
            d.cluster_id
            for d in documents.values()
            if d.kind == record.kind and place in tokens(d.text)
        }
        assert holders == {record.cluster_id}, "no other problem is about the place"


def test_first_stage_is_what_bm25_finds(smoke):
    """Checked against a BM25 written out word by word."""
    import math
    from collections import Counter

    texts = {d.doc_id: d.text for d in smoke["corpus", "corpus"] if d.kind == "causal"}
    bags = {i: Counter(tokens(t)) for i, t in texts.items()}
    mean = sum(sum(b.values()) for b in bags.values()) / len(bags)
    for record in [r for r in smoke["rank", "test"] if r.kind == "causal"][:5]:
        scores = {}
        for i, bag in bags.items():
            total = 0.0
            for word, times in Counter(tokens(record.query)).items():
                df = sum(word in b for b in bags.values())
                idf = math.log(1 + (len(bags) - df + 0.5) / (df + 0.5))
                tf = bag[word]
                size = sum(bag.values())
                total += times * idf * tf / (tf + 1.5 * (1 - 0.75 + 0.75 * size / mean))
            scores[i] = round(total, 6)
        best = sorted(scores, key=lambda i: (scores[i], i), reverse=True)[: build.POOL]
        assert set(record.candidate_ids) == set(best)


def test_candidates_are_shuffled_and_gold_is_marked(smoke):
    places = []
    for record in smoke["rank", "test"] + smoke["choose", "test"] + smoke["list", "test"]:
        n = build.POOL if record.form != "choose" else 8
        assert len(record.candidates) == n
        assert record.faults.count("") == (record.gold >= 0)
        if record.gold >= 0:
            assert record.faults[record.gold] == ""
        if record.form == "choose":
            places.append(record.gold)
            assert "other" not in record.faults
    assert len(set(places)) == 8


def test_forms_ask_about_the_same_problems_in_every_tier():
    small, large = (build._Kind("spatial", "2026.1", "", tier) for tier in ("smoke", "full"))
    assert small._problem("test", 3) == large._problem("test", 3)
    assert small._problem("fewshot", 0) != small._problem("test", 0)


def test_places_of_few_shot_problems_are_not_in_the_corpus():
    assert build.SIZES["full"].problems + build.FEWSHOT_PROBLEMS <= len(PLACES)


def test_unknown_names():
    with pytest.raises(UnknownNameError, match="did you mean 'smoke'"):
        rarb.shards("fresh", "smok")
    with pytest.raises(UnknownNameError, match="temporal"):
        rarb.generate("fresh", "smoke", "tempora", "2026.1", "")
    with pytest.raises(UnknownNameError, match="paper"):
        rarb.configs("papers")
    with pytest.raises(UnknownNameError, match="hellaswag"):
        published("helaswag")


def test_words():
    assert in_words(0) == "zero"
    assert in_words(110) == "one hundred and ten"
    assert len({in_words(n) for n in range(1000)}) == 1000
    assert len(set(PLACES)) == 1000
    with pytest.raises(ValueError, match="0 to 999"):
        in_words(1000)


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
    assert len(docs) == 1172 + 1532 + 1838 + 1954 + 1267 + 3579 + 5521
    assert {d["kind"] for d in docs} == set(paper.LITE)
    assert len(store.read_manifest(folder).sources) == len(paper.LITE)
    assert sources.available(*rarb.needed("paper", "lite"))
