"""Longcontext in own texts, and windows too small for some lengths: builds and refusals."""

import random
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from heptathlon.builders import store
from heptathlon.builders.longcontext import build, own, ownhay, text
from heptathlon.builders.longcontext.links import TABLES
from heptathlon.errors import HeptathlonError
from heptathlon.families import family
from heptathlon.models import window
from heptathlon.scorers import longcontext as scorer
from heptathlon.scorers.verdict import Row
from heptathlon.tasks import catalog
from heptathlon.tasks.players import players_of

WORDS = ("grey", "cold", "wet", "slow", "old", "mild", "dull", "faint", "plain", "soft", "pale")
ODD = "She said so. \u201cThe end of it!\u201d Mr. Grey left at 5 p.m. and came back."
"""Sentences that a rule of stops alone cuts wrongly."""


def prose(sentences: int, seed: int = 1) -> str:
    draw = random.Random(seed)
    made = [
        f"The {draw.choice(WORDS)} {draw.choice(WORDS)} morning was {draw.choice(WORDS)} and "
        f"{draw.choice(WORDS)} again."
        for _ in range(sentences)
    ]
    return "\n\n".join(" ".join([*made[at : at + 6], ODD]) for at in range(0, sentences, 6))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("HEPTATHLON_HOME", str(folder))
        ownhay.load.cache_clear()
        yield folder


@pytest.fixture(scope="module")
def book(home: Path) -> Path:
    path = home / "book.txt"
    path.write_text(f"{prose(300)} Whoever knows Oslo was there.\n")
    return path


@pytest.fixture(scope="module")
def built(home: Path, book: Path) -> Path:
    return own.build([book], lengths=[250, 1000], excerpts=3, out=home / "out")


def rows(built: Path, form: str) -> list[dict[str, Any]]:
    return store.read_docs(built, form)


def test_facts_stand_in_the_user_s_own_sentences(built: Path, book: Path):
    known = " ".join(book.read_text().split())
    starts = set()
    for doc in rows(built, "needle"):
        whole = text.text_of(doc)
        starts.add(whole[:60])
        assert doc["words"] - 60 <= len(whole.split()) <= doc["words"]
        for fact in doc["told"]:
            assert whole.count(fact) == 1
            whole = whole.replace(fact, "\0")
        for part in whole.split("\0"):
            assert " ".join(part.split()) in known
        assert "Oslo" not in whole
    assert len(starts) > 3
    manifest = store.read_manifest(built)
    (source,) = manifest.sources
    assert source.revision == "own text; 1 of 451 sentences were left out"


@pytest.mark.parametrize("form", build.FORMS)
def test_players_reach_in_own_texts_what_they_reach_in_the_suite_s(built: Path, form: str):
    docs = rows(built, form)

    def reach(name: str) -> float:
        player = players_of("longcontext")[name]
        judged = [
            Row(form, d, scorer.verdict(d, player.likelihoods(d, d["options"]))) for d in docs
        ]
        return float(np.mean([v.metrics["reach"] for v in scorer.across(judged)]))

    assert reach("reader") == reach("oracle") == 1
    if form in ("latent", "absent"):
        assert reach("grep") < 0.35


def test_a_block_of_own_hay_is_made_alone_and_another_hay_is_refused(built: Path, home: Path):
    doc = rows(built, "needle")[0]
    recipe = text.recipe_of(doc)._replace(words=1000)
    assert text.block(recipe, 0) == next(text.blocks(recipe))
    path = home / ownhay.FOLDER / f"{doc['hay']}.txt"
    kept = path.read_text()
    ownhay.load.cache_clear()
    path.write_text(kept.replace("morning", "evening"))
    with pytest.raises(HeptathlonError, match="is not there, or was changed; build the set again"):
        ownhay.load(doc["hay"])
    path.write_text(kept)
    assert ownhay.load(doc["hay"]).words > 1000


