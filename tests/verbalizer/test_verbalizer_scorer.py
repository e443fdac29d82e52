"""The verbalizer scorer: known answers, hostile text, likelihoods, and the look across items."""

import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heptathlon.scorers import stats
from heptathlon.scorers import verbalizer as scorer
from heptathlon.scorers.verdict import Row, Verdict
from heptathlon.tasks.verbalizer.prompts import target


def doc(
    words=("negative", "positive"),
    gold: int = 0,
    *,
    names=("positive", "negative"),
    natural=None,
    form: str = "unnatural",
    channel: str = "instruction",
    shown=(),
    label: str = "Review",
    item: str = "a",
    verbalizer: str = "names_swapped",
) -> dict[str, Any]:
    return {
        "words": list(words),
        "names": list(names),
        "natural": list(natural or names),
        "shown": list(shown),
        "gold": gold,
        "form": form,
        "channel": channel,
        "inputs": [{"label": label, "text": "It was fine."}],
        "cluster_id": item,
        "verbalizer": verbalizer,
        "classes": len(words),
    }


def judge(response: str, **fields: Any) -> Verdict:
    return scorer.verdict(doc(**fields), [response])


NEUTRAL = {"words": ("foo", "bar"), "form": "neutral"}
THREE = {
    "words": ("neutral", "entailment", "contradiction"),
    "names": ("entailment", "contradiction", "neutral"),
    "form": "derangement",
}


@pytest.mark.parametrize(
    ("response", "outcome", "answer"),
    [
        ("negative", "right", "negative"),
        ("Negative.", "right", "negative"),
        ('"negative"', "right", "negative"),
        ("**Answer: negative**", "right", "negative"),
        ("The review is positive, so the output is negative.", "right", "negative"),
        ("The review is positive.\n\nnegative", "right", "negative"),
        ("<think>It is positive, so positive?</think>negative", "right", "negative"),
        ("the mapping says so</think>\nAnswer: negative", "right", "negative"),
        ("It is not positive but negative", "right", "negative"),
        ("negative\n\nReview: Dreadful.\nAnswer: positive", "right", "negative"),
        ("positive", "prior", "positive"),
        ("The answer is positive.", "prior", "positive"),
        ("The review is positive, hence negative", "several", ""),
        ("positive negative", "several", ""),
        ("negative\npositive", "several", ""),
        ("Answer: positive\nAnswer: negative", "several", ""),
        ("Answer: positive or negative", "several", ""),
        ("The answer is negative or positive", "several", ""),
        ("", "no_answer", ""),
        ("   \n", "no_answer", ""),
        ("good", "off_list", ""),
        ("<think>negative negative", "truncated", ""),
    ],
)
def test_known_answers_under_a_flip(response: str, outcome: str, answer: str):
    found = judge(response)
    assert (found.outcome, found.answer) == (outcome, answer)
    assert found.metrics["acc"] == float(outcome == "right")
    assert found.metrics["above_chance"] == (1.0 if outcome == "right" else -1.0)
    assert found.metrics["uncaptured"] == float(outcome != "prior")
    assert found.invalid == (answer == "")


@pytest.mark.parametrize(
    ("response", "outcome", "invalid"),
    [
        ("foo", "right", False),
        ("It is positive, so foo.", "right", False),
        ("bar", "other", False),
        ("positive", "prior", True),
        ("negative", "off_list", True),
        ("foo or bar", "several", True),
        ("food", "off_list", True),
        ("foo-bar", "off_list", True),
    ],
)
def test_known_answers_under_neutral_words(response: str, outcome: str, invalid: bool):
    found = judge(response, **NEUTRAL)
    assert (found.outcome, found.invalid) == (outcome, invalid)


@pytest.mark.parametrize(
    ("response", "outcome"),
    [("neutral", "right"), ("entailment", "prior"), ("contradiction", "other")],
)
def test_derangements_tell_capture_from_confusion(response: str, outcome: str):
    found = judge(response, **THREE)
    assert found.outcome == outcome
    assert found.metrics["above_chance"] == pytest.approx(1.0 if outcome == "right" else -0.5)


def test_the_label_of_an_input_is_no_answer():
    fields = {"words": ("1", "0"), "natural": ("1", "0"), "label": "Sentence 1"}
    assert judge("Sentence 1 and the other say the same, so 0", **fields).outcome == "other"
    assert judge("Sentence 1 is short", **fields).outcome == "off_list"


