"""The paper edition on rows of our own making: reading, refusing, and the published faults."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon import families
from heptathlon.builders import mllm_ct as builder
from heptathlon.builders import store
from heptathlon.builders.mllm_ct import paper
from heptathlon.errors import HeptathlonError
from heptathlon.models.chat import Keep
from heptathlon.pages.studies import continual as study_report
from heptathlon.running import runner, runs
from heptathlon.scorers import mllm_ct as scorer
from heptathlon.scorers import mllm_ct_paper
from heptathlon.scoring import judging, scorecard
from heptathlon.studies import study
from heptathlon.tasks import catalog
from heptathlon.tasks.mllm_ct import pictures, prompts
from heptathlon.tasks.mllm_ct.baselines import PLAYERS
from heptathlon.tasks.rubrics import Question

GOLDS = {
    "numglue": ["25", "3.5", "1,200"],
    "art": ["A woman holds a red fan.", "Two boats", "a castle"],
    "math": ["B", "Yes", "12"],
    "fomc": ["C", "A", "B"],
    "medical": ["The left lung", "CT", "fracture of the femur"],
    "OCR": ["\\frac{a}{b} + c", "ant", "STOP 42"],
    "science": ["D", "A", "B"],
}


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a mirror with seven files in the form that the repository documents."""
    folder = tmp_path / "mirror" / paper.HUB
    (folder / "reasoning_test").mkdir(parents=True)
    for key, golds in GOLDS.items():
        rows = []
        for number, gold in enumerate(golds):
            row = {"problem": f"Question {number} of {key}.",
                   "solution": f"<think>Because of {number}.</think> {gold}"}  # fmt: skip
            if key not in paper.TEXT_KEYS:
                row["image"] = f"img/{key}/{number}.png"
            rows.append(row)
        (folder / "reasoning_test" / f"{key}.json").write_text(json.dumps(rows))
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path / "mirror"))
    return folder


def docs(mirror: Path) -> list[dict[str, Any]]:
    del mirror
    return [
        record.model_dump(mode="json")
        for key in builder.shards("paper", "full")
        for records in builder.generate("paper", "full", key, "2026.1", "").values()
        for record in records
    ]


def test_rows_are_read_as_documented(mirror: Path):
    found = docs(mirror)
    assert [d["gold"] for d in found] == [g for golds in GOLDS.values() for g in golds]
    kinds = {k: [d["kind"] for d in found if d["task"] == k] for k in GOLDS}
    assert kinds["numglue"] == ["number"] * 3
    assert kinds["math"] == ["letter", "yes_no", "number"]
    assert kinds["fomc"] == kinds["science"] == ["letter"] * 3
    assert kinds["art"] == kinds["OCR"] == kinds["medical"] == ["text"] * 3
    assert all(bool(d["image"]) == (d["task"] not in paper.TEXT_KEYS) for d in found)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"problem": "", "solution": "1"}, "'problem' is missing or empty"),
        ({"problem": "p"}, "'solution' is missing or empty"),
        ({"problem": "p", "solution": "<think>x</think> "}, "no final answer"),
        ({"problem": "p", "solution": "1", "image": "x.png"}, "has no image"),
        ("row", "is no object"),
    ],
)
def test_broken_rows_are_refused(mirror: Path, row: Any, says: str):
    (mirror / "reasoning_test" / "numglue.json").write_text(json.dumps([row]))
    with pytest.raises(HeptathlonError, match=rf"row 0.*{says}"):
        builder.generate("paper", "full", "numglue", "2026.1", "")


