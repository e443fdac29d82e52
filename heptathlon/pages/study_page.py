"""A study's page: the matrix as a heat map, forgetting curves, answers against reasoning.

One self-contained HTML file without scripts. Names come from a study file and are hostile text:
autoescaping is on, what acts is made visible, and the page may load nothing.
"""

from collections.abc import Sequence
from typing import Any

from jinja2 import PackageLoader
from markupsafe import Markup
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from heptathlon.harmless import label, visible
from heptathlon.pages import base as pages
from heptathlon.studies.continual import (
    JUDGED,
    LENIENT,
    REASONING,
    STRICT,
    ContinualCard,
    MetricCard,
)
from heptathlon.tasks.catalog import task_data

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 40, 150, 12, 34
"""Margins of a plot in its own units: the right one holds the names of the lines."""
PARTS = 8
"""Colours of parts in ``base.css``; after so many lines they begin again, with dashes."""
SHOWN = ("acc_last", "acc_learn", "acc_anytime", "bwt_gem", "bwt_over_t", "bwt_all_pairs",
         "fm_chaudhry", "fm_incl_last", "fwt", "stability")  # fmt: skip
"""Figures in the terminal; the page and the card have all."""
PLOTTED = (STRICT, LENIENT, REASONING, JUDGED)


def render(card: ContinualCard) -> str:
    """Return a study's report as one HTML document."""
    style = Markup(pages.asset("base.css") + pages.asset("study.css"))  # noqa: S704
    environment = pages.environment(PackageLoader("heptathlon.pages"))
    environment.filters |= {"percent": percent}
    shown = [card.metrics[m] for m in PLOTTED if m in card.metrics]
    return (
        environment.get_template("study.html.j2").render(
            card=card,
            names=[short_name(task) for task in card.tasks],
            rows=row_names(card),
            metrics=list(card.metrics.values()),
            curves=[(one.metric, curves(card, one)) for one in shown or card.metrics.values()],
            against=against(card),
            judged=JUDGED,
            judged_says=judged_says(card),
            style=style,
            policy=pages.policy(style),
        )
        + "\n"
    )


def short_name(task: str) -> str:
    """Return a task's name without what all tasks of its family share."""
    data = task_data(task)
    return data.variant.removeprefix(f"{data.family.name}_") or data.variant


def row_names(card: ContinualCard) -> list[str]:
    """Return the names of a matrix's rows."""
    return ["base", *(f"after {short_name(task)}" for task in card.tasks)]


def _ticks(card: ContinualCard) -> list[str]:
    return ["base", *map(short_name, card.tasks)]


def percent(value: float | None) -> str:
    """Return a share in whole per cent; a dash if there is none."""
    return pages.DASH if value is None else f"{100 * value:.0f}"


# --- plots ---------------------------------------------------------------------------------------

Line = tuple[str, Sequence[float | None]]


def curves(card: ContinualCard, metric: MetricCard) -> Markup:
    """Draw each task's score over the checkpoints, from the base on."""
    rows = [metric.base, *metric.scores]
    lines: list[Line] = [
        (short_name(task), [row[column] for row in rows]) for column, task in enumerate(card.tasks)
    ]
    return plot(lines, _ticks(card), f"{metric.metric} of each task over the checkpoints")


def against(card: ContinualCard) -> Markup:
    """Draw the mean over the tasks learned so far: strict, lenient and reasoning."""
    lines: list[Line] = []
    for name in PLOTTED:
        if name in card.metrics:
            learned = [row[: t + 1] for t, row in enumerate(card.metrics[name].scores)]
            lines.append((name, [_mean(row) for row in learned]))
    says = "mean over the tasks learned so far, of answers and of reasoning"
    return plot(lines, _ticks(card)[1:], says) if lines else Markup("")


def _mean(row: Sequence[float | None]) -> float | None:
    known = [x for x in row if x is not None]
    return sum(known) / len(known) if len(known) == len(row) else None


