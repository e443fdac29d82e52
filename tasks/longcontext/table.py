"""The tasks of the longcontext family: each form chosen or said, with the text and without."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

WORD: dict[Tier, int] = {"smoke": 32}
"""Tokens of a smoke test's answer of a word or a name."""
FORMS = (
    "needle", "latent", "update", "absent", "hops", "count", "order", "set", "listops", "rare",
)  # fmt: skip
PASSAGES = ("given", "which", "unsaid", "retrieved")
_PROMPTS = "heptathlon.tasks.longcontext.prompts"

TABLE = Table(
    variants=(
        *(Variant(name=form, form="choose", config=form) for form in PASSAGES),
        *(Variant(name=f"{form}_say", form="say", config=form, tokens=WORD) for form in PASSAGES),
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
        *(
            Variant(
                name=f"own_{form}{ending}", form=how, config=form, edition="own", tiers=("full",)
            )
            for form in FORMS
            for ending, how in (("", "choose"), ("_say", "say"))
        ),
    ),
    groups=(
        Group(members=FORMS, metric="right"),
        Group(name="rag", members=PASSAGES, metric="right"),
        Group(name="control", members=tuple(f"{form}_notext" for form in FORMS), metric="right"),
        Group(
            name="own_texts",
            members=tuple(f"own_{form}" for form in FORMS),
            tiers=("full",),
            metric="right",
        ),
        # For models that a server shows no likelihoods of.
        Group(
            name="said", members=tuple(f"{form}_say" for form in FORMS + PASSAGES), metric="right"
        ),
    ),
)
