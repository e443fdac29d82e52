"""Where built data sets live: parquet by config and split, a manifest, a card; built whole or not.

A family's builder is a module ``heptathlon.builders.<family>`` with the functions of
:class:`Builder`. It makes records shard by shard; finished shards of an interrupted build are kept
beside the target and used again, and the target folder appears only when everything is there.
"""

import hashlib
import os
import shutil
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast, get_args, get_origin

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from filelock import FileLock
from pydantic import BaseModel, ConfigDict

from heptathlon import families, salts
from heptathlon.builders.hub import dataset_card
from heptathlon.builders.order import arranged
from heptathlon.builders.sources import HUB_SCHEME, on_hub
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.files import (
    canonical_json,
    dump_json,
    home,
    loads_strict,
    read_json_strict,
    replacing,
    sha256_file,
    write_text_atomic,
)
from heptathlon.parts import load_part
from heptathlon.records import Record

MANIFEST = "manifest.json"
OWN = "own"
"""The edition of sets that a user builds from own texts; no set of it is published."""
OWN_FOLDER = "HEPTATHLON_OWN"
"""Environment variable that names the folder of such a set."""
MAX_MANIFEST_BYTES = 16 * 2**20
Records = dict[tuple[str, str], list[Record]]
Progress = Callable[[str, int, int], None]


class Builder(Protocol):
    """What a family's builder module offers."""

    def configs(self, edition: str) -> Mapping[str, type[Record]]:
        """Return the data set's configs and the record model of each."""

    def shards(self, edition: str, tier: str) -> Sequence[str]:
        """Return the names of the units that are built one at a time."""

    def generate(self, edition: str, tier: str, shard: str, season: str, salt: str) -> Records:
        """Return one shard's records by (config, split)."""


@dataclass(frozen=True)
class SetName:
    """The address of one data set.

    Raises:
        UnknownNameError: for an unknown family, edition, tier or season.
        HeptathlonError: for a salt that ``heptathlon salt new`` does not make.
    """

    family: str
    edition: str = "fresh"
    tier: str = "full"
    season: str = families.CURRENT_SEASON
    salt: str = ""

    def __post_init__(self) -> None:
        family = families.family(self.family)
        editions = (*family.editions, *family.further, *([OWN] if family.own_headline else []))
        for kind, value, known in (
            ("edition", self.edition, editions),
            ("tier", self.tier, family.tiers_of(self.edition)),
            ("season", self.season, families.SEASONS),
        ):
            if value not in known:
                raise UnknownNameError(f"{kind} of {self.family}", value, known)
        if self.salt:
            salts.key_of(self.salt)

    @property
    def folder(self) -> str:
        """The folder's name; of a salt it tells nothing but that it is the same as another's."""
        salted = f"-salted-{salts.keyed(self.salt, 'folder').hex()[:12]}" if self.salt else ""
        version = families.family(self.family).version
        own = own_data(self.family, self.edition)
        owned = f"-own-{sha256_file(own)[:12]}" if own else ""
        return f"{self.family}-{self.edition}-{self.tier}-{self.season}-v{version}{owned}{salted}"


def own_data(family: str, edition: str) -> Path | None:
    """Return the file that a user brings for a paper edition, ``HEPTATHLON_<FAMILY>_DATA``.

    It is a path, or ``hf://datasets/ORG/NAME@REVISION/PATH`` for a file on the Hub.

    Raises:
        HeptathlonError: if the variable names no file.
    """
    found = _own(family, edition)
    return found[0] if found else None


def own_listing(family: str, edition: str) -> list[dict[str, str]]:
    """Return what a manifest says of the file that a user brings; nothing if there is none.

    Raises:
        HeptathlonError: if the variable names no file.
    """
    found = _own(family, edition)
    if found is None:
        return []
    path, revision = found
    return [{"path": path.name, "revision": revision, "sha256": sha256_file(path)}]


def _own(family: str, edition: str) -> tuple[Path, str] | None:
    """Return a user's file and where it is from: a commit on the Hub, or words."""
    variable = f"HEPTATHLON_{family.upper()}_DATA"
    named = os.environ.get(variable)
    if edition != "paper" or not named:
        return None
    if named.startswith(HUB_SCHEME):
        return on_hub(named)
    path = Path(named).expanduser()
    if not path.is_file():
        raise HeptathlonError(f"{variable}: {path} is no file.")
    return path, "own file"


class FileEntry(BaseModel):
    """One parquet file of a set."""

    model_config = ConfigDict(extra="forbid")

    path: str
    config: str
    split: str
    records: int
    bytes: int
    sha256: str


class SourceFile(BaseModel):
    """A source file that a paper edition was built from."""

    model_config = ConfigDict(extra="forbid")

    path: str
    revision: str
    sha256: str


