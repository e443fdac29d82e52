"""How far up its family's ladder a run gets: the level, and the words for it."""

from collections.abc import Sequence

from heptathlon import bars
from heptathlon.facts import SAID
from heptathlon.families import Family, Ladder
from heptathlon.scorers import stats
from heptathlon.scorers.hooks import statistics_of
from heptathlon.scoring.cards import Level, LevelRung
from heptathlon.scoring.figures import SEED, clusters, columns
from heptathlon.scoring.samples import ScoredSample
from heptathlon.scoring.skills import measured_of

MEAN_RESAMPLES = 1_000
STATISTIC_RESAMPLES = 200
"""Fewer where the headline is no mean: it is computed anew on every rung of every resample."""


def level_of(family: Family, edition: str, tier: str, main: Sequence[ScoredSample]) -> Level | None:
    """Return the level of a headline's samples; None where the edition has no ladder.

    Samples whose documents are on no rung of the ladder count in the headline alone.

    Args:
        family: the family.
        edition: edition of the documents.
        tier: tier of the documents.
        main: the headline's samples.
    """
    ladder = family.ladder
    if ladder is None or edition not in ("fresh", SAID) or not main:
        return None
    main = [one for one in main if float(one.sample.doc[ladder.field]) in ladder.rungs]
    if not main:
        return nothing(0, "no document of a rung was in the run")
    headline = family.headline_of(edition)
    known = measured_of(family, edition, tier, headline)
    marks = known.rungs if known else {}
    having = [r for r in ladder.rungs if ladder.key(r) in marks]
    on = [float(one.sample.doc[ladder.field]) for one in main]
    if known is None or set(on) - set(having):
        return nothing(len(main), "bar and ceiling of its rungs were not measured in this tier")
    statistic = statistics_of(family.name).get(headline.metric)
    needed = statistic.columns if statistic else (headline.metric,)
    if any(name not in one.verdict.metrics for one in main for name in needed):
        return nothing(len(main), "a document of the headline has no figure")
    values = columns(needed, main)
    found = stats.level_on(
        values if statistic else values[:, 0],
        clusters(main),
        on,
        having,
        [anchors_of(marks[ladder.key(rung)], known.df) for rung in having],
        statistic.compute if statistic else None,
        log=ladder.log,
        resamples=STATISTIC_RESAMPLES if statistic else MEAN_RESAMPLES,
        seed=SEED,
    )
    return _card(found)


def anchors_of(mark: bars.Mark, df: float) -> stats.Anchors:
    """Return a rung's bar and ceiling as the statistics take them."""
    return stats.Anchors(mark.bar, mark.ceiling, mark.bar_se, mark.ceiling_se, df)


def nothing(n: int, reason: str) -> Level:
    """Return a level that is not there, and why."""
    return Level(value=None, easy=None, hard=None, n=n, clusters=0, reason=reason)


def _card(found: stats.Level) -> Level:
    return Level(
        value=found.value,
        easy=found.easy,
        hard=found.hard,
        beyond=found.beyond,
        falling=found.falling,
        top=found.top,
        floor=found.floor,
        rungs=tuple(
            LevelRung(
                rung=r.rung, n=r.n, headline=r.headline, skill=r.skill,
                logistic=r.logistic, falling=r.falling,
            )
            for r in found.rungs
        ),
        n=found.n,
        clusters=found.clusters,
        reason=found.reason,
    )  # fmt: skip


def figure(level: Level, ladder: Ladder) -> str:
    """Return a level as it is printed; empty if there is none.

    Beyond the ladder nothing is extrapolated.

    Example:
        >>> ladder = Ladder(field="side", rungs=(3, 5, 9), says="mazes of side {level}")
        >>> figure(Level(value=3, easy=None, hard=4.2, beyond="easier", n=9, clusters=9), ladder)
        '< 3'
        >>> figure(Level(value=6.44, easy=5.8, hard=7.1, n=9, clusters=9), ladder)
        '6.4'
    """
    if level.value is None:
        return ""
    if not level.beyond:
        return _figure(level.value)
    easy = level.beyond == "easier"
    return f"{'<' if easy == ladder.rises else '>'} {_figure(level.value)}"


def interval(level: Level, ladder: Ladder) -> str:
    """Return the ends of a level's interval, the smaller first; empty if there is no level.

    Example:
        >>> ladder = Ladder(field="gap", rungs=(12, 6, 0), says="{level} points")
        >>> interval(Level(value=7, easy=None, hard=5.25, n=9, clusters=9), ladder)
        '5.2 to > 12'
    """
    if level.value is None:
        return ""
    sign = ("<", ">") if ladder.rises else (">", "<")
    ends = [
        f"{sign[i]} {_figure(ladder.rungs[-i])}" if end is None else _figure(end)
        for i, end in enumerate((level.easy, level.hard))
    ]
    return " to ".join(ends if ladder.rises else reversed(ends))


def sentence(level: Level, ladder: Ladder) -> str:
    """Return what a level means, with its interval; why there is none, if so.

    Example:
        >>> ladder = Ladder(field="side", rungs=(3, 5, 9), says="solves mazes of side {level}")
        >>> sentence(Level(value=6.44, easy=5.8, hard=7.1, n=9, clusters=9), ladder)
        'solves mazes of side 6.4 (5.8 to 7.1)'
    """
    if level.value is None:
        return f"no level: {level.reason}"
    words = f"{figure(level, ladder)} ({interval(level, ladder)})"
    return ladder.says.replace("{level}", words)


def _figure(rung: float) -> str:
    return f"{rung:.1f}".removesuffix(".0")
