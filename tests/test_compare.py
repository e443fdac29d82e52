"""Comparing two runs: known differences, ties, refusals, and what must hold for any two runs."""

import json
from collections.abc import Sequence
from io import StringIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from scipy import stats as reference

from heptathlon.errors import HeptathlonError
from heptathlon.families import FAMILIES, Family
from heptathlon.running.runs import Sample
from heptathlon.scorers.verdict import Statistic, Verdict
from heptathlon.scoring import compare as comparing
from heptathlon.scoring import scorecard
from heptathlon.scoring.cards import Estimate, FamilyCard, ModelCard, Scorecard, Settings
from heptathlon.scoring.compare import Comparison, compare
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.tasks.catalog import TaskData

SEASON = "2026.1"
NOTHING = Estimate(
    metric="optimal", value=None, low=None, high=None, n=0, clusters=0, method="", reason="unused"
)


def samples(
    figures: Sequence[float],
    *,
    items: Sequence[int] | None = None,
    family: Family = FAMILIES["maze"],
    tier: str = "smoke",
    clusters: int | None = None,
    extra: dict[str, Sequence[float]] | None = None,
) -> list[ScoredSample]:
    """Samples of one task, whose headline metric has the given figures."""
    variant = family.headline.variants[0]
    task = TaskData(f"heptathlon_{variant}_{tier}", family, variant, "fresh", tier, "path")
    out = []
    for i, figure in zip(items or range(len(figures)), figures, strict=True):
        doc = {
            "item_id": f"item {i}",
            "cluster_id": f"cluster {i % clusters if clusters else i}",
            "season": SEASON,
            "form": "path",
            "topology": "dfs" if i % 2 else "wilson",
            "size": 5,
            "length_bin": "4-7",
        }
        metrics = {family.headline.metric: float(figure)}
        metrics |= {k: float(v[i]) for k, v in (extra or {}).items()}
        verdict = Verdict(metrics, "optimal" if figure else "wall")
        out.append(ScoredSample(Sample(task.task, i, doc, "", "", {}), task, verdict))
    return out


def card(
    expected: int,
    *,
    name: str = "org/model",
    kind: str = "model",
    family: Family = FAMILIES["maze"],
    families: Sequence[Family] = (),
    tier: str = "smoke",
    digest: str = "d",
    **asked: Any,
) -> Scorecard:
    cards = {
        one.name: FamilyCard(
            family=one.name,
            title=one.title,
            edition="fresh",
            tier=tier,
            season=SEASON,
            version=one.version,
            digest=digest,
            complete=True,
            expected=expected,
            headline=NOTHING,
            skill=NOTHING,
            points=NOTHING,
            bar=None,
            players=[],
            chance=0.0,
            invalid_rate=NOTHING,
            strata=[],
            forms=[],
        )
        for one in families or (family,)
    }
    kwargs: dict[str, Any] = {
        "num_fewshot": {"heptathlon_maze_dfs_smoke": 0},
        "chat_template": False,
        "gen_kwargs": {},
        "lm_eval_version": "0.4.13",
        "heptathlon_version": "0.1.0",
    }
    return Scorecard(
        model=ModelCard(name=name, kind=kind, backend="hf", args={}),
        settings=Settings(**(kwargs | asked)),
        date="",
        families=cards,
    )


def compared(a: Sequence[float], b: Sequence[float], **more: Any) -> Comparison:
    whole = card(len(a))
    return compare(whole, samples(a, **more), whole, samples(b, **more))


# --- known answers -------------------------------------------------------------------------------


def test_known_difference():
    # 100 items: 30 right in A alone, 10 in B alone, 40 in both, 20 in neither.
    a = [1] * 30 + [0] * 10 + [1] * 40 + [0] * 20
    b = [0] * 30 + [1] * 10 + [1] * 40 + [0] * 20
    found = compared(a, b).families["maze"]
    assert (found.a, found.b, found.shared) == (0.7, 0.5, 100)
    assert found.difference.value == pytest.approx(0.2)
    assert (found.a_better, found.b_better, found.equal) == (30, 10, 60)
    assert found.p_value == pytest.approx(reference.binomtest(10, 40).pvalue)
    # Student's interval of the mean of 100 paired differences, from SciPy.
    gaps = np.subtract(a, b)
    ends = reference.t.interval(0.95, 99, gaps.mean(), reference.sem(gaps))
    assert (found.difference.low, found.difference.high) == pytest.approx(ends)
    assert found.verdict == "a"
    low, high = ends
    assert found.sentence == (
        f"A is better on maze by 0.200 ({low:.3f} to {high:.3f}), p = {found.p_value:.3f}."
    )


