"""The longcontext builder; see :mod:`heptathlon.builders.longcontext.build` for its sets."""

from typing import Any

from heptathlon.builders import store
from heptathlon.builders.longcontext import own
from heptathlon.builders.longcontext.build import FAMILY, configs, generate, shards

__all__ = ["FAMILY", "configs", "dataset", "generate", "own", "shards"]


def dataset(*, config: str, **options: Any) -> Any:
    """Return a config for lm-eval's ``custom_dataset``, building the set if need be.

    Args:
        config: config of the set, such as ``latent``.
        options: see :func:`heptathlon.builders.store.dataset`.
    """
    return store.dataset(FAMILY, config=config, **options)
