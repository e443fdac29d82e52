"""The face in Python: its examples run, and it says the same as the commands."""

import doctest
import json
import subprocess
import sys
from pathlib import Path

import pytest

import heptathlon as hept
from heptathlon import face
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.running.runs import read_run
from heptathlon.tasks import catalog

NOTEBOOK = Path(__file__).parents[1] / "examples" / "notebook.ipynb"


@pytest.mark.parametrize("module", [face, catalog])
def test_examples(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert found.failed == 0


def test_names_are_stable_and_the_import_is_light():
    names = "board compare load plan prompts run score score_answers verdict"
    assert face.__all__ == names.split()
    assert set(face.__all__) < set(dir(hept))
    with pytest.raises(AttributeError, match="leaderbord"):
        _ = hept.leaderbord
    heavy = "{'datasets', 'lm_eval', 'torch', 'numpy', 'pydantic'}"
    code = f"import sys, heptathlon; sys.exit(len({heavy} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_notebook_runs(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    names: dict[str, object] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            exec("".join(cell["source"]), names)
    assert "Find a shortest path" in capsys.readouterr().out
    oracle, compared = (hept.score(names["oracle"]), hept.compare(names["oracle"], names["random"]))
    assert oracle.families["maze"].headline.value == 1.0
    assert compared.families["maze"].verdict == "a"


def test_answers_score_as_those_of_a_run(tmp_path: Path):
    folder = hept.run("heptathlon", "sort", "smoke", model_args={"player": "random"}, out=tmp_path)
    run = read_run(folder)
    by_item = {
        (task, one.doc["item_id"]): one.response
        if isinstance(one.response, str)
        else [value for value, _ in one.response]
        for task, ones in run.samples.items()
        for one in ones
    }
    rows = hept.load("sort", tier="smoke")
    answers = [by_item[row["task_name"], row["item_id"]] for row in rows]
    mine, theirs = hept.score_answers("sort", answers, "smoke"), hept.score(run)
    assert mine.families["sort"].headline == theirs.families["sort"].headline
    assert mine.families["sort"].strata == theirs.families["sort"].strata
    one = catalog.asked("maze", "smoke")[0]
    docs = hept.load(one)
    half = {row["item_id"]: row["target"] for row in docs.select(range(len(docs) // 2))}
    card = hept.score_answers(one, half).families["maze"]
    assert not card.complete
    assert card.headline.value == 1.0


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: hept.load("mase"), "heptathlon_maze"),
        (lambda: hept.load("heptathlon_maze_dfs_smoke", "lite"), "leave the tier"),
        (lambda: hept.verdict("maze", {}, ""), "maze: the document \\?"),
        (lambda: hept.score_answers("maze_dfs", "RRDD", "smoke"), "one text is no list"),
        (lambda: hept.score_answers("maze_dfs", ["R"], "smoke"), "24 documents, and 1 answers"),
        (lambda: hept.score_answers("maze_dfs", {"x": "R"}, "smoke"), "asks no item 'x'"),
        (lambda: hept.score_answers("maze_dfs", [None] * 24, "smoke"), "no document has"),
        (lambda: hept.score_answers("maze_dfs", [[0.5]] * 24, "smoke"), "answered by a text"),
        (lambda: hept.score_answers("maze_dfs", [3] * 24, "smoke"), "3 is no answer"),
    ],
)
def test_what_is_refused(call, says: str):
    with pytest.raises(HeptathlonError, match=says):
        call()
    assert issubclass(UnknownNameError, HeptathlonError)
