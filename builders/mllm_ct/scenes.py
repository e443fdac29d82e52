"""The seven generators: a stream of random numbers to a scene with its question and its facts.

The answer is drawn first and the scene to fit it, so that answers are balanced. Test scenes come
from held-out blocks of each task's parameters, training scenes from the others.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from heptathlon.builders.mllm_ct.records import Mark, Step
from heptathlon.errors import HeptathlonError
from heptathlon.seeding import Stream

MAX_DRAWS = 2_000
"""Draws of one scene before giving up: a quarter of the blocks is held out, and few draws
fit an answer that was set before."""
REGIONS = 4
"""One block of parameters in so many is held out for the test part."""
PICTURE = 320
"""Side of every picture in pixels."""

COLOURS = ("red", "blue", "green", "yellow", "purple", "orange", "pink", "brown")
FIGURES = ("moon", "house", "star", "tree", "boat", "heart", "cup", "fish")
PATTERNS = ("stripes", "dots", "checks", "waves")
ANIMALS = (
    "crab", "duck", "eel", "frog", "heron", "newt", "otter", "perch", "snail", "toad", "vole",
    "wasp",
)  # fmt: skip
PLACES = ("Dock", "East", "Hill", "Lake", "Mill", "Moor", "North", "Port", "South", "West")
CODE_LETTERS = "ACDEFHJKMNPRTUVWXY"
CODE_DIGITS = "34679"
"""Letters and digits that are not taken for one another: no 0 O 1 I L 2 Z 5 S 8 B G Q."""
STANCES = ("hawkish", "dovish", "neutral")
SIDES = ("left", "right")
NEITHER = "neither"


@dataclass(frozen=True)
class Scene:
    """A scene before a style is chosen; see :class:`~.records.StreamRecord` for the fields.

    Attributes:
        context: what a question in any style says first.
        ask: the open question.
        claim: a statement with a place ``{}`` for what may be the answer.
        how: a sentence on how the scene is read, for long explanations.
        block: the block of parameters that it belongs to.
    """

    kind: str
    context: str
    ask: str
    claim: str
    how: str
    asks: str
    candidates: tuple[str, ...]
    content: str
    steps: tuple[Step, ...]
    marks: tuple[Mark, ...]
    block: tuple[int, ...]

    @property
    def held_out(self) -> bool:
        """Whether the scene belongs to the test part."""
        return sum(self.block) % REGIONS == 0


Generator = Callable[[Stream, int], Scene | None]


def draw(task: str, stream: Stream, index: int, *, test: bool) -> Scene:
    """Return a scene of a task from the part's own blocks.

    Args:
        task: one of ``TASKS``.
        stream: the item's random numbers.
        index: the item's place in its part, by which answers take turns.
        test: whether the scene is for the test part.

    Raises:
        HeptathlonError: if no draw falls in the part.
    """
    for _ in range(MAX_DRAWS):
        scene = GENERATORS[task](stream, index)
        if scene is not None and scene.held_out == test:
            return scene
    raise HeptathlonError(f"{task}: {MAX_DRAWS} draws gave no scene for item {index}.")


def _number(subject: str, value: object, says: str, *names: str, formula: str = "") -> Step:
    return Step(kind="number", subject=subject, names=names, value=str(value), domain=(),
                formula=formula, says=says)  # fmt: skip


def _word(subject: str, value: str, domain: Sequence[str], says: str, *names: str) -> Step:
    return Step(kind="word", subject=subject, names=names, value=value, domain=tuple(domain),
                formula="", says=says)  # fmt: skip


def spread(index: int, low: int, count: int) -> int:
    """Return one of ``count`` figures from ``low`` on, each in turn, neighbours far apart.

    ``count`` is a prime, so that the turns go with no period of kinds or styles.
    """
    return low + index * 23 % count


def near(value: int, stream: Stream, count: int = 3) -> tuple[str, ...]:
    """Return a figure among ``count`` near ones in rising order, its rank drawn at random."""
    below = min(stream.below(count + 1), value)
    low = high = value
    out = [value]
    for place in range(count):
        gap = stream.between(1, 4)
        if place < below and low - gap >= 0:
            low -= gap
            out.append(low)
        else:
            high += gap
            out.append(high)
    return tuple(str(v) for v in sorted(out))


# --- numeric (text) ------------------------------------------------------------------------------

WHOLE = "a whole number"


def numeric(stream: Stream, index: int) -> Scene | None:
    """A word problem of two operations, as in NumGLUE."""
    kind = ("arrive", "use", "boxes", "rows", "share", "way")[index % 6]
    result = spread(index, 24, 61)
    c = stream.between(3, 20)
    b = stream.between(3, 9) if kind in {"boxes", "rows", "share"} else stream.between(5, 48)
    names: tuple[str, ...]
    if kind == "arrive":
        middle, sign, a = result + c, "-", result + c - b
        first, names = f"{a} + {b}", ("crates after the delivery", "after the delivery")
        text = (f"A warehouse holds {a} crates. {b} more crates arrive, and then {c} crates are "
                "sent out.")  # fmt: skip
        ask, thing = "How many crates does the warehouse hold now?", "crates now"
        claim = "the warehouse now holds {} crates"
    elif kind == "use":
        middle, sign, a = result - c, "+", result - c + b
        first, names = f"{a} - {b}", ("litres after the use", "after the use")
        text = f"A tank holds {a} litres of water. {b} litres are used, and then {c} are filled in."
        ask, thing = "How many litres does the tank hold now?", "litres now"
        claim = "the tank now holds {} litres"
    elif kind == "boxes":
        middle, sign = result + c, "-"
        a, rest = divmod(middle, b)
        if rest:
            return None
        first, names = f"{a} * {b}", ("pens in the boxes", "in the boxes")
        text = f"{b} boxes hold {a} pens each. {c} of the pens are given away."
        ask, thing = "How many pens are left?", "pens left"
        claim = "{} pens are left"
    elif kind == "rows":
        middle, sign = result - c, "+"
        a, rest = divmod(middle, b)
        if rest:
            return None
        first, names = f"{a} * {b}", ("chairs in the rows", "in the rows")
        text = f"A hall has {a} rows of {b} chairs. {c} more chairs are brought in."
        ask, thing = "How many chairs are in the hall now?", "chairs now"
        claim = "{} chairs are in the hall now"
    elif kind == "share":
        middle, sign, a = result + c, "-", (result + c) * b
        first, names = f"{a} / {b}", ("cherries of each child", "each child gets")
        text = f"{b} children share {a} cherries equally. Each child then eats {c} of them."
        ask, thing = "How many cherries does each child have left?", "cherries left"
        claim = "each child has {} cherries left"
    else:
        middle, sign, a = result + c, "-", result + c - b
        first, names = f"{a} + {b}", ("minutes of the way there", "the way there")
        text = (f"A bus ride takes {a} minutes and the walk after it {b} minutes. The way back is "
                f"{c} minutes shorter than this way there.")  # fmt: skip
        ask, thing = "How many minutes does the way back take?", "minutes of the way back"
        claim = "the way back takes {} minutes"
    if a < 2 or middle < 2:
        return None
    second = f"{middle} {sign} {c}"
    return Scene(
        kind=kind,
        context=text,
        ask=ask,
        claim=claim,
        how="The problem gives three figures and is solved in two steps, one after the other, "
        "each of which is a single computation.",
        asks=WHOLE,
        candidates=near(result, stream),
        content=str(result),
        steps=(
            _number(names[0], middle, f"{names[0]}: {first} = {middle}", *names[1:], formula=first),
            _number(thing, result, f"{thing}: {second} = {result}", formula=second),
        ),
        marks=(Mark(kind="given", label=kind, numbers=(a, b, c), colour=""),),
        block=(a // 4, b // 3, c // 3),
    )


# --- economics (text) ----------------------------------------------------------------------------


def tenths(value: int) -> str:
    """Return a number of tenths as a decimal, such as ``-0.4``."""
    return f"{'-' * (value < 0)}{abs(value) // 10}.{abs(value) % 10}"


def economics(stream: Stream, index: int) -> Scene | None:
    """A central bank's figures and its rule; the stance is what the rule says, as in FOMC."""
    stance = STANCES[index % 3]
    target, natural = stream.between(15, 30), stream.between(38, 58)
    gap, slack = stream.between(-25, 25), stream.between(-20, 20)
    inflation, unemployment = target + gap, natural + slack
    score = gap - slack
    found = "hawkish" if score > 10 else "dovish" if score < -10 else "neutral"
    # A score near a threshold, or without a gap, would test care with decimals alone.
    if found != stance or inflation < 3 or abs(abs(score) - 10) < 2 or 0 in (gap, slack):
        return None
    text = (
        f"Inflation is {tenths(inflation)} % and its target {tenths(target)} %. Unemployment is "
        f"{tenths(unemployment)} % and its natural rate {tenths(natural)} %. The inflation gap is "
        "inflation minus target, the unemployment gap is unemployment minus natural rate, and the "
        "score is the inflation gap minus the unemployment gap. The bank is hawkish if the score "
        "is above 1.0, dovish if it is below -1.0, and neutral otherwise."
    )
    formulas = (
        f"{tenths(inflation)} - {tenths(target)}",
        f"{tenths(unemployment)} - {tenths(natural)}",
        f"{tenths(gap)} - {tenths(slack) if slack > 0 else f'({tenths(slack)})'}",
    )
    names = ("inflation gap", "unemployment gap", "score")
    figures = (gap, slack, score)
    readings = [
        _number(n, tenths(v), f"{n}: {f} = {tenths(v)}", formula=f)
        for n, v, f in zip(names, figures, formulas, strict=True)
    ]
    return Scene(
        kind="stance",
        context=text,
        ask="What is the bank's stance?",
        claim="the bank's stance is {}",
        how="The rule compares two gaps with each other and then reads the stance from their "
        "difference.",
        asks="one word (hawkish, dovish or neutral)",
        candidates=STANCES,
        content=stance,
        steps=(*readings, _word("stance", stance, STANCES, f"stance: {stance}", "bank")),
        marks=(
            Mark(kind="given", label="rates", colour="",
                 numbers=(inflation, target, unemployment, natural)),
        ),
        block=(inflation // 3, target // 3, unemployment // 3, natural // 3),
    )  # fmt: skip


# --- science -------------------------------------------------------------------------------------


def science(stream: Stream, index: int) -> Scene | None:
    """A food chain of five animals placed in a ring; the question follows two arrows."""
    top = ANIMALS[index % len(ANIMALS)]
    chain = stream.sample([a for a in ANIMALS if a != top], 4)
    first = stream.below(3)
    chain.insert(first + 2, top)
    prey, hunter = chain[first : first + 2]
    ring = stream.sample(chain, 5)
    order = [ring.index(animal) for animal in chain]
    others = tuple(sorted(a for a in ring if a != prey))

    def eats(eaten: str, eater: str) -> Step:
        return Step(kind="relation", subject=eaten, names=(), value=eater, domain=tuple(ring),
                    formula="", says=f"the {eaten} is eaten by the {eater}")  # fmt: skip

    nodes = tuple(Mark(kind="node", label=a, numbers=(i,), colour="") for i, a in enumerate(ring))
    arrows = tuple(
        Mark(kind="arrow", label="", numbers=(a, b), colour="")
        for a, b in itertools.pairwise(order)
    )
    return Scene(
        kind="web",
        context="In this food web of an imaginary pond, an arrow points from an animal to the one "
        "that eats it.",
        ask=f"Which animal eats the animal that eats the {prey}?",
        claim=f"the animal that eats the {prey} is itself eaten by the {{}}",
        how="Every arrow has to be followed from its start to its head, because the head marks the "
        "animal that eats the other one.",
        asks="the name of an animal",
        candidates=others,
        content=top,
        steps=(eats(prey, hunter), eats(hunter, top)),
        marks=(*nodes, *arrows),
        block=(ANIMALS.index(prey), ANIMALS.index(hunter)),
    )


# --- math ----------------------------------------------------------------------------------------


def math(stream: Stream, index: int) -> Scene | None:
    """Geometry with labelled figures: an area with a hole, or the third angle of a triangle."""
    colour = stream.choice(COLOURS)
    if index % 2:
        third = spread(index, 20, 101)
        a = stream.between(20, 140)
        b = 180 - third - a
        if b < 20:
            return None
        both = a + b
        return Scene(
            kind="angle",
            context="The picture shows a triangle with two of its angles in degrees.",
            ask="How large is the angle marked with a question mark, in degrees?",
            claim="the angle marked with a question mark has {} degrees",
            how="The three angles of a triangle always sum to 180 degrees, so the third angle is "
            "what the other two leave of that sum.",
            asks=WHOLE,
            candidates=near(third, stream),
            content=str(third),
            steps=(
                _number("sum of the two angles", both, f"sum of the two angles: {a} + {b} = {both}",
                        "both angles", formula=f"{a} + {b}"),
                _number("third angle", third, f"third angle: 180 - {both} = {third}",
                        "question mark", "missing angle", "unknown angle",
                        formula=f"180 - {both}"),
            ),
            marks=(Mark(kind="triangle", label="", numbers=(a, b), colour=colour),),
            block=(a // 4, third // 4),
        )  # fmt: skip
    wide, high = stream.between(9, 19), stream.between(7, 16)
    w, h = stream.between(2, wide - 5), stream.between(2, high - 4)
    whole, hole = wide * high, w * h
    rest = whole - hole
    left, top = stream.between(1, wide - w - 1), stream.between(1, high - h - 1)
    return Scene(
        kind="area",
        context=f"The picture shows a {colour} rectangle with a white rectangle cut out of it; the "
        "sides are in centimetres.",
        ask=f"How large is the {colour} area, in square centimetres?",
        claim=f"the {colour} area has {{}} square centimetres",
        how="The area of a rectangle is the product of its two sides, and what is cut out has to "
        "be taken away from the whole.",
        asks=WHOLE,
        candidates=near(rest, stream),
        content=str(rest),
        steps=(
            _number("whole rectangle", whole, f"whole rectangle: {wide} * {high} = {whole}",
                    "large rectangle", "outer rectangle", formula=f"{wide} * {high}"),
            _number("white rectangle", hole, f"white rectangle: {w} * {h} = {hole}",
                    "small rectangle", "inner rectangle", "cut-out", formula=f"{w} * {h}"),
            _number(f"{colour} area", rest, f"{colour} area: {whole} - {hole} = {rest}",
                    "remaining area", formula=f"{whole} - {hole}"),
        ),
        marks=(
            Mark(kind="outer", label="", numbers=(wide, high), colour=colour),
            Mark(kind="inner", label="", numbers=(w, h, left, top), colour="white"),
        ),
        block=(wide // 2, high // 2, w // 2, h // 2),
    )  # fmt: skip


# --- ocr -----------------------------------------------------------------------------------------


def ocr(stream: Stream, index: int) -> Scene | None:
    """A bar chart with its figures, or a board of names and codes."""
    places = stream.sample(PLACES, 5)
    colour = stream.choice(COLOURS)
    if index % 2:
        return _board(stream, places, colour)
    more, less = stream.sample(range(5), 2)
    gap = spread(index, 12, 53)
    values = [stream.between(10, 99) for _ in places]
    values[less] = stream.between(10, 99 - gap)
    values[more] = values[less] + gap
    if len(set(values)) < len(values):
        return None
    big, small = places[more], places[less]
    high, low = values[more], values[less]
    return Scene(
        kind="chart",
        context="The picture shows a bar chart of five places.",
        ask=f"By how much is the figure of {big} larger than that of {small}?",
        claim=f"the figure of {big} is larger than that of {small} by {{}}",
        how="The figure of a place is printed above its bar, and its name stands below the bar on "
        "the axis of the chart.",
        asks=WHOLE,
        candidates=near(gap, stream),
        content=str(gap),
        steps=(
            _number(big, high, f"{big}: {high}"),
            _number(small, low, f"{small}: {low}"),
            _number("difference", gap, f"difference: {high} - {low} = {gap}", "larger by",
                    formula=f"{high} - {low}"),
        ),
        marks=tuple(
            Mark(kind="bar", label=p, numbers=(v,), colour=colour)
            for p, v in zip(places, values, strict=True)
        ),
        block=(low // 5, gap // 5),
    )  # fmt: skip


def _board(stream: Stream, places: list[str], colour: str) -> Scene:
    codes = []
    for _ in places:
        signs = [stream.choice(CODE_LETTERS) for _ in range(3)]
        signs += [stream.choice(CODE_DIGITS) for _ in range(2)]
        stream.shuffle(signs)
        codes.append("".join(signs))
    row = stream.below(len(places))
    code = codes[row]
    return Scene(
        kind="board",
        context="The picture shows a board with five rows, each with a place and its code.",
        ask=f"Which code stands beside {places[row]}?",
        claim=f"the code beside {places[row]} is {{}}",
        how="The rows are counted from the top of the board, the top row being row 1, and the code "
        "stands to the right of the place.",
        asks="a code",
        candidates=tuple(sorted(codes)),
        content=code,
        steps=(
            _number(places[row], row + 1, f"{places[row]} stands in row {row + 1}"),
            _word("code", code, codes, f"its code: {code}"),
        ),
        marks=(
            *(
                Mark(kind="row", label=f"{p} {c}", numbers=(), colour="")
                for p, c in zip(places, codes, strict=True)
            ),
            Mark(kind="board", label="", numbers=(), colour=colour),
        ),
        # What is read is the code: held-out ones begin with other signs.
        block=tuple((CODE_LETTERS + CODE_DIGITS).index(c) for c in code[:2]),
    )


# --- medicine ------------------------------------------------------------------------------------

MIDLINE = PICTURE // 2
LOBES = {"left": (88, 160), "right": (232, 160)}
"""Centre of each half of the scan, in pixels."""
REACH = (40, 76)
"""Half axes of the ellipse in which a half's spots lie, in pixels."""
SPOT_GAP = 21
"""Least distance of two spots' centres, in pixels, so that each can be counted."""


def medicine(stream: Stream, index: int) -> Scene | None:
    """A scan with bright spots on either side; which side has more?"""
    # Sides take turns every other item: yes and no take turns every item.
    verdict = (*SIDES, NEITHER)[index // 2 % 3]
    left, right = stream.between(1, 8), stream.between(1, 8)
    found = "left" if left > right else "right" if right > left else NEITHER
    if found != verdict:
        return None
    spots = []
    for side, count in (("left", left), ("right", right)):
        placed: list[tuple[int, int]] = []
        for _ in range(400):
            if len(placed) == count:
                break
            x, y = stream.between(-REACH[0], REACH[0]), stream.between(-REACH[1], REACH[1])
            inside = (x / REACH[0]) ** 2 + (y / REACH[1]) ** 2 <= 1
            if inside and all((x - a) ** 2 + (y - b) ** 2 >= SPOT_GAP**2 for a, b in placed):
                placed.append((x, y))
        if len(placed) < count:
            return None
        cx, cy = LOBES[side]
        spots += [
            Mark(kind="spot", label=side, numbers=(cx + x, cy + y, stream.between(5, 8)), colour="")
            for x, y in placed
        ]
    return Scene(
        kind="scan",
        context="The picture shows a scan with bright spots on either side of its dark middle "
        "line. Left and right are as you see them in the picture; where both sides have as many "
        "spots, the side with more is called neither.",
        ask="Which side has more bright spots: left, right or neither?",
        claim="the side with more bright spots is {}",
        how="The spots on each side of the middle line have to be counted one by one, and the two "
        "counts compared.",
        asks="one word (left, right or neither)",
        candidates=(*SIDES, NEITHER),
        content=verdict,
        steps=(
            _number("left", left, f"left: {left}", "left side"),
            _number("right", right, f"right: {right}", "right side"),
            _word("more", verdict, (*SIDES, NEITHER), f"more: {verdict}", "side with more"),
        ),
        marks=tuple(spots),
        block=(left, right),
    )


# --- art -----------------------------------------------------------------------------------------


def art(stream: Stream, index: int) -> Scene | None:
    """Two paintings; the question names the figure of one and asks for its pattern's colour."""
    colour = COLOURS[index % len(COLOURS)]
    figures = stream.sample(FIGURES, 2)
    patterns = [stream.choice(PATTERNS) for _ in SIDES]
    side = stream.below(2)
    others = [c for c in COLOURS if c != colour]
    pair = [colour, stream.choice(others)]
    if side:
        pair.reverse()
    figure, pattern = figures[side], patterns[side]
    inks = stream.sample([c for c in COLOURS if c not in pair], 2)
    return Scene(
        kind="paintings",
        context="The picture shows two paintings side by side, each with one figure in front of a "
        "pattern.",
        ask=f"What colour is the pattern of the painting with the {figure}?",
        claim=f"the pattern of the painting with the {figure} is {{}}",
        how="First the painting with the named figure has to be found, and then the pattern behind "
        "that figure is looked at, not the figure itself.",
        asks="one word (a colour)",
        candidates=COLOURS,
        content=colour,
        steps=(
            _word(figure, SIDES[side], SIDES, f"the {figure} is in the {SIDES[side]} painting"),
            _word("pattern", pattern, PATTERNS, f"its pattern: {pattern}"),
            _word("colour", colour, COLOURS, f"colour of the pattern: {colour}", "color"),
        ),
        marks=tuple(
            Mark(kind=patterns[i], label=figures[i], numbers=(COLOURS.index(inks[i]),),
                 colour=pair[i])
            for i in range(2)
        ),
        block=(FIGURES.index(figure), PATTERNS.index(pattern), COLOURS.index(colour),
               COLOURS.index(inks[side])),
    )  # fmt: skip


GENERATORS: dict[str, Generator] = {
    "numeric": numeric,
    "art": art,
    "math": math,
    "economics": economics,
    "medicine": medicine,
    "ocr": ocr,
    "science": science,
}
