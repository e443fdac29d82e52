"""The builder of the continual-tuning stream; see :mod:`~heptathlon.builders.mllm_ct.build`."""

from typing import Any

from heptathlon.builders import sources as _sources
from heptathlon.builders import store
from heptathlon.builders.mllm_ct import coin
from heptathlon.builders.mllm_ct.build import configs, generate, shards
from heptathlon.builders.mllm_ct.paper import SOURCES
from heptathlon.builders.mllm_ct.styles import FAMILY

__all__ = ["FAMILY", "SOURCES", "configs", "dataset", "generate", "shards", "sources"]


def sources(edition: str) -> list[dict[str, str]]:
    """Return the manifest's lines on the files that an edition was read from."""
    of = {"paper": SOURCES, coin.EDITION: coin.SOURCES}
    return _sources.listing(*of.get(edition, ()))


def dataset(*, config: str, **options: Any) -> Any:
    """Return a config for lm-eval's ``custom_dataset``, building the set if need be.

    Args:
        config: config of the set, such as ``science`` or ``science_styles``.
        options: see :func:`heptathlon.builders.store.dataset`.
    """
    return store.dataset(FAMILY, config=config, **options)