def test_what_is_missing_is_said(mirror: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (mirror / "reasoning_test" / "art.json").unlink()
    with pytest.raises(HeptathlonError, match=r"art\.json: is missing"):
        builder.generate("paper", "full", "art", "2026.1", "")
    doc = {"image": "img/art/0.png", "row": 0, "task": "art"}
    pytest.importorskip("PIL")
    with pytest.raises(HeptathlonError, match=r"0\.png: is missing; unpack img\.zip"):
        pictures.paper_picture(doc)
    (mirror / "img" / "art").mkdir(parents=True)
    (mirror / "img" / "art" / "0.png").write_bytes(b"not a picture")
    with pytest.raises(HeptathlonError, match="is no picture that can be read"):
        pictures.paper_picture(doc)
    with pytest.raises(HeptathlonError, match="lies elsewhere"):
        pictures.paper_picture({**doc, "image": "../../../etc/passwd"})
    monkeypatch.delenv("HEPTATHLON_SOURCES")
    with pytest.raises(HeptathlonError, match="HEPTATHLON_SOURCES=DIR"):
        pictures.paper_picture(doc)


def test_orders():
    assert paper.ORDERS["order2"] == paper.ORDERS["order1"][::-1]
    assert all(sorted(order) == sorted(paper.KEYS) for order in paper.ORDERS.values())


def row(kind: str, gold: str) -> dict[str, Any]:
    return {"form": "paper", "task": "x", "kind": kind, "gold": gold}


@pytest.mark.parametrize(
    ("kind", "gold", "text", "strict", "lenient"),
    [
        # What the repository's first scorer gets wrong: a right letter.
        ("letter", "C", "<answer>C</answer>", 1, 1),
        ("letter", "C", "<think>A or B?</think><answer>(C)</answer>", 1, 1),
        ("letter", "C", "The answer is C.", 0, 1),
        # What its second one gets wrong.
        ("text", "ant", "<answer>elephant</answer>", 0, 0),
        ("yes_no", "no", "<answer>unknown</answer>", 0, 0),
        ("yes_no", "no", "<answer>there is no doubt: yes</answer>", 0, 0),
        ("letter", "A", "<answer>a red blood cell, so (B)</answer>", 0, 0),
        ("letter", "B", "<answer>a red blood cell, so (B)</answer>", 0, 1),
        ("letter", "A", "<answer>A red blood cell</answer>", 0, 0),
        ("text", "a red boat", "<answer>red, blue, boat, a red boat, house</answer>", 0, 0),
        ("text", "The red boat.", "<answer>red boat</answer>", 1, 1),
        ("text", "red boat", "red boat", 1, 1),
        ("text", "red boat", "It shows this:\nred boat", 0, 1),
        # What follows the reasoning is the answer, as in the published rows.
        ("letter", "C", "<think>A or B?</think> C", 1, 1),
        ("number", "25", "<think>20 + 5</think>\n25", 1, 1),
        ("letter", "C", "<think>A</think> It is C", 0, 1),
        ("text", "fracture of the femur", "<answer>fracture of the tibia</answer>", 0, 0),
        ("text", "\\frac{a}{b}", "<answer>$\\frac {a} {b}$</answer>", 1, 1),
        ("number", "1,200", "<answer>1200</answer>", 1, 1),
        ("number", "25", "<answer>25%</answer>", 1, 1),
        ("number", "25", "<answer>25 apples</answer>", 0, 1),
        ("number", "25", "<answer>125</answer>", 0, 0),
        ("number", "25", "<answer>20 or 25</answer>", 0, 0),
        ("number", "3.5", "<answer>3.50</answer>", 1, 1),
        ("yes_no", "yes", "<answer>Yes.</answer>", 1, 1),
        ("yes_no", "yes", "Yes, it is.", 0, 1),
        ("letter", "A", "", 0, 0),
        ("text", "x", "<think>x", 0, 0),
    ],
)
def test_extractors(kind: str, gold: str, text: str, strict: int, lenient: int):
    found = scorer.verdict(row(kind, gold), [text]).metrics
    assert (found["strict"], found["lenient"]) == (strict, lenient)


@pytest.mark.parametrize(
    ("task", "gold", "text", "right"),
    [
        ("fomc", "C", "<answer>C. neutral</answer>", 1),
        ("fomc", "A", "<answer>a rise in rates, so (B)</answer>", 1),
        ("science", "B", "<think>A</think> (b)", 1),
        ("science", "B", "<think>B", 0),
        ("numglue", "1,200", "so 3 and 1200.0004", 1),
        ("numglue", "25", "25 of 30", 0),
        ("math", "no", "There is no doubt: yes", 1),
        ("math", "no", "No, it is not", 1),
        ("math", "12", "12 apples, not 13", 1),
        ("math", "B", "<answer>b)</answer>", 1),
        ("OCR", "ant", "an elephant", 1),
        ("art", "A woman holds a red fan.", "a woman has a red fan", 1),
        ("art", "A woman holds a red fan.", "two boats on a lake", 0),
        ("medical", "CT", "CT, MRI or X-ray", 1),
        ("art", "A woman", "", 0),
    ],
)
def test_the_released_rule(task: str, gold: str, text: str, right: int):
    """Its faults included: it is there to be set beside published figures."""
    doc = {**row("text", gold), "task": task}
    assert mllm_ct_paper.verdict(doc, [text]).metrics["released"] == right


def test_the_published_row_earns_everything(mirror: Path):
    for doc in docs(mirror):
        found = scorer.verdict(doc, [doc["solution"]]).metrics
        assert found == dict.fromkeys(mllm_ct_paper.METRICS, 1.0), doc


def test_the_bare_problem_is_asked_and_ours_is_a_variant_by_name(mirror: Path):
    doc = docs(mirror)[0]
    assert prompts.paper_prompt(doc) == doc["problem"]
    assert prompts.tagged_prompt(doc).startswith(doc["problem"] + "\n\nReason between")
    of = {name: catalog.definition(f"heptathlon_mllm_ct_paper_numglue{name}")["doc_to_text"]
          for name in ("", "_tagged")}  # fmt: skip
    assert [name.rpartition(".")[2] for name in of.values()] == ["paper_prompt", "tagged_prompt"]


@given(st.sampled_from(["letter", "yes_no", "number", "text"]), st.text(), st.text(min_size=1))
@settings(max_examples=200, deadline=None)
def test_any_text_gets_a_verdict(kind: str, text: str, gold: str):
    found = mllm_ct_paper.verdict(row(kind, gold), [text]).metrics
    assert tuple(found) == mllm_ct_paper.METRICS
    assert all(0.0 <= v <= 1.0 for v in found.values())
    assert found["strict"] <= found["lenient"]


def test_rouge_l_by_the_rouge_package():
    package = pytest.importorskip("rouge_score.rouge_scorer")
    theirs = package.RougeScorer(["rougeL"])
    pairs = [("the red boat", "a red boat"), ("x", "y"), ("a b c d", "d c b a"),
             ("A woman holds a red fan.", "the woman holds her fan")]  # fmt: skip
    for answer, gold in pairs:
        expected = theirs.score(gold, answer)["rougeL"].fmeasure
        assert mllm_ct_paper.rouge_l(answer, gold) == pytest.approx(expected)


def test_players_and_prompts(mirror: Path):
    for doc in docs(mirror):
        text = prompts.paper_prompt(doc)
        assert text.count("<image>") == int(bool(doc["image"]))
        assert doc["gold"] not in text
        of = {n: scorer.verdict(doc, [p.answer(doc)]).metrics for n, p in PLAYERS.items()}
        assert of["oracle"]["strict"] == of["oracle"]["rouge_l"] == 1.0
        assert of["gold_dumper"]["strict"] == of["gold_dumper"]["lenient"] == 0.0
        assert of["format_forgetter"]["strict"] == 0.0
        assert of["format_forgetter"]["lenient"] == 1.0


def test_a_run_of_the_paper_edition(mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HEPTATHLON_HOME", str(tmp_path / "home"))
    tasks = ["heptathlon_mllm_ct_paper_numglue_smoke", "heptathlon_mllm_ct_paper_fomc_smoke"]
    for task in tasks:
        data = catalog.task_data(task)
        assert (data.edition, data.tier) == ("paper", "smoke")
        assert data.config in builder.configs("paper")
    runner.run(["--model", "heptathlon", "--model_args", "player=oracle", "--tasks",
                ",".join(tasks), "--output_path", str(tmp_path / "run")])  # fmt: skip
    card, scored = scorecard.score_run(runs.read_run(tmp_path / "run"))
    found = card.families["mllm_ct"]
    assert found.edition == "paper"
    assert found.headline.value == 1.0
    assert not found.complete, "two of seven tasks"
    assert len(scored) == 6
    manifest = store.read_manifest(store.ensure(store.SetName("mllm_ct", "paper", "smoke")))
    assert len(manifest.sources) == 7
    assert all(len(s.sha256) == 64 for s in manifest.sources)


def test_the_registry_ranks_the_papers_tasks():
    headline = families.family("mllm_ct").headline_of("paper")
    assert headline.variants == tuple(f"mllm_ct_{paper.config_of(k)}" for k in paper.KEYS)
    for variant in headline.variants:
        for tier in ("full", "lite", "smoke"):
            assert families.task_name(variant, tier) in catalog.leaves()


def test_a_judge_stands_for_the_reasoning_in_a_study(
    mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The rows have no facts: what answers are held against is the judge's opinion, by its name."""
    monkeypatch.setenv("HEPTATHLON_HOME", str(tmp_path / "home"))
    tasks = ["heptathlon_mllm_ct_paper_numglue_smoke", "heptathlon_mllm_ct_paper_fomc_smoke"]
    rows = [("base", "blind", None), ("one", "oracle", 90), ("two", "last_task_expert", 60)]
    for name, player, grade in rows:
        folder = tmp_path / name
        runner.run(["--model", "heptathlon", "--model_args", f"player={player}", "--tasks",
                    ",".join(tasks), "--output_path", str(folder)], brief=True)  # fmt: skip
        judging.judge_run(folder, Judge(grade))
    file = tmp_path / "study.yaml"
    after = [None, *tasks]
    file.write_text(yaml.safe_dump({
        "study": "judged", "kind": "continual", "tasks": tasks,
        "checkpoints": [
            {"name": name, "run": str(tmp_path / name)} | ({"after": a} if a else {})
            for (name, _, _), a in zip(rows, after, strict=True)
        ],
    }))  # fmt: skip
    card = study.score_study(study.read_study(file))
    judged = card.metrics["judged"]
    assert judged.base == [0.0, 0.0], "no reasoning at all scores 0"
    assert judged.scores[0] == pytest.approx([0.9, 0.9])
    # The last checkpoint answers neither of these tasks with any reasoning.
    assert judged.scores[1] == [0.0, 0.0]
    assert card.apart_by == "judged"
    lenient = card.metrics["lenient"].figures["bwt_gem"].value
    assert card.apart.value == pytest.approx(lenient - judged.figures["bwt_gem"].value)
    assert card.split["bwt_strict"].value is not None
    assert "answers less reasoning (as judged)" in study_report.render(card)


class Judge:
    """A judge that gives every dimension the same grade."""

    name, host = "org/judge", "localhost:1"
    settings: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self, grade: int | None) -> None:
        self.grade = grade

    def ask(self, questions: Sequence[Question], keep: Keep) -> None:
        assert not questions or self.grade is not None
        reply = json.dumps({"logic": self.grade, "knowledge": self.grade})
        for place in range(len(questions)):
            keep(place, reply)
