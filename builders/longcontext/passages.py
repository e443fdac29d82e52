"""Passages before a question: what each says, and which come with which.

What a passage that does not answer is like is known by how it was made: the world says which one
answers, so that no negative is a false one. :mod:`.rag` asks about them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
COUNTS = (0, 1, 2, 5, 10, 20, 40, 80, 160)
MOST = max(COUNTS)
"""Largest number of passages of any tier, by which smaller ones are parts."""
POOL = {"random": 112, "attribute": 60, "name": 20, "stale": 4, "rumour": 4}
"""Passages beside the right one among which is searched: few are like it, as in a collection."""
WORDS = (50, 100)
"""Words of a passage beside its statement, which has about a dozen."""
YEARS = (1310, 1380)
LATER = 20
"""Years after the gold passage's in which rumours may be told."""
PLAIN = "In the year {year} the {topic} of {who} was {value}."
RUMOUR = "A liar told everyone in the year {year} that the {topic} of {who} was {value}."
VALUE = "{value}"
"""Stands in a statement until it is known in which order the passages come: a word that no
question has, as every value is, so that it ranks alike."""
KEPT = 1024
"""Passages kept: several questions are asked before the same ones."""


@dataclass(frozen=True)
class World:
    """A question and the passages that may stand before it.

    Attributes:
        topic: the attribute that is asked for.
        who: whose.
        seed: decides every word of the passages but their statements.
        numbers: the passages, those first that come with fewer of them; 0 answers.
        said: statement of each.
        values: the answers offered.
        gold: the right one.
    """

    topic: str
    who: str
    seed: int
    numbers: tuple[int, ...]
    said: Mapping[int, str]
    values: tuple[str, ...]
    gold: str


@lru_cache(maxsize=KEPT)
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


def of_kind(
    kind: Negative, number: int, seed: int, stream: Stream, *, replaced: bool = False
) -> World:
    """Return a question whose other passages are all of a kind.

    Args:
        kind: what the passages are like that do not answer.
        number: which question of the kind.
        seed: decides the hay.
        stream: where all else that is random comes from.
        replaced: whether another passage can take the place of the right one. It is made too, and
            no older values are found by BM25: the newest of them would answer.
    """
    teller, values = _asked(number, stream)
    count = MOST - 1 + replaced
    kinds: list[str] = [kind] * count
    if kind == "bm25":
        plain = [one for one in KINDS if one not in ("bm25", "stale" if replaced else "")]
        kinds = [plain[n % len(plain)] for n in range(MOST + MOST // 2)]
    told = dict(enumerate([teller.gold(VALUE), *(teller.statement(one) for one in kinds)]))
    numbers = list(told)[1:]
    if kind == "bm25":
        ids = [f"{n:04}" for n in numbers]
        numbers = _found(teller.question, numbers, told, seed, ids)[:count]
    return _world(teller, seed, [0, *numbers], told, values, stream)


def searched(number: int, seed: int, stream: Stream) -> World:
    """Return a question whose passages, the right one among them, are in the order of BM25."""
    teller, values = _asked(number, stream)
    kinds = [kind for kind, count in POOL.items() for _ in range(count)]
    told = dict(enumerate([teller.gold(VALUE), *(teller.statement(one) for one in kinds)]))
    # Ties are broken at random: the number of the right passage is the lowest.
    ids = [f"{stream.uniform():.12f}" for _ in told]
    numbers = _found(teller.question, list(told), told, seed, ids)[:MOST]
    return _world(teller, seed, numbers, told, values, stream)


def _asked(number: int, stream: Stream) -> tuple["_Teller", list[str]]:
    topic = list(VALUES)[number % len(VALUES)]
    values = stream.sample(VALUES[topic], OWNERS)
    given, family = stream.choice(GIVEN), stream.choice(FAMILY_NAMES)
    return _Teller(topic, f"{given} {family}", stream), values


def _found(
    question: str, numbers: list[int], told: Mapping[int, str], seed: int, ids: Sequence[str]
) -> list[int]:
    """Return passages by what BM25 gives them for a question, the best first."""
    scores = Bm25([passage(seed, n, told[n]) for n in numbers]).scores([question])[0]
    return [numbers[i] for i in best_first(scores, ids, len(numbers))]


def _world(
    teller: "_Teller",
    seed: int,
    numbers: Sequence[int],
    told: Mapping[int, str],
    values: Sequence[str],
    stream: Stream,
) -> World:
    """Return what is asked, with values: every one once before any is said again."""
    turns: list[str] = []
    while len(turns) < len(numbers):
        turns += stream.sample(values, OWNERS)
    left = iter(turns)
    value = {n: next(left) for n in numbers if VALUE in told[n]}
    said = {n: told[n].replace(VALUE, value.get(n, "")) for n in numbers}
    options = tuple(stream.sample(values, OWNERS))
    return World(teller.topic, teller.who, seed, tuple(numbers), said, options, value[0])


class _Teller:
    """What is said of one person, and of others beside.

    Args:
        topic: the attribute that is asked for.
        who: the person.
        stream: where everything random comes from.
    """

    def __init__(self, topic: str, who: str, stream: Stream) -> None:
        self.topic, self.who, self._stream = topic, who, stream
        self._year = stream.between(*YEARS)
        self.question = f"What was the {topic} of {who} last known to be?"

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
