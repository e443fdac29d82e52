"""vLLM and SGLang, which cannot stand beside the pinned torch: stubs of what lm-eval calls.

What is tested is the suite's side: that their arguments arrive, that their windows are used, that
options are parted, that a missing one is named with our extra. No engine runs here.
"""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import lm_eval.models
import pytest
from lm_eval.api.registry import model_registry

from heptathlon.errors import HeptathlonError
from heptathlon.running import runner, runs

SAY, CHOICES = "heptathlon_sort_say_smoke", "heptathlon_sort_e250_smoke"

VLLM = {
    "vllm/__init__.py": """
class SamplingParams:
    def __init__(self, **options):
        self.options = options
def TokensPrompt(prompt_token_ids):
    return prompt_token_ids
class _Config:
    max_model_len = 0
class _Engine:
    model_config = _Config()
class LLM:
    made = []
    def __init__(self, **options):
        LLM.made.append(options)
        self.llm_engine = _Engine()
        self.llm_engine.model_config.max_model_len = options["max_model_len"] or 4096
    def generate(self, prompts, sampling_params, use_tqdm, lora_request):
        return [_Output(p, s.options) for p, s in zip(prompts, sampling_params)]
class _Text:
    text = "ANSWER: A"
class _Output:
    def __init__(self, tokens, options):
        self.outputs = [_Text()]
        self.prompt_logprobs = [None, *({t: -0.5, -1: -0.1} for t in tokens[1:])]
""",
    "vllm/lora/__init__.py": "",
    "vllm/lora/request.py": "class LoRARequest: pass",
    "vllm/renderers/__init__.py": "",
    "vllm/renderers/hf.py": "def resolve_chat_template(**_): return None",
    "vllm/tokenizers.py": """
def get_tokenizer(name, tokenizer_mode, trust_remote_code, revision, **_):
    from transformers import AutoTokenizer
    return AutoTokenizer.from_pretrained(name)
""",
    "vllm-0.18.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: vllm\nVersion: 0.18.0\n",
}
SGLANG = {
    "sglang/__init__.py": """
class Engine:
    made = []
    def __init__(self, **options):
        from transformers import AutoTokenizer
        Engine.made.append(options)
        tokenizer = AutoTokenizer.from_pretrained(options["model_path"])
        self.tokenizer_manager = type("T", (), {"tokenizer": tokenizer, "context_len": 4096})
    def generate(self, input_ids, sampling_params, return_logprob, **_):
        if return_logprob:
            return [{"meta_info": {"input_token_logprobs": [(-0.5, t, "") for t in tokens],
                                   "input_top_logprobs": [[(-0.1, -1, "")] for _ in tokens]}}
                    for tokens in input_ids]
        return [{"text": "ANSWER: A"} for _ in input_ids]
""",
}
STUBS = {"vllm": VLLM, "sglang": SGLANG}


@pytest.fixture(params=STUBS)
def engine(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    name: str = request.param
    for path, text in STUBS[name].items():
        file = tmp_path / "site" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    place = lm_eval.models.MODEL_MAPPING[name]

    def forget() -> None:
        """Let lm-eval look for the package again."""
        for module in [m for m in sys.modules if m.split(".")[0] == name]:
            del sys.modules[module]
        sys.modules.pop(place.split(":")[0], None)
        model_registry._objs.pop(name, None)
        model_registry.register(name, target=place)
        importlib.invalidate_caches()

    with monkeypatch.context() as patch:
        patch.syspath_prepend(str(tmp_path / "site"))
        forget()
        yield name
    forget()


def test_an_engine_is_asked_and_its_window_is_used(engine: str, tiny_model: Path, tmp_path: Path):
    length = {"vllm": "max_model_len", "sglang": "max_model_len"}[engine]

    def run(*more: str, tokens: int = 2048) -> runs.Run:
        args = f"pretrained={tiny_model},{length}={tokens},dtype=bfloat16,quantization=fp8"
        flags = ["--model", engine, "--model_args", args, "--tasks", f"{SAY},{CHOICES}"]
        flags += ["--limit", "2", "--output_path", str(tmp_path / "out"), *more]
        (written,) = runner.run(flags, brief=True)
        return runs.read_run(written.parent)

    found = run("--apply_chat_template", tokens=8000)
    stub = sys.modules[engine]
    (made,) = stub.LLM.made if engine == "vllm" else stub.Engine.made
    assert (made["dtype"], made["quantization"]) == ("bfloat16", "fp8")
    assert {str(s.response) for s in found.samples[SAY]} == {"ANSWER: A"}
    for sample in found.samples[CHOICES]:
        for value, greedy in sample.response:
            assert value < 0
            assert not greedy
    assert found.results[-1]["model_source"] == engine
    with pytest.raises(HeptathlonError, match="window of 500 tokens"):
        run(tokens=500)


def test_an_engine_that_is_not_there_is_named_with_our_extra(tmp_path: Path):
    flags = ["--model_args", "pretrained=org/m", "--tasks", SAY, "--output_path", str(tmp_path)]
    for name in STUBS:
        says = f"install the extra '{name}' into an environment of its own: pip install 'hepta"
        with pytest.raises(HeptathlonError, match=says):
            runner.run(["--model", name, *flags], brief=True)
