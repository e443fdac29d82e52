"""Scene specifications to pictures, with Pillow; nothing here is drawn at random.

A picture is a function of its document, made when it is asked for, so that data sets hold no
pixels: what is fixed and digested is the specification. Another release of Pillow may draw a
slanted line by another pixel. Pillow belongs to the extra ``image``; text tasks do not need it.
"""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heptathlon.errors import HeptathlonError
from heptathlon.tasks.drawing import INK, PAPER, Point, canvas, write

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

Doc = Mapping[str, Any]
Marks = Sequence[Mapping[str, Any]]

HUB = "yueluoshuangtian/MLLM-CITBench"
"""The paper's data set, whose pictures the user brings."""
COIN_HUB = "Zacks-Chen/CoIN"
"""Likewise CoIN's, whose pictures come from the sites of its ten data sets."""
SIDE = 320
RGB = {
    "red": "#d62728",
    "blue": "#1f5fd6",
    "green": "#2a9d3a",
    "yellow": "#f2c500",
    "purple": "#7b3fb5",
    "orange": "#f57c00",
    "pink": "#f58fc0",
    "brown": "#7a4a21",
    "white": PAPER,
}
"""Colours far enough apart to be named without doubt."""


def picture(doc: Doc) -> "list[Image]":
    """Return the picture of an image task's document as a list of one RGB image.

    Raises:
        HeptathlonError: if Pillow is not installed.
    """
    image, pen = canvas(SIDE, "mllm_ct")
    DRAWINGS[doc["task"]](pen, doc["scene"])
    return [image]


def paper_picture(doc: Doc) -> "list[Image]":
    """Return the picture of a row of MLLM-CTBench or CoIN from the user's own files.

    Raises:
        HeptathlonError: if it is missing, broken, or not below the folder of the data set.
    """
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise HeptathlonError(
            "The image tasks of mllm_ct open pictures with Pillow; install the extra 'image'."
        ) from None
    coin = doc.get("form") == "coin"
    hub = COIN_HUB if coin else HUB
    what = f"the pictures of {hub}" if coin else f"img.zip of {hub}"
    mirror = os.environ.get("HEPTATHLON_SOURCES")
    if not mirror:
        raise HeptathlonError(
            f"Published pictures are not fetched: unpack {what} into DIR/{hub} and set "
            "HEPTATHLON_SOURCES=DIR."
        )
    folder = (Path(mirror).expanduser() / hub).resolve()
    path = (folder / doc["image"]).resolve()
    if not path.is_relative_to(folder):
        raise HeptathlonError(f"row {doc['row']} of {doc['task']}: its picture lies elsewhere.")
    try:
        with Image.open(path) as image:
            return [image.convert("RGB")]
    except FileNotFoundError:
        raise HeptathlonError(f"{path}: is missing; unpack {what} there.") from None
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise HeptathlonError(f"{path}: is no picture that can be read ({error}).") from None


def _of(marks: Marks, kind: str) -> list[Mapping[str, Any]]:
    return [mark for mark in marks if mark["kind"] == kind]


# --- science -------------------------------------------------------------------------------------

RING = 112
BOX = (84, 34)


def _web(pen: "ImageDraw", marks: Marks) -> None:
    nodes = _of(marks, "node")
    centres = [
        (
            SIDE / 2 + RING * math.sin(2 * math.pi * i / len(nodes)),
            SIDE / 2 - RING * math.cos(2 * math.pi * i / len(nodes)),
        )
        for i in range(len(nodes))
    ]
    for mark in _of(marks, "arrow"):
        start, end = (centres[i] for i in mark["numbers"])
        _arrow(pen, _edge(start, end), _edge(end, start))
    for mark, (x, y) in zip(nodes, centres, strict=True):
        w, h = BOX
        pen.rounded_rectangle(
            (x - w / 2, y - h / 2, x + w / 2, y + h / 2), 8, fill="#eef3fb", outline=INK, width=2
        )
        write(pen, (x, y), mark["label"], 18)


