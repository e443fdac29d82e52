"""The tasks of the maze family."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

ALL: tuple[Tier, ...] = ("full", "lite", "smoke", "long")
SHORT: dict[Tier, int] = {"smoke": 64}
"""Tokens of a smoke test's answer: its mazes are small."""
TOPOLOGIES = ("dfs", "wilson", "wilson_loops", "cells")


def _path(name: str, form: str) -> Variant:
    """Return a variant that asks about all mazes of the headline in another way."""
    return Variant(name=name, form=form, config="path", tiers=ALL, tokens=SHORT)


TABLE = Table(
    variants=(
        *(
            Variant(
                name=topology,
                form="cells" if topology == "cells" else "path",
                config="path",
                where={"topology": topology},
                tiers=ALL,
                tokens=SHORT,
            )
            for topology in TOPOLOGIES
        ),
        Variant(name="nosol", form="nosol", config="nosol", tiers=ALL, tokens=SHORT),
        Variant(name="next_move", form="next_move", config="next_move", tiers=ALL),
        Variant(name="verify_path", form="verify_path", config="verify_path", tiers=ALL),
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
    ),
    groups=(
        Group(
            members=(*TOPOLOGIES, "nosol", "next_move", "verify_path"),
            smoke=(*TOPOLOGIES, "nosol"),
            # The headline; only the first four tasks have it.
            metric="optimal",
        ),
    ),
)
