"""The retrieval builder; see :mod:`heptathlon.builders.rarb.build` for how its sets are made."""

from typing import Any

from heptathlon.builders import sources as source_files
from heptathlon.builders import store
from heptathlon.builders.rarb.build import FAMILY, configs, generate, shards
from heptathlon.builders.rarb.paper import SOURCES

__all__ = ["FAMILY", "SOURCES", "configs", "dataset", "generate", "shards", "sources"]


def dataset(*, config: str, kind: str | None = None, **options: Any) -> Any:
    """Return a retrieval config for lm-eval's ``custom_dataset``, building the set if need be.

    Args:
        config: config of the set, such as ``rank``.
        kind: keep only test items of this kind (paper: of this published task).
        options: see :func:`heptathlon.builders.store.dataset`.
    """
    return store.dataset(FAMILY, config=config, where={"kind": kind}, **options)


def sources(edition: str) -> list[dict[str, str]]:
    """Return the source files that an edition is built from, as read."""
    return source_files.listing(*SOURCES) if edition == "paper" else []
