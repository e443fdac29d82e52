"""From ranked tables to the site's files. All pure.

Names and settings come from strangers. They are shown as text, never obeyed: what acts instead of
showing is made visible, autoescaping is on, the page's script sets text and no markup, and its
Content-Security-Policy allows its own style and script, by their hashes, and nothing else.
"""

import functools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from heptathlon import harmless
from heptathlon.families import FAMILIES, Family, of_role
from heptathlon.leaderboard import compare, profile
from heptathlon.leaderboard.data import data_csv, data_json
from heptathlon.leaderboard.references import bars_of, mean_human, people_of, references_of
from heptathlon.leaderboard.row_words import badge_of, is_below, is_claimed, link_of, note_of
from heptathlon.leaderboard.standings import (
    NO_FIGURE,
    Figure,
    Items,
    Standing,
    Table,
    figure_of,
)
from heptathlon.pages import base as pages
from heptathlon.pages import plots
from heptathlon.scorers.stats import RankRange
from heptathlon.version import __version__

SITE = Path(__file__).with_name("site")
PAGE_ROWS = 50
"""Rows shown at a time; the first ones can be read without JavaScript. A browser takes a tenth of a
second to lay out twice as many rows of seven families, which is felt when they are sorted."""
BELOW = "below the bar"
THOUSAND = 1_000
"""Figures are shown with three decimals, and the page carries them as whole thousandths: the same
from server and script, and half the size. data.json has more."""


def site(
    boards: Sequence[Table],
    by_family: Mapping[str, Sequence[Table]] | None = None,
    items: Mapping[str, Items] | None = None,
) -> dict[str, str]:
    """Return the site's files, reports apart, by name.

    Args:
        boards: the tables of all families.
        by_family: each family's own tables.
        items: by slug, for the page that compares two rows on the same items.
    """
    pages = by_family or {}
    pairs = compare.pairs(boards, items or {})
    files = {
        "index.html": render_page(boards, pages=pages, compares=bool(pairs)),
        "data.json": data_json(
            [*boards, *(t for name in of_role("exhibition") for t in pages.get(name, ()))]
        ),
        "data.csv": data_csv(boards),
    }
    for name, tables in pages.items():
        files[page_name(name)] = render_page(
            tables, pages=pages, compares=bool(pairs), only=FAMILIES[name]
        )
    if pairs:
        files["compare.html"] = _document("compare.html.j2", "compare.js", pairs=pairs)
    return files


def page_name(family: str) -> str:
    """Return the file of a family's page."""
    return f"family-{family}.html"


def _document(template: str, script_name: str, **content: Any) -> str:
    """Return a page that may run its own script and style, and load nothing."""
    style = Markup(pages.asset("base.css") + _own("board.css"))  # noqa: S704
    script = Markup(_own(script_name))  # noqa: S704
    rendered = _environment().get_template(template)
    text = rendered.render(
        style=style,
        script=script,
        policy=pages.policy(style, script),
        version=__version__,
        **content,
    )
    return text + "\n"


def render_page(
    boards: Sequence[Table],
    *,
    pages: Iterable[str] = (),
    compares: bool = False,
    only: Family | None = None,
) -> str:
    """Return a page of tables as one HTML document that needs no other file.

    Args:
        boards: the tables.
        pages: families that have a page of their own.
        compares: whether there is a page that compares.
        only: the family that the page is about; all if left out.
    """
    dates = [s.row.date for board in boards for s in board.standings]
    return _document(
        "index.html.j2",
        "board.js",
        boards=[_shown_table(number, board) for number, board in enumerate(boards)],
        families=[FAMILIES[f] for f in FAMILIES if any(f in board.families for board in boards)],
        newest=max(dates, default=""),
        pages=[(_in_navigation(FAMILIES[name]), page_name(name), name) for name in pages],
        compares=compares,
        only=only,
    )


def _in_navigation(family: Family) -> str:
    return family.title if family.role == "scored" else f"{family.title} (exhibition)"


