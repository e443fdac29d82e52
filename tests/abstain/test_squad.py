"""SQuAD 2.0: the official scoring, the published file, and its questions as a paper edition."""

import hashlib
import json
import re
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.builders.abstain import squad as published
from heptathlon.cli import squad as cli
from heptathlon.errors import HeptathlonError
from heptathlon.running.runs import Sample
from heptathlon.scorers import abstain, squad
from heptathlon.scorers.verdict import Row
from heptathlon.scoring.figures import estimate, of_whole
from heptathlon.scoring.samples import Part, ScoredSample
from heptathlon.tasks import catalog
from heptathlon.tasks.abstain import NOT_STATED, prompts
from heptathlon.tasks.players import players_of

TASK = "heptathlon_abstain_squad"
CONTEXT = "The red cat sat by the river Ouse in 1932. It left for York."
FILE = {
    "version": "v2.0",
    "data": [
        {
            "title": "Cats",
            "paragraphs": [
                {
                    "context": CONTEXT,
                    "qas": [
                        {
                            "id": "q1", "question": "Who sat by the river?", "is_impossible": False,
                            "answers": [{"text": "The red cat", "answer_start": 0},
                                        {"text": "cat", "answer_start": 8}],
                        },
                        {
                            "id": "q2", "question": "Who owned the cat?", "is_impossible": True,
                            "answers": [],
                            "plausible_answers": [{"text": "York", "answer_start": 55}],
                        },
                    ],
                }
            ],
        }
    ],
}  # fmt: skip


# --- the scoring ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("golds", "said", "exact", "f1"),
    [
        (["the Cat"], "cat!", 1, 1),
        ([], "unanswerable", 0, 0),
        ([], "", 1, 1),
        (["red cat"], "cat", 0, 2 / 3),
        (["the"], "", 1, 1),  # nothing is left of it, so it counts as no answer
        (["a dog", "red cat"], "the red cat", 1, 1),
        (["cat cat"], "cat", 0, 2 / 3),
    ],
)
def test_known_answers(golds: list[str], said: str, exact: float, f1: float):
    assert squad.exact(golds, said) == exact
    assert squad.f1(golds, said) == pytest.approx(f1)


def _by_hand(text: str) -> list[str]:
    """Return the words that are compared, letter by letter and word by word."""
    letters = "".join(c for c in text.lower() if c not in string.punctuation)
    return [w for w in letters.split() if w not in {"a", "an", "the"}]


def _scores_by_hand(golds: list[str], said: str) -> tuple[float, float]:
    wanted = [words for words in map(_by_hand, golds) if words] or [[]]
    mine = _by_hand(said)
    best = 0.0
    for words in wanted:
        left, common = list(words), 0
        for word in mine:
            if word in left:
                left.remove(word)
                common += 1
        if not words or not mine:
            best = max(best, float(words == mine))
        elif common:
            precision, recall = common / len(mine), common / len(words)
            best = max(best, 2 * precision * recall / (precision + recall))
    return float(mine in wanted), best


TEXTS = st.lists(
    st.sampled_from(["the", "a", "An", "red", "Cat!", "cat", "(dog)", "17", "..", "blue-green"]),
    max_size=4,
).map(" ".join)
QUESTIONS = st.lists(
    st.tuples(st.lists(TEXTS, max_size=3), TEXTS, st.integers(0, 1000)), min_size=1, max_size=8
)


@settings(max_examples=300, deadline=None)
@given(QUESTIONS, st.sampled_from([0.0, 0.25, 1.0]))
def test_another_implementation_agrees(rows: list[Any], threshold: float):
    # Probabilities that differ: of equal ones the official "best" depends on the file's order.
    ids = [f"q{i}" for i in range(len(rows))]
    golds = dict(zip(ids, (row[0] for row in rows), strict=True))
    said = dict(zip(ids, (row[1] for row in rows), strict=True))
    doubts = {q: row[2] / 1001 + i * 1e-6 for i, (q, row) in enumerate(zip(ids, rows, strict=True))}
    found = squad.evaluate(golds, said, doubts, threshold)

    def at(limit: float, metric: int, names: list[str]) -> float:
        total = 0.0
        for q in names:
            declined = doubts[q] > limit
            total += float(not golds[q]) if declined else _scores_by_hand(golds[q], said[q])[metric]
        return 100 * total / len(names)

    for metric, name in enumerate(("exact", "f1")):
        assert getattr(found, name) == pytest.approx(at(threshold, metric, ids))
        for part, wanted in (("HasAns", True), ("NoAns", False)):
            names = [q for q in ids if bool(golds[q]) is wanted]
            if names:
                assert found.parts[part][name] == pytest.approx(at(threshold, metric, names))
        # A prediction of articles alone is text to the official "best", and none to its scores.
        if all(bool(text) == bool(_by_hand(text)) for text in said.values()):
            best = max(at(limit, metric, ids) for limit in (-1.0, *doubts.values()))
            assert found.best[f"best_{name}"] == pytest.approx(best)
            assert found.best[f"best_{name}"] >= at(threshold, metric, ids) - 1e-9


