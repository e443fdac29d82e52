"""SORT from own texts: the sentence rule, whole builds, refusals, and a run from end to end."""

# ruff: noqa: RUF001

import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heptathlon.builders import sort as builder
from heptathlon.builders import store
from heptathlon.builders.sort import own
from heptathlon.builders.sort.sentences import ends_sentence, plain_text, sentence_starts, units
from heptathlon.cli import data
from heptathlon.errors import HeptathlonError


def story(sentences: int, seed: int = 1) -> str:
    """Return prose in which hardly two sentences are alike, with traps for a sentence rule."""
    rng = random.Random(seed)
    people = ["Anna", "Mr. Brown", "Dr. Carl J. Fox", "Dora", "Mrs. Eve Gray", "Hans"]
    deeds = ["walked", "ran", "wrote a letter; then slept", "sang (badly)", "said “No!” and left"]
    out = []
    for n in range(sentences):
        one = f"{rng.choice(people)} {rng.choice(deeds)} for {rng.randint(2, 9999)} minutes"
        out.append(f"{one} at {rng.choice('ABCDEFGH')} street, e.g. near no. {n}.")
        if n % 7 == 6:
            out.append("\n\n")
    return " ".join(out)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("texts") / "story.md"
    path.write_text(f"# The story\n\n## One\n\n{story(300)}\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def built(book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("own")
    return own.build([book], lengths=[250, 1000], excerpts=5, out=out)


# --- sentences ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("He came. She left.", ["He", "She"]),
        ("He met Mr. Smith. They talked.", ["He", "They"]),
        ("He met J. Smith. They talked.", ["He", "They"]),
        ("It stopped; then it went on. Good.", ["It", "Good."]),
        ("“Stop!” he said. “Why?” she asked.", ["“Stop!”", "“Why?”"]),
        ("She lives in the U.S. now. He does not.", ["She", "He"]),
        ("It cost 3.50 dollars. That is all.", ["It", "That"]),
        ("See fig. 3 and p. 12. Then stop.", ["See", "Then"]),
        ("small start. then small again. Now big.", ["Now"]),
        ("(He left.) She stayed.", ["(He", "She"]),
        ("42 people came. 17 left.", ["42", "17"]),
        ("Wait… Really?! Yes.", ["Wait…", "Really?!", "Yes."]),
    ],
)
def test_sentences_by_hand(text: str, starts: list[str]):
    words = text.split()
    assert [words[at] for at in sentence_starts([words])] == starts


def test_paragraphs_start_sentences():
    assert sentence_starts([["No", "stop"], ["Next", "one."], ["small"]]) == [0, 2]


@given(st.text(max_size=30))
def test_any_word_can_be_judged(word: str):
    assert ends_sentence(word) in {True, False}


def test_markdown_is_read_as_prose():
    text = (
        "---\ntitle: x\n---\n# The *Title*\n\nSome **bold** and _soft_ text with a "
        "[link](http://x.y) and `code`.\n\n- First item.\n- Second item.\n\n> Quoted words.\n\n"
        "```\ncode here\n```\n\n***\n\nsnake_case stays, 2 * 3 too.\n"
    )
    title, paragraphs = plain_text(text, markdown=True)
    assert title == "The Title"
    assert [" ".join(p) for p in paragraphs] == [
        "Some bold and soft text with a link and code.",
        "First item.",
        "Second item.",
        "Quoted words.",
        "snake_case stays, 2 * 3 too.",
    ]
    assert plain_text("# Not a title\n\nText.", markdown=False) == (
        "", [["#", "Not", "a", "title"], ["Text."]],
    )  # fmt: skip


# --- builds ------------------------------------------------------------------------------------


