"""Units of each form: facts for one text, where they stand, and what is asked about them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from heptathlon.builders.longcontext.links import TABLES
from heptathlon.builders.longcontext.records import DECILES
from heptathlon.builders.longcontext.words import FAMILY_NAMES, GIVEN, VALUES
from heptathlon.seeding import Stream

OWNERS = 8
"""People of a text who have a fact of the same kind each, and the options of a question."""
QUESTIONS = 4
"""Questions on the facts of a text, of different owners."""
NOBODY = "nobody"
MENTIONS = 2
"""How often each value is said in a text about changes, so that no count tells one."""
MOST_CHANGES = 5
ENDINGS = ("denied", "planned", "quoted")
CHANGE_CELLS = 2 * (MOST_CHANGES + 1)
"""Numbers of changes, each with and without something said after the last one."""


@dataclass(frozen=True)
class Question:
    """A question on a unit.

    Attributes:
        text: the question.
        options: the answers offered.
        gold: index of the right one.
        fact: index of the fact that answers it, or its twin.
        asks: what is asked.
        pair: number that twins share.
        changes: how often the value changed.
        ending: what is said after the last change.
        steps: facts on the way to the answer.
        values: those of which the answer is a set; empty where it is one.
    """

    text: str
    options: tuple[str, ...]
    gold: int
    fact: int
    asks: str
    pair: int
    changes: int = 0
    ending: str = "none"
    steps: int = 1
    values: tuple[str, ...] = ()


@dataclass
class Unit:
    """The facts of a text and the questions on them.

    Attributes:
        topic: attribute or table.
        told: facts in any order.
        at: where each stands, as a share of the text.
        asked: the questions.
    """

    topic: str
    told: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)


def people(stream: Stream, count: int) -> list[str]:
    """Return so many people, of whom no two share a name."""
    names = zip(stream.sample(GIVEN, count), stream.sample(FAMILY_NAMES, count), strict=True)
    return [" ".join(name) for name in names]


def _spread(number: int, asked: int, stream: Stream) -> list[float]:
    """Return where the facts stand: those asked about in tenths that take turns over the units."""
    turns = [(QUESTIONS * number + j) % DECILES for j in range(asked)]
    first = [(turn + stream.uniform()) / DECILES for turn in turns]
    return first + [stream.uniform() for _ in range(OWNERS - asked)]


def needle(number: int, stream: Stream) -> Unit:
    """Return eight owners of one attribute, asked for in the words in which it is told."""
    topic = list(VALUES)[number % len(VALUES)]
    owners, values = people(stream, OWNERS), stream.sample(VALUES[topic], OWNERS)
    told = [f"The {topic} of {who} is {value}." for who, value in zip(owners, values, strict=True)]
    unit = Unit(topic, told, _spread(number, QUESTIONS, stream))
    for fact in range(QUESTIONS):
        options = tuple(stream.sample(values, OWNERS))
        gold = options.index(values[fact])
        text = f"What is the {topic} of {owners[fact]}?"
        unit.asked.append(Question(text, options, gold, fact, "value", fact))
    return unit


def _linked(number: int, stream: Stream, asked: int) -> tuple[Unit, list[str], list[str], str]:
    """Return eight people with a link each, those asked about first; their questions' template."""
    topic = list(TABLES)[number % len(TABLES)]
    table = TABLES[topic]
    owners = people(stream, OWNERS)
    links = stream.sample(list(table.links.items()), len(table.links))
    asks = stream.choice(table.asks)
    told = [
        stream.choice(table.tells).format(who=who, told=link[0])
        for who, link in zip(owners, links, strict=False)
    ]
    unit = Unit(topic, told, _spread(number, asked, stream))
    return unit, owners, [link[1] for link in links], asks


def latent(number: int, stream: Stream) -> Unit:
    """Return eight people, one of whom is asked for by what everybody knows of a fact."""
    unit, owners, known, asks = _linked(number, stream, QUESTIONS)
    for fact in range(QUESTIONS):
        options = tuple(stream.sample(owners, OWNERS))
        gold = options.index(owners[fact])
        text = asks.format(asked=known[fact])
        unit.asked.append(Question(text, options, gold, fact, "owner", fact))
    return unit


