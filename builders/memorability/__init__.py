"""The memorability builder; see :mod:`heptathlon.builders.memorability.build`."""

from typing import Any

from heptathlon.builders import store
from heptathlon.builders.memorability.build import (
    FAMILY,
    SOURCES,
    configs,
    generate,
    needed,
    shards,
    tier_sources,
)

__all__ = [
    "FAMILY",
    "SOURCES",
    "configs",
    "dataset",
    "generate",
    "needed",
    "shards",
    "tier_sources",
]


def dataset(*, config: str, part: str | None = None, **options: Any) -> Any:
    """Return a memorability config for lm-eval's ``custom_dataset``, building it if need be.

    Args:
        config: config of the set, such as ``world``.
        part: keep only test documents of this part, ``test`` or ``dev``.
        options: see :func:`heptathlon.builders.store.dataset`.
    """
    return store.dataset(FAMILY, config=config, where={"part": part}, **options)
