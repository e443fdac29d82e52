"""LAMBDA's test part as the Hub's ``behavior-in-the-wild/LAMBDA`` has it: a Parquet file.

A user downloads the file and names it in ``HEPTATHLON_MEMORABILITY_DATA``; its checksum then
stands in the set's name and manifest, because the data set's commit is not known here. The file has
fields and no prompts: an advertisement is told from them in the order of the official prompt, and
the sentence of an empty field is left out.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from heptathlon.errors import HeptathlonError

COLUMNS = ("recall_score", "ad_details")
_SCENE = (
    ("Description", "The scene shows {}."),
    ("Colors", "The colors of the scene are {}."),
    ("Tone", "The dominant tone of the scene is {}."),
    ("Photography Style", "The photography style of the scene is {}."),
    ("Visual Complexity", "The scene has {} visual complexity."),
    ("Emotions", "The emotions shown in the scene are {}."),
    ("Tags", "This scene is categorized by the tags {}."),
    ("Text Shown", "The text shown in the scene is {}"),
)
_ORDER = (
    "Return the long term memorability score of the video on a scale of 00 to 99 without any "
    "explanation."
)


def rows(path: Path) -> list[tuple[str, str, str, int, float]]:
    """Return prompt, brand, title, seconds and share of recall (0 to 1) of every advertisement.

    Raises:
        HeptathlonError: if it is not the Hub's file, with what is missing.
    """
    try:
        table = pq.read_table(path, columns=list(COLUMNS))
    except (pa.ArrowException, OSError) as error:
        raise HeptathlonError(f"{path}: is no Parquet file of LAMBDA's ({error}).") from None
    if missing := set(COLUMNS) - set(table.column_names):
        raise HeptathlonError(f"{path}: has no column {sorted(missing)[0]!r}; LAMBDA's has.")
    out = []
    for number, row in enumerate(table.to_pylist()):
        try:
            ad = row["ad_details"]
            share = float(row["recall_score"])
            brand, title = ad["Brand"].strip(), ad["Title"].strip()
            seconds = round(float(ad["Duration"].split()[0]))
            out.append((_told(ad, seconds), brand, title, seconds, share))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise HeptathlonError(
                f"{path}, row {number}: is not told as the Hub's LAMBDA tells its ads ({error!r})."
            ) from None
        if not 0 <= share <= 1:
            raise HeptathlonError(f"{path}, row {number}: recall_score {share} is no share.")
    return out


def _told(ad: Mapping[str, Any], seconds: int) -> str:
    parts = [
        "Students are shown ads and their memorability is tested after 1 to 3 days. For the given "
        f"ad: They watch a {seconds} second advertisement for {ad['Brand'].strip()}. The title of "
        f'the advertisement is "{ad["Title"].strip()}".'
    ]
    if ad["Orientation"] and ad["Pace"]:
        parts.append(f"The ad is shot in {ad['Orientation']} orientation, at a {ad['Pace']} pace.")
    if ad["Audio"]:
        parts.append(f"The audio in the ad says {ad['Audio']}.")
    parts.append("Following are the descriptions of each scene:")
    for number, scene in enumerate(ad["Scenes"], start=1):
        said = (says.format(scene[name]) for name, says in _SCENE if scene[name])
        parts.append(f"Scene {number}: {' '.join(said)}")
    return " ".join([*parts, _ORDER])