def test_a_set_of_an_own_text(book: Path, built: Path):
    text = own.read(book)
    docs = store.read_docs(built, "own")
    # 2 lengths x 2 segment lengths x 5 excerpts x 4 distances x 2 orders.
    assert len(docs) == 160
    assert Counter(d["distance"] for d in docs).most_common()[-1][1] == 40
    whole = " ".join(text.words)
    asked: Counter[tuple[str, str, str]] = Counter()
    for d in docs:
        assert d["title"] == "The story"
        assert d["text"] in whole
        words = d["text"].split()
        assert len(words) == int(d["length"])
        early, late = (" ".join(words[at : at + int(d["segment"])]) for at in d["starts"])
        assert d["options"][d["gold"]] == early
        assert d["options"][1 - d["gold"]] == late
        assert d["starts"][1] - d["starts"][0] >= int(d["segment"])
        assert early.split()[0] in {"Anna", "Mr.", "Dr.", "Dora", "Mrs.", "Hans"}
        for segment in (early, late):
            asked[d["length"], d["segment"], segment] += 1
    assert set(asked.values()) == {2}, "each segment serves one pair, in both of its orders"
    assert Counter(d["gold"] for d in docs) == {0: 80, 1: 80}
    assert {d["text"] for d in store.read_docs(built, "own_notext")} == {""}
    clusters = [d["cluster_id"] for d in docs]
    assert sum(a != b for a, b in pairwise(clusters)) == len(set(clusters)) - 1
    manifest = store.read_manifest(built)
    assert [(s.path, s.sha256) for s in manifest.sources] == [("story.md", text.sha256)]


def test_the_same_files_give_the_same_bytes(book: Path, built: Path, tmp_path: Path):
    again = own.build([book], lengths=[250, 1000], excerpts=5, out=tmp_path)
    assert again.name == built.name
    assert store.read_manifest(again).digest == store.read_manifest(built).digest


def refused(tmp_path: Path, text: str, **options: int | list[int]) -> str:
    path = tmp_path / "notes.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HeptathlonError) as error:
        own.build([path], out=tmp_path / "out", **options)
    assert not list((tmp_path / "out").glob("*"))
    return str(error.value)


def test_refusals(tmp_path: Path):
    assert "sentences" in refused(tmp_path, "no capitals and no stops " * 200)
    assert "sentences" in refused(tmp_path, "")
    assert "has 29 words, too few" in refused(tmp_path, story(2))
    long = story(60)
    assert "the text has only" in refused(tmp_path, long, lengths=[5000])
    assert "at least 84" in refused(tmp_path, long, lengths=[60])
    assert "of 400 excerpts" in refused(tmp_path, long, lengths=[250], excerpts=400)
    # The same sentence over and over: nothing can be quoted that stands once.
    assert "for 0 of 20 excerpts" in refused(tmp_path, "The cat sat on the mat. " * 200)


def test_a_text_given_twice_is_refused(book: Path, tmp_path: Path):
    copy = tmp_path / "copy.md"
    copy.write_bytes(book.read_bytes())
    with pytest.raises(HeptathlonError, match=r"copy\.md: is the same text as story\.md"):
        own.build([book, copy], out=tmp_path)


