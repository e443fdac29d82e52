"""Spatial problems: where a walk ends, and who sits where."""

from heptathlon.builders.rarb.orders import order_problem
from heptathlon.builders.rarb.problem import Problem, problem
from heptathlon.builders.rarb.words import counted, listed
from heptathlon.seeding import Stream

_SIGHTS = (
    "fountain", "kiosk", "library", "mill", "bakery", "chapel", "market", "observatory", "pump",
    "smithy", "school", "tower",
)  # fmt: skip
_PEOPLE = (
    "Ada", "Bruno", "Celia", "Dmitri", "Esme", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kira",
    "Lars", "Mina", "Noor", "Otto", "Priya", "Quentin", "Rosa", "Sven", "Tara",
)  # fmt: skip
_HEADINGS = {"north": (0, 1), "south": (0, -1), "east": (1, 0), "west": (-1, 0)}
FAULTS = ("mirrored_vertical", "mirrored_horizontal", "exchanged_distances")


def draw(place: str, stream: Stream) -> Problem | None:
    """Return a spatial problem of a place, or None if the draw was not fair."""
    return _walk(place, stream) if stream.below(2) else _row(place, stream)


def _walk(place: str, stream: Stream) -> Problem | None:
    """A walk told in points of the compass; the documents give the end as seen on a map."""
    start, end = stream.sample(_SIGHTS, 2)
    legs = [
        (stream.choice(list(_HEADINGS)), stream.between(1, 9)) for _ in range(stream.between(2, 5))
    ]
    right = sum(_HEADINGS[heading][0] * n for heading, n in legs)
    up = sum(_HEADINGS[heading][1] * n for heading, n in legs)
    if 0 in (right, up) or abs(right) == abs(up):
        return None

    def document(vertical: bool, horizontal: bool, exchanged: bool) -> str:
        x, y = (abs(up), abs(right)) if exchanged else (abs(right), abs(up))
        above = (up > 0) != vertical
        rightward = (right > 0) != horizontal
        return (
            f"On the {place} sheet, which has its top edge uppermost, the {end} is drawn {y} "
            f"squares {'above' if above else 'below'} and {x} squares to the "
            f"{'right' if rightward else 'left'} of the {start}."
        )

    walk = [f"{counted(n, 'block')} {heading}" for heading, n in legs]
    query = (
        f"In {place}, all streets run along the compass. Starting from the {start}, you walk "
        f"{listed(walk)}, and stand at the {end}. Where does a map with the usual orientation show "
        f"the {end}, as seen from the {start}?"
    )
    return problem("walk", len(legs), query, FAULTS, document)


def _row(place: str, stream: Stream) -> Problem | None:
    """People in a row, told in clues about two neighbours each."""

    def clue(left: str, right: str, turned: bool) -> str:
        if turned:
            return f"{right} sits directly to the right of {left}."
        return f"{left} sits directly to the left of {right}."

    return order_problem(
        "row",
        stream,
        names=_PEOPLE,
        clue=clue,
        query=lambda names, clues: (
            f"At the {place} table, {listed(names)} sit in one row; left and right are those of "
            f"somebody who looks at them from the front. {clues} How are they placed, beginning at "
            "the left end?"
        ),
        document=lambda names: (
            f"Seating plan of {place}, read like a line of text: {', '.join(names)}."
        ),
    )
