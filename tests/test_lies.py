"""Planted lies, a part of them; ``python -m tests.lies`` plants all, in every family."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from heptathlon.leaderboard import validate
from heptathlon.leaderboard.validate import lines
from tests.lies import __main__ as planting
from tests.lies import forger
from tests.lies.catalogue import KINDS, lies
from tests.lies.lie import Lie

FAMILIES = ("maze", "students")
EVERY = 7
"""One of so many lies is planted here."""
HERE = [
    lie for lie in lies() if lie.seed in (*FAMILIES, "chat", "player", "short", "named", "server")
][::EVERY]

Seeds = tuple[Mapping[str, forger.Forged], Mapping[str, Path]]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Seeds:
    return planting.seeds(tmp_path_factory.mktemp("lies"), FAMILIES)


def test_the_catalogue_is_wide():
    known = lies()
    assert len(known) >= 300
    assert len({(lie.name, lie.seed) for lie in known}) == len(known)
    for kind, make in KINDS.items():
        assert len(list(make())) > 15, kind


def test_honest_submissions_are_accepted(seeds: Seeds):
    for name, folder in seeds[1].items():
        report = validate.validate(folder)
        assert report.accepted, (name, report.findings)
        assert report.ranked


@pytest.mark.parametrize("lie", HERE, ids=lambda lie: f"{lie.seed}: {lie.name}")
def test_a_lie_is_not_believed(seeds: Seeds, tmp_path: Path, lie: Lie):
    assert planting.believed(lie, *seeds, tmp_path / "lie") == ""


def test_a_lie_would_be_seen(seeds: Seeds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A validator that does not look at the prompts is found out by the same forger."""
    (lie,) = (x for x in lies() if (x.name, x.seed) == ("a hint at the end of the prompt", "maze"))
    assert planting.believed(lie, *seeds, tmp_path / "one") == ""
    monkeypatch.setattr(lines, "_asked", lambda *_: [])
    assert planting.believed(lie, *seeds, tmp_path / "two") == "accepted (well-formed, re-scored)"
