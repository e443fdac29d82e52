"""Reading a response: reasoning, marks, and hostile text in bounded time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heptathlon.scorers.reading import Reading, after_reasoning, last_line, marked_answer, read


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ANSWER: U D", "U D"),
        ("answer: U D", "U D"),
        ("Some words.\nANSWER: U\nMore words.\nANSWER: U D\n", "U D"),
        ("**ANSWER:** U D", "U D"),
        ("**ANSWER: U D**", "U D"),
        ("### Final Answer: `U D`", "U D"),
        ("The answer is: U D", "U D"),
        ("ANSWER：U D", "U D"),  # noqa: RUF001
        ("**ANSWER:**\n\nU D\n\nThat is all.", "U D"),
        ("ANSWER:\n```\nU D\n```\nThat is all.", "U D"),
        ('ANSWER: [\n  "U",\n  "D"\n]\nThat is all.', '[\n  "U",\n  "D"\n]'),
        ('ANSWER: {"path": ["U", "D"]}', '{"path": ["U", "D"]}'),
        ("<answer>U D</answer>", "U D"),
        ("<answer>\nU D\n</answer> done", "U D"),
        ("<ANSWER>U D", "U D"),
        ("<answer>ANSWER: U D</answer>", "U D"),
        ("So it is \\boxed{U D}.", "U D"),
        ("\\boxed{\\text{U D}} and more", "\\text{U D}"),
        ("\\boxed{ANSWER: U D}", "U D"),
        ("ANSWER: \\boxed{U D}", "U D"),
        ("ANSWER: $\\boxed{U D}$.", "U D"),
        ("\\boxed{L}\nANSWER: U D", "U D"),
        ("ANSWER: L\n\\boxed{U D}", "U D"),
        ("ANSWER: U D\n\nANSWER:", "U D"),
        ("ANSWER: U D<|im_end|>\n<|im_start|>user\nANSWER: L", "U D"),
        ("ANSWER: U D</s>", "U D"),
    ],
)
def test_marked_answers(text: str, answer: str):
    reading = read(text)
    assert (reading.answer, reading.marked, reading.truncated) == (answer, True, False)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("U D", "U D"),
        ("Let me think.\n\n**U D**\n\n", "U D"),
        ("", ""),
        ("\n \n", ""),
        ("I cannot answer this", "I cannot answer this"),
        ("ANSWER:", "ANSWER:"),
    ],
)
def test_unmarked_answers_are_the_last_line(text: str, answer: str):
    assert read(text) == Reading(text.strip(), answer, marked=False, truncated=False)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("<think>", "</think>"),
        ("<thinking>", "</thinking>"),
        ("<THINK>", "</THINK>"),
        ("<thought>", "</thought>"),
        ("<reasoning>", "</reasoning>"),
        ("<seed:think>", "</seed:think>"),
        ("[THINK]", "[/THINK]"),
        ("◁think▷", "◁/think▷"),
        ("<|START_THINKING|>", "<|END_THINKING|>"),
        ("<|begin_of_thought|>", "<|end_of_thought|>"),
        (
            "<|channel|>analysis<|message|>",
            "<|end|><|start|>assistant<|channel|>final<|message|>",
        ),
        ("analysis", "assistantfinal"),
        ("", "</think>"),
    ],
)
def test_reasoning_is_stripped_through_the_last_end_tag(start: str, end: str):
    said = read(f"{start}ANSWER: L{end}ANSWER: U D")
    assert said.answer == "U D"
    assert said.text == "ANSWER: U D"
    twice = read(f"{start}a{end}ANSWER: L{start}ANSWER: R{end}\nU D")
    assert (twice.answer, twice.marked) == ("U D", False)
    nothing = read(f"{start}ANSWER: L{end}")
    assert nothing == Reading("", "", marked=False, truncated=False)


@pytest.mark.parametrize("start", ["<think>", "[THINK]", "<|channel|>analysis<|message|>"])
def test_reasoning_without_end(start: str):
    """Cut off if no answer follows; but a model that forgot its end tag is still read."""
    assert read(f"{start}Going up is").truncated
    assert read(f"{start}Maybe ANSWER: L? No, the wall is").truncated
    assert read(f"{start}Maybe\nANSWER: L\nNo, the wall is").truncated
    assert read(f"{start}L").answer == "", "an unmarked line of reasoning is no answer"
    assert read(f"{start}Up it is.\n**ANSWER: U D**\n").answer == "U D"
    assert read(f"ANSWER: U D\n{start} was that right? ANSWER: L it").answer == "U D"


def test_an_invented_next_item_does_not_count():
    heading = "Find a shortest path."
    text = f"ANSWER: U D\n\n{heading}\n\n# #\nANSWER: L L"
    assert read(text, next_item=heading).answer == "U D"
    restated = f"I am to do this: {heading}\nANSWER: U D"
    assert read(restated, next_item=heading).answer == "U D"
    assert read(text).answer == "L L"


def test_last_line_and_marks_alone():
    assert last_line("a\n**\n") == "a"
    assert marked_answer("no mark") is None
    assert after_reasoning("no tag") == "no tag"


FRAGMENTS = [
    "answer", "ANSWER:", "answer ", "answer is", " ", "\n", "*", "`", "```\n", "\\boxed{", "{",
    "}", "[", "]", "ANSWER: [", "ANSWER:\n", "ANSWER:\n*\n", "<answer>", "</answer>", "<think>",
    "</think>", "<|channel|>", "<|channel|>final ", "<|im_end|>", "a", "\0", "\u2028", "ANSWER: {",
]  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=30).map("".join))
def test_any_text_is_read(text: str):
    reading = read(text)
    assert reading.answer in text
    assert not (reading.marked and not reading.answer)
    assert not (reading.truncated and reading.answer)
    end = text.rfind("</think>")
    assert len(reading.text) <= len(text) - max(end, 0)


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_hostile_text_takes_linear_time(fragment: str):
    text = fragment * (200_000 // len(fragment))
    begin = time.perf_counter()
    read(text)
    read(text + "x", next_item=fragment)
    assert time.perf_counter() - begin < 2.0