class Manifest(BaseModel):
    """What was built, from what, and how to check it.

    Attributes:
        digest: SHA-256 over the records' canonical JSON, so it does not depend on the parquet
            writer's version; equal digests mean equal data.
        strata: number of test records by config, record field and level.
        left_out: how much of the source files was not used, by the reason.
    """

    model_config = ConfigDict(extra="forbid")

    family: str
    edition: str
    tier: str
    season: str
    salted: bool
    version: int
    canary: str
    digest: str
    files: list[FileEntry]
    sources: list[SourceFile]
    strata: dict[str, dict[str, dict[str, int]]]
    left_out: dict[str, int] = {}


def builder_of(family: str) -> Builder:
    """Return a family's builder module."""
    return cast("Builder", load_part(families.family(family), "builder"))


def ensure(name: SetName, *, out: Path | None = None, progress: Progress | None = None) -> Path:
    """Return the folder of a set, building it first if it is not there.

    Args:
        name: which set.
        out: folder below which the set's own folder is made; the cache if not given.
        progress: called before each shard with its name, its number from 0, and their count.

    Raises:
        HeptathlonError: if the builder cannot serve the set, or a finished one is damaged.
    """
    if name.edition == OWN:
        return _own_folder(name)
    target = (out or home() / "data") / name.folder
    if (target / MANIFEST).is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    # Two processes that start together (two ranks of one run) build once.
    with FileLock(f"{target}.lock"):
        if not (target / MANIFEST).is_file():
            _build(name, target, progress)
    return target


def locate(name: SetName) -> Path:
    """Return the folder of a set as ``HEPTATHLON_DATA`` says: built here, or fetched from the Hub.

    Raises:
        HeptathlonError: if it can be neither, or the variable is neither ``local`` nor ``hub``.
    """
    place = os.environ.get("HEPTATHLON_DATA") or "local"
    if place == "local":
        return ensure(name, progress=log_progress(name))
    if place == "hub":
        from heptathlon.builders import publish

        return publish.fetch(name)
    raise HeptathlonError(
        f"HEPTATHLON_DATA={place}: is neither 'local' (build the set here) nor 'hub' (fetch the "
        "published one)."
    )


def _build(name: SetName, target: Path, progress: Progress | None) -> None:
    builder = builder_of(name.family)
    configs = builder.configs(name.edition)
    parts = target.with_name(f"{target.name}.parts")
    shards = builder.shards(name.edition, name.tier)
    # A builder of many source files asks for all of them first, not for one a shard.
    if require := getattr(builder, "require", None):
        require(name.edition, name.tier)
    merged: Records = {}
    for number, shard in enumerate(shards):
        if progress:
            progress(shard, number, len(shards))
        for key, records in _shard(builder, name, shard, parts, configs).items():
            merged.setdefault(key, []).extend(records)
    sources, left_out = _sources(builder, name), _left_out(builder, name)
    write(name, target, merged, configs, sources, left_out)
    shutil.rmtree(parts, ignore_errors=True)


def write(
    name: SetName,
    target: Path,
    merged: Records,
    configs: Mapping[str, type[Record]],
    sources: Sequence[SourceFile],
    left_out: Mapping[str, int],
) -> None:
    """Write a set's parquet, manifest and card; the folder appears only when it is whole.

    Args:
        name: which set.
        target: the set's folder.
        merged: the records by (config, split).
        configs: the record model of each config.
        sources: the files that it was built from.
        left_out: what of them was left out, and how often.

    Raises:
        HeptathlonError: if an item stands twice.
    """
    _refuse_repeated_ids(name, merged)
    merged = arranged(merged, name.salt)
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = target.with_name(f"{target.name}.staging")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    entries = [
        _write_parquet(staging, config, split, merged[config, split], configs[config])
        for config, split in sorted(merged)
    ]
    family = families.family(name.family)
    manifest = Manifest(
        family=name.family,
        edition=name.edition,
        tier=name.tier,
        season=name.season,
        salted=bool(name.salt),
        version=family.version,
        canary=families.CANARY,
        digest=digest(merged),
        files=entries,
        sources=list(sources),
        strata=_count_strata(merged, family.strata),
        left_out=dict(left_out),
    )
    write_text_atomic(staging / "README.md", dataset_card(family, manifest.model_dump()))
    write_text_atomic(staging / MANIFEST, dump_json(manifest.model_dump()))
    staging.replace(target)


