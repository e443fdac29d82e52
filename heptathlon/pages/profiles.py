"""Panels: figures that only one family has, of one model or of several beside each other.

A family names its panels in ``PANELS``; the report shows those of its run, and ``heptathlon
profile RUN…`` those of several runs on one page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from heptathlon.pages import plots
from heptathlon.pages.plots import Scale
from heptathlon.scoring.cards import Estimate
from heptathlon.scoring.scorecard import ScoredSample, estimate

Runs = Mapping[str, Sequence[ScoredSample]]
"""Samples of one family by the model that answered."""


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


def panels(family: str, runs: Runs) -> list[Panel]:
    """Return a family's panels for the samples of one or several models; none if it has none."""
    return PANELS[family](runs) if family in PANELS else []


def _panel(title: str, says: str, figures: Sequence[tuple[str, str, Estimate]]) -> Panel:
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


# --- verbalizer ----------------------------------------------------------------------------------

UNNATURALNESS = {
    "natural": "natural words",
    "congruent": "other fitting words",
    "neutral": "neutral words",
    "same_field": "wrong words of the same field",
    "antonym": "fitting words exchanged",
    "unnatural": "names exchanged",
    "derangement": "names deranged (three and more classes)",
}
"""Forms in the order of the pull that the asked words have against the answer."""
AGAINST = ("unnatural", "derangement")
"""Forms in which the asked word is another class's own."""
READINGS = {"acc": "generated", "acc_norm": "by likelihood"}


def verbalizer_panels(runs: Runs) -> list[Panel]:
    """Return accuracy against unnaturalness, prior capture against error, and the datasets."""
    by_reading = {
        (f"{model}, {words}" if len(_readings(samples)) > 1 else model, metric): chosen
        for model, samples in runs.items()
        for metric, words in READINGS.items()
        if (chosen := [s for s in samples if _metric(s) == metric])
    }
    along, capture, table = [], [], []
    for form, words in UNNATURALNESS.items():
        for (name, _), samples in by_reading.items():
            if chosen := _of(samples, form):
                along.append((words, name, estimate("above_chance", chosen)))
    datasets = dict.fromkeys(str(s.sample.doc["dataset"]) for x in runs.values() for s in x)
    for dataset in datasets:
        for (name, metric), samples in by_reading.items():
            mine = [s for s in samples if s.sample.doc["dataset"] == dataset]
            if against := _of(mine, *AGAINST):
                right = estimate(metric, against)
                capture += [
                    (dataset, f"{name}: error", _complement("error", right)),
                    (
                        dataset,
                        f"{name}: prior capture",
                        _complement("prior_capture", estimate("uncaptured", against)),
                    ),
                ]
            for form, words in UNNATURALNESS.items():
                if chosen := _of(mine, form):
                    table.append((dataset, f"{name}: {words}", estimate(metric, chosen)))
    found = [
        _panel(
            "Accuracy against unnaturalness",
            "Accuracy on the scale on which 0 is chance and 1 is all right, from words that name "
            "the right class down to words that name another.",
            along,
        ),
        _panel(
            "Prior capture against error",
            "Under words that name another class. With two classes every readable error is the "
            "right class's own name; with more, errors beyond prior capture are confusion.",
            capture,
        ),
        _panel("By dataset", "Accuracy of each form of question, not corrected for chance.", table),
    ]
    return [panel for panel in found if panel.lines]


def _metric(sample: ScoredSample) -> str:
    return "acc_norm" if "acc_norm" in sample.verdict.metrics else "acc"


def _readings(samples: Sequence[ScoredSample]) -> set[str]:
    return {_metric(s) for s in samples}


def _of(samples: Sequence[ScoredSample], *forms: str) -> list[ScoredSample]:
    return [s for s in samples if s.form in forms]


def _complement(metric: str, e: Estimate) -> Estimate:
    """Return 1 less a share, with its interval turned round."""

    def less(x: float | None) -> float | None:
        return None if x is None else 1.0 - x

    update = {"metric": metric, "value": less(e.value), "low": less(e.high), "high": less(e.low)}
    return e.model_copy(update=update)


PANELS: dict[str, Callable[[Runs], list[Panel]]] = {"verbalizer": verbalizer_panels}
