"""What every family that draws shares: a blank picture and writing on it, with Pillow.

Pillow belongs to the extra ``image``; text tasks do not need it.
"""

from typing import TYPE_CHECKING

from heptathlon.errors import HeptathlonError

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

Point = tuple[float, float]

INK = "#1d1d1f"
PAPER = "#ffffff"


def canvas(side: int, family: str, height: int | None = None) -> "tuple[Image, ImageDraw]":
    """Return a blank RGB picture of a side in pixels, square without a height, and its pen.

    Raises:
        HeptathlonError: if Pillow is not installed.
    """
    try:
        from PIL import Image, ImageDraw
    except ImportError:
        raise HeptathlonError(
            f"The image tasks of {family} draw their pictures with Pillow; install the extra "
            "'image'."
        ) from None
    image = Image.new("RGB", (side, height or side), PAPER)
    return image, ImageDraw.Draw(image)


def write(
    pen: "ImageDraw", at: Point, text: str, size: int, *, anchor: str = "mm", fill: str = INK
) -> None:
    """Write a text with its anchor at a point, in the font that Pillow itself brings.

    No font of the system decides what a model sees.
    """
    from PIL import ImageFont

    pen.text(at, text, fill=fill, font=ImageFont.load_default(size), anchor=anchor)
