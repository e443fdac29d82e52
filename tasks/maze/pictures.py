"""A maze as a picture, with Pillow; a function of the record, so that data sets hold no pixels.

Only upright rectangles carry the maze, so that its walls are the same pixels in any release of
Pillow; of the two letters another release may shade an edge otherwise.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from heptathlon.grid import BIT, Grid
from heptathlon.tasks.drawing import INK, PAPER, canvas, write

if TYPE_CHECKING:
    from PIL.Image import Image

Doc = Mapping[str, Any]

LARGEST = 660
"""Pixels of a maze's side at most: a common size of what vision encoders take in whole."""
WIDEST = 48
"""Pixels of a cell at most; a cell of the largest mazes (side 30) has 22."""
MARGIN = 12
HALF_WALL = 2
"""Half a wall's thickness: it lies on the border of two cells, 4 pixels in all."""
FAINT = "#d3d3d8"
ENDS = {"start": ("S", "#1f8a3b"), "goal": ("G", "#c62828")}


def cell_side(side: int) -> int:
    """Return the pixels of a cell's side in a maze of so many cells a side."""
    return min(WIDEST, LARGEST // side)


def picture(doc: Doc) -> "list[Image]":
    """Return the picture of a document's maze as a list of one RGB image.

    Raises:
        HeptathlonError: if Pillow is not installed.
    """
    grid = Grid(doc["size"], doc["open"])
    n, wide = grid.side, cell_side(grid.side)
    image, pen = canvas(n * wide + 2 * MARGIN, "maze")

    def corner(cell: int) -> tuple[int, int]:
        row, column = divmod(cell, n)
        return MARGIN + column * wide, MARGIN + row * wide

    for step in range(n + 1):
        at = MARGIN + step * wide
        pen.line((at, MARGIN, at, MARGIN + n * wide), fill=FAINT)
        pen.line((MARGIN, at, MARGIN + n * wide, at), fill=FAINT)
    for name, (letter, colour) in ENDS.items():
        row, column = doc[name]
        x, y = corner(row * n + column)
        pen.rectangle((x + 3, y + 3, x + wide - 3, y + wide - 3), fill=colour)
        write(pen, (x + wide / 2, y + wide / 2), letter, wide * 2 // 3, fill=PAPER)
    for cell in range(n * n):
        x, y = corner(cell)
        walls = [(x, y, x + wide, y + wide)]
        if not grid.is_wall(cell):
            sides = {"U": (x, y, x + wide, y), "D": (x, y + wide, x + wide, y + wide),
                     "L": (x, y, x, y + wide), "R": (x + wide, y, x + wide, y + wide)}  # fmt: skip
            walls = [box for move, box in sides.items() if not grid.masks[cell] & BIT[move]]
        for left, top, right, low in walls:
            thick = (left - HALF_WALL, top - HALF_WALL, right + HALF_WALL - 1, low + HALF_WALL - 1)
            pen.rectangle(thick, fill=INK)
    return [image]