def test_conflict_says_which_channel_won():
    fields = {"channel": "conflict", "form": "conflict", "shown": ("positive", "negative")}
    assert judge("negative", **fields).outcome == "right"
    assert judge("positive", **fields).outcome == "shown"


def test_strict_wants_the_word_and_nothing_else():
    for response, strict in [
        ("negative", 1.0), (" negative\n", 1.0), ("<think>x</think>negative", 1.0),
        ("Negative", 0.0), ("negative.", 0.0), ("Answer: negative", 0.0), ("", 0.0),
    ]:  # fmt: skip
        assert judge(response).metrics["strict"] == strict


@given(st.text(), st.sampled_from([{}, NEUTRAL, THREE]))
def test_any_text_gets_a_finite_verdict(response: str, fields: Mapping[str, Any]):
    found = judge(response, **fields)
    assert list(found.metrics) == list(scorer.METRICS[doc(**fields)["form"]])
    assert all(math.isfinite(v) for v in found.metrics.values())
    assert found.metrics["acc"] >= found.metrics["strict"]


@given(
    st.sampled_from([{}, NEUTRAL, THREE]),
    st.sampled_from(["{}", "Answer: {}", "**{}**", '"{}"', "<think>hm</think>\n\n{}.", "It is {}"]),
    st.data(),
)
def test_one_word_is_right_or_wrong_and_all_words_are_nothing(fields, frame, data):
    one = doc(**fields)
    for i, word in enumerate(one["words"]):
        found = scorer.verdict(one, [frame.format(word)])
        assert found.metrics["acc"] == float(i == one["gold"])
        assert not found.invalid
    between = [" ", ", ", " or "]
    # "It is negative" and then an answer of its own is no list: a judgement, and its mapping. Nor
    # is a bare word beside a marked one, which outranks it.
    between += {"It is {}": [], "Answer: {}": ["\nAnswer: "]}.get(frame, ["\n"])
    listing = data.draw(st.sampled_from(between)).join(one["words"])
    found = scorer.verdict(one, [frame.format(listing)])
    assert found.metrics["acc"] == 0.0
    assert found.invalid


def test_hostile_text_takes_little_time():
    for text in ("answer: " * 12_000, "not " * 20_000, "*" * 80_000, "foo bar\n" * 10_000,
                 "the answer is " * 8_000, "Review: " * 12_000):  # fmt: skip
        start = time.process_time()
        judge(text, **NEUTRAL)
        assert time.process_time() - start < 5


# --- likelihoods ---------------------------------------------------------------------------------


def chosen(values, alone=(), **fields) -> Verdict:
    pairs = [(v, False) for v in (*values, *alone)]
    return scorer.verdict(doc(**fields), pairs)


def test_three_ways_to_compare_likelihoods():
    """A long word loses as a whole, wins by the byte; a rare word wins against its own prior."""
    found = chosen((-6.0, -4.0), (-9.0, -1.0), words=("equivalent", "odd"), gold=0)
    assert found.metrics["acc"] == 0.0
    assert found.metrics["acc_norm"] == 1.0
    assert found.metrics["acc_mutual_info"] == 1.0
    found = chosen((-6.0, -4.0), (-2.0, -9.0), words=("equivalent", "odd"), gold=0)
    assert found.metrics["acc_mutual_info"] == 0.0


def test_ties_share_and_capture_is_seen():
    found = chosen((-1.0, -1.0))
    assert found.outcome == "tie"
    assert found.metrics["acc_norm"] == 0.5
    assert found.metrics["uncaptured"] == 0.5
    found = chosen((-2.0, -1.0))
    assert found.outcome == "prior"
    assert found.metrics["uncaptured"] == 0.0


@given(st.lists(st.floats(-50, 0), min_size=3, max_size=3), st.integers(0, 2))
def test_likelihoods_agree_with_numpy(values, gold):
    fields = {**THREE, "gold": gold}
    found = chosen(values, **fields)
    lengths = np.array([len(w) for w in THREE["words"]])
    for metric, scores in (("acc", np.array(values)), ("acc_norm", np.array(values) / lengths)):
        best = np.flatnonzero(scores == scores.max())
        assert found.metrics[metric] == pytest.approx((gold in best) / best.size)
    assert list(found.metrics) == list(scorer.CHOSEN)


