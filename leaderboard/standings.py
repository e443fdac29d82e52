"""The board's rows and their places: what is compared with what, and who is ahead of whom."""

import functools
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from heptathlon.facts import EDITIONS
from heptathlon.families import FAMILIES
from heptathlon.leaderboard.division import TIERS, Division
from heptathlon.pages.plots import Scale
from heptathlon.scorers import stats
from heptathlon.scoring.cards import Estimate, Level

MAX_PAIRED_ROWS = 200
"""Models that are compared two by two on the same items; more are ranked by their intervals."""


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bar(_Closed):
    """The best player of a family in a division that sees what an entrant sees."""

    player: str
    value: float


class Score(_Closed):
    """One family's figures in a row.

    Attributes:
        ceiling: best reachable headline; None in records from before it was kept.
        level: how far up the family's ladder the row gets; None without a ladder.
        content: digest of the answers to the headline's documents, by which a copy shows.
    """

    headline: Estimate
    skill: Estimate
    invalid_rate: Estimate
    bar: Bar | None
    digest: str
    ceiling: float | None = None
    level: Level | None = None
    content: str = ""

    @property
    def points(self) -> stats.Interval:
        """The skill as points, 0 to 1,000."""
        s = self.skill
        skill = stats.Interval(s.value, s.low, s.high, s.n, s.clusters, s.method, s.reason)
        return stats.points_of(skill)

    @property
    def below(self) -> bool:
        """Whether the skill is surely below 0, which the points do not show."""
        return self.skill.high is not None and self.skill.high < 0


class Row(_Closed):
    """One run of one model or player in one division.

    Attributes:
        slug: name of its report without ``.html``.
        name: ``org/name`` or the player's name.
        kind: ``oracle`` is a player that is told the answer.
        is_bar: whether it is the bar in all its families.
        run: which of several runs of the same model with the same settings, oldest first.
        runs: how many there are.
        parameters: number of weights, where known.
        settings: how it was asked, in words.
        badges: what has been checked.
        confirmed: commit of the public weights of that name that gave these answers again; empty
            for a name that is only claimed.
        unranked: why it has no rank, in words; empty if it may have one.
        notes: what else was not checked, in words.
        seen: place in the order in which submissions were first seen.
        date: day of the newest run, ISO; empty if not recorded.
        scores: figures by family.
    """

    slug: str
    division: Division
    name: str
    kind: Literal["model", "player", "oracle"]
    is_bar: bool = False
    run: int = Field(default=1, ge=1)
    runs: int = Field(default=1, ge=1)
    url: str = ""
    submitter: str = ""
    revision: str = ""
    parameters: int | None = None
    settings: str = ""
    command: str = ""
    badges: tuple[str, ...]
    confirmed: str = ""
    unranked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seen: int = 0
    date: str = ""
    scores: dict[str, Score]


class Items(NamedTuple):
    """The clusters' parts in a row's skills, for the comparison of two rows on the same items.

    Attributes:
        parts: each cluster's part in the skill of its family, shape (n,): the sum of two rows'
            products over a family's clusters is the covariance of their skills.
        shares: each cluster's share of its family's items, shape (n,).
        clusters: labels of shape (n,).
        families: family of each cluster, shape (n,).
    """

    parts: NDArray[np.float64]
    shares: NDArray[np.float64]
    clusters: NDArray[np.str_]
    families: NDArray[np.str_]

    def of_families(self, names: Collection[str]) -> "Items":
        """Return some families' clusters."""
        mine = np.isin(self.families, list(names))
        parts, shares, clusters, families = self
        return Items(parts[mine], shares[mine], clusters[mine], families[mine])


class Figure(NamedTuple):
    """A figure and the ends of its interval."""

    value: float | None
    low: float | None
    high: float | None


NO_FIGURE = Figure(None, None, None)


def figure_of(estimate: Estimate) -> Figure:
    """Return an estimate's figure and interval."""
    return Figure(estimate.value, estimate.low, estimate.high)


@dataclass(frozen=True)
class Standing:
    """A row with its place.

    Attributes:
        row: the row.
        total: mean points over the events that the row has.
        events: how many of the table's events that are.
        rank: ranks that a model may have; None for players and rows without a total.
        gap: the same model's total in the season before, less its total here; nothing if it was
            not run there. The older documents have been public for longer.
        hidden: its total here less its total on the hidden split of the season; nothing if the
            maintainers did not run it there.
    """

    row: Row
    total: Figure
    events: int
    rank: stats.RankRange | None
    gap: Figure = NO_FIGURE
    hidden: Figure = NO_FIGURE

    @property
    def ties(self) -> int:
        """How many models it is not told apart from."""
        return self.rank.worst - self.rank.best if self.rank else 0


