"""The tasks of the memorability family."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

SHORT: dict[Tier, int] = {"smoke": 16}
"""Tokens of a smoke test's answer: two digits."""
HUMAN = ("words", "sentences", "slogans")
"""The published sets with human scores."""


def _parts(
    name: str, form: str, config: str, edition: str, tokens: dict[Tier, int]
) -> tuple[Variant, Variant]:
    """Return the tasks on a set's test part, and on its development part without a smoke test."""
    test = Variant(
        name=name,
        form=form,
        config=config,
        edition=edition,
        where={"part": "test"},
        tokens=tokens,
    )
    dev = Variant(
        name=f"{name}_dev",
        form=form,
        config=config,
        edition=edition,
        where={"part": "dev"},
        tiers=("full", "lite"),
    )
    return test, dev


def _human(config: str) -> tuple[Variant, ...]:
    """Return the tasks on a set with human scores: written, by likelihood, by surprisal, pairs."""
    return (
        *_parts(config, "human", config, "paper", SHORT),
        *_parts(f"{config}_ll", "human_ll", config, "paper", {}),
        *_parts(f"{config}_surprisal", "surprisal", config, "paper", {}),
        Variant(name=f"{config}_pairs", form="pairs", config=f"{config}_pairs", edition="paper"),
    )


TABLE = Table(
    variants=(
        *_parts("world_ll", "world_ll", "world", "fresh", {}),
        *_parts("world", "world", "world", "fresh", SHORT),
        Variant(name="pairs", form="pairs", config="pairs"),
        *(variant for config in HUMAN for variant in _human(config)),
        Variant(name="lambda", form="lambda", config="lambda", edition="paper", tokens=SHORT),
        Variant(name="lambda_ll", form="lambda_ll", config="lambda", edition="paper"),
        Variant(
            name="lambda_shots", form="lambda", config="lambda_shots", edition="paper", tokens=SHORT
        ),
        Variant(name="ads", form="ads", config="ads", edition="paper", tokens={"smoke": 256}),
        Variant(name="quotes", form="quotes", config="quotes", edition="paper", tiers=("long",)),
    ),
    groups=(
        Group(
            members=("world_ll", "world", "pairs", "world_ll_dev", "world_dev"),
            smoke=("world_ll", "pairs"),
            # The headline is a rank correlation over documents, which the scorecard computes;
            # lm-eval can only average, and this is the mean nearness of the scores.
            metric="closeness",
        ),
    ),
)
