"""A picture of one or more studies for a document: each one's matrix beside its curves, as SVG.

It stands alone (own style, no script, nothing loaded), in light colours whatever the page's.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup
from pydantic import ValidationError

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.files import read_text_limited
from heptathlon.harmless import label
from heptathlon.pages import base as pages
from heptathlon.pages import study_page as study_report
from heptathlon.pages.study_page import HEIGHT, WIDTH, percent, short_name
from heptathlon.studies.continual import STRICT, ContinualCard, MetricCard

MAX_CARD_BYTES = 2**24
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


def read_card(path: Path) -> ContinualCard:
    """Read a card that ``heptathlon study score`` wrote.

    Raises:
        HeptathlonError: if the file is none.
    """
    try:
        text = read_text_limited(path, max_bytes=MAX_CARD_BYTES)
        return ContinualCard.model_validate_json(text)
    except ValidationError as error:
        says = error.errors()[0]["msg"]
        raise HeptathlonError(f"{path}: not a card of 'heptathlon study score' ({says}).") from None


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
        inside = str(study_report.curves(card, metric)).partition(">")[2].removesuffix("</svg>")
        curves = Markup(inside)  # noqa: S704
        parts.append(Markup('<g transform="translate({} 0)">{}</g></g>').format(left, curves))
        top += HEAD + max(HEIGHT, ROW * (len(card.tasks) + 2))
    frame = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{}" '
        'viewBox="0 0 {} {}"><style>{}</style><rect class="page" width="100%" height="100%"/>'
        "{}</svg>"
    )
    says = "; ".join(label(card.study, 90) for card in cards)
    return frame.format(says, left + WIDTH, top, _style(), Markup("\n").join(parts)) + "\n"


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
        zip(study_report.row_names(card), [metric.base, *metric.scores], strict=True)
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


def _style() -> Markup:
    """Return the style with the light colours of the pages in place of their names."""
    base = pages.asset("base.css")
    light = dict(re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]{3,6});", base.partition("@media")[0]))
    rules = [f".part-{n} {{ stroke: var(--part-{n}); }}" for n in range(1, study_report.PARTS + 1)]
    style = _STYLE + "\n".join(rules)
    return Markup(re.sub(r"var\((--[a-z0-9-]+)\)", lambda m: light[m[1]], style))  # noqa: S704
