"""CoIN's tasks on rows of our own making: reading, refusing, the published faults, a study."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon import families
from heptathlon.builders import mllm_ct as builder
from heptathlon.builders import store
from heptathlon.builders.mllm_ct import coin
from heptathlon.errors import HeptathlonError
from heptathlon.leaderboard import submit
from heptathlon.running import runner, runs
from heptathlon.scorers import mllm_ct as scorer
from heptathlon.scorers import mllm_ct_coin
from heptathlon.scoring import scorecard
from heptathlon.studies import study
from heptathlon.tasks import catalog
from heptathlon.tasks.mllm_ct import pictures, prompts
from heptathlon.tasks.mllm_ct.baselines import PLAYERS
from heptathlon.tasks.mllm_ct.judge import RUBRIC

WORD = "Answer the question using a single word or phrase."
ROWS: dict[str, list[dict[str, Any]]] = {
    "ScienceQA": [
        {"text": "Which is a rock?\nA. granite\nB. oak\nAnswer with the letter.", "answer": "A",
         "image": "ScienceQA/0.png"},
        {"text": "Which is a tree?\nA. granite\nB. oak\nAnswer with the letter.", "answer": "B."},
    ],
    "TextVQA": [{"text": f"What is on the sign?\n{WORD}", "answer": "stop"}] * 2,
    "ImageNet": [{"text": "What is the object?\nName it.", "answer": "fire engine"},
                 {"text": "What is the object?\nName it.", "answer": "tench"}],
    "GQA": [{"text": f"Is it raining?\n{WORD}", "answer": "no"},
            {"text": f"What colour is the van?\n{WORD}", "answer": "dark blue"}],
    "VizWiz": [{"text": f"What is this?\n{WORD}", "answer": "unanswerable"},
               {"text": f"What is this?\n{WORD}", "answer": "a mug"}],
    "Grounding": [{"text": "Give the box of the cat.", "answer_bbox": "[0.10, 0.20, 0.50, 0.60]"},
                  {"text": "Give the box of the dog.", "answer_bbox": [0.5, 0.0, 1.0, 0.5]}],
    "VQAv2": [{"text": f"How many boats?\n{WORD}", "answer": "2"},
              {"text": f"Is it day?\n{WORD}", "answer": "yes"}],
    "OCRVQA": [{"text": f"Who wrote it?\n{WORD}", "answer": "Ann O'Mara"},
               {"text": f"What is the title?\n{WORD}", "answer": "The Long Way: A Walk"}],
}  # fmt: skip
VOTES = [["stop"] * 8 + ["halt", "Stop!"], ["red"] * 3 + ["blue"] * 7]


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a mirror with eight files in the form that CoIN's evaluation reads, and pictures."""
    image = pytest.importorskip("PIL.Image")
    folder = tmp_path / "mirror" / coin.HUB
    for key, rows in ROWS.items():
        full = []
        for number, row in enumerate(rows):
            path = row.get("image") or ("" if key == "ScienceQA" else f"{key}/{number}.png")
            more = {"image": path} if path else {}
            full.append({"question_id": f"{key}-{number}", **row, **more})
            if path:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                image.new("RGB", (8, 8), (number * 40, 9, 9)).save(folder / path)
        write(folder, key, full)
    votes = {"data": [{"question_id": f"TextVQA-{i}", "answers": v} for i, v in enumerate(VOTES)]}
    (folder / "TextVQA" / "TextVQA_0.5.1_val.json").write_text(json.dumps(votes))
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path / "mirror"))
    monkeypatch.setenv("HEPTATHLON_HOME", str(tmp_path / "home"))
    return folder


def write(folder: Path, key: str, rows: Any) -> None:
    file = folder / "Instruction_Type1" / key / "test.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(rows))


def made(key: str) -> list[dict[str, Any]]:
    built = builder.generate("coin", "full", key, "2026.1", "")
    return [record.model_dump(mode="json") for records in built.values() for record in records]


