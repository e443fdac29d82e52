"""Long submissions: each family's samples are let go, or read by a process that gives all back.

Neither changes what is found, so that the longest submission may be read in bounded memory.
"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from heptathlon.errors import OwnFaultError
from heptathlon.leaderboard import documents, submit, validate
from heptathlon.leaderboard.rows import read, rows_of
from heptathlon.leaderboard.validate import samples
from tests import forge

TASKS = "heptathlon_maze_smoke,heptathlon_mllm_ct_smoke,heptathlon_verbalizer_smoke"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the submission of a player of three families."""
    folder = tmp_path_factory.mktemp("long")
    return submit.prepare(forge.player_run("random", folder / "run", TASKS), folder / "submission")


@pytest.fixture(scope="module")
def whole(prepared: Path) -> validate.Case:
    """Return what is found if all samples are kept to the end."""
    return validate.examine(prepared, details=True)


def count(case: validate.Case, name: str, card: Any, scored: Sequence[Any]) -> int:
    """Return how many samples a part has."""
    return len(scored)


def process(case: validate.Case, name: str, card: Any, scored: Sequence[Any]) -> int:
    """Return the process that reads a part."""
    return os.getpid()


def leave(case: validate.Case, name: str, card: Any, scored: Sequence[Any]) -> None:
    """End the process, as a machine without memory does."""
    os._exit(9)


def equal(case: validate.Case, whole: validate.Case) -> None:
    assert case.report == whole.report
    assert case.card == whole.card
    assert case.contents == whole.contents
    assert case.used == whole.used
    assert case.logged == whole.logged
    assert case.kept.keys() == whole.card.families.keys()
    assert case.scored == []


def test_samples_may_be_let_go_family_by_family(prepared, whole, monkeypatch):
    # However few documents may be kept, nothing of what is found changes.
    monkeypatch.setattr(documents, "MAX_DOCUMENTS", 1)
    case = validate.examine(prepared, details=True, each=count)
    equal(case, whole)
    assert len(case.kept) == 3
    assert sum(case.kept.values()) == len(whole.scored) > 0


def test_families_may_be_read_by_processes_of_their_own(prepared, whole, monkeypatch):
    monkeypatch.setattr(samples, "LONG", 0)
    case = validate.examine(prepared, details=True, each=read)
    equal(case, whole)
    ((row, items),) = rows_of(case)
    ((known, shares),) = rows_of(whole)
    assert row == known
    assert [one.tolist() for one in items] == [one.tolist() for one in shares]
    pids = validate.examine(prepared, each=process).kept.values()
    assert len({os.getpid(), *pids}) == 4


def test_their_findings_are_those_of_one_process(prepared, tmp_path, monkeypatch):
    folder = Path(shutil.copytree(prepared, tmp_path / "submission"))
    for path in folder.glob("samples_*"):
        path.write_text(path.read_text().replace('"acc": 0', '"acc": 1'))
    forge.listed(folder)
    whole = validate.examine(folder).report
    assert len({one.file for one in whole.findings}) > 1
    monkeypatch.setattr(samples, "LONG", 0)
    assert validate.examine(folder, each=read).report == whole


def test_equal_values_of_documents_are_one_object():
    kept = documents._Set(Path())
    past = {"question": "5/12 of 300 = ?", "options": ["120", "137", "125", "25"], "chosen": 3}
    first, second = (documents._shared(kept, {"past": [dict(past)], "n": n}) for n in (1, 2))
    assert first == {"past": [past], "n": 1}
    assert second == {"past": [past], "n": 2}
    assert first["past"] is second["past"]
    other = documents._shared(kept, {"past": [past | {"chosen": 3.0}]})
    assert type(other["past"][0]["chosen"]) is float


def test_a_process_that_is_killed_is_no_fault_of_the_submission(prepared, monkeypatch):
    monkeypatch.setattr(samples, "LONG", 0)
    with pytest.raises(OwnFaultError, match="BrokenProcessPool"):
        validate.examine(prepared, each=leave)
