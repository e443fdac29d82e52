"""Bars and ceilings: measured for every event, of its version, and what 0 and 1 of a skill are."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.bars import Draws, measure
from heptathlon import bars
from heptathlon.builders import store
from heptathlon.errors import HeptathlonError
from heptathlon.facts import SAID
from heptathlon.families import CURRENT_SEASON, FAMILIES
from heptathlon.scorers import stats
from heptathlon.scoring import playing, skills
from heptathlon.scoring.figures import estimate
from heptathlon.tasks.players import Player, players_of

TIERS = ("smoke", "lite")
"""Tiers whose bars are kept up to date while version 2 is made; the others follow."""
MEASURED = [
    (name, edition, tier)
    for name, family in FAMILIES.items()
    for edition in ("fresh", *([SAID] if family.said else []))
    for tier in TIERS
]


@pytest.mark.parametrize(("name", "edition", "tier"), MEASURED)
def test_every_event_has_bars_of_its_version(name: str, edition: str, tier: str):
    family = FAMILIES[name]
    headline = family.headline_of(edition)
    found = skills.measured_of(family, edition, tier, headline)
    assert found is not None, f"python -m benchmarks.bars {name} --tier {tier}"
    player = players_of(name)[found.player]
    assert player.sees == "prompt"
    assert not player.oracle
    assert found.bar < found.ceiling
    assert found.players.keys() == players_of(name).keys()


@pytest.mark.parametrize("name", FAMILIES)
def test_bars_are_of_the_documents_of_today(name: str):
    family = FAMILIES[name]
    found = skills.measured_of(family, "fresh", "smoke", family.headline)
    assert found is not None
    public = store.read_manifest(store.ensure(store.SetName(name, "fresh", "smoke")))
    assert found.digest == public.digest, f"the data changed: python -m benchmarks.bars {name}"


@pytest.mark.parametrize("name", FAMILIES)
def test_the_oracle_has_a_skill_of_one_within_its_interval(name: str):
    family = FAMILIES[name]
    asked = playing.unanswered(family, "fresh", "smoke", CURRENT_SEASON)
    played = playing.play_all(family, family.headline, asked)
    oracle = next(one for one in played if one.score.player == "oracle")
    bar = skills.bar_of(family, "fresh", "smoke", oracle.scored, played)
    skill = skills.skill_of(
        estimate(family.headline.metric, oracle.scored), oracle.scored, bar, played
    )
    points = skills.points_of(skill)
    if skill.low is None or skill.high is None:
        # A statistic that is the same on every resample has no interval, and is exactly there.
        assert (skill.value, points.value) == (1.0, 1000.0)
    else:
        assert skill.low <= 1 <= skill.high
        assert points.high == 1000


def test_an_oracle_is_never_said_to_see_the_prompt_alone():
    told = Player("told", "knows", lambda doc: "", lambda doc, options: 0, oracle=True)
    assert told.sees == "document"


def test_choosing_the_best_of_equal_players_does_not_flatter_the_bar():
    """Twenty players that are worth nothing: the best mean lies above 0, the bar about at it."""
    rng = np.random.default_rng(0)
    found, naive = [], []
    for _ in range(200):
        draws = Draws({str(i): rng.normal(size=16).tolist() for i in range(20)}, [1.0] * 16, 16)
        mark = draws.mark([str(i) for i in range(20)])
        found.append(mark.bar)
        naive.append(max(np.mean(v) for v in draws.players.values()))
    assert np.mean(naive) > 0.4
    assert abs(np.mean(found)) < 0.1


def test_the_best_candidate_is_the_bar_and_its_error_the_spread_of_draws():
    draws = Draws(
        {"good": [0.4, 0.6, 0.5, 0.5], "poor": [0.1, 0.2, 0.1, 0.2], "told": [1.0] * 4},
        [0.9, 1.0, 1.0, 0.9],
        80,
    )
    mark = draws.mark(["good", "poor"])
    assert (mark.player, mark.bar, mark.ceiling) == ("good", 0.5, 0.95)
    assert mark.bar_se == pytest.approx(np.std([0.4, 0.6, 0.5, 0.5], ddof=1) / 2, abs=1e-6)
    assert mark.ceiling_se == pytest.approx(np.std([0.9, 1, 1, 0.9], ddof=1) / 2, abs=1e-6)
    assert draws.means() == {"good": 0.5, "poor": 0.15, "told": 1.0}


def test_a_player_without_headline_in_some_draw_is_no_bar():
    draws = Draws({"odd": [0.9, float("nan")], "good": [0.5, 0.5]}, [1.0, 1.0], 4)
    assert draws.mark(["odd", "good"]).player == "good"
    assert draws.means() == {"good": 0.5, "odd": None}
    with pytest.raises(ValueError, match="no player that sees"):
        draws.mark(["odd"])


def test_measuring_anew_gives_the_stored_figures():
    """The first draws of the mazes, measured again: their mean lies within the stored errors."""
    family = FAMILIES["maze"]
    stored = skills.measured_of(family, "fresh", "smoke", family.headline)
    again = measure(family, "fresh", "smoke", 4)
    assert stored is not None
    assert again is not None
    assert again.salts == stored.salts[:4]
    assert again.player == stored.player
    assert again.bar == pytest.approx(stored.bar, abs=4 * np.hypot(stored.bar_se, again.bar_se))


def test_bars_of_another_version_or_headline_do_not_count():
    maze = FAMILIES["maze"]
    asked = ("maze", maze.version, "fresh", "smoke", "optimal", maze.headline.variants)
    assert bars.measured(*asked) is not None
    for place, other in enumerate(("moze", maze.version + 1, "paper", "huge", "acc", ("x",))):
        changed = list(asked)
        changed[place] = other
        assert bars.measured(*changed) is None


def test_a_file_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bars, "FOLDER", tmp_path)
    (tmp_path / "odd.json").write_text(json.dumps({"family": "odd"}))
    with pytest.raises(
        HeptathlonError, match=r"odd\.json: is no file of bars .*benchmarks\.bars odd"
    ):
        bars.bars_of("odd")
    assert bars.bars_of("absent") is None


def test_a_measured_bar_is_an_anchor_with_its_degrees_of_freedom():
    family = FAMILIES["maze"]
    stored = skills.measured_of(family, "fresh", "smoke", family.headline)
    assert stored is not None
    assert stored.df == len(stored.salts) - 1
    assert not stats.Anchors(stored.bar, stored.ceiling, stored.bar_se).reached
