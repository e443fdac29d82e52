"""The verbalizer builder; see :mod:`heptathlon.builders.verbalizer.build` for how sets are made."""

import logging
import math
from collections.abc import Mapping
from typing import Any

from heptathlon.builders import store
from heptathlon.builders.order import arranged
from heptathlon.builders.verbalizer import build
from heptathlon.builders.verbalizer.build import CONFIG, FAMILY, configs, generate, shards
from heptathlon.builders.verbalizer.paper import SOURCES, sources
from heptathlon.builders.verbalizer.records import VerbalizerRecord
from heptathlon.errors import HeptathlonError
from heptathlon.records import Record

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
            gives it on lm-eval's command line. More than the paper edition's set holds are made on
            the spot, up to all that leave the classes alike.
        options: see :func:`heptathlon.builders.store.dataset`.

    Raises:
        HeptathlonError: if ``items`` is no whole number.
    """
    if items is not None and not str(items).isdigit():
        raise HeptathlonError(
            f"verbalizer: items is {items!r}; give a whole number, --metadata '{{\"items\": 250}}'."
        )
    if items is not None and int(items) > _in_set(options):
        return _on_request(int(items), group, options)
    built = store.dataset(FAMILY, config=config, where={"group": group}, **options)
    if items is not None:
        kept, counts = _first(built["test"], int(items))
        _tell_fewer(int(items), counts)
        built["test"] = built["test"].select(kept)
    return built


def _in_set(options: Mapping[str, Any]) -> float:
    """Return how many items of a dataset the set has; the fresh edition makes no more on request.

    The smoke tier has fewer verbalizers too, and stays what it is.
    """
    tier = options.get("tier", "full")
    on_request = options.get("edition") == "paper" and tier != "smoke"
    return build.PAPER_QUOTA[tier] if on_request else math.inf


def _on_request(items: int, group: str | None, options: Mapping[str, Any]) -> Any:
    """Return more items of the paper edition than its sets hold, made for this run alone."""
    import pyarrow as pa
    from datasets import Dataset, DatasetDict

    schema = store.arrow_schema(VerbalizerRecord)
    name = store.asked(FAMILY, options)
    made: store.Records = {}
    counts = {}
    for dataset_name in shards(name.edition, name.tier):
        counts[dataset_name] = min(items, build.balanced_items(dataset_name))
        number = counts[dataset_name]
        for key, records in build.paper_records(
            dataset_name, number, name.season, name.salt
        ).items():
            made.setdefault(key, []).extend(records)
    splits = {
        split: [r.model_dump(mode="json") for r in records if split != "test" or _is_of(r, group)]
        for (_, split), records in arranged(made, name.salt).items()
    }
    _tell_fewer(items, counts)
    if not splits["test"]:
        raise HeptathlonError(f"{name.folder}/{build.CONFIG}: nothing matches group {group!r}.")
    return DatasetDict(
        {split: Dataset(pa.Table.from_pylist(rows, schema)) for split, rows in splits.items()}
    )


def _is_of(record: Record, group: str | None) -> bool:
    return group is None or getattr(record, "group", None) == group


def _tell_fewer(wanted: int, counts: Mapping[str, int]) -> None:
    if few := {name: n for name, n in counts.items() if n < wanted}:
        logger.warning(
            "verbalizer: %d items of each dataset are asked for, and the set has fewer: %s",
            wanted,
            ", ".join(f"{name} {n}" for name, n in few.items()),
        )


def _first(rows: Any, items: int) -> tuple[list[int], dict[str, int]]:
    """Return the row numbers of the first items of each dataset, and how many each has.

    An item has many rows. Its classes take turns, so that they stay balanced in any order of rows.
    """
    piles: dict[str, dict[int, dict[str, None]]] = {}
    for name, gold, item in zip(rows["dataset"], rows["gold"], rows["cluster_id"], strict=True):
        piles.setdefault(name, {}).setdefault(gold, {})[item] = None
    found = {
        name: build.in_turns([[*by_class[gold]] for gold in sorted(by_class)])
        for name, by_class in piles.items()
    }
    kept = {item for one in found.values() for item in one[:items]}
    numbers = [number for number, item in enumerate(rows["cluster_id"]) if item in kept]
    return numbers, {name: len(one) for name, one in found.items()}