def _own_folder(name: SetName) -> Path:
    """Return the folder of the set that a user built from own texts.

    Raises:
        HeptathlonError: if none is named, or it is not a set of this family and version.
    """
    how = f"build one with 'heptathlon build {name.family} --text FILE' and name its folder there"
    if not (named := os.environ.get(OWN_FOLDER)):
        raise HeptathlonError(f"{OWN_FOLDER} names no set of own texts; {how}.")
    folder = Path(named).expanduser()
    manifest = read_manifest(folder)
    found = (manifest.family, manifest.edition, manifest.version)
    wanted = (name.family, OWN, families.family(name.family).version)
    if found != wanted:
        raise HeptathlonError(
            f"{folder}: is {found[0]} {found[1]} version {found[2]}, not {wanted[0]} {OWN} version "
            f"{wanted[2]}; {how}."
        )
    return folder


def _shard(
    builder: Builder,
    name: SetName,
    shard: str,
    parts: Path,
    configs: Mapping[str, type[Record]],
) -> Records:
    """Return one shard, from a kept part if an interrupted build left it, else made and kept."""
    file = parts / f"{shard}.jsonl"
    out: Records = {}
    if file.is_file():
        # Not splitlines: a text may hold other characters that end a line.
        lines_kept = file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
        for number, line in enumerate(lines_kept, start=1):
            config, split, row = loads_strict(line, where=f"{file}, line {number}")
            out.setdefault((config, split), []).append(configs[config].model_validate(row))
        return out
    out = builder.generate(name.edition, name.tier, shard, name.season, name.salt)
    lines = (
        canonical_json([config, split, record.model_dump(mode="json")])
        for (config, split), records in out.items()
        for record in records
    )
    write_text_atomic(file, "".join(f"{line}\n" for line in lines))
    return out


def _refuse_repeated_ids(name: SetName, merged: Records) -> None:
    seen: set[str] = set()
    for records in merged.values():
        for record in records:
            if record.item_id in seen:
                raise HeptathlonError(
                    f"{name.folder}: the item {record.item_id} was generated twice; "
                    "report this with the season and tier."
                )
            seen.add(record.item_id)


def _sources(builder: Builder, name: SetName) -> list[SourceFile]:
    """Return the builder's source files, if it has any (fresh editions have none).

    A builder whose tiers need different files offers ``tier_sources(edition, tier)``.
    """
    if tiered := getattr(builder, "tier_sources", None):
        return [SourceFile(**s) for s in tiered(name.edition, name.tier)]
    listing = getattr(builder, "sources", None)
    return [SourceFile(**s) for s in listing(name.edition)] if listing else []


def _left_out(builder: Builder, name: SetName) -> dict[str, int]:
    """Return what the builder left out of its source files, if it counts that."""
    counts = getattr(builder, "left_out", None)
    return counts(name.edition, name.tier, name.season) if counts else {}


def digest(records: Records) -> str:
    """Return the SHA-256 of a set's content, independent of file formats."""
    total = hashlib.sha256()
    for config, split in sorted(records):
        for record in records[config, split]:
            total.update(canonical_json([config, split, record.model_dump(mode="json")]).encode())
            total.update(b"\n")
    return total.hexdigest()


def _count_strata(merged: Records, fields: Iterable[str]) -> dict[str, dict[str, dict[str, int]]]:
    out: dict[str, dict[str, dict[str, int]]] = {}
    for (config, split), records in sorted(merged.items()):
        if split != "test":
            continue
        table = out.setdefault(config, {})
        # A family's kinds of record need not all have every field.
        for field in (f for f in fields if f in type(records[0]).model_fields):
            levels: dict[str, int] = {}
            for record in records:
                level = str(getattr(record, field))
                levels[level] = levels.get(level, 0) + 1
            table[field] = levels
    return out


def _write_parquet(
    root: Path, config: str, split: str, records: list[Record], model: type[Record]
) -> FileEntry:
    path = root / config / f"{split}.parquet"
    rows = [record.model_dump(mode="json") for record in records]
    schema = arrow_schema(model).with_metadata({"canary": families.CANARY})
    table = pa.Table.from_pylist(rows, schema=schema)
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")
    return FileEntry(
        path=f"{config}/{split}.parquet",
        config=config,
        split=split,
        records=len(records),
        bytes=path.stat().st_size,
        sha256=sha256_file(path),
    )


_ARROW = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


def arrow_schema(model: type[BaseModel]) -> pa.Schema:
    """Return the parquet schema of a record model, so that empty columns keep their type."""
    return pa.schema([(n, _arrow_type(f.annotation)) for n, f in model.model_fields.items()])


