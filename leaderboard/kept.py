"""What came of checked submissions, kept so that the next build of a board need not check them.

An entry is found by everything that it depends on, and by nothing that can be set at will:

- the bytes of every file of the submission's folder, as they lie there now;
- the bytes of every file of this package and of plug-ins that bring families, and the versions of
  the libraries that it computes with;
- the published sets that were asked for, by the digests that their manifests have now.

So an entry is never stale: what depends on something else has another key, or is not believed.
Refusals are not kept. They name paths and may depend on the clock, and a refused submission is
soon mended or removed. An accepted one stays accepted: a date that is past remains past.

Entries lie in a folder of the maintainer's. Whoever can write there can write the board as well:
the checksum of an entry finds damage, and entries of another name, but no malice.
"""

import io
import os
import re
import shutil
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from heptathlon.builders import store
from heptathlon.errors import HeptathlonError
from heptathlon.files import canonical_json, write_bytes_atomic
from heptathlon.leaderboard import validate
from heptathlon.leaderboard.schema import ENVELOPE, FILE_NAME
from heptathlon.leaderboard.standings import Items, Row
from heptathlon.leaderboard.validate.case import Used
from heptathlon.scoring import environment as environments
from heptathlon.scoring.environment import HASH

FOLDER = "checked"
"""Name of the entries' folder below the suite's cache."""
LEVEL = 1
"""Of zlib: a report shrinks to a sixth, and the highest level would take ten times as long."""
BLOCK = 2**20
PACKAGES = ("", ".builders", ".leaderboard", ".scorers", ".tasks")
"""Packages of this program that decide what comes of a submission."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Came(BaseModel):
    """What came of an accepted submission.

    Attributes:
        envelope: SHA-256 of its envelope.
        sets: the published sets that it was checked against.
        rows: its rows, one a division. A badge that rests on a maintainer's record is not among
            theirs, because such records come and go.
        reports: digests of the rows' reports, by which a right one in the site shows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    envelope: str
    sets: tuple[Used, ...]
    rows: tuple[Row, ...]
    reports: tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """A folder of entries, as one build sees it.

    Attributes:
        folder: where they lie, in a subfolder an environment.
        environment: digest of code and libraries; see :func:`environment`.
    """

    folder: Path
    environment: str
    _sets: dict[tuple[str, str, str, str], tuple[str, str] | None] = field(default_factory=dict)

    def key(self, submission: Path) -> str | None:
        """Return the key of a submission as it lies there now; None if it cannot be accepted.

        That is so for a folder with links, with names that lm-eval does not give, or with more than
        is read: the check refuses it, and says why.
        """
        try:
            files = _files(submission)
        except OSError:
            return None
        if files is None:
            return None
        return HASH(canonical_json([self.environment, files]).encode()).hexdigest()

    def find(self, key: str) -> Came | None:
        """Return an entry; None if there is none, it is damaged, or a set is not what it was."""
        try:
            came, _ = self._read(key)
        except (OSError, ValueError):
            return None
        return came if all(self._is_current(used) for used in came.sets) else None

    def keep(
        self,
        key: str,
        envelope: str,
        sets: Iterable[Used],
        found: Sequence[tuple[Row, Items | None]],
        reports: Sequence[str],
    ) -> Came:
        """Write an entry and return it.

        Args:
            key: the submission's key.
            envelope: SHA-256 of its envelope.
            sets: what it was checked against.
            found: its rows with their items.
            reports: the report of each row.
        """
        came = Came(
            envelope=envelope,
            sets=tuple(sorted(sets)),
            rows=tuple(row for row, _ in found),
            reports=tuple(HASH(text.encode()).hexdigest() for text in reports),
        )
        body = came.model_dump_json().encode() + b"\n" + _packed(found, reports)
        write_bytes_atomic(self._path(key), _seal(key, body) + b"\n" + body)
        return came

    def items(self, key: str, number: int) -> Items | None:
        """Return the items of an entry's row; None if it has none.

        Raises:
            HeptathlonError: if the entry is no longer what :meth:`find` or :meth:`keep` saw.
        """
        with self._parts(key) as parts:
            if f"{number}-{Items._fields[0]}.npy" not in parts.namelist():
                return None
            columns = [_array(parts.read(f"{number}-{part}.npy")) for part in Items._fields]
        return Items(*columns)

    def report(self, key: str, number: int) -> str:
        """Return the report of an entry's row; errors are those of :meth:`items`."""
        with self._parts(key) as parts:
            return parts.read(f"{number}.html").decode()

    def forget_others(self) -> None:
        """Remove the entries of other code and libraries, which no later build would find."""
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if _DIGEST.fullmatch(path.name) and path.name != self.environment:
                shutil.rmtree(path, ignore_errors=True)

    def _path(self, key: str) -> Path:
        return self.folder / self.environment / key

    def _read(self, key: str) -> tuple[Came, bytes]:
        """Return an entry and its packed parts.

        Raises:
            OSError: if it is not there.
            ValueError: if it is not what was written under this key.
        """
        seal, _, body = self._path(key).read_bytes().partition(b"\n")
        if seal != _seal(key, body):
            raise ValueError(f"{key}: is damaged")
        said, _, parts = body.partition(b"\n")
        return Came.model_validate_json(said, strict=True), parts

    def _parts(self, key: str) -> zipfile.ZipFile:
        try:
            _, parts = self._read(key)
        except (OSError, ValueError):
            raise HeptathlonError(
                f"{self._path(key)}: was changed during the build; build the board again."
            ) from None
        return zipfile.ZipFile(io.BytesIO(parts))

    def _is_current(self, used: Used) -> bool:
        """Tell whether a set is still the one that an entry rests on."""
        asked = used[:4]
        if asked not in self._sets:
            self._sets[asked] = _set_now(*asked)
        return self._sets[asked] == used[4:]


