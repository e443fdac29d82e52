"""A set on disk: parquet, manifest and card, in a folder that appears only when it is whole."""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from heptathlon import families
from heptathlon.builders.hub import dataset_card
from heptathlon.builders.order import arranged
from heptathlon.builders.store.columns import arrow_schema
from heptathlon.builders.store.making import Made
from heptathlon.builders.store.manifest import MANIFEST, FileEntry, Manifest, Records, digest
from heptathlon.builders.store.names import SetName
from heptathlon.errors import HeptathlonError
from heptathlon.files import dump_json, replacing, sha256_file, write_text_atomic, writing
from heptathlon.records import Record


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """Keep other processes from making the same folder at the same time.

    Raises:
        HeptathlonError: if nothing can be written beside it.
    """
    lock = FileLock(f"{target}.lock")
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def write(name: SetName, target: Path, made: Made) -> None:
    """Write a set's folder; it is there when it is whole, and takes the place of a damaged one.

    Args:
        name: which set.
        target: the set's folder.
        made: its content.

    Raises:
        HeptathlonError: if an item stands twice, or the folder cannot be written.
    """
    _refuse_repeated_ids(name, made.records)
    records = arranged(made.records, name.salt)
    family = families.family(name.family)
    staging = target.with_name(f"{target.name}.staging")
    with writing(target):
        try:
            _clear(staging)
            staging.mkdir(parents=True)
            entries = [
                _write_records(staging, config, split, records[config, split], made.configs[config])
                for config, split in sorted(records)
            ]
            manifest = Manifest(
                family=name.family,
                edition=name.edition,
                tier=name.tier,
                season=name.season,
                salted=bool(name.salt),
                version=family.version,
                canary=families.CANARY,
                digest=digest(records),
                files=entries,
                sources=list(made.sources),
                strata=_count_strata(records, family.strata),
                left_out=dict(made.left_out),
            )
            card = dataset_card(family, manifest.model_dump(), made.configs)
            write_text_atomic(staging / "README.md", card)
            write_text_atomic(staging / MANIFEST, dump_json(manifest.model_dump()))
            put_in_place(staging, target)
        finally:
            # Nothing of it may stay on a disk that is full.
            _clear(staging)


def put_in_place(staging: Path, target: Path) -> None:
    """Let a finished folder take its place, and that of a damaged one of the same set.

    Raises:
        HeptathlonError: if something lies there that is no part of such a set.
        OSError: if it cannot be moved.
    """
    damaged = target.with_name(f"{target.name}.damaged")
    _clear(damaged)
    if target.is_file():
        raise HeptathlonError(f"{target}: is a file, and no folder of a set; move it away.")
    if target.exists():
        own = {path.relative_to(staging) for path in staging.rglob("*")}
        for path in target.rglob("*"):
            hidden = path.name.startswith(".")
            if path.relative_to(target) not in own and not hidden:
                raise HeptathlonError(
                    f"{target}: is no whole set, and {path.relative_to(target)} in it is none of "
                    "the set's files; move it away, and build again."
                )
        target.rename(damaged)
    staging.rename(target)
    _clear(damaged)


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _refuse_repeated_ids(name: SetName, records: Records) -> None:
    seen: set[str] = set()
    for rows in records.values():
        for record in rows:
            if record.item_id in seen:
                raise HeptathlonError(
                    f"{name.folder}: the item {record.item_id} was generated twice; "
                    "report this with the season and tier."
                )
            seen.add(record.item_id)


def _count_strata(records: Records, fields: Iterable[str]) -> dict[str, dict[str, dict[str, int]]]:
    out: dict[str, dict[str, dict[str, int]]] = {}
    for (config, split), rows in sorted(records.items()):
        if split != "test":
            continue
        table = out.setdefault(config, {})
        # A family's kinds of record need not all have every field.
        for field in (f for f in fields if rows and f in type(rows[0]).model_fields):
            levels: dict[str, int] = {}
            for record in rows:
                level = str(getattr(record, field))
                levels[level] = levels.get(level, 0) + 1
            table[field] = levels
    return out


def _write_records(
    root: Path, config: str, split: str, records: Sequence[Record], model: type[Record]
) -> FileEntry:
    rows = [record.model_dump(mode="json") for record in records]
    return write_rows(root, config, split, rows, arrow_schema(model))


def write_rows(
    root: Path, config: str, split: str, rows: Sequence[Mapping[str, Any]], schema: pa.Schema
) -> FileEntry:
    """Write one config's split and return what the manifest says of it.

    Args:
        root: the set's folder.
        config: the config.
        split: the split.
        rows: its rows as plain values.
        schema: their types.

    Raises:
        OSError: if it cannot be written.
    """
    path = root / config / f"{split}.parquet"
    marked = schema.with_metadata({"canary": families.CANARY})
    table = pa.Table.from_pylist(list(rows), schema=marked)
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")
    return FileEntry(
        path=f"{config}/{split}.parquet",
        config=config,
        split=split,
        records=len(rows),
        bytes=path.stat().st_size,
        sha256=sha256_file(path),
    )
