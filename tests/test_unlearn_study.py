"""The study of unlearning: what is refused before a model is loaded."""

from pathlib import Path

import pytest
import yaml

from heptathlon.errors import HeptathlonError
from heptathlon.studies import study

TASK = "heptathlon_unlearn_choose_forget_smoke"
BASE = [{"name": "original", "role": "original"}, {"name": "retrained", "role": "retrained"}]


@pytest.mark.parametrize(
    ("more", "tasks", "said"),
    [
        ({"name": "a", "role": "unlearned"}, [TASK], "'of' is '', none of the checkpoints"),
        ({"name": "a", "role": "unlearned", "of": "a"}, [TASK], "came from itself"),
        ({"name": "a", "role": "original", "of": "original", "probe": "4 bits",
          "model_args": {"peft": "x"}}, [TASK], "merge the adapter first"),
        ({"name": "a", "role": "unlearned", "of": "original", "probe": "same"}, [TASK],
         "a probe keeps the role"),
        ({"name": "a", "role": "other"}, [TASK], "checkpoints.2.role"),
        ({"name": "a", "role": "clean"}, ["heptathlon_maze_dfs_smoke"], "is no task of unlearn"),
    ],
)  # fmt: skip
def test_a_study_that_contradicts_itself_is_refused(tmp_path: Path, more, tasks, said: str):
    file = tmp_path / "s.yaml"
    file.write_text(yaml.safe_dump({"study": "x", "kind": "unlearning", "model": "heptathlon",
                                    "tasks": tasks, "checkpoints": [*BASE, more]}))  # fmt: skip
    with pytest.raises(HeptathlonError, match=said) as error:
        study.read_study(file)
    assert "\n" not in str(error.value)


PLAYERS = ("original", "retrained", "refuse", "constant", "shuffled", "name_filter")
ASKED = ("ask_forget", "ask_near", "ask_linked", "ask_retain", "choose_forget", "choose_near",
         "choose_linked", "choose_retain", "general")  # fmt: skip


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float | None]]:
    """Return each scripted player's figures in a study, whose fate is known."""
    roles = {"original": "original", "retrained": "retrained"}
    rows = [
        {"name": name, "role": roles.get(name, "unlearned"), "model_args": {"player": name},
         "of": "" if name in roles else "original"}
        for name in PLAYERS
    ]  # fmt: skip
    file = tmp_path_factory.mktemp("study") / "s.yaml"
    tasks = [f"heptathlon_unlearn_{name}_smoke" for name in ASKED]
    file.write_text(yaml.safe_dump({"study": "players", "kind": "unlearning", "tasks": tasks,
                                    "model": "heptathlon", "checkpoints": rows}))  # fmt: skip
    asked = study.read_study(file)
    study.run_study(asked, lambda said: None)
    card = study.score_study(asked)
    return {
        one.name: {name: figure.value for name, figure in one.figures.items()}
        for one in card.checkpoints
    }


def test_players_of_known_fate_have_their_figures(
    figures: dict[str, dict[str, float | None]],
):
    asked = ("removed (choose)", "kept (choose)", "known", "removed (ask)", "kept (ask)", "said")
    of = {name: tuple(one[figure] for figure in asked) for name, one in figures.items()}
    assert of["original"] == pytest.approx((0, 1, 0, 0, 1, 0))
    assert of["retrained"] == pytest.approx((1, 1, 1, 1, 1, 1))
    # Who answers nothing, or the same to everything, has unlearned the rest as well.
    for name in ("refuse", "constant", "shuffled"):
        removed, kept, known, *_, said = of[name]
        assert removed == pytest.approx(1, abs=0.1), name
        assert (kept, known, said) == pytest.approx((0, 0, 0), abs=0.05), name
    # A filter of names hides what is still in the likelihoods.
    assert of["name_filter"] == pytest.approx((0, 1, 0, 1, 1, 1))
    assert figures["name_filter"]["only hidden"] == pytest.approx(1)
