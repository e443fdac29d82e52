"""No script that does not read may win: the fast cut of the attack, and proof that it can bite.

Every event of the registry is attacked; one that the attack cannot ask fails here too.
"""

import logging
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.attack.items import Batch, Item, Read
from benchmarks.attack.known import KNOWN
from benchmarks.attack.report import Attack, fast_cut, search
from heptathlon.families import FAMILIES, Headline
from heptathlon.running.runs import Sample
from heptathlon.scorers.hooks import scorer_of
from heptathlon.scorers.verdict import Verdict
from heptathlon.scoring.samples import ScoredSample
from heptathlon.tasks import catalog

EVENTS = [
    pytest.param(
        name,
        marks=pytest.mark.xfail(strict=True, raises=AssertionError, reason=KNOWN[name])
        if name in KNOWN
        else (),
    )
    for name in FAMILIES
]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("name", EVENTS)
def test_no_script_wins(name: str):
    found = fast_cut(FAMILIES[name])
    won = [f"{c.found.kind} {c.value:.3f} > {c.limit:.3f}: {c.found.cue}" for c in found.cues]
    assert not won, "; ".join(won)


def test_only_events_of_the_registry_are_excused():
    assert KNOWN.keys() <= FAMILIES.keys()


# --- planted cues --------------------------------------------------------------------------------

WORDS = (
    *("amber", "birch", "cedar", "dune", "ember", "fjord"),
    *("glade", "heath", "inlet", "jetty", "knoll", "lagoon"),
)
TASK = "heptathlon_maze_next_move_smoke"


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    if len(responses) == 1:
        right = responses[0] == f"ANSWER: {doc['word']}"
        return Verdict({"acc": float(right)}, "", str(responses[0]).removeprefix("ANSWER: "))
    scores = [score for score, _ in responses]
    best = max(scores)
    share = (scores[doc["gold"]] == best) / scores.count(best)
    return Verdict({"acc": share}, "")


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Score everything by whether the right option is the likeliest."""
    monkeypatch.setitem(sys.modules, "heptathlon.scorers.maze", SimpleNamespace(verdict=verdict))
    headline = Headline(metric="acc", variants=("maze_next_move",), says="…")
    family = FAMILIES["maze"].model_copy(update={"headline": headline})
    monkeypatch.setitem(FAMILIES, "maze", family)
    scorer_of.cache_clear()
    yield
    scorer_of.cache_clear()


def document(rng: np.random.Generator, cue: str) -> dict[str, Any]:
    """Return a question with four options, and the place of the right one by a planted cue."""
    gold = int(rng.integers(4))
    options = [" ".join(rng.choice(WORDS, size=3)) for _ in range(4)]
    a, b = (round(float(x), 1) for x in rng.random(2) * 10)
    if cue == "position":
        gold = 2 if rng.random() < 0.6 else gold
    elif cue == "length":
        options[gold] += " and yet another word" * (rng.random() < 0.7)
    elif cue == "word":
        options[gold] += " surely" * (rng.random() < 0.6)
    elif cue == "threshold":
        gold = min(3, int(a // 2.5)) if rng.random() < 0.8 else gold
    elif cue == "pair":
        gold = int(a > 5) + 2 * int(b > 5) if rng.random() < 0.8 else gold
    text = " ".join(rng.choice(WORDS, size=20))
    if cue == "match":
        text = f"{text} {options[gold]} {text}"
    return {
        "question": f"What follows, at {a} and {b}?", "text": text, "options": options, "a": a,
        "b": b, "gold": gold, "word": WORDS[gold], "form": "next_move",
    }  # fmt: skip


def batch(seed: int, cue: str, count: int = 160, *, written: bool = False) -> Batch:
    rng = np.random.default_rng(seed)
    data = catalog.task_data(TASK)
    items = []
    for number in range(count):
        doc = document(rng, cue) | {"cluster_id": f"{seed}-{number}", "item_id": f"{seed}-{number}"}
        sample = ScoredSample(
            Sample(TASK, number, doc, "", "" if written else [], {}), data, Verdict({}, "")
        )
        shown = frozenset({"question", "text", "options", "a", "b"})
        options = () if written else tuple(doc["options"])
        gold = None if written else doc["gold"]
        said = doc["word"] if written else ""
        item = Item(sample, options, gold, said, f"ANSWER: {said}" if written else "", shown)
        listed = "\n".join(doc["options"])
        item.__dict__["prompt"] = f"{doc['text']}\n{doc['question']}\n{listed}\nAnswer:"
        items.append(item)
    return Batch(FAMILIES["maze"], items)


def found_in(cue: str, **how: Any) -> Attack:
    return search(batch(1, cue, **how), batch(2, cue, **how), chance=0.25, bar=0.3, fast=True)


@pytest.mark.parametrize(
    ("cue", "kinds"),
    [
        ("position", {"constant", "confidence", "options alone", "table"}),
        ("length", {"length", "options alone"}),
        ("word", {"options alone"}),
        ("threshold", {"fields"}),
        ("pair", {"fields"}),
        ("match", {"options in the prompt"}),
    ],
)
@pytest.mark.usefixtures("planted")
def test_a_planted_cue_is_found(cue: str, kinds: set[str]):
    found = found_in(cue)
    assert {one.found.kind for one in found.cues} & kinds


@pytest.mark.usefixtures("planted")
def test_a_planted_cue_in_written_answers_is_found():
    found = found_in("pair", written=True)
    assert "fields" in {one.found.kind for one in found.cues}


@pytest.mark.usefixtures("planted")
def test_nothing_is_found_where_nothing_is():
    """Two clean sets: one false alarm would be luck, two would be a fault."""
    alarms = [
        bool(search(batch(10 + i, ""), batch(50 + i, ""), 0.25, 0.3, fast=True).cues)
        for i in range(2)
    ]
    assert sum(alarms) <= 1


def test_what_a_prompt_reads_of_a_record_is_noted():
    seen: set[str] = set()
    record = Read({"shown": 1, "shots": [{"text": "a", "score": 2}], "gold": 3}, seen)
    assert record["shown"] + record.get("absent", 0) == 1
    assert [shot["text"] for shot in record["shots"]] == ["a"]
    assert seen == {"shown", "shots[].text"}
