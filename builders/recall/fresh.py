"""The fresh edition: invented countries in a yearbook that stands in the prompt.

The yearbook is the memory. Whoever is asked for a value by name and date can look it up; whoever is
shown the same values without name and scale can only forecast. The series are autoregressive in
their changes, in whole tenths, so the best forecast from a history is known exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from heptathlon.builders.facts.names import CULTURES, Namer
from heptathlon.builders.recall.asking import FAMILY, Question, Series, can_ask, shifts
from heptathlon.builders.recall.records import RecallRecord
from heptathlon.records import content_id
from heptathlon.seeding import Stream

VERSION = 1
YEARS = 22
"""Values of a series: enough for a history, and for another time as far off as one."""
COUNTRIES = 3
"""Countries of a yearbook."""
NAMES = (
    "unemployment rate", "inflation rate", "savings rate", "growth of output", "interest rate",
    "vacancy rate", "share of exports", "growth of wages",
)  # fmt: skip
UNIT, DIGITS = "percent", 1
SHOCKS = (-9, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 9)
"""What a change gets beside its share of the last one, in tenths: symmetric, so that the best
forecast by absolute error is the one without a shock."""
FIRST, LOWEST = (200, 400), 1
"""Range of a series' first value and lowest value of any, in tenths."""
CARRIED = (3, 4)
"""How much of a change is carried on, in quarters: most of it, or all."""


@dataclass(frozen=True)
class Size:
    """How much a tier asks.

    Attributes:
        yearbooks: number of yearbooks.
        questions: values asked for in each.
    """

    yearbooks: int
    questions: int


SIZES: Mapping[str, Size] = {"smoke": Size(5, 4), "lite": Size(40, 4), "full": Size(150, 4)}


def generate(tier: str, season: str, salt: str) -> list[RecallRecord]:
    """Return a tier's records."""
    size = SIZES[tier]
    streams = [Stream(FAMILY, VERSION, season, tier, n, salt=salt) for n in range(size.yearbooks)]
    return [record for stream in streams for record in yearbook(size, stream, season)]


def yearbook(size: Size, stream: Stream, season: str) -> list[RecallRecord]:
    """Return the questions on one yearbook."""
    namer = Namer(frozenset(word for name in NAMES for word in name.split()))
    cultures = stream.sample(CULTURES, COUNTRIES + 1)
    *known, stranger = [namer.draw(c, (c.country,), stream) for c in cultures]
    name = stream.choice(NAMES)
    start = stream.between(1940, 1999)
    series, carried = [], []
    for country in known:
        quarters = stream.choice(CARRIED)
        series.append(invented(country, name, start, YEARS, quarters, stream))
        carried.append(quarters)
    notes = tuple(line(one) for one in series)
    cluster = content_id(FAMILY, notes)
    out: list[RecallRecord] = []
    taken: set[tuple[int, int]] = set()
    while len(taken) < size.questions:
        which = stream.below(COUNTRIES)
        one = series[which]
        place = stream.choice([p for p in can_ask(one) if shifts(one, p)])
        if (which, place) in taken:
            continue
        taken.add((which, place))
        quarters = stream.choice(CARRIED)
        first = int(one.dates[place]) - YEARS + 1
        placebo = invented(stranger, name, first, YEARS, quarters, stream)
        question = Question(
            one,
            place,
            placebo,
            notes,
            stream.choice(shifts(one, place)),
            best(one.values[:place], carried[which]),
            best(placebo.values[:-1], quarters),
        )
        out += question.records(season, cluster, stream)
    return out


def invented(
    country: str, name: str, start: int, years: int, quarters: int, stream: Stream
) -> Series:
    """Return a series that carries so many quarters of each change on to the next.

    One that would fall below the lowest rate is drawn again as a whole; that is rare, and the best
    forecast is exact but for it.
    """
    while True:
        values = [stream.between(*FIRST)]
        change = stream.choice(SHOCKS)
        for _ in range(years - 1):
            change = _quarter(quarters * change) + stream.choice(SHOCKS)
            values.append(values[-1] + change)
        if min(values) >= LOWEST:
            break
    dates = tuple(str(start + i) for i in range(years))
    return Series(country, name, UNIT, "invented", DIGITS, dates, tuple(values))


def best(values: tuple[int, ...], quarters: int) -> int:
    """Return the best forecast of the next value: the last one and what is carried on."""
    return values[-1] + _quarter(quarters * (values[-1] - values[-2]))


def _quarter(value: int) -> int:
    """Return a quarter of a number, rounded towards 0."""
    return value // 4 if value >= 0 else -(-value // 4)


def line(series: Series) -> str:
    """Return a yearbook's line on a series."""
    values = ", ".join(f"{d}: {series.shown(i)}" for i, d in enumerate(series.dates))
    return f"{series.country}, {series.name}, {series.unit}. {values}."
