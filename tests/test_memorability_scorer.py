"""The memorability scorer: how answers are read, and its figures against SciPy's and by hand."""

import math
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from sklearn.isotonic import IsotonicRegression

from heptathlon.scorers import memorability as scorer
from heptathlon.scorers.verdict import Row, Verdict


def score_doc(human: float = 63.0, **fields: Any) -> dict[str, Any]:
    return {
        "form": "score", "set": "world", "human": human, "neutral": 50.0, "bayes": 60.0,
        "ceiling": None, "shots": [{"text": "a", "score": 40}, {"text": "b", "score": 60}],
        **fields,
    }  # fmt: skip


def human_doc(human: float = 63.0, **fields: Any) -> dict[str, Any]:
    return score_doc(human, **{"set": "words", "bayes": None, "ceiling": 0.8, "shots": []} | fields)


AD = {"form": "ad", "brand": "Dollar General", "title": "t", "seconds": 10}


# --- one answer ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("response", "value", "outcome"),
    [
        ("63", 63, "number"),
        (" 07\n", 7, "number"),
        ("63.5", 63.5, "number"),
        ("**63**", 63, "number"),
        ("Score: 63", 63, "number"),
        ("The score is 63.", 63, "number"),
        ("63/99", 63, "number"),
        ("63 out of 100", 63, "number"),
        ("63%", 63, "number"),
        ("<think>It could be 20, or 30.</think>63", 63, "number"),
        ("I weigh 8 things.\nANSWER: 63", 63, "number"),
        ("63\n\nThe brand is known, and 3 of the features speak for it.", 63, "number"),
        ("63\n\nOskari, a newcomer, sells rye crackers.\nScore: 12", 63, "number"),
        ("0", 0, "number"),
        ("99", 99, "number"),
        ("100", None, "out_of_range"),
        ("-5", None, "out_of_range"),
        ("630", None, "out_of_range"),
        ("9" * 400, None, "out_of_range"),
        ("70-80", None, "range"),
        ("70 - 80", None, "range"),
        ("between 70 and 80", None, "range"),
        ("70 to 80", None, "range"),
        ("70–80", None, "range"),  # noqa: RUF001
        ("12, 47", None, "several"),
        (", ".join(f"{i:02d}" for i in range(100)), None, "several"),
        ("sixty-three", None, "words"),
        ("very high", None, "words"),
        ("I'm sorry, but I cannot predict that.", None, "refusal"),
        ("blue", None, "unreadable"),
        ("The last advertisement is remembered by 28 viewers, and the", None, "unreadable"),
        ("I would guess that it is about 28, all in all.", 28, "number"),
        ("", None, "no_answer"),
        ("   \n ", None, "no_answer"),
        ("<think>It could be 63", None, "truncated"),
    ],
)
def test_what_is_read(response: str, value: float | None, outcome: str):
    found = scorer.verdict(score_doc(), [response])
    assert found.outcome == outcome
    assert found.invalid == (value is None)
    assert found.metrics["parsed"] == float(value is not None)
    assert found.metrics["predicted"] == (50.0 if value is None else value)
    if value is None:
        assert found.metrics["closeness"] == 0.0
    else:
        assert found.metrics["closeness"] == pytest.approx(1 - abs(value - 63) / 99)


def test_gold_earns_everything():
    assert scorer.verdict(human_doc(86.73), ["86.73"]).metrics["closeness"] == 1.0


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_a_verdict(text: str):
    for doc in (score_doc(), human_doc(), AD):
        found = scorer.verdict(doc, [text])
        assert all(math.isfinite(v) for v in found.metrics.values())
        assert found.outcome
        if doc["form"] == "score":
            assert 0 <= found.metrics["predicted"] <= 99


@pytest.mark.parametrize(
    "hostile",
    ["6" * 10**5, "6 " * 10**5, "." * 10**5, "*" * 10**5, "Scene 1 (" * 10**5, "7" + "." * 10**5,
     "\n" * 10**5, "score " * 10**5, "1-" * 10**5],
)  # fmt: skip
def test_hostile_text_takes_no_time(hostile: str):
    started = time.process_time()
    for doc in (score_doc(), AD):
        scorer.verdict(doc, [hostile])
    assert time.process_time() - started < 5


