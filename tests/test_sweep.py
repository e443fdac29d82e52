"""A sweep: what a file asks for, what is refused before any cell runs, and each cell run once."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub
import pytest

from heptathlon.errors import HeptathlonError
from heptathlon.running import runner, runs
from heptathlon.running.sweeps import cells, costs, files, spread
from heptathlon.running.sweeps.cells import Cell, Done
from heptathlon.running.sweeps.progress import Progress
from heptathlon.version import __version__
from tests.command import call

EXAMPLES = Path(__file__).parents[1] / "examples" / "sweeps"
TASK = "heptathlon_maze_dfs_smoke"


def written(folder: Path, **fields: object) -> Path:
    given = {
        "sweep": "a sweep",
        "tasks": ["maze_dfs"],
        "tier": "smoke",
        "models": [{"model": "heptathlon", "model_args": {"player": "oracle"}}],
    }
    path = folder / "sweep.yaml"
    path.write_text(json.dumps(given | fields))
    return path


def player(folder: Path, name: str) -> Cell:
    limit = ("--limit", "2")
    return Cell(f"{name}/maze", folder / name / "maze", "heptathlon", {"player": name},
                (TASK,), limit)  # fmt: skip


# --- the file ------------------------------------------------------------------------------------


def test_lists_and_folders_are_models(tmp_path: Path):
    for step in (1000, 200):
        (tmp_path / f"steps/step-{step}").mkdir(parents=True)
    models = [
        {"model_args": {"pretrained": "steps/step-*", "dtype": ["float32", "bfloat16"]}},
        {"name": "plain", "model": "hf", "model_args": {"pretrained": "org/a"}, "gpus": 0.5},
        {"model": "heptathlon", "model_args": {"player": ["oracle", "random"]}},
    ]
    path = written(tmp_path, models=models, tasks=["maze_dfs", "maze_image", "sort_told"])
    found = files.read(path)
    names = list(dict.fromkeys(cell.name.partition("/")[0] for cell in found))
    assert names == [
        *("step-200-float32", "step-200-bfloat16", "step-1000-float32", "step-1000-bfloat16"),
        *("plain", "oracle", "random"),
    ]
    parts = [cell.name.partition("/")[2] for cell in found[:3]]
    assert parts == ["maze", "maze-pictures", "sort"]
    assert found[0].model_args["pretrained"] == str(tmp_path / "steps/step-200")
    assert {cell.gpus for cell in found if cell.name.startswith("plain/")} == {0.5}
    assert found[0].folder == tmp_path / "runs/step-200-float32/maze"
    assert found[0].tasks == (TASK,)


def test_revisions_are_those_of_the_hub(tmp_path: Path, monkeypatch):
    named = [SimpleNamespace(name=name) for name in ("step2000", "step1000", "main")]
    refs = SimpleNamespace(branches=named, tags=[])
    monkeypatch.setattr(huggingface_hub.HfApi, "list_repo_refs", lambda self, model: refs)

    def asked(*revisions: str) -> list[str]:
        arguments = {"pretrained": "org/a", "revision": list(revisions)}
        found = files.read(written(tmp_path, models=[{"model": "hf", "model_args": arguments}]))
        return [str(cell.model_args["revision"]) for cell in found]

    assert asked("step*", "0" * 40) == ["step1000", "step2000", "0" * 40]
    with pytest.raises(HeptathlonError, match=r"no revision of org/a 'step100'.*step1000"):
        asked("step100")

    def no_way(self: object, model: str) -> None:
        raise OSError("no way to the Hub")

    monkeypatch.setattr(huggingface_hub.HfApi, "list_repo_refs", no_way)
    with pytest.raises(HeptathlonError, match=r"cannot be listed \(no way to the Hub\)"):
        asked("step1000")


def of(**fields: object) -> dict[str, object]:
    return {"models": [{"model": "heptathlon", "model_args": {"player": "oracle"}} | fields]}


BAD = [
    ({"taks": ["maze"]}, "no key 'taks'; did you mean 'tasks'"),
    (of(modle="hf"), r"models\.0: There is no key 'modle'; did you mean 'model'"),
    (of(model="heptathlon-fh"), "no model class 'heptathlon-fh'; did you mean 'heptathlon-hf'"),
    ({"tasks": ["maze_dsf"]}, "did you mean 'heptathlon_maze_dfs_smoke'"),
    ({"tasks": []}, "tasks: "),
    ({"models": []}, "models: "),
    (of(flags=["--batchsize", "8"]), "flags: unrecognized arguments: --batchsize"),
    ({"flags": ["--task", "x"]}, "flags: --tasks is set by the sweep"),
    (of(gpus=-1), r"models\.0\.gpus"),
    (of(cpus=float("inf")), r"models\.0\.cpus"),
    (of(name="../up"), r"models\.0\.name"),
    (of(model_args={"pretrained": "none/step-*"}), "no folder fits none/step-*"),
    (of(model_args={"pretrained": "./none"}), r"\./none is no folder"),
    (of(model_args={"player": []}), "model_args.player: is an empty list"),
    (of(model_args={"revision": "main"}), "'main' is of no one model of the Hub"),
    (of(model_args={"token": "abc"}), "model_args.token holds a key"),
    (
        {"models": [{"model": "heptathlon", "model_args": {"player": p}} for p in ("a", "A")]},
        r"two cells have the output folder .*player=a.*player=A.*a name of its own",
    ),
]


@pytest.mark.parametrize(("fields", "says"), BAD)
def test_what_is_wrong_is_refused_before_any_cell_runs(tmp_path: Path, fields, says: str):
    path = written(tmp_path, **fields)
    with pytest.raises(HeptathlonError, match=f"^[^\n]*{says}") as refused:
        files.read(path)
    assert str(refused.value).startswith(str(path))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", ["- a", "", "a: [", "\x00"])
def test_files_that_are_no_sweeps(tmp_path: Path, text: str):
    (tmp_path / "s.yaml").write_text(text)
    with pytest.raises(HeptathlonError, match=r"sweep|YAML"):
        files.read_file(tmp_path / "s.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sweep: a\ntasks: [maze]\nmodels: [{model: hf}]\nsweep: b\n", "line 4 says 'sweep'"),
        ("sweep: a\ntasks: [maze]\nmodels:\n- model: hf\n  model: api\n", "line 5 says 'model'"),
        ("sweep: a\ntasks: [maze]\nmodel_args: {x: 1, x: 2}\n", "line 3 says 'x'"),
    ],
)
def test_a_key_that_is_said_twice_is_refused(text: str, says: str, tmp_path: Path):
    """YAML's readers take the last one, and a cell that was meant would be missing."""
    (tmp_path / "s.yaml").write_text(text)
    with pytest.raises(HeptathlonError, match=says):
        files.read_file(tmp_path / "s.yaml")


