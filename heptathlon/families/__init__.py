"""The registry: the suite's families, one a file of literal facts, and those of plug-ins.

A file of this folder ends with its ``FAMILY``; a plug-in names its own by an entry point of the
group ``heptathlon.families``. No list of them is kept.
"""

import pkgutil
from collections.abc import Iterable, Iterator, MutableMapping
from functools import cached_property

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.facts import (
    CANARY,
    CURRENT_SEASON,
    SEASONS,
    Edition,
    Family,
    Headline,
    Human,
    Ladder,
    Paper,
    Role,
    Tier,
    task_name,
)
from heptathlon.registered import Registry

__all__ = [
    "CANARY",
    "CURRENT_SEASON",
    "FAMILIES",
    "SEASONS",
    "Edition",
    "Family",
    "Headline",
    "Human",
    "Ladder",
    "Paper",
    "Role",
    "Tier",
    "family",
    "family_of_task",
    "of_role",
    "task_name",
]

RESERVED = ("smoke", "lite", "full", "long", "exhibition")
"""What tasks of no family are called by: ``heptathlon_lite`` is a group of the suite's."""
_FOUND = Registry("family", "heptathlon.families", "FAMILY", "heptathlon.families")


class _Families(MutableMapping[str, Family]):
    """Families by name, scored ones first; found when first asked for, so that errors are told."""

    @cached_property
    def _found(self) -> dict[str, Family]:
        own = {module.name for module in pkgutil.iter_modules(__path__)}
        found = {name: _checked(name, _FOUND.load(name), name in own) for name in _FOUND.names()}
        _refuse_confusable(found)
        return dict(sorted(found.items(), key=lambda item: item[1].role != "scored"))

    def __getitem__(self, name: str) -> Family:
        return self._found[name]

    def __setitem__(self, name: str, family: Family) -> None:
        self._found[name] = family

    def __delitem__(self, name: str) -> None:
        del self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


FAMILIES: MutableMapping[str, Family] = _Families()


def _checked(name: str, found: object, is_own: bool) -> Family:
    """Return a family that is what its file or its plug-in may bring."""
    if not isinstance(found, Family) or found.name != name:
        raise HeptathlonError(
            f"The family {name!r} is given by {found!r:.80}, not by a heptathlon.facts.Family of "
            "that name; correct its FAMILY or its entry point."
        )
    if not is_own and found.role != "exhibition":
        raise HeptathlonError(
            f"The plug-in's family {name!r} says that it is scored, and the total counts the "
            "suite's own families only; let it say role='exhibition'."
        )
    if is_own != (found.package is None):
        raise HeptathlonError(
            f"The family {name!r} has the package {found.package!r}; a plug-in's family names the "
            "package of its parts, and the suite's own name none."
        )
    return found


def _refuse_confusable(names: Iterable[str]) -> None:
    """Refuse names by which a task's name would not tell the family."""
    known = list(names)
    for name in known:
        like = [n for n in RESERVED if n == name]
        like += [n for n in (*RESERVED, *known) if name.startswith(f"{n}_")]
        if like:
            raise HeptathlonError(
                f"The family {name!r} cannot be told from {like[0]!r} by the names of its tasks; "
                "let its author choose another name."
            )


def family(name: str) -> Family:
    """Return a family by name.

    Raises:
        UnknownNameError: with the nearest names.
    """
    if name not in FAMILIES:
        raise UnknownNameError("family", name, FAMILIES)
    return FAMILIES[name]


def of_role(role: Role) -> dict[str, Family]:
    """Return the families of a role by name."""
    return {name: family for name, family in FAMILIES.items() if family.role == role}


def family_of_task(task: str) -> Family:
    """Return the family that an lm-eval task belongs to.

    Raises:
        UnknownNameError: if the task is none of the suite's.
    """
    stem = task.removeprefix("heptathlon_")
    matches = [f for f in FAMILIES.values() if stem == f.name or stem.startswith(f"{f.name}_")]
    if stem == task or not matches:
        raise UnknownNameError("heptathlon task", task, (f"heptathlon_{n}" for n in FAMILIES))
    return max(matches, key=lambda f: len(f.name))