class Column(NamedTuple):
    """A figure's column: where its figures stand in the island, and what its head says.

    Attributes:
        kind: ``points`` are whole numbers; a ``skill`` says in words that it is below the bar.
    """

    key: str
    head: str
    hint: str
    group: str
    marked: bool
    kind: Literal["points", "skill", "figure"] = "figure"


@dataclass(frozen=True)
class Cell:
    """A figure as it is printed."""

    value: str
    ends: str
    mark: Markup | None


@dataclass(frozen=True)
class Shown:
    """A row as it is printed; the page's script prints the same from the island."""

    name: str
    kind: str
    note: str
    url: str
    slug: str
    rank: str
    ties: str
    cells: list[Cell]
    settings: str
    badge: str
    claimed: bool
    date: str
    below: bool
    is_bar: bool


def _shown_table(number: int, table: Table) -> dict[str, Any]:
    columns = columns_of(table)
    figures = [_figures(table, standing) for standing in table.standings]
    references = references_of(table)
    first = [
        _shown(table, columns, standing, mine, references)
        for standing, mine in zip(table.standings[:PAGE_ROWS], figures, strict=False)
    ]
    counts = Counter("model" if s.row.kind == "model" else "player" for s in table.standings)
    return {
        "id": f"board-{number}",
        "table": table,
        "columns": columns,
        "groups": [(g, len([c for c in columns if c.group == g])) for g in _groups(columns)],
        "axis": plots.axis(table.scale),
        "clipped": _is_clipped(table),
        "blank": plots.interval(table.scale, 0.0, 0.0, 0.0, references=references),
        "rows": first,
        "models": counts["model"],
        "players": counts["player"],
        "bars": bars_of(table),
        "people": people_of(table),
        "human": mean_human(table),
        "profile": profile.chart(table),
        "island": _island(table, columns, figures),
    }


def _is_clipped(table: Table) -> bool:
    """Tell whether a mark reaches beyond the axis."""
    if len(table.families) != 1:
        return False
    lows = [s.row.scores[table.families[0]].skill.low for s in table.standings]
    return any(low is not None and low < table.scale.low for low in lows)


def _groups(columns: Sequence[Column]) -> list[str]:
    return list(dict.fromkeys(c.group for c in columns))


def columns_of(table: Table) -> list[Column]:
    """Return the columns of figures: the total, then skill and headline of each family."""
    several = len(table.families) > 1
    out = []
    if several:
        hint = "mean over the events of 1,000 times the skill, held between 0 and 1,000"
        out.append(Column("total", "points", hint, "", marked=True, kind="points"))
    for name in table.families:
        family = FAMILIES[name]
        headline = family.headline_of(table.division.edition)
        hint = "share of the way from the bar to the ceiling"
        out.append(
            Column(f"{name}.skill", "skill", hint, family.title, marked=not several, kind="skill")
        )
        out.append(
            Column(f"{name}.headline", headline.metric, headline.says, family.title, marked=False)
        )
    if table.has_gaps:
        hint = (
            "points in the season before, whose documents are public for longer, less points here"
        )
        out.append(Column("gap", "gap", hint, "season before", marked=False, kind="points"))
    if table.has_hidden:
        hint = "points here less points on documents that only the maintainers have"
        out.append(Column("hidden", "gap", hint, "hidden split", marked=False, kind="points"))
    return out


def _figures(table: Table, standing: Standing) -> list[Figure]:
    """Return a row's figures as they are shown, in the order of the columns."""
    out = [_thousand(standing.total)] if len(table.families) > 1 else []
    for name in table.families:
        score = standing.row.scores.get(name)
        for estimate in (score.skill, score.headline) if score else (None, None):
            out.append(figure_of(estimate) if estimate else NO_FIGURE)
    if table.has_gaps:
        out.append(_thousand(standing.gap))
    if table.has_hidden:
        out.append(_thousand(standing.hidden))
    return [Figure(*map(_thousandths, f)) for f in out]


def _thousand(points: Figure) -> Figure:
    """Return points as shares of a thousand, as all figures of the page are carried."""
    return Figure(*(None if x is None else x / THOUSAND for x in points))


