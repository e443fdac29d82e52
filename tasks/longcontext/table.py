"""The tasks of the longcontext family: each form chosen or said, with the text and without."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

WORD: dict[Tier, int] = {"smoke": 32}
"""Tokens of a smoke test's answer of a word or a name."""
FORMS = (
    "needle", "latent", "update", "absent", "hops", "count", "order", "set", "listops", "rare",
)  # fmt: skip
_PROMPTS = "heptathlon.tasks.longcontext.prompts"

TABLE = Table(
    variants=(
        Variant(name="given", form="choose", config="given"),
        Variant(name="given_say", form="say", config="given", tokens=WORD),
        *(Variant(name=form, form="choose", config=form) for form in FORMS),
        *(
            Variant(
                name=f"{form}_notext",
                form="choose",
                config=form,
                doc_to_text=f"{_PROMPTS}.choose_notext",
            )
            for form in FORMS
        ),
        *(Variant(name=f"{form}_say", form="say", config=form, tokens=WORD) for form in FORMS),
        *(
            Variant(
                name=f"{form}_say_notext",
                form="say",
                config=form,
                tokens=WORD,
                doc_to_text=f"{_PROMPTS}.say_notext",
            )
            for form in FORMS
        ),
    ),
    groups=(
        Group(members=FORMS, metric="right"),
        Group(name="rag", members=("given",), metric="right"),
        Group(name="control", members=tuple(f"{form}_notext" for form in FORMS), metric="right"),
        # For models that a server shows no likelihoods of.
        Group(
            name="said", members=(*(f"{form}_say" for form in FORMS), "given_say"), metric="right"
        ),
    ),
)
