"""Pieces of a page that report and leaderboard share: marks for figures.

A mark is an inline SVG that stands in a table beside the numbers that it shows, so it is hidden
from screen readers and needs no words of its own. Its horizontal positions are percentages: it
takes the width of its cell without distortion. Its colours are classes of ``base.css``.

No plotting library draws them: a page holds hundreds, each a few hundred bytes, and a library's SVG
is tens of kilobytes with inline styles, which the page's Content-Security-Policy refuses.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

MARGIN = 4.0
"""Per cent of a plot's width left free at either end, so that a dot at an end is not cut."""
TICKS = 5

Kind = Literal["model", "reference", "good", "bad", "partly"]
Line = Literal["solid", "dashed", "dotted"]


@dataclass(frozen=True)
class Scale:
    """A linear axis.

    Attributes:
        low: figure at its left end.
        high: figure at its right end.
    """

    low: float
    high: float

    @classmethod
    def of(cls, figures: Iterable[float | None]) -> "Scale":
        """Return the axis that holds all figures: 0 to 1, else -1 to 1, else round ends."""
        known = [x for x in figures if x is not None]
        low, high = min(known, default=0.0), max(known, default=1.0)
        if low >= 0 and high <= 1:
            return cls(0.0, 1.0)
        if low >= -1 and high <= 1:
            return cls(-1.0, 1.0)
        low, high = min(low, 0.0), max(high, 0.0)
        step: float = 10.0 ** math.floor(math.log10(high - low))
        return cls(math.floor(low / step) * step, math.ceil(high / step) * step)

    def at(self, figure: float) -> str:
        """Return a figure's place as a percentage of the width; outside the axis, its end's."""
        share = (figure - self.low) / (self.high - self.low)
        return f"{MARGIN + (100 - 2 * MARGIN) * min(1.0, max(0.0, share)):.2f}%"

    def ticks(self) -> list[float]:
        """Return the figures that the axis is labelled with."""
        width = self.high - self.low
        return [self.low + width * i / (TICKS - 1) for i in range(TICKS)]


@dataclass(frozen=True)
class Reference:
    """A figure that a plot is read against, such as the best trivial player's.

    Attributes:
        figure: where it lies.
        line: how its line is drawn, by which a caption names it.
    """

    figure: float
    line: Line = "dashed"


def _svg(kind: str, *parts: Markup) -> Markup:
    return Markup('<svg class="mark-{}" aria-hidden="true" focusable="false">{}</svg>').format(
        kind, Markup("").join(parts)
    )


def axis(scale: Scale) -> Markup:
    """Return the labels of an axis, to stand above a column of :func:`interval`."""
    texts = [
        Markup('<text x="{}" y="75%">{}</text>').format(scale.at(tick), f"{tick:g}")
        for tick in scale.ticks()
    ]
    return _svg("axis", *texts)


def interval(
    scale: Scale,
    value: float | None,
    low: float | None,
    high: float | None,
    *,
    kind: Kind = "model",
    references: Sequence[Reference] = (),
) -> Markup:
    """Return a dot with its interval, over the axis's grid and the references' lines.

    Args:
        scale: the axis.
        value: the figure; None leaves the row empty.
        low: lower end of the interval; None draws the dot alone.
        high: upper end.
        kind: what the figure belongs to.
        references: figures to read it against.
    """
    line = Markup('<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>')
    parts = [line.format("grid", x, x, "0", "100%") for x in map(scale.at, scale.ticks())]
    for reference in references:
        x = scale.at(reference.figure)
        parts.append(line.format(f"reference {reference.line}", x, x, "0", "100%"))
    if low is not None and high is not None:
        x1, x2 = scale.at(low), scale.at(high)
        parts.append(line.format(f"range {kind}", x1, x2, "50%", "50%"))
        parts += [line.format(f"end {kind}", x, x, "34%", "66%") for x in (x1, x2)]
    if value is not None:
        dot = Markup('<circle class="dot {}" cx="{}" cy="50%" r="4"/>')
        parts.append(dot.format(kind, scale.at(value)))
    return _svg("interval", *parts)


def share_bar(share: float, kind: Kind = "model") -> Markup:
    """Return a bar as long as a share between 0 and 1."""
    width = f"{100 * min(1.0, max(0.0, share)):.2f}%"
    return _svg(
        "share",
        Markup('<rect class="track" x="0" y="25%" width="100%" height="50%"/>'),
        Markup('<rect class="bar {}" x="0" y="25%" width="{}" height="50%"/>').format(kind, width),
    )
