"""How a learning curve is shown: the score at each checkpoint, drawn and in figures."""

from heptathlon.pages import base as pages
from heptathlon.pages import sheets
from heptathlon.pages.curves import plot
from heptathlon.pages.sheets import Sheet, ends, value
from heptathlon.studies.kinds.curve import CurveCard


def sheets_of(card: CurveCard) -> list[Sheet]:
    """Return a card's tables."""
    ticks = [f"{seen:g}" for seen in card.seen]
    says = f"{card.metric} over the {card.unit} seen"
    return [
        Sheet(
            f"Where {card.metric} reaches {card.threshold:g}",
            f"{card.unit} seen at the crossing, by a straight line against their logarithm.",
            (card.by or "documents", "number", f"{card.unit} seen", "last checkpoint", "95 %"),
            [
                [
                    line.level, str(line.documents),
                    f"{line.crosses:.4g}" if line.crosses is not None else line.reason,
                    value(line.points[-1]), ends(line.points[-1]),
                ]
                for line in card.lines
            ],
            drawing=plot([(one.level, [p.value for p in one.points]) for one in card.lines], ticks,
                         says),
            main=True,
        ),
        Sheet(
            "At each checkpoint",
            "Means with their clustered intervals.",
            (f"{card.by or 'documents'}, checkpoint", f"{card.unit} seen", card.metric, "95 %"),
            [
                [f"{line.level}, {name}", seen, value(point), ends(point)]
                for line in card.lines
                for name, seen, point in zip(card.names, ticks, line.points, strict=True)
            ],
        ),
    ]  # fmt: skip


def intro(card: CurveCard) -> str:
    """Return what was followed."""
    last = pages.figure(card.lines[0].points[-1].value)
    return f"{len(card.names)} checkpoints; {card.metric} {last} at the last."


VIEW = sheets.view(sheets_of, intro)