@pytest.mark.parametrize("bad", [[], [(-1.0, True)], [(-1.0, True)] * 3, [(math.nan, True)] * 2])
def test_broken_machinery_raises(bad):
    with pytest.raises(ValueError, match="log-likelihoods"):
        scorer.verdict(doc(), bad)


# --- across --------------------------------------------------------------------------------------


def asked(variant: str, one: dict[str, Any], response: str) -> Row:
    return Row(variant, one, scorer.verdict(one, [response]))


def natural(item: str, response: str) -> Row:
    one = doc(("positive", "negative"), form="natural", verbalizer="names", item=item)
    return asked("verbalizer_natural", one, response)


def flipped(item: str, response: str) -> Row:
    return asked("verbalizer_unnatural", doc(item=item), response)


def test_obedience_by_hand():
    """Four items known, one not; of the known, three obey and one is captured."""
    rows = [natural(i, "positive") for i in "abcd"] + [natural("e", "negative")]
    rows += [flipped(i, "negative") for i in "abc"] + [flipped("d", "positive")]
    rows += [flipped("e", "negative"), flipped("stranger", "negative")]
    verdicts = scorer.across(rows)
    assert len(verdicts) == len(rows)
    assert "known" not in verdicts[0].metrics
    assert "known" not in verdicts[-1].metrics, "its natural words were never asked"
    late = [v.metrics for v in verdicts[5:10]]
    assert [m["known"] for m in late] == [1, 1, 1, 1, 0]
    assert [m["followed"] for m in late] == [1, 1, 1, 0, 0]
    assert [m["obeyed"] for m in late] == [1, 1, 1, -1, 0]
    assert figure("right_given_known", late) == 0.75
    assert figure("obedience", late) == 0.5
    assert figure("prior_capture", late) == pytest.approx(1 / 5)


def figure(name: str, metrics: list[dict[str, float]], weights=None) -> float:
    statistic = scorer.STATISTICS[name]
    values = np.array([[m[c] for c in statistic.columns] for m in metrics], dtype=float)
    return statistic.compute(values, np.ones(len(values)) if weights is None else weights)


def test_obedience_is_undefined_without_knowledge():
    rows = scorer.across([natural("a", "negative"), flipped("a", "negative")])
    assert math.isnan(figure("obedience", [rows[1].metrics]))


def test_weights_count_documents():
    rows = [natural(i, "positive") for i in "ab"]
    rows += [flipped("a", "negative"), flipped("b", "positive")]
    late = [v.metrics for v in scorer.across(rows)[2:]]
    assert figure("right_given_known", late, np.array([3, 1])) == 0.75


def test_obedience_agrees_with_the_ratio_of_the_statistics_module():
    rng = np.random.default_rng(0)
    rows = []
    for i in range(60):
        rows.append(natural(str(i), "positive" if rng.random() < 0.8 else "negative"))
        rows.append(flipped(str(i), "negative" if rng.random() < 0.6 else "positive"))
    late = [v.metrics for v in scorer.across(rows)[1::2]]
    ratio = stats.ratio(
        [m["followed"] for m in late], [m["known"] for m in late], np.arange(60), seed=1
    )
    assert figure("right_given_known", late) == pytest.approx(ratio.value)


def test_order_bias_by_hand():
    rows = []
    for item, first, second in (("a", "foo", "foo"), ("b", "foo", "bar"), ("c", "bar", "foo")):
        for name, words, response in (("foo_bar", ("foo", "bar"), first),
                                      ("bar_foo", ("bar", "foo"), second)):  # fmt: skip
            one = doc(words, form="neutral", verbalizer=name, item=item)
            rows.append(asked("verbalizer_neutral", one, response))
    verdicts = scorer.across(rows)
    gaps = [v.metrics.get("swap_gap") for v in verdicts]
    assert gaps == [1.0, None, 0.0, None, 0.0, None]
    assert figure("order_bias", [verdicts[i].metrics for i in (0, 2, 4)]) == pytest.approx(1 / 3)


def test_readings_are_not_mixed():
    """Right by likelihood is no knowledge for the generated answer, and the other way round."""
    one = doc(("positive", "negative"), form="natural", verbalizer="names")
    by_choice = Row("verbalizer_choice", one, scorer.verdict(one, [(0.0, True), (-1.0, False)]))
    verdicts = scorer.across([by_choice, flipped("a", "negative")])
    assert "known" not in verdicts[1].metrics


