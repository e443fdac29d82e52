"""Stances of central banks by rules that no one knows beforehand, of one to six figures.

The stances stand in a ring, and each figure moves the stance on by none, one or two places: which,
by whether it lies below, within or above its band, is drawn anew for every figure of every item. So
the stance is independent of every comparison, of all but one of them together, and, without the
rule, of all of them.
"""

from typing import NamedTuple

from heptathlon.builders.mllm_ct.records import Mark
from heptathlon.builders.mllm_ct.scene import Scene, number, word
from heptathlon.seeding import Stream

DEPTHS = 6
STANCES = ("hawkish", "dovish", "neutral")
OUTCOMES = ("below", "within", "above")
INDICATORS = (
    "inflation", "core inflation", "unemployment", "wage growth", "the output gap", "credit growth",
    "the growth of house prices", "the fall of the currency", "the rise of oil prices",
    "the growth of retail sales", "the growth of industrial output", "the growth of exports",
    "the savings rate", "the growth of rents", "the rise of import prices", "the budget deficit",
    "the growth of the money supply", "the rate of vacancies", "the growth of factory orders",
    "the yield of bonds", "the growth of productivity", "the growth of insolvencies",
    "the rise of food prices", "the growth of construction",
)  # fmt: skip
"""Figures in per cent, none of whose names stands within another's as its beginning."""
TOTAL = "all moves together"


class Wording(NamedTuple):
    """How a rule is told.

    Attributes:
        name: the item's kind.
        start: the ring ``{ring}``, where it is begun.
        figure: one figure ``{name}`` at ``{value}``, its band from ``{low}`` to ``{high}`` and the
            moves for below, within and above it.
    """

    name: str
    start: str
    figure: str


WORDINGS = (
    Wording(
        "ring",
        "The stances of a bank stand in a ring: {ring}, and then {first} again. It begins at "
        "{first} and moves on by what each figure says.",
        "{Name} is {value} %; its band is {low} % to {high} %. Below the band it moves the stance "
        "on by {below}, within it by {within}, above it by {above}.",
    ),
    Wording(
        "points",
        "A committee adds up points and divides them by three. A remainder of 0 makes the bank "
        "{first}, of 1 {second}, of 2 {third}.",
        "{Name}, now {value} %, gives {above} points above {high} %, {below} below {low} % and "
        "{within} in between.",
    ),
    Wording(
        "dial",
        "A dial shows {first}. Each turn takes it to the next of {ring}, and from {third} back to "
        "{first}.",
        "For {name} ({value} %) it is turned by {within} if that lies from {low} % to {high} %, by "
        "{above} if it lies above and by {below} if it lies below.",
    ),
    Wording(
        "ladder",
        "Count the steps that these figures call for. After 0, 3, 6, 9 or 12 steps the bank is "
        "{first}, after 1, 4, 7 or 10 {second}, after 2, 5, 8 or 11 {third}.",
        "{Name} stands at {value} %. That calls for {below} if it is less than {low} %, for "
        "{above} if it is more than {high} %, else for {within}.",
    ),
)
_HOW = (
    "Each figure is held against its band, which gives its moves; the moves of all figures "
    "together lead from the first stance to the last."
)


def tenths(value: int) -> str:
    """Return a number of tenths as a decimal, such as ``-0.4``."""
    return f"{'-' * (value < 0)}{abs(value) // 10}.{abs(value) % 10}"


def economics(stream: Stream, index: int) -> Scene | None:
    """Return a bank's figures and its rule; depth and stance take turns."""
    depth = 1 + index % DEPTHS
    stance = STANCES[(index + index // DEPTHS) % 3]
    ring = stream.sample(STANCES, 3)
    wording = stream.choice(WORDINGS)
    marks, sentences, steps, total = [], [], [], 0
    for name in stream.sample(INDICATORS, depth):
        outcome = stream.below(3)
        low = stream.between(12, 60)
        high = low + stream.between(6, 20)
        apart = stream.between(2, 12)
        value = (low - apart, stream.between(low + 1, high - 1), high + apart)[outcome]
        moves = stream.sample((0, 1, 2), 3)
        total += moves[outcome]
        told = dict(zip(OUTCOMES, moves, strict=True))
        figures = {"value": tenths(value), "low": tenths(low), "high": tenths(high)}
        capital = name[0].upper() + name[1:]
        sentences.append(wording.figure.format(name=name, Name=capital, **figures, **told))
        says = f"{name} is {OUTCOMES[outcome]} its band"
        steps.append(word(name, OUTCOMES[outcome], OUTCOMES, says, name.removeprefix("the ")))
        numbers = (value, low, high, *moves)
        marks.append(Mark(kind="given", label=name, numbers=numbers, colour=""))
    if ring[total % 3] != stance:
        return None
    places = {"first": ring[0], "second": ring[1], "third": ring[2], "ring": ", ".join(ring)}
    return Scene(
        kind=wording.name,
        context=" ".join([wording.start.format(**places), *sentences]),
        ask="What is the bank's stance?",
        claim="the bank's stance is {}",
        how=_HOW,
        asks="one word (hawkish, dovish or neutral)",
        candidates=STANCES,
        content=stance,
        steps=(
            *steps,
            number(TOTAL, total, f"{TOTAL}: {total}", "total", "sum"),
            word("stance", stance, STANCES, f"the stance: {stance}", "bank"),
        ),
        marks=(*marks, Mark(kind="rule", label=" ".join(ring), numbers=(), colour="")),
        block=tuple(mark.numbers[0] // 3 for mark in marks),
        depth=depth,
    )
