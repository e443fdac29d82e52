"""``heptathlon push`` and its way back: a built set to the Hub, and from there to any machine.

A push is one commit or none. Everything of it is planned from what the repository holds and what
the set holds, so a push that was interrupted is simply made again: what is there already is not
sent, and a commit that arrived although its answer was lost is not made twice.
"""

import hashlib
import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    hf_hub_download,
)
from huggingface_hub.errors import (
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
)
from huggingface_hub.hf_api import RepoFile

from heptathlon import families
from heptathlon.builders import croissant, hub, store
from heptathlon.builders.store import MANIFEST, Manifest, SetName
from heptathlon.errors import HeptathlonError
from heptathlon.files import home, sha256_file

ORGANISATION = "HEPTATHLON_HUB_ORG"
"""Environment variable with the organisation whose repositories ``HEPTATHLON_DATA=hub`` reads."""
REPOSITORY = re.compile(r"^[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}$", re.ASCII)
PART = re.compile(r"^[A-Za-z0-9_][\w-]*$", re.ASCII)
"""What a config or split may be called, so that no path leaves its folder."""
ATTEMPTS = 5
WAIT = 2.0
"""Seconds before the second attempt; each later one waits twice as long."""
TRANSIENT = frozenset({408, 412, 425, 429, 500, 502, 503, 504})
"""Answers after which a request may succeed; 412 is a commit of someone else in between."""

logger = logging.getLogger("heptathlon")
T = TypeVar("T")


@dataclass(frozen=True)
class Change:
    """What a push does to a repository.

    Attributes:
        repository: ``org/name``.
        tag: the season's tag.
        title: of the commit.
        add: content of each file that is new or differs, by path: bytes, or a file on disk.
        delete: paths of files that go.
        retag: whether the tag must be set.
    """

    repository: str
    tag: str
    title: str
    add: Mapping[str, bytes | Path] = field(default_factory=dict)
    delete: tuple[str, ...] = ()
    retag: bool = True

    @property
    def commits(self) -> bool:
        """Whether there is anything to commit."""
        return bool(self.add or self.delete)


@dataclass(frozen=True)
class _Remote:
    """A repository as it is: head, files with the checksum of their content, sets and tags."""

    head: str | None
    files: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, Manifest] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


