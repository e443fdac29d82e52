"""The skill profile: how the best models of a table do over its events, as one picture. All pure.

Lines are told apart by the shape of their points as well as by colour, and the figures stand in
the table below the picture; people's stand in the legend.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from heptathlon.families import FAMILIES
from heptathlon.harmless import label
from heptathlon.leaderboard.standings import Standing, Table, human_skill
from heptathlon.pages import base as pages
from heptathlon.pages.plots import Scale

MODELS = 5
"""Lines that can still be told apart."""
WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 70, 50, 12, 40
SHIFT = 7
"""Pixels between the points of two models in one event, so that intervals stand side by side."""
REACH = 24
"""Pixels of the line for people to either side of an event: a little beyond the points."""
ENDS = (0.0, -0.25, -0.5, -1.0)
STEP = 0.25
_SHAPES = (
    "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0",
    "M-4,-4h8v8h-8z",
    "M0,-5l5,5l-5,5l-5,-5z",
    "M0,-5l5,9h-10z",
    "M0,5l5,-9h-10z",
)
"""Outlines of points around their middle: circle, square, diamond, triangle up and down."""


@dataclass(frozen=True)
class Profile:
    """A picture and what its lines are called.

    Attributes:
        svg: the picture.
        legend: mark and name of each model.
        dotted: the mark of people.
        people: people's skill in words, an event each, where it is known.
    """

    svg: Markup
    legend: list[tuple[Markup, str]]
    dotted: Markup
    people: list[str]


def chart(table: Table) -> Profile | None:
    """Return the profile of a table's best models; None unless it has events and models for one."""
    models = [s for s in table.standings if s.row.kind == "model" and s.total.value is not None]
    if len(table.families) < 2 or not models:
        return None
    best = models[:MODELS]
    lows = [score.skill.low for s in best for score in s.row.scores.values()]
    known = ((f, human_skill(table, f)) for f in table.families)
    people = {family: skill for family, skill in known if skill is not None}
    lows += people.values()
    # From the highest of four ends below all intervals: skill ends at 1, and rarely lies below 0.
    least = min((low for low in lows if low is not None), default=0.0)
    scale = Scale(next((end for end in ENDS if end <= least), ENDS[-1]), 1.0)
    title = "Skill profile of " + ", ".join(label(s.row.name) for s in best)
    title += ", and people" * bool(people)
    parts = [Markup("<title>{}</title>").format(title), *_grid(table.families, scale)]
    parts += [_people(f, skill, table.families, scale) for f, skill in people.items()]
    parts += [_line(s, i, table.families, scale) for i, s in enumerate(best)]
    svg = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, title, Markup("").join(parts)
    )
    swatch = Markup(
        '<svg viewBox="-8 -8 16 16" aria-hidden="true"><path class="point hue-{}" d="{}"/></svg>'
    )
    named = [(swatch.format(i + 1, _SHAPES[i]), s.row.name) for i, s in enumerate(best)]
    dotted = Markup(
        '<svg viewBox="-8 -8 16 16" aria-hidden="true">'
        '<line class="people" x1="-6" x2="6" y1="0" y2="0"/></svg>'
    )
    return Profile(svg, named, dotted, [_words(f, skill, table) for f, skill in people.items()])


def _x(event: int, events: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * event / (events - 1)


def _y(figure: float, scale: Scale) -> float:
    share = (min(1.0, max(scale.low, figure)) - scale.low) / (scale.high - scale.low)
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def _grid(families: Sequence[str], scale: Scale) -> list[Markup]:
    out = []
    for number in range(round((scale.high - scale.low) / STEP) + 1):
        tick = scale.low + STEP * number
        y = _y(tick, scale)
        name = "bar" if tick == 0 else "grid"
        line = Markup('<line class="{}" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>')
        out.append(line.format(name, LEFT - 24, WIDTH - RIGHT + 24, y, y))
        words = f"{tick:g}".replace("-", "\N{MINUS SIGN}")
        out.append(Markup('<text x="4" y="{:.1f}">{}</text>').format(y + 4, words))
    for event, family in enumerate(families):
        # In words of the command line: titles of seven events do not fit side by side.
        out.append(
            Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                _x(event, len(families)), HEIGHT - 10, FAMILIES[family].name
            )
        )
    return out


def _people(family: str, skill: float, families: Sequence[str], scale: Scale) -> Markup:
    """Return a dotted line across the points of an event."""
    x, y = _x(families.index(family), len(families)), _y(skill, scale)
    line = Markup('<line class="people" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>')
    return line.format(x - REACH, x + REACH, y, y)


def _words(family: str, skill: float, table: Table) -> str:
    human = FAMILIES[family].human_of(table.division.edition)
    source = f" ({human.source})" if human else ""
    return f"{FAMILIES[family].title.lower()} {pages.figure(skill)}{source}"


def _line(standing: Standing, number: int, families: Sequence[str], scale: Scale) -> Markup:
    shift = SHIFT * (number - (MODELS - 1) / 2)
    points, marks = [], []
    for event, family in enumerate(families):
        score = standing.row.scores.get(family)
        skill = score.skill if score else None
        if skill is None or skill.value is None:
            continue
        x, y = _x(event, len(families)) + shift, _y(skill.value, scale)
        points.append(f"{x:.1f},{y:.1f}")
        if skill.low is not None and skill.high is not None:
            marks.append(
                Markup(
                    '<line class="range hue-{}" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>'
                ).format(number + 1, x, x, _y(skill.low, scale), _y(skill.high, scale))
            )
        marks.append(
            Markup(
                '<path class="point hue-{}" transform="translate({:.1f},{:.1f})" d="{}"/>'
            ).format(number + 1, x, y, _SHAPES[number])
        )
    line = Markup('<polyline class="line hue-{}" points="{}"/>').format(
        number + 1, " ".join(points)
    )
    return line + Markup("").join(marks)
