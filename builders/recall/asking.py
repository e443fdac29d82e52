"""From a series to its questions: one value, asked in every arm with the same history.

Values are whole numbers of the published unit throughout (tenths of a percent, say), so that every
platform writes the same digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from heptathlon.builders.recall.records import HISTORY, Arm, RecallRecord
from heptathlon.records import content_id
from heptathlon.seeding import Stream

FAMILY = "recall"
MULTIPLES = (3, 7, 11, 13)
"""Scales of a masked series; none of them is one by which a reader would look."""
MASKED_OFFSET = 400
"""A masked series is moved so that its lowest value lies in 0 to this many published units."""


@dataclass(frozen=True)
class Series:
    """A series of values at regular dates.

    Attributes:
        country: the country.
        name: what it measures.
        unit: in which unit.
        source: where it is from.
        digits: decimals in which it is published.
        dates: what each value's time is called, in order.
        values: the values, in the last published decimal.
    """

    country: str
    name: str
    unit: str
    source: str
    digits: int
    dates: tuple[str, ...]
    values: tuple[int, ...]

    @property
    def step(self) -> float:
        """Mean absolute change, in units of the series."""
        changes = [abs(b - a) for a, b in pairwise(self.values)]
        return max(sum(changes) / max(len(changes), 1), 0.5) * 10.0**-self.digits

    def shown(self, place: int) -> str:
        """Return a value as it is published."""
        return written(self.values[place], self.digits)


def written(value: int, digits: int) -> str:
    """Return a whole number of the last decimal as a number.

    Example:
        >>> written(-53, 1), written(7, 2), written(12, 0)
        ('-5.3', '0.07', '12')
    """
    if not digits:
        return str(value)
    sign, rest = "-" * (value < 0), abs(value)
    return f"{sign}{rest // 10**digits}.{rest % 10**digits:0{digits}d}"


@dataclass(frozen=True)
class Question:
    """One value of a series, and what the arms need beside it.

    Attributes:
        series: the series.
        place: which of its values is asked for.
        placebo: a series of a country that nothing else is told of, at least as long as a history.
        notes: lines of a yearbook that stand in every arm's prompt.
        shift: by how many places the dates of ``wrong_date`` are moved.
        optimal: the best forecast of the value, in the last decimal, where it is known.
        placebo_optimal: the same of the placebo's last value.
    """

    series: Series
    place: int
    placebo: Series
    notes: tuple[str, ...]
    shift: int
    optimal: int | None = None
    placebo_optimal: int | None = None

    def records(self, season: str, cluster: str, stream: Stream) -> list[RecallRecord]:
        """Return the question in every arm.

        Args:
            season: the season.
            cluster: what several questions have in common: the yearbook, the series.
            stream: draws the scale of the masked arm.
        """
        one, at = self.series, self.place
        asked = content_id(FAMILY, one.country, one.name, one.source, one.dates[at], one.values,
                           self.notes)  # fmt: skip
        places = range(at - HISTORY, at)
        plain: dict[str, Any] = {
            "season": season,
            "asked_id": asked,
            "cluster_id": cluster,
            "source": one.source,
            "country": one.country,
            "series": one.name,
            "unit": one.unit,
            "notes": self.notes,
            "dates": tuple(one.dates[i] for i in places),
            "history": tuple(one.shown(i) for i in places),
            "date": one.dates[at],
            "answer": one.shown(at),
            "digits": one.digits,
            "multiple": 1.0,
            "step": one.step,
            "last": one.shown(at - 1),
            "optimal": "" if self.optimal is None else written(self.optimal, one.digits),
            "rival": "",
        }
        arms: dict[Arm, dict[str, Any]] = {
            "named": {"history": (), "dates": ()},
            "named_history": {},
            "masked": self._masked(stream),
            "wrong_date": self._wrong_date(),
            "told": {},
            "placebo": self._placebo(),
        }
        out = []
        for arm, changed in arms.items():
            fields = {**plain, **changed, "form": arm}
            out.append(RecallRecord(item_id=content_id(FAMILY, fields), **fields))
        return out

    def _masked(self, stream: Stream) -> dict[str, Any]:
        one, at = self.series, self.place
        multiple = stream.choice(MULTIPLES)
        used = one.values[at - HISTORY : at + 1]
        offset = stream.below(MASKED_OFFSET) - multiple * min(used)
        shown = [written(multiple * v + offset, one.digits) for v in used]
        return {
            "country": "",
            "series": "",
            "unit": "",
            "dates": (),
            "date": "",
            "history": tuple(shown[:-1]),
            "answer": shown[-1],
            "last": shown[-2],
            "multiple": float(multiple),
            "optimal": ""
            if self.optimal is None
            else written(multiple * self.optimal + offset, one.digits),
        }

    def _wrong_date(self) -> dict[str, Any]:
        one, at = self.series, self.place
        moved = [one.dates[i + self.shift] for i in range(at - HISTORY, at + 1)]
        return {
            "dates": tuple(moved[:-1]),
            "date": moved[-1],
            "rival": one.shown(at + self.shift),
        }

    def _placebo(self) -> dict[str, Any]:
        other = self.placebo
        at = len(other.values) - 1
        places = range(at - HISTORY, at)
        best = self.placebo_optimal
        return {
            "country": other.country,
            "source": "invented",
            "history": tuple(other.shown(i) for i in places),
            "answer": other.shown(at),
            "last": other.shown(at - 1),
            "step": other.step,
            "optimal": "" if best is None else written(best, other.digits),
        }


def can_ask(series: Series) -> Sequence[int]:
    """Return the places of a series that have a history before them."""
    return range(HISTORY, len(series.values))


def shifts(series: Series, place: int) -> list[int]:
    """Return by how much the dates of a question can be moved within the series.

    By more than a history, so that no date of the history shown is one of its own.
    """
    return [
        s for s in range(HISTORY - place, len(series.values) - place)
        if abs(s) > HISTORY
    ]  # fmt: skip