def test_the_same_files_give_the_same_set(built: Path, book: Path, tmp_path: Path):
    again = own.build([book], lengths=[1000, 250], excerpts=3, out=tmp_path)
    assert store.read_manifest(again).digest == store.read_manifest(built).digest
    assert again.name == built.name


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (b"\xff\xfe\x00", {}, "not UTF-8 text"),
        (b"no sentence at all", {}, "holds no sentence"),
        (b"", {}, "holds no sentence"),
        (prose(12).encode(), {}, "too few for texts of 250; give 500 words"),
        (prose(80).encode(), {"lengths": [1000]}, "too few for texts of 1,000"),
        (prose(80).encode(), {"lengths": [100]}, "texts have at least 250 words"),
        ((prose(60) + " He met Fujita in Oslo. A doctor came. Oslo is far.").encode(), {},
         r"3 of 93 sentences hold a word that is asked about .most often: .*more than 1%"),
    ],
    ids=["not UTF-8", "no sentence", "empty", "short", "short for a length", "too short a length",
         "keys"],
)  # fmt: skip
def test_files_that_cannot_serve_are_refused_in_a_sentence(
    home: Path, tmp_path: Path, content: bytes, options: dict[str, Any], says: str
):
    path = tmp_path / "file.txt"
    path.write_bytes(content)
    with pytest.raises(HeptathlonError, match=says) as error:
        own.build([path], out=tmp_path / "out", **options)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()


def test_one_text_given_twice_is_refused(home: Path, book: Path, tmp_path: Path):
    other = tmp_path / "copy.txt"
    other.write_bytes(book.read_bytes())
    with pytest.raises(HeptathlonError, match="is the same text as"):
        own.build([book, other], out=tmp_path)


def test_every_word_that_is_asked_about_is_found():
    asked = ownhay._asked_about()
    for table in TABLES.values():
        for link in table.links.items():
            assert all(asked.search(f"There was {side} here.") for side in link)
    for words in build.passages.VALUES.values():
        assert all(asked.search(f"Two {word}s and more.") for word in words)
    assert not asked.search("The eels were cheap.")
    assert asked.search("DOCTORS")
    assert not re.search(asked, "undoctored")


def test_tasks_of_own_texts_have_the_headline_of_the_suite_s(
    built: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(store.OWN_FOLDER, str(built))
    headline = family("longcontext").headline_of("own")
    assert headline.whole == "words"
    names = {f"heptathlon_{name}" for name in headline.variants}
    assert names <= set(catalog.leaves())


# --- windows -------------------------------------------------------------------------------------


class Words:
    """A model whose tokens are words."""

    def __init__(self, window: int) -> None:
        self.window = window

    def tok_encode(self, text: str) -> list[str]:
        return text.split()


def tasks(lengths: list[int]) -> dict[str, Any]:
    requests = [
        SimpleNamespace(
            args=("word " * words, "yes"), request_type="loglikelihood", doc_id=n,
            doc={"words": words},
        )
        for n, words in enumerate(lengths)
    ]  # fmt: skip
    return {"task": SimpleNamespace(instances=requests)}


def test_which_lengths_are_left_is_said_before_the_run(caplog: pytest.LogCaptureFixture):
    config = SimpleNamespace(samples=None)
    given = tasks([250, 250, 1000, 4000, 16000])
    with pytest.raises(HeptathlonError, match="of words 4000, 16000 none fits; left are 250, 1000"):
        window.fitting(Words(2000), given, config, skip=False, parts={"task": "words"})
    asked = window.fitting(Words(2000), given, config, skip=True, parts={"task": "words"})
    assert asked == {"task": [0, 1, 2]}
    assert "of words 4000, 16000 none fits; left are 250, 1000" in caplog.text
    with pytest.raises(HeptathlonError, match="of words 250, 1000, 4000, 16000 none fits; leave"):
        window.fitting(Words(100), given, config, skip=False, parts={"task": "words"})
    with pytest.raises(HeptathlonError, match="no prompt fits"):
        window.fitting(Words(100), given, config, skip=True, parts={"task": "words"})
    # Of passages there are no lengths of which all are needed.
    with pytest.raises(HeptathlonError, match=r"tokens\); leave"):
        window.fitting(Words(2000), given, config, skip=False, parts={"task": "other"})
    assert window.fitting(Words(20_000), given, config, skip=False, parts={"task": "words"}) is None
