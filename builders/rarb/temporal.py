"""Temporal problems: a date some months on, and the order of events."""

from heptathlon.builders.rarb.orders import order_problem
from heptathlon.builders.rarb.problem import Problem, problem
from heptathlon.builders.rarb.words import counted, listed
from heptathlon.seeding import Stream

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_VENTURES = (
    ("survey", "the survey began", "report"),
    ("excavation", "digging began", "layer"),
    ("railway", "work on the railway began", "section"),
    ("census", "counting began", "volume"),
    ("archive", "the archive opened", "catalogue"),
    ("bridge", "the foundation was laid", "span"),
    ("orchard", "the first trees were planted", "harvest"),
    ("theatre", "rehearsals began", "premiere"),
)
"""Subject of a chain of dates: its name, how it starts, what follows by and by."""
_ORDINALS = ("first", "second", "third", "fourth")
_EVENTS = (
    "the audit", "the strike", "the merger", "the flood", "the election", "the fair",
    "the opening", "the blackout", "the concert", "the auction", "the inspection", "the repair",
)  # fmt: skip


def draw(place: str, stream: Stream) -> Problem | None:
    """Return a temporal problem of a place, or None if the draw was not fair."""
    return _date(place, stream) if stream.below(2) else _order(place, stream)


def _date(place: str, stream: Stream) -> Problem | None:
    """A month and a year, a chain of intervals before or after it, and where it ends."""
    name, start, noun = stream.choice(_VENTURES)
    steps = stream.between(2, 4)
    origin = 12 * stream.between(1880, 2040) + stream.below(12)
    gaps = [stream.between(5, 30) for _ in range(steps)]
    forward = bool(stream.below(2))
    sign = 1 if forward else -1
    slip, carry = (12 * (2 * stream.below(2) - 1), 2 * stream.below(2) - 1)
    lost = stream.below(steps)

    def month(year_slip: bool, off_by_one: bool, skipped: bool) -> int:
        total = sum(gaps) - (gaps[lost] if skipped else 0)
        return origin + sign * total + slip * year_slip + carry * off_by_one

    def document(year_slip: bool, off_by_one: bool, skipped: bool) -> str:
        return (
            f"The {_ORDINALS[steps - 1]} {noun} of the {place} {name} is dated "
            f"{_in_figures(month(year_slip, off_by_one, skipped))}."
        )

    links = [_link(noun, i, gap, forward) for i, gap in enumerate(gaps)]
    if forward:
        query = (
            f"In {place}, {start} in {_in_figures(origin)}. {' '.join(links)} "
            f"In which month did the {_ORDINALS[steps - 1]} {noun} follow?"
        )
    else:
        query = (
            f"In {place}, the records of the {name} end in {_in_figures(origin)}. Going back from "
            f"there, {' '.join(links)} Which month does the {_ORDINALS[steps - 1]} {noun} bear?"
        )
    return problem(
        "date_shift", steps, query, ("wrong_year", "off_by_one_month", "skipped_step"), document
    )


def _link(noun: str, index: int, gap: int, forward: bool) -> str:
    years, months = divmod(gap, 12)
    parts = [counted(n, unit) for n, unit in ((years, "year"), (months, "month")) if n]
    earlier = "that" if index == 0 else "the one before it in this list"
    if forward:
        since = "that start" if index == 0 else f"the {_ORDINALS[index - 1]} {noun}"
        return f"The {_ORDINALS[index]} {noun} came {listed(parts)} after {since}."
    return f"{'the' if index == 0 else 'The'} {_ORDINALS[index]} {noun} lies {listed(parts)} " + (
        f"before {earlier}."
    )


def _in_figures(month: int) -> str:
    return f"{MONTHS[month % 12]} {month // 12}"


def _order(place: str, stream: Stream) -> Problem | None:
    """Events in order of time, told in clues about two of them each."""

    def clue(earlier: str, later: str, turned: bool) -> str:
        if turned:
            return f"{_capital(later)} was next after {earlier}."
        return f"{_capital(earlier)} came just before {later}."

    return order_problem(
        "event_order",
        stream,
        names=_EVENTS,
        clue=clue,
        query=lambda names, clues: (
            f"In {place} there were {listed(names)}. {clues} "
            "In which order of time did they happen?"
        ),
        document=lambda names: f"The chronicle of {place} runs: {', then '.join(names)}.",
    )


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]