def absent(number: int, stream: Stream) -> Unit:
    """Return the same with twins: what one of them is asked for was said of nobody."""
    pairs = QUESTIONS // 2
    unit, owners, known, asks = _linked(number, stream, pairs)
    for fact in range(pairs):
        options = tuple(stream.sample([*owners, NOBODY], OWNERS + 1))
        for asks_of, what, answer in (
            ("told", known[fact], owners[fact]),
            ("untold", known[OWNERS + fact], NOBODY),
        ):
            text = asks.format(asked=what)
            gold = options.index(answer)
            unit.asked.append(Question(text, options, gold, fact, asks_of, fact))
    return unit


_FIRST = (
    "At first the {topic} of {who} was {value}.",
    "In the beginning {who} had {value} for a {topic}.",
)
_CHANGE = (
    "Later the {topic} of {who} became {value}.",
    "{who} then gave up the old {topic} and took {value}.",
)
_ENDINGS = {
    "denied": (
        "It is not true that the {topic} of {who} ever became {value}.",
        "{who} was offered {value} as a {topic} and turned it down.",
    ),
    "planned": (
        "Some day {who} would like to have {value} for a {topic}.",
        "{who} may take {value} as a {topic} next year, or may not.",
    ),
    "quoted": (
        "A liar told everyone that the {topic} of {who} had become {value}.",
        "It was put about, falsely, that {who} had taken {value} as a {topic}.",
    ),
}


def _chain(topic: str, who: str, values: Sequence[str], ending: str, stream: Stream) -> list[str]:
    """Return what is told of one person: a first value, changes, and what may be said after."""
    last = len(values) - 1
    kinds = [_FIRST, *[_CHANGE] * last]
    if ending != "none":
        kinds[last] = _ENDINGS[ending]
    return [
        stream.choice(kind).format(topic=topic, who=who, value=value)
        for kind, value in zip(kinds, values, strict=True)
    ]


def update(number: int, stream: Stream) -> Unit:
    """Return two people whose value changed, among others, each value being said equally often."""
    topic = list(VALUES)[number % len(VALUES)]
    values = stream.sample(VALUES[topic], OWNERS)
    left = values * MENTIONS
    unit = Unit(topic)
    owners = people(stream, 2 + len(left))
    for pair in range(2):
        turn, cell = divmod(2 * number + pair, CHANGE_CELLS)
        changes, more = cell % (MOST_CHANGES + 1), cell > MOST_CHANGES
        ending = ENDINGS[(turn + changes) % len(ENDINGS)] if more else "none"
        mine = stream.sample(values, changes + 1 + more)
        for value in mine:
            left.remove(value)
        fact = len(unit.told) + changes
        _tell(unit, owners[pair], mine, ending, stream)
        options = tuple(stream.sample(values, OWNERS))
        gold = options.index(mine[changes])
        text = f"What is the {topic} of {owners[pair]} now?"
        unit.asked.append(Question(text, options, gold, fact, "now", pair, changes, ending))
    stream.shuffle(left)
    for who in owners[2:]:
        mine = list(dict.fromkeys(left[: stream.between(1, 3)]))
        for value in mine:
            left.remove(value)
        if mine:
            ending = stream.choice(ENDINGS) if len(mine) > 1 and stream.below(2) else "none"
            _tell(unit, who, mine, ending, stream)
    return unit


def _tell(unit: Unit, who: str, values: Sequence[str], ending: str, stream: Stream) -> None:
    unit.told += _chain(unit.topic, who, values, ending, stream)
    unit.at += sorted(stream.uniform() for _ in values)


UNITS: dict[str, Callable[[int, Stream], Unit]] = {
    "needle": needle,
    "latent": latent,
    "update": update,
    "absent": absent,
}
