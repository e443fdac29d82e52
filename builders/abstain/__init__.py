"""The abstain builder; see :mod:`heptathlon.builders.abstain.twins` for how its twins are made."""

from typing import Any

from heptathlon.builders import sources as _sources
from heptathlon.builders import store
from heptathlon.builders.abstain import squad
from heptathlon.builders.abstain.build import configs, generate, shards
from heptathlon.builders.abstain.records import FAMILY

__all__ = ["FAMILY", "configs", "dataset", "generate", "needed", "shards", "sources"]


def needed(edition: str, tier: str) -> tuple[_sources.Source, ...]:
    """Return the source files that a set is built from."""
    del tier
    return (squad.DEV,) if edition == "paper" else ()


def sources(edition: str) -> list[dict[str, str]]:
    """Return the manifest's lines on the files that an edition was read from."""
    return _sources.listing(*needed(edition, ""))


def dataset(*, config: str, **options: Any) -> Any:
    """Return a config for lm-eval's ``custom_dataset``, building the set if need be.

    Args:
        config: config of the set, such as ``told``.
        options: see :func:`heptathlon.builders.store.dataset`.
    """
    return store.dataset(FAMILY, config=config, **options)
