"""``heptathlon-hf`` answers as lm-eval's ``hf`` does, a last newline aside.

It reads each prompt once.
"""

import itertools
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lm_eval.api.instance import Instance

from heptathlon.errors import HeptathlonError
from heptathlon.running import runner
from heptathlon.running.runs import read_run

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from lm_eval.models.huggingface import HFLM  # noqa: E402

from heptathlon.models import SHARED_PROMPT  # noqa: E402
from heptathlon.models.shared_prompt import SharedPromptLM  # noqa: E402

VOCABULARY = 300
SIZES = {"vocab_size": VOCABULARY, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 2}
LAYERS = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
    "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 64,
}  # fmt: skip


def configuration(kind: str) -> Any:
    if kind == "llama":
        return transformers.LlamaConfig(**SIZES, **LAYERS)
    if kind == "mistral":
        return transformers.MistralConfig(**SIZES, **LAYERS, sliding_window=6)
    if kind == "qwen2":
        return transformers.Qwen2Config(**SIZES, **LAYERS)
    if kind == "gemma3":
        return transformers.Gemma3TextConfig(
            **SIZES, **LAYERS, head_dim=16, sliding_window=6,
            layer_types=["sliding_attention", "full_attention"],
        )  # fmt: skip
    if kind == "bloom":
        return transformers.BloomConfig(**SIZES, hidden_size=32, n_layer=2, n_head=2)
    return transformers.GPT2Config(**SIZES, n_embd=32, n_layer=2, n_head=2, n_positions=64)


def pair(kind: str, folder: Path, **options: Any) -> tuple[SharedPromptLM, HFLM]:
    """Return both classes around the same random weights."""
    torch.manual_seed(0)
    config = configuration(kind)
    config.initializer_range = 0.4  # so that options differ by more than rounding
    model = transformers.AutoModelForCausalLM.from_config(config).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    common = {"tokenizer": tokenizer, "device": "cpu", "max_length": 64, **options}
    return SharedPromptLM(pretrained=model, **common), HFLM(pretrained=model, **common)


def requests(rng: random.Random, prompts: int, longest: int = 40) -> list[Any]:
    """Return requests of some prompts, each with several options, in any order."""
    out = []
    for number in range(prompts):
        prompt = [rng.randrange(3, VOCABULARY) for _ in range(rng.randint(1, longest))]
        for option in range(rng.randint(1, 6)):
            end = [rng.randrange(3, VOCABULARY) for _ in range(rng.randint(1, 5))]
            out.append(((f"prompt {number}", f"option {option}"), prompt, end))
    rng.shuffle(out)
    return out


def assert_equal(ours: list[Any], theirs: list[Any], tolerance: float = 1e-3) -> None:
    assert [x[0] for x in ours] == pytest.approx([x[0] for x in theirs], abs=tolerance)
    assert [x[1] for x in ours] == [x[1] for x in theirs]


@pytest.mark.parametrize("kind", ["llama", "mistral", "qwen2", "gemma3", "bloom", "gpt2"])
@pytest.mark.parametrize("batch", [1, 3, 32])
def test_every_architecture_gives_lm_evals_likelihoods(kind: str, batch: int, tiny_model: Path):
    ours, theirs = pair(kind, tiny_model, batch_size=batch)
    asked = requests(random.Random(batch), 8)
    found = ours._loglikelihood_tokens(asked, disable_tqdm=True)
    assert_equal(found, theirs._loglikelihood_tokens(asked, disable_tqdm=True))
    assert len({round(x[0], 3) for x in found}) > len(found) / 2


@pytest.fixture(scope="module")
def both(tiny_model: Path) -> tuple[SharedPromptLM, HFLM]:
    return pair("llama", tiny_model, batch_size=5)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False), st.integers(1, 9), st.integers(1, 90))
def test_any_requests_give_lm_evals_likelihoods(both, rng, prompts: int, longest: int):
    """Prompts longer than the window too, which both cut from the left."""
    ours, theirs = both
    asked = requests(rng, prompts, longest)
    expected = theirs._loglikelihood_tokens(asked, disable_tqdm=True)
    assert_equal(ours._loglikelihood_tokens(asked, disable_tqdm=True), expected)