def test_rows_are_read_as_their_evaluation_reads_them(mirror: Path):
    found = {key: made(key) for key in builder.shards("coin", "full")}
    assert tuple(found) == coin.KEYS, "the published order"
    assert [d["golds"] for d in found["ScienceQA"]] == [["A"], ["B"]]
    assert [bool(d["image"]) for d in found["ScienceQA"]] == [True, False]
    assert [d["golds"] for d in found["TextVQA"]] == VOTES
    assert [d["golds"] for d in found["Grounding"]] == [["0.1, 0.2, 0.5, 0.6"], ["0.5, 0, 1, 0.5"]]
    assert {d["kind"] for d in found["GQA"] + found["VQAv2"]} == {"text"}
    assert all(d["question"].startswith(key) for key, ones in found.items() for d in ones)
    built = builder.generate("coin", "full", "ScienceQA", "2026.1", "")
    assert {config for config, _ in built} == {"coin_scienceqa", coin.TEXT_CONFIG}
    (sample,) = pictures.paper_picture(found["OCRVQA"][1])
    assert sample.getpixel((0, 0)) == (40, 9, 9)


GOOD = {"question_id": 1, "text": "t", "answer": "x", "image": "i.png"}


@pytest.mark.parametrize(
    ("key", "row", "says"),
    [
        ("GQA", "row", "is no object"),
        ("GQA", {**GOOD, "text": " "}, "'text' is missing"),
        ("GQA", {**GOOD, "answer": None}, "'answer' is missing"),
        ("GQA", {k: v for k, v in GOOD.items() if k != "answer"}, "'answer' is missing"),
        ("GQA", {k: v for k, v in GOOD.items() if k != "image"}, "'image' names no picture"),
        ("GQA", {k: v for k, v in GOOD.items() if k != "question_id"}, "'question_id' is missing"),
        ("ScienceQA", {**GOOD, "answer": "granite"}, "no option's letter"),
        ("TextVQA", GOOD, "has no answers to question 1"),
        ("Grounding", GOOD, "'answer_bbox' is no four numbers"),
        ("Grounding", {**GOOD, "answer_bbox": "[1, 2, 3]"}, "'answer_bbox' is no four numbers"),
        ("Grounding", {**GOOD, "answer_bbox": [0.5, 0, 0.2, 1]}, "'answer_bbox' is no box"),
    ],
)
def test_broken_rows_are_refused(mirror: Path, key: str, row: Any, says: str):
    write(mirror, key, [row])
    with pytest.raises(HeptathlonError, match=rf"row 0.*{says}"):
        made(key)


def test_what_is_missing_is_said(mirror: Path, monkeypatch: pytest.MonkeyPatch):
    (mirror / "Instruction_Type1" / "GQA" / "test.json").unlink()
    with pytest.raises(HeptathlonError, match=r"GQA/test\.json: is missing"):
        made("GQA")
    write(mirror, "GQA", [])
    with pytest.raises(HeptathlonError, match="holds no list of rows"):
        made("GQA")
    votes = mirror / "TextVQA" / "TextVQA_0.5.1_val.json"
    votes.write_text('{"data": [{"question_id": 1, "answers": "stop"}]}')
    with pytest.raises(HeptathlonError, match=r"row 0: the field 'answers' is no list"):
        made("TextVQA")
    votes.unlink()
    with pytest.raises(HeptathlonError, match=r"TextVQA_0\.5\.1_val\.json: is missing"):
        made("TextVQA")
    doc = {"form": "coin", "task": "GQA", "row": 0, "image": "GQA/0.png"}
    (mirror / "GQA" / "0.png").write_bytes(b"not a picture")
    with pytest.raises(HeptathlonError, match="is no picture that can be read"):
        pictures.paper_picture(doc)
    with pytest.raises(HeptathlonError, match=r"gone\.png: is missing; unpack the pictures of"):
        pictures.paper_picture({**doc, "image": "GQA/gone.png"})
    with pytest.raises(HeptathlonError, match="lies elsewhere"):
        pictures.paper_picture({**doc, "image": "../../../etc/passwd"})
    monkeypatch.delenv("HEPTATHLON_SOURCES")
    with pytest.raises(HeptathlonError, match="HEPTATHLON_SOURCES=DIR"):
        pictures.paper_picture(doc)


# --- scoring -----------------------------------------------------------------------------------


def row(kind: str, *golds: str) -> dict[str, Any]:
    return {"form": "coin", "task": "x", "kind": kind, "golds": list(golds)}