def push(
    name: SetName,
    folder: Path,
    repository: str,
    *,
    dry_run: bool = False,
    api: HfApi | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Change:
    """Publish a built set and return what was sent.

    Args:
        name: which set.
        folder: where it was built.
        repository: the family's repository on the Hub, ``org/name``; made if it is not there.
        dry_run: only look, and return what would be sent.
        api: the Hub's client; the default one, with the token of ``hf auth login``.
        sleep: waits before another attempt.

    Raises:
        HeptathlonError: if the set may not be published, differs from the one that was, or the
            Hub refuses or cannot be reached.
    """
    refuse_unless_free(name, folder)
    if not REPOSITORY.match(repository):
        raise HeptathlonError(f"--repo: {repository[:100]!r} is not of the form org/name.")
    client = api or HfApi()

    planned: list[Change] = []

    def once() -> None:
        remote = _look(client, repository)
        change = _plan(client, name, folder, repository, remote)
        planned.append(change)
        if dry_run:
            return
        if remote.head is None:
            client.create_repo(repository, repo_type="dataset", exist_ok=True)
            remote = _look(client, repository)
        _tag_what_is_left(client, repository, remote, change)
        if change.commits:
            client.create_commit(
                repository,
                [
                    *(CommitOperationAdd(path, data) for path, data in change.add.items()),
                    *(CommitOperationDelete(path) for path in change.delete),
                ],
                commit_message=change.title,
                repo_type="dataset",
                parent_commit=remote.head,
            )
        if change.retag:
            if change.tag in remote.tags:
                client.delete_tag(repository, tag=change.tag, repo_type="dataset")
            client.create_tag(repository, tag=change.tag, repo_type="dataset")

    patiently(once, f"push to {repository}", sleep)
    # What was sent, whatever a later attempt still found to do.
    return planned[0]


def refuse_unless_free(name: SetName, folder: Path) -> None:
    """Refuse a set that may not be published.

    Raises:
        HeptathlonError: if its licence does not allow it, it is salted, or it is not the folder's.
    """
    family = families.family(name.family)
    if family.licence_of(name.edition) is None:
        raise HeptathlonError(
            f"{name.folder}: may not be published: {family.paper_licence_note}. It can be built "
            "on any machine with heptathlon build."
        )
    if store.own_listing(name.family, name.edition):
        raise HeptathlonError(f"{name.folder}: is built from a file of your own; it stays here.")
    manifest = store.read_manifest(folder)
    if name.salt or manifest.salted:
        raise HeptathlonError(
            f"{folder}: is salted, and a hidden split that is published is hidden no more; unset "
            "HEPTATHLON_SALT."
        )
    stated = (manifest.family, manifest.edition, manifest.tier, manifest.season, manifest.version)
    if stated != (name.family, name.edition, name.tier, name.season, family.version):
        raise HeptathlonError(f"{folder}: holds another set than {name.folder}; build it anew.")
    for entry in manifest.files:
        if sha256_file(folder / entry.path) != entry.sha256:
            raise HeptathlonError(
                f"{folder / entry.path}: is not the file that was built; delete {folder} and build "
                "it anew."
            )


def _look(client: HfApi, repository: str) -> _Remote:
    """Read what a repository holds; nothing if it is not there."""
    try:
        head = client.repo_info(repository, repo_type="dataset", revision="main").sha
        refs = client.list_repo_refs(repository, repo_type="dataset")
    except RepositoryNotFoundError:
        return _Remote(None)
    tree = client.list_repo_tree(repository, repo_type="dataset", revision=head, recursive=True)
    files = {f.path: f.lfs.sha256 if f.lfs else f.blob_id for f in tree if isinstance(f, RepoFile)}
    sets = {}
    for path in files:
        place, _, file = path.rpartition("/")
        if file == MANIFEST and "/" not in place:
            local = client.hf_hub_download(repository, path, repo_type="dataset", revision=head)
            sets[place] = store.read_manifest(Path(local).parent, of_any_version=True)
    return _Remote(head, files, sets, {t.name: t.target_commit for t in refs.tags})


def _plan(client: HfApi, name: SetName, folder: Path, repository: str, remote: _Remote) -> Change:
    """Return what must change for a repository to hold a set; pure but for the files it names."""
    family = families.family(name.family)
    mine = store.read_manifest(folder)
    place = hub.set_folder(name.edition, name.tier)
    kept = _sets_beside(mine, place, repository, remote)
    # Equal records stay as they are: another parquet writer's bytes are no news.
    sets = dict(sorted({place: mine, **kept}.items()))
    wanted: dict[str, bytes | Path] = {}
    if place not in kept:
        wanted |= {f"{place}/{entry.path}": folder / entry.path for entry in mine.files}
        wanted[f"{place}/{MANIFEST}"] = folder / MANIFEST
    dumped = {key: manifest.model_dump() for key, manifest in sets.items()}
    schemas = {
        key: {
            config: store.arrow_schema(model)
            for config, model in store.builder_of(m.family).configs(m.edition).items()
        }
        for key, m in sets.items()
    }
    url = f"{client.endpoint}/datasets/{repository}"
    texts = {
        "README.md": hub.repository_card(family, repository, dumped),
        "croissant.json": croissant.metadata(family, url, dumped, schemas),
        "eval.yaml": hub.eval_yaml(family, dumped),
    }
    wanted |= {path: text.encode() for path, text in texts.items()}
    add = {p: d for p, d in wanted.items() if remote.files.get(p) not in _checksums(d)}
    stays = {f"{k}/{MANIFEST}" for k in sets}
    stays |= {f"{k}/{entry.path}" for k, m in sets.items() for entry in m.files}
    ours = {p for p in remote.files if "/" in p and p.split("/")[0] in {*remote.sets, *sets}}
    tag = hub.tag_of(mine.season, mine.version)
    gone = tuple(sorted(ours - stays))
    return Change(
        repository=repository,
        tag=tag,
        title=f"{name.edition.capitalize()} edition, tier {name.tier}, season {tag}",
        add=dict(sorted(add.items())),
        delete=gone,
        retag=bool(add or gone) or remote.head != remote.tags.get(tag),
    )


def _sets_beside(
    mine: Manifest, place: str, repository: str, remote: _Remote
) -> dict[str, Manifest]:
    """Return the published sets that stay: those of the same season and version.

    Raises:
        HeptathlonError: if another family lies there, a newer season, or other data of this one.
    """
    kept: dict[str, Manifest] = {}
    for key, theirs in remote.sets.items():
        if theirs.family != mine.family:
            raise HeptathlonError(
                f"{repository}: holds sets of the family {theirs.family}; a family has a "
                "repository of its own."
            )
        if _age(theirs) > _age(mine):
            raise HeptathlonError(
                f"{repository}: holds season {theirs.season}, version {theirs.version} already; "
                f"an older one ({mine.season}, version {mine.version}) cannot take its place."
            )
        if _age(theirs) == _age(mine):
            kept[key] = theirs
    if place in kept:
        if kept[place].digest != mine.digest:
            raise HeptathlonError(
                f"{repository}: {place} of season {mine.season}, version {mine.version} is "
                "published with other records; published data never changes, so raise the "
                "family's version."
            )
        there = [remote.files.get(f"{place}/{e.path}") == e.sha256 for e in kept[place].files]
        if not all(there):
            del kept[place]
    return kept


def _age(manifest: Manifest) -> tuple[tuple[int, ...], int]:
    return (tuple(int(part) for part in manifest.season.split(".")), manifest.version)


def _checksums(data: bytes | Path) -> tuple[str, str]:
    """Return the two checksums by which the Hub knows a content: git's, and that of LFS."""
    content = data if isinstance(data, bytes) else data.read_bytes()
    git = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
    return git.hexdigest(), hashlib.sha256(content).hexdigest()


def _tag_what_is_left(client: HfApi, repository: str, remote: _Remote, change: Change) -> None:
    """Tag the season that a new one is about to replace, if an interrupted push did not."""
    for manifest in remote.sets.values():
        tag = hub.tag_of(manifest.season, manifest.version)
        if tag != change.tag and tag not in remote.tags:
            client.create_tag(repository, tag=tag, repo_type="dataset", exist_ok=True)


def patiently(action: Callable[[], T], what: str, sleep: Callable[[float], None] = time.sleep) -> T:
    """Do something at the Hub, again after a fault that may pass.

    Args:
        action: what to do; it must be safe to do twice.
        what: names it in the messages.
        sleep: waits before another attempt.

    Raises:
        HeptathlonError: if the Hub refuses, or the last attempt fails too.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return action()
        except Exception as error:
            known = _hub_fault(error)
            if known is None:
                raise
            fault = known
        status = getattr(getattr(fault, "response", None), "status_code", None)
        if isinstance(fault, HFValidationError) or (status and status not in TRANSIENT):
            break
        if attempt < ATTEMPTS:
            wait = WAIT * 2 ** (attempt - 1)
            logger.warning("%s: %s; again in %g s", what, _first_line(fault), wait)
            sleep(wait)
    mend = "try again: nothing is half done"
    if status in (401, 403):
        mend = "log in with hf auth login, with a token that may do it"
    if status == 404:
        mend = "it is not published there, or hidden from you"
    raise HeptathlonError(f"{what}: {_first_line(fault)}; {mend}.") from None


def _hub_fault(error: BaseException | None) -> BaseException | None:
    """Return what went wrong at the Hub or on the way there; None for any other error."""
    if isinstance(error, HfHubHTTPError | HFValidationError | OSError):
        return error
    # The client's transport has changed its name before, and its errors have no common base.
    if type(error).__module__.partition(".")[0] in ("httpx", "httpx2", "httpcore"):
        return error
    # An upload that fails in one of the client's threads is wrapped.
    return _hub_fault(error.__cause__) if isinstance(error, RuntimeError) else None


def _first_line(error: BaseException) -> str:
    said = str(error).strip().splitlines()
    return said[0].rstrip(".") if said else type(error).__name__


def repository_of(family: str) -> str:
    """Return the repository that ``HEPTATHLON_DATA=hub`` reads a family's sets from.

    Raises:
        HeptathlonError: if no organisation is named.
    """
    organisation = os.environ.get(ORGANISATION, "")
    repository = f"{organisation}/heptathlon-{family}"
    if not REPOSITORY.match(repository):
        raise HeptathlonError(
            f"HEPTATHLON_DATA=hub: {ORGANISATION}={organisation!r} names no organisation; name the "
            f"one whose repository heptathlon-{family} holds the published sets."
        )
    return repository


def fetch(name: SetName) -> Path:
    """Return the folder of a published set, fetched once and checked file by file, row by row.

    Raises:
        HeptathlonError: if it is not published, cannot be fetched, or is not what it says it is.
    """
    if name.salt:
        raise HeptathlonError(
            "HEPTATHLON_DATA=hub: a salted set is never published; unset HEPTATHLON_DATA to build "
            "it here, or HEPTATHLON_SALT."
        )
    repository = repository_of(name.family)
    target = home() / "hub" / repository.split("/")[0] / name.folder
    if (target / MANIFEST).is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if not (target / MANIFEST).is_file():
            _fetch(name, repository, target)
    return target


def _fetch(name: SetName, repository: str, target: Path) -> None:
    version = families.family(name.family).version
    tag = hub.tag_of(name.season, version)
    place = hub.set_folder(name.edition, name.tier)
    staging = target.with_name(f"{target.name}.staging")
    shutil.rmtree(staging, ignore_errors=True)

    def copy(path: str) -> Path:
        local = patiently(
            lambda: hf_hub_download(
                repository, f"{place}/{path}", repo_type="dataset", revision=tag
            ),
            f"{repository}, {place}/{path} at {tag}",
        )
        (staging / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(local, staging / path)
        return staging / path

    copy(MANIFEST)
    manifest = store.read_manifest(staging, of_any_version=True)
    where = f"{repository}, {place}/{MANIFEST} at {tag}"
    stated = (manifest.family, manifest.edition, manifest.tier, manifest.season, manifest.version)
    if stated != (name.family, name.edition, name.tier, name.season, version) or manifest.salted:
        raise HeptathlonError(f"{where}: describes another set than {name.folder}.")
    configs = store.builder_of(name.family).configs(name.edition)
    for entry in manifest.files:
        named = PART.match(entry.split) and entry.path == f"{entry.config}/{entry.split}.parquet"
        if entry.config not in configs or not named:
            raise HeptathlonError(f"{where}: lists {entry.path!r:.80}, which is no part of a set.")
        if sha256_file(copy(entry.path)) != entry.sha256:
            raise HeptathlonError(f"{where}: {entry.path} has another checksum than it lists.")
    if store.content_digest(staging) != manifest.digest:
        raise HeptathlonError(f"{where}: the records have another digest than it lists.")
    staging.replace(target)


def summary(change: Change) -> list[dict[str, Any]]:
    """Return what a push sends, a row a file: path, bytes, and whether it is added or deleted."""
    rows = [
        {"path": p, "bytes": len(d) if isinstance(d, bytes) else d.stat().st_size, "what": "add"}
        for p, d in change.add.items()
    ]
    return [*rows, *({"path": p, "bytes": 0, "what": "delete"} for p in change.delete)]
