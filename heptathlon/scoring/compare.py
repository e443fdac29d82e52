"""Which of two runs is better on the same items, by how much, how sure, or that they tie."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from scipy import special

from heptathlon.errors import HeptathlonError
from heptathlon.families import FAMILIES, Family
from heptathlon.harmless import label
from heptathlon.scorers import stats
from heptathlon.scorers.verdict import Statistic
from heptathlon.scoring import scorecard
from heptathlon.scoring.cards import Estimate, FamilyCard, ModelCard, Scorecard, Settings
from heptathlon.scoring.scorecard import ScoredSample

LEVEL = 0.95
POWER = 0.8
BOOTSTRAP = "cluster-bootstrap"
Word = Literal["a", "b", "tie"]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Difference(_Closed):
    """Two runs on the same items.

    Attributes:
        a: the first run's figure on the shared items; None where it is not defined.
        b: the second run's.
        difference: a - b with its interval, which no correction for the number of comparisons
            widens.
        p_value: two-sided, for a difference of 0; None if there is no test.
        p_adjusted: the same after Holm's correction: over the families for a headline, over a
            family's strata for a stratum.
        test: how the p-value was computed.
        verdict: the better run if ``p_adjusted`` says so, or ``tie``; None without a test.
        a_better: items on which the first scores higher; None for a figure that items lack.
        b_better: items on which the second scores higher.
        equal: items on which both score the same.
    """

    a: float | None = Field(allow_inf_nan=False)
    b: float | None = Field(allow_inf_nan=False)
    difference: Estimate
    p_value: float | None = Field(allow_inf_nan=False)
    p_adjusted: float | None = Field(allow_inf_nan=False)
    test: str
    verdict: Word | None
    a_better: int | None
    b_better: int | None
    equal: int | None


class StratumDifference(Difference):
    """The difference on one level of one record field.

    Attributes:
        field: the record field, such as ``topology``.
        level: its value, as text.
    """

    field: str
    level: str


class FamilyDifference(Difference):
    """The difference on one family's headline.

    Attributes:
        family: name in the registry.
        title: title in the registry.
        edition: edition of the set.
        tier: tier of the set.
        season: season of the set.
        version: the family's version.
        metric: the headline's metric.
        shared: items that both runs answered.
        only_a: items of the headline that the first run alone answered.
        only_b: items that the second run alone answered.
        expected: items of the set's headline.
        detectable: true difference that a comparison like this one finds four times in five.
        detectable_reason: why it is unknown; empty otherwise.
        strata: the difference by record field.
        sentence: the finding in plain words.
    """

    family: str
    title: str
    edition: str
    tier: str
    season: str
    version: int
    metric: str
    shared: int
    only_a: int
    only_b: int
    expected: int
    detectable: float | None = Field(allow_inf_nan=False)
    detectable_reason: str
    strata: list[StratumDifference]
    sentence: str


class Comparison(_Closed):
    """Two runs, compared.

    Attributes:
        a: who answered the first run.
        b: who answered the second.
        shared: items that both answered, over all families.
        families: the comparison of each family.
        warnings: what makes the two runs less comparable than they look.
        sentence: the findings of all families in plain words.
    """

    schema_version: Literal[1] = 1
    a: ModelCard
    b: ModelCard
    shared: int
    families: dict[str, FamilyDifference]
    warnings: list[str]
    sentence: str


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
    common, warnings = _common(card_a, card_b)
    warnings += _settings_warnings(card_a, card_b)
    found: dict[str, _Compared] = {}
    for name, card in common.items():
        compared = _compare_family(card, _main(card, scored_a), _main(card, scored_b))
        if compared.shared:
            found[name] = compared
        if compared.shared < card.expected:
            warnings.append(
                f"{name}: both runs answered {compared.shared:,} of the set's {card.expected:,} "
                "items; only these are compared."
            )
    if not found:
        raise HeptathlonError(
            f"The two runs answered the same set ({', '.join(common)}), but no item in common; run "
            "both without --limit, or with the same one."
        )
    adjusted = _holm([c.headline.p_value for c in found.values()])
    families = {
        name: _family_difference(compared, p, len(found))
        for (name, compared), p in zip(found.items(), adjusted, strict=True)
    }
    return Comparison(
        a=card_a.model,
        b=card_b.model,
        shared=sum(f.shared for f in families.values()),
        families=families,
        warnings=warnings,
        sentence=" ".join(f.sentence for f in families.values()),
    )


# --- what is compared ----------------------------------------------------------------------------

_Set = tuple[str, str, str, str, int]


def _set_of(card: FamilyCard) -> _Set:
    return (card.family, card.edition, card.tier, card.season, card.version)


def _set_words(card: FamilyCard) -> str:
    return f"{card.family} {card.edition} {card.tier} {card.season} version {card.version}"


def _common(card_a: Scorecard, card_b: Scorecard) -> tuple[dict[str, FamilyCard], list[str]]:
    """Return a card of each set that both runs were asked, and warnings about the others."""
    of_a = {_set_of(card): card for card in card_a.families.values()}
    of_b = {_set_of(card): card for card in card_b.families.values()}
    words = [", ".join(_set_words(c) for c in of.values()) or "nothing" for of in (of_a, of_b)]
    shared = [key for key in of_a if key in of_b]
    if not shared:
        raise HeptathlonError(
            f"The two runs have no set in common: A was asked {words[0]}, B {words[1]}; run both "
            "on the same tasks, season and version."
        )
    changed = [key for key in shared if of_a[key].digest != of_b[key].digest]
    if len(changed) == len(shared):
        raise HeptathlonError(
            f"The two runs were asked different data under the same name ({words[0]}): the digests "
            "of the sets differ, as with another salt; build and run both with the same one."
        )
    warnings = [
        f"{_set_words(of_a[key])}: left out, because the digests of the two runs' sets differ."
        for key in changed
    ]
    for name, mine, others in (("A", of_a, of_b), ("B", of_b, of_a)):
        warnings += [
            f"{_set_words(card)}: left out, because only {name} was asked it."
            for key, card in mine.items()
            if key not in others
        ]
    common: dict[str, FamilyCard] = {}
    for key in (k for k in shared if k not in changed):
        family, edition, tier, season, _ = key
        name = family if family not in common else f"{family}/{edition}-{tier}-{season}"
        common[name] = of_a[key]
    return common, warnings


def _main(card: FamilyCard, scored: Iterable[ScoredSample]) -> dict[tuple[str, str], ScoredSample]:
    """Return the samples of a card's headline by task and item."""
    variants = FAMILIES[card.family].headline_of(card.edition).variants
    return {
        (one.task.task, str(one.sample.doc["item_id"])): one
        for one in scored
        if one.family == card.family
        and (one.task.edition, one.task.tier) == (card.edition, card.tier)
        and one.sample.doc["season"] == card.season
        and one.variant in variants
    }


