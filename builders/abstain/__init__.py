"""The abstain builder; see :mod:`heptathlon.builders.abstain.twins` for how its twins are made."""

from typing import Any

from heptathlon.builders import store
from heptathlon.builders.abstain.build import configs, generate, shards
from heptathlon.builders.abstain.records import FAMILY

__all__ = ["FAMILY", "configs", "dataset", "generate", "shards"]


def dataset(*, config: str, **options: Any) -> Any:
    """Return a config for lm-eval's ``custom_dataset``, building the set if need be.

    Args:
        config: config of the set, such as ``told``.
        options: see :func:`heptathlon.builders.store.dataset`.
    """
    return store.dataset(FAMILY, config=config, **options)
