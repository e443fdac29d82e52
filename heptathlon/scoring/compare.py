"""Which of two runs is better on the same items, by how much, how sure, or that they tie."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import special

from heptathlon.errors import HeptathlonError
from heptathlon.families import FAMILIES, Family
from heptathlon.scorers import stats
from heptathlon.scorers.verdict import Statistic
from heptathlon.scoring import scorecard, sequential
from heptathlon.scoring.cards import FamilyCard, Scorecard, StoppedCard
from heptathlon.scoring.comparable import Set, common, main_of, set_of, settings_warnings
from heptathlon.scoring.compare_words import render, sentence_of
from heptathlon.scoring.comparison import (
    Comparison,
    Difference,
    FamilyDifference,
    StratumDifference,
    Word,
)
from heptathlon.scoring.scorecard import ScoredSample

LEVEL = 0.95
POWER = 0.8
BOOTSTRAP = "cluster-bootstrap"

__all__ = ["Comparison", "Difference", "FamilyDifference", "StratumDifference", "compare", "render"]


def compare(
    card_a: Scorecard,
    scored_a: Sequence[ScoredSample],
    card_b: Scorecard,
    scored_b: Sequence[ScoredSample],
) -> Comparison:
    """Compare two scored runs, family by family, on the items that both answered.

    Args:
        card_a: scorecard of the first run.
        scored_a: its scored samples.
        card_b: scorecard of the second run.
        scored_b: its scored samples.

    Raises:
        HeptathlonError: if the runs have no set, or no item of one, in common.
    """
    cards = [list(card.families.values()) for card in (card_a, card_b)]
    return of_sets(card_a, card_b, compared(cards[0], scored_a, cards[1], scored_b))


def compared(
    cards_a: Sequence[FamilyCard],
    scored_a: Sequence[ScoredSample],
    cards_b: Sequence[FamilyCard],
    scored_b: Sequence[ScoredSample],
) -> "dict[Set, Compared]":
    """Compare two runs on each set that both were asked, by the set.

    Args:
        cards_a: parts of the first run's scorecard.
        scored_a: its scored samples.
        cards_b: parts of the second run's.
        scored_b: its scored samples.
    """
    of_b = {set_of(card): card for card in cards_b}
    found = {}
    for card in cards_a:
        other = of_b.get(set_of(card))
        if other is not None and other.digest == card.digest:
            found[set_of(card)] = _compare_family(
                card,
                main_of(card, scored_a),
                main_of(card, scored_b),
                halted=[one for one in (card.stopped, other.stopped) if one],
            )
    return found


def of_sets(card_a: Scorecard, card_b: Scorecard, sets: "Mapping[Set, Compared]") -> Comparison:
    """Return the comparison of two runs of what :func:`compared` found on their sets.

    Raises:
        HeptathlonError: if the runs have no set, or no item of one, in common.
    """
    asked, warnings = common(card_a, card_b)
    warnings += settings_warnings(card_a, card_b)
    found: dict[str, Compared] = {}
    for name, card in asked.items():
        one = sets[set_of(card)]
        if one.shared:
            found[name] = one
        if one.shared < card.expected:
            warnings.append(
                f"{name}: both runs answered {one.shared:,} of the set's {card.expected:,} "
                "items; only these are compared."
            )
    if not found:
        raise HeptathlonError(
            f"The two runs answered the same set ({', '.join(asked)}), but no item in common; run "
            "both without --limit, or with the same one."
        )
    adjusted = holm([c.headline.p_value for c in found.values()])
    families = {
        name: _family_difference(one, p, len(found))
        for (name, one), p in zip(found.items(), adjusted, strict=True)
    }
    return Comparison(
        a=card_a.model,
        b=card_b.model,
        shared=sum(f.shared for f in families.values()),
        families=families,
        warnings=warnings,
        sentence=" ".join(f.sentence for f in families.values()),
    )


# --- the figures ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Compared:
    """A family's comparison before the correction for the number of families."""

    card: FamilyCard
    headline: Difference
    detectable: stats.Detectable
    strata: list[StratumDifference]
    shared: int
    only_a: int
    only_b: int


def _compare_family(
    card: FamilyCard,
    of_a: dict[tuple[str, str], ScoredSample],
    of_b: dict[tuple[str, str], ScoredSample],
    *,
    halted: Sequence[StoppedCard],
) -> Compared:
    family = FAMILIES[card.family]
    metric = family.headline_of(card.edition).metric
    keys = sorted(of_a.keys() & of_b.keys())
    pairs = [(of_a[key], of_b[key]) for key in keys]
    headline, detectable = _difference(metric, pairs)
    if halted:
        how = family.headline_of(card.edition)
        headline, detectable = sequential.compared(
            how, card.season, pairs, headline, adaptive=any(one.adaptive for one in halted)
        )
    return Compared(
        card=card,
        headline=headline,
        detectable=detectable,
        strata=_strata(family, metric, pairs),
        shared=len(keys),
        only_a=len(of_a) - len(keys),
        only_b=len(of_b) - len(keys),
    )


_Pairs = Sequence[tuple[ScoredSample, ScoredSample]]
_Kind = TypeVar("_Kind", bound=Difference)


def _strata(family: Family, metric: str, pairs: _Pairs) -> list[StratumDifference]:
    out = []
    for field in family.strata:
        levels: dict[str, list[tuple[ScoredSample, ScoredSample]]] = {}
        for pair in (pair for pair in pairs if field in pair[0].sample.doc):
            levels.setdefault(str(pair[0].sample.doc[field]), []).append(pair)
        for level in sorted(levels, key=scorecard.level_order):
            found, _ = _difference(metric, levels[level])
            out.append(StratumDifference(field=field, level=level, **found.model_dump()))
    adjusted = holm([one.p_value for one in out])
    return [judged(one, p) for one, p in zip(out, adjusted, strict=True)]


