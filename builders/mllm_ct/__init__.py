"""The builder of the continual-tuning stream; see :mod:`~heptathlon.builders.mllm_ct.build`."""

from typing import Any

from heptathlon.builders import store
from heptathlon.builders.mllm_ct.build import configs, generate, shards
from heptathlon.builders.mllm_ct.styles import FAMILY

__all__ = ["FAMILY", "configs", "dataset", "generate", "shards"]


def dataset(*, config: str, **options: Any) -> Any:
    """Return a config for lm-eval's ``custom_dataset``, building the set if need be.

    Args:
        config: config of the set, such as ``science`` or ``science_styles``.
        options: see :func:`heptathlon.builders.store.dataset`.
    """
    return store.dataset(FAMILY, config=config, **options)