def _settings_warnings(card_a: Scorecard, card_b: Scorecard) -> list[str]:
    """Say how differently the two models were asked.

    A player reads the record and not the prompt, so that its run's settings do not matter.
    """
    if "player" in (card_a.model.kind, card_b.model.kind):
        return []
    a, b = card_a.settings, card_b.settings
    out = [
        f"The {what} differ: A {label(_words(mine))}, B {label(_words(other))}."
        for what, mine, other in _asked(a, b)
        if mine != other
    ]
    tasks = [t for t in a.num_fewshot if t in b.num_fewshot]
    shots = [t for t in tasks if a.num_fewshot[t] != b.num_fewshot[t]]
    if shots:
        first = shots[0]
        more = f" and {len(shots) - 1} more tasks" if len(shots) > 1 else ""
        out.append(
            f"The numbers of worked examples differ: A {a.num_fewshot[first]}, "
            f"B {b.num_fewshot[first]} in {label(first)}{more}."
        )
    return out


def _asked(a: Settings, b: Settings) -> list[tuple[str, Any, Any]]:
    return [
        ("uses of a chat template", a.chat_template, b.chat_template),
        ("system instructions", a.system_instruction, b.system_instruction),
        ("generation arguments", a.gen_kwargs, b.gen_kwargs),
        ("versions of lm-eval", a.lm_eval_version, b.lm_eval_version),
    ]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{k}={v}" for k, v in sorted(value.items())) or "none"
    return str(value) or "none"


