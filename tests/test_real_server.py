"""The suite through a real server: llama.cpp's, of the package xllamacpp, with real weights.

Opt-in: ``HEPTATHLON_GGUF=MODEL.gguf python -m pytest -m real_model tests/test_real_server.py``.
"""

import os
from pathlib import Path

import pytest

from benchmarks import _server
from heptathlon.errors import HeptathlonError
from heptathlon.running import runner, runs
from heptathlon.scoring import scorecard

pytestmark = [
    pytest.mark.real_model,
    pytest.mark.skipif(
        "HEPTATHLON_GGUF" not in os.environ or not _server.available(),
        reason="HEPTATHLON_GGUF names no model, or xllamacpp is not installed",
    ),
]
CHOICES = "heptathlon_sort_e250_smoke"


def test_the_smoke_tier_through_a_real_server(tmp_path: Path):
    with _server.serving(Path(os.environ["HEPTATHLON_GGUF"])) as url:
        args = f"model=org/served,base_url={url},concurrency=2"
        flags = ["--model", "api", "--model_args", args, "--output_path", str(tmp_path)]
        flags += ["--tasks", "heptathlon_smoke", "--limit", "1"]
        with pytest.raises(HeptathlonError, match="--generated"):
            runner.run(flags)
        (written,) = runner.run([*flags, "--generated", "--gen_kwargs", "max_gen_toks=8"])
        run = runs.read_run(written.parent)
        assert not run.broken
        card, scored = scorecard.score_run(run)
        assert {"maze", "mllm_ct", "verbalizer", "memorability"} <= set(card.families)
        assert card.told is not None
        assert card.told.answers == len(scored)
        assert card.told.cut > 0
        assert card.told.completion_tokens is not None
        assert card.told.completion_tokens <= 8 * len(scored)
        # Its completions know no echo, so that options cannot be rated.
        args = f"{args},form=completions"
        with pytest.raises(HeptathlonError, match=r"does not repeat the prompt|no echo"):
            runner.run(["--model", "api", "--model_args", args, "--tasks", CHOICES,
                        "--output_path", str(tmp_path)])  # fmt: skip
        # lm-eval's own class, by its name: the newer form of log-probabilities, no echo either.
        args = f"model=org/served,base_url={url}/chat/completions,num_concurrent=2"
        (written,) = runner.run(
            ["--model", "local-chat-completions", "--model_args", args, "--apply_chat_template",
             "--tasks", "heptathlon_sort_say_smoke", "--limit", "2", "--gen_kwargs",
             "max_gen_toks=8", "--output_path", str(tmp_path / "theirs")]
        )  # fmt: skip
        assert len(runs.read_run(written.parent).samples["heptathlon_sort_say_smoke"]) == 2
