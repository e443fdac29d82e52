"""Code problems: a description with worked examples, and short programs in three languages.

A program is one syntax tree, rendered in every language and run by :func:`Program.run`. The
examples are chosen so that each of the seven near misses gives a wrong result on at least one.
"""

from dataclasses import dataclass, replace
from typing import Literal

from heptathlon.builders.rarb.problem import CUBE, Problem, problem
from heptathlon.builders.rarb.words import in_words
from heptathlon.lexical import tokens
from heptathlon.seeding import Stream

Language = Literal["python", "javascript", "java"]
LANGUAGES: tuple[Language, ...] = ("python", "javascript", "java")
FAULTS = ("boundary", "wrong_constant", "wrong_operator", "wrong_order", "wrong_accumulator")
EXAMPLES = 2
STEPS = 3
"""To change, to keep and to gather."""
MAX_TRIES = 40
_SUBJECTS = ("tally", "meter", "ledger", "gauge", "toll", "quota", "counter", "balance")


@dataclass(frozen=True)
class Program:
    """A loop over whole numbers: keep some, change them, and gather them into one number.

    Attributes:
        above: whether numbers above the limit are kept, or those below it.
        inclusive: whether the limit itself is kept.
        limit: what a number is compared with.
        operator: how a number is changed, ``*`` or ``+``.
        constant: what it is changed by.
        change_first: whether the changed number is compared, or the number itself.
        total: whether the changed numbers are added up, or the last one is the result.
    """

    above: bool
    inclusive: bool
    limit: int
    operator: Literal["*", "+"]
    constant: int
    change_first: bool
    total: bool

    def run(self, numbers: list[int]) -> int:
        """Return the program's result; 0 if no number is kept."""
        out = 0
        for x in numbers:
            y = x * self.constant if self.operator == "*" else x + self.constant
            tested = y if self.change_first else x
            kept = tested > self.limit if self.above else tested < self.limit
            if kept or (self.inclusive and tested == self.limit):
                out = out + y if self.total else y
        return out

    @property
    def comparison(self) -> str:
        """The comparison's sign."""
        return (">" if self.above else "<") + "=" * self.inclusive

    def source(self, language: Language, title: str) -> str:
        """Return the program's text.

        Args:
            language: one of ``LANGUAGES``.
            title: two words; they stand in a comment and make the function's name.
        """
        tested = "y" if self.change_first else "x"
        change = f"x {self.operator} {self.constant}"
        gather = "+=" if self.total else "="
        test = f"{tested} {self.comparison} {self.limit}"
        first, second = title.split()
        camel = first.lower() + second.capitalize()
        if language == "python":
            return (
                f"# {title}\ndef {first.lower()}_{second.lower()}(numbers):\n    out = 0\n"
                f"    for x in numbers:\n        y = {change}\n        if {test}:\n"
                f"            out {gather} y\n    return out"
            )
        if language == "javascript":
            return (
                f"// {title}\nfunction {camel}(numbers) {{\n  let out = 0;\n"
                f"  for (const x of numbers) {{\n    const y = {change};\n    if ({test}) {{\n"
                f"      out {gather} y;\n    }}\n  }}\n  return out;\n}}"
            )
        return (
            f"// {title}\nstatic long {camel}(long[] numbers) {{\n  long out = 0;\n"
            f"  for (long x : numbers) {{\n    long y = {change};\n    if ({test}) {{\n"
            f"      out {gather} y;\n    }}\n  }}\n  return out;\n}}"
        )

    def faulty(self, fault: str, step: int) -> "Program":
        """Return the program with one fault.

        Args:
            fault: one of ``FAULTS``.
            step: 1 or -1, by which a wrong constant is wrong.
        """
        match fault:
            case "boundary":
                return replace(self, inclusive=not self.inclusive)
            case "wrong_constant":
                return replace(self, constant=self.constant + step)
            case "wrong_operator":
                return replace(self, operator="+" if self.operator == "*" else "*")
            case "wrong_order":
                return replace(self, change_first=not self.change_first)
            case _:
                return replace(self, total=not self.total)

    @property
    def words(self) -> str:
        """The program in a sentence, its numbers in words."""
        change = (
            f"multiplies each by {in_words(self.constant)}"
            if self.operator == "*"
            else f"adds {in_words(self.constant)} to each"
        )
        side = "above" if self.above else "below"
        border = "at or " * self.inclusive + side
        what = "results" if self.change_first else "numbers"
        keep = f"keeps only the {what} that lie {border} {in_words(self.limit)}"
        order = f"{change}, {keep}" if self.change_first else f"{keep}, {change}"
        end = "returns their sum" if self.total else "returns the one that comes last"
        return f"{order} and {end}"


def draw(place: str, stream: Stream) -> Problem | None:
    """Return a code problem of a place, or None if the draw was not fair."""
    low, upper = stream.between(3, 8), stream.below(2)
    program = Program(
        above=bool(stream.below(2)),
        inclusive=bool(stream.below(2)),
        limit=stream.between(21, 79),
        operator=stream.choice(("*", "+")),
        constant=low + upper,
        change_first=bool(stream.below(2)),
        total=bool(stream.below(2)),
    )
    faults = sorted(stream.sample(FAULTS, 3), key=FAULTS.index)
    # Of the two constants either is as likely to be the right one, so neither gives itself away.
    step = 1 - 2 * upper
    language = stream.choice(LANGUAGES)
    title = f"{place} {stream.choice(_SUBJECTS)}"

    def corner(wrong: tuple[bool, ...]) -> Program:
        out = program
        for fault, set_ in zip(faults, wrong, strict=True):
            out = out.faulty(fault, step) if set_ else out
        return out

    corners = [corner(c) for c in CUBE]
    examples = _examples(corners, stream)
    if examples is None:
        return None
    shown = " and ".join(f"{program.run(e)} for {e}" for e in examples)
    query = (
        f"The {title} takes a list of whole numbers, {program.words}; if there is none, the "
        f"result is zero. It gives {shown}. Which program is it?"
    )
    return problem(
        language,
        STEPS,
        query,
        faults,
        lambda *wrong: corner(wrong).source(language, title),
    )


def _examples(corners: list[Program], stream: Stream) -> list[list[int]] | None:
    """Return examples that every near miss fails, without a number that only some texts have."""
    spoken: list[set[str]] = [set(tokens(c.source("python", "a b"))) for c in corners]
    telling = {w for words in spoken for w in words if not all(w in other for other in spoken)}
    limit = corners[0].limit
    for _ in range(MAX_TRIES):
        examples = []
        for _ in range(EXAMPLES):
            numbers = [stream.between(9, 90) for _ in range(stream.between(2, 4))]
            # The border case: a number that the comparison, before or after the change, meets.
            c = stream.choice(corners)
            exact = limit - c.constant if c.operator == "+" else limit // c.constant
            border = exact if c.change_first else limit
            numbers.append(border)
            stream.shuffle(numbers)
            examples.append(numbers)
        right = [corners[0].run(e) for e in examples]
        said = {str(n) for e in examples for n in e} | {str(n) for n in right}
        if said & telling:
            continue
        if all([c.run(e) for e in examples] != right for c in corners[1:]):
            return examples
    return None
