"""Taught tasks in one picture: a row of answered figures a task, the open one at the bottom.

One picture holds everything, because many servers and models take one picture a question.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from heptathlon.tasks.drawing import INK, canvas, write
from heptathlon.tasks.mllm_ct.pictures import FIGURES, RGB

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

Doc = Mapping[str, Any]

NAME, CELL, ROW = 76, 92, 122
"""Width of a task's name and of a figure's cell, height of a row, in pixels."""
LETTERS = 15
"""Size of the letters: the longest answer has eleven and fits its cell."""


def sheet(doc: Doc) -> "list[Image]":
    """Return the picture of a document's blocks and question as a list of one RGB image.

    Raises:
        HeptathlonError: if Pillow is not installed.
    """
    blocks = doc["blocks"]
    wide = NAME + CELL * len(blocks[0]["examples"])
    image, pen = canvas(wide, "mllm_ct", ROW * (len(blocks) + 1))
    for row, block in enumerate(blocks):
        top = ROW * row
        write(pen, (8, top + 48), block["name"], 18, anchor="lm")
        for place, one in enumerate(block["examples"]):
            _cell(pen, NAME + CELL * place, top, one["marks"], one["answer"])
        pen.line((0, top + ROW - 1, wide, top + ROW - 1), fill=INK, width=1)
    top = ROW * len(blocks)
    write(pen, (8, top + 48), doc["name"], 18, anchor="lm")
    _cell(pen, NAME, top, doc["marks"], "?")
    return [image]


def _cell(pen: "ImageDraw", left: int, top: int, marks: Any, answer: str) -> None:
    # The drawings leave holes in this colour.
    pen.rectangle((left + 2, top + 4, left + CELL - 3, top + 96), fill="#faf6ea")
    for mark in marks:
        FIGURES[mark["kind"]](pen, left + CELL / 2, top + 50, RGB[mark["colour"]])
    write(pen, (left + CELL / 2, top + ROW - 18), answer, LETTERS)
