"""The SORT scorer: known answers by hand, any text, and figures of several documents."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heptathlon.scorers import sort as scorer
from heptathlon.scorers.reading import Unread
from heptathlon.scorers.verdict import Row, Verdict

SEGMENTS = ["Odile Marsh sat at the mill", "It rained on the tannery"]


def doc(**fields: Any) -> dict[str, Any]:
    return {
        "form": "first", "condition": "text", "asked_id": "q1", "pair_id": "p1", "title": "T",
        "events": [], "options": list(SEGMENTS), "gold": 0, "asks": "first", "labels": ["A", "B"],
    } | fields  # fmt: skip


def said(text: str, **fields: Any) -> tuple[str, float]:
    found = scorer.verdict(doc(**fields), [text])
    return found.outcome, found.metrics["acc"]


# --- likelihoods -------------------------------------------------------------------------------


def test_both_readings_of_likelihoods():
    sure, unsure = math.log(1 / 20), math.log(1 / 22)
    cases = [
        # (A, B, greedy) -> acc, acc_paper, a_rate
        ((sure, sure - 1), False, (1.0, 1.0, 1.0)),
        ((unsure, unsure - 1), False, (1.0, 0.0, 1.0)),
        ((unsure, unsure - 1), True, (1.0, 1.0, 1.0)),
        ((sure - 1, sure), False, (0.0, 0.0, 0.0)),
        # Equal: the first one, as lm-eval's argmax has it.
        ((-9.0, -9.0), False, (1.0, 0.0, 1.0)),
    ]
    for (a, b), greedy, (acc, paper, first) in cases:
        found = scorer.verdict(doc(), [(a, greedy), (b, False)])
        share = 1 / (1 + math.exp(b - a))
        assert found.metrics == pytest.approx(
            {"acc": acc, "acc_paper": paper, "a_rate": first, "p_right": share}
        )
        assert not found.invalid


@given(st.lists(st.floats(0.001, 1), min_size=25, max_size=60), st.integers(0, 59))
def test_a_sure_label_is_among_the_top_20(raw: list[float], index: int):
    """The paper's rule, played out on whole distributions."""
    p = [x / sum(raw) for x in raw]
    label = index % len(p)
    if p[label] > scorer.SURE:
        assert sum(q > p[label] for q in p) < scorer.TOP


@pytest.mark.parametrize(
    "responses", [[(-1.0, False)], [(-1.0, True)] * 3, [], [(math.nan, 0)] * 2]
)
def test_broken_machinery_raises(responses: list[Any]):
    with pytest.raises(ValueError, match="likelihood"):
        scorer.verdict(doc(), responses)


# --- answers in text ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "ANSWER: A", "A", "(A)", "**A**", "Segment A", "passage A.", "ANSWER: Segment A",
        "<think>B, or not? ANSWER: B</think>\nANSWER: A", "I first thought so.\n\nANSWER: a",
        "A: Odile Marsh sat at the mill", "A) Odile Marsh sat at the mill.",
        "ANSWER: Odile Marsh sat at the mill", "A: Odile Marsh sat at",
        r"\boxed{A}", "<answer>A</answer>",
    ],
)  # fmt: skip
def test_right_answers(text: str):
    assert said(text) == ("right", 1.0)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("ANSWER: B", "wrong"),
        ("", "no_answer"),
        ("A or B", "several"),
        ("A, B", "several"),
        ("A. B.", "several"),
        ("ANSWER: A and B", "several"),
        ("A: Odile Marsh sat at the mill B: It rained on the tannery", "several"),
        ("ANSWER: C", "unreadable"),
        ("An apple", "unreadable"),
        ("Both come first", "several"),
        ("<think>Odile comes first, so A", "truncated"),
    ],
)
def test_wrong_answers(text: str, outcome: str):
    assert said(text) == (outcome, 0.0)


def test_words_are_labels_where_they_are_offered():
    fields = {"form": "before", "events": ["x", "y"], "options": ["before", "after"], "gold": 1,
              "labels": ["before", "after"]}  # fmt: skip
    assert said("ANSWER: after", **fields) == ("right", 1.0)
    assert said("It is told after.", **fields) == ("unreadable", 0.0)
    assert said("After", **fields) == ("right", 1.0)
    assert said("before or after", **fields) == ("several", 0.0)
    assert said("beforehand", **fields) == ("unreadable", 0.0)


@given(st.text(max_size=300))
def test_any_text_gets_a_verdict(text: str):
    words = ["before", "after"]
    before = {"form": "before", "events": ["x", "y"], "options": words, "labels": words}
    for fields in ({}, before):
        found = scorer.verdict(doc(**fields), [text])
        assert list(found.metrics) == list(scorer.METRICS["first"])
        assert found.invalid == (found.outcome in set(Unread))
        assert all(v in {0.0, 1.0} for v in found.metrics.values()), "an answer in text is one"


