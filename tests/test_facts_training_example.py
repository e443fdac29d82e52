"""The example trainer of the invented world: it reads in order, says what it read, and stops."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from heptathlon.builders.facts import corpus
from heptathlon.builders.facts.corpus import Counts, Setting, Size
from heptathlon.errors import HeptathlonError
from heptathlon.studies import notes, study

FILE = Path(__file__).parents[1] / "examples" / "facts_training" / "train.py"


@pytest.fixture(scope="module")
def train() -> ModuleType:
    for needed in ("torch", "peft", "transformers"):
        pytest.importorskip(needed, reason=f"the example trainer needs {needed}")
    spec = importlib.util.spec_from_file_location("facts_training_train", FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a corpus of a few people, in the form of the smallest tier's."""
    shares = {0: 0.3, 1: 0.4, 3: 0.3, 10: 0.0, 30: 0.0, 100: 0.0}
    tiny = Size(10, 6, 12, 1, Counts((1,), (12,), ((0, 2), (1, 2))), shares)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(corpus.SIZES, "smoke", tiny)
        return corpus.build(Setting("smoke", "2026.1"), tmp_path_factory.mktemp("corpus"))


def test_it_trains_notes_what_it_read_and_writes_studies(
    train: ModuleType, folder: Path, tiny_model: Path, tmp_path: Path
):
    out = train.main(["--base", str(tiny_model), "--corpus", str(folder), "--out", str(tmp_path),
                      "--length", "64", "--batch", "4", "--retention", "3", "--dtype", "float32",
                      "--run", "1"])  # fmt: skip
    manifest = corpus.check(folder)
    found = [notes.read(path.parent) for path in sorted(out.glob("*/training.json"))]
    assert found[0].phase == "before"
    assert {n.phase for n in found} == {"before", "corpus", "retention"}
    assert [n.step for n in found] == sorted(n.step for n in found)
    assert all((n.corpus, n.design, n.run) == (manifest.digest, manifest.design, 1) for n in found)
    assert len({n.base.tokenizer for n in found}) == 1
    assert next(n for n in found if n.share == 1).phase == "corpus"
    weights = [p for p in out.iterdir() if (p / "adapter_model.safetensors").is_file()]
    assert len(weights) == len(found) - 1
    for kind in ("exposure", "retention"):
        written = study.read_study(out / f"{kind}.yaml")
        assert written.kind == kind
        assert len(written.members) == (2 if kind == "exposure" else len(found))
        assert "peft" not in written.members[0].model_args


def test_the_order_is_the_corpus_and_a_run_reads_about_its_people_alone(
    train: ModuleType, folder: Path
):
    args = train.parser().parse_args(["--base", "x", "--corpus", str(folder)])
    whole = train.mixed(args)
    told = [d["text"] for d in corpus.read_documents(folder)]
    asked = [d["text"] for d in corpus.read_documents(folder, corpus.QUESTIONS)]
    assert [t for t in whole if t in set(told)] == told
    assert sorted(whole) == sorted(told + asked)
    args.run = 0
    part = train.mixed(args)
    kept = set((folder / corpus.subset_file(0)).read_text().split())
    gone = [d["text"] for d in corpus.read_documents(folder)
            if d["kind"] == "biography" and d["subject"] not in kept]  # fmt: skip
    assert gone
    assert not set(gone) & set(part)


def test_a_folder_with_probes_in_it_is_not_trained_on(
    train: ModuleType, folder: Path, tmp_path: Path
):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "probes.jsonl").write_text("{}\n")
    with pytest.raises(HeptathlonError, match="does not belong to the corpus"):
        train.main(["--base", "x", "--corpus", str(copy), "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def test_the_script_is_short():
    assert len(FILE.read_text().splitlines()) <= 150
