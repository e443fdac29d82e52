"""How a retention study is shown: each probe over the checkpoints, and what is left of it."""

from markupsafe import Markup

from heptathlon.pages import base as pages
from heptathlon.pages import sheets
from heptathlon.pages.curves import plot
from heptathlon.pages.sheets import Sheet, ends, value
from heptathlon.studies.kinds.retention import Curve, RetentionCard

PHASES = {"early": "told in the first half", "late": "told in the second half"}


def sheets_of(card: RetentionCard) -> list[Sheet]:
    """Return a card's tables."""
    out = [
        Sheet(
            "Acquired and kept",
            f"People told of at least {card.exposures} times. Gained: the best checkpoint within "
            f"{card.window} steps of the last exposure less the one before training. Loss: share "
            "lost in ten times the steps, by a straight line against their logarithm.",
            ("probe", "people", "gained", "loss a decade", "half-life", "left in the end"),
            [_summary(curve) for curve in card.curves],
            main=True,
        )
    ]
    for phase, words in PHASES.items():
        chosen = [c for c in card.curves if c.phase == phase]
        scores = [c for c in chosen if not c.probe.startswith("log")]
        out.append(
            Sheet(
                f"Over the checkpoints: {words}",
                "Mean of each probe, and the share that is left of what was gained (a ratio of "
                "means).",
                ("probe, checkpoint", "steps since", "mean", "95 % interval", "kept", "95 %"),
                [
                    [f"{c.probe}, {p.name}", str(p.since), value(p.value), ends(p.value),
                     value(p.kept), pages.interval(p.kept.low, p.kept.high) or p.kept.reason]
                    for c in chosen
                    for p in c.points
                ],
                drawing=_drawing(scores),
            )
        )  # fmt: skip
    return out


def _summary(curve: Curve) -> list[str]:
    reason = next(iter(curve.reasons.values()), "")
    return [
        f"{curve.probe}, {curve.phase}",
        str(curve.people),
        pages.figure(curve.effectivity),
        pages.figure(curve.slope) if curve.slope is not None else reason or pages.DASH,
        pages.figure(curve.half_life, 0) if curve.half_life else curve.reasons.get("half_life", ""),
        pages.figure(curve.floor),
    ]


def _drawing(curves: list[Curve]) -> Markup | None:
    if not curves:
        return None
    ticks = [str(point.step) for point in curves[0].points]
    lines: list[tuple[str, list[float | None]]] = [
        (c.probe, [p.value.value for p in c.points]) for c in curves
    ]
    return plot(lines, ticks, "each probe over the optimizer steps")


def intro(card: RetentionCard) -> str:
    """Return what was followed."""
    return f"Checkpoints of {card.base} on {card.world}."


VIEW = sheets.view(sheets_of, intro)
