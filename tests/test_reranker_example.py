"""The example trainer of a re-ranker: what it learns from, and that what it leaves can be asked."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from heptathlon import salts
from heptathlon.builders import store
from heptathlon.models.encoder import EncoderLM

FILE = Path(__file__).parents[1] / "examples" / "reranker" / "train.py"


@pytest.fixture(scope="module")
def train() -> ModuleType:
    for needed in ("torch", "peft", "transformers", "sentence_transformers"):
        pytest.importorskip(needed, reason=f"the example trainer needs {needed}")
    spec = importlib.util.spec_from_file_location("reranker_train", FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_it_learns_from_no_public_problem_and_keeps_blocks_apart(train: ModuleType):
    seen, held = train.problems_of(salts.new(), "smoke")
    blocks = [{p["cluster_id"] for p in part} for part in (seen, held)]
    assert blocks[1]
    assert not blocks[0] & blocks[1]
    public = store.read_docs(store.ensure(store.SetName("rarb", tier="smoke")), "choose")
    assert not {d["query"] for d in public} & {p["query"] for p in (*seen, *held)}
    with pytest.raises(SystemExit, match="must not be learnt"):
        train.problems_of("", "smoke")


def test_what_it_leaves_ranks_documents(
    train: ModuleType, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    args = ["--base", str(tiny_model), "--tier", "smoke", "--steps", "2", "--batch", "2"]
    out = train.main([*args, "--length", "1024", "--rate", "1e-2", "--out", str(tmp_path / "r")])
    said = capsys.readouterr().out
    assert "kept back" in said
    assert f"pretrained={out},max_length=1024 --tasks heptathlon_rarb_mcr_lite" in said
    doc = store.read_docs(store.ensure(store.SetName("rarb", tier="smoke")), "choose")[0]
    scores = EncoderLM(str(out), device="cpu", max_length=1024).similarities(
        [(doc["query"], text) for text in doc["candidates"]]
    )
    assert len(set(scores)) > 1


def test_a_problem_is_learnt(train: ModuleType, tiny_model: Path, tmp_path: Path):
    """Short problems, many times: the right document must come first, wherever it stands."""
    stems = ("no mill", "one mill", "two mills", "the chapel", "a bridge", "no bridge", "x", "why")
    problems = [
        {"query": query, "instruction": "", "candidates": [*stems[by:], *stems[:by]],
         "gold": 3 - by, "cluster_id": query}
        for query, by in (("where is it?", 0), ("how far is it?", 2))
    ]  # fmt: skip
    args = ["--base", str(tiny_model), "--length", "64", "--batch", "2", "--rate", "1e-3"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "problems_of", lambda salt, tier: (problems, problems))
        out = train.main([*args, "--epochs", "60", "--out", str(tmp_path / "r")])
    lm = EncoderLM(str(out), device="cpu", max_length=64)
    for problem in problems:
        scores = lm.similarities([(problem["query"], t) for t in problem["candidates"]])
        assert scores.index(max(scores)) == problem["gold"]
