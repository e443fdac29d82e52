"""Reading a response: turns, reasoning, marks, what names an answer, and any text at all."""

import doctest
import importlib
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heptathlon.scorers import reading as package
from heptathlon.scorers.reading import (
    CutShort,
    Reading,
    Unread,
    after_reasoning,
    agreed,
    clean,
    last_line,
    marked_answer,
    peeled,
    read,
    reasoning,
    statements,
)
from heptathlon.scorers.reading.moves import moves_in, says_none
from heptathlon.scorers.reading.numbers import number_in, numbers_in, score_in
from heptathlon.scorers.reading.options import letter_in, named_in, option_in, truth_in


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
        ("<answer>ANSWER: U D</answer>", "U D"),
        ("So it is \\boxed{U D}.", "U D"),
        ("\\boxed{\\text{U D}} and more", "U D"),
        ("\\boxed{\\frac{1}{2}}", "\\frac{1}{2}"),
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
    assert read(text).listed == (answer,)


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


HARMONY = "<|channel|>analysis<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>{}"


@pytest.mark.parametrize("form", [HARMONY, "analysis{}assistantfinal{}"])
def test_channels(form: str):
    """What an assistant says in a further message of its own is a further turn."""
    said = form.format("We see. ANSWER: L", "ANSWER: U D")
    assert read(said).answer == "U D"
    assert "We see" in reasoning(said)
    again = "<|end|><|start|>assistant<|channel|>final<|message|>ANSWER: L"
    assert read(said + again).answer == "U D"
    assert read(said + "assistantfinalANSWER: L").answer == "U D"
    assert read(form.format("We see. ANSWER: L", "")) == Reading("", "", False, False)


def test_an_invented_next_item_does_not_count():
    heading = "Find a shortest path."
    text = f"ANSWER: U D\n\n{heading}\n\n# #\nANSWER: L L"
    assert read(text, [heading]).answer == "U D"
    assert read(f"U D\n\n{heading}\n\nL L", [heading]).answer == "U D"
    assert read(f"No idea.\n\n{heading}\nANSWER: L", [heading]).answer == "No idea."
    for restated in (f"I am to do this: {heading}", heading, f"The task is:\n{heading}"):
        assert read(f"{restated}\nANSWER: U D", [heading]).answer == "U D"
    assert read(text).answer == "L L"
    thinks = f"ANSWER: U D\n{heading}\n<think>\nL\n</think>\nANSWER: L"
    assert read(thinks, [heading]).answer == "U D"
    assert reasoning(thinks, [heading]) == ""


def test_whose_label_it_is_may_be_unclear():
    """A label in reasoning whose beginning stood in the prompt, or an invented turn that thinks."""
    label = "\nUser: Which?\nHm.</think>ANSWER: L"
    assert read(f"I think.{label}").answer == "L"
    assert read(f"ANSWER: U{label}").silent is Unread.UNCLEAR
    assert read(f"<think>a</think>ANSWER: U{label}").answer == "U"


def test_a_known_cut():
    assert read(CutShort("ANSWER: U D")).silent is Unread.TRUNCATED
    assert read(CutShort("63")).silent is Unread.TRUNCATED
    assert read(CutShort("63\n\nThe ad is"), at_once=True).answer == "63"
    assert read(CutShort("Right\nDown\nRi")).silent is Unread.TRUNCATED
    assert read(CutShort("ANSWER: U D\nThis is")).answer == "U D"
    assert read(CutShort("ANSWER: U D<|im_end|>")).answer == "U D", "the turn ended before the cut"
    assert read(CutShort("<think>ANSWER: U")).truncated


@pytest.mark.parametrize(
    "text", ["\\boxed{U D", "<answer>U D", 'ANSWER: ["U", "D"', '{"answer": "U D', "ANSWER:\n```\nU D"]
)
def test_a_mark_that_is_never_closed_is_cut(text: str):
    assert read(text).silent is Unread.TRUNCATED
    assert read(text + "<|im_end|>").marked, "a model that ends its turn only forgot to close it"


def test_listings_and_corrections():
    assert read("ANSWER: A\nANSWER: B").listed == ("A", "B")
    assert read("ANSWER: A\nNo, wait.\nANSWER: B").listed == ("B",)
    assert read("ANSWER: A or ANSWER: B").listed == ("A or B",)
    assert read("Final answer: The answer is ANSWER: B").listed == ("B",)
    assert agreed(["A", Unread.UNREADABLE, "A"]) == "A"
    assert agreed(["A", Unread.SEVERAL]) is Unread.SEVERAL