def environment() -> str:
    """Return a digest of what checks and scores; see :func:`.scoring.environment.environment`."""
    return environments.environment(PACKAGES)


def digest_of(path: Path) -> str | None:
    """Return the digest of a file as entries have it; None if it cannot be read."""
    total = HASH()
    try:
        # No buffer of Python's own: the blocks are large, and most files smaller than one.
        with path.open("rb", buffering=0) as file:
            while block := file.read(BLOCK):
                total.update(block)
    except OSError:
        return None
    return total.hexdigest()


def _files(submission: Path) -> dict[str, str] | None:
    """Return the digest of each file by its name; None for a folder that no check accepts."""
    if submission.is_symlink():
        return None
    digests: dict[str, str] = {}
    total = 0
    with os.scandir(submission) as entries:
        for entry in entries:
            plain = entry.name == ENVELOPE or re.fullmatch(FILE_NAME, entry.name)
            if not plain or not entry.is_file(follow_symlinks=False):
                return None
            total += entry.stat(follow_symlinks=False).st_size
            if total > validate.MAX_TOTAL_BYTES + validate.MAX_ENVELOPE_BYTES:
                return None
            found = digest_of(Path(entry.path))
            if found is None:
                return None
            digests[entry.name] = found
    return digests


def _set_now(family: str, edition: str, tier: str, season: str) -> tuple[str, str] | None:
    """Return folder and digest of a set as they are now; None if there is no such set."""
    try:
        name = store.asked(family, {"edition": edition, "tier": tier, "season": season})
        return name.folder, store.read_manifest(store.locate(name)).digest
    except HeptathlonError:
        return None


def _seal(key: str, body: bytes) -> bytes:
    """Return a checksum over an entry and its name, so that a renamed one does not pass."""
    return HASH(key.encode() + body).hexdigest().encode()


def _packed(found: Sequence[tuple[Row, Items | None]], reports: Sequence[str]) -> bytes:
    """Return a zip of what most builds do not need: items for pairing, and reports."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as parts:
        for number, ((_, items), text) in enumerate(zip(found, reports, strict=True)):
            parts.writestr(f"{number}.html", text.encode())
            for name, values in items._asdict().items() if items else ():
                array = io.BytesIO()
                np.lib.format.write_array(array, values, allow_pickle=False)
                parts.writestr(f"{number}-{name}.npy", array.getvalue())
    return sink.getvalue()


def _array(data: bytes) -> NDArray[Any]:
    array: NDArray[Any] = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    return array