def _thousandths(value: float | None) -> float | None:
    # Adding 0 turns -0.0, which would be printed with its sign, into 0.0.
    return None if value is None else round(value, 3) + 0.0


def _shown(
    table: Table,
    columns: Sequence[Column],
    standing: Standing,
    figures: Sequence[Figure],
    references: Sequence[plots.Reference],
) -> Shown:
    row = standing.row
    kind: plots.Kind = "model" if row.kind == "model" else "reference"
    cells = []
    for column, f in zip(columns, figures, strict=True):
        mark = (
            plots.interval(table.scale, f.value, f.low, f.high, kind=kind, references=references)
            if column.marked
            else None
        )
        cells.append(_cell(column, f, mark))
    return Shown(
        name=row.name,
        kind=row.kind,
        note=note_of(row, standing.events, len(table.families)),
        url=link_of(row),
        slug=row.slug,
        rank=str(standing.rank).replace("-", "\N{EN DASH}") if standing.rank else "",
        ties=f"ties with {standing.ties}" if standing.ties else "",
        cells=cells,
        settings=row.settings,
        badge=badge_of(row),
        claimed=is_claimed(row),
        date=row.date,
        below=is_below(row),
        is_bar=row.is_bar,
    )


def _cell(column: Column, f: Figure, mark: Markup | None) -> Cell:
    """Return a figure as it is printed; the page's script prints the same."""
    if column.kind == "points":
        value, low, high = (pages.points(None if x is None else x * THOUSAND) for x in f)
        return Cell(value, "" if f.low is None or f.high is None else f"{low} to {high}", mark)
    words = BELOW if column.kind == "skill" and f.high is not None and f.high < 0 else ""
    return Cell(pages.figure(f.value), words or pages.interval(f.low, f.high), mark)


def _coded(words: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return the different words, and of each word its place among them."""
    place = {word: i for i, word in enumerate(dict.fromkeys(words))}
    return list(place), [place[word] for word in words]


def _island(
    table: Table, columns: Sequence[Column], figures: Sequence[Sequence[Figure]]
) -> dict[str, Any]:
    """Return what the page's script reads: columns, because rows would repeat every key."""
    rows = [standing.row for standing in table.standings]
    settings, setting = _coded([r.settings for r in rows])
    badges, badge = _coded([badge_of(r) for r in rows])
    kinds, kind = _coded([r.kind for r in rows])
    ranks = [s.rank or RankRange(0, 0) for s in table.standings]
    scale = table.scale
    return {
        "page": PAGE_ROWS,
        "low": scale.low,
        "high": scale.high,
        "margin": plots.MARGIN,
        "columns": [[c.key, f"{c.group} {c.head}".strip(), c.marked, c.kind] for c in columns],
        "below_words": BELOW,
        "words": {
            "settings": [harmless.label(w, 200) for w in settings],
            "badge": badges,
            "kind": kinds,
        },
        "name": [harmless.label(r.name) for r in rows],
        "note": [
            harmless.label(note_of(s.row, s.events, len(table.families))) for s in table.standings
        ],
        "url": [link_of(r) for r in rows],
        "slug": [r.slug for r in rows],
        "kind": kind,
        "settings": setting,
        "badge": badge,
        "date": [r.date for r in rows],
        "best": [r.best for r in ranks],
        "worst": [r.worst for r in ranks],
        "claimed": [i for i, row in enumerate(rows) if is_claimed(row)],
        "bars": [i for i, row in enumerate(rows) if row.is_bar],
        "below": [i for i, s in enumerate(table.standings) if is_below(s.row)],
        "figures": [
            [[_whole(f[part]) for f in column] for part in range(3)]
            for column in zip(*figures, strict=True)
        ],
    }


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value * THOUSAND)


@functools.cache
def _own(name: str) -> str:
    return (SITE / name).read_text(encoding="utf-8")


@functools.cache
def _environment() -> Environment:
    return pages.environment(FileSystemLoader(SITE))