# --- the figures ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Compared:
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
) -> _Compared:
    family = FAMILIES[card.family]
    metric = family.headline_of(card.edition).metric
    keys = sorted(of_a.keys() & of_b.keys())
    pairs = [(of_a[key], of_b[key]) for key in keys]
    headline, detectable = _difference(metric, pairs)
    return _Compared(
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
    adjusted = _holm([one.p_value for one in out])
    return [_judged(one, p) for one, p in zip(out, adjusted, strict=True)]


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
    return _judged(found, p), detectable


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
    error = (high - low) / (2 * quantile)
    multiple = quantile + float(special.stdtrit(df, POWER))
    return p, stats.Detectable(multiple * error, error, df, "paired")


def _holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust the p-values that there are; None stays None."""
    adjusted = iter(stats.holm([p for p in p_values if p is not None]))
    return [None if p is None else float(next(adjusted)) for p in p_values]


def _judged(found: _Kind, p_adjusted: float | None) -> _Kind:
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
    compared: _Compared, p_adjusted: float | None, families: int
) -> FamilyDifference:
    card = compared.card
    headline = _judged(compared.headline, p_adjusted)
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
        sentence=_sentence(card.family, headline, compared.detectable, families),
    )


# --- words ---------------------------------------------------------------------------------------


def _sentence(name: str, found: Difference, detectable: stats.Detectable, families: int) -> str:
    """Say in plain words who is better, by how much and how sure; or that they tie."""
    gap = found.difference
    if found.verdict is None or gap.value is None:
        return f"On {name} there is no verdict: {gap.reason or 'there is no test'}."
    sure = f"{_p_words(found.p_adjusted)}{_after_holm(families)}"
    if found.verdict != "tie":
        value, low, high = (abs(x or 0.0) for x in (gap.value, gap.low, gap.high))
        low, high = sorted((low, high))
        better = found.verdict.upper()
        return f"{better} is better on {name} by {value:.3f} ({low:.3f} to {high:.3f}), {sure}."
    if found.a_better == found.b_better == 0:
        bound = max(abs(gap.low or 0.0), abs(gap.high or 0.0))
        return (
            f"They tie on {name}: both score the same on each of the {gap.n:,} items; a difference "
            f"of up to {bound:.3f} cannot be excluded."
        )
    seen = "how small a difference would have been seen is unknown"
    if detectable.value is not None:
        seen = f"a difference below {detectable.value:.3f} would likely not have been seen"
    return f"They tie on {name}: the difference is {_signed(gap)}, {sure}; {seen}."


def _after_holm(families: int) -> str:
    return f" after Holm's correction over {families} families" if families > 1 else ""


def _p_words(p: float | None) -> str:
    if p is None:
        return "no test"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _p_cell(p: float | None) -> str:
    return "-" if p is None else _p_words(p).removeprefix("p ").removeprefix("= ")


def _signed(gap: Estimate) -> str:
    if gap.value is None:
        return "-"
    ends = f" ({gap.low:+.3f} to {gap.high:+.3f})" if None not in (gap.low, gap.high) else ""
    return f"{gap.value:+.3f}{ends}"


def render(result: Comparison) -> RenderableType:
    """Return a comparison as a person reads it in a terminal."""
    parts: list[RenderableType] = [
        Text.assemble(("A  ", "bold"), _who(result.a)),
        Text.assemble(("B  ", "bold"), _who(result.b)),
        Text(f"{result.shared:,} items answered by both; intervals of 95 %.", style="dim"),
        *(Text(f"Note: {warning}", style="yellow") for warning in result.warnings),
        Text(),
        _headlines(result),
    ]
    for name, family in result.families.items():
        parts += [Text(), Text(family.sentence, style="bold"), Text(_about(family), style="dim")]
        parts.append(_where(name, family))
    return Group(*parts)


def _who(model: ModelCard) -> str:
    more = [model.kind, model.dtype, model.revision[:12]]
    return f"{label(model.name)} ({', '.join(label(m) for m in more if m)})"


def _about(family: FamilyDifference) -> str:
    """Say what was compared and how finely."""
    what = f"{family.metric} on {family.edition} {family.tier} {family.season}"
    if family.detectable is None:
        return f"{what}."
    return f"{what}; a true difference of {family.detectable:.3f} is found four times in five."


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(first, overflow="fold")
    for column in others:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _headlines(result: Comparison) -> Table:
    table = _table("family", "A", "B", "A - B", "95 %", "p", "A wins", "B wins", "items")
    for name, f in result.families.items():
        table.add_row(name, *_cells(f), _count(f.a_better), _count(f.b_better), f"{f.shared:,}")
    return table


def _where(name: str, family: FamilyDifference) -> RenderableType:
    """Return the strata on which the two runs differ."""
    differing = [s for s in family.strata if s.verdict in ("a", "b")]
    if not differing:
        return Text(f"No stratum of {name} shows a difference by itself.", style="dim")
    table = _table("stratum", "A", "B", "A - B", "95 %", "p", "better", "items")
    for s in differing:
        better = "A" if s.verdict == "a" else "B"
        table.add_row(f"{s.field} {label(s.level)}", *_cells(s), better, f"{s.difference.n:,}")
    return table


def _cells(found: Difference) -> tuple[str, str, str, str, str]:
    gap = found.difference
    ends = "-"
    if gap.low is not None and gap.high is not None:
        ends = f"{gap.low:+.3f} to {gap.high:+.3f}"
    value = "-" if gap.value is None else f"{gap.value:+.3f}"
    return _figure(found.a), _figure(found.b), value, ends, _p_cell(found.p_adjusted)


def _count(items: int | None) -> str:
    return "-" if items is None else f"{items:,}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
