"""Fixtures shared by all tests: a cache of their own, and a tiny random model."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks import _chromium
from tests.browsing import CHROMIUM
from tests.fakehub import FakeHub

SHARED_SOURCES = Path(__file__).parents[2] / "shared" / "sources"
if SHARED_SOURCES.is_dir():
    # Before any test is collected: what can be built here decides what is tested.
    os.environ.setdefault("HEPTATHLON_SOURCES", str(SHARED_SOURCES))
if "PYTEST_XDIST_WORKER" in os.environ:
    # Workers share the cores: threads of each on all of them wait for one another.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
# Before ``datasets`` and the Hub's client are imported, which read these once: another checkout's
# cache is not ours, and what is looked for on a Hub that is not there takes a minute to be missed.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ["HF_HOME"] = tempfile.mkdtemp(prefix="heptathlon-tests-hf-")
atexit.register(shutil.rmtree, os.environ["HF_HOME"], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that read published files, in a way that reaches the summary from a worker."""
    for item in items:
        reasons = [mark.kwargs.get("reason", "") for mark in item.iter_markers("skipif")]
        if "sources_folder" in getattr(item, "fixturenames", ()) or any(
            "HEPTATHLON_SOURCES" in reason for reason in reasons
        ):
            item.user_properties.append(("real_files", True))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many tests ran on published files, and how many could not for want of them."""
    ran, left = set(), set()
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            if ("real_files", True) in getattr(report, "user_properties", ()):
                (left if outcome == "skipped" else ran).add(report.nodeid)
    if ran or left:
        terminalreporter.write_line(
            f"real files: {len(ran)} tests ran on published files, {len(left)} did not; "
            f"HEPTATHLON_SOURCES is {os.environ.get('HEPTATHLON_SOURCES') or 'not set'}"
        )


@pytest.fixture(scope="session", autouse=True)
def suite_home(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Give the tests a cache of their own, and no way to any hub.

    Tests that run side by side share it: a set is built once, as on a user's machine.
    """
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if hasattr(request.config, "workerinput") else base) / "heptathlon-home"
    home.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEPTATHLON_HOME", str(home))
        patch.setenv("HF_HUB_OFFLINE", "1")
        for name in ("SALT", "SEASON", "DATA", "STUDENTS_DATA", "RARB_DATA"):
            patch.delenv(f"HEPTATHLON_{name}", raising=False)
        yield home


@pytest.fixture(scope="session")
def sources_folder() -> Path:
    """Return the mirror of source files that ``HEPTATHLON_SOURCES`` names; skip without one."""
    if "HEPTATHLON_SOURCES" not in os.environ:
        pytest.skip("HEPTATHLON_SOURCES names no mirror of source files")
    return Path(os.environ["HEPTATHLON_SOURCES"])


@pytest.fixture(scope="session")
def manager() -> Any:
    """Return lm-eval's manager of the suite's tasks."""
    from lm_eval.tasks import TaskManager

    from heptathlon.tasks.derived import include_path

    return TaskManager(include_path=str(include_path()), include_defaults=False)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a random two-layer Llama, its tokenizer and chat template."""
    torch = pytest.importorskip("torch")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("models") / "tiny-llama"
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<s>", "</s>", "<pad>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator(["ANSWER: U D L R"], trainer=trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, bos_token="<s>", eos_token="</s>", pad_token="<pad>"
    )
    tokenizer.chat_template = (
        "{% for m in messages %}<s>{{ m['role'] }}\n{{ m['content'] }}</s>{% endfor %}"
        "{% if add_generation_prompt %}<s>assistant\n{% endif %}"
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=8192,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=2,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[_chromium.Page]:
    """Return a Chromium; only tests that are skipped without one may ask for it."""
    assert CHROMIUM is not None
    with _chromium.Page(CHROMIUM) as opened:
        yield opened


@pytest.fixture
def hub_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """A Hub, and a client that may reach it and waits for nothing."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda s: None)
    with FakeHub() as running:
        monkeypatch.setattr(constants, "ENDPOINT", running.url)
        url = running.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url)
        yield running