def test_one_mapping_may_be_merged_into_several(tmp_path: Path):
    text = "sweep: a\ntasks: [maze]\nmodels:\n- &m {model: hf, gpus: 1}\n"
    text += "- &n {<<: *m, gpus: 2}\n- {<<: *n, cpus: 3}\n"
    (tmp_path / "s.yaml").write_text(text)
    assert [one.gpus for one in files.read_file(tmp_path / "s.yaml").models] == [1, 2, 2]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_examples_are_sweeps(path: Path):
    sweep = files.read_file(path)
    for task in sweep.tasks:
        assert files.catalog.asked(task, sweep.tier)
    for row in sweep.models:
        files.tokenizing.check_class(row.model)
        files._check_flags((*sweep.flags, *row.flags))


def test_the_slurm_script_is_one():
    script = EXAMPLES / "slurm.sbatch"
    text = script.read_text()
    assert len([line for line in text.splitlines() if line.startswith("#SBATCH --")]) > 4
    assert 'heptathlon sweep "$1" --ray' in text
    subprocess.run([shutil.which("bash") or "bash", "-n", script], check=True)


def test_every_example_is_in_the_docs():
    page = (EXAMPLES.parents[1] / "docs" / "sweep.md").read_text()
    assert all(f"examples/sweeps/{path.name}" in page for path in EXAMPLES.iterdir())


# --- a cell --------------------------------------------------------------------------------------


def test_a_cell_is_run_once_and_put_with_its_model(tmp_path: Path, monkeypatch):
    asked: list[list[str]] = []
    real = runner.run

    def counting(arguments: list[str]) -> list[Path]:
        asked.append(arguments)
        return real(arguments)

    monkeypatch.setattr(runner, "run", counting)
    cell = player(tmp_path, "oracle")
    cells.prepare(cell)
    assert cells.put_together([cell]) is None
    assert cells.run_here(cell.folder)
    assert cells.run_here(cell.folder)
    # Killed after its files were in place, and before it could say so.
    (cell.folder / cells.DONE).unlink()
    assert cells.run_here(cell.folder)
    assert len(asked) == 1
    together = cells.put_together([cell])
    assert together == tmp_path / "oracle" / "together"
    assert len(runs.read_run(together).samples[TASK]) == 2
    assert cells.put_together([cell]) == together
    # A file that is cut is no answer.
    (samples,) = cell.folder.rglob("samples_*.jsonl")
    (cell.folder / cells.DONE).unlink()
    samples.write_text(samples.read_text()[:100])
    assert cells.run_here(cell.folder)
    assert len(asked) == 2


def test_a_cell_of_other_questions_is_refused(tmp_path: Path, monkeypatch):
    cell = player(tmp_path, "oracle")
    cells.prepare(cell)
    cells.prepare(cell)
    other = Cell(cell.name, cell.folder, cell.model, cell.model_args, cell.tasks, ("--limit", "3"))
    with pytest.raises(HeptathlonError, match=r"another flags .*now \[\"--limit\", \"3\"\]"):
        spread.run([other], print)
    monkeypatch.setenv("HEPTATHLON_SEASON", "1999.1")
    with pytest.raises(HeptathlonError, match="another season"):
        cells.prepare(cell)


