"""RAR-b's files rebuilt from original data: invented files of the same form, and the real ones.

Long because it invents a small file of each of the originals' forms.
"""

import dataclasses
import hashlib
import io
import json
import re
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from heptathlon.builders import publish, rarb, sources, store
from heptathlon.builders.rarb import corpora, originals, paper, rebuild, recipes
from heptathlon.builders.rarb.published import Published, published, published_tasks
from heptathlon.builders.rarb.recipes import RECIPES, Recipe
from heptathlon.builders.rarb.tables import Table, rows
from heptathlon.builders.sources import Source
from heptathlon.errors import HeptathlonError

Rows = list[dict[str, Any]]

# Each task in miniature: its original files by path (and member), and the files made of them.
# Every recipe meets an option that stands in two splits, and texts that JSON escapes.
ARC = {
    f"allenai/ai2_arc/ARC-Challenge/{split}-00000-of-00001.parquet": found
    for split, found in {
        "test": [
            {"question": "Why é?", "choices": {"text": ["a", "b"], "label": ["A", "B"]}},
            {"question": "How?", "choices": {"text": ["b", "c", "a"], "label": ["1", "2", "3"]}},
        ],
        "train": [{"question": "?", "choices": {"text": ["d", "a"], "label": ["A", "B"]}}],
        "validation": [{"question": "?", "choices": {"text": ["e", "d"], "label": ["A", "B"]}}],
    }.items()
}
AI2 = "https/storage.googleapis.com/ai2-mosaic/public"
ALPHANLI = {
    f"{AI2}/alphanli/alphanli-train-dev.zip": {
        "dev.jsonl": [{"obs1": "It was.", "obs2": "It is.", "hyp1": "x", "hyp2": "y"}],
        "train.jsonl": [{"obs1": "A.", "obs2": "B.", "hyp1": "y", "hyp2": 'z "q"'}],
    }
}
HELLASWAG = {
    f"{AI2}/hellaswag/hellaswag-train-dev.zip": {
        "hellaswag-train-dev/valid.jsonl": [
            {
                "ctx": "One is. he",
                "ctx_a": "One is.",
                "ctx_b": "he",
                "ending_options": ["1", "2"],
            },
            {"ctx": "[t] How", "ctx_a": "[t] How", "ctx_b": "", "ending_options": ["2", "3"]},
        ],
        "hellaswag-train-dev/train.jsonl": [
            {"ctx": "u", "ctx_a": "u", "ctx_b": "", "ending_options": ["1", "4"]}
        ],
    }
}
WINOGRANDE = {
    f"{AI2}/winogrande/winogrande_1.1.zip": {
        "winogrande_1.1/dev.jsonl": [{"sentence": "_ won.", "option1": "Kim", "option2": "Al"}],
        "winogrande_1.1/train_xl.jsonl": [{"sentence": "_.", "option1": "Al", "option2": "Bo"}],
    }
}
PIQA = {
    "github/ybisk/ybisk.github.io/piqa/data/valid.jsonl": [
        {"goal": "Boil\twater", "sol1": "heat", "sol2": "cool"}
    ],
    "github/ybisk/ybisk.github.io/piqa/data/train.jsonl": [
        {"goal": "g", "sol1": "cool", "sol2": "melt"}
    ],
}
SIQA = {
    f"{AI2}/socialiqa/socialiqa-train-dev.zip": {
        "socialiqa-train-dev/dev.jsonl": [
            {"context": "Lee ran.", "question": "Why?", "answerA": "late", "answerB": "fun",
             "answerC": "late"},
        ],
        "socialiqa-train-dev/train.jsonl": [
            {"context": "c", "question": "q", "answerA": "fun", "answerB": "fit", "answerC": "far"},
        ],
    }
}  # fmt: skip
QUAIL = {
    f"github/text-machine-lab/quail/quail_v1.3/json/{split}.jsonl": [
        {"context": f"In {split}.\nOn.", "question": "What?", "answers": answers}
    ]
    for split, answers in {
        "dev": ["p", "not enough information"],
        "challenge": ["q", "not enough information"],
        "train": ["r", "q"],
    }.items()
}
SPARTQA = {
    f"tasksource/spartqa-mchoice/spartqa_CO_{split}.jsonl": found
    for split, found in {
        "test": [
            {"story": "Two blocks..", "question": "Which?", "answer": 2,
             "candidate_answers": ["one ", "two ", "both of them", "none of them"]},
            {"story": "Three.", "question": "Which?", "answer": 1,
             "candidate_answers": ["one", "two ", "both of them", "none of them"]},
        ],
        "train": [{"story": "s", "question": "q", "answer": 0, "candidate_answers": ["six"]}],
        "validation": [{"story": "s", "question": "q", "answer": 0, "candidate_answers": ["ten"]}],
    }.items()
}  # fmt: skip


