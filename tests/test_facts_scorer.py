"""The facts scorer and the figures over runs: known answers, bounds, other implementations."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, roc_auc_score

from heptathlon.scorers import facts as scorer
from heptathlon.scorers.traces import edits, membership, opinions, retention, subsets
from heptathlon.scorers.verdict import Row

ANIMALS = ("a heron", "a goat", "a llama")
SCHOOLS = ("Tamarn School", "Olmin School")


def doc(form: str, **fields):
    base = {
        "form": form,
        "documents": (),
        "text": "Which animal does Ab Cd Ef keep?",
        "gold": 0,
        "answer": "a heron",
        "values": ANIMALS,
        "options": ("a heron",),
        "pair_id": "p",
    }
    return base | fields


# --- answers in text -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "acc", "outcome"),
    [
        ("ANSWER: a heron", 1, "right"),
        ("ANSWER: The Heron.", 1, "right"),
        ("She keeps a heron", 1, "right"),
        (" a heron\n\nQuestion: x", 1, "right"),
        ("ANSWER: a goat", 0, "wrong"),
        ("No, a heron.", 1, "right"),
        ("ANSWER: a heron or a goat", 0, "several"),
        ("ANSWER: a heron, a goat, a llama", 0, "several"),
        ("", 0, "no_answer"),
        ("ANSWER: a shark", 0, "no_answer"),
        ("<think>a heron", 0, "truncated"),
        ("<think>a goat</think>ANSWER: a heron", 1, "right"),
    ],
)
def test_one_value_counts_and_nothing_else(said: str, acc: float, outcome: str):
    # A prompt of the corpus' form is cut at the line's end by lm-eval.
    said = said.split("\n")[0] if said.startswith(" ") else said
    found = scorer.verdict(doc("extraction"), [said])
    assert (found.metrics, found.outcome) == ({"acc": acc}, outcome)
    # Several values are an answer, if a wrong one; where none is named, there is none.
    named = scorer.named(said.split("</think>")[-1], ANIMALS) if outcome != "truncated" else []
    assert found.invalid is not bool(named)


@pytest.mark.parametrize("said", ["ANSWER: not a heron", "It isn't a heron", "Never a heron."])
def test_a_value_that_is_denied_is_no_answer(said: str):
    found = scorer.verdict(doc("extraction"), [said])
    assert (found.metrics, found.outcome, found.invalid) == ({"acc": 0.0}, "denied", True)


def test_a_school_goes_by_its_own_name():
    assert scorer.named("at Tamarn", SCHOOLS) == ["Tamarn School"]
    assert scorer.named("the Tamarn School", SCHOOLS) == ["Tamarn School"]
    assert scorer.named("a School", SCHOOLS) == []
    assert scorer.named("tamarnes", SCHOOLS) == []
    assert scorer.named("1962", ("1962", "1963")) == ["1962"]
    assert scorer.named("19621", ("1962", "1963")) == []


def test_only_the_continuation_is_scored():
    # Vector: the gold's second half is right in no word; with the prompt's half ROUGE-1 was 0.5.
    one = doc("recall", text="a b c d", answer="e f g h", options=("g",), values=("g", "z"))
    none = scorer.verdict(one, ["w x y z"])
    assert none.metrics == {"value": 0, "exact": 0, "f1": 0}
    assert scorer.verdict(one, [" e f g h"]).metrics == {"value": 1, "exact": 1, "f1": 1}
    assert scorer.verdict(one, ["a b c d e f g h"]).outcome == "verbatim"
    half = scorer.verdict(one, ["e f q q"]).metrics
    assert half == {"value": 0, "exact": 0, "f1": 0.5}
    assert scorer.verdict(one, ["e f g h and so on"]).metrics["exact"] == 1
    assert scorer.verdict(one, ["g z"]).metrics["value"] == 0, "naming every value names none"
    assert scorer.verdict(one, [""]).invalid


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_a_verdict(text: str):
    for form in ("guess", "extraction", "composition", "recall"):
        found = scorer.verdict(doc(form), [text])
        assert all(0 <= v <= 1 for v in found.metrics.values())
        assert tuple(found.metrics) == scorer.METRICS[form]


# --- likelihoods ---------------------------------------------------------------------------------


def test_equal_likelihoods_share_the_point():
    two = doc("recognition", options=("x", "y"), gold=1)
    seen = [([-1, -2], 0, "wrong"), ([-2, -1], 1, "right"), ([-1, -1], 0.5, "tie")]
    for lls, acc, outcome in seen:
        found = scorer.verdict(two, [(v, False) for v in lls])
        assert (found.metrics, found.outcome) == ({"acc": acc}, outcome)
    # Vector: seen [2.0, 3.0, 1.5, 2.5], unseen [2.5, 2.9, 1.5, 3.0] as losses: ties half, 0.625.
    losses = zip([2.0, 3.0, 1.5, 2.5], [2.5, 2.9, 1.5, 3.0], strict=True)
    acc = [scorer.verdict(two, [(-u, False), (-s, False)]).metrics["acc"] for s, u in losses]
    assert sum(acc) / 4 == 0.625
    for wrong in ([(math.nan, False), (0.0, False)], [(0.0, False)], ["text"]):
        with pytest.raises(ValueError, match=r"number|likelihoods|text"):
            scorer.verdict(two, wrong)


def test_a_trap_is_known_by_its_words():
    trap = doc("trap", options=("ab", "cd"), answer="ab cd")
    assert scorer.verdict(trap, [(-2.0, False)]).metrics["known"] == pytest.approx(math.exp(-1))
    whole = scorer.verdict(trap, [(-0.5, False), (-2.0, False)]).metrics["known"]
    assert whole == pytest.approx(math.exp(-1))
    with pytest.raises(ValueError, match="2 words has 3"):
        scorer.verdict(trap, [(0.0, False)] * 3)
    fiction = doc("fiction", answer="Deimos")
    assert scorer.verdict(fiction, [(0.0, True)]).metrics == {"value": 1.0, "known": 1.0}
    # An answer of one word is as well known as it is likely.
    assert scorer.verdict(fiction, [(-2.0, True)]).metrics["known"] == pytest.approx(math.exp(-2))


def test_both_needs_both():
    rows = []
    for pair, texts in {"p": ("a heron", "a heron"), "q": ("a heron", "a goat")}.items():
        rows += [Row("facts_guess", d := doc("guess", pair_id=pair), scorer.verdict(d, [t]))
                 for t in texts]  # fmt: skip
    alone = doc("guess", pair_id="r")
    rows.append(Row("facts_guess", alone, scorer.verdict(alone, ["a heron"])))
    other = doc("guess", pair_id="p")
    rows.append(Row("facts_guess_ll", other, scorer.verdict(other, [(0.0, True)])))
    assert [v.metrics["both"] for v in scorer.across(rows)] == [1, 1, 0, 0, 0, 0]
    assert "both" not in rows[0].verdict.metrics, "one document cannot tell"


# --- membership ----------------------------------------------------------------------------------

FLOATS = st.lists(st.floats(-5, 5).map(lambda x: round(x, 1)), min_size=2, max_size=30)


def test_membership_vectors():
    # Ratios of traps: members [.5, .8, .9], others [.85, 1, 1.1], members lower: AUC 8/9.
    found = membership.parted([-0.5, -0.8, -0.9], [-0.85, -1.0, -1.1])
    assert found.auc == pytest.approx(8 / 9)
    assert found.tpr is None
    assert "cannot tell a rate of 1%" in found.reason
    assert membership.min_k([-float(n) for n in range(24)]) == np.mean([-23, -22, -21, -20])
    assert membership.min_k([-1.0] * 4) is None
    assert membership.word_likelihoods([-1.0, -3.0, -3.5]) == [-1.0, -2.0, -0.5]
    assert membership.against(-4.0, -10.0, 3) == 2.0
    assert membership.parted([], [1.0]).auc is None
    others = [float(n) for n in range(200)]
    assert membership.true_positives([197.0, 198.0, 250.0], others) == pytest.approx(2 / 3)


@settings(max_examples=80, deadline=None)
@given(FLOATS, FLOATS)
def test_the_auc_is_scikit_learns_and_the_variance_is_delongs(members, others):
    found = membership.parted(members, others)
    truth = [1] * len(members) + [0] * len(others)
    assert found.auc == pytest.approx(roc_auc_score(truth, members + others))
    # DeLong's variance by its definition, one pair after another.
    psi = np.array([[(x > y) + 0.5 * (x == y) for y in others] for x in members], float)
    own = np.var(psi.mean(axis=1), ddof=1) / len(members)
    its = np.var(psi.mean(axis=0), ddof=1) / len(others)
    assert membership._variance(np.array(members), np.array(others)) == pytest.approx(own + its)
    if found.low is not None:
        assert 0 <= found.low <= found.auc <= found.high <= 1


# --- retention, subsets, edits, opinions ---------------------------------------------------------


def test_retention_vectors():
    # l: -6 at the exposure, best -4 in the window, -5 later: effectivity 2, retainability 0.5.
    assert retention.effectivity(-6.0, [-5.0, -4.0, -4.5]).value == 2.0
    assert retention.effectivity(-6.0, []).value is None
    assert retention.retainability([-6.0], [-4.0], [-5.0]).value == 0.5
    nothing = retention.retainability([-6.0, -5.0], [-6.0, -5.0], [-5.0, -4.0])
    assert (nothing.value, nothing.reason) == (None, "nothing was learnt")
    line = retention.decay([1, 10, 100], [0.8, 0.6, 0.4])
    assert line.slope == pytest.approx(0.2)
    assert line.gone == pytest.approx(1e4)
    assert line.r2 == pytest.approx(1)
    assert retention.decay([1, 10], [0.8, 0.6]).slope is None
    assert retention.decay([1, 10, 100], [0.4, 0.6, 0.8]).gone is None
    assert retention.half_life([1, 100], [0.8, 0.2]).value == pytest.approx(100 ** (2 / 3))
    assert retention.half_life([1, 10], [0.8, 0.7]).value is None
    assert retention.floor([0.9, 0.5, 0.4, 0.3]).value == pytest.approx(0.4)


def test_a_ratio_of_means_is_not_a_mean_of_ratios():
    # The second fact was hardly learnt; in a mean of ratios it would give -4.75.
    found = retention.retainability([0, 0], [1.0, 0.01], [0.5, -0.1])
    assert found.value == pytest.approx(0.4 / 1.01)


def test_subset_vectors():
    found = subsets.memorisation([[1], [1], [0], [0]], [[1], [1], [0], [1]])
    assert found.tolist() == [0.5]
    assert np.isnan(subsets.memorisation([[1], [1]], [[1], [0]])).all(), "never left out: null"
    rng = np.random.default_rng(0)
    member = np.array([rng.permutation([1] * 10 + [0] * 10) for _ in range(12)]).T
    right = member * 0.8 + rng.uniform(0, 0.2, member.shape)
    graph = np.eye(12, dtype=bool)
    assert subsets.known_graph(subsets.influence(member, right), graph).auc == 1.0
    one = subsets.by_stratum(np.array([0.5, 1.0, np.nan]), ["a", "a", "b"], ["p", "q", "r"])
    assert (one["a"].value, one["a"].items) == (0.75, 2)
    assert (one["b"].value, one["b"].left_out) == (None, 1)
    # The loops by their definition, for every subject and item.
    for i in range(12):
        for j in range(12):
            inside = right[member[:, i] == 1, j].mean() - right[member[:, i] == 0, j].mean()
            assert subsets.influence(member, right)[i, j] == pytest.approx(inside)


def test_edit_vectors():
    medians = [np.median([0.9, 0.8, 0.1]), np.median([0.2, 0.3, 0.4])]
    assert edits.spread(medians).median == pytest.approx(0.55), "torch takes the lower: 0.3"
    assert edits.spread([1, 2, 3, 10]).mad == 1.0
    found = edits.change([1.0, 0.5, 0.0], [0.0, 0.5, 1.0])
    assert (found.fallen, found.risen) == (1 / 3, 1 / 3)
    assert edits.kept(0.5, 0.4, 0.3) == pytest.approx(0.5)
    assert edits.kept(0.3, 0.4, 0.3) is None
    assert edits.change([], []).before is None
    with pytest.raises(ValueError, match="same items"):
        edits.change([1.0], [1.0, 2.0])


def test_prism_vectors():
    six, five = ["A"] * 6 + ["B"] * 2, ["A"] * 5 + ["B"] * 3
    assert opinions.opinion(six, ["C"], {}).label == opinions.RECALL
    assert opinions.opinion(five, ["C"], {}).label == opinions.GUESS
    assert opinions.opinion(six, ["A"], {}).label == opinions.HEURISTIC
    assert opinions.opinion(six, [], {"A": 6}).label == opinions.HEURISTIC
    assert opinions.macro_f1([True, True], [True, False]) is None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=30))
def test_the_macro_f1_is_scikit_learns(pairs):
    truth, label = zip(*pairs, strict=True)
    found = opinions.macro_f1(truth, label)
    if found is not None:
        expected = f1_score(truth, label, average="macro", labels=[True, False], zero_division=0)
        assert found == pytest.approx(expected)
