"""A board of tuned sequences: scored continual studies, method by base by order of the tasks.

Studies stand in one table only if they are about the same tasks with as many documents; a method
that was tried on a base in several orders has a line with mean and spread over them. Nothing is
ranked: a sequence is one draw of a method, and intervals are over documents, not over seeds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from heptathlon.errors import HeptathlonError
from heptathlon.pages import base as pages
from heptathlon.pages.studies.continual import short_name
from heptathlon.scorers import continual
from heptathlon.scorers.continual import Figure, Spread
from heptathlon.studies.files import Card
from heptathlon.studies.kinds.continual import STRICT, ContinualCard, FigureCard, MetricCard

COLUMNS = ("acc_last", "acc_learn", "bwt_gem", "fm_chaudhry", "fwt")
"""Figures of the matrix that a row shows; its card has all."""
SPLIT = ("bwt_essential", "bwt_superficial")


@dataclass(frozen=True)
class Line:
    """One study.

    Attributes:
        card: its card.
        link: its own page, relative to the board's; empty if there is none.
        metric: what its matrix is of.
        figures: those of ``COLUMNS`` and ``SPLIT``.
    """

    card: ContinualCard
    link: str
    metric: str
    figures: list[FigureCard]


@dataclass(frozen=True)
class OverOrders:
    """What a method reached on a base over several orders."""

    method: str
    base: str
    figures: list[Spread]


@dataclass(frozen=True)
class Stream:
    """Studies of the same tasks."""

    tasks: list[str]
    documents: int
    lines: list[Line]
    orders: list[OverOrders]


def render(studies: Sequence[tuple[Card, str]]) -> str:
    """Return the board as one HTML document without scripts.

    Args:
        studies: cards, each with the address of its page or an empty text.

    Raises:
        HeptathlonError: if a card is of another kind of study.
    """
    style = pages.style("base.css", "study.css")
    return (
        pages.environment()
        .get_template("study_board.html.j2")
        .render(
            streams=streams(studies),
            columns=(*COLUMNS, *SPLIT),
            style=style,
            policy=pages.policy(style),
        )
        + "\n"
    )


def streams(studies: Iterable[tuple[Card, str]]) -> list[Stream]:
    """Return the studies by what they are about, those with most studies first.

    Raises:
        HeptathlonError: if a card is of another kind of study.
    """
    groups: dict[tuple[tuple[str, int], ...], list[Line]] = {}
    for card, link in studies:
        if not isinstance(card, ContinualCard):
            raise HeptathlonError(
                f"A study of the kind {card.kind!r} has no place on a board of tuned sequences; "
                "name cards of the kind 'continual'."
            )
        groups.setdefault(tuple(sorted(card.documents.items())), []).append(_line(card, link))
    out = []
    for about, lines in groups.items():
        ordered = sorted(lines, key=lambda x: (x.card.base, x.card.method, x.card.order))
        names = [short_name(task) for task, _ in about]
        out.append(Stream(names, sum(n for _, n in about), ordered, _over_orders(ordered)))
    return sorted(out, key=lambda stream: (-len(stream.lines), stream.tasks))


def _line(card: ContinualCard, link: str) -> Line:
    metric = card.metrics.get(STRICT) or next(iter(card.metrics.values()))
    figures = [_figure(metric, name) for name in COLUMNS]
    figures += [card.split.get(name, _missing("no lenient score")) for name in SPLIT]
    return Line(card, link, metric.metric, figures)


def _figure(metric: MetricCard, name: str) -> FigureCard:
    return metric.figures.get(name) or _missing("the card is older than this figure")


def _missing(reason: str) -> FigureCard:
    return FigureCard(value=None, reason=reason)


def _over_orders(lines: Sequence[Line]) -> list[OverOrders]:
    """Return mean and spread of what was tried in at least two orders, each of them once."""
    tried: dict[tuple[str, str], dict[tuple[str, ...], Line]] = {}
    for line in lines:
        if line.card.method and line.card.base:
            key = (line.card.method, line.card.base)
            tried.setdefault(key, {}).setdefault(tuple(line.card.tasks), line)
    names = (*COLUMNS, *SPLIT)
    out = []
    for (method, base), orders in tried.items():
        if len(orders) < 2:
            continue
        measured = [
            {n: Figure(f.value, f.reason) for n, f in zip(names, line.figures, strict=True)}
            for line in orders.values()
        ]
        spread = continual.spread_of_orders(measured)
        out.append(OverOrders(method, base, [spread[name] for name in names]))
    return out
