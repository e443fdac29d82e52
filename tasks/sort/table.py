"""The tasks of the sort family: the fresh edition, Book-SORT, and sets of a user's own texts."""

from collections.abc import Mapping

from heptathlon.families import Tier
from heptathlon.tasks.table import MAIN, Group, Table, Variant

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


UNTITLED = "heptathlon.tasks.sort.prompts.untitled"
"""The prompt without the text's title."""
WRITTEN: dict[Tier, int] = {"full": 2048, "lite": 2048, "smoke": 192}
"""Tokens of an answer that writes some seventy events down first, a short line for each."""


def _fresh(
    name: str,
    config: str,
    *,
    form: str = "choice",
    tiers: tuple[Tier, ...] = ALL,
    length: str = "",
    tokens: Mapping[Tier, int] | None = None,
    text: str | None = None,
) -> Variant:
    """Return a variant of the generated texts, some of which are set apart as examples."""
    return Variant(
        name=name,
        form=form,
        config=config,
        where={"length": length} if length else {},
        tiers=tiers,
        tokens=tokens or {},
        doc_to_text=text,
        examples=True,
    )


def _untitled_book(name: str, config: str) -> Variant:
    # Book-SORT's prompts are the task class's, which must be told.
    return Variant(
        name=name,
        form="book",
        config=config,
        edition="paper",
        tiers=ALL,
        metadata={"untitled": True},
    )


def _own(name: str, form: str, config: str) -> Variant:
    return Variant(name=name, form=form, config=config, edition="own", tiers=("full",))


TABLE = Table(
    variants=(
        *(
            _fresh(
                f"{prefix}{kind}e{length}",
                f"{config}{ending}",
                length=length,
                tiers=LENGTHS[length],
            )
            for prefix, ending in SHOWN.items()
            for kind, config, lengths in (("", "order", LENGTHS), ("quoted_", "quoted", QUOTED))
            for length in lengths
        ),
        *(
            _fresh(f"{prefix}{kind}", f"{kind}{ending}")
            for prefix, ending in SHOWN.items()
            for kind in OTHERS
        ),
        _fresh("between", "order_between", tiers=MAIN),
        _fresh("say", "order", form="say", tokens=WORD),
        _fresh("say_notext", "order_notext", form="say", tokens=WORD),
        _fresh("say_between", "order_between", form="say", tiers=MAIN, tokens=WORD),
        *(_fresh(f"say_{kind}", kind, form="say", tokens=WORD) for kind in ("quoted", *OTHERS)),
        _fresh("say_quoted_notext", "quoted_notext", form="say", tokens=WORD),
        # The events are written down before the question is answered.
        _fresh(
            "write",
            "order",
            form="say",
            tiers=MAIN,
            tokens=WRITTEN,
            text="heptathlon.tasks.sort.prompts.write",
        ),
        _fresh("memory", "order_memory", form="say"),
        _fresh("memory_quoted", "quoted_memory", form="say"),
        _fresh("untitled", "order", text=UNTITLED),
        _fresh("untitled_notext", "order_notext", text=UNTITLED),
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
        _untitled_book("book_untitled", "book"),
        _untitled_book("book_untitled_notext", "book_notext"),
        _own("own", "choice", "own"),
        _own("own_notext", "choice", "own_notext"),
        _own("own_say", "say", "own"),
        _own("own_say_notext", "say", "own_notext"),
        _own("own_memory", "say", "own_memory"),
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
