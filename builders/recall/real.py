"""Real series, from packages that carry them, and a user's own: what a model may remember.

Every packaged series ends years ago, so for a model of today all of it lies before the cutoff; what
lies after it are the placebo's invented countries, or a file of the user's. Nothing real is ever
pushed: a package's licence covers the package, not always the index in it. The levels of national
accounts are left out, because they are re-based: who remembers today's vintage would be wrong.
"""

import csv
import importlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from heptathlon.builders.facts.names import CULTURES, Namer
from heptathlon.builders.recall.asking import FAMILY, Question, Series, can_ask, shifts
from heptathlon.builders.recall.records import HISTORY, RecallRecord
from heptathlon.errors import HeptathlonError
from heptathlon.files import read_text_limited
from heptathlon.records import content_id
from heptathlon.seeding import Stream

EXTRA = "heptathlon[recall]"
QUARTERS = ("first", "second", "third", "fourth")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip
QUESTIONS = {"smoke": 4, "lite": 12, "full": 40}
"""Values asked for in each series."""
LENGTH = 40
"""Values of a placebo series."""
FEWEST = 3 * HISTORY + 2
"""Values of the shortest series that can be asked in every arm."""
MAX_BYTES = 16 * 2**20
MIN_CHANGES = 8


@dataclass(frozen=True)
class Carried:
    """A series that a package carries.

    Attributes:
        key: short name.
        package: the package.
        country: the country.
        name: what it measures.
        unit: in which unit.
        digits: decimals in which it is published.
        read: returns dates and values.
    """

    key: str
    package: str
    country: str
    name: str
    unit: str
    digits: int
    read: Callable[[Any], tuple[list[str], list[float]]]


def _macro(column: str, growth: bool = False) -> Callable[[Any], tuple[list[str], list[float]]]:
    """Return a reader of statsmodels' quarterly data on the United States."""

    def read(package: Any) -> tuple[list[str], list[float]]:
        data = package.datasets.macrodata.load_pandas().data
        dates = [
            f"the {QUARTERS[int(q) - 1]} quarter of {int(y)}"
            for y, q in zip(data["year"], data["quarter"], strict=True)
        ]
        values = [float(v) for v in data[column]]
        if not growth:
            return dates, values
        grown = [400 * (b / a - 1) for a, b in pairwise(values)]
        return dates[1:], grown

    return read


def _monthly(module: str, column: str) -> Callable[[Any], tuple[list[str], list[float]]]:
    """Return a reader of one of arch's series, the last value of each month."""

    def read(package: Any) -> tuple[list[str], list[float]]:
        data = importlib.import_module(f"{package.__name__}.data.{module}").load()
        last = data[column].dropna().groupby(lambda day: (day.year, day.month)).last()
        return [f"{MONTHS[m - 1]} {y}" for y, m in last.index], [float(v) for v in last]

    return read


SERIES = (
    Carried("unemployment", "statsmodels", "the United States",
            "unemployment rate, seasonally adjusted", "percent", 1, _macro("unemp")),
    Carried("tbill", "statsmodels", "the United States", "interest rate on treasury bills",
            "percent", 2, _macro("tbilrate")),
    Carried("growth", "statsmodels", "the United States",
            "annualised growth of real gross domestic product over the quarter before", "percent",
            1, _macro("realgdp", growth=True)),
    Carried("inflation", "statsmodels", "the United States", "annualised inflation rate",
            "percent", 2, _macro("infl")),
    Carried("baa", "arch", "the United States", "yield of corporate bonds rated BAA", "percent", 2,
            _monthly("default", "BAA")),
    Carried("vix", "arch", "the United States", "volatility index VIX at the end of the month",
            "points", 2, _monthly("vix", "vix")),
    Carried("sp500", "arch", "the United States", "S&P 500 index at the last close of the month",
            "points", 2, _monthly("sp500", "Adj Close")),
)  # fmt: skip


def load(one: Carried) -> Series:
    """Return a series as its package carries it.

    Raises:
        HeptathlonError: if the package is not there.
    """
    try:
        package = importlib.import_module(
            one.package if one.package == "arch" else f"{one.package}.api"
        )
    except ImportError:
        raise HeptathlonError(
            f"{one.package} is not installed, which carries the series {one.key!r}; install "
            f"{EXTRA}."
        ) from None
    dates, values = one.read(package)
    scaled = tuple(round(v * 10**one.digits) for v in values)
    return Series(one.country, one.name, one.unit, one.package, one.digits, tuple(dates), scaled)


def generate(tier: str, shard: str, season: str) -> list[RecallRecord]:
    """Return the questions on one packaged series."""
    one = next(s for s in SERIES if s.key == shard)
    return questions(load(one), QUESTIONS[tier], season, Stream(FAMILY, "real", tier, shard))


