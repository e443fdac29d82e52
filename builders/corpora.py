"""Folders of training files that go with a set: written whole, named by their world, held to it."""

import hashlib
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from heptathlon.errors import HeptathlonError
from heptathlon.files import dump_json, home, read_json_strict, sha256_file

MANIFEST = "corpus.json"
MAX_MANIFEST_BYTES = 2**20


class CorpusFile(BaseModel):
    """A file of the folder."""

    model_config = ConfigDict(extra="forbid")

    sha256: str
    lines: int


class Corpus(BaseModel):
    """What was written, and how to check it; a family adds what it designed.

    Attributes:
        family: whose set it goes with.
        version: of the family.
        tier: size of the world.
        season: the season.
        salted: whether the world is a hidden one.
        canary: the suite's.
        licence: of all files.
        world: names the world; the probes on it carry the same name.
        digest: SHA-256 over the training files' own checksums: what a model was trained on.
        files: every file of the folder but this one, by its path.
    """

    model_config = ConfigDict(extra="forbid")

    family: str
    version: int
    tier: str
    season: str
    salted: bool
    canary: str
    licence: str
    world: str
    digest: str
    files: dict[str, CorpusFile]


C = TypeVar("C", bound=Corpus)


def place_of(
    family: str, version: int, tier: str, season: str, hidden: str, out: Path | None
) -> Path:
    """Return the path of a corpus' folder.

    Args:
        family: name of the family.
        version: its version.
        tier: size of the world.
        season: the season.
        hidden: id of the world, if its salt is secret; empty for the public one.
        out: folder below which it lies; the cache if not given.
    """
    salted = f"-salted-{hidden[6:18]}" if hidden else ""
    return (out or home() / "data") / f"{family}-corpus-{tier}-{season}-v{version}{salted}"


@contextmanager
def writing(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``target`` that takes its place if the block succeeds."""
    staging = target.with_name(f"{target.name}.staging")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    yield staging
    staging.replace(target)


def write_manifest(folder: Path, manifest: Corpus) -> None:
    """Write what a folder holds into it."""
    (folder / MANIFEST).write_text(dump_json(manifest.model_dump()), encoding="utf-8")


def digest_of(files: Mapping[str, CorpusFile], names: Collection[str]) -> str:
    """Return the SHA-256 over some files' checksums, in the order of the names."""
    total = hashlib.sha256()
    for name in names:
        total.update(f"{name} {files[name].sha256}\n".encode())
    return total.hexdigest()


def check(
    folder: Path,
    kind: type[C],
    trained_on: Collection[str] | None = None,
    design: Collection[str] = (),
) -> C:
    """Return a folder's manifest, after holding every file against it.

    Args:
        folder: the corpus' folder.
        kind: the manifest's model.
        trained_on: names that the digest is over, in its order; all in theirs if None.
        design: names of files that say how the corpus was designed.

    Raises:
        HeptathlonError: if a file is missing, was changed or does not belong there.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise HeptathlonError(f"{folder}: holds no {MANIFEST}; build it with --corpus.")
    data = read_json_strict(path, max_bytes=MAX_MANIFEST_BYTES)
    try:
        manifest = kind.model_validate(data)
    except ValueError as error:
        said = " ".join(str(error).split())
        raise HeptathlonError(f"{path}: not a manifest of this version ({said:.200}).") from None
    known = {*manifest.files, MANIFEST}
    for found in sorted(folder.rglob("*")):
        name = found.relative_to(folder).as_posix()
        if found.is_file() and name not in known:
            raise HeptathlonError(
                f"{found}: does not belong to the corpus; probes and other files have no place in "
                "a folder that a model is trained on, so take it out."
            )
    for name, file in manifest.files.items():
        if not (folder / name).is_file() or sha256_file(folder / name) != file.sha256:
            what = "the ledger" if name in design else "a file of the corpus"
            raise HeptathlonError(
                f"{folder / name}: {what} was changed after the build; delete the folder {folder} "
                "to build it anew."
            )
    names = sorted(manifest.files) if trained_on is None else trained_on
    if not set(names) <= manifest.files.keys() or manifest.digest != digest_of(
        manifest.files, names
    ):
        raise HeptathlonError(f"{path}: the digest is not that of its files; build it anew.")
    return manifest
