"""Parts that are found by their name: the suite's own, one a module, and those of plug-ins.

A plug-in is a package of its own that names its parts in entry points. Nothing is imported before
it is asked for.
"""

import importlib
import pkgutil
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from heptathlon.errors import HeptathlonError, UnknownNameError


@dataclass(frozen=True)
class Registry:
    """All parts of one kind.

    Attributes:
        what: a few words for one of them, such as ``kind of study``.
        package: package of the suite's own; each is the object ``attribute`` of a module that is
            called as the part is.
        attribute: name of that object.
        group: group of the entry points by which plug-ins bring theirs.
    """

    what: str
    package: str
    attribute: str
    group: str

    def names(self) -> list[str]:
        """Return the names that are known, the suite's own first.

        Raises:
            HeptathlonError: if a plug-in's name is the suite's, or another plug-in's.
        """
        return [*self._own(), *self._of_plugins()]

    def load(self, name: str) -> Any:
        """Return the part of a name.

        Raises:
            UnknownNameError: with the nearest names.
            HeptathlonError: if it is a plug-in's, and that cannot be loaded.
        """
        found = self.find(name)
        if found is None:
            raise UnknownNameError(self.what, name, self.names())
        return found

    def find(self, name: str) -> Any:
        """Return the part of a name; None if there is none.

        Raises:
            HeptathlonError: if it is a plug-in's, and that cannot be loaded.
        """
        if name in self._own():
            return getattr(importlib.import_module(f"{self.package}.{name}"), self.attribute)
        point = self._of_plugins().get(name)
        if point is None:
            return None
        try:
            return point.load()
        except (ImportError, AttributeError) as error:
            raise HeptathlonError(
                f"The {self.what} {name!r} of the plug-in {_package(point)} cannot be loaded "
                f"({error}); install it again, in a version for this one of Heptathlon."
            ) from None

    def _own(self) -> list[str]:
        places = importlib.import_module(self.package).__path__
        return [module.name for module in pkgutil.iter_modules(places)]

    def _of_plugins(self) -> dict[str, EntryPoint]:
        found: dict[str, EntryPoint] = {}
        for point in entry_points(group=self.group):
            if point.name in self._own():
                raise HeptathlonError(
                    f"The plug-in {_package(point)} brings a {self.what} {point.name!r}, which the "
                    "suite has itself; uninstall it, or let its author choose another name."
                )
            if (other := found.setdefault(point.name, point)) != point:
                raise HeptathlonError(
                    f"Two plug-ins bring a {self.what} {point.name!r}: {_package(other)} and "
                    f"{_package(point)}; uninstall one of them."
                )
        return found


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else point.value