def _edge(centre: Point, towards: Point) -> Point:
    """Return where a line from a box's centre leaves the box, with a little room."""
    dx, dy = towards[0] - centre[0], towards[1] - centre[1]
    reach = min(
        (BOX[0] / 2 + 4) / abs(dx) if dx else math.inf,
        (BOX[1] / 2 + 4) / abs(dy) if dy else math.inf,
    )
    return centre[0] + dx * reach, centre[1] + dy * reach


def _arrow(pen: "ImageDraw", start: Point, end: Point) -> None:
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    pen.line((*start, *end), fill=INK, width=3)
    wings = [
        (end[0] - 15 * math.cos(angle + turn), end[1] - 15 * math.sin(angle + turn))
        for turn in (0.42, -0.42)
    ]
    pen.polygon([end, *wings], fill=INK)


# --- math ----------------------------------------------------------------------------------------

UNIT = 13
"""Pixels a centimetre of a rectangle; the largest has 19 by 16."""


def _geometry(pen: "ImageDraw", marks: Marks) -> None:
    if triangles := _of(marks, "triangle"):
        _triangle(pen, triangles[0])
        return
    (outer,), (inner,) = _of(marks, "outer"), _of(marks, "inner")
    wide, high = outer["numbers"]
    left, top = (SIDE - UNIT * wide) / 2 + 10, (SIDE - UNIT * high) / 2 - 6
    box = (left, top, left + UNIT * wide, top + UNIT * high)
    pen.rectangle(box, fill=RGB[outer["colour"]], outline=INK, width=2)
    write(pen, (left + UNIT * wide / 2, box[3] + 14), str(wide), 18)
    write(pen, (left - 16, top + UNIT * high / 2), str(high), 18)
    w, h, x, y = inner["numbers"]
    hole = (left + UNIT * x, top + UNIT * y)
    pen.rectangle((*hole, hole[0] + UNIT * w, hole[1] + UNIT * h), fill=PAPER, outline=INK, width=2)
    _tag(pen, (hole[0] + UNIT * w / 2, hole[1] - 11), str(w))
    _tag(pen, (hole[0] + UNIT * w + 13, hole[1] + UNIT * h / 2), str(h))


def _tag(pen: "ImageDraw", at: Point, text: str) -> None:
    """Write a figure on a light plate, so that it is read on any colour."""
    x, y = at
    pen.rectangle((x - 6 - 4 * len(text), y - 9, x + 6 + 4 * len(text), y + 9), fill=PAPER)
    write(pen, at, text, 15)


def _triangle(pen: "ImageDraw", mark: Mapping[str, Any]) -> None:
    a, b = (math.radians(n) for n in mark["numbers"])
    # Law of sines with a base of 1; then the triangle is made to fit the picture.
    side = math.sin(b) / math.sin(a + b)
    corners = [(0.0, 0.0), (1.0, 0.0), (side * math.cos(a), side * math.sin(a))]
    low = min(x for x, _ in corners)
    span = max(max(x for x, _ in corners) - low, 1e-9)
    scale = min(230 / span, 210 / corners[2][1])
    x0, y0 = (SIDE - scale * span) / 2 - scale * low, SIDE / 2 + scale * corners[2][1] / 2
    points = [(x0 + scale * x, y0 - scale * y) for x, y in corners]
    pen.polygon(points, outline=RGB[mark["colour"]], width=4)
    middle = (sum(x for x, _ in points) / 3, sum(y for _, y in points) / 3)
    for (x, y), text in zip(points, [*(f"{n}°" for n in mark["numbers"]), "?"], strict=True):
        away = math.hypot(x - middle[0], y - middle[1])
        at = (x + 26 * (x - middle[0]) / away, y + 22 * (y - middle[1]) / away)
        write(pen, at, text, 18)


# --- ocr -----------------------------------------------------------------------------------------