def test_text_long_text_and_no_prompt(tiny_model: Path):
    ours, theirs = pair("llama", tiny_model, batch_size="auto", max_batch_size=4)
    texts = itertools.product(("Score the word ship:", "A", ""), (" 05", " nine and a half", " 95"))
    asked = [Instance("loglikelihood", {}, pair, n) for n, pair in enumerate(texts)]
    assert_equal(ours.loglikelihood(asked, True), theirs.loglikelihood(asked, True))
    rolling = [Instance("loglikelihood_rolling", {}, ("a long text " * n,), n) for n in (1, 2, 40)]
    assert ours.loglikelihood_rolling(rolling, True) == pytest.approx(
        theirs.loglikelihood_rolling(rolling, True), abs=0.05
    )
    assert ours.loglikelihood([]) == []


@pytest.mark.parametrize("option", ["A", "before", "05"])
def test_a_prompts_last_newline_is_not_the_options(both, option: str):
    """The model's own likelihood after a chat template's end; lm-eval's has the newline in it."""
    ours, theirs = both
    prompt = "Which one?\nassistant\n"
    start, end = ours.tok_encode(prompt), ours.tok_encode(option)
    assert ours.tok_encode(prompt + option) == start + end
    asked = [Instance("loglikelihood", {}, (prompt, option), 0)]
    ((found, greedy),) = ours.loglikelihood(asked, True)
    with torch.inference_mode():
        scores = ours.model(torch.tensor([start + end])).logits[0].log_softmax(-1)
    own = scores[len(start) - 1 : -1]
    assert found == pytest.approx(sum(own[n, t].item() for n, t in enumerate(end)), abs=1e-3)
    assert greedy == (own.argmax(-1).tolist() == end)
    newline = scores[len(start) - 2, start[-1]].item()
    ((whole, _),) = theirs.loglikelihood(asked, True)
    assert whole == pytest.approx(found + newline, abs=1e-3)
    assert newline < -0.1


def test_a_space_that_the_option_takes_up_is_the_options(both, monkeypatch):
    """Of a tokenizer whose words bring the space before them, as most do."""

    def encode(text: str, **_: Any) -> list[int]:
        return [sum(map(ord, word)) for word in re.findall(r" ?\S+|\s", text)]

    for lm in both:
        monkeypatch.setattr(lm, "tok_encode", encode)
    ours, theirs = both
    parted = ours._encode_pair("one ", "two")
    assert parted == (encode("one"), encode(" two")) == theirs._encode_pair("one ", "two")
    assert ours._encode_pair("one\n", "two") == (encode("one\n"), encode("two"))


def test_a_prompt_is_read_once(both):
    ours, _ = both
    prompt, ends = list(range(10, 40)), [[n, 5, 6] for n in range(50, 60)]
    read = []
    handle = ours.model.get_input_embeddings().register_forward_hook(
        lambda _module, inputs, _output: read.append(inputs[0].numel())
    )
    ours._loglikelihood_tokens([(None, prompt, end) for end in ends], disable_tqdm=True)
    handle.remove()
    batches = 2  # of five options, each with the prompt once and two tokens an option
    assert sum(read) == batches * len(prompt) + 2 * len(ends)


def test_finished_answers_are_kept_one_by_one(both):
    ours, _ = both
    kept = []

    class Hook:
        def add_partial(self, attribute: str, request: Any, answer: Any) -> None:
            kept.append((attribute, request, answer))

    asked = [*requests(random.Random(3), 4), (None, [5, 6], [7])]
    ours.set_cache_hook(Hook())
    found = ours._loglikelihood_tokens(asked, disable_tqdm=True)
    with_keys = [
        ("loglikelihood", request[0], answer)
        for request, answer in zip(asked, found, strict=True)
        if request[0]
    ]
    assert sorted(kept, key=str) == sorted(with_keys, key=str)


