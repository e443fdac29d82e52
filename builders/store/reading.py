"""A set's rows, read from its folder and checked against its manifest."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from heptathlon.builders.store.making import builder_of
from heptathlon.builders.store.manifest import Records, digest, read_manifest
from heptathlon.builders.store.names import SetName
from heptathlon.errors import HeptathlonError, OwnFaultError, UnknownNameError
from heptathlon.families import family
from heptathlon.files import canonical_json, sha256_file

BATCH = 256
"""Documents that are made of a table at a time."""


def fault_of(folder: Path, name: SetName, *, check: bool = False) -> str:
    """Say why a folder is not the whole set of a name; nothing if it is.

    Args:
        folder: the set's folder.
        name: which set it must hold.
        check: also compare each file with its checksum, and not its size alone.
    """
    try:
        manifest = read_manifest(folder)
    except HeptathlonError as error:
        return str(error).removesuffix(".")
    version = family(name.family).version
    wanted = (name.family, name.edition, name.tier, name.season, version, bool(name.salt))
    if manifest.stated != wanted:
        return f"{folder}: holds another set than {name.folder}"
    for entry in manifest.files:
        path = folder / entry.path
        same = path.is_file() and path.stat().st_size == entry.bytes
        if not same or (check and sha256_file(path) != entry.sha256):
            return f"{path}: is not the file that was built"
    return ""


def read_table(folder: Path, config: str, split: str) -> pa.Table:
    """Return one config's split, checked against the manifest's checksum.

    Raises:
        UnknownNameError: if the set has no such config or split.
        OwnFaultError: if the file was changed after the build.
    """
    manifest = read_manifest(folder)
    found = [e for e in manifest.files if (e.config, e.split) == (config, split)]
    if not found:
        known = (f"{e.config}/{e.split}" for e in manifest.files)
        raise UnknownNameError(f"part of {folder.name}", f"{config}/{split}", known)
    path = folder / found[0].path
    if not path.is_file() or sha256_file(path) != found[0].sha256:
        raise OwnFaultError(
            f"{path}: is not the file that was built; delete the folder {folder} to build it anew."
        )
    # The views repeat what the records say, at greater length.
    # One thread and no dataset's machinery take a quarter of the memory.
    file = pq.ParquetFile(path)
    columns = [name for name in file.schema_arrow.names if name not in manifest.views]
    return file.read(columns=columns, use_threads=False)


def read_docs(folder: Path, config: str, split: str = "test") -> list[dict[str, Any]]:
    """Return one config's documents as lm-eval sees them: one dictionary each."""
    return list(each_doc(folder, config, split))


def each_doc(folder: Path, config: str, split: str = "test") -> Iterator[dict[str, Any]]:
    """Yield one config's documents as lm-eval sees them; few are held at a time."""
    for batch in read_table(folder, config, split).to_batches(max_chunksize=BATCH):
        yield from cast("list[dict[str, Any]]", batch.to_pylist())


def content_digest(folder: Path) -> str:
    """Return the digest of the records that a set's files hold, read and checked anew.

    Raises:
        HeptathlonError: if a file is not the one of the manifest, or holds no such records.
    """
    manifest = read_manifest(folder)
    configs = builder_of(manifest.family).configs(manifest.edition)
    records: Records = {}
    for entry in manifest.files:
        model = configs[entry.config]
        rows = read_docs(folder, entry.config, entry.split)
        try:
            # In JSON, because a record's tuples are lists in parquet.
            found = [model.model_validate_json(canonical_json(row)) for row in rows]
        except ValueError as error:
            raise HeptathlonError(
                f"{folder / entry.path}: holds a row that is no {model.__name__} ({error})."
            ) from None
        records[entry.config, entry.split] = list(found)
    return digest(records)
