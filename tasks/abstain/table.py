"""The tasks of the abstain family: the word told or not, as an option, at a price; SQuAD 2.0."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

SHORT: dict[Tier, int] = {"smoke": 64}
"""Tokens of a smoke test's answer."""

TABLE = Table(
    variants=(
        Variant(name="told", form="say", config="told", tokens=SHORT),
        Variant(name="untold", form="say", config="untold", tokens=SHORT),
        Variant(name="choice", form="choice", config="choice"),
        Variant(name="priced", form="priced", config="priced", tokens=SHORT),
        Variant(name="squad", form="squad", config="squad", edition="paper", tokens=SHORT),
    ),
    groups=(
        Group(members=("told", "untold", "choice", "priced"), smoke=("told", "choice", "priced"),
              metric="right"),
    ),
)  # fmt: skip
