"""``heptathlon push``: a built set to the Hub, its rows with prompt and target beside them.

A push is one commit or none. Everything of it is planned from what the repository holds and what
the set holds, so a push that was interrupted is simply made again: what is there already is not
sent, and a commit that arrived although its answer was lost is not made twice.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import RepositoryNotFoundError
from huggingface_hub.hf_api import RepoFile

from heptathlon import families
from heptathlon.builders import croissant, hub, store, views
from heptathlon.builders.patience import REPOSITORY, patiently
from heptathlon.builders.store import MANIFEST, Manifest, SetName
from heptathlon.builders.store.names import brings_own_data
from heptathlon.builders.store.reading import fault_of
from heptathlon.errors import HeptathlonError
from heptathlon.files import writing


@dataclass(frozen=True)
class Change:
    """What a push does to a repository.

    Attributes:
        repository: ``org/name``.
        tag: the season's tag.
        title: of the commit.
        add: content of each file that is new or differs, by path: bytes, or a file on disk, which
            is there while the push lasts.
        sizes: bytes of each of them.
        delete: paths of files that go.
        retag: whether the tag must be set.
    """

    repository: str
    tag: str
    title: str
    add: Mapping[str, bytes | Path] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
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
    refuse_early(name, repository)
    _refuse_unless_whole(name, folder)
    client = api or HfApi()
    planned: list[Change] = []

    @cache
    def shown() -> Path:
        with writing(Path(aside)):
            views.write(name, folder, Path(aside))
        return Path(aside)

    def once() -> None:
        remote = _look(client, repository)
        change = _plan(client, name, folder, shown, repository, remote)
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

    with tempfile.TemporaryDirectory(prefix="heptathlon-push-") as aside:
        patiently(once, f"push to {repository}", sleep)
    # What was sent, whatever a later attempt still found to do.
    return planned[0]


def refuse_early(name: SetName, repository: str) -> None:
    """Refuse what may not be published, and where, before a file of it is fetched or built.

    Raises:
        HeptathlonError: if the licence does not allow it, it is a user's own or salted, or the
            repository has no name of one.
    """
    if not REPOSITORY.match(repository):
        raise HeptathlonError(f"--repo: {repository[:100]!r} is not of the form org/name.")
    family = families.family(name.family)
    which = f"{name.family}, {name.edition} edition"
    if name.edition == store.OWN or brings_own_data(name.family, name.edition):
        raise HeptathlonError(f"{which}: is built from a file of your own; it stays here.")
    if name.edition not in family.editions or family.licence_of(name.edition) is None:
        raise HeptathlonError(
            f"{which}: may not be published: {family.paper_licence_note}. It can be built on any "
            "machine with heptathlon build."
        )
    if name.salt:
        raise HeptathlonError(
            f"{which}: is salted, and a hidden split that is published is hidden no more; unset "
            "HEPTATHLON_SALT."
        )


def _refuse_unless_whole(name: SetName, folder: Path) -> None:
    """Refuse a folder that does not hold the set that is named.

    Raises:
        HeptathlonError: if it holds another, or a file of it was changed.
    """
    if fault := fault_of(folder, name, check=True):
        raise HeptathlonError(
            f"{fault}; delete the folder {folder}, and let heptathlon push build it anew."
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


def _plan(
    client: HfApi,
    name: SetName,
    folder: Path,
    shown: Callable[[], Path],
    repository: str,
    remote: _Remote,
) -> Change:
    """Return what must change for a repository to hold a set.

    Args:
        client: the Hub's client.
        name: which set.
        folder: where it was built.
        shown: returns the folder of its files with their views, which are made when needed.
        repository: where it goes.
        remote: what is there.
    """
    family = families.family(name.family)
    mine = store.read_manifest(folder)
    place = hub.set_folder(name.edition, name.tier)
    kept = _sets_beside(mine, place, repository, remote)
    # Equal records stay as they are: another parquet writer's bytes are no news.
    wanted: dict[str, bytes | Path] = {}
    if place not in kept:
        kept[place] = store.read_manifest(shown())
        wanted |= {f"{place}/{entry.path}": shown() / entry.path for entry in mine.files}
        wanted[f"{place}/{MANIFEST}"] = shown() / MANIFEST
    sets = dict(sorted(kept.items()))
    dumped = {key: manifest.model_dump() for key, manifest in sets.items()}
    names = {key: SetName(m.family, m.edition, m.tier, m.season) for key, m in sets.items()}
    models = {key: store.builder_of(m.family).configs(m.edition) for key, m in sets.items()}
    schemas = {
        key: {config: views.schema(names[key], config, model) for config, model in of.items()}
        for key, of in models.items()
    }
    url = f"{client.endpoint}/datasets/{repository}"
    texts = {
        "README.md": hub.repository_card(family, repository, dumped, models),
        "croissant.json": croissant.metadata(family, url, dumped, schemas, models),
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
        sizes={p: len(d) if isinstance(d, bytes) else d.stat().st_size for p, d in add.items()},
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


def summary(change: Change) -> list[dict[str, Any]]:
    """Return what a push sends, a row a file: path, bytes, and whether it is added or deleted."""
    rows = [{"path": p, "bytes": change.sizes[p], "what": "add"} for p in change.add]
    return [*rows, *({"path": p, "bytes": 0, "what": "delete"} for p in change.delete)]
