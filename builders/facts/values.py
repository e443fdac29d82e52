"""The attributes of an invented person: closed lists of values, and what a value depends on.

Everything is uniform and independent but for two planted heuristics (see
:mod:`heptathlon.builders.facts.world`): a name's culture and the country, a school and the subject.
"""

from dataclasses import dataclass
from typing import Literal

Attribute = Literal[
    "year", "town", "country", "school", "subject", "employer", "animal", "instrument", "seat"
]

TOLD: tuple[Attribute, ...] = (
    "year", "town", "country", "school", "subject", "employer", "animal", "instrument",
)  # fmt: skip
"""What a biography tells, a sentence each, in the order of one that is not permuted."""
COMPOSED: Attribute = "seat"
"""The town where the employer has its seat: no document of the person holds it."""

YEARS = tuple(str(year) for year in range(1930, 2000))
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip
SUBJECTS = ("botany", "optics", "geology", "acoustics", "rhetoric", "hydraulics", "heraldry",
            "metallurgy", "astronomy", "phonetics", "statistics", "cartography")  # fmt: skip
ANIMALS = ("a heron", "a badger", "a tortoise", "a ferret", "a parrot", "a goat", "a hedgehog",
           "a falcon", "a rabbit", "a toad", "a donkey", "a lizard", "a peacock", "a llama",
           "a raccoon", "a chameleon", "a mongoose", "a pelican", "a porcupine",
           "a salamander")  # fmt: skip
INSTRUMENTS = ("cello", "bassoon", "harp", "trombone", "zither", "oboe", "accordion", "lute",
               "xylophone", "clarinet", "mandolin", "tuba", "bagpipes", "viola", "harmonica",
               "piccolo", "banjo", "celesta", "dulcimer", "trumpet")  # fmt: skip
TRADES = ("Foundry", "Brewery", "Shipyard", "Glassworks", "Tannery", "Paper Mill", "Printworks",
          "Bank")  # fmt: skip

COUNTRIES, TOWNS_EACH, SCHOOLS, EMPLOYERS = 8, 8, 24, 40
SIZES: dict[Attribute, int] = {
    "year": len(YEARS),
    "town": COUNTRIES * TOWNS_EACH,
    "country": COUNTRIES,
    "school": SCHOOLS,
    "subject": len(SUBJECTS),
    "employer": EMPLOYERS,
    "animal": len(ANIMALS),
    "instrument": len(INSTRUMENTS),
    "seat": EMPLOYERS,
}
"""How many values each attribute has; each employer has its seat in a town of its own."""


@dataclass(frozen=True)
class Employer:
    """A firm.

    Attributes:
        name: its name.
        seat: the town where it has its seat.
    """

    name: str
    seat: str


@dataclass(frozen=True)
class Town:
    """A town.

    Attributes:
        name: its name.
        country: the country in which it lies.
    """

    name: str
    country: str


def fixed_words() -> frozenset[str]:
    """Return the words of all values that are the same in every season."""
    lists = (YEARS, MONTHS, SUBJECTS, ANIMALS, INSTRUMENTS, TRADES)
    return frozenset(word for values in lists for value in values for word in value.split())
