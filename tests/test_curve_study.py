"""The study of a learning curve, on scripted players whose scores are known."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from heptathlon.errors import HeptathlonError
from heptathlon.pages.studies import view_of
from heptathlon.studies import study
from heptathlon.studies.kinds.curve import _crossing

TASK = "heptathlon_maze_mlmu_astar_tokens_smoke"
PLAYERS = {"constant": 10, "random_shortest": 100, "oracle": 10_000}


def written(folder: Path, **more: Any) -> Path:
    file = folder / "curve.yaml"
    rows = [{"name": n, "seen": s, "model_args": {"player": n}} for n, s in PLAYERS.items()]
    base = {"study": "players", "kind": "curve", "model": "heptathlon", "tasks": [TASK],
            "checkpoints": rows, "metric": "exact", "unit": "mazes"}  # fmt: skip
    file.write_text(yaml.safe_dump({**base, **more}), encoding="utf-8")
    return file


def test_players_as_checkpoints(tmp_path: Path):
    """A planner that breaks ties by chance gives A*'s own plan now and then, the oracle always."""
    asked = study.read_study(written(tmp_path, by="size"))
    study.run_study(asked, lambda said: None)
    card = study.score_study(asked)
    whole, ten = card.lines
    assert (whole.level, ten.level) == ("all", "10")
    assert whole.documents == ten.documents == 20
    values = [p.value for p in whole.points]
    assert values[0] == 0.0
    assert 0.1 < values[1] < 0.8
    assert values[2] == 1.0
    assert whole.points[1].low < values[1] < whole.points[1].high
    low, high = (10, 100) if values[1] >= 0.5 else (100, 10_000)
    assert low <= whole.crosses <= high
    page = view_of("curve").page(card)
    assert "mazes seen" in page
    assert "<svg" in page
    never = study.score_study(study.read_study(written(tmp_path, threshold=1.5)))
    assert (never.lines[0].crosses, never.lines[0].reason) == (None, "never reached")
    first = study.score_study(study.read_study(written(tmp_path, threshold=0.0)))
    assert first.lines[0].reason == "reached before the first checkpoint"
    for wrong, says in (({"metric": "acc"}, "has no metric 'acc'"),
                        ({"by": "colour"}, "have no field 'colour'")):  # fmt: skip
        with pytest.raises(HeptathlonError, match=says):
            study.score_study(study.read_study(written(tmp_path, **wrong)))


def test_checkpoints_stand_in_order(tmp_path: Path):
    rows = [{"name": n, "seen": s, "model_args": {"player": n}} for n, s in (("oracle", 5),
            ("constant", 5))]  # fmt: skip
    with pytest.raises(HeptathlonError, match="in the order of what they had seen"):
        study.read_study(written(tmp_path, checkpoints=rows))


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8), st.floats(0.01, 1))
def test_a_crossing_is_numpys_interpolation(means: list[float], threshold: float):
    seen = [10.0 * 3**i for i in range(len(means))]
    found, reason = _crossing(means, seen, threshold)
    reached = [i for i, value in enumerate(means) if value >= threshold]
    if not reached or reached[0] == 0:
        assert found is None
        assert reason
        return
    place = reached[0]
    xs, ys = np.log10(seen[place - 1 : place + 1]), means[place - 1 : place + 1]
    assert found == pytest.approx(10 ** np.interp(threshold, ys, xs), rel=1e-6)