def _chart_or_board(pen: "ImageDraw", marks: Marks) -> None:
    if rows := _of(marks, "row"):
        _board(pen, rows, RGB[_of(marks, "board")[0]["colour"]])
        return
    bars = _of(marks, "bar")
    base, height, step = 280, 225, (SIDE - 30) / len(bars)
    for i, bar in enumerate(bars):
        x = 20 + step * i + step / 2
        top = base - height * bar["numbers"][0] / 100
        pen.rectangle((x - 17, top, x + 17, base), fill=RGB[bar["colour"]], outline=INK)
        write(pen, (x, top - 11), str(bar["numbers"][0]), 18)
        write(pen, (x, base + 16), bar["label"], 15)
    pen.line((12, base, SIDE - 8, base), fill=INK, width=2)
    pen.line((12, base, 12, base - height - 12), fill=INK, width=2)


def _board(pen: "ImageDraw", rows: Marks, colour: str) -> None:
    pen.rectangle((24, 24, SIDE - 24, SIDE - 24), fill=PAPER, outline=colour, width=8)
    step = (SIDE - 72) / len(rows)
    for i, row in enumerate(rows):
        y = 36 + step * i + step / 2
        place, code = row["label"].split()
        write(pen, (50, y), place, 22, anchor="lm")
        write(pen, (SIDE - 50, y), code, 24, anchor="rm")
        if i:
            pen.line((40, y - step / 2, SIDE - 40, y - step / 2), fill="#b8b8bc", width=1)


# --- medicine ------------------------------------------------------------------------------------


def _scan(pen: "ImageDraw", marks: Marks) -> None:
    pen.rectangle((0, 0, SIDE, SIDE), fill="#0b0c10")
    pen.ellipse((24, 44, SIDE - 24, SIDE - 44), fill="#3a3f4a", outline="#8a92a3", width=5)
    pen.rectangle((SIDE / 2 - 4, 46, SIDE / 2 + 4, SIDE - 46), fill="#0b0c10")
    for mark in _of(marks, "spot"):
        x, y, r = mark["numbers"]
        pen.ellipse((x - r, y - r, x + r, y + r), fill="#f4f6fb")


# --- art -----------------------------------------------------------------------------------------

PANEL = (146, 232)
COLOUR_NAMES = ("red", "blue", "green", "yellow", "purple", "orange", "pink", "brown")


def _paintings(pen: "ImageDraw", marks: Marks) -> None:
    for i, mark in enumerate(marks):
        left, top = 9 + i * (PANEL[0] + 10), (SIDE - PANEL[1]) // 2
        box = (left, top, left + PANEL[0], top + PANEL[1])
        pen.rectangle(box, fill="#faf6ea")
        PATTERNS[mark["kind"]](pen, box, RGB[mark["colour"]])
        pen.rectangle(box, outline=INK, width=4)
        ink = RGB[COLOUR_NAMES[mark["numbers"][0]]]
        cx, cy = left + PANEL[0] / 2, top + PANEL[1] / 2
        pen.ellipse((cx - 52, cy - 52, cx + 52, cy + 52), fill="#faf6ea", outline=INK, width=2)
        FIGURES[mark["label"]](pen, cx, cy, ink)


Box = tuple[int, int, int, int]


def _stripes(pen: "ImageDraw", box: Box, colour: str) -> None:
    for x in range(box[0] + 6, box[2] - 5, 24):
        pen.rectangle((x, box[1], min(x + 11, box[2]), box[3]), fill=colour)


def _dots(pen: "ImageDraw", box: Box, colour: str) -> None:
    for row, y in enumerate(range(box[1] + 15, box[3] - 8, 24)):
        for x in range(box[0] + 13 + 12 * (row % 2), box[2] - 8, 24):
            pen.ellipse((x - 7, y - 7, x + 7, y + 7), fill=colour)


def _checks(pen: "ImageDraw", box: Box, colour: str) -> None:
    for row, y in enumerate(range(box[1], box[3], 18)):
        for x in range(box[0] + 18 * (row % 2), box[2], 36):
            pen.rectangle((x, y, min(x + 17, box[2]), min(y + 17, box[3])), fill=colour)


def _waves(pen: "ImageDraw", box: Box, colour: str) -> None:
    for y in range(box[1] + 14, box[3] - 8, 24):
        line = [(x, y + 7 * math.sin((x - box[0]) / 9)) for x in range(box[0], box[2] + 1, 3)]
        pen.line(line, fill=colour, width=8)


PATTERNS: dict[str, Callable[["ImageDraw", Box, str], None]] = {
    "stripes": _stripes,
    "dots": _dots,
    "checks": _checks,
    "waves": _waves,
}


def _moon(pen: "ImageDraw", x: float, y: float, ink: str) -> None:
    pen.ellipse((x - 34, y - 34, x + 34, y + 34), fill=ink)
    pen.ellipse((x - 14, y - 38, x + 48, y + 26), fill="#faf6ea")


def _house(pen: "ImageDraw", x: float, y: float, ink: str) -> None:
    pen.polygon([(x - 36, y - 4), (x, y - 38), (x + 36, y - 4)], fill=ink)
    pen.rectangle((x - 27, y - 4, x + 27, y + 34), fill=ink)
    pen.rectangle((x - 7, y + 12, x + 7, y + 34), fill="#faf6ea")


def _star(pen: "ImageDraw", x: float, y: float, ink: str) -> None:
    points = []
    for i in range(10):
        radius, angle = (38, 16)[i % 2], math.pi * i / 5
        points.append((x + radius * math.sin(angle), y - radius * math.cos(angle)))
    pen.polygon(points, fill=ink)


def _tree(pen: "ImageDraw", x: float, y: float, ink: str) -> None:
    pen.rectangle((x - 6, y + 18, x + 6, y + 38), fill=INK)
    for top in (-40, -22, -4):
        pen.polygon([(x - 30, y + top + 26), (x, y + top), (x + 30, y + top + 26)], fill=ink)


def _boat(pen: "ImageDraw", x: float, y: float, ink: str) -> None:
    pen.polygon([(x - 38, y + 10), (x + 38, y + 10), (x + 24, y + 32), (x - 24, y + 32)], fill=ink)
    pen.rectangle((x - 2, y - 38, x + 2, y + 10), fill=INK)
    pen.polygon([(x + 5, y - 36), (x + 5, y + 4), (x + 32, y + 4)], fill=ink)


def _heart(pen: "ImageDraw", x: float, y: float, ink: str) -> None:
    pen.ellipse((x - 36, y - 32, x, y + 4), fill=ink)
    pen.ellipse((x, y - 32, x + 36, y + 4), fill=ink)
    pen.polygon([(x - 33, y - 5), (x, y - 16), (x + 33, y - 5), (x, y + 36)], fill=ink)


def _cup(pen: "ImageDraw", x: float, y: float, ink: str) -> None:
    pen.ellipse((x + 10, y - 16, x + 40, y + 16), outline=ink, width=7)
    pen.polygon([(x - 32, y - 26), (x + 24, y - 26), (x + 16, y + 32), (x - 24, y + 32)], fill=ink)


def _fish(pen: "ImageDraw", x: float, y: float, ink: str) -> None:
    pen.polygon([(x + 14, y), (x + 40, y - 22), (x + 40, y + 22)], fill=ink)
    pen.ellipse((x - 40, y - 21, x + 24, y + 21), fill=ink)
    pen.ellipse((x - 27, y - 10, x - 19, y - 2), fill="#faf6ea")


FIGURES: dict[str, Callable[["ImageDraw", float, float, str], None]] = {
    "moon": _moon,
    "house": _house,
    "star": _star,
    "tree": _tree,
    "boat": _boat,
    "heart": _heart,
    "cup": _cup,
    "fish": _fish,
}

DRAWINGS: dict[str, Callable[["ImageDraw", Marks], None]] = {
    "science": _web,
    "math": _geometry,
    "ocr": _chart_or_board,
    "medicine": _scan,
    "art": _paintings,
}