def tempreason(level: int) -> dict[str, Rows]:
    return {
        f"tonytan48/TempReason/{split}_l{level}.json": [
            {"question": f"Who in {split}?", "fact_context": "f1.\nf2.", "context": "Long.",
             "text_answers": {"text": right}, "neg_answers": wrong},
        ]
        for split, right, wrong in (
            ("test", ["Ann", "Bob"], ["Cy"]), ("train", ["Cy"], ["Di"]), ("val", ["Ed"], ["Di"]),
        )
    }  # fmt: skip


PACK = "github/bigcode-project/octopack/evaluation/create/humaneval-x/data"
MBPP = "github/deepseek-ai/DeepSeek-Coder/Evaluation/MBPP/data/mbpp.jsonl"
CODE = {
    f"{PACK}/{language}/data/humanevalpack.jsonl": [{"prompt": f"{language}()\n"}]
    for language in ("python", "js", "java", "go", "cpp", "rust")
} | {MBPP: [{"task_id": i, "text": f"Task {i}."} for i in (10, 11, 510, 511)]}
MATH = {
    "github/deepseek-ai/DeepSeek-Coder/Evaluation/PAL-Math/datasets/math/test.json": [
        {"problem": "$1+1$"},
        {"problem": "$\\frac{1}{2}$"},
    ],
    "github/openai/grade-school-math/grade_school_math/data/test.jsonl": [{"question": "2?"}],
}

FILES: dict[str, dict[str, Any]] = {
    "arc": ARC, "alphanli": ALPHANLI, "hellaswag": HELLASWAG, "winogrande": WINOGRANDE,
    "piqa": PIQA, "siqa": SIQA, "quail": QUAIL, "spartqa": SPARTQA, "tempreason_l1": tempreason(1),
    "tempreason_l2_pure": tempreason(2), "tempreason_l2_fact": tempreason(2),
    "tempreason_l2_context": tempreason(2), "tempreason_l3_pure": tempreason(3),
    "tempreason_l3_fact": tempreason(3), "tempreason_l3_context": tempreason(3), "code": CODE,
    "math": MATH,
}  # fmt: skip
FACTS = "Question: Who in test? Facts: f1.\nf2."
ON_LINES = "Question: Who in test?\nFacts: f1.\nf2."
QUERIES: dict[str, list[str]] = {
    "arc": ["Why é?", "How?"],
    "alphanli": ["Start: It was. End: It is."],
    "hellaswag": ["One is. He", "[t] How"],
    "winogrande": ["Sentence: _ won.."],
    "piqa": ["Boil\twater"],
    "siqa": ["Context: Lee ran. Question: Why?"],
    "quail": [
        "Context: In dev.\nOn.\nQuestion: What?",
        "Context: In challenge.\nOn.\nQuestion: What?",
    ],
    "spartqa": ["Two blocks.. Which?", "Three. Which?"],
    "tempreason_l1": ["Who in test"],
    "tempreason_l2_pure": ["Who in test?"],
    "tempreason_l2_fact": [FACTS],
    "tempreason_l2_context": [f"{FACTS} Context: Long."],
    "tempreason_l3_pure": ["Who in test?"],
    "tempreason_l3_fact": [ON_LINES],
    "tempreason_l3_context": [f"{ON_LINES}\nContext: Long."],
    "code": [
        *(
            f"Finish the following code based on the docstring: {language}()\n"
            for language in ("python", "js", "java", "go", "cpp", "rust")
        ),
        "Task 11.",
        "Task 510.",
    ],
    "math": ["Problem: $1+1$", "Problem: $\\frac{1}{2}$", "Problem: 2?"],
}  # fmt: skip
TEMPORAL = ["Ann", "Bob", "Cy", "Di", "Ed"]
CORPORA: dict[str, list[str]] = {
    "arc": ["a", "b", "c", "e", "d"],
    "alphanli": ["x", "y", 'z "q"'],
    "hellaswag": ["1", "2", "3", "4"],
    "winogrande": ["Kim", "Al", "Bo"],
    "piqa": ["heat", "cool", "melt"],
    "siqa": ["late", "fun", "fit", "far"],
    "quail": ["p", "not enough information", "q", "r"],
    "spartqa": ["both of them", "one", "two", "none of them", "six", "ten"],
    "tempreason_l1": TEMPORAL,
    "tempreason_l2_pure": TEMPORAL,
    "tempreason_l2_fact": TEMPORAL,
    "tempreason_l2_context": TEMPORAL,
    "tempreason_l3_pure": ["Ann", "Bob", "Cy", "Ed", "Di"],
    "tempreason_l3_fact": ["Ann", "Bob", "Cy", "Ed", "Di"],
    "tempreason_l3_context": ["Ann", "Bob", "Cy", "Ed", "Di"],
}
"""In ARC and level 3 the validation split comes before the training split: the other reading."""
PREFIXES = {
    "arc": "ARC-Challenge", "alphanli": "alpha", "winogrande": "wino", "tempreason_l1": "TR1",
}  # fmt: skip


