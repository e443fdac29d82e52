"""In Inspect: the same documents, prompts and verdicts, and a log that scores as a run does."""

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("inspect_ai", reason="the extra inspect is not installed")

import inspect_ai
from inspect_ai.model import ModelOutput, ModelUsage, get_model

from heptathlon.errors import HeptathlonError
from heptathlon.running import inspect_logs, inspect_tasks, runner, runs
from heptathlon.scoring import scorecard
from heptathlon.tasks import catalog, rendered
from heptathlon.tasks.players import players_of
from tests.command import call

LEAF, GROUP = "heptathlon_maze_dfs_smoke", "heptathlon_maze_smoke"


def answers(leaves: list[str], player: str) -> dict[str, str]:
    """Return a player's answer to each question of some tasks."""
    out = {}
    for leaf in leaves:
        one = players_of(catalog.task_data(leaf).family.name)[player]
        for doc in inspect_tasks.docs_of(leaf):
            out[rendered.question(leaf, doc)] = str(one.answer(dict(doc)))
    return out


def logged(name: str, to: Path, player: str = "greedy", **asked: Any) -> Path:
    """Run a task in Inspect, answered by a player, and return its log."""
    said = answers(inspect_tasks.asked(name), player)

    def reply(messages: Any, *_: Any) -> ModelOutput:
        text = said[messages[-1].text]
        output = ModelOutput.from_content("mockllm/model", text)
        output.usage = ModelUsage(input_tokens=7, output_tokens=3, total_tokens=10)
        if text.endswith("?"):
            output.choices[0].stop_reason = "max_tokens"
        return output

    model = get_model("mockllm/model", custom_outputs=reply, memoize=False)
    (log,) = inspect_ai.eval(
        inspect_tasks.build(name), model=model, log_dir=str(to), log_format="json",
        display="none", **asked,
    )  # fmt: skip
    assert log.status == "success", log.error
    return Path(log.location.removeprefix("file://"))


@pytest.mark.parametrize("name", [LEAF, "heptathlon_verbalizer_smoke", "heptathlon_sort_say_smoke"])
def test_a_log_scores_as_the_run_of_the_same_answers(name: str, tmp_path: Path):
    player = "oracle"
    log = logged(name, tmp_path / "logs", player)
    (mine,) = inspect_logs.run(log, tmp_path / "runs")
    tasks = ",".join(inspect_tasks.asked(name))
    flags = ["--model", "heptathlon", "--model_args", f"player={player}", "--tasks", tasks]
    (theirs,) = runner.run([*flags, "--output_path", str(tmp_path / "plain")], brief=True)
    one, other = (scorecard.score_run(runs.read_run(path.parent))[0] for path in (mine, theirs))
    assert one.families == other.families
    assert one.model.name == "mockllm/model"
    assert one.model.backend == "inspect"
    assert json.loads(mine.read_text())["results"] == json.loads(theirs.read_text())["results"]
    assert one.told is not None
    assert one.told.prompt_tokens == 7 * one.told.answers
    assert str(tmp_path) not in mine.read_text()


def test_inspect_s_own_figures_are_the_verdicts(tmp_path: Path):
    log = json.loads(logged(GROUP, tmp_path, limit=30).read_text())
    leaves = {sample["metadata"]["task"] for sample in log["samples"]}
    by_task: dict[str, list[float]] = {}
    for sample in log["samples"]:
        doc = inspect_tasks.docs_of(sample["metadata"]["task"])[sample["metadata"]["doc_id"]]
        score = sample["scores"]["verdicts"]
        scorer: Any = scorecard.scorer_of("maze")
        verdict = scorer.verdict(doc, [sample["output"]["choices"][0]["message"]["content"]])
        assert score["value"] == next(iter(verdict.metrics.values()))
        assert score["explanation"] == verdict.outcome
        by_task.setdefault(sample["metadata"]["task"], []).append(score["value"])
    assert leaves <= set(catalog.leaves_of(GROUP))
    figures = {
        name: metric["value"]
        for one in log["results"]["scores"]
        for name, metric in one["metrics"].items()
    }
    for task, values in by_task.items():
        assert figures[task] == pytest.approx(sum(values) / len(values))


def test_a_part_of_the_documents_is_an_incomplete_run(tmp_path: Path):
    log = logged(LEAF, tmp_path / "logs", limit=3)
    (path,) = inspect_logs.run(log, tmp_path / "runs")
    card, scored = scorecard.score_run(runs.read_run(path.parent))
    assert len(scored) == 3
    assert not card.families["maze"].complete


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda log: log["samples"][0].update(id="maze_dfs_smoke/0"), "another season, salt"),
        (lambda log: log["samples"][0]["metadata"].update(doc_id=10**9), "another season, salt"),
        (lambda log: log["samples"][0]["metadata"].update(task="x"), "names no task"),
        (lambda log: log["samples"][0]["metadata"].update(doc_id=True), "names no task"),
        (lambda log: log["eval"]["metadata"].clear(), "not of a task of the suite"),
        (lambda log: log.update(samples=[]), "holds no answer"),
        (lambda log: log["samples"].append(log["samples"][0] | {"epoch": 2}), "has one answer"),
    ],
)
def test_a_log_that_is_another_thing_is_refused(tmp_path: Path, change: Any, says: str):
    log = logged(LEAF, tmp_path, limit=2)
    data = json.loads(log.read_text())
    change(data)
    log.write_text(json.dumps(data))
    with pytest.raises(HeptathlonError, match=says):
        inspect_logs.read_log(log)


def test_a_sample_that_failed_is_broken(tmp_path: Path):
    log = logged(LEAF, tmp_path / "logs", limit=2)
    data = json.loads(log.read_text())
    first, second = sorted(data["samples"], key=lambda one: one["metadata"]["doc_id"])
    second["error"] = {"message": "overloaded", "traceback": "", "traceback_ansi": ""}
    first["output"]["choices"][0]["stop_reason"] = "max_tokens"
    log.write_text(json.dumps(data))
    (path,) = inspect_logs.run(log, tmp_path / "runs")
    run = runs.read_run(path.parent)
    assert [s.broken for s in run.samples[LEAF]] == ["", "overloaded"]
    assert run.samples[LEAF][0].finish == "length"


def test_what_inspect_cannot_ask_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(HeptathlonError, match="rates options by likelihood"):
        inspect_tasks.build("heptathlon_rarb_choose_smoke")
    with pytest.raises(HeptathlonError, match=r"shows a picture"):
        inspect_tasks.build("heptathlon_mllm_ct_blocks_image_smoke")
    assert all(catalog.is_generated(one) for one in inspect_tasks.asked("heptathlon_smoke"))
    junk = tmp_path / "x.eval"
    junk.write_text("junk")
    assert call(monkeypatch, "from-inspect", junk) == 1
    assert "Inspect cannot read it" in " ".join(capsys.readouterr().err.split())
    assert call(monkeypatch, "run", "--model", "inspect", "--tasks", LEAF) == 1
    assert "holds the answers of a log" in " ".join(capsys.readouterr().err.split())


def test_every_name_is_registered():
    assert {"maze_lite", "maze_dfs_lite", "verbalizer", "lite"} <= set(inspect_tasks.TASKS)
