"""What a reading must never do: name another value than the text does, fail, or take its time."""

import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from heptathlon.scorers.reading import CutShort, read
from tests.reading_events import EVENTS
from tests.shapes import SHAPES

# --- a known answer in noise ---------------------------------------------------------------------

BEFORE = [
    "", "Let me see.\n", "<think>\nIt could be {other}.\nANSWER: {other}\n</think>\n",
    "First: {other}? No.</think>", "[THINK]{other}[/THINK]", "Sure! ", "\u200b", "\ufeff",
    "<pad>", "> ", "# Thoughts\n\nNone.\n\n", "analysisHm.assistantfinal",
    "A wrong answer: {other}\n", "Wait, {other}?\n", "ANSWER: {other}\nNo, that is wrong.\n",
]  # fmt: skip
MARKS = [
    "ANSWER: {}", "**ANSWER:** {}", "**Answer: {}**", "Final answer: {}", "<answer>{}</answer>",
    "\\boxed{\\text{{}}}", "$\\boxed{{}}$", "ANSWER：“{}”", "ANSWER:\n{}\n",
    "```\nANSWER: {}\n```", '{"answer": "{}", "confidence": 0.9}', "答案：{}",
    "The correct answer is {}.", "{}", "### Answer\n\n{}",
    "ANSWER: <|begin_of_box|>{}<|end_of_box|>", "ANSWER: ~~{other}~~ {}", "<b>ANSWER:</b> {}",
]  # fmt: skip
AFTER = [
    "", ".", "\n", "<|im_end|>\n<|im_start|>user\nNext.<|im_start|>assistant\nANSWER: {other}",
    "user\n\nNext.assistant\n\nANSWER: {other}", "</s>{other}",
    "\n\nHuman: Next.\n\nAssistant: {other}", "<pad><pad>", "\n\nConfidence: 80%",
    "\n\nThat is all.", " (I think)", "\n\nQuestion 2: …\nANSWER: {other}", "\u200b", "\n```",
    "**", " ✅", "<|end|>", "\n(based on 8 examples)", " \ud83d",
    "\n<think>Hm, {other}", " or {other}", "\nANSWER: {other}", ", not {other}",
]  # fmt: skip
PIECES = st.tuples(
    st.tuples(
        st.sampled_from(["", "assistant\n\n", "<|im_start|>assistant\n", "<|assistant|>"]),
        st.lists(st.sampled_from(BEFORE), max_size=3).map("".join),
    ).map("".join),
    st.sampled_from(MARKS),
    st.lists(st.sampled_from(AFTER), max_size=3).map("".join),
)


TAKEN_BACK = "ANSWER: {other}\nNo, that is wrong.\n"


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(EVENTS)), PIECES)
@example("choice", (TAKEN_BACK, "{}", " (I think)"))
@example("yes_no", (TAKEN_BACK, "{}", ", not {other}"))
@example("word", (TAKEN_BACK, "{}", " ✅ (I think)"))
@example("sort", (TAKEN_BACK, "{}", " or {other}"))
@example("choice", (f"<think>\n</think>\n{TAKEN_BACK}analysisHm.assistantfinal", "ANSWER: {}", ""))
@example("yes_no", ("", "The correct answer is {}.", ", not {other}\n``` or {other}"))
@example("figure", ("Sure! ", "The correct answer is {}.", ", not {other}\n``` or {other}"))
@example(
    "truth", ("", "The correct answer is {}.", ", not {other}\n(based on 8 examples) or {other}")
)
def test_a_known_answer_in_noise_is_read_or_not_read(event: str, pieces: tuple[str, str, str]):
    """The noise brings the other answer only where it does not count, or counts as well.

    What stands before and is taken back, thought or somebody else's, what another turn says and
    what is denied must never be the verdict; beside "or" and a second mark nothing is.
    """
    asked = EVENTS[event]
    text = "".join(pieces).replace("{}", asked.answer).replace("{other}", asked.other)
    verdict = asked.judge(text)
    shown = asked.shown(verdict)
    if shown == asked.read_other:
        # The one thing that may name the other answer is a correction in the same turn.
        assert "\nANSWER: {other}" in pieces[2].replace("Question 2: …\nANSWER: {other}", ""), text
        assert event not in {"choice"} or "ANSWER: {other}" in pieces[2]
    else:
        assert shown in {asked.read, ""}, text
    assert bool(shown) or verdict.invalid


# --- any text names what it is read as -----------------------------------------------------------

_SOUP = (
    "ANSWER: answer is the A B C a b (A) (B) option not or and yes no true 63 40 7 1,000 0.5 "
    "60-66 D R U L DDRR down right → (0,0) (1,0) NONE foo bar \\boxed{ } <answer> </answer> "
    "<think> </think> <|im_end|> user assistant User: \n \n\n , . : ; - / ( ) [ ] { } \" ' * "
    "** ` ``` # = > ~~ $ % ± because Score: Confidence: 1. 2. documents of 99 \u200b \ud800 "
    "Ｂ “ ” 答案 是 wrong isn't"
)
WORDS = st.sampled_from(_SOUP.split(" "))
SOUP = st.lists(WORDS | st.text(max_size=3), max_size=24).flatmap(
    lambda words: st.sampled_from([" ", ""]).map(lambda blank: blank.join(words))
)
KEPT = "→ＢＡ答案是“”\u200b"
LATIN = SOUP.map(lambda text: "".join(c for c in text if ord(c) < 0x250 or c in KEPT))
NAMES = {
    "sort": {"A": "aAＡ", "B": "bBＢ"}, "choice": {"A": "aA", "B": "bBＢ", "C": "cC"},
    "letter": {x: x.lower() + x + {"B": "Ｂ"}.get(x, "") for x in "ABCDEFGH"},
}  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(LATIN)
@example("1.\u200b1.")
def test_a_verdict_names_nothing_that_the_text_does_not(text: str):
    for event, letters in NAMES.items():
        verdict = EVENTS[event].judge(text)
        words = {"choice": ("rise", "fall", "stay")}.get(event, ())
        if verdict.answer:
            named = set(letters[verdict.answer]) & set(text)
            assert named or any(word in text for word in words), (event, verdict)
    for event in ("number", "figure", "score"):
        shown = EVENTS[event].shown(EVENTS[event].judge(text))
        figures = shown.removesuffix(".0").replace("0.", ".").strip("-")
        spellings = {text.replace(",", sign).replace("0.", ".") for sign in ("", ".")}
        assert any(figures in spelling for spelling in spellings), (event, shown)
    moves = EVENTS["maze"].judge(text).answer
    if moves and moves != "NONE":
        assert _in_order(moves.split(), text), moves
    word = EVENTS["word"].judge(text).answer
    assert word in text.lower()