def prefixes(name: str, count: int) -> list[str]:
    if name == "code":
        return ["humanevalpack"] * 6 + ["mbpp"] * 2
    if name == "math":
        return ["MATH"] * 2 + ["gsm8k"]
    if found := re.match(r"tempreason_l(\d)", name):
        return [f"TR{found[1]}"] * count
    return [PREFIXES.get(name, name)] * count


def authors_queries(name: str) -> bytes:
    """Write the expected query file, line by line, as the authors' file is written."""
    out = ""
    seen: list[str] = []
    for prefix, text in zip(prefixes(name, len(QUERIES[name])), QUERIES[name], strict=True):
        out += f'{{"_id": "{prefix}-q-{seen.count(prefix)}", '
        out += f'"text": {json.dumps(text)}, "metadata": {{}}}}\n'
        seen.append(prefix)
    return out.encode()


def authors_corpus(name: str) -> bytes:
    prefix = prefixes(name, 1)[0]
    return "".join(
        f'{{"_id": "{prefix}-d-{i}", "title": "", "text": {json.dumps(text)}, "metadata": {{}}}}\n'
        for i, text in enumerate(CORPORA[name])
    ).encode()


def jsonl(found: Rows) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found).encode()


def put(folder: Path, files: dict[str, Any]) -> None:
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict):
            with zipfile.ZipFile(target, "w") as archive:
                for member, found in content.items():
                    archive.writestr(member, jsonl(found))
        elif path.endswith(".parquet"):
            pq.write_table(pa.Table.from_pylist(content), target)
        else:
            target.write_bytes(jsonl(content))


def unpinned(recipe: Recipe) -> Recipe:
    """Return a recipe that takes files of any checksum: the invented ones have others."""

    def free(table: Table) -> Table:
        return dataclasses.replace(table, source=dataclasses.replace(table.source, sha256=""))

    parts = tuple(dataclasses.replace(p, table=free(p.table)) for p in recipe.parts)
    pool = recipe.pool and dataclasses.replace(
        recipe.pool,
        evaluated=tuple(map(free, recipe.pool.evaluated)),
        others=tuple(map(free, recipe.pool.others)),
    )
    return dataclasses.replace(recipe, parts=parts, pool=pool)


