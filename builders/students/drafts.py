"""What an exercise is before its options are chosen, and what a skill with wrong rules is.

A wrong rule ("bug") is an algorithm: it computes an answer from the same exercise, so that who
holds it is known by the answers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from heptathlon.seeding import Stream

BUGS_EACH = 3
LEVELS = ("easy", "medium", "hard")
MINUS, TIMES = "\u2212", "\u00d7"


@dataclass(frozen=True)
class Draft:
    """An exercise as drawn, before its options are chosen.

    Attributes:
        text: the question.
        key: the right answer.
        wrong: what each of the skill's bugs answers, in the order of ``Skill.bugs``.
        noise: wrong answers that follow from no bug, the likeliest first.
    """

    text: str
    key: str
    wrong: tuple[str, str, str]
    noise: tuple[str, ...]


@dataclass(frozen=True)
class Skill:
    """A skill with its wrong rules.

    Attributes:
        name: its name in records.
        area: its area of teaching.
        title: its name in words.
        bugs: names of its wrong rules.
        draw: draws an exercise at a level of ``LEVELS`` (0 to 2); the last argument names the
            bugs that the options will carry, which matters where the options are the exercise.
        steps: operations that the longest of the wrong rules takes; 0 where the rule goes by what
            the options mean.
    """

    name: str
    area: str
    title: str
    bugs: tuple[str, str, str]
    draw: Callable[[Stream, int, Sequence[int]], Draft]
    steps: int = 1


def near(key: int, *others: int) -> tuple[str, ...]:
    """Return wrong whole numbers near the right one, none of them negative."""
    return tuple(
        str(n) for n in (*others, key + 1, key - 1, key + 10, key + 2) if n != key and n >= 0
    )


def three(values: "map[str] | Sequence[str]") -> tuple[str, str, str]:
    """Return what the three wrong rules answer."""
    first, second, third = values
    return first, second, third


def value_of(answer: str) -> Fraction | str:
    """Return what an answer is worth, so that 2/4 and 1/2 count as one; text as it is."""
    try:
        return Fraction(answer.replace(MINUS, "-"))
    except (ValueError, ZeroDivisionError):
        return answer
