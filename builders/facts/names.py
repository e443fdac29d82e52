"""Names of an invented world: eight cultures, each with sounds of its own, and nothing that exists.

A name gives its culture away by its endings, so a name-bias player can use it as people use real
names. The pools are drawn anew in every season; no part of a name serves twice, whatever it names.
"""

from dataclasses import dataclass

from heptathlon.errors import HeptathlonError
from heptathlon.seeding import Stream

SHORT_TRIES = 12
"""Draws of a stem of one syllable before a longer one is tried: long names cost tokens."""
MAX_TRIES = 4 * SHORT_TRIES
SHORTEST = 5
"""Letters of the shortest name: shorter ones are often words of some language."""


@dataclass(frozen=True)
class Culture:
    """The sounds of one culture's names.

    Attributes:
        onsets: what a syllable begins with.
        vowels: what follows.
        codas: what may close a syllable; the empty one is common.
        given: endings of given and middle names.
        family: endings of family names; no other culture has them.
        place: endings of the names of towns.
        country: ending of the country's name.
    """

    onsets: tuple[str, ...]
    vowels: tuple[str, ...]
    codas: tuple[str, ...]
    given: tuple[str, ...]
    family: tuple[str, ...]
    place: tuple[str, ...]
    country: str


def _culture(
    onsets: str, vowels: str, codas: str, given: str, family: str, place: str, country: str
) -> Culture:
    split = [tuple(part.split()) for part in (onsets, vowels, codas, given, family, place)]
    first, second, third, fourth, fifth, sixth = split
    return Culture(first, second, ("", "", *third), fourth, fifth, sixth, country)


CULTURES = (
    _culture("t k v dr br m sk", "a e o", "r l n", "avel ekti omrin", "ovarn odrane",
             "amarn eskold", "avonia"),
    _culture("y z h l n r sh", "i a u", "m n", "ihari unaya azumel", "ishuke anazhi",
             "izhara unolu", "ushiran"),
    _culture("gl b w f gw ll c", "e y o", "s n th", "ewyth orwel ynneth", "othryd elwaith",
             "ogwennet yfarth", "eddwyne"),
    _culture("p q x t ch j", "o i e", "l t c", "oxtli iquen etzomi", "otlaquen ixtomel",
             "otepaxo iquallan", "oxtamec"),
    _culture("gr st h thr kn d sv", "u o i", "ng ld rk", "ulfrun ogdis ithmar", "ungaskel orskjen",
             "urholt ogsvik", "undmarke"),
    _culture("b m nd ng k s w", "a o u", "m", "abuwe omandi uketo", "anguzo ombesha",
             "andawole okumbi", "awamba"),
    _culture("z dz st l pr v r", "e u y", "k j v", "eslavo udrena yvette", "ezhnovik udrascu",
             "ezhgrod ulomitz", "evistan"),
    _culture("s l f n d r gu", "a i e", "s l", "aluiro ivenza elidoro", "ariquez ivelhano",
             "arvedra ilmonte", "arrazia"),
)  # fmt: skip
"""Eight: as many as a balanced design of name and country needs for chance to be one in eight."""


class Namer:
    """Draws names that nothing else in the world has.

    Args:
        taken: words that no name may be, such as the values of attributes; lower case.
    """

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._taken = {word.casefold() for word in taken}

    def draw(self, culture: Culture, endings: tuple[str, ...], stream: Stream) -> str:
        """Return a new name of one of a culture's kinds.

        Raises:
            HeptathlonError: if the culture's sounds are used up.
        """
        for attempt in range(MAX_TRIES):
            syllables = "".join(
                stream.choice(culture.onsets)
                + stream.choice(culture.vowels)
                + stream.choice(culture.codas)
                for _ in range(1 + attempt // SHORT_TRIES)
            )
            # The first ending begins with a vowel: the syllable before it loses its own, so that
            # no name has three vowels in a row.
            stem = syllables.rstrip("aeiouy") or syllables
            name = (stem + stream.choice(endings)).capitalize()
            if len(name) >= SHORTEST and name.casefold() not in self._taken:
                self._taken.add(name.casefold())
                return name
        raise HeptathlonError("The sounds of a culture are used up; ask for fewer names.")

    def pool(
        self, culture: Culture, endings: tuple[str, ...], count: int, stream: Stream
    ) -> list[str]:
        """Return ``count`` new names."""
        return [self.draw(culture, endings, stream) for _ in range(count)]
