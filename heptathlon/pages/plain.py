"""``heptathlon profile`` of any of lm-eval's tasks: the logged figures of several runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from heptathlon import harmless
from heptathlon.errors import HeptathlonError
from heptathlon.pages import base as pages
from heptathlon.pages import plots
from heptathlon.scorers import stats
from heptathlon.scoring.cards import Estimate
from heptathlon.scoring.figures import as_estimate
from heptathlon.scoring.plain import Figure, PlainRun


@dataclass(frozen=True)
class _Row:
    """One run's figure in one metric of one task.

    Attributes:
        run: the run's name on the page.
        figure: the mean of its documents' figures, with its interval.
        logged: the task's own figure where that is another; empty otherwise.
        mark: figure and interval on the metric's axis.
    """

    run: str
    figure: Estimate
    logged: str
    mark: Markup


def render(runs: Sequence[PlainRun], cluster: str = "") -> str:
    """Return one HTML document with the logged figures of several runs beside each other.

    Args:
        runs: the runs, read with the same cluster.
        cluster: the field of the documents that was clustered by; empty if none was.

    Raises:
        HeptathlonError: if no metric of theirs is a number for each document.
    """
    names = [run.model.name for run in runs]
    shown = [
        harmless.label(f"{run.model.name}{f' ({n})' * (names.count(run.model.name) > 1)}", 40)
        for n, run in enumerate(runs, start=1)
    ]
    tasks = sorted({task for run in runs for task in run.tasks})
    parts = []
    for task in tasks:
        keys = dict.fromkeys(
            key for run in runs if task in run.tasks for key in run.tasks[task].figures
        )
        for key in keys:
            rows = [
                (name, run.tasks[task].figures[key], run.tasks[task].clusters)
                for name, run in zip(shown, runs, strict=True)
                if task in run.tasks and key in run.tasks[task].figures
            ]
            if made := _rows(rows):
                parts.append((task, rows[0][1].name, *made))
    if not parts:
        raise HeptathlonError("profile: no metric of the runs is a number for each document.")
    style = pages.style("base.css", "report.css")
    template = pages.environment().get_template("plain.html.j2")
    return (
        template.render(
            models=shown, parts=parts, cluster=cluster, style=style, policy=pages.policy(style)
        )
        + "\n"
    )


def _rows(
    found: Sequence[tuple[str, Figure, dict[tuple[str, int], str]]],
) -> tuple[list[_Row], Markup] | None:
    """Return the rows of one metric and their axis; None if there is no figure."""
    figures: list[tuple[str, Figure, Estimate]] = []
    for name, one, clusters in found:
        keys = sorted(one.values)
        labels = [clusters.get(key, f"{key[0]} {key[1]}") for key in keys]
        mean = stats.clustered_mean([one.values[key] for key in keys], labels)
        figures.append((name, one, as_estimate(one.name, mean)))
    known = [f for *_, f in figures if f.value is not None]
    if not known:
        return None
    scale = plots.Scale.of(x for f in known for x in (f.value, f.low, f.high))
    rows = [
        _Row(
            name,
            figure,
            "" if one.is_mean or one.logged is None else f"{one.logged:.3f}",
            plots.interval(scale, figure.value, figure.low, figure.high),
        )
        for name, one, figure in figures
    ]
    return rows, plots.axis(scale)
