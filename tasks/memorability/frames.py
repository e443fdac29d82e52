"""Frames of an advertisement's video, for models that see: a user's own pictures.

LAMBDA's videos belong to their owners and are not redistributed. Whoever has them takes frames from
them and names the folder in ``HEPTATHLON_MEMORABILITY_FRAMES``; the frames of a video lie in a
folder of its name there, and are shown in the order of their names.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heptathlon.builders import memorability
from heptathlon.errors import HeptathlonError
from heptathlon.tasks.memorability import prompts

if TYPE_CHECKING:
    from PIL.Image import Image

Doc = Mapping[str, Any]

VARIABLE = "HEPTATHLON_MEMORABILITY_FRAMES"
MOST = 8
"""Frames that are shown; of more, as many at equal distances."""
ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
IMAGE = "<image>"


def dataset(**options: Any) -> Any:
    """Return LAMBDA's test part for lm-eval, if frames can be shown at all.

    Args:
        options: see :func:`heptathlon.builders.memorability.dataset`.

    Raises:
        HeptathlonError: if no folder of frames is named.
    """
    _folder("NAME")
    return memorability.dataset(**options)


def _folder(video: str) -> Path:
    """Return the folder of all frames.

    Raises:
        HeptathlonError: if none is named.
    """
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser().resolve()
    raise HeptathlonError(
        "Frames of LAMBDA's videos are not fetched: put those of a video into DIR/NAME, such as "
        f"DIR/{video}/1.jpg, and set {VARIABLE}=DIR."
    )


def frame_files(doc: Doc) -> list[Path]:
    """Return the pictures of a document's advertisement, in order.

    Raises:
        HeptathlonError: if no folder is named, or it has none of this advertisement.
    """
    root = _folder(str(doc["video"]))
    folder = (root / doc["video"]).resolve()
    if not doc["video"] or not folder.is_relative_to(root) or folder == root:
        raise HeptathlonError(f"{root}: the video {doc['video']!r} has no place in it.")
    found = sorted(p for p in folder.glob("*") if p.suffix.lower() in ENDINGS)
    if not found:
        raise HeptathlonError(
            f"{folder}: holds no frame of the advertisement {doc['video']!r} of {doc['brand']}; "
            f"put pictures ({', '.join(ENDINGS)}) there, in the order of their names."
        )
    if len(found) <= MOST:
        return found
    return [found[i * (len(found) - 1) // (MOST - 1)] for i in range(MOST)]


def frames(doc: Doc) -> "list[Image]":
    """Return the frames of a document's advertisement as RGB images.

    Raises:
        HeptathlonError: if one is missing or broken, or Pillow is not installed.
    """
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise HeptathlonError(
            "The frames of memorability are opened with Pillow; install the extra 'image'."
        ) from None
    out = []
    for path in frame_files(doc):
        try:
            with Image.open(path) as image:
                out.append(image.convert("RGB"))
        except (UnidentifiedImageError, OSError, ValueError) as error:
            raise HeptathlonError(f"{path}: is no picture that can be read ({error}).") from None
    return out


def score(doc: Doc) -> str:
    """Return the official prompt with a place for every frame before it."""
    return f"{IMAGE}\n" * len(frame_files(doc)) + prompts.score(doc)
