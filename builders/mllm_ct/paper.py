"""The paper edition: MLLM-CTBench's own rows, read from files that the user brings or fetches.

No licence of the data is known, so nothing of it is ever redistributed: rows are read on the user's
machine from the files of the Hub data set, or from the same files below ``HEPTATHLON_SOURCES``. No
published revision could be confirmed, so no checksum is demanded; the manifest records what was
read.
"""

import re
from typing import Any

from heptathlon.builders.mllm_ct.records import PaperRecord
from heptathlon.builders.mllm_ct.styles import FAMILY
from heptathlon.builders.sources import Source, fetch
from heptathlon.errors import HeptathlonError
from heptathlon.files import read_json_strict
from heptathlon.records import Record, content_id

HUB = "yueluoshuangtian/MLLM-CITBench"
KEYS = ("numglue", "art", "math", "fomc", "medical", "OCR", "science")
"""The files of the seven tasks, in the repository's order 1; order 2 is the reverse."""
TEXT_KEYS = ("numglue", "fomc")
ORDERS = {
    "order1": KEYS,
    "order2": KEYS[::-1],
    "order3": ("art", "OCR", "fomc", "science", "numglue", "math", "medical"),
}
"""Task orders of the repository's scripts."""
SOURCES = tuple(
    Source(HUB, f"reasoning_test/{key}.json", revision="main", licence="not stated") for key in KEYS
)
LIMIT = {"smoke": 20, "lite": 1_500}
"""Rows a task: the repository's own evaluation takes the first 1,500; ``full`` takes all."""
MAX_BYTES = 512 * 2**20

_LETTER = re.compile(r"\(?([A-H])\)?[.:]?")
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?%?")


def config_of(key: str) -> str:
    """Return the config of a task's file, such as ``paper_ocr``."""
    return f"paper_{key.lower()}"


def generate(tier: str, shard: str) -> dict[tuple[str, str], list[Record]]:
    """Read one task's test rows.

    Raises:
        HeptathlonError: if the file cannot be had, or a row is not as its publisher documents.
    """
    source = next(s for s in SOURCES if s.path == f"reasoning_test/{shard}.json")
    path = fetch(source)
    rows = read_json_strict(path, max_bytes=MAX_BYTES)
    if not isinstance(rows, list) or not rows:
        raise HeptathlonError(f"{path}: holds no list of rows.")
    chosen = rows[: LIMIT.get(tier, len(rows))]
    return {
        (config_of(shard), "test"): [
            _record(shard, number, row, f"{path}, row {number}")
            for number, row in enumerate(chosen)
        ]
    }


def _record(key: str, number: int, row: Any, where: str) -> Record:
    if not isinstance(row, dict):
        raise HeptathlonError(f"{where}: is no object.")
    for field in ("problem", "solution"):
        if not isinstance(row.get(field), str) or not row[field].strip():
            raise HeptathlonError(f"{where}: the field {field!r} is missing or empty.")
    image = row.get("image") or ""
    if not isinstance(image, str) or bool(image) == (key in TEXT_KEYS):
        need = "no image" if key in TEXT_KEYS else "the path of an image"
        raise HeptathlonError(f"{where}: a row of {key!r} has {need}.")
    gold = final_answer(row["solution"])
    if not gold:
        raise HeptathlonError(f"{where}: the solution holds no final answer.")
    fields: dict[str, Any] = {
        # The rows are the same in every season; the name of one keeps the cache in order.
        "season": "2026.1",
        "form": "paper",
        "task": key,
        "kind": kind_of(key, gold),
        "problem": row["problem"],
        "solution": row["solution"],
        "gold": gold,
        "image": image,
        "row": number,
    }
    shared = content_id(FAMILY, key, image or row["problem"])
    return PaperRecord(item_id=content_id(FAMILY, fields), cluster_id=shared, **fields)


def final_answer(solution: str) -> str:
    """Return what follows the reasoning of a solution, without its tags.

    Example:
        >>> final_answer("<think>5 of 9 are left</think> <answer>5</answer>")
        '5'
    """
    said = solution.rpartition("</think>")[2]
    return re.sub(r"</?answer>", " ", said).strip()


def kind_of(key: str, gold: str) -> str:
    """Return how a gold answer is compared: ``letter``, ``yes_no``, ``number`` or ``text``."""
    if key in {"fomc", "science", "math"} and _LETTER.fullmatch(gold):
        return "letter"
    if key == "math" and gold.lower().rstrip(".") in {"yes", "no"}:
        return "yes_no"
    if key in {"math", "numglue"} and _NUMBER.fullmatch(gold.rstrip(".")):
        return "number"
    return "text"
