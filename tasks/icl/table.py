"""The tasks of the icl family: five forms, those with options also said."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

WORD: dict[Tier, int] = {"smoke": 16}
"""Tokens of a smoke test's answer of one sign."""
CHOSEN = ("forced", "open", "teach", "urns")

TABLE = Table(
    variants=(
        *(Variant(name=form, form=form, config=form) for form in CHOSEN),
        *(
            Variant(name=f"{form}_say", form=f"{form}_say", config=form, tokens=WORD)
            for form in CHOSEN
        ),
        Variant(name="linear", form="linear", config="linear", tokens=WORD),
    ),
    groups=(
        Group(members=("forced", "open", "teach", "urns", "linear"), metric="right"),
        # For models that a server shows no likelihoods of.
        Group(name="said", members=(*(f"{f}_say" for f in CHOSEN), "linear"), metric="right"),
    ),
)