def _in_order(moves: list[str], text: str) -> bool:
    """Tell whether moves can be found in a text one after another, each as some name of it."""
    at = 0
    names = {"D": "DdSsVv↓", "R": "RrEe>→", "U": "UuNn^↑", "L": "LlWw<←", "?": "("}
    for move in moves:
        places = [i for name in names[move] if (i := text.find(name, at)) >= 0]
        # Cells name a move by their difference.
        if not places:
            return "(" in text or "[" in text
        at = min(places) + 1
    return True


@settings(max_examples=300, deadline=None)
@given(SOUP, st.booleans())
def test_any_text_gets_a_finite_verdict(text: str, cut: bool):
    response: Any = CutShort(text) if cut else text
    for event, asked in EVENTS.items():
        verdict = asked.judge(response)
        assert verdict.outcome, event
        assert all(-1.0 <= v <= 99.0 for v in verdict.metrics.values())
        assert verdict.answer.encode() is not None, "no half of a character reaches a file"


@settings(max_examples=300, deadline=None)
@given(SOUP, st.sampled_from(["<|im_end|>\n<|im_start|>user\n", "</s>", "\n\nHuman: a\n"]), SOUP)
def test_what_follows_a_turn_never_changes_what_was_said(text: str, end: str, more: str):
    """Unless the turn was still reasoning, to which a plain label may belong."""
    plain = read(text + end)
    if not plain.unclear and "think>" not in text + more:
        assert read(text + end + more).text in {plain.text, ""}


# --- time ----------------------------------------------------------------------------------------

HOSTILE = [
    "(", "[", "{", "}", "*", "`", "```\n", "\n", " ", "\\text{", "\\boxed{", "\\(", "$", "~~",
    "~~a", "<b>", "<u>", "<a>", "ANSWER:", "ANSWER: ", "ANSWER: [", "ANSWER: {", "ANSWER:\n*\n",
    "answer is ", "<answer>", "</answer>", "<think>", "</think>", "<|channel|>", "<|im_start|>",
    "<|pad|>", "</think>\nUser: a\n", "ANSWER: A\n</think>", '"answer": "', '"answer": [',
    '"answer": {"a":', "\nUser: ", "\nuser\n", "user", "assistantfinal", "not A ", "option a ",
    "(A)", "A. ", "the answer is A\n", "I say ", "score: ", "63 of ", "on a scale of 0 to 99 ",
    "63 ± ", "1,", "1. 9\n", "1 + 1 = ", "=1", "(1", "S G ", "(0,", "[0,0],", "U(U)", "→", "R → ",
    "答案", "# Answer\n", "A\n", "63\n", "\nQuestion:", "if the answer is A, ", "Ａ", "\ud800",
    "here is my response:", "Scene 1 (", "yes ", "\u200b",
]  # fmt: skip


@pytest.mark.parametrize("event", ["maze", "choice", "score", "word", "list"])
def test_time_grows_with_the_length_and_no_faster(event: str):
    """Eight times the text may take at most twenty times as long, whatever it repeats."""
    judge = EVENTS[event].judge
    slow = []
    for part in HOSTILE:
        for frame in ("ANSWER: {}", "x\n{}\nx"):
            short, long = (frame.format(part * (n // len(part))) for n in (700, 5_600))
            first, second = _seconds(judge, short), _seconds(judge, long)
            if second > 0.04 and second > 20 * first:
                again = min(_seconds(judge, long) for _ in range(3))
                slow += [(part, frame, first, again)] if again > 20 * first else []
    assert not slow


def _seconds(judge: Any, text: str) -> float:
    begin = time.process_time()
    judge(text)
    return time.process_time() - begin


def test_long_replies_are_read_in_seconds():
    begin = time.process_time()
    for part in ("A long thought. ", "ANSWER: A\n", "<think>a</think>", "User: a\nAssistant: b\n"):
        EVENTS["sort"].judge(part * (100_000 // len(part)))
    assert time.process_time() - begin < 5


def test_every_shape_survives_every_cut():
    """Of a reply that is known to be cut anywhere, no other answer is read than of the whole."""
    for shape in SHAPES[::6]:
        event = shape.events[0] if shape.events else "maze"
        asked = EVENTS[event]
        text = shape.text.replace("{}", asked.answer).replace("{other}", asked.other)
        for stop in range(0, len(text), 5):
            cut = asked.judge(CutShort(text[:stop]))
            assert asked.shown(cut) in {asked.read, asked.read_other, ""}, text[:stop]
