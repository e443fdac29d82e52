"""The seven generators: a stream of random numbers to a scene with its question and its facts.

The answer is drawn first and the scene to fit it, so that answers are balanced. Test scenes come
from held-out blocks of each task's parameters, training scenes from the others. The two tasks
without a picture stand in :mod:`~.stories` and :mod:`~.policy`; the five with one follow here.
"""

import itertools

from heptathlon.builders.mllm_ct.policy import economics
from heptathlon.builders.mllm_ct.records import Mark, Step
from heptathlon.builders.mllm_ct.scene import (
    REGIONS,
    WHOLE,
    Generator,
    Scene,
    near,
    number,
    spread,
    word,
)
from heptathlon.builders.mllm_ct.stories import numeric
from heptathlon.errors import HeptathlonError
from heptathlon.seeding import Stream

__all__ = ["REGIONS", "Scene", "draw"]

MAX_DRAWS = 2_000
"""Draws of one scene before giving up: a quarter of the blocks is held out, and few draws
fit an answer that was set before."""
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
SIDES = ("left", "right")
NEITHER = "same"
"""The answer where both sides have as many; a word that denies would be read as a denial."""


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
                number("sum of the two angles", both, f"sum of the two angles: {a} + {b} = {both}",
                        "both angles", formula=f"{a} + {b}"),
                number("third angle", third, f"third angle: 180 - {both} = {third}",
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
            number("whole rectangle", whole, f"whole rectangle: {wide} * {high} = {whole}",
                    "large rectangle", "outer rectangle", formula=f"{wide} * {high}"),
            number("white rectangle", hole, f"white rectangle: {w} * {h} = {hole}",
                    "small rectangle", "inner rectangle", "cut-out", formula=f"{w} * {h}"),
            number(f"{colour} area", rest, f"{colour} area: {whole} - {hole} = {rest}",
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
            number(big, high, f"{big}: {high}"),
            number(small, low, f"{small}: {low}"),
            number("difference", gap, f"difference: {high} - {low} = {gap}", "larger by",
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
            number(places[row], row + 1, f"{places[row]} stands in row {row + 1}"),
            word("code", code, codes, f"its code: {code}"),
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
        "spots, the answer is same.",
        ask="Which side has more bright spots: left, right, or are they the same?",
        claim="asked which side has more bright spots, the answer is {}",
        how="The spots on each side of the middle line have to be counted one by one, and the two "
        "counts compared.",
        asks="one word (left, right or same)",
        candidates=(*SIDES, NEITHER),
        content=verdict,
        steps=(
            number("left", left, f"left: {left}", "left side"),
            number("right", right, f"right: {right}", "right side"),
            word("more", verdict, (*SIDES, NEITHER), f"more: {verdict}", "side with more"),
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
            word(figure, SIDES[side], SIDES, f"the {figure} is in the {SIDES[side]} painting"),
            word("pattern", pattern, PATTERNS, f"its pattern: {pattern}"),
            word("colour", colour, COLOURS, f"colour of the pattern: {colour}", "color"),
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