def test_a_model_without_keys_and_values_is_refused(tiny_model: Path):
    config = transformers.MambaConfig(
        **SIZES, hidden_size=32, num_hidden_layers=1, state_size=4, conv_kernel=2
    )
    model = transformers.MambaForCausalLM(config)
    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_model)
    ours = SharedPromptLM(pretrained=model, tokenizer=tokenizer, device="cpu", max_length=64)
    with pytest.raises(HeptathlonError, match=r"mamba: keeps no keys and values .* --model hf"):
        ours._loglikelihood_tokens([(None, [5, 6], [7, 8])], disable_tqdm=True)


def test_a_model_that_reads_otherwise_after_a_kept_prompt_is_refused(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
):
    ours, _ = pair("llama", tiny_model)
    cache_of = ours._cache_of

    def emptied(output: Any) -> Any:
        cache = cache_of(output)
        for layer in cache.layers:
            layer.values = torch.zeros_like(layer.values)
        return cache

    monkeypatch.setattr(ours, "_cache_of", emptied)
    with pytest.raises(HeptathlonError, match=r"after the kept prompt, and of .* in one piece"):
        ours._loglikelihood_tokens([(None, [5, 6], [7, 8])], disable_tqdm=True)


def test_an_encoder_and_decoder_is_refused(tiny_model: Path):
    config = transformers.T5Config(
        vocab_size=VOCABULARY, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2
    )
    model = transformers.T5ForConditionalGeneration(config)
    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_model)
    with pytest.raises(HeptathlonError, match="decoder-only"):
        SharedPromptLM(pretrained=model, tokenizer=tokenizer, device="cpu")


def test_a_run_is_that_of_hf(tiny_model: Path, tmp_path: Path):
    """The same tasks by both classes: the same choices, and likelihoods that differ by rounding."""
    found = {}
    for name in ("hf", SHARED_PROMPT):
        flags = ["--model", name, "--model_args", f"pretrained={tiny_model},dtype=float32"]
        flags += ["--tasks", "heptathlon_memorability_lists_smoke", "--limit", "6"]
        flags += ["--batch_size", "4"]
        flags += ["--device", "cpu", "--output_path", str(tmp_path / name)]
        files = runner.run(flags, brief=True)
        run = read_run(files[0].parent)
        assert run.results[-1]["model_source"] == name
        found[name] = {
            (task, sample.doc_id): sample.response
            for task, samples in run.samples.items()
            for sample in samples
        }
    assert found["hf"].keys() == found[SHARED_PROMPT].keys()
    for key, answers in found["hf"].items():
        assert len(answers) == len(found[SHARED_PROMPT][key])
        for one, other in zip(answers, found[SHARED_PROMPT][key], strict=True):
            assert float(one[0]) == pytest.approx(float(other[0]), abs=1e-3)


def test_ranks_of_next_tokens_are_the_model_s_own(tiny_model: Path):
    """Against the model called by hand; other texts are written as before."""
    lm = SharedPromptLM(pretrained=str(tiny_model), device="cpu", dtype="float32")
    prompt = "Which comes first? Answer: Segment"
    task = "heptathlon_sort_book_ranks_smoke"
    options = {"until": [], "max_gen_toks": 1, "do_sample": False}
    requests = [
        Instance("generate_until", {"labels": ["A", "B"]}, (prompt, dict(options)), 0, (name, 0, 1))
        for name in (task, "heptathlon_sort_say_smoke")
    ]
    said, plain = lm.generate_until(requests)
    assert said.startswith("RANKS ")
    assert not plain.startswith("RANKS")
    ids = lm.tok_encode(prompt)
    with torch.inference_mode():
        scores = lm.model(torch.tensor([ids])).logits[0, -1].log_softmax(-1)
    order = scores.argsort(descending=True).tolist()
    for word in said.split()[1:]:
        form, _, figures = word.partition("=")
        rank, _, score = figures.partition(":")
        (token,) = lm.tok_encode(prompt + form.replace("_", " "))[len(ids) :]
        assert order.index(token) + 1 == int(rank)
        assert float(score) == pytest.approx(float(scores[token]), abs=1e-4)
    assert {word.partition("=")[0] for word in said.split()[1:]} >= {"A", "B"}
