"""The tasks of the sort family: the fresh edition, Book-SORT, and sets of a user's own texts."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

ALL: tuple[Tier, ...] = ("full", "lite", "smoke", "long")
STANDARD: tuple[Tier, ...] = ("full", "lite")
LENGTHS: dict[str, tuple[Tier, ...]] = {
    **dict.fromkeys(("50", "100", "250"), ("full", "lite", "smoke")),
    **dict.fromkeys(("500", "1000", "2500"), STANDARD),
    **dict.fromkeys(("10000", "20000"), ("long",)),
}
"""Words of a text, and the tiers in which texts of this length are asked about."""
QUOTED = ("250", "500", "1000", "2500", "10000", "20000")
"""Lengths of texts from which passages are quoted."""
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


WORD: dict[Tier, int] = {"smoke": 48}
"""Tokens of a smoke test's answer: a letter or a word."""


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
                name=f"{prefix}{kind}e{length}",
                form="choice",
                config=f"{config}{ending}",
                where={"length": length},
                tiers=LENGTHS[length],
            )
            for prefix, ending in SHOWN.items()
            for kind, config, lengths in (("", "order", LENGTHS), ("quoted_", "quoted", QUOTED))
            for length in lengths
        ),
        *(
            Variant(name=f"{prefix}{kind}", form="choice", config=f"{kind}{ending}", tiers=ALL)
            for prefix, ending in SHOWN.items()
            for kind in OTHERS
        ),
        Variant(name="between", form="choice", config="order_between"),
        Variant(name="say", form="say", config="order", tiers=ALL, tokens=WORD),
        Variant(name="say_notext", form="say", config="order_notext", tiers=ALL, tokens=WORD),
        Variant(name="say_between", form="say", config="order_between", tokens=WORD),
        *(
            Variant(name=f"say_{kind}", form="say", config=kind, tiers=ALL, tokens=WORD)
            for kind in ("quoted", *OTHERS)
        ),
        Variant(
            name="say_quoted_notext", form="say", config="quoted_notext", tiers=ALL, tokens=WORD
        ),
        Variant(name="write", form="write", config="order", tokens={"smoke": 192}),
        Variant(name="memory", form="say", config="order_memory", tiers=ALL),
        Variant(name="memory_quoted", form="say", config="quoted_memory", tiers=ALL),
        _untitled("untitled", "untitled", "order"),
        _untitled("untitled_notext", "untitled", "order_notext"),
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
        *(
            Variant(
                name=f"book_{name}",
                form="book_say",
                config=f"book{ending}",
                edition="paper",
                tiers=ALL,
            )
            for name, ending in (
                ("say", ""),
                ("say_notext", "_notext"),
                ("memory", "_memory"),
            )
        ),
        *(
            Variant(
                name=f"book_ranks{ending}",
                form="book_ranks",
                config=f"book{ending}",
                edition="paper",
                tiers=ALL,
            )
            for ending in SHOWN.values()
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
    # Accuracy, for a glance; the headline looks at both orders together, as the scorecard does.
    groups=(
        Group(
            members=(
                *(f"e{length}" for length in LENGTHS),
                *(f"quoted_e{length}" for length in QUOTED),
                *OTHERS,
                "between",
            ),
            smoke=("e50", "e100", "e250", "quoted_e250", *OTHERS),
            tiers=ALL,
            metric="acc",
        ),
        Group(
            name="control",
            members=(
                *(f"notext_e{length}" for length in LENGTHS),
                *(f"notext_quoted_e{length}" for length in QUOTED),
                *(f"notext_{kind}" for kind in OTHERS),
            ),
            tiers=ALL,
            metric="acc",
        ),
        Group(
            name="said",
            members=("say", *(f"say_{kind}" for kind in ("quoted", *OTHERS))),
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
