"""The stream's scorer: known answers, hostile ones, the facts of a chain in a person's words."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.builders import mllm_ct as builder
from heptathlon.builders.mllm_ct.records import STYLES, TASKS
from heptathlon.scorers import chain
from heptathlon.scorers import mllm_ct as scorer
from heptathlon.scorers.mllm_ct import VECTOR, process_results, verdict
from heptathlon.scorers.reading import reasoning
from heptathlon.tasks.mllm_ct.prompts import LETTERS, target

DOCS: list[dict[str, Any]] = [
    record.model_dump(mode="json")
    for task in TASKS
    for key, records in builder.generate("fresh", "smoke", task, "2026.1", "").items()
    if key[1] == "test"
    for record in records[:32]
]


def doc_of(task: str, style: str, **fields: Any) -> dict[str, Any]:
    """Return the first document of a task in a style (and with certain fields)."""
    return next(
        d for d in DOCS
        if d["task"] == task and d["form"] == style and all(d[k] == v for k, v in fields.items())
    )  # fmt: skip


def scores(doc: dict[str, Any], text: str) -> dict[str, float]:
    return verdict(doc, [text]).metrics


# --- any document --------------------------------------------------------------------------------


def test_gold_earns_everything_and_nothing_earns_nothing():
    assert {(d["task"], d["form"]) for d in DOCS} == {(t, s) for t in TASKS for s in STYLES}
    for doc in DOCS:
        assert process_results(doc, [target(doc)]) == dict.fromkeys(VECTOR, 1.0), doc
        for empty in ("", " \n", "<think>", "<think></think>", "ANSWER:"):
            assert process_results(doc, [empty]) == dict.fromkeys(VECTOR, 0.0)
        reasoning_alone = target(doc).partition("</think>")[0]
        cut = verdict(doc, [reasoning_alone])
        assert cut.outcome == "truncated"
        assert cut.metrics["step_recall"] == 1.0, "the chain is judged even where no answer follows"
        assert not cut.metrics["strict"]
        assert not cut.metrics["lenient"]


def test_lists_of_everything_earn_nothing():
    for doc in DOCS:
        words = list(doc["options"]) or list(doc["candidates"])
        for text in (
            ", ".join(words),
            "ANSWER: " + ", ".join(words),
            "ANSWER: A, B, C, D",
            "A B C D",
            "ANSWER: yes no",
            "Yes. No. " + " ".join(map(str, range(150))),
            "ANSWER: " + " ".join(map(str, range(150))),
            " = ".join(map(str, range(150))),
        ):
            found = scores(doc, text)
            assert not found["strict"], (doc, text)
            assert not found["lenient"], (doc, text)
            assert not found["reasoning"]
            assert not found["agreement"]


def test_reasoning_does_not_leak_into_the_answer():
    for doc in DOCS:
        thought = target(doc).partition("</think>")[0] + f"\nIt is {doc['answer']}.\n</think>\n"
        assert not scores(doc, thought)["lenient"]
        assert not scores(doc, thought + "I cannot say.")["lenient"]


texts = st.text(alphabet=st.sampled_from("ABCDyesno=+-*/.,:;()<>{}\\think ANSWER0123456789\n€"))


@given(st.sampled_from(DOCS), st.one_of(texts, st.text()), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_text_gets_a_verdict(doc: dict[str, Any], text: str, after: bool):
    found = verdict(doc, [target(doc) + text if after else text])
    assert tuple(found.metrics) == VECTOR
    assert all(0.0 <= v <= 1.0 for v in found.metrics.values())
    assert found.metrics["strict"] <= min(found.metrics["parsed"], found.metrics["lenient"])
    assert found.invalid == (found.metrics["parsed"] == 0.0)


@pytest.mark.parametrize(
    "part",
    ["ANSWER: ", "a = 1 ", "1 + 1 = ", "(", "the frog is eaten by the ", "<think>", "A. B. ", "-"],
)
def test_hostile_length_takes_little_time(part: str):
    for doc in (doc_of("science", "choice"), doc_of("numeric", "short"), doc_of("art", "brief")):
        verdict(doc, [part * 20_000])


def test_broken_machinery_raises():
    doc = doc_of("numeric", "short")
    with pytest.raises(ValueError, match="one text"):
        verdict(doc, [(0.0, True)])
    with pytest.raises(KeyError):
        verdict({**doc, "form": "essay"}, ["1"])


# --- forms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("style", "text", "strict", "lenient"),
    [
        ("yes_no", "ANSWER: {right}.", 1, 1),
        ("yes_no", "**ANSWER: {RIGHT}**", 1, 1),
        ("yes_no", "{Right}.", 0, 1),
        ("yes_no", "{Right}, because I counted.", 0, 1),
        ("yes_no", "ANSWER: {right}, I think", 0, 1),
        ("yes_no", "unknown", 0, 0),
        ("yes_no", "There is no doubt: yes", 0, 0),
        ("choice", "ANSWER: {right}", 1, 1),
        ("choice", "ANSWER: ({right})", 1, 1),
        ("choice", "ANSWER: {right}. {content}", 0, 1),
        ("choice", "ANSWER: {content}", 0, 1),
        ("choice", "The answer is option {right}.", 0, 1),
        ("choice", "I would say {content}.", 0, 1),
        ("choice", "ANSWER: {right} or {other}", 0, 0),
        ("choice", "ANSWER: {other}", 0, 0),
        ("choice", "A red herring", 0, 0),
        ("short", "ANSWER: {content}", 1, 1),
        ("short", "<answer>{content}</answer>", 1, 1),
        ("short", "\\boxed{{{content}}}", 1, 1),
        ("short", "{content}", 0, 1),
        ("short", "It is {content} in all.", 0, 1),
        ("short", "ANSWER: 1{content}", 0, 0),
        ("short", "ANSWER: {content}0", 0, 0),
        ("short", "ANSWER: {content}.5", 0, 0),
        ("short", "So {content} or 3", 0, 0),
        ("brief", "ANSWER: {content}", 0, 1),
        ("brief", "one two three four five six seven eight nine ten\nANSWER: {content}", 1, 1),
        ("brief", "word " * 36 + "\nANSWER: {content}", 0, 1),
        ("detailed", "word " * 36 + "\nANSWER: {content}", 1, 1),
    ],
)
def test_forms(style: str, text: str, strict: int, lenient: int):
    task = {"yes_no": "medicine", "choice": "economics", "short": "numeric"}.get(style, "art")
    doc = doc_of(task, style, **({"answer": "yes"} if style == "yes_no" else {}))
    other = next((x for x in LETTERS[: len(doc["options"])] if x != doc["answer"]), "")
    right = doc["answer"]
    said = text.format(right=right, Right=right.capitalize(), RIGHT=right.upper(), other=other,
                       content=doc["content"])  # fmt: skip
    found = scores(doc, said)
    assert (found["strict"], found["lenient"]) == (strict, lenient), said


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ("science", "elephant"),  # an "ant" in an elephant
        ("economics", "a hawkishness of sorts, (B)"),
    ],
)
def test_published_faults_are_not_repeated(task: str, text: str):
    """Substring containment and first letters made the released scorers accept wrong answers."""
    doc = doc_of(task, "short")
    doc = {**doc, "candidates": ["ant", *doc["candidates"]]} if task == "science" else doc
    assert not scores({**doc, "answer": doc["candidates"][0]}, f"ANSWER: {text}")["lenient"]


def test_a_letter_with_another_options_words_is_no_answer():
    doc = doc_of("science", "choice")
    wrong = next(o for o in doc["options"] if o != doc["content"])
    assert not scores(doc, f"ANSWER: {doc['answer']} ({wrong})")["lenient"]


# --- the chain -----------------------------------------------------------------------------------


def step(kind: str, subject: str, value: str, *names: str, domain=(), formula="") -> dict[str, Any]:
    return {"kind": kind, "subject": subject, "names": names, "value": value, "domain": domain,
            "formula": formula, "says": ""}  # fmt: skip


CHART = [
    step("number", "North", "58"),
    step("number", "South", "25"),
    step("number", "difference", "33", formula="58 - 25"),
]
WEB = [
    step("relation", "frog", "newt", domain=("frog", "newt", "heron", "perch")),
    step("relation", "newt", "heron", domain=("frog", "newt", "heron", "perch")),
]
PAINTING = [
    step("word", "moon", "left", domain=("left", "right")),
    step("word", "pattern", "dots", domain=("dots", "stripes")),
    step("word", "colour", "red", "color", domain=("red", "blue", "pink")),
]
SCAN = [
    step("number", "left", "4", "left side"),
    step("number", "right", "2"),
    step("word", "more", "left", domain=("left", "right", "same")),
]


@pytest.mark.parametrize(
    ("steps", "text", "right", "wrong"),
    [
        (CHART, "North: 58\nSouth: 25\ndifference: 58 - 25 = 33", "111", "000"),
        (CHART, "North is 58, South is 25, so the difference is 33.", "111", "000"),
        (CHART, "North (58) minus South (25) = 33", "111", "000"),
        (CHART, "difference = North - South = 58 - 25 = 33", "001", "000"),
        (CHART, "North - South = 58 - 25 = 33", "001", "000"),
        (CHART, "North - South = 34", "000", "000"),
        (CHART, "The bar of North shows 58 and the bar of South 25. 58 − 25 = 33", "111", "000"),  # noqa: RUF001
        (CHART, "$58 - 25 = 33$", "001", "000"),
        (CHART, "58 - 25 = 32", "000", "001"),
        (CHART, "North is 85. South is 25.", "010", "100"),
        (CHART, "North is 58. North is 59.", "000", "100"),
        (CHART, "North is not 58.", "000", "000"),
        (CHART, "The statement says that the difference is 30.", "000", "000"),
        (CHART, "33", "000", "000"),
        (CHART, "Northern lights 58", "000", "000"),
        (CHART, "North is 58.0", "100", "000"),
        (CHART, "North is 158", "000", "100"),
        (WEB, "the frog is eaten by the newt\nthe heron eats the newt", "11", "00"),
        (WEB, "Newt eats frog, heron eats newt.", "11", "00"),
        (WEB, "frog -> newt\nnewt → heron", "11", "00"),
        (WEB, "The frog eats the newt.", "00", "01"),
        (WEB, "The frog is eaten by the perch.", "00", "10"),
        (PAINTING, "The moon is in the left painting. Its pattern: dots. Colour: red",
         "111", "000"),
        (PAINTING, "The pink moon is on the left. The pattern there is dots. They are red.",
         "111", "000"),
        (PAINTING, "The moon is on the right.", "000", "100"),
        (PAINTING, "The color of the pattern is blue", "000", "001"),
        (SCAN, "left: 4\nright: 2\nmore: left", "111", "000"),
        (SCAN, "There are 4 on the left and 2 on the right. So more spots are on the left.",
         "111", "000"),
        (SCAN, "The left side has 4 spots, the right has 3.", "100", "010"),
    ],
)  # fmt: skip
def test_chains(steps: list[dict[str, Any]], text: str, right: str, wrong: str):
    found = chain.check(text, steps)
    assert "".join(str(int(r)) for r in found.right) == right
    assert "".join(str(int(w)) for w in found.wrong) == wrong


def test_chain_scores():
    half = chain.check("North is 58. South is 26.", CHART)
    assert half.recall == pytest.approx(1 / 3)
    assert half.uncontradicted == pytest.approx(2 / 3)
    assert half.score == 0.0
    assert half.conclusion == ""
    nothing = chain.check("", CHART)
    assert (nothing.recall, nothing.uncontradicted, nothing.score) == (0, 0, 0)


def test_agreement_is_with_the_answer_given_not_with_the_right_one():
    doc = doc_of("numeric", "short")
    last = doc["steps"][-1]["subject"]
    wrong = str(int(doc["content"]) + 1)
    both = scores(doc, f"<think>{last} = {wrong}</think>\nANSWER: {wrong}")
    assert both["agreement"] == 1.0
    assert both["strict"] == both["reasoning"] == 0.0
    apart = scores(doc, f"<think>{last} = {doc['content']}</think>\nANSWER: {wrong}")
    assert apart["agreement"] == 0.0
    no = doc_of("medicine", "yes_no", answer="no")
    assert scores(no, f"<think>more: {no['content']}</think>\nANSWER: no")["agreement"] == 1.0
    assert scores(no, f"<think>more: {no['content']}</think>\nANSWER: yes")["agreement"] == 0.0


@pytest.mark.parametrize(
    ("response", "said"),
    [
        ("<think>a\nb</think>\nANSWER: 3", "a\nb"),
        ("<think>a</think>\nmore words\nANSWER: 3", "a\nmore words"),
        ("a line\n3", "a line"),
        ("3", ""),
        ("<think>a\nb", "a\nb"),
    ],
)
def test_what_counts_as_reasoning(response: str, said: str):
    assert reasoning(response) == said


def test_metrics_name_every_style():
    assert set(scorer.METRICS) == {*STYLES, "paper", "coin", "blocks", "blocks_image"}
