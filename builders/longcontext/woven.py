"""Units of forms whose answer no single sentence has, or that many sentences tell."""

from collections.abc import Callable
from itertools import islice, pairwise, product

from heptathlon.builders.longcontext.links import TABLES
from heptathlon.builders.longcontext.units import MENTIONS, Question, Unit, people
from heptathlon.builders.longcontext.words import VALUES
from heptathlon.seeding import Stream

LONGEST = 4
"""Most facts of a chain."""
CHAINS = 5
"""Chains of a text, all of one length; each ends in one of the options."""
ASKED = 2
"""Questions on a text."""
MOST = 9
"""Most days to be counted."""
DAYS = range(10, 29)
"""Of two digits, so that no date names an option."""
MONTHS = ("April", "June", "July", "August", "October", "November")
AGAIN_OF = (5, 9)
"""Share of counted events, of some at all, of which some are told twice: counting sentences is then
right half of the time, with those who have none."""
AGAIN = 2
"""Most events of a person that are told twice."""
YEARS = (1310, 1390)
PAIRS = 2
"""Pairs of dated events that are asked about, each with both orders of the options."""
TIMES = (1, 2, 4, 8)
FEW = 3
"""People of a text in which each has a fact that is told up to eight times."""
OFFERED = 10
"""Values of a text of which an answer is a set."""
SHAPES = {1: (8,), 2: (2, 4), 3: (2, 2, 2), 4: (2, 2, 2, 1)}
"""By the size of a set: how many values its places can have. The eight sets offered are all that
they make, so that none of them is nearer to the others than any other."""
OWNS = "One {topic} of {who} is {value}."
OWNS_NOT = "No {topic} of {who} is {value}."
"""Of as many words as the other, so that no ranking by words puts one before the other."""


