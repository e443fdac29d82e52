"""A sweep on a real Ray cluster of two nodes, of which a worker, a node and the driver are killed.

``HEPTATHLON_CLUSTER=1`` starts it; it takes a minute.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from heptathlon.builders import store
from heptathlon.running import runs

if os.environ.get("HEPTATHLON_CLUSTER") != "1":
    pytest.skip("HEPTATHLON_CLUSTER=1 starts a cluster", allow_module_level=True)
pytest.importorskip("ray")

PLAYERS = ("oracle", "random", "constant")
SLOW = 4.0
"""Seconds that each cell takes beside its start, so that there is a middle to be killed in."""
TASK = "heptathlon_recall_named_smoke"
WAIT = 200.0


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from ray.cluster_utils import Cluster

    # Ray's workers let all others go first, and on a machine at work they would wait for ever.
    monkeypatch.setenv("RAY_worker_niceness", "0")
    store.ensure(store.SetName("recall", tier="smoke"))

    running = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "num_gpus": 1})
    running.second = running.add_node(num_cpus=1, num_gpus=1)
    running.wait_for_nodes()
    yield running
    running.shutdown()


def until(what: Callable[[], Any], driver: subprocess.Popen[bytes]) -> Any:
    end = time.monotonic() + WAIT
    while not (found := what()):
        assert driver.poll() is None, "the sweep has ended"
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
    return found


def starts(folder: Path) -> list[int]:
    """Return the processes that have run a cell, from its log."""
    log = folder / "log.txt"
    text = log.read_text(errors="replace") if log.is_file() else ""
    return [int(number) for number in re.findall(r"^started .* by process (\d+)$", text, re.M)]


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def is_there(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_nothing_is_lost_and_nothing_done_twice(cluster: Any, tmp_path: Path, suite_home: Path):
    """Kill a cell's worker, then the driver, then lose a node: each cell is done once."""
    # A pause before the first question, in every process of a cell.
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "sitecustomize.py").write_text(
        "import sys, time\nif any('sweeps.cells' in one for one in sys.orig_argv): "
        f"time.sleep({SLOW})\n"
    )
    file = tmp_path / "sweep.yaml"
    players = {"model": "heptathlon", "model_args": {"player": [*PLAYERS, "nobody"]}, "gpus": 1}
    asked = {
        "sweep": "players", "models": [players],
        "tasks": ["recall_named"], "tier": "smoke", "flags": ["--limit", "3"],
    }  # fmt: skip
    file.write_text(json.dumps(asked))
    root = Path(__file__).parents[1]
    paths = os.pathsep.join([str(tmp_path / "slow"), str(root)])
    environment = os.environ | {"PYTHONPATH": paths}
    command = [sys.executable, "-m", "heptathlon", "sweep", file, "--ray", cluster.address]
    cells = {name: tmp_path / "runs" / name / "recall" for name in (*PLAYERS, "nobody")}

    def done() -> dict[str, int]:
        marks = {name: folder / "done.json" for name, folder in cells.items()}
        return {name: mark.stat().st_mtime_ns for name, mark in marks.items() if mark.is_file()}

    def at_work() -> list[tuple[str, int]]:
        last = [(name, found[-1]) for name, f in cells.items() if (found := starts(f))]
        return [(name, process) for name, process in last if is_there(process)]

    with (tmp_path / "first.txt").open("w") as said:
        driver = subprocess.Popen(command, env=environment, stderr=said, cwd=root)
        # A worker is killed in the middle of its cell, and the cell's process ends with it.
        name, process = until(at_work, driver)[0]
        os.kill(parent_of(process), signal.SIGKILL)
        until(lambda: not is_there(process), driver)
        until(lambda: len(starts(cells[name])) > 1, driver)
        # The driver is killed when something is done and something is not.
        until(lambda: done() and at_work(), driver)
        driver.kill()
        driver.wait()
    before = done()
    started = {name: len(starts(folder)) for name, folder in cells.items()}
    assert len(before) < len(PLAYERS)
    with (tmp_path / "second.txt").open("w") as said:
        driver = subprocess.Popen(command, env=environment, stderr=said, cwd=root)
        until(lambda: any(len(starts(cells[n])) > count for n, count in started.items()), driver)
        cluster.remove_node(cluster.second, allow_graceful=False)
        code = driver.wait(WAIT)
    told = (tmp_path / "second.txt").read_text()
    # The player whom nobody knows fails, keeps its log, and stops nothing.
    assert code == 1, told
    assert "3 of 4 cells are done" in told
    assert "nobody/recall: failed" in told
    assert "nobody" in (cells["nobody"] / "log.txt").read_text()
    after = done()
    assert set(after) == set(PLAYERS)
    assert {name: after[name] for name in before} == before
    for name in PLAYERS:
        folder = runs.find_run_folder(cells[name])
        assert len(list(folder.glob("results_*.json"))) == 1, name
        assert len(runs.read_run(folder).samples[TASK]) == 3
