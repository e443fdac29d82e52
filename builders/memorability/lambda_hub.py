"""LAMBDA as the Hub's ``behavior-in-the-wild/LAMBDA`` has it: a Parquet file a part.

A user names the files, on the Hub or on disk, in ``HEPTATHLON_MEMORABILITY_DATA`` and ``…_TRAIN``;
their checksums then stand in the set's name and manifest, because no commit of the data set is
pinned here. The file
has fields and no prompts: an advertisement is told from them in this suite's words, in the order of
the official prompt, and what has an empty field is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from heptathlon.errors import HeptathlonError

COLUMNS = ("recall_score", "ad_details", "youtube_id")
_SCENE = (
    ("Description", "it shows {}"),
    ("Colors", "in the colours {}"),
    ("Tone", "in a tone that is mostly {}"),
    ("Photography Style", "photographed in the style {}"),
    ("Visual Complexity", "of {} visual complexity"),
    ("Emotions", "with the emotions {}"),
    ("Tags", "under the tags {}"),
    ("Text Shown", "and the text on screen is {}"),
)
_ORDER = "How well is it remembered in the long term? Answer with a score from 00 to 99 alone."


@dataclass(frozen=True)
class Told:
    """An advertisement, told from the fields of its row.

    Attributes:
        prompt: how it is told.
        brand: its brand.
        title: its title.
        seconds: its length.
        share: share of people who recalled it, 0 to 1.
        name: the id of its video on YouTube.
    """

    prompt: str
    brand: str
    title: str
    seconds: int
    share: float
    name: str


def rows(path: Path) -> list[Told]:
    """Return the advertisements of a file.

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
            out.append(
                Told(_told(ad, seconds), brand, title, seconds, share, str(row["youtube_id"]))
            )
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise HeptathlonError(
                f"{path}, row {number}: is not told as the Hub's LAMBDA tells its ads ({error!r})."
            ) from None
        if not 0 <= share <= 1:
            raise HeptathlonError(f"{path}, row {number}: recall_score {share} is no share.")
    return out


def _told(ad: Mapping[str, Any], seconds: int) -> str:
    parts = [
        "Students watched advertisements and were asked one to three days later which they "
        f"remembered. This one is for {ad['Brand'].strip()}, lasts {seconds} seconds and has the "
        f'title "{ad["Title"].strip()}".'
    ]
    if ad["Orientation"] and ad["Pace"]:
        parts.append(f"It was shot in {ad['Orientation']} orientation and has a {ad['Pace']} pace.")
    if ad["Audio"]:
        parts.append(f"One hears: {ad['Audio']}.")
    for number, scene in enumerate(ad["Scenes"], start=1):
        said = (says.format(scene[name]) for name, says in _SCENE if scene[name])
        parts.append(f"Scene {number}: {', '.join(said)}.")
    return " ".join([*parts, _ORDER])