def test_last_line_and_marks_alone():
    assert last_line("a\n**\n") == "a"
    assert marked_answer("no mark") is None
    assert after_reasoning("no tag") == "no tag"
    assert after_reasoning("<think>{}</think>{“a”}") == "{“a”}", "nothing is changed"


@pytest.mark.parametrize(
    "text",
    [
        "To find the answer: first look at A",
        "The answers: A and B are both named",
        "One possible answer is: A",
        "If the answer is: A",
        "The student's answer: A",
        "A wrong answer: A",
        "This is not the answer: A",
    ],
)
def test_words_that_mark_nothing(text: str):
    assert marked_answer(text) is None
    assert not [s for s in statements(text) if letter_in(s, "AB") == "A"]


def test_statements_come_last_first():
    text = "The answer is A. No: the correct option is (B) because of it.\nI would choose C"
    assert list(statements(text)) == ["C", "(B) because of it.", "A. No: the"]
    assert list(statements("The output is foo", ["output"])) == ["foo"]


# --- what names an answer ------------------------------------------------------------------------

OFFERED = ["A", "B", "C"], ["hawks", "doves", "12"]


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("a", 0), ("(c)", 2), ("option b", 1), ("B.", 1), ("B) doves", 1), ("doves", 1), ("12", 2),
        ("It is doves.", 1), ("B, not A", 1), ("not A but B", 1), ("It isn't A. B", 1),
        ("B - doves", 1), ("(B): because A is worse", 1), ("hawks rather than doves", 0),
        ("112", "unreadable"), ("12.5", "unreadable"), ("A dove", "unreadable"),
        ("B (hawks)", "several"), ("A: doves", "several"), ("A. B.", "several"), ("A,B", "several"),
        ("B or", "several"), ("not doves", "denied"), ("It is not (B)", "denied"),
        ("A is wrong", "denied"), ("neither A nor B", "denied"), ("D", "unreadable"),
        ("D or B", "several"), ("", "no_answer"), ("I", "unreadable"), ("Plan b is fun", "unreadable"),
    ],
)  # fmt: skip
def test_options(text: str, chosen: int | str):
    assert option_in(text, *OFFERED) == chosen


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("after", 1), ("After.", 1), ("It is told after.", "unreadable"), ("before", 0),
        ("after the other one", 1), ("before or after", "several"), ("beforehand", "unreadable"),
        ("the other one is told before", "unreadable"), ("not before", "unreadable"),
    ],
)  # fmt: skip
def test_labels_that_are_words(text: str, chosen: int | str):
    words = ["before", "after"]
    assert option_in(text, words, words) == chosen


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("yes", "yes"), ("No.", "no"), ("TRUE", "yes"), ("not true", "no"), ("untrue", "no"),
        ("not false", "denied"), ("never yes", "denied"), ("yes and no", "several"), ("Nein", "no"),
        ("是 (no)", "several"), ("No, it is not true.", "no"), ("know", "unreadable"),
        ("It is true that no one came", "several"), ("normal", "unreadable"),
    ],
)  # fmt: skip
def test_truths(text: str, truth: str):
    assert truth_in(text) == truth


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,200", "1200"), ("-3", "-3"), ("3.50", "3.50"), ("$63", "63"), ("63%", "63"),
        ("25 apples", "25"), ("58 - 25 = 33", "33"), ("North - South = 58 - 25 = 33", "33"),
        ("33 (58 less 25)", "33"), ("(33)", "33"), ("1 = 2 = 3", "several"), ("3 or 4", "range"),
        ("20, 25", "several"), ("not 5", "denied"), ("more than 5", "range"), ("3rd", "unreadable"),
        ("five", "words"), ("Confidence: 95%", "unreadable"), ("v2.0.1", "unreadable"),
    ],
)  # fmt: skip
def test_numbers(text: str, number: str):
    assert number_in(text) == number


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("63 on this 0 to 99 scale", 63), ("63 out of 100 points", 63), ("63 +/- 4", 63),
        ("I'd say 63.", 63), ("63. The closest ads scored 59.", 63), ("score of 63", 63),
        ("63. But maybe 70.", "several"), ("7 on a scale of 1 to 10", "range"),
        ("1.000,5", "unreadable"), ("60..66", "range"), ("63+", "range"), ("<5", "range"),
        ("63 viewers", "unreadable"), ("the mean of 8", "unreadable"), ("Ads considered: 6", "unreadable"),
        ("not 63", "denied"), ("I cannot say 63", "refusal"), ("99.5", "out_of_range"),
    ],
)  # fmt: skip
def test_scores(text: str, score: float | str):
    assert score_in(text, 0, 99) == score


