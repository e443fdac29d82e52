"""The tasks of the sort family: the fresh edition, Book-SORT, and sets of a user's own texts."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

ALL: tuple[Tier, ...] = ("full", "lite", "smoke", "long")
LENGTHS: dict[str, tuple[Tier, ...]] = {
    "250": ("full", "lite", "smoke"),
    "1000": ("full", "lite"),
    "2500": ("full", "lite"),
    "10000": ("long",),
    "20000": ("long",),
}
"""Words of a text, and the tiers in which texts of this length are asked about."""
PAPER: dict[tuple[str, str], tuple[Tier, ...]] = {
    ("250", "20"): ("full", "lite", "smoke"),
    ("250", "50"): ("full", "lite"),
    ("1000", "20"): ("full",),
    ("1000", "50"): ("full", "lite"),
    ("2500", "20"): ("full",),
    ("2500", "50"): ("full",),
    **{(length, segment): ("long",) for length in ("10000", "20000") for segment in ("20", "50")},
}
"""Words of an excerpt of a book and of its segments, and their tiers."""
OTHERS = ("middle", "before", "nearer", "told", "happened")
"""Forms of question that are asked about texts of all lengths in one task."""
SHOWN = {"": "", "notext_": "_notext"}
"""Prefix of a task's name and ending of its config: with the text, and without it."""


def _untitled(name: str, form: str, config: str, edition: str = "fresh") -> Variant:
    # Book-SORT's prompts are the task class's, which must be told; the fresh form knows by itself.
    told = {"untitled": True} if edition == "paper" else {}
    return Variant(name=name, form=form, config=config, edition=edition, tiers=ALL, metadata=told)


def _own(name: str, form: str, config: str) -> Variant:
    return Variant(name=name, form=form, config=config, edition="own", tiers=("full",))


TABLE = Table(
    variants=(
        *(
            Variant(
                name=f"{prefix}e{length}",
                form="choice",
                config=f"first{ending}",
                where={"length": length},
                tiers=tiers,
            )
            for prefix, ending in SHOWN.items()
            for length, tiers in LENGTHS.items()
        ),
        *(
            Variant(name=f"{prefix}{kind}", form="choice", config=f"{kind}{ending}", tiers=ALL)
            for prefix, ending in SHOWN.items()
            for kind in OTHERS
        ),
        Variant(name="say", form="say", config="first", tiers=ALL),
        Variant(name="say_notext", form="say", config="first_notext", tiers=ALL),
        Variant(name="memory", form="say", config="first_memory", tiers=ALL),
        _untitled("untitled", "untitled", "first"),
        _untitled("untitled_notext", "untitled", "first_notext"),
        *(
            Variant(
                name=f"book_{prefix}e{length}_s{segment}",
                form="book",
                config=f"book{ending}",
                edition="paper",
                where={"length": length, "segment": segment},
                tiers=tiers,
            )
            for prefix, ending in SHOWN.items()
            for (length, segment), tiers in PAPER.items()
        ),
        Variant(name="book_swapped", form="book", config="swapped", edition="paper"),
        Variant(name="book_sweep", form="book", config="sweep", edition="paper"),
        _untitled("book_untitled", "book", "book", "paper"),
        _untitled("book_untitled_notext", "book", "book_notext", "paper"),
        _own("own", "own", "own"),
        _own("own_notext", "own", "own_notext"),
        _own("own_say", "own_say", "own"),
        _own("own_say_notext", "own_say", "own_notext"),
        _own("own_memory", "own_say", "own_memory"),
    ),
    # Accuracy, for a glance; the headline is the uplift, which the scorecard has.
    groups=(
        Group(
            members=(
                *(f"{prefix}e{length}" for prefix in SHOWN for length in LENGTHS),
                *OTHERS,
            ),
            tiers=ALL,
            metric="acc",
        ),
        Group(
            name="paper",
            members=tuple(
                f"book_{prefix}e{length}_s{segment}"
                for prefix in SHOWN
                for length, segment in PAPER
            ),
            tiers=ALL,
            metric="acc",
        ),
        Group(name="own_texts", members=("own", "own_notext"), tiers=("full",), metric="acc"),
    ),
)
