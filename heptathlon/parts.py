"""Where a family's parts stand: modules in the suite's folders, or in a plug-in's package.

No other place makes a module's name of a family's.
"""

import importlib
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Literal

from heptathlon.errors import HeptathlonError
from heptathlon.facts import Family

Part = Literal["builder", "tasks", "table", "players", "tokens", "judge", "scorer", "drawings"]
"""``builder`` makes the data sets, with ``card.md`` beside it; ``tasks`` is the package in whose
folder the forms lie; ``table`` has the TABLE of tasks, ``players`` the PLAYERS; ``tokens``
(optional) warns of tokenizers; ``judge`` (optional) has the RUBRIC of what another model may be
asked about an answer; ``scorer`` reads answers; ``drawings`` (optional) has the DRAWINGS
of the family's pages."""

_OWN: dict[Part, str] = {
    "builder": "heptathlon.builders.{name}",
    "tasks": "heptathlon.tasks.{name}",
    "table": "heptathlon.tasks.{name}.table",
    "players": "heptathlon.tasks.{name}.baselines",
    "tokens": "heptathlon.tasks.{name}.tokens",
    "judge": "heptathlon.tasks.{name}.judge",
    "scorer": "heptathlon.scorers.{name}",
    "drawings": "heptathlon.pages.families.{name}",
}
_PLUGIN: dict[Part, str] = {
    "builder": "{package}.builder",
    "tasks": "{package}",
    "table": "{package}.table",
    "players": "{package}.baselines",
    "tokens": "{package}.tokens",
    "judge": "{package}.judge",
    "scorer": "{package}.scorer",
    "drawings": "{package}.drawings",
}


def module_name(family: Family, part: Part) -> str:
    """Return the full name of the module that is a part of a family.

    Example:
        >>> from heptathlon.families import FAMILIES
        >>> module_name(FAMILIES["maze"], "players")
        'heptathlon.tasks.maze.baselines'
    """
    names = _PLUGIN if family.package else _OWN
    return names[part].format(name=family.name, package=family.package)


def load_part(family: Family, part: Part) -> ModuleType:
    """Return a part of a family.

    Raises:
        HeptathlonError: if it cannot be imported.
    """
    name = module_name(family, part)
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise HeptathlonError(
            f"The {part} of the family {family.name!r} cannot be loaded from {name} ({error}); "
            "install what brings it again, in a version for this one of Heptathlon."
        ) from error


def find_part(family: Family, part: Part) -> ModuleType | None:
    """Return an optional part of a family; None if it has none.

    Raises:
        HeptathlonError: if it is there and cannot be imported.
    """
    load_part(family, "tasks")
    return load_part(family, part) if importlib.util.find_spec(module_name(family, part)) else None


def part_folder(family: Family, part: Part) -> Path:
    """Return the folder in which a part's module lies, and what belongs to it beside it.

    Raises:
        HeptathlonError: if the part cannot be imported.
    """
    return Path(str(load_part(family, part).__file__)).parent
