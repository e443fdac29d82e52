"""The judge of written advertisements: it reads a run's samples and changes nothing of the run."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from heptathlon import cli
from heptathlon.builders import memorability as builder
from heptathlon.builders import sources
from heptathlon.errors import HeptathlonError
from heptathlon.models.chat import Keep, LmEvalModel
from heptathlon.running import runner, runs
from heptathlon.scoring import judging
from heptathlon.tasks.rubrics import Question

ADS = "heptathlon_memorability_ads_smoke"
WITH_SOURCES = pytest.mark.skipif(
    not sources.available(*builder.SOURCES), reason="HEPTATHLON_SOURCES holds no source files"
)


class Scripted:
    """A judge that replies from a list."""

    name, host = "a model", ""
    settings: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self, replies: Sequence[str]) -> None:
        self.replies = replies
        self.asked: list[Question] = []

    def ask(self, questions: Sequence[Question], keep: Keep) -> None:
        self.asked.extend(questions)
        more = [*self.replies, *["no idea"] * len(questions)]
        for place, _ in enumerate(questions):
            keep(place, more[place])


def made(folder: Path, task: str) -> Path:
    flags = ["--model", "heptathlon", "--model_args", "player=oracle", "--tasks", task]
    runner.run([*flags, "--output_path", str(folder)])
    return runs.find_run_folder(folder)


@WITH_SOURCES
def test_every_advertisement_gets_an_opinion(tmp_path: Path):
    folder = made(tmp_path, ADS)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    judge = Scripted(["63", "70-80", "<think>hm</think>7"])
    (written,) = judging.judge_run(folder, judge)
    rows = [json.loads(line) for line in written.read_text().splitlines()]
    samples = runs.read_run(folder).samples[ADS]
    assert [row["item_id"] for row in rows] == [one.doc["item_id"] for one in samples]
    assert [row["score"] for row in rows[:4]] == [63.0, None, 7.0, None]
    assert [row["outcome"] for row in rows[:2]] == ["scored", "range"]
    assert samples[0].doc["brand"] in judge.asked[0].text
    assert "Scene 1" in judge.asked[0].text
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.name in before} == before


def test_a_run_without_advertisements_is_refused(tmp_path: Path, monkeypatch, capsys):
    folder = made(tmp_path, "heptathlon_memorability_pairs_smoke")
    with pytest.raises(HeptathlonError, match="no answers that a judge is asked about"):
        judging.judge_run(folder, Scripted([]))
    gone = ["heptathlon", "judge", str(tmp_path / "x"), "--model", "d", "--model-args", "a=b"]
    monkeypatch.setattr("sys.argv", gone)
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 1
    assert "no such run folder" in capsys.readouterr().err


@WITH_SOURCES
def test_a_model_of_lm_eval_may_judge(tmp_path: Path, tiny_model: Path):
    folder = made(tmp_path, ADS)
    judge = LmEvalModel("hf", f"pretrained={tiny_model}", "8", "cpu", 4)
    (written,) = judging.judge_run(folder, judge)
    assert len(written.read_text().splitlines()) == len(runs.read_run(folder).samples[ADS])
    with pytest.raises(HeptathlonError, match="takes text only"):
        judge.ask([Question("", "q", list)], lambda *_: None)