def _difference(metric: str, pairs: _Pairs) -> tuple[Difference, stats.Detectable]:
    """Compare a metric's mean, or a statistic, on pairs of samples of the same item."""
    statistic = scorecard.statistics_of(pairs[0][0].family).get(metric) if pairs else None
    names = statistic.columns if statistic else (metric,)
    having = [p for p in pairs if all(set(names) <= one.verdict.metrics.keys() for one in p)]
    a, b = (scorecard.columns(names, [pair[i] for pair in having]) for i in (0, 1))
    groups = scorecard.clusters([one for one, _ in having])
    if statistic:
        return _statistic_difference(metric, statistic, a, b, groups)
    result = stats.paired(a[:, 0], b[:, 0], groups, LEVEL)
    found = Difference(
        a=result.a,
        b=result.b,
        difference=scorecard.as_estimate(metric, result.difference),
        p_value=result.p_value,
        p_adjusted=result.p_value,
        test=result.test,
        verdict=result.verdict,
        a_better=result.a_better,
        b_better=result.b_better,
        equal=result.equal,
    )
    detectable = stats.minimal_detectable_difference(
        a[:, 0], b[:, 0], groups, power=POWER, level=LEVEL
    )
    return found, detectable


def _statistic_difference(
    metric: str,
    statistic: Statistic,
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    groups: NDArray[np.str_],
) -> tuple[Difference, stats.Detectable]:
    """Compare a statistic by a paired bootstrap: both are computed anew on the same resamples."""
    width = len(statistic.columns)
    compute: Callable[[NDArray[np.float64], NDArray[Any]], float] = statistic.compute

    def difference(values: NDArray[np.float64], weights: NDArray[Any]) -> float:
        return compute(values[:, :width], weights) - compute(values[:, width:], weights)

    interval = stats.cluster_bootstrap(
        np.hstack([a, b]),
        groups,
        difference,
        resamples=scorecard.STATISTIC_RESAMPLES,
        seed=scorecard.SEED,
        level=LEVEL,
    )
    p, detectable = _test_of_interval(interval)
    alone = [_point(compute, values) for values in (a, b)]
    found = Difference(
        a=alone[0],
        b=alone[1],
        difference=scorecard.as_estimate(metric, interval),
        p_value=p,
        p_adjusted=p,
        test=BOOTSTRAP if p is not None else stats.NO_METHOD,
        verdict=None,
        a_better=None,
        b_better=None,
        equal=None,
    )
    return judged(found, p), detectable


def _point(compute: Callable[..., float], values: NDArray[np.float64]) -> float | None:
    figure = float(compute(values, np.ones(len(values)))) if len(values) else math.nan
    return figure if math.isfinite(figure) else None


def _test_of_interval(interval: stats.Interval) -> tuple[float | None, stats.Detectable]:
    """Return the p-value and the detectable difference that go with a bootstrap interval.

    The interval's half towards 0 is read as Student's quantile times a standard error, so the
    p-value falls below ``1 - LEVEL`` exactly where the interval leaves 0 out.
    """
    value, low, high = interval.value, interval.low, interval.high
    if value is None or low is None or high is None:
        return None, stats.Detectable(None, None, None, "paired", interval.reason)
    df = float(interval.clusters - 1)
    quantile = float(special.stdtrit(df, (1 + LEVEL) / 2))
    half = value - low if value > 0 else high - value
    p = 1.0 if value == 0 else 0.0
    if half > 0:
        p = float(2 * special.stdtr(df, -quantile * abs(value) / half))
    # As for means: no test that knows only the clusters' signs could be surer.
    p = max(p, 2.0 ** (1 - interval.clusters))
    if p > 1 - LEVEL and interval.clusters < stats.fewest_clusters(LEVEL):
        reason = f"{interval.clusters} clusters can show no difference at {LEVEL:.0%}"
        return p, stats.Detectable(None, None, None, "paired", reason)
    error = (high - low) / (2 * quantile)
    multiple = quantile + float(special.stdtrit(df, POWER))
    return p, stats.Detectable(multiple * error, error, df, "paired")


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust the p-values that there are; None stays None."""
    adjusted = iter(stats.holm([p for p in p_values if p is not None]))
    return [None if p is None else float(next(adjusted)) for p in p_values]


def judged(found: _Kind, p_adjusted: float | None) -> _Kind:
    """Return a difference with the verdict that an adjusted p-value allows.

    A corrected p-value can turn a verdict into a tie, never a tie into a verdict: the interval
    must leave 0 out as well.
    """
    low, high = found.difference.low, found.difference.high
    verdict: Word | None = None if p_adjusted is None else "tie"
    if p_adjusted is not None and p_adjusted < 1 - LEVEL and low is not None and high is not None:
        verdict = "a" if low > 0 else "b" if high < 0 else "tie"
    return found.model_copy(update={"p_adjusted": p_adjusted, "verdict": verdict})


def _family_difference(
    compared: Compared, p_adjusted: float | None, families: int
) -> FamilyDifference:
    card = compared.card
    headline = judged(compared.headline, p_adjusted)
    return FamilyDifference(
        **headline.model_dump(),
        family=card.family,
        title=card.title,
        edition=card.edition,
        tier=card.tier,
        season=card.season,
        version=card.version,
        metric=headline.difference.metric,
        shared=compared.shared,
        only_a=compared.only_a,
        only_b=compared.only_b,
        expected=card.expected,
        detectable=compared.detectable.value,
        detectable_reason=compared.detectable.reason,
        strata=compared.strata,
        sentence=sentence_of(card.family, headline, compared.detectable, families),
    )
