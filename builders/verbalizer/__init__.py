"""The verbalizer builder; see :mod:`heptathlon.builders.verbalizer.build` for how sets are made."""

from typing import Any

from heptathlon.builders import store
from heptathlon.builders.verbalizer.build import CONFIG, FAMILY, configs, generate, shards
from heptathlon.builders.verbalizer.paper import SOURCES, sources

__all__ = ["FAMILY", "SOURCES", "configs", "dataset", "generate", "shards", "sources"]


def dataset(
    *, config: str = CONFIG, group: str | None = None, items: int | None = None, **options: Any
) -> Any:
    """Return verbalizer records for lm-eval's ``custom_dataset``, building the set if need be.

    Args:
        config: config of the set; there is one.
        group: keep only test records of this group.
        items: keep only the first so many items of each dataset; ``--metadata '{"items": 250}'``
            gives it on lm-eval's command line.
        options: see :func:`heptathlon.builders.store.dataset`.
    """
    built = store.dataset(FAMILY, config=config, where={"group": group}, **options)
    if items is not None:
        built["test"] = built["test"].select(_first(built["test"], int(items)))
    return built


def _first(rows: Any, items: int) -> list[int]:
    """Return the row numbers of the first items of each dataset; an item has many rows."""
    seen: dict[str, dict[str, int]] = {}
    kept = []
    for number, (name, item) in enumerate(zip(rows["dataset"], rows["cluster_id"], strict=True)):
        place = seen.setdefault(name, {}).setdefault(item, len(seen[name]))
        if place < items:
            kept.append(number)
    return kept
