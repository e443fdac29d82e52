"""How a study of subsets is shown: memorisation by stratum, and influence against the truth."""

from heptathlon.pages import sheets
from heptathlon.pages.sheets import Sheet, ends, value
from heptathlon.studies.kinds.subsets import SubsetsCard


def sheets_of(card: SubsetsCard) -> list[Sheet]:
    """Return a card's tables."""
    by = list(dict.fromkeys(line.by for line in card.strata))
    out = [
        Sheet(
            f"Memorisation by {one}",
            "How much more often a fact is right in the runs that read about its person than in "
            f"the others. One fact's figure has a standard deviation of up to {card.noise:.2f}.",
            ("probe and level", "items", "left out", "memorisation", "95 % interval"),
            [
                [f"{line.probe}: {line.level}", str(line.items), str(line.left_out),
                 value(line.memorisation), ends(line.memorisation)]
                for line in card.strata
                if line.by == one
            ],
            main=one == "exposures",
        )
        for one in by
    ]  # fmt: skip
    out.append(
        Sheet(
            "Influence against the truth",
            "How well estimated influence tells a person's own facts from everybody else's.",
            ("probe", "pairs", "AUC", "95 % interval"),
            [[probe, str(one.n), value(one), ends(one)] for probe, one in card.influence.items()],
            main=True,
        )
    )
    return out


def intro(card: SubsetsCard) -> str:
    """Return what was compared."""
    return f"{len(card.runs)} runs of {card.base}, each on half of the people of {card.world}."


VIEW = sheets.view(sheets_of, intro)