@pytest.mark.parametrize(
    ("kind", "gold", "text", "strict", "lenient"),
    [
        ("letter", "B", "B", 1, 1),
        ("letter", "B", "(B).", 1, 1),
        ("letter", "B", "B. oak", 1, 1),
        ("letter", "B", "The answer is B.", 0, 1),
        # The published reading takes the first single letter, an article included.
        ("letter", "A", "It is a tree, so (B)", 0, 0),
        ("letter", "B", "It is a tree, so (B)", 0, 1),
        ("letter", "A", "A or B", 0, 0),
        # The published ImageNet reading accepts any part of the gold text, the empty one too.
        ("text", "fire engine", "", 0, 0),
        ("text", "fire engine", "e", 0, 0),
        ("text", "fire engine", "engine", 0, 0),
        ("text", "fire engine", "a fire engine and a tench and a mug", 0, 0),
        ("text", "fire engine", "Fire engine.", 1, 1),
        ("text", "no", "unknown", 0, 0),
        ("text", "no", "there is no doubt: yes", 0, 0),
        ("text", "2", "two", 1, 1),
        ("text", "no", "Let me look.\nno", 0, 1),
        ("text", "no", "<think>yes or no</think>no", 1, 1),
        ("text", "no", "The answer is no.", 0, 1),
        ("text", "no", "<answer>no</answer>", 1, 1),
        # The published reading cuts the first and the last character off a box without brackets.
        ("box", "0.5, 0.2, 1, 0.45", "[1.00, 0.20, 1.00, 0.45]", 0, 0),
        ("box", "0.1, 0.2, 0.5, 0.6", "[0.10, 0.20, 0.50, 0.60]", 1, 1),
        ("box", "0.1, 0.2, 0.5, 0.6", "0.10, 0.20, 0.50, 0.60", 1, 1),
        ("box", "0.1, 0.2, 0.5, 0.6", "The cat is at [0.10, 0.20, 0.50, 0.60], I think.", 0, 1),
        ("box", "0.1, 0.2, 0.5, 0.6", "[0, 0, 1, 1] or [0.10, 0.20, 0.50, 0.60]", 0, 0),
        ("box", "0, 0, 1, 1", "[0, 0, 1, 0.5]", 0, 0),
        ("box", "0, 0, 1, 1", "[0, 0, 1, 0.51]", 1, 1),
        ("box", "0, 0, 1, 1", "[0, 0, 1]", 0, 0),
        ("box", "0, 0, 1, 1", "the cat", 0, 0),
    ],
)
def test_extractors(kind: str, gold: str, text: str, strict: int, lenient: int):
    found = scorer.verdict(row(kind, gold), [text]).metrics
    assert (found["strict"], found["lenient"]) == (strict, lenient)


@pytest.mark.parametrize(
    ("answer", "share"),
    [("stop", 1.0), ("halt", 0.3), ("STOP!", 1.0), ("go", 0.0), ("", 0.0), ("stop halt", 0.0)],
)
def test_the_vqa_rule(answer: str, share: float):
    golds = VOTES[0]
    assert scorer.verdict(row("votes", *golds), [answer]).metrics["strict"] == share


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a1", "b1", "c1"]), min_size=10, max_size=10),
       st.sampled_from(["a1", "b1", "d1"]))  # fmt: skip
def test_the_vqa_rule_by_its_definition(golds: list[str], answer: str):
    """Leave each person out in turn and count the others, as the rule is written."""
    shares = []
    for left in range(10):
        others = golds[:left] + golds[left + 1 :]
        shares.append(min(1.0, others.count(answer) / 3))
    assert mllm_ct_coin.votes_for(answer, golds) == pytest.approx(sum(shares) / 10)


corner = st.integers(0, 12)


@settings(deadline=None)
@given(st.tuples(corner, corner, corner, corner), st.tuples(corner, corner, corner, corner))
def test_overlap_by_counting_cells(a: tuple[int, ...], b: tuple[int, ...]):
    def cells(box: tuple[int, ...]) -> set[tuple[int, int]]:
        return {(x, y) for x in range(box[0], box[2]) for y in range(box[1], box[3])}

    both, any_of = cells(a) & cells(b), cells(a) | cells(b)
    if not cells(a) or not cells(b):
        assert mllm_ct_coin.overlap(a, b) == 0.0  # type: ignore[arg-type]
    else:
        assert mllm_ct_coin.overlap(a, b) == pytest.approx(len(both) / len(any_of))  # type: ignore[arg-type]