def test_hostile_text_takes_no_time():
    for text in ("A" * 10**5, "(" * 10**5, "ANSWER: " * 10**4, " A" * 10**5):
        scorer.verdict(doc(), [text])


# --- several documents -------------------------------------------------------------------------


def row(variant: str, chosen: int, **fields: Any) -> Row:
    one = doc(**fields)
    return Row(variant, one, scorer.verdict(one, [(-float(i != chosen), True) for i in range(2)]))


def test_uplift_is_paired_and_by_way_of_asking():
    rows = [
        row("sort_e250", 0),  # right with the text
        row("sort_notext_e250", 1, condition="notext"),  # wrong without it
        row("sort_e250", 1, asked_id="q2", pair_id="p2"),  # wrong with the text
        row("sort_notext_e250", 0, asked_id="q2", pair_id="p2", condition="notext"),
        row("sort_e250", 0, asked_id="q3", pair_id="p3"),  # not asked without the text
        row("sort_say", 0),  # was not asked without the text in words
        row("sort_untitled", 0),
    ]
    found = [v.metrics.get("uplift") for v in scorer.across(rows)]
    assert found == [1.0, None, -1.0, None, None, None, None]
    memory = [row("sort_memory", 0, condition="memory"),
              row("sort_say_notext", 1, condition="notext")]  # fmt: skip
    assert [v.metrics.get("uplift") for v in scorer.across(memory)] == [1.0, None]


def test_what_other_texts_between_cost():
    rows = [
        row("sort_e250", 0),
        row("sort_between", 1, condition="between"),
        row("sort_e250", 1, asked_id="q2", pair_id="p2"),
        row("sort_between", 0, asked_id="q2", pair_id="p2", condition="between"),
        row("sort_between", 0, asked_id="q3", pair_id="p3", condition="between"),
        row("sort_say_between", 1, condition="between"),  # in words, where the text was not asked
    ]
    found = [v.metrics.get("disturbed") for v in scorer.across(rows)]
    assert found == [None, -1.0, None, 1.0, None, None]


FLIPPED = {"options": SEGMENTS[::-1], "gold": 1, "asked_id": "q2"}


def likely(first: float, second: float) -> list[float]:
    """Return a pair's ``acc_both``, from the log-odds of the first option in either order."""
    docs = [doc(), doc(**FLIPPED)]
    rows = [
        Row("sort_e250", d, scorer.verdict(d, [(x, x > 0), (0.0, x <= 0)]))
        for d, x in zip(docs, (first, second), strict=True)
    ]
    return [v.metrics[scorer.BOTH] for v in scorer.across(rows)]


@given(st.floats(-5, 5), st.floats(-8, 8))
def test_a_habit_of_one_place_decides_nothing(knows: float, habit: float):
    """Log-odds of what is known, plus or minus a preference for the first option."""
    if abs(knows) > 1e-3:
        # The right one stands first, then second.
        assert likely(habit + knows, habit - knows) == [float(knows > 0)] * 2


@given(st.floats(-30, 30))
def test_a_preference_alone_is_worth_a_half(habit: float):
    assert likely(habit, habit) == [0.5, 0.5]


@given(st.sampled_from(["A", "B", "?"]), st.sampled_from(["A", "B", "?"]))
def test_of_answers_in_text_the_share_of_right_ones_counts(one: str, other: str):
    docs = [doc(), doc(**FLIPPED)]
    verdicts = [scorer.verdict(d, [t]) for d, t in zip(docs, (one, other), strict=True)]
    rows = [Row("sort_say", d, v) for d, v in zip(docs, verdicts, strict=True)]
    share = sum(v.metrics["acc"] for v in verdicts) / 2
    assert [v.metrics[scorer.BOTH] for v in scorer.across(rows)] == [share, share]


def test_a_likelihood_of_nothing_is_worth_a_guess():
    found = scorer.verdict(doc(), [(-math.inf, False), (-math.inf, False)])
    assert found.metrics["p_right"] == 0.5


def test_consistency_needs_every_order():
    flipped = {"options": SEGMENTS[::-1], "gold": 1, "asked_id": "q2"}
    always_a = [row("sort_e250", 0), row("sort_e250", 0, **flipped)]
    knows = [row("sort_e250", 0), row("sort_e250", 1, **flipped)]
    misled = [row("sort_e250", 1), row("sort_e250", 0, **flipped)]
    for rows, consistent, every in ((always_a, 0, 0), (knows, 1, 1), (misled, 1, 0)):
        for v in scorer.across(rows):
            assert (v.metrics["consistent"], v.metrics["all_orders"]) == (consistent, every)
    assert "consistent" not in scorer.across(always_a[:1])[0].metrics
    # The same pair in another condition is another pair of answers.
    mixed = [row("sort_e250", 0), row("sort_notext_e250", 0, condition="notext", **flipped)]
    assert all("consistent" not in v.metrics for v in scorer.across(mixed))


