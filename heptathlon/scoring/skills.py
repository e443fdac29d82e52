"""How far a headline stands from the bar to the ceiling: skill and points."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heptathlon import bars, families
from heptathlon.facts import SAID, set_edition, task_name
from heptathlon.families import Family, Headline, of_role
from heptathlon.scorers import stats
from heptathlon.scorers.hooks import scorer_of, statistics_of
from heptathlon.scorers.verdict import Row, Statistic
from heptathlon.scoring.cards import Bar, Estimate, FamilyCard, PlayerScore, Total
from heptathlon.scoring.figures import (
    NO_DOCUMENT,
    NO_PARTNER,
    SEED,
    STATISTIC_RESAMPLES,
    as_estimate,
    as_interval,
    clusters,
    columns,
    nothing,
)
from heptathlon.scoring.playing import Played
from heptathlon.scoring.samples import ScoredSample
from heptathlon.tasks import catalog

SKILL_RESAMPLES = 10_000
ON_THESE = "measured on the run's own documents, because no reference draw of this set was measured"


def ceiling_of(family: Family, rows: Sequence[Row]) -> float:
    """Return the best reachable headline: on these very documents, where the scorer knows it.

    In words less may be reachable; see :func:`said_ceiling`.
    """
    hook: Callable[[Sequence[Row]], float] | None
    hook = getattr(scorer_of(family.name), "ceiling", None)
    return hook(rows) if hook and rows else family.ceiling


def said_ceiling(ceiling: float, players: Iterable[PlayerScore]) -> float:
    """Return the best headline that written answers reach: no more than the oracle's own.

    One option says less than a forecast of all.
    """
    oracles = [one.value for one in players if one.oracle and one.value is not None]
    return min([ceiling, *oracles])


def bar_of(
    family: Family,
    edition: str,
    tier: str,
    main: Sequence[ScoredSample],
    players: Sequence[Played],
) -> Bar | None:
    """Return bar and ceiling of a headline.

    They are the measured constants; where there are none (texts of a user's own, a published set),
    the best player's headline on these very documents takes their place, and the bar says so.

    Args:
        family: the family.
        edition: edition of the documents.
        tier: tier of the documents.
        main: the headline's samples.
        players: what the players make of them, best first.
    """
    headline = family.headline_of(edition)
    known = measured_of(family, edition, tier, headline)
    if known is not None:
        return Bar(
            player=known.player,
            value=known.bar,
            se=known.bar_se,
            ceiling=known.ceiling,
            ceiling_se=known.ceiling_se,
            draws=len(known.salts),
            n=known.n,
        )
    best = next((p.score for p in players if p.may_be_bar), None)
    if best is None or best.value is None:
        return None
    ceiling = ceiling_of(family, [one.row for one in main])
    if edition == SAID:
        ceiling = said_ceiling(ceiling, [p.score for p in players])
    return Bar(
        player=best.player,
        value=best.value,
        se=0.0,
        ceiling=ceiling,
        ceiling_se=0.0,
        draws=0,
        n=len(main),
    )


def measured_of(
    family: Family, edition: str, tier: str, headline: Headline
) -> bars.Measured | None:
    """Return what was measured for a family's headline in an edition and tier."""
    return bars.measured(
        family.name, family.version, edition, tier, headline.metric, headline.variants
    )


def skill_of(
    headline: Estimate, main: Sequence[ScoredSample], bar: Bar | None, players: Sequence[Played]
) -> Estimate:
    """Return the share of the way from bar to ceiling.

    Args:
        headline: the headline's figure.
        main: the headline's samples.
        bar: bar and ceiling.
        players: what the players make of the same documents.
    """
    if not main:
        return nothing("skill", NO_DOCUMENT)
    if bar is None:
        return nothing("skill", "no player that sees what an entrant sees has a headline here")
    if bar.draws:
        anchors = stats.Anchors(bar.value, bar.ceiling, bar.se, bar.ceiling_se, bar.draws - 1)
        return as_estimate("skill", stats.skill_between(as_interval(headline), anchors))
    own = next(p.scored for p in players if p.score.player == bar.player)
    return paired_skill(headline.metric, main, own, bar.ceiling)


def points_of(skill: Estimate) -> Estimate:
    """Return a skill as points, 0 to 1,000."""
    return as_estimate("points", stats.points_of(as_interval(skill)))


def total_of(cards: Iterable[FamilyCard]) -> Total | None:
    """Return the mean points over the scored events of one tier; None if none was answered.

    Args:
        cards: a run's cards. Of several tiers and seasons the one with most events counts, and of
            equals the first.
    """
    events = of_role("scored")
    places: dict[tuple[str, str, str], dict[str, FamilyCard]] = {}
    for card in cards:
        fresh = set_edition(card.edition) == "fresh"
        if fresh and card.family in events and card.headline.value is not None:
            for edition in editions_of(card):
                places.setdefault((edition, card.tier, card.season), {})[card.family] = card
    if not places:
        return None
    place = max(places, key=lambda place: (len(places[place]), place[0] == "fresh"))
    (edition, tier, season), of = place, places[place]
    mean = stats.mean_of_points([as_interval(card.points) for card in of.values()])
    return Total(
        edition=edition,
        tier=tier,
        season=season,
        points=as_estimate("points", mean),
        events=tuple(of),
        of=len(events),
    )


def editions_of(card: FamilyCard) -> tuple[str, ...]:
    """Return the editions in which a part of a scorecard counts.

    An event that is always answered in words counts among those that were for want of likelihoods.
    """
    variant = families.family(card.family).headline_of(card.edition).variants[0]
    always = card.edition == "fresh" and catalog.is_generated(task_name(variant, card.tier))
    return ("fresh", SAID) if always else (card.edition,)


def paired_skill(
    metric: str,
    scored: Sequence[ScoredSample],
    trivial: Sequence[ScoredSample],
    ceiling: float,
) -> Estimate:
    """Return the skill over a player whose own answers to the same documents are the bar.

    Args:
        metric: the headline's metric or statistic.
        scored: the model's samples of the headline's documents.
        trivial: the player's samples of the same documents in the same order.
        ceiling: best reachable headline.
    """
    statistic = statistics_of(scored[0].family).get(metric)
    needed = statistic.columns if statistic else (metric,)
    # A figure of the hook ``across`` may be missing where its partner was not asked.
    both = [
        (one, other)
        for one, other in zip(scored, trivial, strict=True)
        if all(m in one.verdict.metrics and m in other.verdict.metrics for m in needed)
    ]
    if not both:
        return nothing("skill", NO_PARTNER)
    model, player = (columns(needed, [pair[i] for pair in both]) for i in (0, 1))
    labels = clusters([one for one, _ in both])
    if statistic is None:
        interval = stats.skill(
            model[:, 0],
            player[:, 0],
            labels,
            ceiling=ceiling,
            resamples=SKILL_RESAMPLES,
            seed=SEED,
        )
        return as_estimate("skill", interval)
    interval = stats.cluster_bootstrap(
        np.hstack([model, player]),
        labels,
        _share_of_the_way(statistic, ceiling),
        resamples=STATISTIC_RESAMPLES,
        seed=SEED,
    )
    return as_estimate("skill", interval)


def _share_of_the_way(statistic: Statistic, ceiling: float) -> stats.Statistic:
    """Return the skill as a function of both players' columns, side by side, and weights."""
    width = len(statistic.columns)

    def share(values: NDArray[np.float64], weights: NDArray[Any]) -> float:
        bar = statistic.compute(values[:, width:], weights)
        room = ceiling - bar
        gain = statistic.compute(values[:, :width], weights) - bar
        return gain / room if room > 0 else math.nan

    return share
