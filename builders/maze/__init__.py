"""The maze builder; see :mod:`heptathlon.builders.maze.build` for how its sets are made."""

from typing import Any

from heptathlon.builders import store
from heptathlon.builders.maze import train
from heptathlon.builders.maze.build import configs, generate, shards
from heptathlon.builders.maze.fresh import FAMILY

__all__ = ["FAMILY", "configs", "dataset", "generate", "shards", "train"]


def dataset(*, config: str, topology: str | None = None, **options: Any) -> Any:
    """Return a maze config for lm-eval's ``custom_dataset``, building the set if need be.

    Args:
        config: config of the set, such as ``path``.
        topology: keep only test mazes of this topology.
        options: see :func:`heptathlon.builders.store.dataset`.
    """
    return store.dataset(FAMILY, config=config, where={"topology": topology}, **options)