def hops(number: int, stream: Stream) -> Unit:
    """Return chains from person to person, each ending in a value, all of one length."""
    steps = number % LONGEST + 1
    topic = list(VALUES)[number // LONGEST % len(VALUES)]
    values = stream.sample(VALUES[topic], CHAINS)
    names = people(stream, CHAINS * steps)
    unit = Unit(topic)
    for chain, value in enumerate(values):
        mine = names[chain * steps : (chain + 1) * steps]
        for one, after in pairwise(mine):
            unit.told.append(f"The landlord of {one} is {after}.")
        unit.told.append(f"The {topic} of {mine[-1]} is {value}.")
        unit.at += [stream.uniform() for _ in mine]
    for pair in range(ASKED):
        options = tuple(stream.sample(values, CHAINS))
        of = "the landlord of " * (steps - 1)
        text = f"What is the {topic} of {of}{names[pair * steps]}?"
        gold, fact = options.index(values[pair]), (pair + 1) * steps - 1
        unit.asked.append(Question(text, options, gold, fact, "value", pair, steps=steps))
    return unit


def count(number: int, stream: Stream) -> Unit:
    """Return visits of two people on dated days, 0 to 9 each, some told twice, and of others."""
    options = tuple(map(str, range(MOST + 1)))
    first = number % (MOST + 1)
    names = people(stream, 2 + 2)
    place, other = stream.sample(("observatory", "library"), 2)
    unit = Unit(place)
    dates = stream.sample([f"{day} {month}" for month in MONTHS for day in DAYS], MOST + 2)
    for pair, days in enumerate((first, MOST - first)):
        mine, dates = dates[:days], dates[days:]
        again = stream.below(AGAIN_OF[1]) < AGAIN_OF[0] and days
        twice = stream.sample(mine, min(days, stream.between(1, AGAIN))) if again else []
        for date in mine:
            unit.told.append(f"{names[pair]} was at the {place} on {date}.")
        for date in twice:
            unit.told.append(f"Some people saw {names[pair]} at the {place} on {date}.")
    for name, where, date in zip(names[2:], (place, other), dates, strict=True):
        unit.told.append(f"{name} was at the {where} on {date}.")
    unit.at = [stream.uniform() for _ in unit.told]
    for pair, days in enumerate((first, MOST - first)):
        mine_at = [n for n, told in enumerate(unit.told) if names[pair] in told]
        last = max(mine_at, key=unit.at.__getitem__, default=len(unit.told) - 1)
        text = f"On how many different days was {names[pair]} at the {place}?"
        unit.asked.append(Question(text, options, days, last, "days", pair, steps=days))
    return unit


def order(number: int, stream: Stream) -> Unit:
    """Return people who saw the sea in different years, and who of two did so earlier or later."""
    names = people(stream, 2 * PAIRS)
    years = stream.sample(range(*YEARS), 2 * PAIRS)
    told = [
        f"{who} saw the sea in the year {year}." for who, year in zip(names, years, strict=True)
    ]
    unit = Unit("year", told, [stream.uniform() for _ in told])
    for pair in range(PAIRS):
        two = [2 * pair, 2 * pair + 1]
        asks = ("earlier", "later")[(number + pair) % 2]
        fact = (min if asks == "earlier" else max)(two, key=years.__getitem__)
        text = f"Who of these two saw the sea {asks}: {names[two[0]]} or {names[two[1]]}?"
        for options in (two, two[::-1]):
            offered = tuple(names[i] for i in options)
            gold = options.index(fact)
            unit.asked.append(Question(text, offered, gold, fact, asks, pair, steps=2))
    return unit


def rare(number: int, stream: Stream) -> Unit:
    """Return a few people with a link each, all told equally often, once to eight times."""
    times = TIMES[number % len(TIMES)]
    topic = list(TABLES)[number // len(TIMES) % len(TABLES)]
    table = TABLES[topic]
    owners = people(stream, FEW)
    links = stream.sample(list(table.links.items()), FEW)
    asks = stream.choice(table.asks)
    unit = Unit(topic)
    for who, (told, _) in zip(owners, links, strict=True):
        # Each template by turns, so that no sentence is told more often than need be.
        tells = [table.tells[n % len(table.tells)] for n in range(times)]
        unit.told += [one.format(who=who, told=told) for one in tells]
    unit.at = [stream.uniform() for _ in unit.told]
    for fact in range(ASKED):
        options = tuple(stream.sample(owners, FEW))
        mine = range(fact * times, (fact + 1) * times)
        last = max(mine, key=unit.at.__getitem__)
        gold, text = options.index(owners[fact]), asks.format(asked=links[fact][1])
        unit.asked.append(Question(text, options, gold, last, "owner", fact, steps=times))
    return unit


def sets(number: int, stream: Stream) -> Unit:
    """Return two people with one to four values each and one that is not theirs, among others.

    Each value is told of two people, truly or not.
    """
    sizes = (number % len(SHAPES) + 1, len(SHAPES) - number % len(SHAPES))
    topic = list(VALUES)[number // len(SHAPES) % len(VALUES)]
    values = stream.sample(VALUES[topic], OFFERED)
    offered = tuple(stream.sample(values, OFFERED))
    unit = Unit(topic)
    owners = people(stream, len(sizes) + MENTIONS * OFFERED)
    left = values * MENTIONS
    for pair, size in enumerate(sizes):
        mine = values[:size] if not pair else values[sizes[0] : sum(sizes)]
        others = stream.sample([v for v in values if v not in mine], OFFERED - size)
        _own(unit, owners[pair], mine, others[0], stream)
        for value in [*mine, others[0]]:
            left.remove(value)
        options = _like(mine, others, stream)
        gold = options.index(", ".join(sorted(mine)))
        first = len(unit.told) - size - 1
        last = max(range(first, first + size), key=unit.at.__getitem__)
        text = f"Name every {topic} of {owners[pair]}."
        unit.asked.append(
            Question(text, options, gold, last, "all", pair, steps=size, values=offered)
        )
    stream.shuffle(left)
    for who in owners[len(sizes) :]:
        mine = list(dict.fromkeys(left[: stream.between(1, 3)]))
        for value in mine:
            left.remove(value)
        if mine:
            _own(unit, who, mine[1:], mine[0], stream)
    return unit


def _own(unit: Unit, who: str, mine: list[str], untrue: str, stream: Stream) -> None:
    told = [OWNS.format(topic=unit.topic, who=who, value=value) for value in mine]
    told.append(OWNS_NOT.format(topic=unit.topic, who=who, value=untrue))
    unit.told += told
    unit.at += [stream.uniform() for _ in told]


def _like(mine: list[str], others: list[str], stream: Stream) -> tuple[str, ...]:
    """Return eight sets of a size, the right one and what changes of some of its places make.

    The first of the others is in one of the places, so that who takes a lie for true is misled.
    """
    shape = SHAPES[len(mine)]
    wide = [place for place, count in enumerate(shape) if count > 1]
    lies = stream.choice(wide)
    rest = iter(others[1:])
    places = [
        [value, *others[: at == lies], *islice(rest, count - 1 - (at == lies))]
        for at, (value, count) in enumerate(zip(mine, shape, strict=True))
    ]
    made = [", ".join(sorted(one)) for one in product(*places)]
    return tuple(stream.sample(made, len(made)))


UNITS: dict[str, Callable[[int, Stream], Unit]] = {
    "set": sets,
    "hops": hops,
    "count": count,
    "order": order,
    "rare": rare,
}
