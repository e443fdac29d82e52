"""The facts builder; see :mod:`heptathlon.builders.facts.build` for how its sets are made."""

from typing import Any

from heptathlon.builders import sources as _sources
from heptathlon.builders import store
from heptathlon.builders.facts import corpus, paper
from heptathlon.builders.facts.build import configs, generate, shards
from heptathlon.builders.facts.corpus import FAMILY

__all__ = ["FAMILY", "configs", "corpus", "dataset", "generate", "needed", "shards", "sources"]


def needed(edition: str, tier: str) -> tuple[_sources.Source, ...]:
    """Return the source files that a set is built from."""
    del tier
    return paper.sources(edition) if edition != "fresh" else ()


def sources(edition: str) -> list[dict[str, str]]:
    """Return the manifest's lines on the files that an edition was read from."""
    return _sources.listing(*needed(edition, ""))


def dataset(*, config: str, **options: Any) -> Any:
    """Return a config for lm-eval's ``custom_dataset``, building the set if need be.

    Args:
        config: config of the set, such as ``guess``.
        options: see :func:`heptathlon.builders.store.dataset`.
    """
    return store.dataset(FAMILY, config=config, **options)
