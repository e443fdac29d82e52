"""The unlearn builder; see :mod:`heptathlon.builders.unlearn.build` for how its sets are made."""

from typing import Any

from heptathlon.builders import sources as _sources
from heptathlon.builders import store
from heptathlon.builders.unlearn import corpus
from heptathlon.builders.unlearn.build import configs, generate, shards
from heptathlon.builders.unlearn.world import FAMILY

__all__ = ["FAMILY", "configs", "corpus", "dataset", "generate", "needed", "shards", "sources"]


def needed(edition: str, tier: str) -> tuple[_sources.Source, ...]:
    """Return the source files that a set is built from: none."""
    del edition, tier
    return ()


def sources(edition: str) -> list[dict[str, str]]:
    """Return the manifest's lines on the files that an edition was read from: none."""
    del edition
    return []


def dataset(
    *, config: str, part: str | None = None, kind: str | None = None, **options: Any
) -> Any:
    """Return a config for lm-eval's ``custom_dataset``, building the set if need be.

    Args:
        config: config of the set, such as ``prompted``.
        part: keep only what is about this set of people, or of crafts.
        kind: keep only what is asked in this way.
        options: see :func:`heptathlon.builders.store.dataset`.
    """
    return store.dataset(FAMILY, config=config, where={"part": part, "kind": kind}, **options)
