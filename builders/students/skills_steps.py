"""Chains of steps: exercises whose wrong answers take a known number of operations to work out.

A start and n steps are given; a wrong rule leaves out the first step, leaves out the last one, or
takes the last one twice, as pupils do whose procedure lacks a step or repeats one. The rules cannot
be told apart by how large their answers are: steps add as often as they take away, and in two
thirds of the exercises the first step weighs more than the last, which makes the answer of each
rule an outer one (of the four in order) equally often.
"""

from collections.abc import Callable, Sequence

from heptathlon.builders.students.drafts import Draft
from heptathlon.errors import HeptathlonError
from heptathlon.seeding import Stream

LENGTHS = (2, 3, 4, 6)
RULES = ("first_step_left_out", "last_step_left_out", "last_step_twice")
START = (40, 90)
LARGEST_STEP = 9
DOUBLES = 2
"""Most steps of a chain that double: more would make large numbers, not more steps."""
MAX_TRIES = 2_000

Step = tuple[str, int]

_WORDINGS: tuple[tuple[str, dict[str, str], str], ...] = (
    ("Start with {start}.", {"add": "Add {n}.", "take": "Take away {n}.", "double": "Double it."},
     "What is the result?"),
    ("There are {start} books on a shelf.",
     {"add": "{n} are added.", "take": "{n} are taken away.",
      "double": "Then their number doubles."},
     "How many are there now?"),
    ("Mia has {start} points.",
     {"add": "She wins {n}.", "take": "She loses {n}.", "double": "Her points are doubled."},
     "How many points has she at the end?"),
    ("A tank holds {start} litres.",
     {"add": "{n} litres flow in.", "take": "{n} litres flow out.",
      "double": "The content doubles."},
     "How many litres does it hold then?"),
    ("Think of {start};", {"add": "plus {n},", "take": "minus {n},", "double": "times 2,"},
     "what comes out?"),
)  # fmt: skip
"""Beginning, steps and end of an exercise's text."""


def result(start: int, steps: Sequence[Step]) -> int:
    """Return what comes of a number by steps.

    Example:
        >>> result(40, [("add", 5), ("double", 0), ("take", 3)])
        87
    """
    for kind, n in steps:
        start = start * 2 if kind == "double" else start + n if kind == "add" else start - n
    return start


def answers(start: int, steps: Sequence[Step]) -> tuple[int, int, int, int]:
    """Return the right answer and those of :data:`RULES`.

    Example:
        >>> answers(40, [("add", 5), ("take", 3)])
        (42, 37, 45, 39)
    """
    return (
        result(start, steps),
        result(start, steps[1:]),
        result(start, steps[:-1]),
        result(start, [*steps, steps[-1]]),
    )


def chain(length: int) -> Callable[[Stream, int, Sequence[int]], Draft]:
    """Return what draws exercises of so many steps."""

    def draw(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
        del level, carried
        first_outer = stream.below(3) < 2
        for _ in range(MAX_TRIES):
            start, steps = stream.between(*START), _steps(stream, length)
            key, no_first, no_last, twice = answers(start, steps)
            values = {key, no_first, no_last, twice}
            if len(values) == 4 and min(values) > 0:
                weighs_more = abs(key - no_first) > abs(key - no_last)
                if weighs_more == first_outer:
                    wrong = (str(no_first), str(no_last), str(twice))
                    return Draft(_text(stream, start, steps), str(key), wrong, ())
        raise HeptathlonError(f"{MAX_TRIES:,} draws gave no chain of {length} steps.")

    return draw


def _steps(stream: Stream, length: int) -> list[Step]:
    """Draw steps, of which the first and the last add or take away."""
    doubles = 0
    out: list[Step] = []
    for place in range(length):
        inner = 0 < place < length - 1
        if inner and doubles < DOUBLES and stream.below(3) == 0:
            doubles += 1
            out.append(("double", 0))
        else:
            out.append((stream.choice(("add", "take")), stream.between(2, LARGEST_STEP)))
    return out


def _text(stream: Stream, start: int, steps: Sequence[Step]) -> str:
    begin, words, end = stream.choice(_WORDINGS)
    told = [words[kind].format(n=n) for kind, n in steps]
    return " ".join([begin.format(start=start), *told, end])
