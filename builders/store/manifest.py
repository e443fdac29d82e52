"""What is in a set: its files with their checksums, its sources, and a digest of its records."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from heptathlon import families
from heptathlon.errors import HeptathlonError
from heptathlon.files import canonical_json, read_json_strict
from heptathlon.records import Record

MANIFEST = "manifest.json"
MAX_BYTES = 16 * 2**20
Records = dict[tuple[str, str], list[Record]]
"""A set's records by (config, split)."""


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FileEntry(_Closed):
    """One parquet file of a set."""

    path: str
    config: str
    split: str
    records: int
    bytes: int
    sha256: str


class SourceFile(_Closed):
    """A source file that a paper edition was built from."""

    path: str
    revision: str
    sha256: str


class Manifest(_Closed):
    """What was built, from what, and how to check it.

    Attributes:
        digest: SHA-256 over the records' canonical JSON, so it does not depend on the parquet
            writer's version; equal digests mean equal data.
        strata: number of test records by config, record field and level.
        left_out: how much of the source files was not used, by the reason.
        views: columns of the files that are no part of the records: what a published set shows a
            person beside them.
    """

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
    views: list[str] = []

    @property
    def stated(self) -> tuple[str, str, str, str, int, bool]:
        """Which set it says it is: family, edition, tier, season, version, salted."""
        return (
            *(self.family, self.edition, self.tier, self.season),
            *(self.version, self.salted),
        )


def digest(records: Mapping[tuple[str, str], list[Record]]) -> str:
    """Return the SHA-256 of a set's content, independent of file formats."""
    total = hashlib.sha256()
    for config, split in sorted(records):
        for record in records[config, split]:
            total.update(canonical_json([config, split, record.model_dump(mode="json")]).encode())
            total.update(b"\n")
    return total.hexdigest()


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
    data = read_json_strict(path, max_bytes=MAX_BYTES)
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
