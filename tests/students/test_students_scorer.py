"""The students scorer: known answers, properties, and independent implementations."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, f1_score, log_loss, matthews_corrcoef

from heptathlon.families import FAMILIES
from heptathlon.scorers import students as scorer
from heptathlon.scorers.students import STATISTICS, unturned
from heptathlon.scorers.verdict import Row, Verdict

STUDENTS = FAMILIES["students"]
LOG = st.floats(-1e4, 0) | st.just(-math.inf)


def doc(**changes: Any) -> dict[str, Any]:
    made = {
        "item_id": "0" * 32, "cluster_id": "c", "form": "choice", "ask_id": "a", "rotation": 0,
        "half": 0, "options": ["w", "x", "y", "z"], "key": 0, "chosen": 0, "exact": True,
        "top": [0.7, 0.1, 0.1, 0.1], "base": [0.4, 0.2, 0.2, 0.2], "mastery": "low",
    }  # fmt: skip
    return made | changes


def answered(one: dict[str, Any], p: list[float]) -> Row:
    pairs = [(math.log(x) if x > 0 else -math.inf, False) for x in p]
    return Row("students_choice", one, scorer.verdict(one, pairs))


def statistic(name: str, verdicts: list[Verdict], weights: list[int] | None = None) -> float:
    columns = STATISTICS[name].columns
    values = np.array([[v.metrics[c] for c in columns] for v in verdicts])
    return STATISTICS[name].compute(values, np.array(weights or [1] * len(verdicts)))


def rotations(p: list[float], **changes: Any) -> list[Row]:
    """One question in its four rotations, answered with the same forecast in each."""
    base = doc(**changes)
    rows = []
    for r in range(4):
        order = [(i + r) % 4 for i in range(4)]
        turned = {f: [base[f][i] for i in order] for f in ("options", "top", "base")}
        place = {f: order.index(base[f]) for f in ("key", "chosen")}
        rows.append(answered(base | turned | place | {"rotation": r}, [p[i] for i in order]))
    return rows


# --- one document --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "chosen", "outcome"),
    [
        ([0.7, 0.1, 0.1, 0.1], 0, "right"),
        ([0.1, 0.7, 0.1, 0.1], 1, "right"),
        ([0.7, 0.1, 0.1, 0.1], 1, "missed_error"),
        ([0.1, 0.7, 0.1, 0.1], 2, "other_error"),
        ([0.1, 0.7, 0.1, 0.1], 0, "false_error"),
    ],
)
def test_outcomes(p, chosen, outcome):
    verdict = answered(doc(chosen=chosen), p).verdict
    assert verdict.outcome == outcome
    assert verdict.metrics["acc"] == float(outcome == "right")
    assert verdict.metrics["log_score"] == pytest.approx(math.log(p[chosen]))


def test_gold_is_1_and_an_even_forecast_is_chance():
    sure = answered(doc(chosen=2), [0, 0, 1, 0]).verdict
    assert sure.metrics == {"acc": 1.0, "log_score": 0.0, "brier": 1.0}
    even = answered(doc(chosen=2), [0.25] * 4).verdict
    assert even.metrics["acc"] == 0.25, "ties are shared, so saying nothing earns chance"
    assert even.metrics["log_score"] == pytest.approx(-math.log(4))


def test_sure_and_wrong_costs_a_bounded_loss():
    verdict = answered(doc(chosen=2), [1, 0, 0, 0]).verdict
    assert verdict.metrics["log_score"] == pytest.approx(math.log(scorer.FLOOR))
    assert verdict.metrics["brier"] == pytest.approx(0.0)


def test_nothing_finite_is_invalid_and_even():
    one = doc()
    verdict = scorer.verdict(one, [(-math.inf, False)] * 4)
    assert verdict.invalid
    assert verdict.probabilities == (0.25,) * 4


@given(st.lists(LOG, min_size=4, max_size=4), st.integers(0, 3))
def test_any_likelihoods_get_a_finite_verdict(likelihoods, chosen):
    verdict = scorer.verdict(doc(chosen=chosen), [(x, False) for x in likelihoods])
    assert list(verdict.metrics) == list(scorer.METRICS["choice"])
    assert all(map(math.isfinite, verdict.metrics.values()))
    assert sum(verdict.probabilities) == pytest.approx(1)
    assert 0 <= verdict.metrics["acc"] <= 1
    assert 0 <= verdict.metrics["brier"] <= 1


def test_broken_machinery_raises():
    with pytest.raises(ValueError, match="4 log-likelihoods"):
        scorer.verdict(doc(), [(0.0, True)])
    with pytest.raises(ValueError, match="log-likelihoods"):
        scorer.verdict(doc(), ["A"])
    with pytest.raises(KeyError):
        scorer.verdict(doc(form="essay"), [(0.0, True)] * 4)


@given(st.lists(st.integers(0, 3), min_size=8, max_size=40), st.integers(0, 2**32))
def test_scores_agree_with_scikit_learn(chosen, seed):
    forecasts = np.random.default_rng(seed).dirichlet([1.0] * 4, len(chosen)) * 0.9 + 0.025
    verdicts = [answered(doc(chosen=c), p).verdict for c, p in zip(chosen, forecasts, strict=True)]
    mean = np.mean([v.metrics["log_score"] for v in verdicts])
    assert -mean == pytest.approx(log_loss(chosen, forecasts, labels=range(4)))
    truth = np.eye(4)[chosen]
    squares = np.mean(np.sum((np.array(forecasts) - truth) ** 2, axis=1))
    assert np.mean([v.metrics["brier"] for v in verdicts]) == pytest.approx(1 - squares / 2)
    rows = [answered(doc(chosen=c, ask_id=str(i)), p)
            for i, (c, p) in enumerate(zip(chosen, forecasts, strict=True))]  # fmt: skip
    said = np.eye(4)[np.argmax(forecasts, axis=1)].ravel()
    added = scorer.across(rows)
    assert statistic("mcc", added) == pytest.approx(matthews_corrcoef(truth.ravel(), said))
    assert statistic("f1", added) == pytest.approx(f1_score(truth.ravel(), said))


@given(st.lists(st.tuples(st.booleans(), st.floats(0.02, 0.98)), min_size=4, max_size=40))
def test_yes_or_no_agrees_with_scikit_learn(pairs):
    rows = []
    for i, (was, p) in enumerate(pairs):
        one = doc(form="option", option=1, chosen=1 if was else 2, ask_id=str(i))
        logs = [(math.log(1 - p), False), (math.log(p), False)]
        rows.append(Row("students_option", one, scorer.verdict(one, logs)))
    truth, chance = [w for w, _ in pairs], [p for _, p in pairs]
    briers = [r.verdict.metrics["brier"] for r in rows]
    assert np.mean(briers) == pytest.approx(1 - brier_score_loss(truth, chance, pos_label=True))
    said = [p > 0.5 for p in chance]
    verdicts = scorer.across(rows)
    value = statistic("mcc", verdicts)
    if math.isfinite(value):
        assert value == pytest.approx(matthews_corrcoef(truth, said))
    else:
        assert len(set(truth)) == 1 or len(set(said)) == 1
    if any(truth) or any(said):
        assert statistic("f1", verdicts) == pytest.approx(f1_score(truth, said))
    # The paper's released code decides at a logit of 0.5, and gives F1 of both classes.
    logit = np.log(np.array(chance)) - np.log1p(-np.array(chance))
    bold = logit > 0.5
    if any(truth) or bold.any():
        assert statistic("f1_paper", verdicts) == pytest.approx(f1_score(truth, bold))
    if not all(truth) or not bold.all():
        none = f1_score(truth, bold, pos_label=False)
        assert statistic("f1_no_paper", verdicts) == pytest.approx(none)


def test_the_trivial_rows_of_the_paper_s_decisions():
    """No to every one of four options is right in three of four."""
    verdicts = scorer.across(option_rows([0.01] * 4, chosen=1))
    assert np.mean([v.metrics["acc"] for v in verdicts]) == 0.75
    assert statistic("f1_no", verdicts) == pytest.approx(f1_score([1, 0, 1, 1], [1] * 4))


# --- questions -----------------------------------------------------------------------------------


def test_rotations_are_turned_back_and_averaged():
    rows = rotations([0.6, 0.2, 0.1, 0.1], chosen=1)
    for verdict in scorer.across(rows):
        assert verdict.metrics["mean_log_score"] == pytest.approx(math.log(0.2))
        assert verdict.metrics["agreement"] == pytest.approx(1.0)


def test_a_love_of_one_letter_cancels():
    """A model that always says A has no opinion on the options, and is shown not to agree."""
    rows = [row._replace(verdict=scorer.verdict(row.doc, [(0.0, True)] + [(-9.0, False)] * 3))
            for row in rotations([0.25] * 4, chosen=1)]  # fmt: skip
    for verdict in scorer.across(rows):
        assert verdict.metrics["mean_log_score"] == pytest.approx(-math.log(4))
        assert verdict.metrics["agreement"] == pytest.approx(0.25, abs=0.01)


@given(st.permutations(range(5)), st.integers(0, 4))
def test_unturned_undoes_the_turn(values, rotation):
    turned = [values[(i + rotation) % 5] for i in range(5)]
    assert unturned(turned, rotation) == tuple(values)


def test_gain_and_room_by_hand():
    top, base, p = [0.7, 0.1, 0.1, 0.1], [0.4, 0.2, 0.2, 0.2], [0.55, 0.15, 0.15, 0.15]
    verdict = scorer.across(rotations(p, top=top, base=base))[0]
    gain = sum(q * math.log(x / b) for q, x, b in zip(top, p, base, strict=True))
    room = sum(q * math.log(q / b) for q, b in zip(top, base, strict=True))
    assert verdict.metrics["gain"] == pytest.approx(gain)
    assert verdict.metrics["room"] == pytest.approx(room)
    assert statistic("gap_closed", [verdict]) == pytest.approx(gain / room)
    real = scorer.across(rotations(p, top=top, base=base, exact=False, chosen=1))[0]
    assert real.metrics["gain"] == pytest.approx(math.log(0.15 / 0.2))
    assert real.metrics["room"] == pytest.approx(math.log(0.1 / 0.2))


def _distribution(values: list[float]) -> list[float]:
    return [v / sum(values) for v in values]


@given(*(st.lists(st.floats(0.05, 1), min_size=4, max_size=4).map(_distribution),) * 3)
def test_no_forecast_beats_the_exact_posterior(p, top, base):
    """Gibbs: the oracle is the ceiling, and the blind forecast is 0, whatever is answered."""
    verdict = scorer.across(rotations(p, top=top, base=base))[0]
    assert verdict.metrics["gain"] <= verdict.metrics["room"] + 1e-9
    best = scorer.across(rotations(top, top=top, base=base))[0]
    assert best.metrics["gain"] == pytest.approx(best.metrics["room"])
    blind = scorer.across(rotations(base, top=top, base=base))[0]
    assert blind.metrics["gain"] == pytest.approx(0, abs=1e-9)


def option_rows(yes: list[float], **changes: Any) -> list[Row]:
    rows = []
    for option, p in enumerate(yes):
        one = doc(form="option", option=option, **changes)
        logs = [(math.log(1 - p), False), (math.log(p), False)]
        rows.append(Row("students_option", one, scorer.verdict(one, logs)))
    return rows


def test_options_are_brought_to_one_distribution():
    rows = option_rows([0.8, 0.4, 0.2, 0.2], chosen=1)
    verdicts = scorer.across(rows)
    assert all(v.metrics["mean_log_score"] == pytest.approx(math.log(0.25)) for v in verdicts)
    assert [v.outcome for v in verdicts] == ["wrongly_yes", "wrongly_no", "rightly_no",
                                            "rightly_no"]  # fmt: skip
    assert "gain" not in scorer.across(rows[:3])[0].metrics, "three of four are no distribution"


def test_yes_to_everything_is_worth_nothing():
    verdicts = scorer.across(option_rows([0.99] * 4, chosen=1))
    assert not math.isfinite(statistic("mcc", verdicts)), "undefined, never 0"
    mixed = scorer.across(option_rows([0.99] * 4, chosen=1) + option_rows([0.01] * 4, ask_id="b"))
    assert statistic("mcc", mixed) == pytest.approx(0.0)


def test_temperature_is_fitted_on_the_other_half():
    """A forecaster that is much too sure is mended from answers that it is not scored on."""
    rng = np.random.default_rng(0)
    rows, truth = [], [0.55, 0.25, 0.1, 0.1]
    for i in range(1_200):
        chosen = int(rng.choice(4, p=truth))
        sharp = _distribution([x**3 for x in truth])
        one = doc(ask_id=str(i), half=i % 2, chosen=chosen, exact=False, top=truth, base=[0.25] * 4)
        rows.append(answered(one, sharp))
    verdicts = scorer.across(rows)
    plain, tempered = statistic("gap_closed", verdicts), statistic("gap_closed_tempered", verdicts)
    assert tempered > plain
    halves = [rows[i].verdict.probabilities for i in range(0, 1_200, 2)]
    found = scorer.fitted_temperature(halves, [r.doc["chosen"] for r in rows[::2]])
    assert found == pytest.approx(3.0, rel=0.25)
    # Changing the answers of one half must not move that half's own temperature.
    other = [r._replace(doc={**r.doc, "chosen": 3}) if r.doc["half"] == 0 else r for r in rows]
    changed = scorer.across(other)
    pairs = [(a, b) for a, b, r in zip(verdicts, changed, rows, strict=True) if r.doc["half"] == 1]
    assert any(a.metrics["tempered_gain"] != b.metrics["tempered_gain"] for a, b in pairs)


def test_few_answers_fit_no_temperature():
    rows = [answered(doc(ask_id=str(i), half=i % 2), [0.7, 0.1, 0.1, 0.1]) for i in range(10)]
    assert all("tempered_gain" not in v.metrics for v in scorer.across(rows))


def test_acc_when_wrong_looks_only_at_wrong_answers():
    p = [0.6, 0.2, 0.15, 0.05]
    rows = [answered(doc(ask_id=str(i), chosen=c), p) for i, c in enumerate([0, 0, 1, 2])]
    assert statistic("acc_when_wrong", scorer.across(rows)) == pytest.approx(0.5)


def test_too_sure_is_below_0():
    rows = [answered(doc(ask_id=str(i), chosen=i % 2), [0.9, 0.1, 0.0, 0.0]) for i in range(10)]
    means = [v.metrics["right_less_sure"] for v in scorer.across(rows)]
    assert np.mean(means) == pytest.approx(0.5 - 0.9, abs=1e-6)
    assert min(means) >= scorer.BOUNDS["right_less_sure"][0]


def test_equality_is_the_largest_gap_between_terciles():
    rows = []
    for level, right in (("low", 1), ("middle", 2), ("high", 4)):
        for i in range(4):
            chosen = 0 if i < right else 1
            one = doc(ask_id=f"{level}{i}", chosen=chosen, mastery=level)
            rows.append(answered(one, [0.7, 0.1, 0.1, 0.1]))
    verdicts = scorer.across(rows)
    assert statistic("equality", verdicts) == pytest.approx(1 - (1.0 - 0.25))
    assert math.isnan(statistic("equality", verdicts[:4]))


def test_ceilings():
    fresh = rotations([0.25] * 4)
    assert scorer.ceiling(fresh) == STUDENTS.ceiling == 1.0
    added = scorer.across(fresh)[0].metrics
    assert added["acc_ceiling"] == pytest.approx(0.7)
    assert added["log_score_ceiling"] == pytest.approx(0.7 * math.log(0.7) + 0.3 * math.log(0.1))
    real = rotations([0.25] * 4, exact=False)
    assert scorer.ceiling(real) == pytest.approx(-math.log(0.4) / math.log(0.7 / 0.4))


def test_the_headlines_are_statistics_of_the_scorer():
    for headline in (STUDENTS.headline, STUDENTS.paper_headline):
        assert headline is not None
        assert headline.metric in STATISTICS
