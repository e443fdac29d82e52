"""What players made of a set is kept on disk, gives the same card, and is never stale."""

import marshal
import zlib
from pathlib import Path

import pytest

from heptathlon.running import runner, runs
from heptathlon.scorers.students_forecast import Forecast
from heptathlon.scorers.verdict import Verdict
from heptathlon.scoring import playing, remembered, scorecard

TASKS = ("heptathlon_recall_named_history_smoke", "heptathlon_recall_told_smoke")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> runs.Run:
    flags = ["--model", "heptathlon", "--model_args", "player=random", "--limit", "9"]
    out = tmp_path_factory.mktemp("runs")
    (written,) = runner.run([*flags, "--tasks", ",".join(TASKS), "--output_path", str(out)])
    return runs.read_run(written.parent)


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Return the players' answers that are made, in an empty cache."""
    monkeypatch.setattr(remembered, "_folder", lambda: tmp_path / "players" / "code")
    made: list[str] = []
    real = scorecard.scorer_of("recall").verdict

    def counting(doc: object, responses: object) -> Verdict:
        made.append(str(doc))
        return real(doc, responses)

    monkeypatch.setattr(scorecard.scorer_of("recall"), "verdict", counting)
    playing.forget()
    return made


def scored(run: runs.Run, played: list[str]) -> tuple[object, int]:
    played.clear()
    playing.forget()
    card, samples = scorecard.score_run(run)
    return card, len(played) - len(samples)


def test_a_second_score_plays_nothing_and_says_the_same(run, played, tmp_path: Path):
    first, made = scored(run, played)
    assert made > 0
    assert scored(run, played) == (first, 0)
    kept = sorted((tmp_path / "players" / "code").iterdir())
    file, headlines = kept
    assert headlines.name == f"{file.name}.headlines"
    # A part of a set is not the set: the other tasks' verdicts stay.
    size = file.stat().st_size
    part = runs.Run(run.folder, run.results, run.results_files,
                    {TASKS[0]: run.samples[TASKS[0]]}, run.samples_files)  # fmt: skip
    assert scored(part, played)[1] == 0
    assert file.stat().st_size == size
    # Headlines are enough: what the players said is not even read.
    file.rename(tmp_path / "away")
    assert scored(run, played) == (first, 0)
    (tmp_path / "away").rename(file)
    # A damaged file is as good as none, and is mended.
    for damage in (b"", b"x" * 50, file.read_bytes()[:-9], other(headlines)):
        for one in kept:
            one.write_bytes(damage)
        assert scored(run, played) == (first, made)
        assert scored(run, played) == (first, 0)


def other(headlines: Path) -> bytes:
    """Return a file of headlines in which one is a text."""
    rows = marshal.loads(zlib.decompress(headlines.read_bytes()))
    key = next(iter(rows))
    rows[key] = {**rows[key], next(iter(rows[key])): "much"}
    return zlib.compress(marshal.dumps(rows))


def test_headlines_of_other_documents_are_not_taken(run, played):
    scored(run, played)
    ones = run.samples[TASKS[0]]
    less = runs.Run(run.folder, run.results, run.results_files,
                    {**run.samples, TASKS[0]: ones[1:]}, run.samples_files)  # fmt: skip
    turned = runs.Run(run.folder, run.results, run.results_files,
                      {**run.samples, TASKS[0]: ones[::-1]}, run.samples_files)  # fmt: skip
    for part in (less, turned):
        card, _ = scored(part, played)
        playing.forget()
        fresh = {one.score.player: one.score.value for one in playing.play_all(*asked_of(part))}
        assert {p.player: p.value for p in card.families["recall"].players} == fresh


def asked_of(run: runs.Run):
    found, _ = scorecard.score_samples(run)
    family = found[0].task.family
    return family, family.headline_of("fresh"), found


def test_other_code_plays_anew(run, played, tmp_path: Path, monkeypatch):
    first, made = scored(run, played)
    for number in range(remembered.ENVIRONMENTS + 1):
        monkeypatch.setattr(remembered, "_folder", lambda n=number: tmp_path / "players" / f"{n}")
        assert scored(run, played) == (first, made)
    assert len(list((tmp_path / "players").iterdir())) == remembered.ENVIRONMENTS


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict({"a": 0.1, "b": float("-inf")}, "wall", "\U0001f600", invalid=True),
        Forecast({"loss": -2 / 3}, "right", "x", False, (0.25, 0.75), (-1e-300, -1 / 3)),
    ],
)
def test_a_verdict_comes_back_to_the_last_digit(verdict: Verdict):
    back = remembered._verdict(remembered._row(verdict))
    assert type(back) is type(verdict)
    assert back == verdict


def test_a_cache_that_cannot_be_written_costs_no_score(run, played, tmp_path: Path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(remembered, "_folder", lambda: tmp_path / "file" / "code")
    first, made = scored(run, played)
    assert scored(run, played) == (first, made)
