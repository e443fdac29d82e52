"""Which set: family, edition, tier, season and salt, and the file that a user brings for it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heptathlon import families, salts
from heptathlon.builders.sources import HUB_SCHEME, on_hub
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.files import sha256_file

OWN = "own"
"""The edition of sets that a user builds from own texts; no set of it is published."""
OWN_FOLDER = "HEPTATHLON_OWN"
"""Environment variable that names the folder of such a set."""


@dataclass(frozen=True)
class SetName:
    """The address of one data set.

    Raises:
        UnknownNameError: for an unknown family, edition, tier or season.
        HeptathlonError: for a salt that ``heptathlon salt new`` does not make.
    """

    family: str
    edition: str = "fresh"
    tier: str = "full"
    season: str = families.CURRENT_SEASON
    salt: str = ""

    def __post_init__(self) -> None:
        family = families.family(self.family)
        editions = (*family.editions, *family.further, *([OWN] if family.own_headline else []))
        for kind, value, known in (
            ("edition", self.edition, editions),
            ("tier", self.tier, family.tiers_of(self.edition)),
            ("season", self.season, families.SEASONS),
        ):
            if value not in known:
                raise UnknownNameError(f"{kind} of {self.family}", value, known)
        if self.salt:
            salts.key_of(self.salt)

    @property
    def folder(self) -> str:
        """The folder's name; of a salt it tells nothing but that it is the same as another's."""
        salted = f"-salted-{salts.keyed(self.salt, 'folder').hex()[:12]}" if self.salt else ""
        version = families.family(self.family).version
        own = own_data(self.family, self.edition)
        owned = f"-own-{sha256_file(own)[:12]}" if own else ""
        return f"{self.family}-{self.edition}-{self.tier}-{self.season}-v{version}{owned}{salted}"


def asked(family: str, options: Mapping[str, Any]) -> SetName:
    """Return the set that a task's ``dataset_kwargs`` and the environment ask for."""
    return SetName(
        family,
        edition=options.get("edition", "fresh"),
        tier=options.get("tier", "full"),
        season=str(
            options.get("season") or os.environ.get("HEPTATHLON_SEASON") or families.CURRENT_SEASON
        ),
        salt=salts.named(),
    )


def own_data(family: str, edition: str) -> Path | None:
    """Return the file that a user brings for a paper edition, ``HEPTATHLON_<FAMILY>_DATA``.

    It is a path, or ``hf://datasets/ORG/NAME@REVISION/PATH`` for a file on the Hub.

    Raises:
        HeptathlonError: if the variable names no file.
    """
    found = _own(family, edition)
    return found[0] if found else None


def own_listing(family: str, edition: str) -> list[dict[str, str]]:
    """Return what a manifest says of the file that a user brings; nothing if there is none.

    Raises:
        HeptathlonError: if the variable names no file.
    """
    found = _own(family, edition)
    if found is None:
        return []
    path, revision = found
    return [{"path": path.name, "revision": revision, "sha256": sha256_file(path)}]


def brings_own_data(family: str, edition: str) -> bool:
    """Tell whether a user names a file for a paper edition, without fetching it."""
    return edition == "paper" and bool(os.environ.get(_variable(family)))


def _variable(family: str) -> str:
    return f"HEPTATHLON_{family.upper()}_DATA"


def _own(family: str, edition: str) -> tuple[Path, str] | None:
    """Return a user's file and where it is from: a commit on the Hub, or words."""
    if not brings_own_data(family, edition):
        return None
    named = os.environ[_variable(family)]
    if named.startswith(HUB_SCHEME):
        return on_hub(named)
    path = Path(named).expanduser()
    if not path.is_file():
        raise HeptathlonError(f"{_variable(family)}: {path} is no file.")
    return path, "own file"
