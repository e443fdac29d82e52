"""What a family may draw beside what every family has; each one's own stands in ``families/``.

A drawing holds numbers and words of this package and of its data sets only: nothing of a model's
text gets into it but as a position. Figures are tables, so that they can be read aloud and copied,
with a mark or a diagram where a picture says it faster.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from heptathlon.families import family as family_named
from heptathlon.pages import base as pages
from heptathlon.pages import plots
from heptathlon.pages.plots import Scale
from heptathlon.parts import find_part
from heptathlon.scoring.cards import Estimate
from heptathlon.scoring.scorecard import ScoredSample

Doc = Mapping[str, Any]
Samples = Sequence[ScoredSample]
Played = Mapping[str, Samples]
"""Scored samples of the headline's documents by who answered, the run (``THIS_RUN``) first."""
Runs = Mapping[str, Samples]
"""Samples of one family by the model that answered."""

THIS_RUN = "this run"
SIDE = 100
"""Side of a diagram in its own units."""


@dataclass(frozen=True)
class Figure:
    """A table with its title.

    Attributes:
        title: heading.
        caption: what is shown, in one or two sentences.
        head: names of the columns; the first is that of the rows' names.
        rows: cells as text or as marks.
        diagram: SVG that stands before the table; empty if there is none.
    """

    title: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | Markup, ...], ...]
    diagram: Markup = field(default=Markup(""))


@dataclass(frozen=True)
class Line:
    """One figure of a panel.

    Attributes:
        group: heading that it stands under.
        name: what it is of.
        figure: the figure with its interval.
        mark: its drawing.
    """

    group: str
    name: str
    figure: Estimate
    mark: Markup


@dataclass(frozen=True)
class Panel:
    """A table of figures on one axis.

    Attributes:
        title: heading.
        says: how to read it, in a sentence or two.
        axis: drawing of the axis.
        lines: its figures; lines of one group follow each other.
    """

    title: str
    says: str
    axis: Markup
    lines: list[Line]

    @property
    def groups(self) -> dict[str, list[Line]]:
        """The lines by the heading that they stand under."""
        out: dict[str, list[Line]] = {}
        for line in self.lines:
            out.setdefault(line.group, []).append(line)
        return out


@dataclass(frozen=True)
class Drawings:
    """What a family draws; nothing that is left out is shown.

    Attributes:
        item: returns the drawing of a document with an answer, as the scorer read it, as SVG.
        legend: what these drawings show, in one sentence.
        figures: returns figures of a run and of the players, for the report.
        beside: returns figures of what a run answered beside the headline's documents.
        panels: returns figures of one or several models beside each other, for the report and for
            ``heptathlon profile``.
    """

    item: Callable[[Doc, str], Markup] | None = None
    legend: str = ""
    figures: Callable[[Played], list[Figure]] | None = None
    beside: Callable[[Samples], list[Figure]] | None = None
    panels: Callable[[Runs], list[Panel]] | None = None

    def drawn(self, doc: Doc, answer: str) -> Markup:
        """Return the drawing of a document with an answer as SVG; empty if there is none."""
        return self.item(doc, answer) if self.item else Markup("")

    def shown(self, played: Callable[[], Played], beside: Samples = ()) -> list[Figure]:
        """Return the figures of a run; ``played`` is called only if they are needed."""
        found = self.figures(played()) if self.figures else []
        return found + (self.beside(beside) if self.beside else [])

    def compared(self, runs: Runs) -> list[Panel]:
        """Return the panels of one or several models."""
        return self.panels(runs) if self.panels else []


def drawings_of(family: str) -> Drawings:
    """Return what a family draws.

    Raises:
        UnknownNameError: for an unknown family.
        HeptathlonError: if its drawings cannot be imported.
    """
    module = find_part(family_named(family), "drawings")
    found: Drawings = module.DRAWINGS if module else Drawings()
    return found


# --- pieces --------------------------------------------------------------------------------------


def panel(title: str, says: str, figures: Sequence[tuple[str, str, Estimate]]) -> Panel:
    """Return a panel of figures, each with its heading and its name."""
    scale = Scale.of(x for _, _, e in figures for x in (e.value, e.low, e.high))
    return Panel(
        title,
        says,
        plots.axis(scale),
        [
            Line(group, name, e, plots.interval(scale, e.value, e.low, e.high))
            for group, name, e in figures
        ],
    )


def chart(
    over: Sequence[Markup], behind: Sequence[Markup] = (), chance: float | None = None
) -> Markup:
    """Return a square diagram in its frame, with a dashed line to read it against.

    Args:
        over: what is drawn over frame and line, ``SIDE`` units a side.
        behind: what is drawn behind them.
        chance: height of a level line, from 0 to 1; the rising diagonal if None.
    """
    start, end = (SIDE, 0) if chance is None else (SIDE * (1 - chance), SIDE * (1 - chance))
    parts = Markup("")
    return Markup(
        '<svg class="chart" viewBox="-3 -3 {0} {0}" aria-hidden="true" focusable="false">{4}'
        '<rect class="frame" width="{1}" height="{1}"/>'
        '<line class="frame dashed" x1="0" y1="{2}" x2="{1}" y2="{3}"/>{5}</svg>'
    ).format(SIDE + 6, SIDE, start, end, parts.join(behind), parts.join(over))


def with_interval(e: Estimate) -> str:
    """Return a figure with its interval as they are printed."""
    return f"{pages.figure(e.value)} ({pages.interval(e.low, e.high) or pages.DASH})"
