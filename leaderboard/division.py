"""Divisions: what rows must share to be compared."""

from typing import NamedTuple

from heptathlon.facts import SAID, set_edition

TIERS = ("full", "lite", "smoke", "long")


class Division(NamedTuple):
    """What rows must share to be compared: the set of documents, but for the family."""

    edition: str
    tier: str
    season: str

    @property
    def title(self) -> str:
        """The division in words."""
        said = ", all answered in words" if self.edition == SAID else ""
        edition = f"{set_edition(self.edition).capitalize()} edition{said}"
        return f"{edition}, {self.tier} tier, season {self.season}"
