"""The form ``given``: one question before ever more passages, of which one always answers it.

The passages for a number are among those for the next one, so that the curve over their number is
paired. What a passage that does not answer is like is known by how it was made: the world says
which one answers, so that no negative is a false one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from heptathlon.builders.longcontext import haystack
from heptathlon.builders.longcontext.records import Negative
from heptathlon.builders.longcontext.text import digest_of
from heptathlon.builders.longcontext.units import OWNERS
from heptathlon.builders.longcontext.words import FAMILY_NAMES, GIVEN, VALUES
from heptathlon.errors import HeptathlonError
from heptathlon.lexical import Bm25, best_first
from heptathlon.seeding import Stream

KINDS: tuple[Negative, ...] = ("random", "attribute", "name", "stale", "rumour", "bm25")
NAMING = ("name", "stale", "rumour")
"""Kinds that name an option."""
COUNTS = (0, 1, 2, 5, 10, 20, 40, 80, 160)
PLACES = ("first", "middle", "last")
WORDS = (50, 100)
"""Words of a passage beside its statement, which has about a dozen."""
YEARS = (1310, 1380)
LATER = 20
"""Years after the gold passage's in which rumours may be told."""
PLAIN = "In the year {year} the {topic} of {who} was {value}."
RUMOUR = "A liar told everyone in the year {year} that the {topic} of {who} was {value}."


def passage(seed: int, number: int, told: str) -> str:
    """Return a passage: hay with one statement at the end of a sentence.

    Args:
        seed: the question's.
        number: the passage's; 0 answers.
        told: its statement.
    """
    stream = Stream("longcontext passage", seed, number)
    hay = list(haystack.pieces(stream.between(*WORDS), stream))
    free = [at for at in range(len(hay) + 1) if at == len(hay) or not hay[at].clings]
    at = stream.choice(free)
    parts = [piece.text for piece in hay]
    return " ".join("".join([*parts[:at], f" {told}", *parts[at:]]).split())


def passages_of(doc: Mapping[str, Any]) -> list[str]:
    """Return the passages of a document in their order.

    Raises:
        HeptathlonError: if they are not those that the record was made with.
    """
    made = [
        passage(doc["seed"], number, told)
        for number, told in zip(doc["shown"], doc["told"], strict=True)
    ]
    if digest_of(made) != doc["digest"]:
        raise HeptathlonError(
            f"longcontext: the seed {doc['seed']} does not give the passages that its record has "
            "the digest of; build the set with the release that made it."
        )
    return made


def asked(kind: Negative, number: int, seed: int, most: int, stream: Stream) -> Iterator[Any]:
    """Yield the fields of one question before each number of passages.

    Args:
        kind: what the passages are like that do not answer.
        number: which question of the kind.
        seed: decides the hay.
        most: largest number of passages of any tier, by which smaller ones are parts.
        stream: where all else that is random comes from.
    """
    topic = list(VALUES)[number % len(VALUES)]
    values = stream.sample(VALUES[topic], OWNERS)
    given, family = stream.choice(GIVEN), stream.choice(FAMILY_NAMES)
    world = _World(topic, f"{given} {family}", stream)
    question = f"What was the {topic} of {world.who} last known to be?"
    kinds = [kind] * (most - 1)
    if kind == "bm25":
        kinds = [KINDS[n % (len(KINDS) - 1)] for n in range(most + most // 2)]
    told = [world.statement(one) for one in kinds]
    numbers = list(range(1, len(told) + 1))
    if kind == "bm25":
        found = Bm25([passage(seed, n, told[n - 1]) for n in numbers]).scores([question])[0]
        numbers = [numbers[i] for i in best_first(found, [f"{n:04}" for n in numbers], most - 1)]
    # Every value once before any is said again; that of the gold passage begins.
    turns: list[str] = []
    while len(turns) < most:
        turns += stream.sample(values, OWNERS)
    left = iter(turns[1:])
    said = {n: told[n - 1].replace(VALUE, next(left)) if VALUE in told[n - 1] else told[n - 1]
            for n in numbers}  # fmt: skip
    said[0] = world.gold(turns[0])
    options = tuple(stream.sample(values, OWNERS))
    place = PLACES[number % len(PLACES)]
    for count in COUNTS:
        shown = numbers[: max(0, count - 1)]
        if count:
            at = {"first": 0, "middle": len(shown) // 2, "last": len(shown)}[place]
            shown = [*shown[:at], 0, *shown[at:]]
        yield {
            "kind": kind,
            "passages": count,
            "place": place,
            "topic": topic,
            "seed": seed,
            "shown": tuple(shown),
            "told": tuple(said[n] for n in shown),
            "digest": digest_of([passage(seed, n, said[n]) for n in shown]),
            "question": question,
            "options": options,
            "gold": options.index(turns[0]),
        }


VALUE = "{value}"
"""Stands in a statement until it is known in which order the passages come."""


class _World:
    """What is said of one person, and of others beside.

    Args:
        topic: the attribute that is asked for.
        who: the person.
        stream: where everything random comes from.
    """

    def __init__(self, topic: str, who: str, stream: Stream) -> None:
        self.topic, self.who, self._stream = topic, who, stream
        self._year = stream.between(*YEARS)

    def gold(self, value: str) -> str:
        """Return the statement that answers."""
        return PLAIN.format(year=self._year, topic=self.topic, who=self.who, value=value)

    def statement(self, kind: str) -> str:
        """Return a statement that does not answer; one that names an option leaves it open."""
        stream = self._stream
        given, family = self.who.split()
        others = [t for t in VALUES if t != self.topic]
        topic, who, value = self.topic, self.who, VALUE
        year = self._year - stream.between(1, 99)
        if kind in ("random", "attribute"):
            topic = stream.choice(others)
            value = stream.choice(VALUES[topic])
        if kind == "random":
            who = _another(GIVEN, given, stream) + " " + _another(FAMILY_NAMES, family, stream)
        if kind == "name":
            who = f"{given} {_another(FAMILY_NAMES, family, stream)}"
            year = self._year + stream.between(-LATER, LATER)
        if kind == "rumour":
            year = self._year + stream.between(1, LATER)
            return RUMOUR.format(year=year, topic=topic, who=who, value=value)
        return PLAIN.format(year=year, topic=topic, who=who, value=value)


def _another(names: tuple[str, ...], name: str, stream: Stream) -> str:
    return stream.choice([one for one in names if one != name])
