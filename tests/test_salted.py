"""The hidden split: figures that are kept, documents that are not, and the gap on the board."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from heptathlon import cli, salts
from heptathlon.errors import HeptathlonError
from heptathlon.leaderboard import page, salted, submit, validate
from heptathlon.leaderboard.rows import rows_of
from heptathlon.leaderboard.standings import tables
from tests import forge
from tests.salts import salt

NAME = "Lab/model"
SALT = salt("a secret of the tests")


def submission(folder: Path, share: float) -> Path:
    """Return a model's submission on the split that the environment's salt makes."""
    player = forge.player_run("greedy", folder / "player")
    run = forge.model_run(player, folder / "run", forge.able(share, "one"))
    return submit.prepare(run, folder / "submission", model_name=NAME)


@pytest.fixture(scope="module")
def splits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a submission on the public split, and a worse one on a hidden split."""
    public = submission(tmp_path_factory.mktemp("public"), 0.9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(salts.VARIABLE, SALT)
        return public, submission(tmp_path_factory.mktemp("hidden"), 0.2)


def test_the_gap_between_the_splits(
    splits: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    public, hidden = splits
    command = CliRunner()
    with monkeypatch.context() as patch:
        patch.setenv(salts.VARIABLE, SALT)
        made = command.invoke(
            cli.app, ["leaderboard", "salted", str(hidden), "--out", str(tmp_path / "salted")]
        )
        assert made.exit_code == 0, made.output
        ((unkeyed, _),) = rows_of(validate.examine(hidden))
    (record,) = (tmp_path / "salted").iterdir()
    assert SALT not in record.read_text()
    digests = {
        unkeyed.slug.rpartition("-")[2],
        *(d for s in unkeyed.scores.values() for d in (s.digest, s.content)),
    }
    assert all(len(d) >= 10 and d not in record.read_text() for d in digests)
    assert record.stem.startswith(unkeyed.slug.rpartition("-")[0])
    samples = next(hidden.glob("samples_*")).read_text().splitlines()
    for line in samples:
        assert json.loads(line)["doc"]["sha256"] not in record.read_text()
    site = tmp_path / "site"
    flags = ["--salted", str(tmp_path / "salted"), "--out", str(site)]
    built = command.invoke(cli.app, ["leaderboard", "build", str(public), *flags])
    assert built.exit_code == 0, built.output
    (row,) = json.loads((site / "data.json").read_text())["boards"][0]["rows"]
    there = salted.read(tmp_path / "salted")[0].scores["maze"].points
    here = row["scores"]["maze"]["points"]
    value, low, high = row["hidden_gap"]
    assert value == pytest.approx(here[0] - there.value, abs=1e-5)
    assert value > 300
    above = ((here[2] - here[0]) ** 2 + (there.value - there.low) ** 2) ** 0.5
    assert high - value == pytest.approx(above, abs=1e-3)
    assert 0 < low < value
    text = (site / "index.html").read_text()
    assert "documents that only the maintainers have" in text
    assert f">{value:.0f}<" in text
    assert len(list((site / "reports").iterdir())) == 1, "no report shows a hidden document"


def test_a_gap_is_of_the_same_model_asked_the_same_way(
    splits: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
):
    ((row, _),) = rows_of(validate.examine(splits[0]))
    for change in ({"settings": "5-shot"}, {"name": "Lab/other"}, {"revision": "abc"}):
        (table,) = tables([row], salted=[row.model_copy(update=change)])
        assert not table.has_hidden
        assert "hidden" not in [c.key for c in page.columns_of(table)]
    (table,) = tables([row], salted=[row])
    assert table.standings[0].hidden.value == 0


def test_without_the_salt_there_is_no_record(
    splits: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(HeptathlonError, match="HEPTATHLON_SALT: is not set"):
        salted.record(splits[1], tmp_path)
    monkeypatch.setenv(salts.VARIABLE, salt("another"))
    with pytest.raises(HeptathlonError, match="the samples come from another version, season or"):
        salted.record(splits[1], tmp_path)
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(HeptathlonError, match="is no record of heptathlon leaderboard salted"):
        salted.read(tmp_path)