def _arrow_type(annotation: Any) -> pa.DataType:
    if annotation in _ARROW:
        return _ARROW[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is typing.Annotated:
        return _arrow_type(arguments[0])
    if origin is typing.Literal:
        return _ARROW[type(arguments[0])]
    if origin in (types.UnionType, typing.Union):
        (inner,) = [a for a in arguments if a is not type(None)]
        return _arrow_type(inner)
    if origin in (list, tuple):
        inner = {a for a in arguments if a is not Ellipsis}
        if len(inner) == 1:
            return pa.list_(_arrow_type(inner.pop()))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.items()
        return pa.struct([(n, _arrow_type(f.annotation)) for n, f in fields])
    raise TypeError(f"no parquet type is defined for {annotation}")


def read_manifest(folder: Path, *, of_any_version: bool = False) -> Manifest:
    """Read a set's manifest.

    Args:
        folder: the set's folder.
        of_any_version: also read that of another version of the family, whose records this
            release can neither build nor score.

    Raises:
        HeptathlonError: if it is missing, damaged, or of another version.
    """
    path = folder / MANIFEST
    data = read_json_strict(path, max_bytes=MAX_MANIFEST_BYTES)
    try:
        manifest = Manifest.model_validate(data)
    except ValueError as error:
        raise HeptathlonError(f"{path}: not a manifest of this version ({error}).") from None
    version = families.family(manifest.family).version
    if manifest.version != version and not of_any_version:
        raise HeptathlonError(
            f"{path}: is version {manifest.version} of {manifest.family}, and this release knows "
            f"version {version} alone; build it anew with 'heptathlon build {manifest.family}'."
        )
    return manifest


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


def read_table(folder: Path, config: str, split: str) -> pa.Table:
    """Return one config's split, checked against the manifest's checksum.

    Raises:
        UnknownNameError: if the set has no such config or split.
        HeptathlonError: if the file was changed after the build.
    """
    manifest = read_manifest(folder)
    found = [e for e in manifest.files if (e.config, e.split) == (config, split)]
    if not found:
        known = (f"{e.config}/{e.split}" for e in manifest.files)
        raise UnknownNameError(f"part of {folder.name}", f"{config}/{split}", known)
    path = folder / found[0].path
    if not path.is_file() or sha256_file(path) != found[0].sha256:
        raise HeptathlonError(
            f"{path}: is not the file that was built; delete the folder {folder} to build it anew."
        )
    return pq.read_table(path)


def read_docs(folder: Path, config: str, split: str = "test") -> list[dict[str, Any]]:
    """Return one config's documents as lm-eval sees them: one dictionary each."""
    return cast("list[dict[str, Any]]", read_table(folder, config, split).to_pylist())


def dataset(
    family: str, *, config: str, where: Mapping[str, str | None] | None = None, **options: Any
) -> Any:
    """Return a config as the ``DatasetDict`` that lm-eval's ``custom_dataset`` expects.

    The season and the salt may also come from ``HEPTATHLON_SEASON`` and ``HEPTATHLON_SALT``. The
    salt has no other way in: lm-eval writes a task's metadata into its results.

    Args:
        family: name in the registry.
        config: config of the data set.
        where: keep only rows whose field has this value; None keeps all.
        options: ``edition``, ``tier`` and ``season``; anything else lm-eval passes (model
            arguments, ``version``…) is ignored.

    Raises:
        HeptathlonError: for unknown names, or a filter that leaves nothing.
    """
    from datasets import Dataset, DatasetDict

    name = asked(family, options)
    folder = locate(name)
    splits = {}
    for entry in read_manifest(folder).files:
        if entry.config != config:
            continue
        table = read_table(folder, config, entry.split)
        for field, value in (where or {}).items():
            # Few-shot examples are shared by all strata: they teach the format.
            if value is not None and entry.split == "test":
                table = table.filter(pc.equal(table[field], value))
        if table.num_rows == 0:
            raise HeptathlonError(f"{name.folder}/{config}: nothing matches {dict(where or {})}.")
        splits[entry.split] = Dataset(table)
    if not splits:
        known = builder_of(family).configs(name.edition)
        raise UnknownNameError(f"config of {name.folder}", config, known)
    return DatasetDict(splits)


def asked(family: str, options: Mapping[str, Any]) -> SetName:
    """Return the set that a task's ``dataset_kwargs`` and the environment ask for."""
    return SetName(
        family,
        edition=options.get("edition", "fresh"),
        tier=options.get("tier", "full"),
        season=str(
            options.get("season") or os.environ.get("HEPTATHLON_SEASON") or families.CURRENT_SEASON
        ),
        salt=salts.named(),
    )


def log_progress(name: SetName) -> Progress:
    """Return a progress function that logs a line a shard, for use inside lm-eval."""
    import logging

    logger = logging.getLogger("heptathlon")

    def report(shard: str, number: int, count: int) -> None:
        logger.warning("building %s: %s (%d of %d)", name.folder, shard, number + 1, count)

    return report
