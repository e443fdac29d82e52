"""How a study of unlearning is shown: removed against kept, said against known, what comes back."""

from markupsafe import Markup

from heptathlon.harmless import label
from heptathlon.pages import base as pages
from heptathlon.pages import sheets
from heptathlon.pages.sheets import Sheet, ends, value
from heptathlon.studies.kinds.unlearning import Figures, UnlearningCard
from heptathlon.studies.trained import Estimate

SIDE, LEFT, RIGHT, TOP, BOTTOM = 320, 44, 200, 14, 40
"""Side of the plane and its margins, in its own units: the right one holds the names."""
PARTS = 8
"""Colours of parts in ``base.css``."""
MAIN = ("removed (choose)", "kept (choose)", "known", "said", "only hidden")
SAME = {True: "yes", False: "not shown", None: pages.DASH}
NOTHING = Estimate(value=None)
CORNERS = ((0.0, 1.0, "original"), (1.0, 1.0, "retrained"), (1.0, 0.0, "refuse all"))
"""Where three checkpoints would stand whose fate is known."""


def sheets_of(card: UnlearningCard) -> list[Sheet]:
    """Return a card's tables."""
    shown = card.checkpoints
    others = list(dict.fromkeys(name for one in shown for name in one.figures if name not in MAIN))
    return [
        Sheet(
            "Removed, kept, and only hidden",
            "1 is as the retrained model. Removed falls again where less is left than the "
            "retrained model has; kept is the worst of near, linked and retained people and of "
            "what is general; known is the lesser of the two by likelihood, said the same in "
            "text, and what lies between them is only hidden.",
            ("checkpoint", "role", *MAIN),
            [[_name(one), one.role, *(_cell(one, name) for name in MAIN)] for one in shown],
            drawing=_plane(card),
            main=True,
        ),
        Sheet(
            "Less than retrained, or as much?",
            "Accuracy on the forgotten less the retrained model's; the same if the whole interval "
            "lies within 0.05. TOFU's p is printed as it is published, of truth ratios a byte, "
            "with the least p that so many items can have: it is no grade, it takes items as "
            "independent, and one effect gets three grades at 40, 200 and 300 items.",
            ("checkpoint", "forget gap", "95 % interval", "same", "TOFU's p", "least p"),
            [
                [_name(one), value(one.figures.get("forget gap", NOTHING)),
                 ends(one.figures.get("forget gap", NOTHING)), SAME[one.same_as_retrained],
                 _p(one.quality), _p(one.quality_floor)]
                for one in shown
            ],
            main=True,
        ),
        Sheet(
            "What comes back",
            "Accuracy on the forgotten before and after relearning (on other people: asked of the "
            "rest) or rounding, the retrained model's after the same, and the difference as a "
            "share of the way from retrained to original.",
            ("checkpoint and probe", "before", "after", "retrained after", "regained",
             "95 % interval"),
            [
                [f"{one.name}, {one.probe}", value(one.before), value(one.after),
                 value(one.retrained_after), value(one.regained), ends(one.regained)]
                for one in card.probes
            ],
            main=True,
        ),
        Sheet(
            "Every figure",
            "As it is, with its interval by people; a dash stands for what was not asked.",
            ("figure", *(_name(one) for one in shown)),
            [[name, *(_cell(one, name) for one in shown)] for name in others],
        ),
    ]  # fmt: skip


def _name(one: Figures) -> str:
    return " ".join(part for part in (one.name, one.strength and f"({one.strength})") if part)


def _cell(one: Figures, name: str) -> str:
    found = one.figures.get(name, NOTHING)
    if found.value is None or found.low is None:
        return value(found)
    return f"{value(found)} ({pages.interval(found.low, found.high)})"


def _p(p: float | None) -> str:
    return pages.DASH if p is None else f"{p:.2g}"


def _plane(card: UnlearningCard) -> Markup:
    """Draw what was removed against what was kept, by likelihood, with intervals."""
    text = Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>')
    line = Markup('<line class="{}" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>')
    dot = Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"/>')
    parts = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(line.format("grid", _x(0), _x(1), _y(share), _y(share)))
        parts.append(line.format("grid", _x(share), _x(share), _y(0), _y(1)))
        parts.append(text.format("tick end", LEFT - 6, _y(share) + 4, f"{share:g}"))
        parts.append(text.format("tick mid", _x(share), _y(0) + 16, f"{share:g}"))
    parts.append(text.format("tick mid", _x(0.5), _y(0) + 32, "removed; up: kept"))
    for x, y, name in CORNERS:
        parts.append(dot.format("grid", _x(x), _y(y), 8))
        parts.append(text.format("tick mid", _x(x), _y(y) + (-10 if y else 10), name))
    for number, one in enumerate(card.checkpoints):
        kind = f"part-{number % PARTS + 1}"
        height = TOP + 12 + 15 * number
        removed, kept = (one.figures.get(name, NOTHING) for name in MAIN[:2])
        if removed.value is None or kept.value is None:
            continue
        x, y = _x(removed.value), _y(kept.value)
        if removed.low is not None and removed.high is not None:
            parts.append(line.format(kind, _x(removed.low), _x(removed.high), y, y))
        if kept.low is not None and kept.high is not None:
            parts.append(line.format(kind, x, x, _y(kept.low), _y(kept.high)))
        parts.append(dot.format(kind, x, y, 4))
        parts.append(dot.format(kind, LEFT + SIDE + 24, height - 4, 4))
        parts.append(text.format("name", LEFT + SIDE + 34, height, label(_name(one), 24)))
    svg = Markup('<svg class="curves" role="img" aria-label="{}" viewBox="0 0 {} {}">{}</svg>')
    says = "removed against kept, by likelihood"
    width, height = LEFT + SIDE + RIGHT, max(TOP + SIDE + BOTTOM, 15 * len(card.checkpoints) + 40)
    return svg.format(says, width, height, Markup("").join(parts))


def _x(share: float) -> float:
    return LEFT + SIDE * min(1.0, max(0.0, share))


def _y(share: float) -> float:
    return TOP + SIDE * (1 - min(1.0, max(0.0, share)))


def intro(card: UnlearningCard) -> str:
    """Return what is said first: whether there was anything to unlearn, and the noise."""
    known = f"The original knows {value(card.learnt)} of what was to be unlearned ({card.world})."
    return " ".join(part for part in (card.warning or known, f"{card.noise}.") if part)


VIEW = sheets.view(sheets_of, intro)
