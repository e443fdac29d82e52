"""The verbalizer builder; see :mod:`heptathlon.builders.verbalizer.build` for how sets are made."""

import logging
from typing import Any

from heptathlon.builders import store
from heptathlon.builders.verbalizer.build import CONFIG, FAMILY, configs, generate, shards
from heptathlon.builders.verbalizer.paper import SOURCES, sources
from heptathlon.errors import HeptathlonError

__all__ = ["FAMILY", "SOURCES", "configs", "dataset", "generate", "shards", "sources"]

logger = logging.getLogger("heptathlon")


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

    Raises:
        HeptathlonError: if ``items`` is no whole number.
    """
    if items is not None and not str(items).isdigit():
        raise HeptathlonError(
            f"verbalizer: items is {items!r}; give a whole number, --metadata '{{\"items\": 250}}'."
        )
    built = store.dataset(FAMILY, config=config, where={"group": group}, **options)
    if items is not None:
        wanted = int(items)
        kept, counts = _first(built["test"], wanted)
        if few := {name: n for name, n in counts.items() if n < wanted}:
            logger.warning(
                "verbalizer: %d items of each dataset are asked for, and the set has fewer: %s",
                wanted,
                ", ".join(f"{name} {n}" for name, n in few.items()),
            )
        built["test"] = built["test"].select(kept)
    return built


def _first(rows: Any, items: int) -> tuple[list[int], dict[str, int]]:
    """Return the row numbers of the first items of each dataset, and how many each has.

    An item has many rows.
    """
    seen: dict[str, dict[str, int]] = {}
    kept = []
    for number, (name, item) in enumerate(zip(rows["dataset"], rows["cluster_id"], strict=True)):
        known = seen.setdefault(name, {})
        if known.setdefault(item, len(known)) < items:
            kept.append(number)
    return kept, {name: len(known) for name, known in seen.items()}
