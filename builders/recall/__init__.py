"""The recall builder; see :mod:`heptathlon.builders.recall.build` for how its sets are made."""

from importlib import metadata
from typing import Any

from heptathlon.builders import store
from heptathlon.builders.recall import build as own
from heptathlon.builders.recall.asking import FAMILY
from heptathlon.builders.recall.build import configs, generate, shards
from heptathlon.builders.recall.real import SERIES

__all__ = [
    "FAMILY",
    "OWN_GROUP",
    "PACKAGED",
    "configs",
    "dataset",
    "generate",
    "own",
    "shards",
    "sources",
]

OWN_GROUP = "own_series"
"""The group of tasks on a user's own series."""


PACKAGED = "paper"
"""The edition that is computed from packages: another release of one may give other digits."""


def sources(edition: str) -> list[dict[str, str]]:
    """Return the packages that an edition's series are from, by version; they carry no checksum."""
    if edition != PACKAGED:
        return []
    packages = dict.fromkeys(series.package for series in SERIES)
    return [{"path": p, "revision": metadata.version(p), "sha256": ""} for p in packages]


def dataset(*, config: str, **options: Any) -> Any:
    """Return a config for lm-eval's ``custom_dataset``, building the set if need be.

    Args:
        config: config of the set, such as ``masked``.
        options: see :func:`heptathlon.builders.store.dataset`.
    """
    return store.dataset(FAMILY, config=config, **options)
