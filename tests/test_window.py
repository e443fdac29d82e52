"""A prompt is never cut silently: refused before the run, or left out by an explicit flag."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lm_eval.models  # noqa: F401
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from lm_eval.api.registry import register_model

from heptathlon.errors import HeptathlonError
from heptathlon.models import window
from heptathlon.running import runner, runs
from heptathlon.scoring import scorecard


@register_model("window-test")
class Windowed(LM):
    """A model of so many words that counts what it is asked and refuses to be cut."""

    asked = 0

    def __init__(self, size: int = 0, **_: Any) -> None:
        super().__init__()
        self.max_length = size

    def tok_encode(self, text: str) -> list[str]:
        return text.split()

    def loglikelihood(self, requests: Sequence[Any], **_: Any) -> list[tuple[float, bool]]:
        for request in requests:
            type(self).asked += 1
            assert len(self.tok_encode("".join(request.args))) <= self.max_length + 1
        return [(-1.0, False)] * len(requests)

    def generate_until(self, requests: Sequence[Any], **_: Any) -> list[str]:
        raise NotImplementedError

    def loglikelihood_rolling(self, requests: Sequence[Any]) -> list[float]:
        raise NotImplementedError


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 20))
def test_cut_is_what_lm_eval_would_drop(size: int, count: int, answer: int):
    """lm-eval keeps the last ``size + 1`` tokens, or the last ``size - max_gen_toks`` ones."""
    lm = Windowed(size)
    words = ["word"] * count
    likelihood = Instance("loglikelihood", {}, (" ".join(words[:-1]), " word"), 0)
    assert window.cut(lm, likelihood) == len(words) - len(words[-(size + 1) :])
    spoken = Instance("generate_until", {}, (" ".join(words), {"max_gen_toks": answer}), 0)
    room = size - answer
    kept = words[-room:] if room > 0 else []
    assert window.cut(lm, spoken) == len(words) - len(kept)


def test_a_model_without_a_window_is_left_alone():
    class Plain(Windowed):
        tok_encode = None

    request = Instance("loglikelihood", {}, ("a " * 9999, " b"), 0)
    assert window.cut(Plain(5), request) == 0
    assert window.fitting(Plain(5), {"task": None}, None, skip=False) is None


class Rated(Windowed):
    """Vllm reads the last token too, and wants room for one of its own."""


Rated.__name__ = "VLLM"


def test_a_class_that_reads_less_is_known():
    likelihood = Instance("loglikelihood", {}, ("a a a a", " b"), 0)
    assert [window.cut(Rated(size), likelihood) for size in (4, 5, 6)] == [2, 1, 0]
    assert [window.cut(Windowed(size), likelihood) for size in (3, 4)] == [1, 0]


def test_a_window_that_nobody_told_is_none():
    class Behind(Windowed):
        """A model behind a server: lm-eval gives it a window of 2,047 tokens."""

        window, server, tokenizer = None, object(), object()

    class Constant(Windowed):
        max_length = 2048

    Constant.__name__ = "AnthropicLM"
    for lm in (Behind(2047), Constant(0)):
        lm.max_length = 2047
        assert window.window_of(lm) is None
        request = Instance("generate_until", {}, ("a " * 5000, {"max_gen_toks": 4096}), 0)
        assert window.cut(lm, request) == 0
    told = Behind(2047)
    told.window = 100
    assert (
        window.cut(told, Instance("generate_until", {}, ("a " * 90, {"max_gen_toks": 20}), 0)) == 10
    )


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5)), min_size=1, max_size=6),
       st.integers(1, 30))  # fmt: skip
def test_options_that_follow_a_prompt_are_measured_as_one_by_one(pairs: Any, size: int):
    """Whether or not the prompt's length is known from another option."""
    lm = Windowed(size)
    lengths = window.Lengths(lm)
    for words, more in pairs:
        request = Instance("loglikelihood", {}, ("word " * words, "x " * more), 0)
        kept = (["word"] * words + ["x"] * more)[-(size + 1) :]
        assert lengths.cut(request, size) == words + more - len(kept)


def evaluate(out: Path, size: int, *flags: str) -> None:
    Windowed.asked = 0
    runner.run(
        ["--model", "window-test", "--model_args", f"size={size}", "--output_path", str(out),
         "--tasks", ",".join(f"heptathlon_sort_e{n}_smoke" for n in (50, 100, 250)), *flags]
    )  # fmt: skip


def test_too_long_is_refused_before_anything_is_asked(tmp_path: Path):
    with pytest.raises(HeptathlonError, match=r"16 of 16 prompts .* window of 200 tokens \(by up"):
        evaluate(tmp_path, 200)
    assert Windowed.asked == 0
    assert not list(tmp_path.rglob("*.json*"))
    with pytest.raises(HeptathlonError, match="no prompt fits"):
        evaluate(tmp_path, 200, window.FLAG)


def test_the_flag_leaves_out_what_does_not_fit_and_the_card_says_so(tmp_path: Path):
    evaluate(tmp_path / "all", 500)
    assert Windowed.asked == 96
    # Texts and questions differ in length: this window holds some of the prompts.
    evaluate(tmp_path / "some", 298, window.FLAG)
    assert 64 < Windowed.asked < 96
    card, scored = scorecard.score_run(runs.read_run(tmp_path / "some"))
    assert not card.families["sort"].complete
    assert 2 * len(scored) == Windowed.asked
    card, _ = scorecard.score_run(runs.read_run(tmp_path / "all"))
    assert card.families["sort"].complete
    with pytest.raises(HeptathlonError, match="do not fit"):
        evaluate(tmp_path / "refused", 298)
    # With a limit, only the documents within it count.
    evaluate(tmp_path / "limited", 298, window.FLAG, "--limit", "10")
    assert 0 < Windowed.asked <= 60