def test_a_set_is_named_by_all_that_it_depends_on(tmp_path: Path):
    """The same bytes under another name have another title, and as Markdown are read otherwise."""
    text = f"# A Title\n\n{story(80)}\n"
    titles, folders = [], []
    for name in ("draft.txt", "The Mill.txt", "draft.md"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        folders.append(own.build([tmp_path / name], lengths=[250], excerpts=2, out=tmp_path))
        docs = store.read_docs(folders[-1], "own")
        titles.append(({d["title"] for d in docs}, {d["source"] for d in docs}))
    assert titles == [
        ({"draft"}, {"draft.txt"}), ({"The Mill"}, {"The Mill.txt"}), ({"A Title"}, {"draft.md"}),
    ]  # fmt: skip
    assert len(set(folders)) == 3
    assert (
        own.build([tmp_path / "draft.txt"], lengths=[250], excerpts=2, out=tmp_path) == (folders[0])
    )


def test_a_damaged_own_set_is_built_anew(book: Path, built: Path, tmp_path: Path):
    folder = shutil.copytree(built, tmp_path / built.name)
    (folder / "own" / "test.parquet").write_bytes(b"PAR1")
    (folder / "manifest.json").unlink()
    assert own.build([book], lengths=[250, 1000], excerpts=5, out=tmp_path) == folder
    assert store.content_digest(folder) == store.read_manifest(built).digest


CHINESE = "\n\n".join(
    f"第{i}天，老人走到河边，看见{i * 7}条大鱼。他没有带网，只好回家去。邻居问："
    f"“你为什么空手回来？”他说明天再去，带上{i}个Python朋友。"
    for i in range(1, 120)
)


@pytest.mark.parametrize("language", ["zh", "ja", "wrapped"])
def test_a_text_without_blanks_is_counted_by_characters(language: str, tmp_path: Path):
    text = CHINESE
    if language == "ja":
        text = CHINESE.replace("老人走到河边", "おじいさんはカワへ行き").replace("，", "、")
    if language == "wrapped":
        text = text.replace("，老人", "，\n老人")
    path = tmp_path / "story.txt"
    path.write_text(text, encoding="utf-8")
    whole = CHINESE if language == "wrapped" else text
    paragraphs = " ".join(whole.split("\n\n"))
    for doc in store.read_docs(own.build([path], lengths=[250], excerpts=3, out=tmp_path), "own"):
        assert doc["text"] in paragraphs, "quoted as it stands, blanks and marks included"
        assert 250 <= len(doc["text"]) <= 450
        for option in doc["options"]:
            assert doc["text"].count(option) == 1
            assert int(doc["segment"]) <= len(option) <= 2 * int(doc["segment"])
            assert option[0] not in "，。”？", "a segment starts where a sentence does"


@pytest.mark.parametrize(
    ("words", "counted", "glued"),
    [
        (["Plain", "words,", "“quoted”"], ["Plain", "words,", "“quoted”"], [0, 0, 0]),
        (["你好，世界！"], ["你", "好，", "世", "界！"], [0, 1, 1, 1]),
        (["他说：“走吧。”"], ["他", "说：", "“走", "吧。”"], [0, 1, 1, 1]),
        (["用", "Python写3行"], ["用", "Python", "写", "3", "行"], [0, 0, 1, 1, 1]),
        (["「はい」と", "カード"], ["「は", "い」", "と", "カ", "ー", "ド"], [0, 1, 1, 1, 1, 1]),
        (["한국어는", "띄어", "씁니다."], ["한국어는", "띄어", "씁니다."], [0, 0, 0]),
    ],
)
def test_words_by_hand(words: list[str], counted: list[str], glued: list[int]):
    assert units(words) == (counted, [bool(one) for one in glued])


@given(st.text(max_size=60))
def test_no_sign_is_lost(text: str):
    """Whatever is written, the words and the blanks between them give it back."""
    words = text.split()
    counted, glued = units(words)
    assert "".join(counted) == "".join(words)
    assert len(counted) == len(glued)
    assert not any(any(c.isspace() for c in one) or not one for one in counted)


def test_the_rule_for_words_is_linear():
    """Marks that open something, without end, take their time but once."""
    started = time.process_time()
    assert units(["“" * 200_000])[0] == ["“" * 200_000]
    assert time.process_time() - started < 2


def test_a_script_whose_words_cannot_be_counted_is_refused(tmp_path: Path):
    said = refused(tmp_path, "ชายชราเดินไปที่แม่น้ำและเห็นปลาตัวใหญ่ " * 200)
    assert "cannot be counted here" in said


def test_an_own_set_is_found_by_its_folder(built: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(store.OWN_FOLDER, raising=False)
    with pytest.raises(HeptathlonError, match="HEPTATHLON_OWN names no set"):
        builder.dataset(config="own", edition="own")
    monkeypatch.setenv(store.OWN_FOLDER, str(built))
    assert len(builder.dataset(config="own", edition="own")["test"]) == 160
    smoke = store.ensure(store.SetName("sort", tier="smoke"))
    monkeypatch.setenv(store.OWN_FOLDER, str(smoke))
    with pytest.raises(HeptathlonError, match="is sort fresh version 2, not sort own"):
        builder.dataset(config="own", edition="own")


def test_from_a_text_to_a_score(book: Path, tmp_path: Path):
    """The commands that the guide names, with the searching player as the model."""
    with pytest.raises(HeptathlonError, match="maze is not built from own files"):
        data._build_own("maze", [book], [], 1, tmp_path)
    code, said = heptathlon(
        ["build", "sort", "--text", str(book), "--length", "250", "--excerpts", "4",
         "--out", str(tmp_path)]
    )  # fmt: skip
    assert code == 0, said
    folder = next(p for p in tmp_path.iterdir() if p.is_dir())
    env = {store.OWN_FOLDER: str(folder)}
    code, said = heptathlon(
        ["run", "--model", "heptathlon", "--model_args", "player=search", "--tasks",
         "heptathlon_sort_own_texts", "--output_path", str(tmp_path / "run")], env,
    )  # fmt: skip
    assert code == 0, said
    code, said = heptathlon(["score", str(tmp_path / "run"), "--json"], env)
    assert code == 0, said
    assert '"value": 0.5' in said.split('"headline"')[1][:120]


def heptathlon(arguments: list[str], env: dict[str, str] | None = None) -> tuple[int, str]:
    code = "from heptathlon.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr
