"""Units of forms whose answer no single sentence has, or that many sentences tell."""

from collections.abc import Callable
from itertools import pairwise

from heptathlon.builders.longcontext.links import TABLES
from heptathlon.builders.longcontext.units import Question, Unit, people
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


UNITS: dict[str, Callable[[int, Stream], Unit]] = {
    "hops": hops,
    "count": count,
    "order": order,
    "rare": rare,
}