def test_missing_predictions_are_refused():
    golds = {"a": ["cat"], "b": []}
    with pytest.raises(ValueError, match="1 questions have no prediction, b among them"):
        squad.evaluate(golds, {"a": "cat"})
    with pytest.raises(ValueError, match="no probability"):
        squad.evaluate(golds, {"a": "cat", "b": ""}, {"a": 0.5})
    with pytest.raises(ValueError, match="no questions"):
        squad.evaluate({}, {})
    assert squad.evaluate(golds, {"a": "cat", "b": ""}).best == {}


# --- the file ------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small file in the authors' form where the published one would lie."""
    path = tmp_path / published.DEV.repository / published.DEV.path
    path.parent.mkdir(parents=True)
    data = json.dumps(FILE).encode()
    path.write_bytes(data)
    name = hashlib.sha1(f"blob {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()
    monkeypatch.setattr(published, "BLOB", name)
    monkeypatch.setattr(published, "SHARES", dict.fromkeys(published.SHARES, 1))
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path))
    return path


def docs(file: Path) -> list[dict[str, Any]]:
    return [one.model_dump() for one in published.read(file)]


def test_the_file_is_read_and_checked(file: Path):
    one, other = published.generate("full")
    assert (one.part, one.answers, one.answer) == ("HasAns", ("The red cat", "cat"), "The red cat")
    assert (other.part, other.answers, other.answer) == ("NoAns", (), NOT_STATED)
    assert one.cluster_id == other.cluster_id
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(HeptathlonError, match="is not the published"):
        published.generate("full")
    file.write_text('{"data": [{"title": "x"}]}', encoding="utf-8")
    with pytest.raises(HeptathlonError, match=r"not of the form of SQuAD 2\.0"):
        published.read(file)
    file.unlink()
    with pytest.raises(HeptathlonError, match="is missing"):
        published.generate("full")


def test_an_answer_is_scored_as_the_official_script_does(file: Path):
    has, none = docs(file)
    shown = prompts.span(has)
    assert CONTEXT in shown
    assert NOT_STATED in shown
    cases = [
        (has, "ANSWER: the red cat.", 1, 1, "right"),
        (has, "ANSWER: red", 0, 2 / 3, "wrong"),
        (has, f"ANSWER: {NOT_STATED}", 0, 0, "silent"),
        (none, f"ANSWER: {NOT_STATED}", 1, 1, "rightly_silent"),
        (none, "ANSWER: York", 0, 0, "wrong"),
        (none, "", 0, 0, "no_answer"),
        (none, "ANSWER: the", 0, 0, "unreadable"),
    ]
    for doc, reply, exact, f1, outcome in cases:
        found = abstain.verdict(doc, [reply])
        assert found.metrics == {"exact": exact, "f1": pytest.approx(f1)}, reply
        assert found.outcome == outcome
    rows = [Row("abstain_squad", doc, abstain.verdict(doc, ["ANSWER: cat"])) for doc in (has, none)]
    first, second = abstain.across(rows)
    assert first.metrics["HasAns_exact"] == 1
    assert second.metrics["NoAns_f1"] == 0
    assert "twin" not in first.metrics


def test_a_run_without_a_part_has_no_headline(file: Path):
    has, _ = docs(file)
    data = catalog.task_data(TASK)
    headline = data.family.headline_of("paper")
    sample = Sample(TASK, 0, has, "", "ANSWER: cat", {})
    one = ScoredSample(sample, data, abstain.verdict(has, ["ANSWER: cat"]))
    figure = estimate("f1", [one])
    parts = {"HasAns": Part(1), "NoAns": Part(1)}
    found = of_whole(headline, figure, [one], {one.variant: parts})
    assert found.value is None
    assert "between 0.500 and 1.000" in found.reason
    assert of_whole(headline, figure, [one], {one.variant: {"HasAns": Part(1)}}).value == 1


def test_players_answer_it_and_none_that_sees_the_prompt_knows_it(file: Path):
    has, none = docs(file)
    players = players_of("abstain")
    for name, player in players.items():
        scores = [
            abstain.verdict(doc, [player.answer(doc)]).metrics["exact"] for doc in (has, none)
        ]
        assert scores == [1, 1] if player.oracle else sum(scores) < 2, name
    constant = players["constant"]
    assert abstain.verdict(none, [constant.answer(none)]).metrics["f1"] == 1
    assert re.fullmatch(r"ANSWER: .+", players["search"].answer(has))


# --- predictions of others -----------------------------------------------------------------------


def test_a_file_of_predictions_is_scored(file: Path, capsys: pytest.CaptureFixture[str]):
    said, doubts = file.parent / "said.json", file.parent / "doubts.json"
    said.write_text('{"q1": "cat", "q2": "York"}', encoding="utf-8")
    doubts.write_text('{"q1": 0.1, "q2": 0.6}', encoding="utf-8")
    cli.squad(said, doubts, threshold=1.0, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["exact"], found["HasAns_f1"], found["NoAns_exact"]) == (50, 100, 0)
    assert (found["best_exact"], found["best_exact_thresh"]) == (100, 0.1)
    cli.squad(said, None, threshold=1.0)
    assert "best_" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"q1": "cat"}', "1 questions have no prediction, q2 among them"),
        ('{"q1": "cat", "q2": 3}', "the value of 'q2' is no text"),
        ("[]", "is no object"),
    ],
)
def test_bad_predictions_are_refused(file: Path, text: str, said: str):
    path = file.parent / "said.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HeptathlonError, match=said):
        cli.squad(path, None, threshold=1.0)