def test_tie_says_what_would_have_been_missed():
    rng = np.random.default_rng(7)
    a, b = rng.integers(0, 2, 60), rng.integers(0, 2, 60)
    b[:3] = 1 - a[:3]
    found = compared(list(a), list(b)).families["maze"]
    assert found.verdict == "tie"
    assert found.difference.low <= 0 <= found.difference.high
    # (t(0.975) + t(0.8)) * SE, from SciPy.
    error = reference.sem(np.subtract(a, b))
    wanted = (reference.t.ppf(0.975, 59) + reference.t.ppf(0.8, 59)) * error
    assert found.detectable == pytest.approx(wanted)
    assert found.sentence.startswith("They tie on maze: ")
    assert f"below {wanted:.3f} would likely not have been seen" in found.sentence


def test_the_same_answers_tie_with_a_bound_and_not_for_certain():
    found = compared([1, 0] * 20, [1, 0] * 20).families["maze"]
    assert found.verdict == "tie"
    assert found.p_value == 1
    assert found.difference.high > 0.05
    assert "both score the same on each of the 40 items" in found.sentence


def test_strata_say_where_they_differ():
    # Odd items are dfs, and A is right on these alone.
    found = compared([i % 2 for i in range(40)], [0] * 40).families["maze"]
    verdicts = {(s.field, s.level): s.verdict for s in found.strata}
    assert verdicts["topology", "dfs"] == "a"
    assert verdicts["topology", "wilson"] == "tie"


def test_one_cluster_gives_no_verdict():
    found = compared([1, 1, 0], [0, 0, 0], clusters=1).families["maze"]
    assert found.verdict is None
    assert found.sentence.startswith("On maze there is no verdict: ")


# --- which items ---------------------------------------------------------------------------------


def test_items_are_matched_by_id_and_not_by_order():
    rng = np.random.default_rng(3)
    a, b = samples(rng.integers(0, 2, 50)), samples(rng.integers(0, 2, 50))
    whole = card(50)
    shuffled = [b[i] for i in rng.permutation(50)]
    assert compare(whole, a, whole, b) == compare(whole, a, whole, shuffled)
    assert compare(whole, a[::-1], whole, b) == compare(whole, a, whole, b)


def test_only_shared_items_count():
    whole = card(40)
    a = samples([1] * 30, items=range(30))
    b = samples([1] * 20 + [0] * 10, items=range(10, 40))
    result = compare(whole, a, whole, b)
    found = result.families["maze"]
    assert (found.shared, found.only_a, found.only_b) == (20, 10, 10)
    assert (found.a, found.b) == (1, 1)
    assert any("20 of the set's 40 items" in w for w in result.warnings)


@pytest.mark.parametrize(
    ("other", "of_b", "says"),
    [
        (card(4), samples([1] * 4, items=range(4, 8)), "no item in common"),
        (card(4, tier="lite"), samples([1] * 4, tier="lite"), "no set in common"),
        (card(4, digest="e"), samples([1] * 4), "digests"),
        (card(4).model_copy(update={"families": {}}), [], "no set in common"),
    ],
)
def test_what_cannot_be_compared_is_refused(other: Scorecard, of_b: list[ScoredSample], says: str):
    with pytest.raises(HeptathlonError, match=says) as caught:
        compare(card(4), samples([1] * 4), other, of_b)
    assert str(caught.value).count("\n") == 0


def test_another_version_is_another_set():
    one, other = card(4), card(4)
    changed = other.families["maze"].model_copy(update={"version": 99})
    other = other.model_copy(update={"families": {"maze": changed}})
    with pytest.raises(HeptathlonError, match="version 99"):
        compare(one, samples([1] * 4), other, samples([1] * 4))


# --- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"chat_template": True}, "chat template differ: A no, B yes"),
        ({"num_fewshot": {"heptathlon_maze_dfs_smoke": 3}}, "worked examples differ: A 0, B 3"),
        ({"gen_kwargs": {"temperature": "0.7"}}, "A none, B temperature=0.7"),
        ({"system_instruction": "Think."}, "system instructions differ"),
        ({"lm_eval_version": "0.4.14"}, "lm-eval differ: A 0.4.13, B 0.4.14"),
    ],
)
def test_other_settings_are_warned_of(asked: dict[str, Any], says: str):
    a, b = samples([1, 0, 1]), samples([1, 1, 0])
    result = compare(card(3), a, card(3, **asked), b)
    assert [w for w in result.warnings if says in w]
    player = compare(card(3), a, card(3, kind="player", **asked), b)
    assert not player.warnings


def test_hostile_names_cannot_reach_the_terminal():
    whole = card(3, name="\x1b[31mred\x1b]0;title\x07 [bold]x[/bold] \u202eevil")
    result = compare(whole, samples([1, 0, 1]), whole, samples([1, 1, 0]))
    shown = StringIO()
    Console(file=shown, width=200).print(comparing.render(result))
    text = shown.getvalue()
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]x[/bold]" in text
    assert "maze" in text


# --- several families ----------------------------------------------------------------------------


def other_family(name: str, metric: str = "optimal") -> Family:
    headline = FAMILIES["maze"].headline.model_copy(
        update={"metric": metric, "variants": (f"{name}_dfs",)}
    )
    return FAMILIES["maze"].model_copy(update={"name": name, "headline": headline})


