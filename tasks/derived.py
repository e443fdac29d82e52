"""lm-eval's YAML, derived from the tables into the cache: one file a task and a group.

A folder is named by the suite's version and a digest of all that it holds, so that two versions,
and installations with other plug-ins, keep out of each other's way.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from heptathlon.errors import HeptathlonError
from heptathlon.families import FAMILIES, family_of_task
from heptathlon.files import canonical_json, home, write_text_atomic
from heptathlon.tasks import catalog
from heptathlon.tasks.table import FUNCTIONS
from heptathlon.version import __version__

FOLDER = "tasks"
"""Name of the folders' place below the suite's cache."""
_FUNCTIONS = {*FUNCTIONS, "process_docs"}
"""What a task's own settings may name a function for."""
NOTE = "# Derived: change the family's table or form. What is changed here is undone.\n"


class _Function(str):
    """A function's name, which stands in YAML behind the tag by which lm-eval imports it."""


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Safe YAML with ``!function``, written by libyaml where that is built in."""


def _tagged(dumper: yaml.SafeDumper, name: _Function) -> yaml.ScalarNode:
    return dumper.represent_scalar("!function", str(name))


_Dumper.add_representer(_Function, _tagged)


def include_path() -> Path:
    """Return the folder for lm-eval's ``--include_path``, and write what is not there as derived.

    A folder appears whole or not at all; damage to one is mended file by file.

    Raises:
        HeptathlonError: if it cannot be written.
    """
    return _folder_of(derived())


def forms_path(tasks: Iterable[str]) -> Path:
    """Return a folder like :func:`include_path`'s that holds prompt forms of tasks.

    Args:
        tasks: names of forms' tasks.

    Raises:
        UnknownNameError: if there is no such task.
        HeptathlonError: if it cannot be written.
    """
    out: dict[str, str] = {}
    for task in tasks:
        family = catalog.leaf(task).family
        out |= _forms(family)
        out[_place(family, task)] = _text(catalog.own_settings(task))
    return _folder_of(out)


def _folder_of(files: dict[str, str]) -> Path:
    digest = hashlib.sha256(canonical_json(files).encode()).hexdigest()
    folder = home() / FOLDER / f"{__version__}-{digest[:16]}"
    try:
        if not folder.is_dir():
            _write(folder, files)
        for name, text in files.items():
            if not _holds(folder / name, text):
                write_text_atomic(folder / name, text)
    except OSError as error:
        raise HeptathlonError(
            f"{folder}: lm-eval's task files cannot be written there ({error.strerror}); let "
            "HEPTATHLON_HOME name a folder that can be written to."
        ) from None
    return folder


@cache
def derived() -> dict[str, str]:
    """Return the text of each file by its place in the folder: forms as they are, then the rest."""
    out: dict[str, str] = {}
    for name in FAMILIES:
        out |= _forms(name)
    for task, leaf in catalog.leaves().items():
        out[_place(leaf.family, task)] = _text(catalog.own_settings(task))
    for name, told in catalog.groups().items():
        family = "" if name in catalog.suites() else family_of_task(name).name
        out[_place(family, name)] = _text(told)
    return out


def _forms(family: str) -> dict[str, str]:
    """Return the text of each hand-written form of a family by its place."""
    return {
        f"{family}/{path.name}": path.read_text(encoding="utf-8")
        for path in catalog.forms_of(family).values()
    }


def _place(family: str, name: str) -> str:
    stem = name.removeprefix("heptathlon_")
    return f"{family}/{stem}.yaml" if family else f"{name}.yaml"


def _text(settings: dict[str, Any]) -> str:
    for field in _FUNCTIONS & settings.keys():
        settings[field] = _Function(settings[field])
    # The dumper subclasses SafeDumper.
    return NOTE + yaml.dump(settings, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode()
    except FileNotFoundError:
        return False


def _write(folder: Path, files: dict[str, str]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        for name, text in files.items():
            (staging / name).parent.mkdir(exist_ok=True)
            (staging / name).write_bytes(text.encode())
        # mkdtemp makes private folders; a shared cache is read by others.
        staging.chmod(0o755)
        try:
            staging.rename(folder)
        except OSError:
            # Another process may have been quicker; what it wrote is looked at like any other.
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