@given(st.sampled_from(["letter", "text", "votes", "box"]), st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_gets_a_verdict(kind: str, text: str):
    gold = {"letter": "A", "box": "0, 0, 1, 1"}.get(kind, "red")
    found = mllm_ct_coin.verdict(row(kind, gold), [text]).metrics
    assert tuple(found) == mllm_ct_coin.METRICS
    assert all(0.0 <= v <= 1.0 for v in found.values())
    assert found["strict"] <= found["lenient"]


def test_players(mirror: Path):
    for key in coin.KEYS:
        for doc in made(key):
            assert prompts.coin_prompt(doc).count("<image>") == int(bool(doc["image"]))
            of = {n: scorer.verdict(doc, [p.answer(doc)]).metrics for n, p in PLAYERS.items()}
            assert of["oracle"]["strict"] == 1.0
            assert of["gold_dumper"]["strict"] == of["gold_dumper"]["lenient"] == 0.0
            assert of["format_forgetter"]["strict"] == 0.0
            assert of["format_forgetter"]["lenient"] == 1.0
            assert all(0.0 <= of[p]["strict"] <= 1.0 for p in ("constant", "blind"))


# --- tasks -------------------------------------------------------------------------------------


def test_the_registry_has_the_eight_tasks():
    family = families.family("mllm_ct")
    headline = family.headline_of("coin")
    assert headline.variants == tuple(f"mllm_ct_{coin.config_of(k)}" for k in coin.KEYS)
    assert family.licence_of("coin") is None, "never published"
    for tier in ("full", "lite", "smoke"):
        group = catalog.leaves_of(families.task_name("mllm_ct_coin", tier))
        assert group == [families.task_name(v, tier) for v in headline.variants]
        for task in [*group, families.task_name(f"mllm_ct_{coin.TEXT_CONFIG}", tier)]:
            data = catalog.task_data(task)
            assert (data.edition, data.tier) == ("coin", tier)
            assert data.config in builder.configs("coin")
            assert not RUBRIC.takes(data)


def test_a_text_model_is_refused(tmp_path: Path, mirror: Path):
    with pytest.raises(HeptathlonError, match=r"show pictures, .* 'hf' takes text"):
        runner.run(["--model", "hf", "--model_args", "pretrained=/nowhere", "--output_path",
                    str(tmp_path), "--tasks", "heptathlon_mllm_ct_coin_gqa_smoke"])  # fmt: skip


def test_a_study_over_the_published_order(mirror: Path, tmp_path: Path):
    """The oracle and two checkpoints that know one task each, in one matrix of eight tasks."""
    tasks = catalog.leaves_of("heptathlon_mllm_ct_coin_smoke")
    folders = {}
    for player in ("blind", "oracle", "last_task_expert"):
        runner.run(["--model", "heptathlon", "--model_args", f"player={player}", "--tasks",
                    ",".join([*tasks, "heptathlon_mllm_ct_coin_scienceqa_text_smoke"]),
                    "--output_path", str(tmp_path / player)], brief=True)  # fmt: skip
        folders[player] = tmp_path / player
    card, scored = scorecard.score_run(runs.read_run(folders["oracle"]))
    found = card.families["mllm_ct"]
    assert (found.edition, found.headline.value, found.headline.n) == ("coin", 1.0, 15)
    with pytest.raises(HeptathlonError, match=r"mllm_ct.* is of the edition coin, which rests on"):
        submit.prepare(folders["oracle"], tmp_path / "submission")
    assert not (tmp_path / "submission").exists()
    assert len(scored) == 16
    manifest = store.read_manifest(store.ensure(store.SetName("mllm_ct", "coin", "smoke")))
    assert len(manifest.sources) == 9
    file = tmp_path / "study.yaml"
    file.write_text(yaml.safe_dump({
        "study": "coin", "kind": "continual", "tasks": tasks,
        "checkpoints": [
            {"name": "base", "run": str(folders["blind"])},
            {"name": "first", "after": tasks[0], "run": str(folders["oracle"])},
            {"name": "last", "after": tasks[-1], "run": str(folders["last_task_expert"])},
        ],
    }))  # fmt: skip
    card = study.score_study(study.read_study(file))
    strict = card.metrics["strict"]
    assert strict.scores[0] == [1.0] * 8
    assert strict.scores[-1][-1] == 1.0
    assert strict.scores[1] == [None] * 8
    assert strict.figures["bwt_gem"].value is None
    assert strict.figures["acc_last"].value is not None
