"""Spatial problems: where a walk ends, and who sits where."""

from heptathlon.builders.rarb.orders import Words, order_problem
from heptathlon.builders.rarb.problem import Asked, Corner, Problem, corner, problem
from heptathlon.builders.rarb.sums import parts, signed
from heptathlon.builders.rarb.words import counted, listed
from heptathlon.seeding import Stream

TOPICS = ("walk", "row")
_SIGHTS = (
    "fountain", "kiosk", "library", "mill", "bakery", "chapel", "market", "observatory", "pump",
    "smithy", "school", "tower", "laundry", "stable", "pharmacy", "cinema", "depot", "museum",
)  # fmt: skip
_PEOPLE = (
    "Ada", "Bruno", "Celia", "Dmitri", "Esme", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kira",
    "Lars", "Mina", "Noor", "Otto", "Priya", "Quentin", "Rosa", "Sven", "Tara", "Ulla", "Viktor",
    "Wanda", "Xenia", "Yusuf", "Zoe", "Anton", "Bella", "Chen", "Dora",
)  # fmt: skip
_TABLES = (
    "corner", "window", "garden", "kitchen", "round", "long", "marble", "oak", "terrace", "cellar",
    "balcony", "fireside",
)  # fmt: skip
FAULTS = ("off_by_one_block", "misread_vertical", "misread_horizontal")
LEGS = (2, 30)
"""Least and greatest length of a leg, in blocks."""
MISREAD = (3, 9)
"""Blocks by which a leg may be misread."""


def blocks(stream: Stream, n: int) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Return topic, shared facts and marks of a town's blocks."""
    starts = stream.sample(_SIGHTS, n // 2)
    walks = [
        ("walk", (s,), tuple(stream.sample([x for x in _SIGHTS if x not in starts], 3)))
        for s in starts
    ]
    tables = stream.sample(_TABLES, 3 * (n // 2))
    rows = [
        ("row", tuple(stream.sample(_PEOPLE, 4)), tuple(tables[3 * i : 3 * i + 3]))
        for i in range(n // 2)
    ]
    return [block for pair in zip(walks, rows, strict=True) for block in pair]


def draw(asked: Asked, stream: Stream) -> Problem | None:
    """Return a spatial problem, or None if the draw was not fair."""
    return (_walk if asked.topic == "walk" else _row)(asked, stream)


def _walk(asked: Asked, stream: Stream) -> Problem | None:
    """A walk told in points of the compass; the documents give the end as seen on a map."""
    place, start, end = asked.place, asked.facts[0], asked.mark
    gold = corner(stream)
    slips = (1, stream.between(*MISREAD)), (stream.between(*MISREAD),)
    low, side = (signed(LEGS[0], LEGS[1] - sum(offsets), sum(offsets), stream) for offsets in slips)

    def ends(at: Corner) -> tuple[int, int]:
        """Return how far up and how far to the right the end lies."""
        return low + slips[0][0] * at[0] + slips[0][1] * at[1], side + slips[1][0] * at[2]

    up, right = ends(gold)
    vertical = parts(up, asked.steps, LEGS, stream)
    horizontal = parts(right, asked.steps, LEGS, stream)
    if vertical is None or horizontal is None:
        return None
    legs = [
        *((n, "north" if n > 0 else "south") for n in vertical),
        *((n, "east" if n > 0 else "west") for n in horizontal),
    ]
    stream.shuffle(legs)

    def document(at: Corner) -> str:
        up, right = ends(at)
        return (
            f"On the {place} sheet, the {end} is drawn {abs(up)} squares "
            f"{'above' if up > 0 else 'below'} and {abs(right)} squares to the "
            f"{'right' if right > 0 else 'left'} of the {start}."
        )

    walked = [f"{counted(abs(n), 'block')} {heading}" for n, heading in legs]
    query = (
        f"In {place}, all streets run along the compass. Starting from the {start}, you walk "
        f"{listed(walked)}, and stand at the {end}. Where does a map of {place} with the usual "
        f"orientation show the {end}, as seen from the {start}?",
        f"How to get from the {start} to the {end} in {place}: go {', then '.join(walked)}. A "
        f"block is one side of a square on the {place} map, whose top is north. Where on it is the "
        f"{end}, seen from the {start}?",
        f"Directions, {place}. From: {start}. To: {end}. Way: {'; '.join(walked)}. Say where the "
        f"{end} lies on the town map of {place}, north being at its top, when the {start} is "
        "its middle.",
    )[asked.wording]
    return problem(asked, query, gold, FAULTS, document)


def _row(asked: Asked, stream: Stream) -> Problem | None:
    """People in a row, told in clues about two of them each."""
    place, table = asked.place, asked.mark
    return order_problem(
        asked,
        stream,
        Words(
            names=_PEOPLE,
            article="",
            clues=(
                ("{a} sat further left than {b}.", "{b} sat further right than {a}."),
                ("{a} had a seat to the left of {b}.", "{b} had a seat to the right of {a}."),
                ("Right of {a} sat {b}.", "Left of {b} sat {a}."),
            ),
            queries=(
                "At the {table} table of {place}, people sat in one row. {clues} Taken from left "
                "to right, how were {four} placed at the {place} {table} table?",
                "One row was seated at the {place} {table} table; left and right are those of "
                "somebody who looks on. {clues} Name {four}, beginning at the left end of that "
                "{table} table of {place}.",
                "{clues} So they sat in a row in {place}. From left to right, in which order were "
                "{four} at the {place} {table} table?",
            ),
        ),
        {"place": place, "table": table},
        lambda names: f"Seating plan, {place} {table} table: {', '.join(names)}.",
    )
