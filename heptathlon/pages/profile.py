"""``heptathlon profile``: the panels of several runs beside each other, on one page."""

from collections.abc import Sequence

from heptathlon import harmless
from heptathlon.errors import HeptathlonError
from heptathlon.families import FAMILIES
from heptathlon.pages import base as pages
from heptathlon.pages.drawings import drawings_of
from heptathlon.pages.report import of_card
from heptathlon.scoring.cards import Scorecard
from heptathlon.scoring.scorecard import ScoredSample


def render(runs: Sequence[tuple[Scorecard, Sequence[ScoredSample]]]) -> str:
    """Return one HTML document with the panels of several runs beside each other.

    Args:
        runs: each run's scorecard and scored samples.

    Raises:
        HeptathlonError: if no family of theirs has panels.
    """
    sets: dict[tuple[str, str, str, str], dict[str, Sequence[ScoredSample]]] = {}
    names = [card.model.name for card, _ in runs]
    for number, (card, scored) in enumerate(runs, start=1):
        # Two runs of one model stay two.
        again = f" ({number})" * (names.count(card.model.name) > 1)
        name = harmless.label(f"{card.model.name}{again}", 40)
        for family in card.families.values():
            if drawings_of(family.family).panels:
                key = (family.family, family.edition, family.tier, family.season)
                sets.setdefault(key, {})[name] = of_card(family, scored)
    if not sets:
        known = ", ".join(name for name in FAMILIES if drawings_of(name).panels)
        raise HeptathlonError(f"profile: none of the runs has a family with panels ({known}).")
    style = pages.style("base.css", "report.css")
    parts = [
        (
            f"{FAMILIES[name].title}, {edition} edition, tier {tier}, season {season}",
            drawings_of(name).compared(part),
        )
        for (name, edition, tier, season), part in sets.items()
    ]
    models = list(dict.fromkeys(name for part in sets.values() for name in part))
    template = pages.environment().get_template("profile.html.j2")
    return (
        template.render(models=models, parts=parts, style=style, policy=pages.policy(style)) + "\n"
    )
