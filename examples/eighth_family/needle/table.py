"""The tasks of the needle family: one a form."""

from heptathlon.tasks.table import Group, Table, Variant

TABLE = Table(
    variants=(
        Variant(name="say", form="say", config="say"),
        Variant(name="choose", form="choose", config="choose"),
    ),
    groups=(Group(members=("say", "choose"), metric="acc"),),
)
