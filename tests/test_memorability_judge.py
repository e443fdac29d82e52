"""The optional judge: it reads a run's logged advertisements and changes nothing of the run."""

import json
from pathlib import Path

import pytest

from heptathlon import runner, runs
from heptathlon.builders import memorability as builder
from heptathlon.builders import sources
from heptathlon.errors import HeptathlonError
from heptathlon.tasks.memorability import judge

ADS = "heptathlon_memorability_ads_smoke"
WITH_SOURCES = pytest.mark.skipif(
    not sources.available(*builder.SOURCES), reason="HEPTATHLON_SOURCES holds no source files"
)


def made(folder: Path, task: str) -> Path:
    flags = ["--model", "heptathlon", "--model_args", "player=oracle", "--tasks", task]
    runner.run([*flags, "--output_path", str(folder)])
    return runs.find_run_folder(folder)


@WITH_SOURCES
def test_every_advertisement_gets_an_opinion(tmp_path: Path):
    folder = made(tmp_path, ADS)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    asked: list[str] = []

    def ask(prompts):
        asked.extend(prompts)
        return ["63", "70-80", "<think>hm</think>7", *["no idea"] * (len(prompts) - 3)]

    (written,) = judge.judge(folder, ask, "a model")
    rows = [json.loads(line) for line in written.read_text().splitlines()]
    samples = runs.read_run(folder).samples[ADS]
    assert [row["item_id"] for row in rows] == [one.doc["item_id"] for one in samples]
    assert [row["score"] for row in rows[:4]] == [63.0, None, 7.0, None]
    assert [row["outcome"] for row in rows[:2]] == ["number", "range"]
    assert samples[0].doc["brand"] in asked[0]
    assert "Scene 1" in asked[0]
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p != written} == before
    with pytest.raises(HeptathlonError, match=r"gave 1 replies to \d+"):
        judge.judge(folder, lambda prompts: ["63"], "a model")


def test_a_run_without_advertisements_is_refused(tmp_path: Path, capsys):
    folder = made(tmp_path, "heptathlon_memorability_pairs_smoke")
    with pytest.raises(HeptathlonError, match="no written advertisement"):
        judge.judge(folder, lambda prompts: prompts, "a model")
    assert judge.main([str(tmp_path / "nowhere"), "--model", "dummy"]) == 1
    assert "nowhere" in capsys.readouterr().err


@WITH_SOURCES
def test_a_model_of_lm_eval_may_judge(
    tmp_path: Path, tiny_model: Path, capsys, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(judge, "MAX_TOKENS", 4)
    folder = made(tmp_path, ADS)
    arguments = [str(folder), "--model", "hf", "--model_args", f"pretrained={tiny_model}"]
    assert judge.main([*arguments, "--batch_size", "8", "--device", "cpu"]) == 0
    assert f"judged_{ADS}.jsonl" in capsys.readouterr().out
    rows = (folder / f"judged_{ADS}.jsonl").read_text().splitlines()
    assert len(rows) == len(runs.read_run(folder).samples[ADS])
