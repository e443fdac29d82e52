"""The registry: families are found, not listed; plug-ins bring theirs, and none can be confused."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from benchmarks import site
from heptathlon import families, parts
from heptathlon.errors import HeptathlonError
from heptathlon.families import FAMILIES, Family
from heptathlon.leaderboard import board, page
from heptathlon.leaderboard.standings import tables

ROOT = Path(__file__).parents[1]
EXHIBITION = ("abstain", "facts", "icl", "longcontext", "recall", "unlearn")
FACTS = """
    from heptathlon.families import Family, Headline, Paper

    FAMILY = Family(
        name="needle", package="needle_event", title="Needle", question="Where is it?",
        paper=Paper(title="A needle", url="https://example.org/needle"),
        headline=Headline(metric="acc", variants=("needle_find",), says="share found"),
        chance=0.0, chance_note="none", editions=("fresh",), tiers=("smoke", "lite", "full"),
        strata=(), form_names={"find": "find it"}, licence="CC0-1.0", version=3,
    )
"""


def plug_in(folder: Path, facts: str = FACTS, name: str = "needle") -> Path:
    """Write an installed distribution that brings a family; return the folder it is in."""
    package = folder / "needle_event"
    (package / "__init__.py").parent.mkdir(parents=True)
    (package / "__init__.py").write_text('"""An event."""\n')
    (package / "family.py").write_text(dedent(facts))
    told = folder / "needle_event-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: needle-event\nVersion: 1.0\n")
    points = f"[heptathlon.families]\n{name} = needle_event.family:FAMILY\n"
    (told / "entry_points.txt").write_text(points)
    return folder


def found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Family]:
    """Return the families that a new process would find with this folder installed."""
    monkeypatch.syspath_prepend(folder)
    for name in [n for n in sys.modules if n.startswith("needle_event")]:
        monkeypatch.delitem(sys.modules, name)
    return dict(families._Families())


def test_a_file_is_a_family_and_nothing_lists_it():
    own = {path.stem for path in (ROOT / "heptathlon" / "families").glob("[a-z]*.py")}
    assert set(FAMILIES) == own
    assert set(families.of_role("exhibition")) == set(EXHIBITION)
    assert {*families.of_role("scored"), *families.of_role("exhibition")} == set(FAMILIES)


def test_a_plug_in_brings_a_family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    all_of = found(plug_in(tmp_path), monkeypatch)
    assert list(all_of) == [*FAMILIES, "needle"], "scored ones first"
    assert all_of["needle"].role == "exhibition"
    assert parts.module_name(all_of["needle"], "scorer") == "needle_event.scorer"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name="needle"', 'name="needles"', "is given by Family"),
        ("FAMILY = Family", "FAMILY = dict", "is given by {'name'"),
        ('title="Needle"', 'title="Needle", role="scored"', "let it say role='exhibition'"),
        (', package="needle_event"', "", "names the package of its parts"),
        ("import Family", "import Famly", "plug-in needle-event cannot be loaded .*Famly"),
    ],
)
def test_a_plug_in_that_may_not_be_is_refused_in_a_sentence(
    old: str, new: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(HeptathlonError, match=said):
        found(plug_in(tmp_path, FACTS.replace(old, new)), monkeypatch)


@pytest.mark.parametrize("name", ["maze", "maze_dfs", "lite", "exhibition_more", "long_text"])
def test_a_name_that_would_be_confused_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    facts = FACTS.replace('name="needle"', f'name="{name}"')
    with pytest.raises(HeptathlonError, match=f"'{name}'.*(name|which the suite has itself)"):
        found(plug_in(tmp_path, facts, name), monkeypatch)


def test_parts_that_are_missing_are_told():
    stranger = FAMILIES["maze"].model_copy(update={"name": "needle", "package": "needle_event"})
    with pytest.raises(HeptathlonError, match=r"builder of the family 'needle' .*needle_event"):
        parts.load_part(stranger, "builder")
    assert parts.find_part(FAMILIES["maze"], "tokens") is None
    assert parts.find_part(FAMILIES["verbalizer"], "tokens") is not None
    for part in ("builder", "tasks", "table", "players", "scorer"):
        for family in FAMILIES.values():
            assert parts.load_part(family, part)


def test_tasks_of_a_plug_in_stand_beside_the_suites(tmp_path: Path):
    """The suite's own groups do not change, and plain lm-eval finds the exhibition's."""
    event = plug_in(tmp_path / "site") / "needle_event"
    (event / "table.py").write_text(
        "from heptathlon.tasks.table import Group, Table, Variant\n"
        'ROW = Variant(name="find", form="find", config="find",\n'
        '              doc_to_target="needle_event.prompts.place", metrics=("acc",))\n'
        "TABLE = Table(variants=(ROW,),\n"
        '              groups=(Group(members=("find",), metric="acc"),))\n'
    )
    (event / "prompts.py").write_text("def text(doc):\n    return 'Where?'\n")
    (event / "_find.yaml").write_text("doc_to_text: !function needle_event.prompts.text\n")
    code = """
        import json
        from heptathlon.tasks import catalog, derived
        from lm_eval.tasks import TaskManager
        task = "heptathlon_needle_find_lite"
        manager = TaskManager(include_path=str(derived.include_path()), include_defaults=False)
        print(json.dumps({
            "definition": catalog.definition(task),
            "text": catalog.function(catalog.definition(task)["doc_to_text"])({}),
            "groups": {n: catalog.groups()[n]["task"] for n in catalog.suites()},
            "indexed": [n for n in manager.all_tasks if "_needle" in n[:17] or "exhibition" in n],
        }))
    """
    path = os.pathsep.join([str(ROOT), str(tmp_path / "site")])
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)],
        env={**os.environ, "PYTHONPATH": path, "HEPTATHLON_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    assert said["definition"] == {
        "doc_to_text": "needle_event.prompts.text",
        "doc_to_target": "needle_event.prompts.place",
        "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
        "task": "heptathlon_needle_find_lite",
        "dataset_kwargs": {"config": "find", "tier": "lite"},
        # The form has no split of worked examples.
        "num_fewshot": 0,
        "metadata": {"version": 3},
    }
    assert said["text"] == "Where?"
    groups = said["groups"]
    assert set(groups) == {
        f"heptathlon{role}{tier}"
        for role in ("", "_exhibition")
        for tier in ("", "_lite", "_smoke")
    }
    own = [f"heptathlon_{name}_smoke" for name in EXHIBITION]
    assert groups["heptathlon_exhibition_smoke"] == [*own, "heptathlon_needle_smoke"]
    scored = families.of_role("scored")
    assert sorted(groups["heptathlon_lite"]) == sorted(f"heptathlon_{n}_lite" for n in scored)
    own = {f"heptathlon_needle{v}{t}" for v in ("", "_find") for t in ("", "_lite", "_smoke")}
    assert set(said["indexed"]) == own | {n for n in groups if "exhibition" in n}


def test_no_total_counts_an_exhibition_event(monkeypatch: pytest.MonkeyPatch):
    """It stands on a page of its own; the pages of the scored events are as without it."""
    rows = site.rows(4)
    without = board.site_of(
        [r.model_copy(update={"scores": {k: v for k, v in r.scores.items() if k != "sort"}})
         for r in rows], {},
    )  # fmt: skip
    monkeypatch.setitem(
        FAMILIES, "sort", FAMILIES["sort"].model_copy(update={"role": "exhibition"})
    )
    files = board.site_of(rows, {})
    shown = re_boards(files["index.html"])
    assert shown == re_boards(without["index.html"])
    assert "no total counts it" in files[page.page_name("sort")]
    assert "no total counts it" not in files[page.page_name("maze")]
    assert "(exhibition)</a>" in files["index.html"]
    boards = json.loads(files["data.json"])["boards"]
    last = next(one for one in boards if list(one["families"]) == ["sort"])
    assert len(last["rows"]) == len(rows)
    (table,) = {t.families for t in tables(rows)}
    assert "sort" in table, "the families of a table are those of its rows"


def re_boards(text: str) -> str:
    """Return a page without its navigation, which names the pages."""
    return text.split("<main>")[1]
