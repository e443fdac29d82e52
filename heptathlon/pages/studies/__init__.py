"""How the kinds of study are shown, one module a kind, which ends with its ``VIEW``.

A plug-in's kind has its own as an entry point of the group ``heptathlon.study_views``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rich.console import RenderableType

from heptathlon.errors import HeptathlonError
from heptathlon.registered import Registry
from heptathlon.studies.files import Card

C = TypeVar("C", bound=Card)

VIEWS = Registry("view of a study", "heptathlon.pages.studies", "VIEW", "heptathlon.study_views")


@dataclass(frozen=True)
class View(Generic[C]):
    """How the cards of a kind of study are shown.

    Attributes:
        page: returns a card's page, one self-contained HTML document.
        tables: returns what a terminal shows of a card.
        figure: returns several cards as one SVG, of the metrics that are named (the kind's own
            choice if none is); None if the kind has no figure.
    """

    page: Callable[[C], str]
    tables: Callable[[C], RenderableType]
    figure: Callable[[Sequence[C], Sequence[str]], str] | None = None


def view_of(kind: str) -> View[Any]:
    """Return how a kind of study is shown.

    Raises:
        UnknownNameError: if it has no view.
        HeptathlonError: if it is a plug-in's, and that cannot be loaded.
    """
    found: View[Any] = VIEWS.load(kind)
    return found


def figure_of(cards: Sequence[Card], metrics: Sequence[str] = ()) -> str:
    """Return several cards of one kind as one SVG.

    Args:
        cards: scored studies.
        metrics: what is shown of each; the kind's own choice if left out.

    Raises:
        HeptathlonError: if the cards are of several kinds, or their kind has no figure.
    """
    kinds = list(dict.fromkeys(card.kind for card in cards))
    if len(kinds) > 1:
        raise HeptathlonError(
            f"The studies are of several kinds ({', '.join(kinds)}); draw those of one kind."
        )
    draw = view_of(kinds[0]).figure
    if draw is None:
        raise HeptathlonError(
            f"Studies of the kind {kinds[0]} have no figure; look at their pages."
        )
    return draw(cards, metrics)
