"""Kinds of study that others bring: found by an entry point, run, scored and shown like our own."""

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from heptathlon.cli import app
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.running import runner
from heptathlon.studies import study
from heptathlon.studies.kinds import KINDS

TASK = "heptathlon_mllm_ct_numeric_smoke"
KIND = '''
    """What a change of a model does to its score: a plug-in of one file."""

    from typing import Literal

    from heptathlon.pages.studies import View
    from heptathlon.studies.files import Card, Member, Study
    from heptathlon.studies.kinds import Kind


    class File(Study):
        before: Member
        after: Member

        @property
        def members(self):
            return (self.before, self.after)


    class Change(Card):
        kind: Literal["change"] = "change"
        change: dict[str, float]


    class ChangeKind(Kind[File, Change]):
        name, says, file, card = "change", "what a change does", File, Change
        may_differ = frozenset({"worked examples", "prompts"})

        def score_rows(self, study, rows):
            return Change(study=study.study, change={
                task: mean(rows[1], task) - mean(rows[0], task) for task in study.tasks
            })


    def mean(row, task):
        values = [one.verdict.metrics["strict"] for one in row.scored[task]]
        return sum(values) / len(values)


    KIND = ChangeKind()
    VIEW = View(page=lambda card: "<p>changed</p>\\n", tables=lambda card: f"{card.change}")
'''


def plant(folder: Path, package: str, kind: str, code: str = KIND) -> None:
    """Install a package that brings a kind of study, as its wheel would lie there."""
    (folder / f"{package}.py").write_text(dedent(code))
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[heptathlon.studies]\n{kind} = {package}:KIND\n"
        f"[heptathlon.study_views]\n{kind} = {package}:VIEW\n"
    )


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


def test_a_plug_ins_kind_is_run_scored_and_shown(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    plant(site, "hept_change", "change")
    real = runner.run
    monkeypatch.setattr(runner, "run", lambda flags: real([*flags, "--limit", "4"]))
    file = tmp_path / "study.yaml"
    data: dict[str, Any] = {
        "study": "told more",
        "kind": "change",
        "model": "heptathlon",
        "tasks": [TASK],
        "before": {"name": "before", "model_args": {"player": "blind"}},
        "after": {
            "name": "after",
            "model_args": {"player": "oracle"},
            "flags": ["--num_fewshot", "1"],
        },
    }
    file.write_text(yaml.safe_dump(data))
    folders = study.run_study(study.read_study(file), lambda text: None)
    assert [f.name for f in folders] == ["before", "after"]
    assert folders[0].parent == tmp_path / "runs"
    done = CliRunner().invoke(app, ["study", "score", str(file)])
    assert done.exit_code == 0, done.output
    card = json.loads((tmp_path / "study.card.json").read_text())
    assert card["kind"] == "change"
    assert 0 < card["change"][TASK] <= 1
    assert str(card["change"]) in done.output
    assert (tmp_path / "study.report.html").read_text() == "<p>changed</p>\n"
    assert study.read_card(tmp_path / "study.card.json").model_dump() == card
    drawn = CliRunner().invoke(
        app, ["study", "figure", str(tmp_path / "study.card.json"), "--out", str(tmp_path / "f")]
    )
    assert "kind change have no figure" in str(drawn.exception)
    data["after"]["flags"] = ["--gen_kwargs", "max_gen_toks=7"]
    data["before"]["run"] = str(folders[0])
    data["output"] = "others"
    file.write_text(yaml.safe_dump(data))
    study.run_study(study.read_study(file), lambda text: None)
    with pytest.raises(HeptathlonError, match="generation settings differ"):
        study.score_study(study.read_study(file))


def test_an_unknown_kind_names_the_known_ones(site: Path):
    plant(site, "hept_change", "change")
    with pytest.raises(UnknownNameError, match="did you mean 'change'"):
        KINDS.load("chance")


def test_two_plug_ins_of_one_name_are_refused(site: Path):
    plant(site, "hept_change", "change")
    plant(site, "hept_other", "change")
    with pytest.raises(HeptathlonError, match="hept_change and hept_other"):
        KINDS.names()


def test_a_plug_in_cannot_stand_in_for_the_suite(site: Path):
    plant(site, "hept_change", "continual")
    with pytest.raises(HeptathlonError, match="hept_change brings a kind of study 'continual'"):
        KINDS.load("change")


def test_a_broken_plug_in_is_named(site: Path):
    plant(site, "hept_broken", "change", "import no_such_module")
    with pytest.raises(HeptathlonError, match=r"hept_broken cannot be loaded .*no_such_module"):
        KINDS.load("change")
    assert KINDS.load("continual").name == "continual"
