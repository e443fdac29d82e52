"""The tasks of the icl family: five forms, those with options also said; the published one."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

WORD: dict[Tier, int] = {"smoke": 16}
"""Tokens of a smoke test's answer of one sign."""
CHOSEN = {
    "forced": ("right",),
    "open": ("right", "kept", "divergence"),
    "teach": ("right",),
    "urns": ("right", "kept", "divergence"),
}
"""Configs with options, and their metrics."""
LOWER = {"divergence", "error"}
"""Metrics of which less is better."""


def _row(name: str, form: str, config: str, metrics: tuple[str, ...]) -> Variant:
    lower = tuple(one for one in metrics if one in LOWER)
    tokens = WORD if form == "say" else {}
    return Variant(name=name, form=form, config=config, metrics=metrics, lower=lower, tokens=tokens)


TABLE = Table(
    variants=(
        *(_row(name, "choose", name, metrics) for name, metrics in CHOSEN.items()),
        *(_row(f"{name}_say", "say", name, metrics) for name, metrics in CHOSEN.items()),
        _row("linear", "say", "linear", ("right", "kept", "error")),
        Variant(name="bool", form="bool", config="bool", edition="paper", tokens=WORD,
                metrics=("right", "seen")),
    ),
    groups=(
        Group(members=("forced", "open", "teach", "urns", "linear"), metric="right"),
        # For models that a server shows no likelihoods of.
        Group(name="said", members=(*(f"{f}_say" for f in CHOSEN), "linear"), metric="right"),
    ),
)  # fmt: skip
