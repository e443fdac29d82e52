"""The tasks of the recall family: six ways to ask for one value, in three editions."""

from heptathlon.families import FAMILIES, Tier
from heptathlon.tasks.table import Group, Table, Variant

ARMS = tuple(FAMILIES["recall"].form_names)
"""The ways to ask; the builder's module has them too, and loads what draws data sets."""
SHORT: dict[Tier, int] = {"smoke": 64}
"""Tokens of a smoke test's answer."""

TABLE = Table(
    variants=(
        *(Variant(name=arm, form="recall", config=arm, tokens=SHORT) for arm in ARMS),
        *(
            Variant(name=f"paper_{arm}", form="recall", config=f"paper_{arm}", edition="paper")
            for arm in ARMS
        ),
        *(
            Variant(
                name=f"own_{arm}",
                form="recall",
                config=f"own_{arm}",
                edition="own",
                tiers=("full",),
            )
            for arm in ARMS
        ),
    ),
    groups=(
        # Every arm: the headline pairs two of them.
        Group(members=ARMS, metric="closeness"),
        Group(name="paper", members=tuple(f"paper_{arm}" for arm in ARMS), metric="closeness"),
        Group(
            name="own_series",
            members=tuple(f"own_{arm}" for arm in ARMS),
            tiers=("full",),
            metric="closeness",
        ),
    ),
)