def test_lists_of_numbers():
    assert numbers_in("Documents 9, 4 and 13.") == [9, 4, 13]
    assert numbers_in("1. [9]\n2. [4]\n") == [9, 4]
    assert numbers_in("1. 9\n3. 4") is Unread.SEVERAL
    assert numbers_in("9 of 20") is Unread.UNREADABLE


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("RR DD", "RRDD"), ("[R, R]", "RR"), ("right, then down, and left", "RDL"), ("see", "unreadable"),
        ("R (right), D", "RD"), ("R D (shortest)", "RD"), ("R D (not U)", "several"), ("→ R → D", "RD"),
        ("R ↓ D", "several"), ("R; D D", "RDD"), ("R D; D R", "several"), ("R D to G", "RD"),
        ("1. R 2. D", "RD"), ("1. R 3. D", "several"), ("R 2 D 3", "several"), ("R D, 2 moves", "RD"),
        ("Dull", "unreadable"), ("DULL", "DULL"), ("path: R D", "RD"), ("no", "unreadable"),
        ("R D is blocked", "denied"), ("<R> <D>", "unreadable"), ("R/D", "several"),
    ],
)  # fmt: skip
def test_moves(text: str, moves: str):
    assert moves_in(text) == moves


@pytest.mark.parametrize(
    ("text", "none"),
    [
        ("NONE", True), ("None (the goal is walled in)", True), ("There is no path from S to G.", True),
        ("no valid path exists", True), ("none, because G is enclosed", True), ("NONE or R", False),
        ("no", False), ("none of these moves", False), ("R", False), ("", False),
    ],
)  # fmt: skip
def test_no_path(text: str, none: bool):
    assert says_none(text) == none


def test_words():
    assert named_in("It is not red but blue.", ["red", "blue"]) == "blue"
    assert named_in("reddish", ["red"]) is Unread.UNREADABLE
    assert named_in("red and blue", ["red", "blue"]) is Unread.SEVERAL


def test_characters():
    assert clean("“Ｂ”\u200b，\u00a0𝐁Ⓑ⑶\ud800\r\n") == '"B", BB(3)\ufffd\n'
    assert clean("x² → −5 ≈ 3") == "x² → -5 ≈ 3", "a power is no figure, an arrow is kept"
    assert peeled("**`\\(\\mathbf{\\text{B}}\\)`**") == "B"
    assert peeled("\\text{a} + \\text{b}") == "\\text{a} + \\text{b}", "two groups wrap nothing"


def test_examples_in_the_modules():
    for found in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        result = doctest.testmod(module)
        assert not result.failed, found.name


# --- any text ------------------------------------------------------------------------------------

FRAGMENTS = [
    "answer", "ANSWER:", "answer ", "answer is", " ", "\n", "*", "`", "```\n", "\\boxed{", "{",
    "}", "[", "]", "ANSWER: [", "ANSWER:\n", "ANSWER:\n*\n", "<answer>", "</answer>", "<think>",
    "</think>", "<|channel|>", "<|channel|>final ", "<|im_end|>", "a", "\0", "\u2028", "ANSWER: {",
]  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=30).map("".join))
def test_any_text_is_read(text: str):
    reading = read(text)
    assert not (reading.marked and not reading.answer)
    assert not (reading.truncated and reading.answer)
    assert reading.answer == "" or reading.silent is None
    assert reading.text.encode() is not None, "no half of a character is left"
    for part in (*reading.listed, text):
        assert part.isascii() or clean(clean(part)) == clean(part)
        for found in (option_in(part, *OFFERED), score_in(part, 0, 99), number_in(part),
                      numbers_in(part), moves_in(part), truth_in(part)):  # fmt: skip
            assert isinstance(found, int | float | str | list)
