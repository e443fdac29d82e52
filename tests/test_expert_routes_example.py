"""The example trainer of a mixture of experts: checkpoints, and a study of their routes."""

import importlib.util
import sys
from pathlib import Path

import pytest

from heptathlon.studies import study
from heptathlon.studies.kinds.pathways import PathwaysStudy

FILE = Path(__file__).parents[1] / "examples" / "expert_routes" / "train.py"


def test_it_trains_and_writes_a_study_of_its_checkpoints(tmp_path: Path):
    for needed in ("torch", "transformers"):
        pytest.importorskip(needed, reason=f"the example trainer needs {needed}")
    spec = importlib.util.spec_from_file_location("expert_routes_train", FILE)
    train = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = train
    spec.loader.exec_module(train)
    small = {"steps": 4, "seasons": 1, "batch": 2, "width": 32, "layers": 2, "experts": 4}
    flags = [part for name, value in small.items() for part in (f"--{name}", str(value))]
    written = study.read_study(train.main(["--out", str(tmp_path), *flags]))
    assert isinstance(written, PathwaysStudy)
    assert [one.step for one in written.checkpoints] == [1, 2, 3, 4]
    assert all(Path(str(one.model_args["pretrained"])).is_dir() for one in written.checkpoints)
    assert written.tasks == ("heptathlon_icl_forced_smoke",)
    # What it reads is in no set that is asked.
    (row, *_) = train.texts(1)
    assert row.endswith(train.END)
    assert "->" in row or "Output" in row or "label of" in row