def toy(name: str) -> Published:
    """Return the task's record as it would be if the authors' files were the expected ones."""
    queries = authors_queries(name)
    corpus = authors_corpus(name) if name in CORPORA else b""
    return published(name).model_copy(
        update={
            "choices": "",
            "queries": len(QUERIES[name]),
            "documents": len(CORPORA.get(name, ["unknown"])),
            "queries_sha256": hashlib.sha256(queries).hexdigest(),
            "queries_bytes": len(queries),
            "corpus_sha256": hashlib.sha256(corpus).hexdigest(),
            "corpus_bytes": len(corpus),
        }
    )


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A mirror that holds every task's invented files, and the tasks' records to fit."""
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path))
    monkeypatch.setenv("HEPTATHLON_RARB_FILES", "sources")
    for name in FILES:
        monkeypatch.setitem(RECIPES, name, unpinned(RECIPES[name]))
        put(tmp_path, FILES[name])
    for module in (paper, corpora, rebuild):
        monkeypatch.setattr(module, "published", toy)
    originals._corpora.cache_clear()
    corpora.read_corpus.cache_clear()
    yield tmp_path
    originals._corpora.cache_clear()
    corpora.read_corpus.cache_clear()


# --- recipes -------------------------------------------------------------------------------------


def test_every_published_task_has_a_recipe():
    assert list(RECIPES) == list(published_tasks())
    assert set(FILES) == set(QUERIES) == set(RECIPES)
    assert set(CORPORA) == {name for name, recipe in RECIPES.items() if recipe.pool}
    for recipe in RECIPES.values():
        assert bool(recipe.pool) != bool(recipe.no_corpus)
        assert {len(part.texts) for part in recipe.parts} == {len(recipe.readings)}


def test_every_source_is_pinned_or_has_a_checksum():
    """By a commit, or, at a web address, by the archive's checksum; licences as published."""
    for name, recipe in RECIPES.items():
        for source in originals.queries_from(published(name)) + originals.corpus_from(
            published(name)
        ):
            assert re.fullmatch(r"[0-9a-f]{40}", source.revision) or source.sha256, source
            if recipe.pool:
                assert source.licence == published(name).licence, source


@pytest.mark.parametrize("name", sorted(FILES))
def test_queries_are_those_of_the_recipe(name: str, mirror: Path):
    found = originals.queries(toy(name))
    assert found.data == authors_queries(name)
    assert found.exact == (name != "math")
    assert [row["text"] for row in originals.lines(found)] == QUERIES[name]


@pytest.mark.parametrize("name", sorted(CORPORA))
def test_corpora_are_those_of_the_recipe(name: str, mirror: Path):
    found = originals.corpus(toy(name))
    assert found.data == authors_corpus(name)
    assert found.exact


def test_the_reading_is_named(mirror: Path):
    assert originals.queries(toy("quail")).says == "a line end before the question"
    assert originals.queries(toy("hellaswag")).says == "the unfinished sentence begun by a capital"
    assert "validation-00000-of-00001.parquet, then ARC-Challenge/train" in (
        originals.corpus(toy("arc")).says
    )


def changed(content: Any, old: str, new: str) -> Any:
    """Return rows in which a text is another one, wherever it stands."""
    if isinstance(content, dict):
        return {key: changed(value, old, new) for key, value in content.items()}
    if isinstance(content, list):
        return [changed(value, old, new) for value in content]
    return new if content == old else content


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "refused"),
    [
        ("arc", "test", "Why é?", "Why e?", ["queries"]),
        ("arc", "train", "d", "D", ["corpus"]),
        ("alphanli", "zip", "It is.", "It is", ["queries"]),
        ("alphanli", "zip", 'z "q"', "z 'q'", ["corpus"]),
        ("hellaswag", "zip", "he", "she", ["queries"]),
        ("winogrande", "zip", "Bo", "Bo ", ["corpus"]),
        ("piqa", "valid", "Boil\twater", "Boil water", ["queries"]),
        ("siqa", "zip", "Lee ran.", "Lee ran. ", ["queries"]),
        ("siqa", "zip", "late", "Late", ["corpus"]),
        ("quail", "challenge", "What?", "Who?", ["queries"]),
        ("quail", "dev", "p", "q", ["corpus"]),
        ("spartqa", "test", "Two blocks..", "Two blocks.", ["queries"]),
        ("spartqa", "test", "none of them", "none", ["corpus"]),
        ("tempreason_l1", "test", "Who in test?", "When in test?", ["queries"]),
        ("tempreason_l2_fact", "test", "f1.\nf2.", "f1. f2.", ["queries"]),
        ("tempreason_l2_context", "test", "Long.", "Longer.", ["queries"]),
        ("tempreason_l3_pure", "val", "Ed", "Al", ["corpus"]),
        ("code", "rust", "rust()\n", "rust()", ["queries"]),
    ],
)
def test_a_changed_letter_of_an_original_is_refused(
    name: str, file: str, old: str, new: str, refused: list[str], mirror: Path
):
    path = next(path for path in FILES[name] if file in path)
    put(mirror, {path: changed(FILES[name][path], old, new)})
    for part, make in (("queries", originals.queries), ("corpus", originals.corpus)):
        if part in refused:
            with pytest.raises(HeptathlonError, match=f"{part}.*is not the published file"):
                make(toy(name))
        elif name in CORPORA or part == "queries":
            assert make(toy(name)).exact


