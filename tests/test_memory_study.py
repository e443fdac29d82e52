"""The study of memory: scripted answers of known memory, refusals, and the example trainer."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from heptathlon.builders import store
from heptathlon.errors import HeptathlonError
from heptathlon.pages.studies import view_of
from heptathlon.running import runner
from heptathlon.studies import study

TASK = "heptathlon_sort_notext_e250_lite"
EXAMPLE = Path(__file__).parents[1] / "examples" / "order_memory" / "train.py"


@pytest.fixture(scope="module")
def titles() -> list[str]:
    docs = store.read_docs(store.ensure(store.SetName("sort", tier="lite")), "order_notext")
    return sorted({d["title"] for d in docs if d["length"] == "250"})


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, titles: list[str]) -> dict[str, Path]:
    """Return runs of a model that knows nothing, and of two that know six texts each, and not all.

    The likelihoods of a scripted player's run are changed: the right option of a known text gets
    the greater one, in four questions of five.
    """
    out = {}
    for name, known in (("before", ()), ("after", titles[:6]), ("control", titles[6:12])):
        folder = tmp_path_factory.mktemp(name)
        (path,) = runner.run(
            ["--model", "heptathlon", "--model_args", "player=constant", "--tasks", TASK,
             "--output_path", str(folder)]
        )  # fmt: skip
        (samples,) = path.parent.glob("samples_*.jsonl")
        changed = []
        for number, line in enumerate(samples.read_text(encoding="utf-8").splitlines()):
            row = json.loads(line)
            gold = row["doc"]["gold"]
            knows = row["doc"]["title"] in known and number % 5
            likely = [[-0.1 if knows and i == gold else -1.0, False] for i in range(2)]
            row["filtered_resps"] = likely
            row["resps"] = [[pair] for pair in likely]
            changed.append(json.dumps(row))
        samples.write_text("\n".join(changed) + "\n", encoding="utf-8")
        out[name] = path.parent
    return out


def written(folder: Path, runs: dict[str, Path], **more: Any) -> Path:
    file = folder / "memory.yaml"
    members = {name: {"name": name, "run": str(path)} for name, path in runs.items()}
    base = {"study": "scripted", "kind": "memory", "model": "heptathlon", "tasks": [TASK]}
    file.write_text(yaml.safe_dump({**base, **members, **more}), encoding="utf-8")
    return file


def test_what_stood_in_the_texts_is_told_from_the_rest(
    runs: dict[str, Path], titles: list[str], tmp_path: Path
):
    """Figures worked from the answers by hand."""
    file = written(tmp_path, runs, read=titles[:6], control_read=titles[6:12])
    card = study.score_study(study.read_study(file))
    knows = 1 / (1 + pow(2.718281828459045, -0.9))
    (samples,) = runs["before"].glob("samples_*.jsonl")
    docs = [json.loads(line)["doc"] for line in samples.read_text("utf-8").splitlines()]
    share = {
        part: [bool(n % 5) for n, d in enumerate(docs) if d["title"] in chosen]
        for part, chosen in (("read", titles[:6]), ("read by the control", titles[6:12]))
    }
    for name, asked in share.items():
        one = card.parts[name]
        gained = (knows - 0.5) * sum(asked) / len(asked)
        own, other = (one.gained, one.control_gained)
        if name != "read":
            own, other = other, own
        assert own.value == pytest.approx(gained)
        assert other.value == pytest.approx(0)
        assert one.before.value == pytest.approx(0.5)
        assert one.documents == len(asked)
        assert one.texts == 6
    both = [*share["read"], *share["read by the control"]]
    assert card.memory.value == pytest.approx((knows - 0.5) * sum(both) / len(both))
    assert card.clustered_by == "text"
    assert card.memory.clusters == 12
    assert 0 < card.memory.low < card.memory.value < card.memory.high
    rest = card.parts["read by neither"]
    assert rest.gained.value == rest.control_gained.value == 0
    page = view_of("memory").page(card)
    assert "What is remembered" in page
    assert "clustered by text" in page


def test_few_texts_are_clustered_by_what_is_asked_about(
    runs: dict[str, Path], titles: list[str], tmp_path: Path
):
    file = written(tmp_path, runs, read=titles[:1], control_read=titles[6:7])
    card = study.score_study(study.read_study(file))
    assert card.clustered_by == "pair"
    assert card.parts["read"].texts == 1


def test_a_study_that_tells_nothing_is_refused(
    runs: dict[str, Path], titles: list[str], tmp_path: Path
):
    with pytest.raises(HeptathlonError, match="neither is a control"):
        study.read_study(written(tmp_path, runs, read=titles[:2], control_read=titles[1:3]))
    for more, says in (
        ({"read": ["No such text"]}, "No question is about 'No such text'"),
        ({"read": titles[:1], "metric": "spl"}, "has no metric 'spl'"),
    ):
        file = written(tmp_path, runs, control_read=titles[6:7], **more)
        with pytest.raises(HeptathlonError, match=says):
            study.score_study(study.read_study(file))


@pytest.mark.parametrize(
    ("task", "says"),
    [
        ("heptathlon_sort_e50_smoke", "its prompts hold the text"),
        ("heptathlon_maze_next_move_smoke", "about no text with a title"),
    ],
)
def test_prompts_that_hold_the_text_are_refused(tmp_path: Path, task: str, says: str):
    members = {n: {"name": n, "model_args": {"player": "constant"}}
               for n in ("before", "after", "control")}  # fmt: skip
    file = tmp_path / "memory.yaml"
    file.write_text(yaml.safe_dump({"study": "x", "kind": "memory", "model": "heptathlon",
                                    "tasks": [task], "read": ["a"], "control_read": ["b"],
                                    "flags": ["--limit", "4"], **members}))  # fmt: skip
    asked = study.read_study(file)
    study.run_study(asked, lambda said: None)
    with pytest.raises(HeptathlonError, match=says):
        study.score_study(asked)


@pytest.fixture(scope="module")
def train() -> ModuleType:
    for needed in ("torch", "peft", "transformers"):
        pytest.importorskip(needed, reason=f"the example trainer needs {needed}")
    spec = importlib.util.spec_from_file_location("order_memory_train", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_example_tunes_two_and_writes_their_study(
    train: ModuleType, tiny_model: Path, tmp_path: Path
):
    file = train.main(["--base", str(tiny_model), "--tier", "smoke", "--words", "250", "--texts",
                       "1", "--epochs", "1", "--length", "128", "--dtype", "float32",
                       "--out", str(tmp_path)])  # fmt: skip
    asked = study.read_study(file)
    assert [m.name for m in asked.members] == ["before", "after", "control"]
    assert not set(asked.read) & set(asked.control_read)
    for name in ("after", "control"):
        assert (tmp_path / name / "adapter_model.safetensors").is_file()
    assert "peft" not in asked.before.model_args
    with pytest.raises(SystemExit, match="too few"):
        train.main(["--base", str(tiny_model), "--tier", "smoke", "--texts", "50"])
