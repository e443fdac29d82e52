"""Bodies of servers are read in every form that is known, and nothing is made up of the others."""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.models.replies import (
    UnreadableError,
    read_answer,
    read_option,
    read_tokens,
    tokens_of,
)
from heptathlon.models.told import Pair, Text, Told, fault_of, whole
from tests.misbehaving import chat, completion, newer, older

ANTHROPIC = {
    "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "B"}],
    "stop_reason": "max_tokens",
    "usage": {"input_tokens": 5, "output_tokens": 2},
}
MISTRAL = [
    {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
    {"type": "text", "text": "B"},
]
SGLANG = {
    "text": "B",
    "meta_info": {"finish_reason": {"type": "length"}, "prompt_tokens": 5, "completion_tokens": 2},
}
THOUGHT = "<think>\nhm\n</think>\nB"


@pytest.mark.parametrize(
    ("body", "text", "finish", "prompt_tokens"),
    [
        (chat("B"), "B", "stop", 11),
        (chat("B", reasoning_content="hm"), THOUGHT, "stop", 11),
        (chat("B", reasoning="hm"), THOUGHT, "stop", 11),
        (chat(MISTRAL), THOUGHT, "stop", 11),
        (chat("", "length", reasoning_content="hm"), "<think>\nhm\n</think>\n", "length", 11),
        (chat(None, "length"), "", "length", 11),
        (chat(None, "content_filter"), "", "content_filter", 11),
        (chat(None, refusal="I cannot."), "I cannot.", "stop", 11),
        (chat(None, reasoning="hm"), "<think>\nhm\n</think>\n", "stop", 11),
        (chat(""), "", "stop", 11),
        (completion("B", "length"), "B", "length", None),
        (ANTHROPIC, THOUGHT, "length", 5),
        (SGLANG, "B", "length", 5),
        (completion("A \ud83d"), "A \ufffd", "stop", None),
        (completion("\ud83d\ude00"), "😀", "stop", None),
    ],
)
def test_answers(body: Any, text: str, finish: str, prompt_tokens: int | None):
    found = read_answer(json.loads(json.dumps(body)))
    assert (found, found.told.finish, found.told.prompt_tokens) == (text, finish, prompt_tokens)
    found.encode()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (chat(None), "null text"),
        ({"choices": []}, "empty choices"),
        ({"choices": [], "error": {"message": "overloaded"}}, "overloaded"),
        ({"error": {"message": "no \ud83d"}}, "no \ufffd"),
        ({"error": "down"}, "down"),
        ({"detail": "nope"}, "nope"),
        ({"choices": [None]}, "empty choices"),
        (chat(7), "without a text"),
        (chat([1, 2]), "without a text"),
        (completion(None), "null text"),
        ({"content": [], "stop_reason": "end_turn"}, "null text"),
        ([], "list"),
        (None, "NoneType"),
        ({}, "no known protocol"),
    ],
)
def test_what_is_no_answer(body: Any, says: str):
    with pytest.raises(UnreadableError, match=says):
        read_answer(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "message", "content", "text", "logprobs", "token_logprobs", "tokens",
                 "error", "usage", "prompt_tokens", "finish_reason", "reasoning", "thinking",
                 "meta_info", "top_logprobs", "text_offset", "token", "logprob"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
@settings(max_examples=300, deadline=None)
def test_any_body_is_an_answer_or_none(body: Any):
    for read in (
        read_answer,
        lambda b: read_option(b, "p", "o"),
        lambda b: read_tokens(b, 2, 1, "o"),
    ):
        try:
            found = read(body)
        except UnreadableError:
            continue
        assert isinstance(found, Text | Pair)
        if isinstance(found, Text):
            found.encode()


@pytest.mark.parametrize("form", [older, newer])
def test_options_are_rated_in_both_forms(form: Any):
    tokens, values = (
        ["The", " sky", ":", " blue", " ish", "!"],
        [None, -9.0, -9.0, -1.5, -0.5, -7.0],
    )
    body = form(tokens, values)
    assert read_option(body, "The sky:", " blue ish") == (-2.0, True)
    assert read_option(form(tokens, values, False), "The sky:", " blue ish") == (-2.0, False)
    assert read_tokens(body, 5, 3, " blue ish") == (-2.0, True)
    # A server that puts a token of its own before the text.
    led = form(["<s>", *tokens], [None, -3.0, *values[1:]])
    assert read_tokens(led, 5, 3, " blue ish") == (-2.0, True)
    if form is newer:
        assert read_option(led, "The sky:", " blue ish") == (-2.0, True)
    with pytest.raises(UnreadableError, match="does not repeat"):
        read_option(body, "The sky", ": bl")
    with pytest.raises(UnreadableError, match="across the end of the prompt"):
        read_option(body, "The s", "ky: blue ish")
    with pytest.raises(UnreadableError, match="does not repeat"):
        read_option(form([" blue"], [-1.0]), "The sky:", " blue ish")
    with pytest.raises(UnreadableError, match="does not repeat"):
        read_option(form([""], [-1.0]), "The sky:", " blue")
    with pytest.raises(UnreadableError, match="not those of the tokens"):
        read_tokens(form([" blue"], [-1.0]), 5, 3, " blue ish")
    with pytest.raises(UnreadableError, match="without a log-probability"):
        read_option(form(["a", "b"], [None, None]), "a", "b")


@given(
    st.lists(st.text(min_size=1, max_size=4), min_size=2, max_size=8),
    st.integers(1, 7),
    st.data(),
)
def test_an_option_has_the_sum_of_its_tokens(texts: list[str], split: int, data: Any):
    texts = [whole(t) for t in texts]
    split = min(split, len(texts) - 1)
    values = [None, *data.draw(st.lists(st.floats(-50, 0), min_size=len(texts) - 1,
                                        max_size=len(texts) - 1))]  # fmt: skip
    prompt, option = "".join(texts[:split]), "".join(texts[split:])
    for form in (older, newer):
        found = read_option(form([*texts, "x"], [*values, -1.0]), prompt, option)
        assert found[0] == pytest.approx(math.fsum(values[split:]))


def test_a_server_without_log_probabilities():
    for body in (
        completion("x"),
        {"choices": [{"logprobs": None}]},
        {"choices": [{"logprobs": {}}]},
    ):
        with pytest.raises(UnreadableError, match="no log-probabilities"):
            tokens_of(body)
    with pytest.raises(UnreadableError, match="Only no echo"):
        tokens_of({"error": {"message": "Only no echo is supported"}})


def test_faults():
    assert fault_of("text") == fault_of((-1.0, True)) == fault_of([-1.0, True]) == ""
    assert fault_of((-math.inf, False)) == "", "an option that a model holds for impossible"
    assert fault_of((math.nan, False)) == "log-likelihood nan"
    assert fault_of((math.inf, True)) == "log-likelihood inf"
    assert fault_of(Text("", Told(broken="null text"))) == "null text"