def test_a_cell_that_another_process_runs_is_left_to_it(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(cells, "PATIENCE", 0.1)
    cell = player(tmp_path, "oracle")
    cells.prepare(cell)
    code = (
        "import filelock, sys; lock = filelock.FileLock(sys.argv[1]); lock.acquire(); "
        "print(1, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, cell.folder / cells.LOCK],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(HeptathlonError, match="another process runs this cell"):
            cells.run_here(cell.folder)
        other.kill()


def test_a_cell_that_fails_keeps_its_log_and_stops_no_other(tmp_path: Path, monkeypatch, capsys):
    models = [{"model": "heptathlon", "model_args": {"player": ["nobody", "oracle"]}}]
    path = written(tmp_path, models=models, flags=["--limit", "2"])
    assert call(monkeypatch, "sweep", path) == 1
    said = capsys.readouterr().err
    assert "[1/2] nobody/maze: failed (exit code 1: heptathlon: " in said
    assert "[2/2] oracle/maze: done in" in said
    assert "1 of 2 cells are done" in said
    assert "nobody" in (tmp_path / "runs/nobody/maze/log.txt").read_text()
    assert (tmp_path / "runs/oracle/together").is_dir()
    assert call(monkeypatch, "sweep", path, "--dry-run") == 0
    assert "oracle/maze (done)" in capsys.readouterr().out


# --- progress and plans --------------------------------------------------------------------------


def test_progress_counts_cells_tokens_and_time():
    said: list[str] = []
    now = [0.0]
    tokens = {"a": 100, "b": 300, "c": 600}
    progress = Progress(said.append, list("abc"), ["a"], tokens, lambda: now[0])
    progress.start()
    now[0] = 30.0
    progress.done("b", Done(ok=True, seconds=30), Path("log"))
    # 300 tokens took 30 seconds: 600 take 60.
    assert progress.left() == pytest.approx(60)
    now[0] = 40.0
    progress.done("c", Done(ok=False, said="no room", seconds=10), Path("log"))
    progress.end({"a": Done(ok=True), "b": Done(True, "", 30), "c": Done(False, "", 10)})
    assert said == [
        "3 cells, 1 done before; 1,000 tokens",
        "[2/3] b: done in 30.0 s; 400 of 1,000 tokens; about 1.0 min left",
        "[3/3] c: failed (no room; log: log); 1,000 of 1,000 tokens",
        "2 of 3 cells are done; 40.0 s, of cells together 40.0 s; failed: c; the same command "
        "tries them again",
    ]
    bare = Progress(said.append, list("abcd"), [], {}, lambda: now[0])
    now[0] += 5
    bare.done("a", Done(ok=True, seconds=5), Path("log"))
    assert bare.left() == pytest.approx(15)


def test_a_dry_run_shows_what_each_cell_costs(
    tiny_model: Path, tmp_path: Path, monkeypatch, capsys
):
    shutil.copytree(tiny_model, tmp_path / "steps/step-1")
    shutil.copytree(tiny_model, tmp_path / "steps/step-2")
    models = [{"model_args": {"pretrained": "steps/*"}}, *of()["models"]]
    path = written(tmp_path, models=models, flags=["--limit", "2"])
    counted: list[object] = []
    real = costs.planning.plan

    def counting(*arguments: object, **options: object) -> object:
        counted.append(arguments)
        return real(*arguments, **options)

    monkeypatch.setattr(costs.planning, "plan", counting)
    assert call(monkeypatch, "sweep", path, "--dry-run", "--json", "--prompt-rate", "1000") == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["cell"] for one in told] == ["step-1/maze", "step-2/maze", "oracle/maze"]
    assert told[0]["plan"]["documents"] == 2
    assert told[0]["plan"] == told[1]["plan"]
    assert told[2]["plan"] is None
    # Two models that read alike are counted once.
    assert len(counted) == 1
    assert not (tmp_path / "runs").exists()


# --- a cluster -----------------------------------------------------------------------------------


def test_what_a_node_lacks_is_said(tmp_path: Path, monkeypatch):
    assert spread.fault_of_node([], __version__, str(tmp_path)) == ""
    assert "install the same" in spread.fault_of_node([], "0.0.1", str(tmp_path))
    assert "all nodes share" in spread.fault_of_node([], __version__, str(tmp_path / "mark"))
    lacking = [SimpleNamespace(extra="vllm", packages=["vllm"])]
    monkeypatch.setattr(spread, "extras", lambda: lacking)
    assert spread.fault_of_node(["hf"], __version__, str(tmp_path)) == ""
    assert "lacks vllm of the extra 'vllm'" in spread.fault_of_node(
        ["vllm"], __version__, str(tmp_path)
    )


def test_without_the_extra_a_cluster_is_refused(tmp_path: Path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(HeptathlonError, match="install the extra 'sweep'"):
        spread.run([player(tmp_path, "oracle")], print, ray="local")
