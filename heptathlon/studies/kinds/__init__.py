"""Kinds of study, one a module of its name, which ends with its ``KIND``.

A kind's file, its runs and its card are its own; most kinds say only how scored runs give a card.
A plug-in brings one by an entry point of the group ``heptathlon.studies``. How a kind is shown
stands in a module of the same name in :mod:`heptathlon.pages.studies`.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from heptathlon.registered import Registry
from heptathlon.studies import rows
from heptathlon.studies.files import Card, Study
from heptathlon.studies.rows import Row, Say

S = TypeVar("S", bound=Study)
C = TypeVar("C", bound=Card)

KINDS = Registry("kind of study", "heptathlon.studies.kinds", "KIND", "heptathlon.studies")


class Kind(ABC, Generic[S, C]):
    """A kind of study.

    Attributes:
        name: what the key ``kind`` of a study file says.
        says: what it finds out, in one sentence.
        file: the model of its study files.
        card: the model of its cards.
        may_differ: what of :data:`.rows.SETTINGS` its runs need not agree in, because that is what
            it studies.
    """

    name: str
    says: str
    file: type[S]
    card: type[C]
    may_differ: frozenset[str] = frozenset()

    def check(self, study: S) -> None:
        """Refuse a study whose runs are not what the kind needs, before a model is loaded."""

    def run(self, study: S, say: Say, ray: str = "") -> list[Path]:
        """Make the runs that were not made before, on a Ray cluster or here; return all folders."""
        return rows.make(study, say, ray)

    def score(self, study: S) -> C:
        """Read the study's runs, refuse what cannot be compared, and score them together."""
        read = [rows.read(study, member) for member in study.members]
        rows.refuse_incomparable(study, read, self.may_differ)
        return self.score_rows(study, read)

    @abstractmethod
    def score_rows(self, study: S, rows: Sequence[Row[Any]]) -> C:
        """Return the card of runs that can be compared."""


def kind_named(name: str) -> Kind[Any, Any]:
    """Return a kind.

    Raises:
        UnknownNameError: with the nearest names.
        HeptathlonError: if it is a plug-in's, and that cannot be loaded.
    """
    found: Kind[Any, Any] = KINDS.load(name)
    return found