@dataclass(frozen=True)
class Table:
    """The rows of one division, best first.

    Attributes:
        division: what they share.
        families: names of the families that at least one row has, in the registry's order.
        standings: rows with their places.
        paired: whether ranks rest on comparisons on the same items, else on intervals alone.
        old: whether a newer season of the same edition and tier has a table.
    """

    division: Division
    families: tuple[str, ...]
    standings: list[Standing]
    paired: bool
    old: bool = False

    @functools.cached_property
    def has_gaps(self) -> bool:
        """Whether a row's gap to the season before is known."""
        return any(s.gap.value is not None for s in self.standings)

    @functools.cached_property
    def has_hidden(self) -> bool:
        """Whether a row's gap to the hidden split is known."""
        return any(s.hidden.value is not None for s in self.standings)

    @functools.cached_property
    def scale(self) -> Scale:
        """The axis of the marks: points over several events, the skill where there is one."""
        if len(self.families) != 1:
            return Scale(0.0, 1.0)
        skills = [s.row.scores[self.families[0]].skill.low for s in self.standings]
        return Scale.of([*(max(-1.0, low) for low in skills if low is not None), 1.0])


def human_skill(table: Table, family: str) -> float | None:
    """Return people's skill in a family on a table's documents; None if it is not known."""
    human = FAMILIES[family].human_of(table.division.edition)
    scores = (s.row.scores[family] for s in table.standings if family in s.row.scores)
    ends = next(((s.bar.value, s.ceiling) for s in scores if s.bar and s.ceiling is not None), None)
    if human is None or ends is None or ends[1] <= ends[0]:
        return None
    return (human.value - ends[0]) / (ends[1] - ends[0])


def tables(
    rows: Iterable[Row], items: Mapping[str, Items] | None = None, salted: Iterable[Row] = ()
) -> list[Table]:
    """Return the tables of all divisions, the fresh edition and the full tier first.

    Args:
        rows: rows of any divisions, in any order.
        items: by slug, for the rows that shall be compared on the same items.
        salted: the same models on the hidden splits, which are not shown but compared with.
    """
    divisions: dict[Division, list[Row]] = {}
    for row in rows:
        divisions.setdefault(row.division, []).append(row)
    ordered = sorted(
        divisions,
        key=lambda d: (
            list(EDITIONS).index(d.edition),
            TIERS.index(d.tier),
            _newest_first(d.season),
        ),
    )
    made = {division: _table(division, divisions[division], items or {}) for division in ordered}
    hidden = {(row.division, *_entrant(row)): row for row in salted}
    return [_beside(_in_time(table, made), hidden) for table in made.values()]


def _in_time(table: Table, made: Mapping[Division, Table]) -> Table:
    """Return a table with its gaps to the season before, and whether a newer one stands beside."""
    mine = table.division
    seasons = sorted((d.season for d in made if d[:2] == mine[:2]), key=_newest_first)
    before = seasons[seasons.index(mine.season) + 1 :][:1]
    standings = table.standings
    if before:
        earlier = {_entrant(s.row): s.row for s in made[mine._replace(season=before[0])].standings}
        standings = [replace(s, gap=_gap(s.row, earlier.get(_entrant(s.row)))) for s in standings]
    return replace(table, standings=standings, old=mine.season != seasons[0])


def _beside(table: Table, hidden: Mapping[tuple[object, ...], Row]) -> Table:
    """Return a table with the gaps between its documents and the hidden ones."""
    standings = []
    for s in table.standings:
        other = hidden.get((s.row.division, *_entrant(s.row)))
        standings.append(replace(s, hidden=_gap(other, s.row)) if other else s)
    return replace(table, standings=standings)


def _entrant(row: Row) -> tuple[object, ...]:
    """Return what two rows of different seasons share if they are of the same model."""
    return (row.kind, row.name, row.revision, row.settings, row.run)


