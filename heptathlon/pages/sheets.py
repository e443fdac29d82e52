"""A study as a few tables with captions: for the kinds whose cards are lists of figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from markupsafe import Markup
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from heptathlon.harmless import visible
from heptathlon.pages import base as pages
from heptathlon.pages.studies import View
from heptathlon.studies.files import Card
from heptathlon.studies.trained import Estimate

C = TypeVar("C", bound=Card)


@dataclass(frozen=True)
class Sheet:
    """A table.

    Attributes:
        title: its heading.
        says: what it shows, in a sentence or two.
        columns: names of the columns; the first one holds words, the others figures.
        rows: the cells.
        drawing: a figure below it, if there is one.
        main: whether a terminal shows it too.
    """

    title: str
    says: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    drawing: Markup | None = None
    main: bool = False


def view(sheets_of: Callable[[C], Sequence[Sheet]], intro: Callable[[C], str]) -> View[C]:
    """Return how a kind of study is shown whose cards are tables.

    Args:
        sheets_of: returns a card's tables.
        intro: returns the sentence before them.
    """
    return View(
        page=lambda card: page(card.study, intro(card), sheets_of(card)),
        tables=lambda card: tables(f"{card.study}\n{intro(card)}", sheets_of(card)),
    )


def page(title: str, intro: str, sheets: Sequence[Sheet]) -> str:
    """Return a study's report as one HTML document."""
    style = pages.style("base.css", "study.css")
    shown = pages.environment().get_template("sheets.html.j2")
    return (
        shown.render(title=title, intro=intro, sheets=sheets, style=style,
                     policy=pages.policy(style))
        + "\n"
    )  # fmt: skip


def tables(title: str, sheets: Sequence[Sheet]) -> Group:
    """Return the main tables for the terminal."""
    out = []
    for sheet in sheets:
        if sheet.main and sheet.rows:
            table = Table(*map(_harmless, sheet.columns), box=None, title=_harmless(sheet.title))
            for row in sheet.rows:
                table.add_row(*map(_harmless, row))
            out.append(table)
    return Group(_harmless(title), *out)


def _harmless(text: str) -> str:
    """Return a text that is neither markup to Rich nor a command to the terminal."""
    return escape(visible(text))


def ends(one: Estimate) -> str:
    """Return an interval in words, or why there is none."""
    return pages.interval(one.low, one.high) or one.reason or pages.DASH


def value(one: Estimate) -> str:
    """Return a figure; a dash if there is none."""
    return pages.figure(one.value)
