"""The SORT builder; see :mod:`heptathlon.builders.sort.build` for how its sets are made."""

from typing import Any

from heptathlon.builders import sources, store
from heptathlon.builders.sort import own, paper
from heptathlon.builders.sort.asking import FAMILY
from heptathlon.builders.sort.build import configs, generate, shards
from heptathlon.builders.sources import Source

__all__ = ["FAMILY", "configs", "dataset", "generate", "needed", "own", "shards", "tier_sources"]


def needed(edition: str, tier: str) -> tuple[Source, ...]:
    """Return the source files that a set is built from."""
    return paper.needed(tier) if edition == "paper" else ()


def tier_sources(edition: str, tier: str) -> list[dict[str, str]]:
    """Return what the manifest says of the source files of a set."""
    return sources.listing(*needed(edition, tier))


def dataset(
    *, config: str, length: str | None = None, segment: str | None = None, **options: Any
) -> Any:
    """Return a SORT config for lm-eval's ``custom_dataset``, building the set if need be.

    Args:
        config: config of the set, such as ``first``.
        length: keep only test items on texts of this many words.
        segment: keep only test items with segments of this many words.
        options: see :func:`heptathlon.builders.store.dataset`.
    """
    where = {"length": length, "segment": segment}
    return store.dataset(FAMILY, config=config, where=where, **options)
