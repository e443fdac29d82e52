"""How routes over a training are shown: shared experts, loss and scores, and how they agree."""

from heptathlon.pages import base as pages
from heptathlon.pages import sheets
from heptathlon.pages.curves import plot
from heptathlon.pages.sheets import Sheet, ends, value
from heptathlon.scorers.pathways import FIGURES
from heptathlon.studies.kinds.pathways import Agreed, PathwaysCard

DRAWN = ("edit", "edit_excess", "overlap", "overlap_excess", "overlap_between")
"""Figures between 0 and 1; an excess below 0 is drawn at 0."""
BRIEF = ("string_distance", "consistency", "edit_excess", "overlap_excess", "overlap")


def sheets_of(card: PathwaysCard) -> list[Sheet]:
    """Return a card's tables."""
    ticks = [f"{one.step:g}" for one in card.passages]
    outcomes = list(card.passages[0].outcomes)
    lines: list[tuple[str, list[float | None]]] = [
        (name, [one.figures[name].value for one in card.passages]) for name in DRAWN
    ]
    return [
        Sheet(
            "Over the training",
            "Figures of the routes beside the loss of the same texts"
            + (f" and {card.metric} of each task." if card.metric else "."),
            ("checkpoint", card.unit, *outcomes, *BRIEF),
            [
                [one.name, tick, *(value(one.outcomes[name]) for name in outcomes),
                 *(value(one.figures[name]) for name in BRIEF)]
                for one, tick in zip(card.passages, ticks, strict=True)
            ],
            drawing=plot(lines, ticks, "distances and excess sharing over the training"),
            main=True,
        ),
        Sheet(
            "Does one go with the other?",
            "Spearman's rank correlation over checkpoints. Whatever goes one way over a training "
            "agrees with all else that does: beside it stands that of the figure with the step, "
            "and what is left with the step's order taken out of both. p: Student's, Holm over "
            "all pairs, as if checkpoints were independent, which they are not.",
            ("figure, outcome", "rank", "figure and step", "given the step", "p"),
            [_agreed(one) for one in card.agreements],
            main=True,
        ),
        Sheet(
            "At each checkpoint",
            "With 95 % intervals by texts; those of pairs leave out one text at a time.",
            ("figure, checkpoint", card.unit, "value", "95 %"),
            [
                [f"{name}, {one.name}", tick, value(one.figures[name]), ends(one.figures[name])]
                for name in FIGURES
                for one, tick in zip(card.passages, ticks, strict=True)
            ],
        ),
        Sheet(
            "What the figures say",
            "The first two are published, with the faults that are told.",
            ("figure", "says"),
            [[name, says] for name, says in FIGURES.items()],
        ),
    ]  # fmt: skip


def _agreed(one: Agreed) -> list[str]:
    left = pages.figure(one.given_step) if one.given_step is not None else one.reason
    p_value = pages.figure(one.p_value) if one.p_value is not None else pages.DASH
    cells = [f"{one.figure}, {one.outcome}", pages.figure(one.rank), pages.figure(one.with_step)]
    return [*cells, left, p_value]


def intro(card: PathwaysCard) -> str:
    """Return what was followed."""
    return (
        f"{len(card.passages)} checkpoints ({card.architecture}, {card.layers} layers of "
        f"{card.experts} experts, {card.chosen} a token) on {card.texts} texts in {card.groups} "
        f"groups."
    )


VIEW = sheets.view(sheets_of, intro)