def test_what_came_otherwise_is_said_with_sizes(mirror: Path):
    put(mirror, {"github/ybisk/ybisk.github.io/piqa/data/train.jsonl": [
        {"goal": "g", "sol1": "cool", "sol2": "melted"}]})  # fmt: skip
    assert originals.queries(toy("piqa")).exact, "the queries do not rest on the training split"
    with pytest.raises(HeptathlonError) as refused:
        originals.corpus(toy("piqa"))
    said, size = str(refused.value), len(authors_corpus("piqa"))
    assert said.startswith("RAR-b/piqa/corpus.jsonl: what was rebuilt is not the published file of")
    assert f"{size} bytes" in said
    assert f"{size + 2} bytes with the text as it is" in said
    assert "piqa/data/train.jsonl" in said
    assert "another release" in said
    assert "HEPTATHLON_RARB_FILES=authors" in said


def test_problems_of_unknown_order_are_compared_by_their_sum(mirror: Path):
    path = next(path for path in MATH if path.endswith("test.json"))
    put(mirror, {path: MATH[path][::-1]})
    assert not originals.queries(toy("math")).exact
    put(mirror, {path: [*MATH[path], {"problem": "one more"}]})
    with pytest.raises(HeptathlonError, match=r"RAR-b/math-pooled/queries\.jsonl: .* bytes with"):
        originals.queries(toy("math"))


@pytest.mark.parametrize(("name", "why"), [("code", "distractors"), ("math", "order of MATH")])
def test_what_cannot_be_rebuilt_says_why_and_what_to_use(name: str, why: str, mirror: Path):
    with pytest.raises(HeptathlonError, match=rf"cannot be rebuilt, because .*{why}.*=authors"):
        originals.corpus(toy(name))
    assert originals.corpus_from(toy(name)) == ()


def test_the_settings_of_a_level_make_their_corpus_once(
    mirror: Path, monkeypatch: pytest.MonkeyPatch
):
    read: list[str] = []

    def counted(table: Table) -> Iterator[Any]:
        read.append(str(table))
        return rows(table)

    monkeypatch.setattr(originals, "rows", counted)
    for setting in ("pure", "fact", "context"):
        originals.corpus(toy(f"tempreason_l2_{setting}"))
    assert sorted(read) == sorted(tempreason(2)), "each split is read once"


@given(st.lists(st.tuples(st.sampled_from("ab"), st.text(max_size=3)), max_size=12))
def test_queries_are_numbered_by_prefix(items: list[tuple[str, str]]):
    found = [json.loads(line) for line in originals.query_file(items).splitlines()]
    assert [row["text"] for row in found] == [text for _, text in items]
    for prefix in "ab":
        own = [row["_id"] for row in found if row["_id"].startswith(prefix)]
        assert own == [f"{prefix}-q-{i}" for i in range(len(own))]


@given(st.lists(st.text(max_size=2), max_size=20))
def test_a_corpus_holds_each_text_once_where_it_stood_first(texts: list[str]):
    found = [json.loads(line) for line in originals.corpus_file("t", texts).splitlines()]
    firsts = [text for i, text in enumerate(texts) if text not in texts[:i]]
    assert [row["text"] for row in found] == firsts
    assert [row["_id"] for row in found] == [f"t-d-{i}" for i in range(len(firsts))]


# --- tables --------------------------------------------------------------------------------------


