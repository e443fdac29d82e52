"""No option without tokens of its own, and all options of a prompt are parted at one place."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lm_eval.api.instance import Instance
from lm_eval.api.model import TemplateLM

from heptathlon.models import pairs
from heptathlon.running import runner
from heptathlon.running.runs import read_run

TASK = "heptathlon_sort_e250_smoke"


class Greedy(TemplateLM):
    """A model whose tokens are the longest of some pieces, else single characters."""

    tokenizer = object()
    eot_token_id = 0

    def __init__(self, pieces: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.pieces = sorted(pieces, key=len, reverse=True)
        self.rated: list[tuple[list[int], list[int]]] = []

    def tok_encode(
        self, string: str, add_special_tokens: bool | None = None, **_: Any
    ) -> list[int]:
        out, at = [], 0
        while at < len(string):
            piece = next((p for p in self.pieces if string.startswith(p, at)), string[at])
            out.append(hash(piece))
            at += len(piece)
        return out

    def _loglikelihood_tokens(self, requests: Any, **_: Any) -> list[tuple[float, bool]]:
        self.rated = [(start, own) for _, start, own in requests]
        return [(-1.0 * len(own), False) for _, _, own in requests]

    def loglikelihood_rolling(self, requests: Any, **_: Any) -> list[float]:
        raise NotImplementedError

    def generate_until(self, requests: Any, **_: Any) -> list[str]:
        raise NotImplementedError


def rated(lm: Greedy, prompt: str, *options: str) -> list[tuple[list[int], list[int]]]:
    pairs.attach(lm)
    lm.loglikelihood([Instance("loglikelihood", {}, (prompt, o), 0) for o in options], True)
    return lm.rated


def test_a_token_over_the_join_is_the_options():
    lm = Greedy((": A",))
    assert lm._encode_pair("Which:", " A")[1] == [], "lm-eval's own cut leaves the option nothing"
    first, second = rated(lm, "Which:", " A", " B")
    start = lm.tok_encode("Which")
    assert first == (start, lm.tok_encode(": A"))
    assert second == (start, lm.tok_encode(":") + lm.tok_encode(" B")), "the join is in both"


def test_ordinary_pairs_are_lm_evals():
    lm = Greedy((" A", " B", " word"))
    for prompt in ("Which one:", "Which one: ", "Which word\n"):
        expected = [lm._encode_pair(prompt, option) for option in (" A", " B")]
        assert rated(Greedy((" A", " B", " word")), prompt, " A", " B") == expected


def test_nothing_before_the_join():
    lm = Greedy(("x A",))
    first, second = rated(lm, "x", " A", " B")
    assert first == ([0], lm.tok_encode("x A"))
    assert second == ([0], lm.tok_encode("x B"))


TEXT = st.text("ab: ", min_size=1, max_size=6)


@given(
    st.lists(st.text("ab: ", min_size=1, max_size=4), max_size=4),
    TEXT,
    st.lists(TEXT, min_size=1, max_size=4, unique=True),
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_tokens(pieces: list[str], prompt: str, options: list[str]):
    """Every option has tokens of its own; the parts make up the whole, from one place on."""
    lm = Greedy(tuple(pieces))
    parted = pairs.parted(lm, prompt, options)
    for option, (start, own) in zip(options, parted, strict=True):
        assert own
        assert start
        whole = lm.tok_encode(prompt + option)
        assert [*start, *own] == whole or (start, own) == ([0], whole)
    assert len({tuple(start) for start, _ in parted}) == 1


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model with a token over the join of prompt and option, of letters otherwise."""
    torch = pytest.importorskip("torch")
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("joined")
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Tokenizer(models.BPE({c: i for i, c in enumerate(letters)}, []))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, eos_token="<eos>", pad_token="<eos>")
    # The task's options are called A, C or F and a second letter.
    tokenizer.add_tokens([AddedToken(f": {letter}", normalized=False) for letter in "ACF"])
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=32, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=8192,
        tie_word_embeddings=False,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("name", ["hf", "heptathlon-hf"])
def test_a_real_model_gives_the_join_to_all_options(name: str, joined: Path, tmp_path: Path):
    """Its likelihoods are those of the texts after the tokens that all of them share."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    flags = ["--model", name, "--model_args", f"pretrained={joined},dtype=float32"]
    flags += ["--device", "cpu", "--tasks", TASK, "--limit", "1", "--output_path", str(tmp_path)]
    (written,) = runner.run(flags, brief=True)
    (sample,) = read_run(written.parent).samples[TASK]
    tokenizer = AutoTokenizer.from_pretrained(joined)
    model = AutoModelForCausalLM.from_pretrained(joined, dtype=torch.float32)
    assert sample.prompt.endswith(":")
    options = [f" {label}" for label in sample.doc["labels"]]
    for option, (value, _) in zip(options, sample.response, strict=True):
        whole = tokenizer(sample.prompt + option).input_ids
        start = tokenizer(sample.prompt[:-1]).input_ids
        assert whole[: len(start)] == start
        with torch.no_grad():
            scores = model(torch.tensor([whole])).logits[0].log_softmax(-1)
        own = sum(scores[i - 1, whole[i]].item() for i in range(len(start), len(whole)))
        assert value == pytest.approx(own, abs=1e-3)
        assert value < -0.1


@pytest.mark.parametrize("name", ["hf", "heptathlon-hf"])
def test_likelihoods_that_are_no_numbers_spare_the_other_task(
    name: str, joined: Path, tmp_path: Path
):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    bad = tmp_path / "bad"
    model = AutoModelForCausalLM.from_pretrained(joined)
    with torch.no_grad():
        model.lm_head.weight[5] = float("nan")
    model.save_pretrained(bad)
    AutoTokenizer.from_pretrained(joined).save_pretrained(bad)
    say = "heptathlon_sort_say_smoke"
    flags = ["--model", name, "--model_args", f"pretrained={bad},dtype=float32", "--device", "cpu"]
    flags += ["--tasks", f"{TASK},{say}", "--limit", "1", "--output_path", str(tmp_path / "out")]
    (written,) = runner.run([*flags, "--gen_kwargs", "max_gen_toks=2"], brief=True)
    found = read_run(written.parent)
    assert [s.broken for s in found.samples[TASK]] == ["log-likelihood nan"]
    assert [s.broken for s in found.samples[say]] == [""]