# --- the headline --------------------------------------------------------------------------------


def joint(*answers: tuple[str, str], vocabulary=("positive", "negative"), golds=(0, 1)) -> float:
    """Return the mean over items of both classes of who gives two answers to each."""
    rows = []
    for i, (gold, (first, second)) in enumerate(zip(golds, answers, strict=True)):
        fields = {"item": str(i), "natural": vocabulary}
        plain = doc(vocabulary, gold, form="natural", verbalizer="plain", **fields)
        turned = doc(vocabulary[::-1], gold, verbalizer="turned", **fields)
        rows.append(asked("verbalizer_natural", plain, first))
        rows.append(asked("verbalizer_unnatural", turned, second))
    return float(np.mean([v.metrics["joint"] for v in scorer.across(rows)]))


def test_joint_by_hand():
    assert joint(("positive", "negative"), ("negative", "positive")) == 1.0
    assert joint(("positive", "negative"), ("negative", "negative")) == 0.0
    assert joint(("positive", "positive"), ("negative", "negative")) == -1.0
    assert joint(("negative", "negative"), ("positive", "positive")) == -1.0, "contrary throughout"
    assert joint(("", "negative"), ("negative", "positive")) == 0.0


def test_a_guess_that_is_kept_is_worth_nothing():
    """One class for all items, by whatever name, obeys every mapping and is right for one class."""
    assert joint(("positive", "negative"), ("positive", "negative")) == 0.0
    # A guess an item: each class is guessed for each gold.
    kept = [("positive", "negative"), ("negative", "positive")] * 2
    assert joint(*kept, golds=(0, 0, 1, 1)) == 0.0


@given(st.lists(st.sampled_from(["positive", "negative", ""]), min_size=2, max_size=2))
def test_two_answers_that_do_not_look_at_the_input_earn_nothing(answers):
    assert joint(tuple(answers), tuple(answers)) <= 0.0


@given(st.lists(st.sampled_from(["positive", "negative", ""]), min_size=2, max_size=2))
def test_two_answers_that_do_not_look_at_the_mapping_earn_less(answers):
    assert joint(*((a, a) for a in answers)) == -1.0


def test_the_partner_has_the_same_words():
    """Right under the names and, always turned, under yes and no: the mapping was never read."""
    names = doc(("positive", "negative"), form="natural", verbalizer="names")
    yes = doc(("yes", "no"), form="natural", natural=("yes", "no"), verbalizer="yes_no")
    no = doc(("no", "yes"), natural=("yes", "no"), verbalizer="no_yes")
    rows = [asked("verbalizer_natural", names, "positive"), asked("verbalizer_unnatural", no, "no")]
    assert "joint" not in scorer.across(rows)[1].metrics
    rows.append(asked("verbalizer_natural", yes, "no"))
    assert scorer.across(rows)[1].metrics["joint"] == -1.0


def test_a_natural_question_has_the_mean_of_its_pairs():
    rows = [asked("v", doc(THREE["names"], names=THREE["names"], form="natural"), "entailment")]
    rows += [asked("v", doc(**THREE), said) for said in ("neutral", "entailment")]
    values = [v.metrics["joint"] for v in scorer.across(rows)]
    assert values == pytest.approx([0.25, 1.0, -0.5])


def test_joint_has_the_chance_of_its_classes():
    rows = []
    for gold in range(3):
        for form, words in (("natural", THREE["names"]), ("derangement", THREE["words"])):
            one = doc(words, gold, names=THREE["names"], form=form, item=str(gold))
            rows.append(asked(f"verbalizer_{form}", one, words[0]))
    values = [v.metrics["joint"] for v in scorer.across(rows)]
    assert values == pytest.approx([1.0, 1.0, -0.5, -0.5, -0.5, -0.5])
    low, high = scorer.BOUNDS["joint"]
    assert low <= min(values) <= max(values) <= high


def test_gold_is_right():
    for fields in ({}, NEUTRAL, THREE):
        one = doc(**fields)
        assert scorer.process_results(one, [target(one)])["acc"] == 1.0
        assert scorer.process_results(one, [target(one)])["strict"] == 1.0