def test_holm_over_families(monkeypatch: pytest.MonkeyPatch):
    second, third = other_family("second"), other_family("third")
    monkeypatch.setitem(FAMILIES, "second", second)
    monkeypatch.setitem(FAMILIES, "third", third)
    monkeypatch.setattr(scorecard, "statistics_of", lambda name: {})
    monkeypatch.setattr(comparing.scorecard, "statistics_of", lambda name: {})
    ones, zeros = [1.0] * 6 + [0.0] * 34, [0.0] * 40  # six discordant: p = 2 / 64
    every = (FAMILIES["maze"], second, third)
    whole = card(40, families=every)
    a = [s for f in every for s in samples(ones, family=f)]
    b = [s for f in every for s in samples(zeros, family=f)]
    result = compare(whole, a, whole, b)
    for found in result.families.values():
        assert found.p_value == pytest.approx(2 / 64)
        assert found.p_adjusted == pytest.approx(3 * 2 / 64)
        assert found.verdict == "tie"
        assert "after Holm's correction over 3 families" in found.sentence
    assert compared(ones, zeros).families["maze"].verdict == "a"


def test_headline_that_is_a_statistic(monkeypatch: pytest.MonkeyPatch):
    """A ratio of sums, whose difference is not a mean of per-item differences."""

    def share(values: Any, weights: Any) -> float:
        total = float(weights @ values[:, 1])
        return float(weights @ values[:, 0]) / total if total else float("nan")

    ratio = Statistic(("hits", "tries"), share, "hits a try")
    family = other_family("ratio", "hit_rate")
    monkeypatch.setitem(FAMILIES, "ratio", family)
    monkeypatch.setattr(scorecard, "statistics_of", lambda name: {"hit_rate": ratio})
    rng = np.random.default_rng(5)
    tries = rng.integers(1, 9, 150)
    a = samples([0] * 150, family=family, extra={"hits": rng.binomial(tries, 0.8), "tries": tries})
    b = samples([0] * 150, family=family, extra={"hits": rng.binomial(tries, 0.5), "tries": tries})
    whole = card(150, family=family)
    found = compare(whole, a, whole, b).families["ratio"]
    sums = [sum(s.verdict.metrics["hits"] for s in run) / tries.sum() for run in (a, b)]
    assert (found.a, found.b) == pytest.approx(sums)
    assert found.difference.value == pytest.approx(sums[0] - sums[1])
    assert found.difference.low > 0.15
    assert found.verdict == "a"
    assert found.p_value < 0.001
    assert found.a_better is None
    turned = compare(whole, b, whole, a).families["ratio"]
    assert turned.verdict == "b"
    assert turned.difference.low == pytest.approx(-found.difference.high)
    tie = compare(whole, a, whole, a).families["ratio"]
    assert tie.difference.value == 0
    assert tie.verdict != "a"


# --- what holds for any two runs -----------------------------------------------------------------

figures = st.lists(
    st.tuples(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.sampled_from([0.0, 0.25, 0.5, 1.0])),
    min_size=1,
    max_size=40,
)
TURNED = {"a": "b", "b": "a", "tie": "tie", None: None}


def negative(value: float | None) -> float | None:
    return None if value is None else pytest.approx(-value, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(figures, st.sampled_from([None, 1, 3, 7]))
def test_turning_the_two_round_turns_the_finding_round(
    pairs: list[tuple[float, float]], clusters: int | None
):
    a, b = ([p[i] for p in pairs] for i in (0, 1))
    one = compared(a, b, clusters=clusters).families["maze"]
    other = compared(b, a, clusters=clusters).families["maze"]
    for x, y in [(one, other), *zip(one.strata, other.strata, strict=True)]:
        assert y.difference.value == negative(x.difference.value)
        assert y.difference.low == negative(x.difference.high)
        assert y.difference.high == negative(x.difference.low)
        assert y.verdict == TURNED[x.verdict]
        assert (y.a_better, y.b_better, y.equal) == (x.b_better, x.a_better, x.equal)
        assert y.p_value == (None if x.p_value is None else pytest.approx(x.p_value))
    assert one.detectable == (None if other.detectable is None else pytest.approx(other.detectable))


@settings(max_examples=60, deadline=None)
@given(figures)
def test_finding_is_consistent_and_serialises(pairs: list[tuple[float, float]]):
    a, b = ([p[i] for p in pairs] for i in (0, 1))
    result = compared(a, b)
    json.dumps(result.model_dump(), allow_nan=False)
    Console(file=StringIO()).print(comparing.render(result))
    found = result.families["maze"]
    if found.verdict in ("a", "b"):
        assert found.p_adjusted < 0.05
        assert found.difference.low * found.difference.high > 0
        assert (found.difference.value > 0) == (found.verdict == "a")
        assert found.sentence.startswith(f"{found.verdict.upper()} is better on maze by ")
    elif found.verdict == "tie":
        assert found.difference.low <= 0 <= found.difference.high
