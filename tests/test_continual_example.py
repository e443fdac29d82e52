"""The example trainer: every method trains, keeps what it says, and writes a study that runs."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from heptathlon.running import runner
from heptathlon.seeding import Stream
from heptathlon.studies import study
from heptathlon.tasks.mllm_ct.prompts import prompt, target

FILE = Path(__file__).parents[1] / "examples" / "continual_tuning" / "train.py"
SCRIPTS = ("train", "methods", "trainers", "rows")
FEW = 8
TASKS = ("numeric", "economics")


@pytest.fixture(scope="module")
def train() -> Iterator[ModuleType]:
    for needed in ("torch", "trl", "peft"):
        pytest.importorskip(needed, reason=f"the example trainer needs {needed}")
    # The example is a folder of scripts that import each other, as they lie.
    sys.path.insert(0, str(FILE.parent))
    yield importlib.import_module("train")
    sys.path.remove(str(FILE.parent))
    for name in SCRIPTS:
        sys.modules.pop(name, None)


@pytest.fixture
def methods(train: ModuleType) -> ModuleType:
    return sys.modules["methods"]


@pytest.fixture
def scripts(train: ModuleType) -> dict[str, ModuleType]:
    return {name: sys.modules[name] for name in SCRIPTS}


@pytest.fixture(scope="module")
def records(train: ModuleType) -> dict[str, list[dict[str, Any]]]:
    # The tier smoke is built by other tests and has the same kinds of rows as full. The tiny model
    # reads letter by letter, so the shortest rows come first.
    dataset = sys.modules["rows"].mllm_ct.dataset
    rows = {t: dataset(config=t, tier="smoke")["train"] for t in TASKS}
    return {
        task: sorted((dict(row) for row in ones), key=lambda row: len(prompt(row) + target(row)))
        for task, ones in rows.items()
    }


@pytest.fixture
def few(scripts, records, monkeypatch: pytest.MonkeyPatch):
    """Let the trainer see a few rows and make short replies."""
    dataset = scripts["rows"].mllm_ct.dataset
    monkeypatch.setattr(
        scripts["rows"].mllm_ct,
        "dataset",
        lambda **kw: {"train": records[kw["config"]][:FEW]} if kw.keys() == {"config"}
        else dataset(**kw),
    )  # fmt: skip
    monkeypatch.setattr(scripts["methods"], "ANCHOR_ROWS", 2)
    monkeypatch.setattr(scripts["methods"], "DARK_ROWS", 2)
    for name in ("methods", "train"):
        monkeypatch.setattr(scripts[name], "ANSWER_TOKENS", 6)


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
    order = "reverse" if "reverse" in more else "forward"
    tasks = TASKS if order == "forward" else TASKS[::-1]
    folder = out / order / method
    return [folder / f"{place}-{task}" for place, task in enumerate(tasks, start=1)]


@pytest.mark.parametrize("method", ["sft", "replay", "der", "ewc", "mas", "lwf"])
def test_each_method_learns_two_tasks(few, train, tiny_model: Path, tmp_path: Path, method: str):
    first, second = tuned(train, tiny_model, tmp_path, method)
    assert moved(first, second) > 0
    assert {p.name for p in first.parent.glob("*-*")} == {first.name, second.name}
    # LwF's copy is not saved beside the adapter.
    assert not [p for p in second.iterdir() if p.is_dir()]


def test_freezing_leaves_the_lower_half_as_it_was(few, train, tiny_model: Path, tmp_path: Path):
    first, second = tuned(train, tiny_model, tmp_path, "freeze")
    a, b = tensors(first), tensors(second)
    lower = [name for name in a if ".layers.0." in name]
    assert lower
    assert all(bool((a[name] == b[name]).all()) for name in lower)
    assert moved(first, second) > 0


def test_merging_takes_each_weights_largest_change(
    few, train, methods, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    seen: list[Any] = []
    remember = methods.Method.remember
    monkeypatch.setattr(
        methods.Method, "remember", lambda m, task: (remember(m, task), seen.append(m))
    )
    first, second = tuned(train, tiny_model, tmp_path, "merge")
    method = seen[-1]
    found, one = tensors(second), method.vectors
    assert len(one) == 2
    for name, start in method.start.items():
        saved = found[name.replace(f".{train.ADAPTER}.", ".")]
        changes = [vector[name] for vector in one]
        larger = (changes[1].abs() > changes[0].abs()).float()
        expected = start + larger * changes[1] + (1 - larger) * changes[0]
        assert (saved - expected).abs().max() < 1e-6
    # What learns goes on from the last task, not from the merged weights.
    now = methods.weights_of(method.model)
    assert all(((now[n] - method.start[n]) - one[1][n]).abs().max() < 1e-6 for n in now)
    assert moved(first, second) > 0


def test_old_logits_are_kept_as_they_were_and_pull_back(
    few, train, methods, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    torch = pytest.importorskip("torch")
    seen: list[tuple[Any, float]] = []
    remember = methods.Method.remember

    def noted(method: Any, task: str) -> None:
        remember(method, task)
        with torch.no_grad():
            seen.append((method, float(sum(k.distance(method.model) for k in method.kept))))

    monkeypatch.setattr(methods.Method, "remember", noted)
    tuned(train, tiny_model, tmp_path / "a", "der", "--steps", "4")
    assert seen[0][1] == pytest.approx(0, abs=1e-6)
    kept = seen[0][0].kept
    assert len(kept) == 2
    assert all(k.logits.shape == k.tokens.shape for k in kept)
    free = seen[1][1]
    monkeypatch.setattr(sys.modules["trainers"], "DER_WEIGHT", 50.0)
    tuned(train, tiny_model, tmp_path / "b", "der", "--steps", "4")
    assert 0 < seen[3][1] < free


def test_the_order_can_be_turned(few, train, tiny_model: Path, tmp_path: Path):
    first, second = tuned(train, tiny_model, tmp_path, "sft", "--order", "reverse")
    assert (first.name, second.name) == ("1-economics", "2-numeric")
    assert second.is_dir()
    written = yaml.safe_load((tmp_path / "reverse" / "sft.yaml").read_text())
    assert (written["method"], written["base"]) == ("sft", tiny_model.name)
    assert written["order"] == "reverse, seed 0"
    assert [c.get("after") for c in written["checkpoints"]] == [None, *written["tasks"]]
    assert written["tasks"][0] == "heptathlon_mllm_ct_economics_smoke"


@pytest.mark.parametrize("method", ["grpo", "grpo-kl"])
def test_grpo_runs_with_and_without_a_reference(
    few, train, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
):
    seen: list[float] = []
    methods = sys.modules["methods"]
    strict = methods.strict_reward

    def by_length(completions: list[Any], record: list[str], **_: Any) -> list[float]:
        # A random model is never right, and equal rewards teach nothing.
        assert set(strict(completions, record)) == {0.0}
        lengths = [float(len(c[-1]["content"])) for c in completions]
        seen.extend(lengths)
        return lengths

    monkeypatch.setattr(methods, "strict_reward", by_length)
    first, second = tuned(train, tiny_model, tmp_path, method)
    assert len(seen) == 2 * 2 * 4
    assert moved(first, second) > 0
    assert not [p for p in second.iterdir() if p.is_dir()]


def test_the_reward_is_the_strict_score(methods: ModuleType, records):
    record = records["numeric"][0]
    replies = [target(record), f"It is {record['answer']}.", ""]
    completions = [[{"role": "assistant", "content": text}] for text in replies]
    assert methods.strict_reward(completions, [json.dumps(record)] * 3) == [1.0, 0.0, 0.0]


def test_replay_mixes_old_rows_in(methods: ModuleType):
    new, old = [{"n": i} for i in range(5)], [{"o": i} for i in range(3)]
    rows = methods.mixed(new, old, 40, Stream("test"))
    assert sum("o" in row for row in rows) == 10
    assert rows != sorted(rows, key=str)
    assert [rows.count(row) for row in new] == [6] * 5
    assert methods.mixed(new, [], 5, Stream("test")) != new
    assert all("n" in row for row in methods.mixed(new, [], 12, Stream("test")))


def test_the_anchor_pulls_by_importance(methods: ModuleType):
    torch = pytest.importorskip("torch")
    model = torch.nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[3.0, 5.0]]))
    anchor = methods.Anchor({"weight": torch.tensor([[1.0, 1.0]])},
                            {"weight": torch.tensor([[2.0, 0.5]])}, 3.0)  # fmt: skip
    assert anchor.penalty(model).item() == 3 * (2 * 2**2 + 0.5 * 4**2) / 2


def test_a_strong_anchor_holds_the_adapter(
    few, train, methods, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    free = moved(*tuned(train, tiny_model, tmp_path / "free", "sft", "--steps", "6"))
    monkeypatch.setattr(
        methods.Anchor, "penalty",
        lambda anchor, model: anchor.strength * sum(((w - anchor.weights[n]) ** 2).sum()
                                                    for n, w in methods.trained(model)),
    )  # fmt: skip
    for method in ("ewc", "mas"):
        monkeypatch.setitem(methods.ANCHORED, method, 1e6)
        held = moved(*tuned(train, tiny_model, tmp_path / method, method, "--steps", "6"))
        assert 0 < held < free / 2, method


def test_lwf_distils_from_the_adapter_before_the_task(
    few, train, methods, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    torch = pytest.importorskip("torch")
    models: list[Any] = []
    remember = methods.Method.remember
    monkeypatch.setattr(
        methods.Method,
        "remember",
        lambda method, task: (models.append(method.model), remember(method, task)),
    )
    first, second = tuned(train, tiny_model, tmp_path, "lwf")
    frozen = {n: w for n, w in models[-1].named_parameters() if f".{methods.BEFORE}." in n}
    saved = tensors(first)
    assert len(frozen) == len(saved)
    for name, weight in frozen.items():
        assert torch.equal(weight, saved[name.replace(f".{methods.BEFORE}.", ".")])
        assert not weight.requires_grad
    assert moved(first, second) > 0


def test_the_study_runs_and_is_scored(few, train, tiny_model: Path, tmp_path: Path, monkeypatch):
    first, _ = tuned(train, tiny_model, tmp_path, "sft")
    tuned(train, tiny_model, tmp_path, "replay", "--first", str(first))
    real = runner.run
    monkeypatch.setattr(runner, "run", lambda arguments: real([*arguments, "--limit", "2"]))
    files = [tmp_path / "forward" / f"{method}.yaml" for method in ("sft", "replay")]
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
