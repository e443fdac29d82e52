"""The way back from the Hub: a published set, fetched once and checked file by file, row by row."""

import os
import re
import shutil
from pathlib import Path

from huggingface_hub import hf_hub_download

from heptathlon.builders import hub
from heptathlon.builders.patience import REPOSITORY, patiently
from heptathlon.builders.store.making import builder_of
from heptathlon.builders.store.manifest import MANIFEST, Manifest, read_manifest
from heptathlon.builders.store.names import SetName
from heptathlon.builders.store.reading import content_digest, fault_of
from heptathlon.builders.store.writing import alone, put_in_place
from heptathlon.errors import HeptathlonError
from heptathlon.files import home, sha256_file, writing

ORGANISATION = "HEPTATHLON_HUB_ORG"
"""Environment variable with the organisation whose repositories ``HEPTATHLON_DATA=hub`` reads."""
PART = re.compile(r"^[A-Za-z0-9_][\w-]*$", re.ASCII)
"""What a config or split may be called, so that no path leaves its folder."""


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
    """Return the folder of a published set; what a person is shown beside the records is not read.

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
    if not fault_of(target, name):
        return target
    with alone(target):
        if fault_of(target, name):
            _fetch(name, repository, target)
    return target


def _fetch(name: SetName, repository: str, target: Path) -> None:
    staging = target.with_name(f"{target.name}.staging")
    tag = hub.tag_of(name.season, _version(name))
    place = hub.set_folder(name.edition, name.tier)

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

    where = f"{repository}, {place}/{MANIFEST} at {tag}"
    shutil.rmtree(staging, ignore_errors=True)
    with writing(target):
        try:
            copy(MANIFEST)
            manifest = read_manifest(staging, of_any_version=True)
            _refuse_another(name, manifest, where)
            for entry in manifest.files:
                if sha256_file(copy(entry.path)) != entry.sha256:
                    raise HeptathlonError(
                        f"{where}: {entry.path} has another checksum than it lists."
                    )
            if content_digest(staging) != manifest.digest:
                raise HeptathlonError(f"{where}: the records have another digest than it lists.")
            put_in_place(staging, target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _version(name: SetName) -> int:
    from heptathlon import families

    return families.family(name.family).version


def _refuse_another(name: SetName, manifest: Manifest, where: str) -> None:
    """Refuse a manifest of another set, or one that lists files outside its folder."""
    wanted = (name.family, name.edition, name.tier, name.season, _version(name), False)
    if manifest.stated != wanted:
        raise HeptathlonError(f"{where}: describes another set than {name.folder}.")
    configs = builder_of(name.family).configs(name.edition)
    for entry in manifest.files:
        named = PART.match(entry.split) and entry.path == f"{entry.config}/{entry.split}.parquet"
        if entry.config not in configs or not named:
            raise HeptathlonError(f"{where}: lists {entry.path!r:.80}, which is no part of a set.")
