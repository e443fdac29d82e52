"""The form of an advertisement that a model wrote, which says nothing of how memorable it is."""

import math
import re
from collections.abc import Mapping
from typing import Any

from heptathlon.scorers.reading import read
from heptathlon.scorers.verdict import Verdict
from heptathlon.tasks.memorability.prompts import AD_HEADING

METRICS = ("complete", "schema", "brand", "duration")
DURATION_TOLERANCE = 0.1
"""Share of the ordered length by which the scenes' seconds may add up to more or less."""
MAX_SCENES = 200
"""Scenes after which an advertisement is no longer read."""

_SCENE = re.compile(
    r"^[ \t*#_>-]{0,8}scene\s{1,3}(\d{1,3})[ \t*_]{0,4}"
    r"(?:[\[(]\s{0,3}(\d{1,4}(?:\.\d{1,2})?)\s{0,3}(?:seconds?|secs?|s)\s{0,3}[\])])?"
    r"[ \t*_]{0,4}:[ \t*_]{0,4}(.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_AUDIO = re.compile(r"^[ \t*#_>-]{0,8}audio[ \t*_]{0,4}:[ \t*_]{0,4}(\S.*)$", re.I | re.M)


def verdict(doc: Mapping[str, Any], response: str) -> Verdict:
    """Judge the form of an advertisement, which says nothing of how memorable it is.

    ``schema``: a line of audio, and scenes that are numbered from 1 on and all say something.
    ``brand``: the brand is named in it. ``duration``: the scenes' seconds add up to the ordered
    length, within a tenth. ``complete``: all three.
    """
    reading = read(response, [AD_HEADING], at_once=True)
    text = reading.text
    zero = dict.fromkeys(METRICS, 0.0)
    if not text:
        return Verdict(zero, str(reading.silent), invalid=True)
    scenes = [match.groups() for match, _ in zip(_SCENE.finditer(text), range(MAX_SCENES))]  # noqa: B905
    if not scenes:
        return Verdict(zero, "no_scenes", invalid=True)
    numbers = [int(number) for number, _, _ in scenes]
    told = all(what.strip(" *_") for _, _, what in scenes)
    schema = _AUDIO.search(text) and numbers == list(range(1, len(scenes) + 1)) and told
    lengths = [float(seconds) for _, seconds, _ in scenes if seconds]
    off = abs(math.fsum(lengths) - doc["seconds"])
    duration = len(lengths) == len(scenes) and off <= DURATION_TOLERANCE * doc["seconds"]
    brand = _squeezed(doc["brand"]) in _squeezed(text)
    found = {"schema": bool(schema), "brand": brand, "duration": duration}
    missing = [name for name, good in found.items() if not good]
    metrics = {"complete": float(not missing)} | {n: float(good) for n, good in found.items()}
    outcome = f"no_{missing[0]}" if missing else "complete"
    return Verdict(metrics, outcome, f"{len(scenes)} scenes")


def _squeezed(text: str) -> str:
    """Return letters and digits alone: LAMBDA runs some brands' words together."""
    return "".join(c for c in text.casefold() if c.isalnum())
