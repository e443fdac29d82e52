"""A folder that holds more than one run: what belongs together is told by content, not by name."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from heptathlon.errors import HeptathlonError
from heptathlon.running import listing, runner, runs
from heptathlon.running.identity import identity_of
from heptathlon.scoring import scorecard
from tests.command import call

TASKS = ("heptathlon_sort_say_smoke", "heptathlon_sort_say_notext_smoke")
OTHER = "heptathlon_maze_dfs_smoke"
OF_CONFIG = {"model_sha", "model_dtype", "model_args", "gen_kwargs", "batch_size", "device"}


def made(to: Path, tasks: tuple[str, ...], player: str = "oracle", limit: str = "3") -> Path:
    """Return the results file of a player's run of some tasks."""
    flags = ["--model", "heptathlon", "--model_args", f"player={player}", "--limit", limit]
    return runner.run([*flags, "--tasks", ",".join(tasks), "--output_path", str(to)], brief=True)[0]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the results file of one run of each headline's tasks, alone and together."""
    folder = tmp_path_factory.mktemp("runs")
    return {
        "both": made(folder / "both", TASKS),
        "text": made(folder / "text", TASKS[:1]),
        "notext": made(folder / "notext", TASKS[1:]),
        "maze": made(folder / "maze", (OTHER,)),
    }


def put(results: Path, to: Path, name: str, date: float, **changes: Any) -> Path:
    """Copy a run into a folder under another date in its names; change what it records."""
    to.mkdir(exist_ok=True)
    data = json.loads(results.read_text())
    data["date"] = date
    for key, value in changes.items():
        (data["config"] if key in OF_CONFIG else data)[key] = value
    copy = to / f"results_{name}.json"
    copy.write_text(json.dumps(data))
    stamp = results.stem.removeprefix("results_")
    for file in results.parent.glob(f"samples_*_{stamp}.jsonl"):
        shutil.copy(file, to / file.name.replace(stamp, name))
    return copy


EARLY, LATE = "2026-03-01T10-00-00.000001", "2026-03-01T10-00-00.000002"


def test_the_newest_run_is_the_one_that_says_so(asked: dict[str, Path], tmp_path: Path):
    """A clock that was set back, and a time zone, give the newer run the smaller name."""
    folder = tmp_path / "runs"
    put(asked["both"], folder, LATE, 1_000.0)
    newer = put(asked["both"], folder, EARLY, 2_000.0, chat_template_sha="ab12")
    os.utime(newer, (0, 0))
    run = runs.read_run(folder)
    assert run.results_files == [newer]
    assert {file.name[-len(EARLY) - 6 : -6] for file in run.samples_files.values()} == {EARLY}
    assert run.results[-1]["date"] == 2_000.0


def test_a_run_of_one_identity_may_lie_in_several_files(asked: dict[str, Path], tmp_path: Path):
    put(asked["text"], tmp_path / "a", EARLY, 1.0, batch_size=8, device="cpu")
    put(asked["notext"], tmp_path / "a", LATE, 2.0, model_args={"player": "oracle", "device": "1"})
    run = runs.read_run(tmp_path / "a")
    assert set(run.samples) == set(TASKS)
    assert len(run.results_files) == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"model_sha": "deadbeef"}, "two models: revision (none and deadbeef)"),
        ({"model_dtype": "float16"}, "two models: dtype (none and float16)"),
        ({"model_args": "player=random"}, "two models: model argument player (oracle and random)"),
        ({"chat_template_sha": "ab"}, "one model in two ways: chat template (none and ab)"),
        ({"gen_kwargs": "temperature=1"}, "generation argument temperature (none and 1)"),
        ({"system_instruction": "Be brief."}, "system instruction (none and Be brief.)"),
    ],
)
def test_one_headline_is_never_of_two_runs(
    asked: dict[str, Path], tmp_path: Path, changes: dict[str, Any], says: str
):
    put(asked["text"], tmp_path / "a", EARLY, 1.0)
    mine = put(asked["notext"], tmp_path / "a", LATE, 2.0, **changes)
    with pytest.raises(HeptathlonError) as refused:
        runs.read_run(tmp_path / "a")
    assert says in str(refused.value)
    assert mine.name in str(refused.value)
    # The mend that the sentence names works.
    assert set(runs.read_run(mine).samples) == {TASKS[1]}
    card, scored = scorecard.score_run(runs.read_run(mine))
    assert len(scored) == 3
    assert not card.families["sort"].complete


def test_two_headlines_may_be_asked_in_two_ways_but_not_of_two_models(
    asked: dict[str, Path], tmp_path: Path
):
    put(asked["both"], tmp_path / "a", EARLY, 1.0)
    put(asked["maze"], tmp_path / "a", LATE, 2.0, gen_kwargs={"temperature": 0.5})
    assert set(runs.read_run(tmp_path / "a").samples) == {*TASKS, OTHER}
    put(asked["maze"], tmp_path / "a", LATE, 2.0, model_sha="b")
    with pytest.raises(HeptathlonError, match="two models"):
        runs.read_run(tmp_path / "a")


def test_samples_without_their_results_are_named(asked: dict[str, Path], tmp_path: Path):
    kept = put(asked["text"], tmp_path / "a", EARLY, 1.0)
    put(asked["notext"], tmp_path / "a", LATE, 2.0).unlink()
    with pytest.raises(HeptathlonError, match="belongs to no results file") as refused:
        runs.read_run(tmp_path / "a")
    assert LATE in str(refused.value)
    assert kept.exists()


def test_runs_are_listed_with_what_tells_them_apart(
    asked: dict[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    put(asked["both"], tmp_path / "a", LATE, 1_700_000_000.0)
    (tmp_path / "b").mkdir()
    put(asked["maze"], tmp_path / "b" / "c", EARLY, 1_700_000_100.0, model_sha="cafe")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "results.json").write_text("{")
    found = listing.listed(tmp_path)
    assert [one.date for one in found] == ["2023-11-14 22:13:20", "2023-11-14 22:15:00", ""]
    assert [one.sets for one in found[:2]] == [{"sort fresh smoke": 2}, {"maze fresh smoke": 1}]
    assert listing.differing(found) == {"revision": ["", "cafe"]}
    assert "d" in found[2].fault
    assert call(monkeypatch, "runs", tmp_path) == 0
    said = capsys.readouterr().out
    for words in ("2023-11-14 22:13:20", "oracle", "sort fresh smoke: 2", "not read:", "revision:"):
        assert words in said, words
    assert call(monkeypatch, "runs", tmp_path, "--json") == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert first["model"] == "oracle"
    assert first["asked"]["model class"] == "heptathlon"


def test_what_a_model_ran_on_is_no_part_of_its_identity():
    one = {"config": {"model_args": "pretrained=org/m,device=cuda:0,base_url=http://h:1/v1"}}
    two = {"config": {"model_args": {"pretrained": "org/m", "base_url": "http://h:2/v1/"}}}
    three = {"config": {"model_args": {"pretrained": "org/m", "base_url": "http://g:2/v1"}}}
    assert identity_of(one) == identity_of(two) != identity_of(three)
    assert identity_of(one).key == identity_of(two).key != identity_of(three).key