def _gap(row: Row, earlier: Row | None) -> Figure:
    """Return the points on older documents less those on newer ones, over the same families.

    Seasons and splits share no item, so the errors are independent (see :func:`total_of`).
    """
    if earlier is None or row.scores.keys() != earlier.scores.keys():
        return NO_FIGURE
    now, then = (total_of(r, tuple(row.scores)) for r in (row, earlier))
    if now.value is None or then.value is None:
        return NO_FIGURE
    gap = then.value - now.value
    if now.low is None or now.high is None or then.low is None or then.high is None:
        return Figure(gap, None, None)
    below = math.hypot(then.value - then.low, now.high - now.value)
    above = math.hypot(then.high - then.value, now.value - now.low)
    return Figure(gap, gap - below, gap + above)


def of_families(rows: Iterable[Row], names: Collection[str]) -> list[Row]:
    """Return the rows that have some of these families, with nothing of any other."""
    kept = ((row, {name: row.scores[name] for name in row.scores if name in names}) for row in rows)
    return [row.model_copy(update={"scores": scores}) for row, scores in kept if scores]


def _newest_first(season: str) -> tuple[int, ...]:
    return tuple(-int(part) for part in season.split("."))


def _table(division: Division, rows: Sequence[Row], items: Mapping[str, Items]) -> Table:
    families = tuple(f for f in FAMILIES if any(f in row.scores for row in rows))
    totals = {row.slug: total_of(row, families) for row in rows}
    models = [
        r for r in rows if r.kind == "model" and not r.unranked and totals[r.slug].value is not None
    ]
    events = _events(models, families, items) if 1 < len(models) <= MAX_PAIRED_ROWS else None
    if events is not None:
        ranks = stats.point_rank_ranges(events)
    else:
        ranks = stats.rank_ranges([_interval(totals[r.slug]) for r in models])
    rank_of = {row.slug: rank for row, rank in zip(models, ranks, strict=True)}
    standings = [
        Standing(row, totals[row.slug], len(_scored(row, families)), rank_of.get(row.slug))
        for row in rows
    ]
    standings.sort(key=_order)
    return Table(division, families, standings, events is not None)


def _events(
    rows: Sequence[Row], families: Sequence[str], items: Mapping[str, Items]
) -> list[stats.Event] | None:
    """Return the rows' skills with their clusters' parts; None if one row cannot be paired."""
    out = []
    for family in families:
        having = [i for i, row in enumerate(rows) if family in _scored(row, families)]
        parts = {
            i: items[rows[i].slug].of_families([family]) for i in having if rows[i].slug in items
        }
        if len(parts) < len(having):
            return None
        if not parts:
            continue
        first = parts[having[0]]
        if not all(np.array_equal(first.clusters, mine.clusters) for mine in parts.values()):
            return None
        if not first.clusters.size:
            return None
        skills = np.full(len(rows), np.nan)
        table = np.zeros((len(rows), first.clusters.size))
        for i, mine in parts.items():
            skills[i] = rows[i].scores[family].skill.value
            table[i] = mine.parts
        out.append(stats.Event(skills, table, first.shares, stats.df_of_shares(first.shares)))
    return out


def _scored(row: Row, families: Sequence[str]) -> list[str]:
    """Return the families of a table in which a row has points."""
    return [f for f in families if f in row.scores and row.scores[f].skill.value is not None]


def _order(standing: Standing) -> tuple[bool, float, str, str]:
    value, row = standing.total.value, standing.row
    return (value is None, -(value or 0.0), row.name.casefold(), row.slug)


def _interval(f: Figure) -> stats.Interval:
    reason = "" if f.low is not None else "an event's points have no interval"
    return stats.Interval(f.value, f.low, f.high, 0, 0, "", reason)


def total_of(row: Row, families: Sequence[str]) -> Figure:
    """Return the mean points over the families that a row has, with an interval if all have one."""
    found = stats.mean_of_points([row.scores[f].points for f in _scored(row, families)])
    return Figure(found.value, found.low, found.high)


def numbered(rows: Iterable[Row]) -> list[Row]:
    """Return rows with the runs of one model with the same settings counted, first seen first.

    A second run never takes the place of the first: choosing the best of many would show. Runs
    differ by their answers (equal ones are copies, and left out), and their order is that in which
    they were seen: dates are a submitter's own.
    """
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        key = (row.division, row.kind, row.name, row.revision, row.settings, tuple(row.scores))
        groups.setdefault(key, []).append(row)
    out = []
    for same in groups.values():
        ordered = sorted(same, key=lambda r: (r.seen, r.slug))
        for number, row in enumerate(ordered, start=1):
            out.append(row.model_copy(update={"run": number, "runs": len(ordered)}))
    return out