def questions(series: Series, count: int, season: str, stream: Stream) -> list[RecallRecord]:
    """Return questions on a real series, each in every arm.

    Args:
        series: the series.
        count: how many values are asked for, at most.
        season: the season's name.
        stream: draws them.

    Raises:
        HeptathlonError: if the series is too short to be asked.
    """
    if len(series.values) < FEWEST:
        raise HeptathlonError(
            f"{series.source}: the series has {len(series.values)} values; {FEWEST} are needed, "
            f"for a history of {HISTORY} in every arm."
        )
    places = [p for p in can_ask(series) if shifts(series, p)]
    out: list[RecallRecord] = []
    namer = Namer()
    for place in sorted(stream.sample(places, min(count, len(places)))):
        culture = stream.choice(CULTURES)
        stranger = namer.draw(culture, (culture.country,), stream)
        placebo, best = simulated(series, stranger, stream)
        # A cluster is a stretch of the series: neighbouring values share their errors.
        cluster = content_id(FAMILY, series.name, series.source, place // (2 * HISTORY))
        shift = stream.choice(shifts(series, place))
        question = Question(series, place, placebo, (), shift, None, best)
        out += question.records(season, cluster, stream)
    return out


def simulated(series: Series, country: str, stream: Stream) -> tuple[Series, int]:
    """Return a placebo of a series, and the best forecast of its last value.

    The changes follow an autoregression of first order that is fitted to the series' own, with
    residuals drawn from it in blocks, so that it looks like the real one and is nobody's.
    """
    changes = np.diff(np.array(series.values, float))
    if len(changes) < MIN_CHANGES or not changes.std():
        phi, centre = 0.0, 0.0
    else:
        x, y = changes[:-1] - changes.mean(), changes[1:] - changes.mean()
        phi = float(np.clip((x * y).sum() / max((x * x).sum(), 1e-9), -0.9, 0.9))
        centre = float(changes.mean())
    residuals = (changes[1:] - centre) - phi * (changes[:-1] - centre)
    residuals = residuals - np.median(residuals)
    start = stream.below(max(len(series.values) - 1, 1))
    values, change = [series.values[start]], float(changes[start % len(changes)])
    block: list[float] = []
    for _ in range(LENGTH - 1):
        if not block:
            at = stream.below(len(residuals))
            block = [float(r) for r in residuals[at : at + HISTORY]]
        change = centre + phi * (change - centre) + block.pop(0)
        values.append(round(values[-1] + change))
    made = Series(country, series.name, series.unit, "invented", series.digits,
                  tuple(str(i) for i in range(LENGTH)), tuple(values))  # fmt: skip
    last = values[-2] - values[-3]
    return made, round(values[-2] + centre + phi * (last - centre))


def read_csv(path: Path) -> Series:
    """Read a user's series: a header, then a date and a value in every line, in order of time.

    The second column's name is what the series is called; the file's name is its country's, up to
    the first dot, with blanks for hyphens and underscores.

    Raises:
        HeptathlonError: naming the line and what is wrong with it.
    """
    text = read_text_limited(path, max_bytes=MAX_BYTES)
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    if len(rows) < 2 or any(len(row) != 2 for row in rows):
        bad = next((n for n, row in enumerate(rows, 1) if len(row) != 2), 1)
        raise HeptathlonError(
            f"{path}: line {bad} is not a date and a value with one comma between; decimals are "
            "written with a point, thousands without a mark."
        )
    dates, values = [], []
    for number, (when, value) in enumerate(rows[1:], start=2):
        dates.append(_date(when.strip(), f"{path}: line {number}"))
        values.append(_value(value.strip(), f"{path}: line {number}"))
    _refuse_gaps(dates, path)
    digits = max(max(0, -int(v.as_tuple().exponent)) for v in values)
    scaled = tuple(int(v.scaleb(digits)) for v in values)
    label = tuple(_called(d) for d in dates)
    country = path.name.partition(".")[0].replace("_", " ").replace("-", " ")
    name = rows[0][1].strip() or "series"
    return Series(country, name, "", path.name, digits, label, scaled)


Moment = tuple[int, int | None, int | None]


def _date(text: str, where: str) -> Moment:
    """Return year, month and day of a date such as 2024, 2024-03 or 2024-03-31."""
    parts = text.split("-")
    try:
        numbers = [int(p) for p in parts]
        if not 1 <= len(numbers) <= 3 or any(not p.isdecimal() for p in parts):
            raise ValueError
        month, day = (*numbers[1:], 1, 1)[:2]
        date(numbers[0], month, day)
    except ValueError:
        raise HeptathlonError(
            f"{where}: {text[:40]!r} is no date; write 2024, 2024-03 or 2024-03-31."
        ) from None
    rest: list[int | None] = [*numbers[1:], None, None]
    return numbers[0], rest[0], rest[1]


def _value(text: str, where: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not set(text) <= set("+-0123456789."):
        raise HeptathlonError(
            f"{where}: {text[:40]!r} is no number; write decimals with a point, and no sign "
            "between thousands."
        )
    return value


def _refuse_gaps(dates: Sequence[Moment], path: Path) -> None:
    """Refuse dates that are not in order, stand twice, or leave one out.

    Raises:
        HeptathlonError: naming the line.
    """
    kinds = {tuple(part is None for part in d) for d in dates}
    if len(kinds) > 1:
        raise HeptathlonError(f"{path}: some dates have a month or day and others have none.")
    orders = [_order(d) for d in dates]
    steps = [b - a for a, b in pairwise(orders)]
    usual = min((s for s in steps if s > 0), default=1)
    daily = dates[0][2] is not None
    for number, step in enumerate(steps, start=3):
        if step == 0:
            raise HeptathlonError(f"{path}: line {number}: its date stands twice; keep one.")
        if step < 0:
            raise HeptathlonError(
                f"{path}: line {number}: its date is earlier than the one before."
            )
        # Days may skip a week's end and a holiday; years, quarters and months skip nothing.
        if step != usual and not (daily and step <= max(7, usual + usual // 2)):
            raise HeptathlonError(
                f"{path}: line {number}: there is a gap before its date; fill it in, or give the "
                "part after it alone."
            )


def _order(moment: Moment) -> int:
    year, month, day = moment
    if month is None:
        return year
    return 12 * year + month if day is None else date(year, month, day).toordinal()


def _called(moment: Moment) -> str:
    year, month, day = moment
    if month is None:
        return str(year)
    named = f"{MONTHS[month - 1]} {year}"
    return named if day is None else f"{day} {named}"
