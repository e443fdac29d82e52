"""How a continual study is shown: the matrix as a heat map, forgetting curves, reasoning beside.

The page is one self-contained HTML file without scripts; the figure is an SVG that stands alone
(own style, no script, nothing loaded), in light colours whatever the page's. Names come from a
study file and are hostile text: autoescaping is on, and what acts is made visible.
"""

import re
from collections.abc import Sequence

from markupsafe import Markup
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from heptathlon.errors import UnknownNameError
from heptathlon.harmless import label, visible
from heptathlon.pages import base as pages
from heptathlon.pages.curves import HEIGHT, PARTS, WIDTH, Line, plot
from heptathlon.pages.studies import View
from heptathlon.studies.kinds.continual import (
    JUDGED,
    LENIENT,
    REASONING,
    STRICT,
    ContinualCard,
    MetricCard,
)
from heptathlon.tasks.catalog import task_data

SHOWN = ("acc_last", "acc_learn", "acc_anytime", "bwt_gem", "bwt_over_t", "bwt_all_pairs",
         "fm_chaudhry", "fm_incl_last", "fwt", "stability")  # fmt: skip
"""Figures in the terminal; the page and the card have all."""
PLOTTED = (STRICT, LENIENT, REASONING, JUDGED)
HEAD = 34
"""Height of a study's title, in the plot's units."""
NAMES, CELL, ROW, GAP = 110, 74, 34, 30
"""Width of the rows' names and of a cell, height of a row, and room before the curves."""
FAINTEST = 0.08
"""Opacity of a cell of score 0, so that it is seen as a cell and not as a hole."""

_STYLE = """
text { font: 12px system-ui, "Liberation Sans", Arial, sans-serif; fill: var(--muted); }
text.title { font-size: 15px; font-weight: 600; fill: var(--ink); }
text.score, text.name { fill: var(--ink); }
.mid { text-anchor: middle; } .end { text-anchor: end; }
.page { fill: var(--paper); } .heat { fill: var(--accent); }
.grid { stroke: var(--rule); } .own { fill: none; stroke: var(--rule-strong); stroke-width: 2; }
polyline { fill: none; stroke-width: 2; } .dashed { stroke-dasharray: 5 4; }
circle { fill: var(--paper); stroke-width: 2; }
"""


# --- the page ------------------------------------------------------------------------------------


def render(card: ContinualCard) -> str:
    """Return a study's report as one HTML document."""
    style = pages.style("base.css", "study.css")
    environment = pages.environment()
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


# --- the figure ----------------------------------------------------------------------------------


def figure(cards: Sequence[ContinualCard], metrics: Sequence[str] = ()) -> str:
    """Return the studies below one another as one SVG.

    Args:
        cards: scored studies.
        metrics: what is shown of each; the strict score if left out, or a study's first metric
            where it has none.

    Raises:
        UnknownNameError: if a study lacks a metric.
    """
    wide = max(len(card.tasks) for card in cards)
    left = NAMES + CELL * wide + GAP
    parts, top = [], 0
    shown = [(card, metric) for card in cards for metric in _chosen(card, metrics)]
    for card, metric in shown:
        title = Markup('<text class="title" x="8" y="{}">{}</text>')
        parts.append(title.format(top + 22, f"{label(card.study, 90)}: {metric.metric}"))
        parts.append(Markup('<g transform="translate(0 {})">').format(top + HEAD))
        parts += _heat(card, metric)
        inside = str(curves(card, metric)).partition(">")[2].removesuffix("</svg>")
        beside = Markup('<g transform="translate({} 0)">{}</g></g>')
        parts.append(beside.format(left, Markup(inside)))  # noqa: S704
        top += HEAD + max(HEIGHT, ROW * (len(card.tasks) + 2))
    frame = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{}" '
        'viewBox="0 0 {} {}"><style>{}</style><rect class="page" width="100%" height="100%"/>'
        "{}</svg>"
    )
    says = "; ".join(label(card.study, 90) for card in cards)
    return frame.format(says, left + WIDTH, top, _light_style(), Markup("\n").join(parts)) + "\n"


def _chosen(card: ContinualCard, names: Sequence[str]) -> list[MetricCard]:
    if not names:
        return [card.metrics.get(STRICT) or next(iter(card.metrics.values()))]
    for name in names:
        if name not in card.metrics:
            raise UnknownNameError(f"metric of the study {card.study}", name, card.metrics)
    return [card.metrics[name] for name in names]


def _heat(card: ContinualCard, metric: MetricCard) -> list[Markup]:
    """Return the matrix: a row a checkpoint, a column a task, the task just learned framed."""
    text = Markup('<text class="{}" x="{}" y="{}">{}</text>')
    box = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"{}/>')
    parts = []
    for column, task in enumerate(card.tasks):
        middle = NAMES + CELL * column + CELL // 2
        parts.append(text.format("mid", middle, ROW - 12, label(short_name(task), 11)))
    for row, (name, scores) in enumerate(
        zip(row_names(card), [metric.base, *metric.scores], strict=True)
    ):
        y = ROW * (row + 1)
        parts.append(text.format("end", NAMES - 8, y + 21, label(name, 16)))
        for column, score in enumerate(scores):
            x = NAMES + CELL * column
            if score is not None:
                opacity = Markup(' fill-opacity="{:.3f}"').format(FAINTEST + score / 2)
                parts.append(box.format("heat", x + 1, y + 1, CELL - 2, ROW - 2, opacity))
            if row == column + 1:
                parts.append(box.format("own", x + 2, y + 2, CELL - 4, ROW - 4, ""))
            parts.append(text.format("score mid", x + CELL // 2, y + 21, percent(score)))
    return parts


def _light_style() -> Markup:
    """Return the style with the light colours of the pages in place of their names."""
    base = pages.asset("base.css")
    light = dict(re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]{3,6});", base.partition("@media")[0]))
    rules = [f".part-{n} {{ stroke: var(--part-{n}); }}" for n in range(1, PARTS + 1)]
    style = _STYLE + "\n".join(rules)
    return Markup(re.sub(r"var\((--[a-z0-9-]+)\)", lambda m: light[m[1]], style))  # noqa: S704


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


VIEW = View(page=render, tables=tables, figure=figure)
