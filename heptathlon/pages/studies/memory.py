"""How a study of memory is shown: what was read, what the control read, and what neither did."""

from heptathlon.pages import base as pages
from heptathlon.pages import sheets
from heptathlon.pages.sheets import Sheet, ends, value
from heptathlon.studies.kinds.memory import MemoryCard


def sheets_of(card: MemoryCard) -> list[Sheet]:
    """Return a card's tables."""
    return [
        Sheet(
            "What is remembered",
            "Tuned on a text less tuned on others, on both models' texts together: what the two "
            "learnt alike from any such text cancels out.",
            ("metric", "memory", "95 % interval", "questions"),
            [[card.metric, value(card.memory), ends(card.memory), str(card.memory.n)]],
            main=True,
        ),
        Sheet(
            "By what was read",
            "Means, and changes paired by question. On what neither read, the changes are what "
            "tuning on any such text does.",
            ("texts", "number", "questions", "before", "after", "control", "after - before",
             "95 % interval", "control - before", "after - control", "95 % interval"),
            [
                [
                    name, str(one.texts), str(one.documents), value(one.before), value(one.after),
                    value(one.control), value(one.gained), ends(one.gained),
                    value(one.control_gained), value(one.apart), ends(one.apart),
                ]
                for name, one in card.parts.items()
            ],
            main=True,
        ),
    ]  # fmt: skip


def intro(card: MemoryCard) -> str:
    """Return what the headline and its interval are."""
    return (
        f"Memory {pages.figure(card.memory.value)} of {card.metric}; intervals are clustered by "
        f"{card.clustered_by}."
    )


VIEW = sheets.view(sheets_of, intro)
