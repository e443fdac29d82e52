"""Tables of tasks: what contradicts itself is refused, and lm-eval reads what they say."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from lm_eval.tasks import TaskManager
from lm_eval.tasks._yaml_loader import load_yaml
from pydantic import ValidationError

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.families import FAMILIES, Family
from heptathlon.tasks import catalog, derived
from heptathlon.tasks.table import Group, Table, Variant
from heptathlon.version import __version__

ROOT = Path(__file__).parents[1]
ROW = {"name": "a", "form": "f", "config": "c"}


def row(**changes: Any) -> Variant:
    return Variant(**{**ROW, **changes})


# --- the tables ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tokens": {"long": 9}}, "no tier of it"),
        ({"where": {"tier": "lite"}}, "fields of the row itself"),
        ({"metadata": {"version": 2}}, "the version is the family's"),
        ({"tiers": ()}, "at least 1 item"),
        ({"tiers": ("huge",)}, "Input should be"),
        ({"name": "a-b"}, "should match pattern"),
        ({"tokns": {}}, "Extra inputs"),
        ({"doc_to_target": "target"}, "should match pattern"),
        ({"doc_to_choice": "os.system; x.y"}, "should match pattern"),
        ({"metrics": ("acc", "acc")}, "stands twice"),
        ({"metrics": ("Acc",)}, "should match pattern"),
        ({"metrics": ("acc",), "lower": ("error",)}, r"\['error'\] are no metrics of the row"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(changes: dict[str, Any], said: str):
    with pytest.raises(ValidationError, match=said):
        row(**changes)


@pytest.mark.parametrize(
    ("rows", "groups", "said"),
    [
        ([row(), row()], [Group(members=("a",))], "stand twice: heptathlon_a, heptathlon_a_lite,"),
        (
            [row(), row(name="a_lite", tiers=("full",))],
            [Group(members=("a",))],
            "twice: heptathlon_a_lite",
        ),
        ([row()], [Group(members=("a", "b"))], r"no variants: \['b'\]"),
        ([row()], [Group(members=("a",), smoke=("b",))], r"no variants: \['b'\]"),
        ([row(tiers=("full", "lite"))], [Group(members=("a",))], r"tiers \['smoke'\]"),
        ([row()], [Group(name="g", members=("a",))], "own group must have the tiers full, lite"),
        ([row()], [Group(members=("a",), tiers=("full", "smoke"))], "own group must have"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(
    rows: list[Variant], groups: list[Group], said: str
):
    with pytest.raises(ValidationError, match=said):
        Table(variants=tuple(rows), groups=tuple(groups))


def test_a_group_holds_what_its_tier_has():
    table = Table(
        variants=(row(), row(name="b", tiers=("full", "lite")), row(name="c")),
        groups=(Group(members=("b", "a", "c"), smoke=("c",)),),
    )
    (group,) = table.groups
    assert [table.members(group, tier) for tier in ("full", "lite", "smoke")] == [
        ["b", "a", "c"],
        ["b", "a", "c"],
        ["c"],
    ]


def test_a_row_says_its_own_functions_and_metrics_in_place_of_the_form():
    assert row().in_place_of_the_form() == {}
    own = row(doc_to_text="a.b", metrics=("acc", "error"), lower=("error",), examples=True)
    assert own.in_place_of_the_form() == {
        "doc_to_text": "a.b",
        "metric_list": [
            {"metric": "acc", "aggregation": "mean", "higher_is_better": True},
            {"metric": "error", "aggregation": "mean", "higher_is_better": False},
        ],
        "fewshot_split": "fewshot",
        "fewshot_config": {"sampler": "first_n"},
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"edition": "paper", "tiers": ("long",)}, "the row 'a' has the tier long"),
        ({"edition": "second"}, "the row 'a' has the edition second"),
        ({"form": "none"}, r"the row 'a' has the form _none\.yaml"),
        ({"form": "choose"}, r"the row 'a' nor its form _choose\.yaml says doc_to_text; let one"),
    ],
)
def test_a_table_of_another_family_is_refused(
    changes: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
):
    from heptathlon.tasks.maze import table

    wrong = Table(
        variants=(row(form="say"), row(**{"name": "b", "form": "say"} | changes)),
        groups=(Group(members=("a",)),),
    )
    monkeypatch.setattr(table, "TABLE", wrong)
    with pytest.raises(HeptathlonError, match=said.replace("'a'", "'b'")):
        catalog.table_of(FAMILIES["maze"])


def test_unknown_names_are_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="'heptathlon_maze_dfs'"):
        catalog.task_data("heptathlon_maze_dsf")
    with pytest.raises(UnknownNameError, match="'heptathlon_maze_lite'"):
        catalog.group_definition("heptathlon_maze_lits")
    with pytest.raises(TypeError, match="not a function of this package"):
        catalog.function("os.system")


@pytest.mark.parametrize("family", FAMILIES.values(), ids=list(FAMILIES))
def test_each_task_asks_a_config_of_its_builder(family: Family):
    from heptathlon.builders import store

    for task, leaf in catalog.leaves().items():
        if leaf.family == family.name:
            told = catalog.definition(task)
            record = store.builder_of(family.name).configs(leaf.row.edition)[leaf.row.config]
            assert set(leaf.row.where) <= set(record.model_fields)
            assert told["metadata"]["version"] == family.version
            assert told["dataset_kwargs"].get("tier", "full") == leaf.tier
            for key in ("custom_dataset", "process_results", "doc_to_text", "doc_to_target"):
                assert callable(catalog.function(told[key]))
            if leaf.tier in leaf.row.tokens:
                form = catalog.read_form(catalog.forms_of(family.name)[leaf.row.form])
                small = {**form["generation_kwargs"], "max_gen_toks": leaf.row.tokens[leaf.tier]}
                assert told["generation_kwargs"] == small


# --- what is derived -----------------------------------------------------------------------------


def test_lm_eval_indexes_every_task_and_group(manager: TaskManager):
    assert set(manager.all_tasks) == {*catalog.leaves(), *catalog.groups()}


def test_lm_eval_reads_what_the_catalog_says():
    """By its own loader, which knows nothing of the tables."""
    folder = derived.include_path()
    read = 0
    for path in folder.rglob("*.yaml"):
        told = load_yaml(path, resolve_func=False)
        if path.stem.startswith("_"):
            continue
        read += 1
        # Functions are shown as paths beside the file.
        told = {
            key: value.removeprefix(f"{path.parent}/") if isinstance(value, str) else value
            for key, value in told.items()
        }
        if isinstance(told["task"], str):
            expected = dict(catalog.definition(told["task"]))
            assert (
                told.pop("fewshot_config", {}).keys() == expected.pop("fewshot_config", {}).keys()
            )
            assert told == expected
            assert path.stem == told["task"].removeprefix("heptathlon_")
        else:
            assert told == catalog.group_definition(told["group"])
    assert read == len(catalog.leaves()) + len(catalog.groups())


def test_no_derived_file_is_in_the_repository():
    yaml = [p for p in (ROOT / "tasks").rglob("*.yaml") if not p.name.startswith("_")]
    assert yaml == []


def test_few_files_of_yaml_are_written_by_hand():
    """Tasks that differ in their functions and metrics alone are rows of one form."""
    folders = (ROOT / name for name in ("benchmarks", "docs", "examples", "tasks", "tests"))
    written = [path for folder in folders for path in folder.rglob("*.y*ml")]
    assert 40 < len(written) < 80, sorted(map(str, written))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEPTATHLON_HOME", str(tmp_path))
    return tmp_path


def listing(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_folder_is_written_once_and_damage_is_mended(home: Path):
    folder = derived.include_path()
    assert folder.parent == home / "tasks"
    assert folder.name.startswith(f"{__version__}-")
    whole = listing(folder)
    assert whole == {name: text.encode() for name, text in derived.derived().items()}
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*.yaml")}
    assert derived.include_path() == folder
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.yaml")} == times
    (folder / "maze/maze_dfs.yaml").write_text("task: heptathlon_maze_dfs\n")
    (folder / "heptathlon.yaml").unlink()
    assert listing(derived.include_path()) == whole
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_other_tables_get_another_folder(home: Path, monkeypatch: pytest.MonkeyPatch):
    before = derived.include_path()
    monkeypatch.setattr(derived, "derived", lambda: {"heptathlon.yaml": "group: x\ntask: []\n"})
    after = derived.include_path()
    assert before != after
    assert listing(after) == {"heptathlon.yaml": b"group: x\ntask: []\n"}


def test_processes_that_start_together_write_one_whole_folder(home: Path):
    with ThreadPoolExecutor(8) as pool:
        (folder,) = set(pool.map(lambda _: derived.include_path(), range(8)))
    assert listing(folder) == {name: text.encode() for name, text in derived.derived().items()}
    assert list(folder.parent.iterdir()) == [folder]


def test_an_interrupted_write_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch):
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(
            HeptathlonError, match=r"No space left on device\); let HEPTATHLON_HOME"
        ):
            derived.include_path()
    assert list((home / "tasks").iterdir()) == []
    assert derived.include_path().is_dir()


def test_the_command_prints_a_folder_that_plain_lm_eval_takes(home: Path):
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "heptathlon", "path"]
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=True)
    folder = Path(done.stdout.strip())
    assert folder.is_relative_to(home)
    assert listing(folder) == {name: text.encode() for name, text in derived.derived().items()}