def plot(lines: Sequence[Line], ticks: Sequence[str], says: str) -> Markup:
    """Return lines over checkpoints as SVG, from 0 to 1; a missing figure breaks its line."""
    text = Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>')
    rule = Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>')
    parts = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(rule.format(LEFT, WIDTH - RIGHT, _y(share), _y(share)))
        parts.append(text.format("tick end", LEFT - 6, _y(share) + 4, f"{share:g}"))
    for place, name in enumerate(ticks):
        parts.append(text.format("tick mid", _x(place, ticks), HEIGHT - 12, label(name, 12)))
    ends = _spaced([(y[-1], name) for name, y in lines])
    for number, (name, values) in enumerate(lines):
        kind = f"part-{number % PARTS + 1}" + " dashed" * (number >= PARTS)
        for run in _unbroken(values):
            points = " ".join(f"{_x(i, ticks):.1f},{_y(v):.1f}" for i, v in run)
            parts.append(Markup('<polyline class="{}" points="{}"/>').format(kind, points))
            parts += [
                Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="3"/>').format(
                    kind, _x(i, ticks), _y(v)
                )
                for i, v in run
            ]
        key = Markup('<circle class="{}" cx="{}" cy="{:.1f}" r="3"/>')
        parts.append(key.format(kind, WIDTH - RIGHT + 12, ends[name] - 4))
        parts.append(text.format("name", WIDTH - RIGHT + 20, ends[name], label(name, 20)))
    svg = Markup('<svg class="curves" role="img" aria-label="{}" viewBox="0 0 {} {}">{}</svg>')
    return svg.format(says, WIDTH, HEIGHT, Markup("").join(parts))


def _x(place: int, ticks: Sequence[Any]) -> float:
    return LEFT + 14 + (WIDTH - LEFT - RIGHT - 28) * place / max(1, len(ticks) - 1)


def _y(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(1.0, max(0.0, share)))


def _unbroken(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for i, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((i, value))
    return [run for run in runs if run]


def _spaced(ends: Sequence[tuple[float | None, str]]) -> dict[str, float]:
    """Return the height of each line's name: beside its end, and no two on one another."""
    step = min(15.0, (HEIGHT - TOP - BOTTOM) / max(1, len(ends)))
    order = sorted(ends, key=lambda e: -(e[0] if e[0] is not None else -1))
    heights: list[float] = []
    for value, _ in order:
        wanted = _y(value if value is not None else 0.0) + 4
        heights.append(max(wanted, heights[-1] + step) if heights else wanted)
    floor = HEIGHT - BOTTOM + 4.0
    for place in range(len(heights) - 1, -1, -1):
        heights[place] = min(heights[place], floor)
        floor = heights[place] - step
    return {name: height for (_, name), height in zip(order, heights, strict=True)}


# --- the terminal --------------------------------------------------------------------------------


def tables(card: ContinualCard) -> Group:
    """Return the strict matrix and the main figures of every metric for the terminal."""
    first = card.metrics.get(STRICT) or next(iter(card.metrics.values()))
    matrix = Table("", *(escape(short_name(t)) for t in card.tasks), box=None,
                   title=f"{_harmless(card.study)}: {first.metric}, per cent")  # fmt: skip
    for name, row in zip(row_names(card), [first.base, *first.scores], strict=True):
        matrix.add_row(escape(name), *map(percent, row))
    figures = Table("figure", *card.metrics, box=None)
    for name in SHOWN:
        figures.add_row(name, *(pages.figure(m.figures[name].value) for m in card.metrics.values()))
    split = Table("forgetting", "change", "95 % interval", box=None)
    for name, one in {**card.split, "answers less reasoning": card.apart}.items():
        ends = pages.interval(one.low, one.high)
        ends = f"({ends})" if ends else pages.DASH
        split.add_row(
            name, pages.figure(one.value), ends if not one.reason else _harmless(one.reason)
        )
    if card.judge is None:
        return Group(matrix, figures, split)
    return Group(matrix, figures, split, _harmless(judged_says(card)))


def _harmless(text: str) -> str:
    """Return a text that is neither markup to Rich nor a command to the terminal."""
    return escape(visible(text))


def judged_says(card: ContinualCard) -> str:
    """Return whose opinion the metric ``judged`` is; empty if no judge was asked."""
    if card.judge is None:
        return ""
    one = card.judge
    at = f" at {one.host}" if one.host else ""
    count = sum(one.left_out.values())
    left = f" {count} documents without a readable score are left out." if count else ""
    return (
        f"judged: the opinion of {one.judged_by}{at} by the rubric {one.rubric} (prompt "
        f"{one.prompt_sha256[:12]}), not a measurement.{left}"
    )
