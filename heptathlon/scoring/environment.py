"""What scores: a digest of this program's code and libraries, by which kept results are found.

What was computed by other code, or with another version of a library, has another digest and is
never believed.
"""

import functools
import hashlib
import importlib
import platform
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path

from heptathlon.builders import store
from heptathlon.families import FAMILIES
from heptathlon.files import canonical_json, sha256_file

PACKAGES = ("", ".builders", ".scorers", ".tasks")
"""Packages of this program that decide what a scorer or a player says."""
LIBRARIES = (
    *("jinja2", "markupsafe", "numpy", "pyarrow", "pydantic", "pyyaml"),
    *("scikit-learn", "scipy"),
)
"""Libraries whose versions may show in a figure's last bits or in a report's markup."""
HASH = functools.partial(hashlib.blake2b, digest_size=32)
"""As strong as SHA-256, and half the time on processors without instructions for that: a build
hashes every submission and every report."""


def environment(packages: Sequence[str] = PACKAGES) -> str:
    """Return a digest of what scores: the program's files, and what it computes with.

    Files that a user brings for a paper edition belong to it: a player may learn from one.

    Args:
        packages: packages of this program, by the end of their names.
    """
    roots = [Path(p) for name in packages for p in _module_path(f"heptathlon{name}")]
    # A plug-in's package scores as well; its environment is another one.
    plugins = sorted({family.package for family in FAMILIES.values() if family.package})
    roots += [Path(p) for name in plugins for p in _module_path(name)]
    libraries = {name: metadata.version(name) for name in LIBRARIES}
    own = {name: store.own_listing(name, "paper") for name in FAMILIES}
    brought = {name: files for name, files in own.items() if files}
    whole = [platform.python_version(), libraries, [_code(root) for root in roots], brought]
    return HASH(canonical_json(whole).encode()).hexdigest()


def _module_path(name: str) -> Iterable[str]:
    return importlib.import_module(name).__path__


def _code(root: Path) -> dict[str, str]:
    """Return the digest of each file of a package, by its place in it."""
    return {
        path.relative_to(root).as_posix(): sha256_file(path)
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }
