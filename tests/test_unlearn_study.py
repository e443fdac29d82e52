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
