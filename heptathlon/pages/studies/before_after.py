"""How a study of an edit is shown: each set of documents before and after."""

from heptathlon.pages import base as pages
from heptathlon.pages import sheets
from heptathlon.pages.sheets import Sheet, ends, value
from heptathlon.studies.kinds.before_after import BeforeAfterCard

WANTED = {"down": "should fall", "kept": "should stay"}


def sheets_of(card: BeforeAfterCard) -> list[Sheet]:
    """Return a card's table."""
    return [
        Sheet(
            "What fell and what was kept",
            "Medians over documents with their median absolute deviation, and the paired change of "
            "the mean; kept is the share of what lay above chance.",
            ("set", "wanted", "documents", "median before", "median after", "mean before",
             "mean after", "change", "95 % interval", "fell", "kept"),
            [
                [
                    f"{name} ({one.metric})", WANTED[one.wanted], str(one.documents),
                    f"{pages.figure(one.before.median)} ± {pages.figure(one.before.mad)}",
                    f"{pages.figure(one.after.median)} ± {pages.figure(one.after.mad)}",
                    pages.figure(one.mean_before), pages.figure(one.mean_after),
                    value(one.change), ends(one.change), pages.figure(one.fallen, 2),
                    pages.figure(one.kept, 2),
                ]
                for name, one in card.sets.items()
            ],
            main=True,
        )
    ]  # fmt: skip


def intro(card: BeforeAfterCard) -> str:
    """Return what was compared."""
    return f"{card.after} against {card.before}."


VIEW = sheets.view(sheets_of, intro)
