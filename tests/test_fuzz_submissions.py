"""What fuzzing taught, replayed: the check that refused an altered submission refuses it again.

``tests/corpus/submissions.jsonl`` holds a few of the smallest recipes for each check, of families
that are quick to make; ``python -m tests.fuzz_submissions --corpus FILE`` writes all of a run.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from heptathlon.leaderboard.schema import ENVELOPE
from heptathlon.leaderboard.validate import figures
from tests import fuzz_submissions, mutants
from tests.fuzz_submissions import BrokenError

CORPUS = Path(__file__).with_name("corpus") / "submissions.jsonl"
LINES = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    families = tuple(
        sorted({line["seed"] for line in LINES} - {"player", "short"}, key="maze".__ne__)
    )
    return fuzz_submissions.seeds(tmp_path_factory.mktemp("fuzz"), families)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["verdict"])
def test_a_mutant_gets_its_verdict(seeds: dict[str, Path], tmp_path: Path, line: dict[str, Any]):
    seed = seeds[line["seed"]]
    folder = mutants.kept(seed, tmp_path / "mutant")
    mutants.apply(line["recipe"], folder)
    # The check that refuses it; its words may be put better.
    found = fuzz_submissions.check(seed, folder, by_command=True)
    assert found.split(":")[0] == line["verdict"]


def test_the_seeds_are_accepted_and_left_alone(seeds: dict[str, Path], tmp_path: Path):
    for name, seed in seeds.items():
        before = {p.name: p.read_bytes() for p in seed.iterdir()}
        folder = mutants.kept(seed, tmp_path / name)
        for do, how in (("whole", "empty"), ("whole", "twice")):
            mutants.apply([{"do": do, "file": "samples_", "how": how}], folder)
        assert {p.name: p.read_bytes() for p in seed.iterdir()} == before
        assert fuzz_submissions.check(seed, seed) == "accepted"


def test_a_lie_would_be_seen(seeds: dict[str, Path], tmp_path: Path, monkeypatch):
    """A validator that no longer looks at the claims is found out."""
    seed = seeds["maze"]
    folder = mutants.kept(seed, tmp_path / "mutant")
    step = {"do": "json", "file": ENVELOPE, "line": 0, "how": "nudge", "value": 0.01}
    mutants.apply([step | {"path": ["claims", "maze", "headline", "value"]}], folder)
    monkeypatch.setattr(figures, "claims_follow", lambda case: ())
    with pytest.raises(BrokenError, match="accepted maze headline"):
        fuzz_submissions.check(seed, folder)


def test_a_crash_would_be_seen(seeds: dict[str, Path], monkeypatch):
    def crash(case: Any) -> Any:
        raise OverflowError("int too large")

    monkeypatch.setattr(figures, "claims_follow", crash)
    with pytest.raises(BrokenError, match="int too large"):
        fuzz_submissions.check(seeds["maze"], seeds["maze"])
