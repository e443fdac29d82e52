"""Source files of the paper editions: from their publisher at a pinned revision, checked.

``HEPTATHLON_SOURCES=DIR`` reads the very same files from ``DIR/<repository>/<path>`` instead, for
machines without a network: a repository is a Hub dataset id (``nyu-mll/glue``),
``github/<owner>/<name>`` or ``https/<host>``. A file that a user brings may lie on the Hub too, see
:func:`on_hub`.
"""

import fnmatch
import hashlib
import os
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath

from heptathlon.errors import HeptathlonError, OwnFaultError
from heptathlon.files import DISK_FAULTS, home, replacing, sha256_file

GITHUB = "github/"
HUB_SCHEME = "hf://"
HUB_FILE = re.compile(HUB_SCHEME + r"datasets/([^/@]+/[^/@]+)(?:@([^/]+))?/(.+)")
"""A file of a data set on the Hub, as ``huggingface_hub`` writes it, at a branch, tag or commit."""
WEB = "https/"
TIMEOUT = 60
"""Seconds without an answer after which a download is given up."""


@dataclass(frozen=True)
class Source:
    """One published file.

    Attributes:
        repository: Hub dataset id, ``github/<owner>/<name>``, or ``https/<host>`` for a file at a
            web address.
        path: path of the file in the repository; on the Hub also a pattern such as
            ``corpus/*.parquet`` for the parts of one table, see :func:`matching`.
        revision: commit (or, on the Hub, also a tag) at which it is read; empty where none is
            known, and always at a web address: then the newest is read. Leave it empty only with
            a ``sha256``, or where the file that is made of this one has a published checksum.
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

    @property
    def release(self) -> str:
        """What to say of the revision."""
        return f"revision {self.revision}" if self.revision else "any revision"

    @property
    def url(self) -> str:
        """Web address of the file."""
        path = PurePosixPath(self.path)
        if self.repository.startswith(WEB):
            return f"https://{self.repository.removeprefix(WEB)}/{path}"
        if self.repository.startswith(GITHUB):
            name = self.repository.removeprefix(GITHUB)
            return f"https://raw.githubusercontent.com/{name}/{self.revision or 'HEAD'}/{path}"
        return (
            f"https://huggingface.co/datasets/{self.repository}/resolve/"
            f"{self.revision or 'main'}/{path}"
        )


def fetch(source: Source) -> Path:
    """Return a local copy of a source file, downloading it once.

    Raises:
        HeptathlonError: if it cannot be had, or is not the file that is expected.
    """
    if mirror := os.environ.get("HEPTATHLON_SOURCES"):
        path = Path(mirror).expanduser() / source.repository / source.path
        if not path.is_file():
            raise HeptathlonError(
                f"{path}: is missing; HEPTATHLON_SOURCES must hold {source}, which is at "
                f"{source.url}, or be unset to download it."
            )
    elif source.repository.startswith((GITHUB, WEB)):
        path = _from_web(source)
    else:
        path = _from_hub(source)
    if source.sha256 and (found := sha256_file(path)) != source.sha256:
        raise HeptathlonError(
            f"{path}: is not the published {source}: its checksum is {found}, "
            f"not {source.sha256}; delete it and fetch {source.url} again."
        )
    return path


def text_of(source: Source, encoding: str = "utf-8") -> str:
    """Return the text of a source file.

    Raises:
        HeptathlonError: if it cannot be had, or is not text of that encoding.
    """
    try:
        return fetch(source).read_text(encoding=encoding)
    except UnicodeDecodeError:
        raise HeptathlonError(
            f"{source}: is not {encoding} text; it is not the published file."
        ) from None


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
                f"({source.release}), or be unset to download it."
            )
    else:
        found = fnmatch.filter(_files_on_hub(source), source.path)
        if not found:
            raise HeptathlonError(f"{source}: is not in {source.release} of the dataset.")
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


def absent(*sources: Source) -> dict[Source, str]:
    """Fetch all of these files; return those that cannot be had, each with the reason."""
    refused: dict[Source, str] = {}
    for source in dict.fromkeys(sources):
        try:
            for part in matching(source):
                fetch(part)
        except HeptathlonError as error:
            refused[source] = str(error)
    return refused


def cannot_be_had(refused: Mapping[Source, str]) -> str:
    """Return what to say of files that :func:`absent` returned: a line for each."""
    return "\n- ".join([f"{len(refused)} source files cannot be had:", *refused.values()])


def require(*sources: Source) -> None:
    """Fetch all of these files.

    Raises:
        HeptathlonError: with a line for each that cannot be had.
    """
    if refused := absent(*sources):
        raise HeptathlonError(cannot_be_had(refused))


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


def _from_web(source: Source) -> Path:
    folder = home() / "sources" / source.repository / (source.revision or "newest")
    target = folder / source.path
    if target.is_file():
        return target
    try:
        # The address begins with https:// whatever the source says.
        with (
            urllib.request.urlopen(source.url, timeout=TIMEOUT) as answer,  # noqa: S310
            replacing(target) as temporary,
            temporary.open("wb") as sink,
        ):
            shutil.copyfileobj(answer, sink)
    except (urllib.error.URLError, OSError) as error:
        raise _unreachable(source, error, target) from None
    return target


def _files_on_hub(source: Source) -> list[str]:
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import HfHubHTTPError

    try:
        return HfApi().list_repo_files(
            source.repository, repo_type="dataset", revision=source.revision or None
        )
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise _unreachable(source, error, constants.HF_HUB_CACHE) from None


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
    from huggingface_hub import constants, hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError

    try:
        return Path(
            hf_hub_download(
                source.repository,
                source.path,
                repo_type="dataset",
                revision=source.revision or None,
            )
        )
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise _unreachable(source, error, constants.HF_HUB_CACHE) from None


def _unreachable(source: Source, error: Exception, where: Path | str) -> HeptathlonError:
    if isinstance(error, OSError) and error.errno in DISK_FAULTS:
        variable = "HEPTATHLON_HOME" if source.repository.startswith((GITHUB, WEB)) else "HF_HOME"
        return OwnFaultError(
            f"{where}: {source} cannot be kept there ({os.strerror(error.errno)}); make room, or "
            f"let {variable} name a folder that can be written to."
        )
    reason = str(error).strip().splitlines()
    return HeptathlonError(
        f"{source} ({source.release}) could not be downloaded "
        f"({reason[0] if reason else type(error).__name__}); try again, or put it into a folder "
        f"as {source} and name the folder in HEPTATHLON_SOURCES."
    )