def test_the_expected_score_under_likelihoods():
    flat = scorer.verdict(score_doc(), [(-3.0, False)] * 10)
    assert flat.metrics["predicted"] == pytest.approx(50.0)
    sure = [(0.0 if i == 8 else -80.0, False) for i in range(10)]
    assert scorer.verdict(score_doc(), sure).metrics["predicted"] == pytest.approx(85.0)
    half = [(math.log(0.5) if i in (2, 4) else -math.inf, False) for i in range(10)]
    assert scorer.verdict(score_doc(), half).metrics["predicted"] == pytest.approx(35.0)
    with pytest.raises(ValueError, match="10 options"):
        scorer.verdict(score_doc(), [(0.0, True)] * 9)


def test_surprisal_is_minus_the_log_likelihood():
    found = scorer.verdict(human_doc(), [(-12.5, False)])
    assert found.metrics["predicted"] == 12.5
    assert "closeness" not in found.metrics


def test_pairs():
    doc = {"form": "pair", "set": "words", "gold": 1, "pair_id": "p"}
    right = scorer.verdict(doc, [(-2.0, False), (-1.0, True)])
    assert right.outcome == "right"
    assert right.metrics["acc"] == 1.0
    assert right.metrics["p_gold"] == pytest.approx(1 / (1 + math.exp(-1)))
    assert scorer.verdict(doc, [(-1.0, True), (-2.0, False)]).metrics["above_chance"] == -1.0
    tie = scorer.verdict(doc, [(-1.0, True), (-1.0, False)])
    assert (tie.outcome, tie.metrics["acc"]) == ("undecided", 0.5)
    never = scorer.verdict(doc, [(-math.inf, False), (-math.inf, False)])
    assert never.metrics["p_gold"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        ("Audio: Come in.\nScene 1 (4 seconds): A Dollar General shop.\nScene 2 (6 s): Shelves.",
         "complete"),
        ("**Audio:** Hi\n**Scene 1 (10 seconds):** dollargeneral sign", "complete"),
        ("Audio: Hi\nScene 1 (4 seconds): Dollar General\nScene 3 (6 seconds): b", "no_schema"),
        ("Scene 1 (10 seconds): Dollar General", "no_schema"),
        ("Audio: Hi\nScene 1 (10 seconds): a shop", "no_brand"),
        ("Audio: Hi\nScene 1 (20 seconds): Dollar General", "no_duration"),
        ("Audio: Hi\nScene 1: Dollar General", "no_duration"),
        ("A lovely Dollar General advertisement.", "no_scenes"),
        ("", "no_answer"),
    ],
)  # fmt: skip
def test_the_form_of_an_advertisement(response: str, outcome: str):
    found = scorer.verdict(AD, [response])
    assert found.outcome == outcome
    assert found.metrics["complete"] == float(outcome == "complete")


def test_machinery_that_is_broken_raises():
    with pytest.raises(KeyError):
        scorer.verdict({**score_doc(), "form": "rank"}, ["63"])
    with pytest.raises(ValueError, match="two options"):
        scorer.verdict({"form": "pair", "gold": 0}, [(0.0, True)] * 3)
    with pytest.raises(ValueError, match="not a number"):
        scorer.verdict(score_doc(), [(math.nan, False)] * 10)
    with pytest.raises(ValueError, match="one text"):
        scorer.verdict(AD, [(0.0, True), (0.0, True)])


# --- many answers --------------------------------------------------------------------------------

columns = st.integers(2, 40).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 9), min_size=n, max_size=n),
        st.lists(st.integers(0, 9), min_size=n, max_size=n),
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
    )
)


@settings(deadline=None)
@given(columns)
def test_weighted_correlations_are_scipys_on_the_repeated_sample(drawn):
    """A weight says how often an item counts; SciPy is given the items that often."""
    x, y, weights = (np.array(c, dtype=float) for c in drawn)
    values = np.stack([x, y], axis=1)
    many_x, many_y = (np.repeat(c, weights.astype(int)) for c in (x, y))
    rho, tau = scorer.spearman(values, weights), scorer.kendall(values, weights)
    if many_y.size == 0 or np.ptp(many_y) == 0:
        assert math.isnan(rho)
        assert math.isnan(tau)
    elif np.ptp(many_x) == 0:
        assert rho == tau == 0.0
    else:
        assert rho == pytest.approx(scipy_stats.spearmanr(many_x, many_y).statistic, abs=1e-9)
        assert tau == pytest.approx(scipy_stats.kendalltau(many_x, many_y).statistic, abs=1e-9)


