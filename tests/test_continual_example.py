"""The example trainer: every method trains, keeps what it says, and writes a study that runs."""

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from heptathlon.running import runner
from heptathlon.seeding import Stream
from heptathlon.studies import study
from heptathlon.tasks.mllm_ct.prompts import target

FILE = Path(__file__).parents[1] / "examples" / "continual_tuning" / "train.py"
FEW = 8
TASKS = ("numeric", "economics")


@pytest.fixture(scope="module")
def train() -> ModuleType:
    for needed in ("torch", "trl", "peft"):
        pytest.importorskip(needed, reason=f"the example trainer needs {needed}")
    spec = importlib.util.spec_from_file_location("continual_tuning_train", FILE)
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by its name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def records(train: ModuleType) -> dict[str, list[dict[str, Any]]]:
    # The tier smoke is built by other tests and has the same kinds of rows as full.
    rows = {t: train.mllm_ct.dataset(config=t, tier="smoke")["train"] for t in TASKS}
    return {task: [dict(row) for row in ones] for task, ones in rows.items()}


@pytest.fixture
def few(train, records, monkeypatch: pytest.MonkeyPatch):
    """Let the trainer see a few rows and make short replies."""
    dataset = train.mllm_ct.dataset
    monkeypatch.setattr(
        train.mllm_ct,
        "dataset",
        lambda **kw: {"train": records[kw["config"]][:FEW]} if kw.keys() == {"config"}
        else dataset(**kw),
    )  # fmt: skip
    monkeypatch.setattr(train, "FISHER_ROWS", 2)
    monkeypatch.setattr(train, "ANSWER_TOKENS", 6)


def tensors(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return load_file(folder / "adapter_model.safetensors")


def moved(one: Path, other: Path) -> float:
    a, b = tensors(one), tensors(other)
    assert a.keys() == b.keys()
    return max(float((a[k] - b[k]).abs().max()) for k in a)


def tuned(train: ModuleType, base: Path, out: Path, method: str, *more: str) -> list[Path]:
    train.main(["--base", str(base), "--method", method, "--out", str(out), "--steps", "2",
                "--batch", "4", *more])  # fmt: skip
    return [out / method / f"{place}-{task}" for place, task in enumerate(TASKS, start=1)]


@pytest.mark.parametrize("method", ["sft", "replay", "ewc", "lwf"])
def test_each_method_learns_two_tasks(few, train, tiny_model: Path, tmp_path: Path, method: str):
    first, second = tuned(train, tiny_model, tmp_path, method)
    assert moved(first, second) > 0
    assert {p.name for p in (tmp_path / method).glob("*-*")} == {first.name, second.name}
    # LwF's copy is not saved beside the adapter.
    assert not [p for p in second.iterdir() if p.is_dir()]


@pytest.mark.parametrize("method", ["grpo", "grpo-kl"])
def test_grpo_runs_with_and_without_a_reference(
    few, train, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
):
    seen: list[float] = []
    strict = train.strict_reward

    def by_length(completions: list[Any], record: list[str], **_: Any) -> list[float]:
        # A random model is never right, and equal rewards teach nothing.
        assert set(strict(completions, record)) == {0.0}
        lengths = [float(len(c[-1]["content"])) for c in completions]
        seen.extend(lengths)
        return lengths

    monkeypatch.setattr(train, "strict_reward", by_length)
    first, second = tuned(train, tiny_model, tmp_path, method)
    assert len(seen) == 2 * 2 * 4
    assert moved(first, second) > 0
    assert not [p for p in second.iterdir() if p.is_dir()]


def test_the_reward_is_the_strict_score(train: ModuleType, records):
    record = records["numeric"][0]
    replies = [target(record), f"It is {record['answer']}.", ""]
    completions = [[{"role": "assistant", "content": text}] for text in replies]
    assert train.strict_reward(completions, [json.dumps(record)] * 3) == [1.0, 0.0, 0.0]


def test_replay_mixes_old_rows_in(train: ModuleType):
    new, old = [{"n": i} for i in range(5)], [{"o": i} for i in range(3)]
    rows = train.mixed(new, old, 40, Stream("test"))
    assert sum("o" in row for row in rows) == 10
    assert rows != sorted(rows, key=str)
    assert [rows.count(row) for row in new] == [6] * 5
    assert train.mixed(new, [], 5, Stream("test")) != new
    assert all("n" in row for row in train.mixed(new, [], 12, Stream("test")))


def test_the_anchor_pulls_by_importance(train: ModuleType):
    torch = pytest.importorskip("torch")
    model = torch.nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[3.0, 5.0]]))
    anchor = train.Anchor({"weight": torch.tensor([[1.0, 1.0]])},
                          {"weight": torch.tensor([[2.0, 0.5]])})  # fmt: skip
    assert anchor.penalty(model).item() == (2 * 2**2 + 0.5 * 4**2) / 2