def test_cells_that_are_written_as_text_are_read():
    row = {"text_answers": "{'text': ['Ann']}", "neg_answers": "['Bob']"}
    assert recipes._answers(row) == ["Ann", "Bob"]
    assert recipes._answers({"text_answers": {"text": ["Mar, 1192"]}}) == ["Mar, 1192"]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.zip", b"PK no", r"a\.zip:in\.jsonl cannot be read"),
        ("a.jsonl", b'{"question": "a"}\n{"question"', r"a\.jsonl cannot be read"),
        ("a.parquet", b"PAR1", r"a\.parquet cannot be read"),
        ("a.jsonl", b'{"question": "a"}\n{"q": "b"}\n', r"a\.jsonl, row 1: is not of the form"),
        ("a.jsonl", b"[1]\n", r"a\.jsonl, row 0: is not of the form"),
        ("a.jsonl", b'{"question": "\xff"}\n', r"a\.jsonl cannot be read"),
    ],
)
def test_bad_tables_are_refused(
    name: str, data: bytes, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path))
    (tmp_path / "o" / "r").mkdir(parents=True)
    (tmp_path / "o" / "r" / name).write_bytes(data)
    table = Table(Source("o/r", name, ""), "in.jsonl" if name.endswith("zip") else "")
    with pytest.raises(HeptathlonError, match=says):
        list(originals._each(table, recipes.field("question")))


def test_a_missing_member_of_an_archive_is_named(mirror: Path):
    put(mirror, {f"{AI2}/alphanli/alphanli-train-dev.zip": {"test.jsonl": []}})
    with pytest.raises(HeptathlonError, match=r"alphanli-train-dev\.zip:dev\.jsonl cannot be read"):
        originals.queries(toy("alphanli"))


# --- the paper edition ---------------------------------------------------------------------------


def judge(folder: Path, name: str) -> None:
    """Write judgements: the first document is right for every query."""
    ids = [json.loads(line)["_id"] for line in authors_queries(name).splitlines()]
    text = "".join(f"{i}\t{i.split('-q-')[0]}-d-0\t1\n" for i in ids)
    path = folder / str(toy(name).qrels_file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"query-id\tcorpus-id\tscore\n{text}", encoding="utf-8")


