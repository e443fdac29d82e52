"""Source files of the paper editions: from their publisher at a pinned revision, checked.

``HEPTATHLON_SOURCES=DIR`` reads the very same files from ``DIR/<repository>/<path>`` instead, for
machines without a network: a repository is a Hub dataset id (``nyu-mll/glue``) or
``github/<owner>/<name>``. A file that a user brings may lie on the Hub too, see :func:`on_hub`.
"""

import fnmatch
import hashlib
import os
import re
import shutil
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath

from heptathlon.builders import store
from heptathlon.errors import HeptathlonError
from heptathlon.files import replacing, sha256_file

GITHUB = "github/"
HUB_SCHEME = "hf://"
HUB_FILE = re.compile(HUB_SCHEME + r"datasets/([^/@]+/[^/@]+)(?:@([^/]+))?/(.+)")
"""A file of a data set on the Hub, as ``huggingface_hub`` writes it, at a branch, tag or commit."""
TIMEOUT = 60
"""Seconds without an answer after which a download is given up."""


@dataclass(frozen=True)
class Source:
    """One published file.

    Attributes:
        repository: Hub dataset id, or ``github/<owner>/<name>``.
        path: path of the file in the repository; on the Hub also a pattern such as
            ``corpus/*.parquet`` for the parts of one table, see :func:`matching`.
        revision: commit (or, on the Hub, also a tag) at which it is read.
        sha256: checksum of the file; empty where the publisher's is not known, and then the
            manifest records what was read.
        licence: licence of the file as its publisher states it.
    """

    repository: str
    path: str
    revision: str
    sha256: str = ""
    licence: str = ""

    def __str__(self) -> str:
        return f"{self.repository}/{self.path}"


def fetch(source: Source) -> Path:
    """Return a local copy of a source file, downloading it once.

    Raises:
        HeptathlonError: if it cannot be had, or is not the file that is expected.
    """
    if mirror := os.environ.get("HEPTATHLON_SOURCES"):
        path = Path(mirror).expanduser() / source.repository / source.path
        if not path.is_file():
            raise HeptathlonError(
                f"{path}: is missing; HEPTATHLON_SOURCES must hold {source} "
                f"(revision {source.revision}), or be unset to download it."
            )
    elif source.repository.startswith(GITHUB):
        path = _from_github(source)
    else:
        path = _from_hub(source)
    if source.sha256 and (found := sha256_file(path)) != source.sha256:
        raise HeptathlonError(
            f"{path}: is not the published {source}: its checksum is {found}, "
            f"not {source.sha256}; delete it and fetch revision {source.revision} again."
        )
    return path


def matching(source: Source) -> list[Source]:
    """Return the files that a source's path stands for: itself, or all that fit its pattern.

    Raises:
        HeptathlonError: if the files cannot be listed, or there are none.
    """
    if "*" not in source.path:
        return [source]
    if mirror := os.environ.get("HEPTATHLON_SOURCES"):
        folder = Path(mirror).expanduser() / source.repository
        found = [path.relative_to(folder).as_posix() for path in folder.glob(source.path)]
        if not found:
            raise HeptathlonError(
                f"{folder / source.path}: is missing; HEPTATHLON_SOURCES must hold {source} "
                f"(revision {source.revision}), or be unset to download it."
            )
    else:
        found = fnmatch.filter(_files_on_hub(source), source.path)
        if not found:
            raise HeptathlonError(f"{source}: is not in revision {source.revision} of the dataset.")
    return [replace(source, path=path) for path in sorted(found)]


def check_bytes(data: bytes, source: Source) -> None:
    """Refuse a rebuilt file that is not, byte for byte, the published one.

    Raises:
        HeptathlonError: with both checksums.
    """
    found = hashlib.sha256(data).hexdigest()
    if found != source.sha256:
        raise HeptathlonError(
            f"{source}: what was rebuilt has the checksum {found}, not the published "
            f"{source.sha256}; a source file or the recipe is another one."
        )


def available(*sources: Source) -> bool:
    """Tell whether ``HEPTATHLON_SOURCES`` names a mirror that holds all of these files."""
    mirror = os.environ.get("HEPTATHLON_SOURCES")
    return bool(mirror) and all(
        any((Path(str(mirror)).expanduser() / s.repository).glob(s.path)) for s in sources
    )


def listing(*sources: Source) -> list[dict[str, str]]:
    """Return what a manifest says of the source files: path, revision and checksum as read."""
    return [
        {"path": str(s), "revision": s.revision, "sha256": sha256_file(fetch(s))}
        for source in sources
        for s in matching(source)
    ]


def _from_github(source: Source) -> Path:
    target = store.home() / "sources" / source.repository / source.revision / source.path
    if target.is_file():
        return target
    name = source.repository.removeprefix(GITHUB)
    url = f"https://raw.githubusercontent.com/{name}/{source.revision}/{PurePosixPath(source.path)}"
    try:
        # The URL begins with https://raw.githubusercontent.com/ whatever the source says.
        with (
            urllib.request.urlopen(url, timeout=TIMEOUT) as answer,
            replacing(target) as temporary,
            temporary.open("wb") as sink,
        ):
            shutil.copyfileobj(answer, sink)
    except (urllib.error.URLError, OSError) as error:
        raise _unreachable(source, error) from None
    return target


def _files_on_hub(source: Source) -> list[str]:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    try:
        return HfApi().list_repo_files(
            source.repository, repo_type="dataset", revision=source.revision
        )
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise _unreachable(source, error) from None


@cache
def on_hub(url: str) -> tuple[Path, str]:
    """Return a copy of a file named ``hf://datasets/ORG/NAME[@REVISION]/PATH``, and its commit.

    The revision is looked up once a process; without one it is the branch ``main``.

    Raises:
        HeptathlonError: if this is no such name, or the file cannot be had.
    """
    named = HUB_FILE.fullmatch(url)
    if not named:
        raise HeptathlonError(f"{url}: is not of the form hf://datasets/ORG/NAME@REVISION/PATH.")
    repository, revision, path = named.groups()
    found = _from_hub(Source(repository, path, revision or "main"))
    # The client keeps a file as snapshots/<commit>/<path>.
    return found, found.parents[len(PurePosixPath(path).parts) - 1].name


def _from_hub(source: Source) -> Path:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError

    try:
        return Path(
            hf_hub_download(
                source.repository, source.path, repo_type="dataset", revision=source.revision
            )
        )
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise _unreachable(source, error) from None


def _unreachable(source: Source, error: Exception) -> HeptathlonError:
    reason = str(error).strip().splitlines()
    return HeptathlonError(
        f"{source} (revision {source.revision}) could not be downloaded "
        f"({reason[0] if reason else type(error).__name__}); try again, or put it into a folder "
        f"as {source} and name the folder in HEPTATHLON_SOURCES."
    )