def test_before_and_after_are_consistent_with_each_other():
    fields = {"form": "before", "options": ["before", "after"], "labels": ["before", "after"]}
    one = row("sort_before", 0, events=["x", "y"], gold=0, **fields)
    same = row("sort_before", 1, events=["y", "x"], gold=1, **fields)
    other = row("sort_before", 0, events=["y", "x"], gold=1, **fields)
    assert [v.metrics["consistent"] for v in scorer.across([one, same])] == [1.0, 1.0]
    assert [v.metrics["consistent"] for v in scorer.across([one, other])] == [0.0, 0.0]


def test_an_answer_that_cannot_be_read_is_never_consistent():
    rows = [
        Row("sort_say", d, scorer.verdict(d, ["?"]))
        for d in (doc(), doc(options=SEGMENTS[::-1], gold=1))
    ]
    assert [v.metrics["consistent"] for v in scorer.across(rows)] == [0.0, 0.0]


def test_picking_a_prompt_as_the_paper_does():
    def answered(prompt: int, right: list[float], a: list[float]) -> list[Row]:
        return [
            Row("sort_book_sweep", {"prompt": str(prompt)}, Verdict({"acc": r, "a_rate": x}, ""))
            for r, x in zip(right, a, strict=True)
        ]

    worse = answered(0, [1, 0, 0, 0], [1, 0, 1, 0])
    biased = answered(10, [1, 1, 0, 0], [1, 1, 1, 1])
    even = answered(3, [1, 1, 0, 0], [1, 0, 1, 0])
    assert scorer.pick_prompt([*worse, *biased, *even]) == 3
    assert scorer.pick_prompt([*worse, *biased]) == 10
    assert scorer.sweep([*worse, *biased, *even]) == [
        (3, 0.5, 0.5, 4),
        (10, 0.5, 1.0, 4),
        (0, 0.25, 0.5, 4),
    ]
    with pytest.raises(ValueError, match="no document of the sweep"):
        scorer.pick_prompt([])


# --- the paper's own reading ---------------------------------------------------------------------


def published(top: dict[str, float], gold: int) -> bool:
    """Judge the 20 likeliest tokens as the description of the paper's code has it."""
    said = {}
    for label in "AB":
        for form in (label, f" {label}"):
            if form in top:
                said[label] = top[form]
                break
    return bool(said) and max(sorted(said), key=said.__getitem__) == "AB"[gold]


@given(
    st.lists(st.integers(1, 40), min_size=4, max_size=4, unique=True),
    st.integers(0, 1),
)
def test_recorded_ranks_are_read_as_the_paper_reads_them(ranks: list[int], gold: int):
    """Ranks of A, blank and A, B, blank and B; the likelier of two tokens has the lower rank."""
    forms = ["A", " A", "B", " B"]
    scores = {form: -rank / 8 for form, rank in zip(forms, ranks, strict=True)}
    text = " ".join(
        f"{form.replace(' ', '_')}={rank}:{scores[form]:.6g}"
        for form, rank in zip(forms, ranks, strict=True)
    )
    doc = {"form": "first", "labels": ["A", "B"], "options": ["x", "y"], "gold": gold}
    found = scorer.verdict(doc, [f"RANKS {text}"])
    top = {form: scores[form] for form, rank in zip(forms, ranks, strict=True) if rank <= 20}
    assert found.metrics["acc_paper"] == published(top, gold)
    ours = int(scores[" B"] > scores[" A"])
    assert found.metrics["acc"] == float(ours == gold)
    assert found.metrics["a_rate"] == float(ours == 0)
    by_likelihood = scorer.verdict(doc, [(scores[" A"], False), (scores[" B"], False)])
    assert found.metrics["p_right"] == pytest.approx(by_likelihood.metrics["p_right"])
    assert not found.invalid


def test_what_is_no_record_of_ranks_is_read_as_words():
    doc = {"form": "first", "labels": ["A", "B"], "options": ["x", "y"], "gold": 0}
    assert scorer.verdict(doc, ["RANKS"]).invalid
    assert scorer.verdict(doc, ["RANKS A=1:nan"]).invalid
    only = scorer.verdict(doc, ["RANKS A=3:-1.5"]).metrics
    assert (only["acc"], only["acc_paper"], only["p_right"]) == (1.0, 1.0, 1.0)
    assert scorer.verdict(doc, ["RANKS A=30:-5 B=31:-6"]).metrics["acc_paper"] == 0.0