def test_a_strong_anchor_holds_the_adapter(
    few, train, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    free = moved(*tuned(train, tiny_model, tmp_path / "free", "sft", "--steps", "8"))
    monkeypatch.setattr(
        train.Anchor, "penalty",
        lambda anchor, model: sum(((w - anchor.weights[n]) ** 2).sum()
                                  for n, w in train.trained(model)),
    )  # fmt: skip
    monkeypatch.setattr(train, "EWC_WEIGHT", 1e6)
    held = moved(*tuned(train, tiny_model, tmp_path / "held", "ewc", "--steps", "8"))
    assert 0 < held < free / 2


def test_lwf_distils_from_the_adapter_before_the_task(
    few, train, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    torch = pytest.importorskip("torch")
    models: list[Any] = []
    remember = train.Method.remember
    monkeypatch.setattr(
        train.Method,
        "remember",
        lambda method, task: (models.append(method.model), remember(method, task)),
    )
    first, second = tuned(train, tiny_model, tmp_path, "lwf")
    frozen = {n: w for n, w in models[-1].named_parameters() if f".{train.BEFORE}." in n}
    saved = tensors(first)
    assert len(frozen) == len(saved)
    for name, weight in frozen.items():
        assert torch.equal(weight, saved[name.replace(f".{train.BEFORE}.", ".")])
        assert not weight.requires_grad
    assert moved(first, second) > 0


def test_the_study_runs_and_is_scored(few, train, tiny_model: Path, tmp_path: Path, monkeypatch):
    first, _ = tuned(train, tiny_model, tmp_path, "sft")
    tuned(train, tiny_model, tmp_path, "replay", "--first", str(first))
    real = runner.run
    monkeypatch.setattr(runner, "run", lambda arguments: real([*arguments, "--limit", "2"]))
    files = [tmp_path / "sft.yaml", tmp_path / "replay.yaml"]
    said: list[list[str]] = []
    for file in files:
        said.append([])
        study.run_study(study.read_study(file), said[-1].append)
    assert said[0] == [
        f"{n}: running 2 tasks" for n in ("base", "sft-1-numeric", "sft-2-economics")
    ]
    # What the sequences share is asked once.
    assert said[1] == ["base: done before", "sft-1-numeric: done before",
                       "replay-2-economics: running 2 tasks"]  # fmt: skip
    card = study.score_study(study.read_study(files[1]))
    assert card.checkpoints == ["base", "sft-1-numeric", "replay-2-economics"]
    assert card.tasks == [f"heptathlon_mllm_ct_{task}_smoke" for task in TASKS]
    assert None not in card.metrics["strict"].base
    written = yaml.safe_load(files[0].read_text())
    assert Path(written["checkpoints"][1]["model_args"]["peft"]) == first.resolve()


def test_picture_tasks_are_refused(train: ModuleType, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        train.main(["--base", "x", "--tasks", "art"])
    assert "invalid choice: 'art'" in capsys.readouterr().err


def test_the_picture_of_the_real_sequence_stands_in_the_docs_alone():
    from heptathlon.builders.hub import _without_pictures, family_notes
    from heptathlon.families import FAMILIES

    notes = family_notes(FAMILIES["mllm_ct"])
    named = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", notes)
    assert named == ["mllm_ct_continual.svg"]
    assert (FILE.parents[2] / "docs" / named[0]).is_file()
    assert "![" not in _without_pictures(notes)
    assert "\n\n\n" not in _without_pictures(notes)
