"""The identity of a maze task up to rotation, reflection and exchange of start and goal."""

from functools import lru_cache
from operator import itemgetter

_HEX = "0123456789abcdef"

# A symmetry as the 2 x 2 matrix that it applies to (row, column) about the grid's centre.
_MATRICES = (
    (1, 0, 0, 1),
    (0, 1, -1, 0),
    (-1, 0, 0, -1),
    (0, -1, 1, 0),
    (1, 0, 0, -1),
    (-1, 0, 0, 1),
    (0, 1, 1, 0),
    (0, -1, -1, 0),
)
_DIRECTIONS = ((-1, 0), (1, 0), (0, -1), (0, 1))  # bits 1, 2, 4, 8: up, down, left, right


@lru_cache(maxsize=16)
def _symmetries(side: int) -> tuple[tuple[dict[int, int], tuple[int, ...], tuple[int, ...]], ...]:
    """Return, for each symmetry: how digits change, where cells go, where cells come from."""
    out = []
    for a, b, c, d in _MATRICES:
        turned = [_DIRECTIONS.index((a * r + b * k, c * r + d * k)) for r, k in _DIRECTIONS]
        digits = "".join(
            _HEX[sum(1 << turned[i] for i in range(4) if mask >> i & 1)] for mask in range(16)
        )
        to = []
        for cell in range(side * side):
            # Twice the offset from the centre keeps even sides in whole numbers.
            row, column = (2 * x - side + 1 for x in divmod(cell, side))
            new_row, new_column = a * row + b * column, c * row + d * column
            to.append((new_row + side - 1) // 2 * side + (new_column + side - 1) // 2)
        came_from = sorted(range(side * side), key=to.__getitem__)
        out.append((str.maketrans(_HEX, digits), tuple(to), tuple(came_from)))
    return tuple(out)


def images(side: int, text: str, start: int, goal: int) -> list[tuple[str, int, int]]:
    """Return a task's images (maze, start, goal) under the 8 symmetries of the square."""
    return [
        ("".join(itemgetter(*came_from)(text.translate(digits))), to[start], to[goal])
        for digits, to, came_from in _symmetries(side)
    ]


def canonical(side: int, text: str, start: int, goal: int) -> tuple[str, int, int]:
    """Return the least of a task's 16 images: 8 symmetries, each with the endpoints exchanged.

    Two tasks are the same for a solver that is indifferent to orientation if, and only if, their
    canonical forms are equal.
    """
    return min((image, min(a, b), max(a, b)) for image, a, b in images(side, text, start, goal))
