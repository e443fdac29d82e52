"""The tasks of the memorability family."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

SHORT: dict[Tier, int] = {"smoke": 16}
"""Tokens of a smoke test's answer: two digits."""
LINE: dict[Tier, int] = {"smoke": 48}
"""Tokens of a smoke test's answer: a word, or six letters."""
PEOPLE = ("words", "phrases", "sentences", "slogans")
"""The sets with human scores, one item at a time."""


def _parts(name: str, form: str, config: str, tokens: dict[Tier, int]) -> tuple[Variant, Variant]:
    """Return the tasks on a set's test part, and on its practice part without a smoke test."""
    test = Variant(
        name=name, form=form, config=config, edition="paper", where={"part": "test"}, tokens=tokens
    )
    dev = Variant(
        name=f"{name}_dev",
        form=form,
        config=config,
        edition="paper",
        where={"part": "practice"},
        tiers=("full", "lite"),
    )
    return test, dev


def _people(config: str) -> tuple[Variant, ...]:
    """Return the tasks on a set with human scores: written, by likelihood, by surprisal, pairs."""
    return (
        *_parts(config, "human", config, SHORT),
        *_parts(f"{config}_ll", "human_ll", config, {}),
        *_parts(f"{config}_surprisal", "surprisal", config, {}),
        Variant(name=f"{config}_pairs", form="pairs", config=f"{config}_pairs", edition="paper"),
    )


FRESH = ("lists", "laws", "recital", "world")
"""What the fresh edition asks, by likelihood; each has a twin ``…_say`` that is written."""

TABLE = Table(
    variants=(
        *(Variant(name=name, form=name, config=name) for name in FRESH),
        *(
            Variant(name=f"{name}_say", form=f"{name}_say", config=name, tokens=LINE)
            for name in FRESH
        ),
        Variant(name="practice", form="lists", config="practice", tiers=("full", "lite")),
        *(variant for config in PEOPLE for variant in _people(config)),
        *_parts("lambda", "lambda", "lambda", SHORT),
        *_parts("lambda_ll", "lambda_ll", "lambda", {}),
        Variant(
            name="lambda_shots", form="lambda", config="lambda_shots", edition="paper", tokens=SHORT
        ),
        Variant(
            name="lambda_frames",
            form="frames",
            config="lambda",
            edition="paper",
            where={"part": "test"},
            tokens=SHORT,
        ),
        Variant(name="ads", form="ads", config="ads", edition="paper", tokens={"smoke": 256}),
        Variant(
            name="ads_official",
            form="ads_official",
            config="ads_official",
            edition="paper",
            tiers=("long",),
        ),
        Variant(name="quotes", form="quotes", config="quotes", edition="paper", tiers=("long",)),
    ),
    groups=(
        Group(
            members=("lists", "laws", "recital", "world"),
            smoke=("lists", "laws", "recital", "world"),
            # For a glance: lists and the world by their overlap, laws and recital by accuracy.
            metric=None,
        ),
        Group(name="say", members=tuple(f"{name}_say" for name in FRESH), metric=None),
    ),
)
