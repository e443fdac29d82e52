"""The folder of a set: found, or built; mended where it is damaged, fetched where that is asked."""

import logging
import math
import os
import shutil
import time
from pathlib import Path

from heptathlon import families
from heptathlon.builders.store import published
from heptathlon.builders.store.making import Progress, make
from heptathlon.builders.store.manifest import read_manifest
from heptathlon.builders.store.names import OWN, OWN_FOLDER, SetName
from heptathlon.builders.store.reading import fault_of
from heptathlon.builders.store.writing import alone, write
from heptathlon.errors import HeptathlonError
from heptathlon.files import home

BETWEEN = 10.0
"""Seconds between two lines of progress in a log."""

logger = logging.getLogger("heptathlon")


def ensure(
    name: SetName, *, out: Path | None = None, progress: Progress | None = None, check: bool = False
) -> Path:
    """Return the folder of a set, building it first if it is not there, or not whole.

    Args:
        name: which set.
        out: folder below which the set's own folder is made; the cache if not given.
        progress: called before each shard with its name, its number from 0, and their count.
        check: also compare each file of a set that is there with its checksum.

    Raises:
        HeptathlonError: if the builder cannot serve the set, or it cannot be written.
    """
    if name.edition == OWN:
        return _own_folder(name)
    target = (out or home() / "data") / name.folder
    if not fault_of(target, name, check=check):
        return target
    # Two processes that start together (two ranks of one run) build once.
    with alone(target):
        if fault := fault_of(target, name, check=check):
            if target.exists():
                logger.warning("%s; it is built anew", fault)
            parts = target.with_name(f"{target.name}.parts")
            write(name, target, make(name, parts, progress))
            shutil.rmtree(parts, ignore_errors=True)
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
        return published.fetch(name)
    raise HeptathlonError(
        f"HEPTATHLON_DATA={place}: is neither 'local' (build the set here) nor 'hub' (fetch the "
        "published one)."
    )


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


def log_progress(name: SetName) -> Progress:
    """Return a progress function that logs a line now and then, for use inside lm-eval."""
    said = -math.inf

    def report(shard: str, number: int, count: int) -> None:
        nonlocal said
        if time.monotonic() - said > BETWEEN:
            said = time.monotonic()
            logger.warning("building %s: %s (%d of %d)", name.folder, shard, number + 1, count)

    return report
