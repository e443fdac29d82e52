"""Temporal problems: a date some months on and back, and the order of events."""

from heptathlon.builders.rarb.orders import Words, order_problem
from heptathlon.builders.rarb.problem import Asked, Problem, problem
from heptathlon.builders.rarb.sums import total
from heptathlon.builders.rarb.words import capital, counted, listed
from heptathlon.seeding import Stream

TOPICS = ("date_shift", "event_order")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_VENTURES = (
    "survey", "excavation", "railway", "census", "archive", "bridge", "orchard", "theatre",
)  # fmt: skip
_PAPERS = (
    "album", "atlas", "catalogue", "chart", "index", "ledger", "manual", "notice", "register",
    "report", "roll", "sketch", "yearbook",
)  # fmt: skip
_EVENTS = (
    "audit", "strike", "merger", "flood", "election", "fair", "opening", "blackout", "concert",
    "auction", "inspection", "repair", "ball", "parade", "banquet", "storm", "lecture", "wedding",
    "robbery", "regatta", "harvest", "exhibition", "jubilee", "fire", "visit", "race", "vote",
    "feast", "drill", "sale",
)  # fmt: skip
_HOUSES = (
    "abbey", "barracks", "castle", "college", "dockyard", "foundry", "guildhall", "hospital",
    "manor", "mint", "museum", "priory", "sawmill", "seminary", "tannery", "winery",
)  # fmt: skip
FAULTS = ("wrong_year", "off_by_one_month", "misread_interval")
GAPS = (2, 60)
"""Least and greatest distance in months of a date from the one before it in the chain."""
MISREAD = (14, 26)
"""Months by which an interval may be misread."""


def blocks(stream: Stream, n: int) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Return topic, shared facts and marks of a town's blocks."""
    ventures = stream.sample(_VENTURES, n // 2)
    dates = [("date_shift", (v,), tuple(stream.sample(_PAPERS, 3))) for v in ventures]
    houses = stream.sample(_HOUSES, 3 * (n // 2))
    orders = [
        ("event_order", tuple(stream.sample(_EVENTS, 4)), tuple(houses[3 * i : 3 * i + 3]))
        for i in range(n // 2)
    ]
    return [block for pair in zip(dates, orders, strict=True) for block in pair]


def draw(asked: Asked, stream: Stream) -> Problem | None:
    """Return a temporal problem, or None if the draw was not fair."""
    return (_date if asked.topic == "date_shift" else _order)(asked, stream)


def _date(asked: Asked, stream: Stream) -> Problem | None:
    """A month and a year, a chain of intervals after it and before, and where it ends."""
    found = total(asked.steps, (12, 1), MISREAD, GAPS, stream)
    if found is None:
        return None
    origin = 12 * stream.between(1880, 2040) + stream.below(12)
    place, venture, paper = asked.place, asked.facts[0], asked.mark
    free = [p for p in _PAPERS if p not in {paper, *asked.others}]
    chain = [*stream.sample(free, asked.steps - 1), paper]
    known = "start"
    links = []
    for name, months in zip(chain, found.terms, strict=True):
        way = "after" if months > 0 else "before"
        links.append(_link(asked.wording, name, f"{_span(abs(months))} {way} the {known}"))
        known = name
    told = " ".join(links)
    begun = in_figures(origin)
    query = (
        f"In {place}, the {venture} had its start in {begun}. {told} Which month does the {paper} "
        f"of the {place} {venture} bear?",
        f"The {place} {venture} goes back to a start in {begun}. {told} When, then, was the "
        f"{paper} of this {venture} of {place} made?",
        f"Papers of the {place} {venture}. Start: {begun}. {told} Find the month and the year of "
        f"the {paper}, {place}.",
    )[asked.wording]
    return problem(
        asked,
        query,
        found.gold,
        FAULTS,
        lambda c: (
            f"The {paper} of the {place} {venture} is dated {in_figures(origin + found.at(c))}."
        ),
    )


def _link(wording: int, name: str, when: str) -> str:
    return (
        f"The {name} came {when}.",
        f"{capital(when)} came the {name}.",
        f"{capital(name)}: {when}.",
    )[wording]


def _span(months: int) -> str:
    years, rest = divmod(months, 12)
    return listed([counted(n, unit) for n, unit in ((years, "year"), (rest, "month")) if n])


def in_figures(month: int) -> str:
    """Return a month, counted from the year 0, as documents write it: ``March 1921``."""
    return f"{MONTHS[month % 12]} {month // 12}"


def _order(asked: Asked, stream: Stream) -> Problem | None:
    """Events in order of time, told in clues about two of them each."""
    place, house = asked.place, asked.mark
    return order_problem(
        asked,
        stream,
        Words(
            names=_EVENTS,
            article="the ",
            clues=(
                ("{a} came before {b}.", "{b} came after {a}."),
                ("{a} preceded {b}.", "{b} followed {a}."),
                ("Later than {a} came {b}.", "Earlier than {b} came {a}."),
            ),
            queries=(
                "What is known of the {house} at {place}: {clues} In which order of time did "
                "{four} happen at the {place} {house}?",
                "Old letters tell of the {place} {house}. {clues} Put {four} of that {house} of "
                "{place} in order, the earliest first.",
                "{clues} All this was at the {house} of {place}. How do {four} follow each other "
                "in time at the {place} {house}?",
            ),
        ),
        {"place": place, "house": house},
        lambda names: f"Chronicle, {place} {house}: {', then '.join(names)}.",
    )
