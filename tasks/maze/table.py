"""The tasks of the maze family."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

SHORT: dict[Tier, int] = {"smoke": 48}
"""Tokens of a smoke test's answer: its mazes are small."""
TOPOLOGIES = ("dfs", "wilson", "wilson_loops", "cells")


def _path(name: str, form: str) -> Variant:
    """Return a variant that asks about all mazes of the headline in another way."""
    return Variant(name=name, form=form, config="path", tokens=SHORT)


TABLE = Table(
    variants=(
        *(
            Variant(
                name=topology,
                form="cells" if topology == "cells" else "path",
                config="path",
                where={"topology": topology},
                tokens=SHORT,
            )
            for topology in TOPOLOGIES
        ),
        Variant(name="nosol", form="nosol", config="nosol", tokens=SHORT),
        Variant(name="next_move", form="next_move", config="next_move"),
        Variant(name="verify_path", form="verify_path", config="verify_path"),
        *(
            Variant(name=f"{form}_say", form=f"{form}_say", config=form, tokens=SHORT)
            for form in ("next_move", "verify_path")
        ),
        _path("adjacency", "adjacency"),
        _path("open", "open"),
        _path("image", "image"),
        *(
            Variant(
                name=config,
                form="mlmu",
                config=config,
                edition="paper",
                tokens={"smoke": 512},
            )
            for config in ("mlmu_dfs", "mlmu_astar")
        ),
        *(
            Variant(
                name=f"{config}_tokens",
                form="mlmu_tokens",
                config=config,
                edition="paper",
                tokens={"smoke": 512},
            )
            for config in ("mlmu_dfs", "mlmu_astar")
        ),
        *(
            Variant(name=name, form=name, config="star", edition="paper", tokens={"smoke": 64})
            for name in ("star", "star_tokens")
        ),
    ),
    groups=(
        Group(
            members=(*TOPOLOGIES, "nosol", "next_move", "verify_path"),
            smoke=(*TOPOLOGIES, "nosol"),
            # The headline; only the first four tasks have it.
            metric="optimal",
        ),
        # All of it in writing, for a model whose likelihoods are not to be had.
        Group(
            name="say",
            members=(*TOPOLOGIES, "nosol", "next_move_say", "verify_path_say"),
            metric=None,
        ),
    ),
)