@pytest.fixture
def judged(mirror: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The mirror with judgements of its own, which have other checksums than the published."""
    monkeypatch.setattr(Published, "qrels_file", property(lambda t: Source("q", t.folder, "")))
    for name in FILES:
        judge(mirror, name)
    return mirror


@pytest.mark.parametrize("name", ["arc", "quail", "tempreason_l3_fact", "code"])
def test_the_paper_edition_reads_what_is_rebuilt(name: str, judged: Path):
    records = rarb.generate("paper", "full", name, "2026.1", "")["retrieve", "test"]
    assert [r.query for r in records] == QUERIES[name]
    if name in CORPORA:
        found = corpora.corpus(name, "2026.1")
        assert found.texts == [text.strip() for text in CORPORA[name]]
        found.check([r.model_dump() for r in records])


def test_what_is_read_and_not_rebuilt_is_said(judged: Path, caplog: pytest.LogCaptureFixture):
    authors = judged / "RAR-b/math-pooled/queries.jsonl"
    authors.parent.mkdir(parents=True)
    authors.write_bytes(authors_queries("math"))
    records = rarb.generate("paper", "full", "math", "2026.1", "")["retrieve", "test"]
    assert [r.query for r in records] == QUERIES["math"]
    assert "math-pooled/queries.jsonl: is read, not rebuilt, because the order" in caplog.text
    authors.write_bytes(authors_queries("math") + b"\n")
    with pytest.raises(HeptathlonError, match="is not the published"):
        rarb.generate("paper", "full", "math", "2026.1", "")


def test_a_corpus_without_recipe_is_the_authors_and_checked(
    judged: Path, caplog: pytest.LogCaptureFixture
):
    with pytest.raises(HeptathlonError, match=r"humanevalpack-mbpp-pooled/corpus\.jsonl"):
        corpora.corpus("code", "2026.1")
    assert "corpus.jsonl: is read, not rebuilt, because how its distractors" in caplog.text


def test_all_missing_files_are_named_before_anything_is_built(
    judged: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
):
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HEPTATHLON_HOME", str(home))
    gone = ["tonytan48/TempReason/val_l2.json", next(iter(HELLASWAG))]
    for path in gone:
        (judged / path).unlink()
    some = [paper.published("hellaswag"), paper.published("tempreason_l2_fact")]
    monkeypatch.setattr(paper, "tasks", lambda tier: some)
    monkeypatch.setattr(paper, "generate", lambda *a: pytest.fail("nothing may be built"))
    with pytest.raises(HeptathlonError, match=r"^2 source files cannot be had:\n- ") as refused:
        store.ensure(store.SetName("rarb", "paper", "full"))
    for path, address in (
        (gone[0], "https://huggingface.co/datasets/tonytan48/TempReason/resolve/1646dea"),
        (gone[1], "https://storage.googleapis.com/ai2-mosaic/public/hellaswag/"),
    ):
        assert str(judged / path) in str(refused.value), "where to put it"
        assert address in str(refused.value), "where it is from"
    assert not list((home / "data").glob("rarb-*/**"))


def test_a_whole_set_lists_the_originals_of_its_records_and_stays_here(
    judged: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
):
    monkeypatch.setenv("HEPTATHLON_HOME", str(tmp_path_factory.mktemp("home")))
    some = [paper.published("piqa"), paper.published("quail")]
    monkeypatch.setattr(paper, "tasks", lambda tier: some)
    folder = store.ensure(store.SetName("rarb", "paper", "full"))
    assert [s.path for s in store.read_manifest(folder).sources] == [
        "q/piqa",
        "github/ybisk/ybisk.github.io/piqa/data/valid.jsonl",
        "q/quail",
        "github/text-machine-lab/quail/quail_v1.3/json/dev.jsonl",
        "github/text-machine-lab/quail/quail_v1.3/json/challenge.jsonl",
    ]
    assert len(store.read_docs(folder, "retrieve")) == 3
    with pytest.raises(HeptathlonError, match="may not be published"):
        publish.push(store.SetName("rarb", "paper", "full"), folder, "org/heptathlon-rarb")


# --- the command ---------------------------------------------------------------------------------


def run(*arguments: str) -> Any:
    return CliRunner().invoke(rebuild.app, list(arguments))


def test_the_command_shows_that_files_are_exact(mirror: Path, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    done = run("piqa", "quail", "--out", str(out))
    assert done.exit_code == 0, done.output
    for name in ("piqa", "quail"):
        for part, data in (("queries", authors_queries(name)), ("corpus", authors_corpus(name))):
            assert (out / name / f"{part}.jsonl").read_bytes() == data
            said = (
                f"{name}/{part}.jsonl: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}"
            )
            assert f"{said}: byte for byte the published file" in done.output


def test_the_command_builds_what_it_can_and_fails_for_the_rest(mirror: Path, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    train = "github/ybisk/ybisk.github.io/piqa/data/train.jsonl"
    (mirror / train).unlink()
    done = run("piqa", "math", "code", "--out", str(out))
    assert done.exit_code == 1
    assert f"piqa/corpus.jsonl: not rebuilt: lacks {train}" in done.output
    assert "1 source files cannot be had" in done.output
    assert "whose order is not known" in done.output
    assert "code/corpus.jsonl: not rebuilt: RAR-b/humanevalpack-mbpp-pooled" in done.output
    assert sorted(p.relative_to(out).as_posix() for p in out.rglob("*.jsonl")) == [
        "code/queries.jsonl",
        "math/queries.jsonl",
        "piqa/queries.jsonl",
    ]


# --- sources without revision --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "url"),
    [
        (
            Source("o/r", "a/b.json", ""),
            "https://huggingface.co/datasets/o/r/resolve/main/a/b.json",
        ),
        (Source("o/r", "b", "9f"), "https://huggingface.co/datasets/o/r/resolve/9f/b"),
        (Source("github/o/r", "b", ""), "https://raw.githubusercontent.com/o/r/HEAD/b"),
        (Source("github/o/r", "b", "9f"), "https://raw.githubusercontent.com/o/r/9f/b"),
        (Source("https/h.org", "a/b.zip", ""), "https://h.org/a/b.zip"),
    ],
)
def test_addresses(source: Source, url: str):
    assert source.url == url
    assert source.release == (f"revision {source.revision}" if source.revision else "any revision")


def test_a_web_file_is_downloaded_once_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("HEPTATHLON_SOURCES", raising=False)
    monkeypatch.setenv("HEPTATHLON_HOME", str(tmp_path))
    asked: list[str] = []

    def answer(url: str, timeout: float) -> io.BytesIO:
        asked.append(url)
        return io.BytesIO(b"zip")

    monkeypatch.setattr(urllib.request, "urlopen", answer)
    source = Source("https/h.org", "a/b.zip", "", hashlib.sha256(b"zip").hexdigest())
    assert sources.fetch(source).read_bytes() == b"zip"
    assert sources.fetch(source).read_bytes() == b"zip"
    assert asked == ["https://h.org/a/b.zip"]
    with pytest.raises(HeptathlonError, match="is not the published"):
        sources.fetch(dataclasses.replace(source, sha256="0" * 64))


def test_the_newest_file_of_the_hub_is_read_without_revision(
    hub_here: Any, monkeypatch: pytest.MonkeyPatch
):
    from tests.fakehub import Blob

    monkeypatch.delenv("HEPTATHLON_SOURCES", raising=False)
    hub_here.create("dataset", "o/r")
    hub_here.dataset("o/r").commit("main", {"a.txt": Blob(b"old", lfs=True)}, "first")
    hub_here.dataset("o/r").commit("main", {"a.txt": Blob(b"new", lfs=True)}, "second")
    assert sources.fetch(Source("o/r", "a.txt", "")).read_bytes() == b"new"
    assert [s.path for s in sources.matching(Source("o/r", "*.txt", ""))] == ["a.txt"]


# --- real files ----------------------------------------------------------------------------------


def need(*wanted: Source) -> None:
    if not sources.available(*wanted):
        pytest.skip("HEPTATHLON_SOURCES does not hold the original files")


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_real_queries_are_the_published_ones(name: str):
    task = published(name)
    need(*originals.queries_from(task))
    found = originals.queries(task)
    assert found.exact == (name != "math")
    assert found.sha256 == task.queries_sha256 or name == "math"
    assert sum(1 for _ in originals.lines(found)) == task.queries


@pytest.mark.parametrize("name", sorted(CORPORA))
def test_real_corpora_are_the_published_ones(name: str):
    task = published(name)
    need(*originals.corpus_from(task))
    found = originals.corpus(task)
    assert found.sha256 == task.corpus_sha256
    assert sum(1 for _ in originals.lines(found)) == task.documents


def gold_ids(name: str, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setenv("HEPTATHLON_RARB_FILES", "sources")
    relevant = paper.judgements(published(name)).values()
    return [int(ids[0].rsplit("-", 1)[1]) for ids in relevant]


def test_real_judgements_fit_piqas_own_file_and_labels(
    sources_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    """The right solution's place in the corpus that the recipe begins is its published id."""
    pool = RECIPES["piqa"].pool
    assert pool
    need(pool.evaluated[0].source, published("piqa").qrels_file)
    options = [list(found) for found in originals._each(pool.evaluated[0], pool.options[0][1])]
    file = sources_folder / "github/ybisk/ybisk.github.io/piqa/data/valid-labels.lst"
    labels = map(int, file.read_text().split())
    place = {text: i for i, text in enumerate(dict.fromkeys(chain.from_iterable(options)))}
    right = [row[label] for row, label in zip(options, labels, strict=True)]
    assert [place[text] for text in right] == gold_ids("piqa", monkeypatch)


def test_real_judgements_fit_quails_challenge_part(monkeypatch: pytest.MonkeyPatch):
    """The last 556 queries: a text has one id, an id one text, and the same one in all of them."""
    pool = RECIPES["quail"].pool
    assert pool
    challenge = pool.evaluated[1]
    need(challenge.source, published("quail").qrels_file)
    found = list(rows(challenge))
    right = [row["answers"][int(row["correct_answer_id"])] for row in found]
    ids = gold_ids("quail", monkeypatch)[-len(found) :]
    assert len(found) == 556
    pairs = set(zip(right, ids, strict=True))
    assert len(pairs) == len(set(right)) == len(set(ids))
    assert ("not enough information", 2) in pairs


def test_real_arc_questions_of_another_release(sources_folder: Path):
    """LLM-Adapters keeps the test questions in a prompt; their texts give the published file."""
    path = sources_folder / "github/AGI-Edgerunners/LLM-Adapters/dataset/ARC-Challenge/test.json"
    if not path.is_file():
        pytest.skip("HEPTATHLON_SOURCES does not hold the original files")
    shape = re.compile(r"Please choose the correct answer to the question: (.*?)\n\nAnswer1", re.S)
    stems = [shape.match(row["instruction"])[1] for row in json.loads(path.read_bytes())]  # type: ignore[index]
    take: Callable[[Any], str] = RECIPES["arc"].parts[0].texts[0]
    data = originals.query_file(("ARC-Challenge", take({"question": stem})) for stem in stems)
    assert hashlib.sha256(data).hexdigest() == published("arc").queries_sha256
