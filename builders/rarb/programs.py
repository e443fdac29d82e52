"""Code problems: a rule in words, step by step, and short programs that have it worked out.

A program is one small value, rendered in every language and run by :func:`Program.run`. What its
formula multiplies by and adds, and where it begins to hold, are sums over all steps of the rule.
"""

from dataclasses import dataclass
from typing import Literal

from heptathlon.builders.rarb.problem import Asked, Corner, Problem, corner, problem
from heptathlon.builders.rarb.sums import parts
from heptathlon.builders.rarb.words import capital, in_words
from heptathlon.seeding import Stream

Language = Literal["python", "javascript", "java"]
TOPICS: tuple[Language, ...] = ("python", "javascript", "java")
FAULTS = ("wrong_factor", "wrong_constant", "wrong_limit")
FACTORS, CONSTANTS, LIMITS = (2, 9), (11, 40), (51, 99)
"""Least and greatest of what a right program multiplies by, adds, and compares with."""
TIMES, ADDED, COMPARED = (1, 9), (2, 50), (2, 99)
"""The same of one step of the rule."""
_SUBJECTS = (
    "toll", "fee", "fare", "levy", "rent", "bonus", "refund", "quota", "fine", "wage", "duty",
    "rate",
)  # fmt: skip
_PAYERS = (
    "barge", "wagon", "rider", "porter", "miller", "baker", "ferry", "tenant", "pilot", "carter",
    "weaver", "fisher", "cooper", "tailor", "brewer", "potter",
)  # fmt: skip
_TIMES = {1: "the number itself", 2: "twice the number"}


@dataclass(frozen=True)
class Program:
    """A function of a whole number: left alone on one side of a limit, else a line through it.

    Attributes:
        above: whether numbers above the limit are left alone, or those below it.
        limit: what a number is compared with.
        factor: what other numbers are multiplied by.
        constant: what is added then.
    """

    above: bool
    limit: int
    factor: int
    constant: int

    def run(self, number: int) -> int:
        """Return the program's result."""
        if number > self.limit if self.above else number < self.limit:
            return number
        return self.factor * number + self.constant

    def source(self, language: Language, title: str) -> str:
        """Return the program's text.

        Args:
            language: one of ``TOPICS``.
            title: three words; they stand in a comment and make the function's name.
        """
        words = title.lower().split()
        camel = words[0] + "".join(map(capital, words[1:]))
        test = f"n {'>' if self.above else '<'} {self.limit}"
        line = f"{self.factor} * n + {self.constant}"
        if language == "python":
            return (
                f"# {title}\ndef {'_'.join(words)}(n):\n    if {test}:\n        return n\n"
                f"    return {line}"
            )
        head = (
            f"function {camel}(n)" if language == "javascript" else f"static long {camel}(long n)"
        )
        return f"// {title}\n{head} {{\n  if ({test}) {{\n    return n;\n  }}\n  return {line};\n}}"


def blocks(stream: Stream, n: int) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Return topic, shared facts and marks of a town's blocks."""
    return [
        (TOPICS[i % len(TOPICS)], (subject,), tuple(stream.sample(_PAYERS, 3)))
        for i, subject in enumerate(stream.sample(_SUBJECTS, n))
    ]


def draw(asked: Asked, stream: Stream) -> Problem | None:
    """Return a code problem, or None if the draw was not fair."""
    language = next(one for one in TOPICS if one == asked.topic)
    factor = stream.between(FACTORS[0], FACTORS[1] - 1)
    constant = stream.between(CONSTANTS[0], CONSTANTS[1] - 1)
    limit = stream.between(LIMITS[0], LIMITS[1] - 1)
    above = bool(stream.below(2))
    gold = corner(stream)

    def program(at: Corner) -> Program:
        return Program(above, limit + at[2], factor + at[0], constant + at[1])

    right = program(gold)
    times = parts(right.factor, asked.steps, TIMES, stream)
    added = parts(right.constant, asked.steps, ADDED, stream)
    compared = parts(right.limit, asked.steps, COMPARED, stream)
    if times is None or added is None or compared is None:
        return None
    place, title = asked.place, f"{asked.place} {asked.mark} {asked.facts[0]}"
    name = f"{asked.mark} {asked.facts[0]}"
    side = "above" if above else "below"
    rule = _rule(_clauses(times, times=True) + _clauses(added), asked.wording, stream)
    border = _rule(_clauses(compared), asked.wording, stream)
    query = (
        f"For the {name} of {place}, a number {side} the limit is left as it is. From any other "
        f"number, the {name} is made up from nothing: {rule}. The limit is made up too: {border}. "
        f"Which program works out the {place} {name}?",
        f"Wanted: code for the {place} {name}. A certain limit counts: begin at nought and "
        f"{border}. Any number {side} it comes back unchanged. With all others, begin at nought "
        f"and {rule}. What comes out is the {name} in {place}.",
        f"The {name} as {place} asks it: {side} a limit, the number itself; otherwise a sum, for "
        f"which one has to {rule}. To find the limit, {border}. Find the program of the {place} "
        f"{name}.",
    )[asked.wording]
    return problem(asked, query, gold, FAULTS, lambda c: program(c).source(language, title))


def _clauses(terms: list[int], *, times: bool = False) -> list[tuple[bool, str]]:
    """Return for each term, or multiple of the number, whether it is added and how it is called."""
    if not times:
        return [(n > 0, in_words(abs(n))) for n in terms]
    return [(n > 0, _TIMES.get(abs(n)) or f"{in_words(abs(n))} times the number") for n in terms]


def _rule(clauses: list[tuple[bool, str]], wording: int, stream: Stream) -> str:
    """Return in words what is added and taken away, in an order of its own."""
    stream.shuffle(clauses)
    on, off = (("add", "take away"), ("put on", "subtract"), ("add", "deduct"))[wording]
    said = [f"{on if added else off} {what}" for added, what in clauses]
    if len(said) == 1:
        return said[0]
    return (", " if wording == 0 else ", then ").join(said[:-1]) + f", and {said[-1]}"
