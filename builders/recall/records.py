"""The rows of the recall sets: one value of one series, asked in one of six ways."""

from typing import ClassVar, Literal

from pydantic import Field

from heptathlon.records import Id, Record

Arm = Literal["named", "named_history", "masked", "wrong_date", "told", "placebo"]
ARMS: tuple[Arm, ...] = ("named", "named_history", "masked", "wrong_date", "told", "placebo")
HISTORY = 6
"""Values that stand before the one asked for."""


class RecallRecord(Record):
    """A question for one value of a series.

    Attributes:
        form: the arm: ``named`` country, series and date alone; ``named_history`` the same with
            the values before; ``masked`` the values alone, on another scale and without dates;
            ``wrong_date`` the values under the dates of another time; ``told`` with the order to
            use nothing later; ``placebo`` the values of a country that no source knows.
        asked_id: what is asked, in whatever arm; the arms share it.
        source: where the series is from: ``invented``, a package, or a user's file.
        country: the country named; empty where none is.
        series: name of the series, such as ``unemployment rate``; empty where it is masked.
        unit: what its values are in, such as ``percent``.
        notes: lines of the yearbook that the prompt holds; empty for real series.
        dates: what the values of the history are called; empty where they are masked.
        history: the values before, as they are shown.
        date: what the value asked for is called.
        answer: the value asked for, as it is published or, masked, on the shown scale.
        digits: decimals of the values shown.
        multiple: one unit of the series is so many of the scale shown.
        step: mean absolute change of the series from one value to the next, in its own units.
        last: the value before the one asked for, on the scale shown.
        optimal: the best forecast from the history, on the scale shown, where it is known; else
            empty.
        rival: the value that the wrong date really has; else empty.
    """

    ASKED: ClassVar[str] = "asked_id"

    form: Arm
    asked_id: Id
    source: str
    country: str
    series: str
    unit: str
    notes: tuple[str, ...]
    dates: tuple[str, ...]
    history: tuple[str, ...]
    date: str
    answer: str = Field(min_length=1)
    digits: int = Field(ge=0)
    multiple: float = Field(gt=0)
    step: float = Field(gt=0)
    last: str = Field(min_length=1)
    optimal: str
    rival: str