def test_correlations_by_hand():
    values = np.array([[1.0, 1.0], [2.0, 3.0], [3.0, 2.0]])
    assert scorer.spearman(values, np.ones(3)) == pytest.approx(0.5)  # 1 - 6 * 2 / 24
    assert scorer.kendall(values, np.ones(3)) == pytest.approx(1 / 3)  # two of three agree


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=2, max_size=60))
def test_the_monotone_map_is_scikit_learns(pairs):
    x, y = np.array(pairs, dtype=float).T
    ours = scorer.monotone_map(x, y)
    theirs = IsotonicRegression(out_of_bounds="clip").fit(x, y)
    grid = np.linspace(-5, 105, 23)
    assert [ours(v) for v in grid] == pytest.approx(theirs.predict(grid).tolist(), abs=1e-9)


def test_the_ratios():
    rng = np.random.default_rng(0)
    human = rng.normal(size=200)
    bayes, mean = human + rng.normal(size=200), human + 5 * rng.normal(size=200)
    one = np.ones(200)

    def gap(predicted):
        columns = np.stack([predicted, human, bayes, mean], axis=1)
        return scorer.STATISTICS["gap_closed"].compute(columns, one)

    assert gap(bayes) == pytest.approx(1.0)
    assert gap(mean) == pytest.approx(0.0)
    assert gap(human) > 1
    reachable = np.stack([human, human, np.full(200, 0.8)], axis=1)
    assert scorer.STATISTICS["rho_of_ceiling"].compute(reachable, one) == pytest.approx(1 / 0.8)
    assert scorer.ceiling([Row("w", human_doc(h), Verdict({}, "")) for h in (1, 2)]) == 0.8
    rows = [Row("w", score_doc(h, bayes=b), Verdict({}, "")) for h, b in ((1, 5), (2, 4), (3, 9))]
    assert scorer.ceiling(rows) == pytest.approx(0.5)
    assert scorer.ceiling(rows[:1]) == 1.0, "one document has no order, so nothing bounds it"


def answered(variant: str, doc: dict[str, Any], response: Any) -> Row:
    return Row(variant, doc, scorer.verdict(doc, response))


def test_rescaling_learns_from_the_development_part_alone():
    """A prediction that is right up to a monotone map has no error left; a wrong order has."""
    dev = [answered("v_dev", human_doc(50 + i / 10), [str(i)]) for i in range(0, 100, 5)]
    test = [answered("v", human_doc(50 + i / 10), [str(i)]) for i in range(2, 95, 5)]
    rows = [*dev, *test, answered("other", human_doc(), ["63"])]
    found = scorer.across(rows)
    rescaled = [v.metrics["rescaled"] for v in found[len(dev) : -1]]
    assert rescaled == pytest.approx([r.doc["human"] for r in test])
    assert all("rescaled" not in v.metrics for v in (*found[: len(dev)], found[-1]))
    values = np.array([(v.metrics["rescaled"], v.metrics["human"] + 3) for v in found[20:-1]])
    minus = scorer.STATISTICS["minus_rmse"].compute(values, np.ones(len(values)))
    assert minus == pytest.approx(-3.0)


def test_a_letter_bias_never_wins_both_orders():
    docs = [{"form": "pair", "set": "words", "gold": g, "pair_id": "p"} for g in (0, 1)]
    always_a = [(0.0, True), (-1.0, False)]
    found = scorer.across([answered("w", doc, always_a) for doc in docs])
    assert [v.metrics["both"] for v in found] == [0.0, 0.0]
    assert np.mean([v.metrics["acc"] for v in found]) == 0.5
    knows = [answered("w", d, [(-float(d["gold"] != i), False) for i in (0, 1)]) for d in docs]
    assert [v.metrics["both"] for v in scorer.across(knows)] == [1.0, 1.0]
    assert "both" not in scorer.across(knows[:1])[0].metrics, "half a pair says nothing of both"
