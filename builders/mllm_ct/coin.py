"""The edition ``coin``: CoIN's eight tasks (arXiv 2403.08350), from files that the user brings.

Each task's ``test.json`` is a list of rows ``{question_id, text, answer, image}``, as CoIN's own
evaluation and SEFE's read them; Grounding has ``answer_bbox`` instead of ``answer``, and TextVQA's
ten answers stand in its own annotation file. Nothing is redistributed, and no published revision
could be confirmed: the manifest records the checksum of what was read.
"""

import re
from collections.abc import Mapping
from typing import Any

from heptathlon.builders.mllm_ct.records import CoinRecord
from heptathlon.builders.mllm_ct.styles import FAMILY
from heptathlon.builders.sources import Source, fetch
from heptathlon.errors import HeptathlonError
from heptathlon.files import read_json_strict
from heptathlon.records import Record, content_id

EDITION = "coin"
HUB = "Zacks-Chen/CoIN"
KEYS = ("ScienceQA", "TextVQA", "ImageNet", "GQA", "VizWiz", "Grounding", "VQAv2", "OCRVQA")
"""The tasks in the order of CoIN's and SEFE's scripts."""
KINDS = dict.fromkeys(KEYS, "text") | {
    "ScienceQA": "letter",
    "TextVQA": "votes",
    "Grounding": "box",
}
TEXT_CONFIG = "coin_scienceqa_text"
"""ScienceQA's questions without a picture: lm-eval asks text and pictures apart."""
VOTES = Source(HUB, "TextVQA/TextVQA_0.5.1_val.json", revision="main")
"""TextVQA's own annotation file, put beside its pictures."""
SOURCES = (
    *(
        Source(HUB, f"Instruction_Type1/{key}/test.json", revision="main", licence="CC-BY-4.0")
        for key in KEYS
    ),
    VOTES,
)
LIMIT = {"smoke": 20, "lite": 1_500}
"""Rows a config; ``full`` takes all."""
MAX_BYTES = 512 * 2**20

_LETTER = re.compile(r"\(?([A-E])\)?(?:[.:)]\s.*|[.:]?)", re.DOTALL)


def config_of(key: str) -> str:
    """Return the config of a task's rows with a picture, such as ``coin_ocrvqa``."""
    return f"coin_{key.lower()}"


def generate(tier: str, shard: str) -> dict[tuple[str, str], list[Record]]:
    """Read one task's test rows.

    Raises:
        HeptathlonError: if a file cannot be had, or a row is not as CoIN's evaluation reads it.
    """
    source = next(s for s in SOURCES if s.path.endswith(f"/{shard}/test.json"))
    path = fetch(source)
    rows = read_json_strict(path, max_bytes=MAX_BYTES)
    if not isinstance(rows, list) or not rows:
        raise HeptathlonError(f"{path}: holds no list of rows.")
    votes = _votes() if KINDS[shard] == "votes" else {}
    limit = LIMIT.get(tier, len(rows))
    built: dict[tuple[str, str], list[Record]] = {}
    for number, row in enumerate(rows):
        record = _record(shard, number, row, votes, f"{path}, row {number}")
        config = config_of(shard) if record.image else TEXT_CONFIG
        kept = built.setdefault((config, "test"), [])
        if len(kept) < limit:
            kept.append(record)
    return built


def _votes() -> dict[str, list[str]]:
    """Return TextVQA's answers of ten people by question."""
    path = fetch(VOTES)
    data = read_json_strict(path, max_bytes=MAX_BYTES)
    rows = data.get("data") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise HeptathlonError(f"{path}: has no list 'data'.")
    found: dict[str, list[str]] = {}
    for number, row in enumerate(rows):
        answers = row.get("answers") if isinstance(row, dict) else None
        if not isinstance(answers, list) or not all(isinstance(a, str) for a in answers):
            raise HeptathlonError(f"{path}, row {number}: the field 'answers' is no list of texts.")
        found[str(row.get("question_id"))] = answers
    return found


def _record(
    key: str, number: int, row: Any, votes: Mapping[str, list[str]], where: str
) -> CoinRecord:
    if not isinstance(row, dict):
        raise HeptathlonError(f"{where}: is no object.")
    question = row.get("question_id")
    if isinstance(question, bool) or not isinstance(question, int | str) or question == "":
        raise HeptathlonError(f"{where}: the field 'question_id' is missing.")
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        raise HeptathlonError(f"{where}: the field 'text' is missing or empty.")
    image = row.get("image") or ""
    if not isinstance(image, str) or not (image or key == "ScienceQA"):
        raise HeptathlonError(f"{where}: the field 'image' names no picture.")
    kind = KINDS[key]
    golds: tuple[str, ...]
    if kind == "box":
        golds = (_box(row.get("answer_bbox"), where),)
    elif kind == "votes":
        if not votes.get(str(question)):
            raise HeptathlonError(f"{where}: {VOTES.path} has no answers to question {question}.")
        golds = tuple(votes[str(question)])
    else:
        golds = (_answer(row.get("answer"), kind, where),)
    fields: dict[str, Any] = {
        # The rows are the same in every season; the name of one keeps the cache in order.
        "season": "2026.1",
        "form": EDITION,
        "task": key,
        "kind": kind,
        "problem": text,
        "golds": golds,
        "image": image,
        "question": str(question),
        "row": number,
    }
    shared = content_id(FAMILY, EDITION, key, image or text)
    return CoinRecord(item_id=content_id(FAMILY, fields), cluster_id=shared, **fields)


def _answer(answer: Any, kind: str, where: str) -> str:
    if not isinstance(answer, str) or not answer.strip():
        raise HeptathlonError(f"{where}: the field 'answer' is missing or empty.")
    if kind != "letter":
        return answer.strip()
    found = _LETTER.fullmatch(answer.strip())
    if found is None:
        raise HeptathlonError(f"{where}: the answer {answer[:40]!r} is no option's letter.")
    return found[1]


def _box(box: Any, where: str) -> str:
    """Return the corners of a box, four numbers with commas."""
    parts = box.strip(" []").split(",") if isinstance(box, str) else box
    try:
        left, top, right, bottom = (float(part) for part in parts)
    except (TypeError, ValueError):
        raise HeptathlonError(f"{where}: the field 'answer_bbox' is no four numbers.") from None
    if not (left < right and top < bottom and all(map(_finite, (left, top, right, bottom)))):
        raise HeptathlonError(
            f"{where}: the field 'answer_bbox' is no box (left, top, right, low)."
        )
    return f"{left:g}, {top:g}, {right:g}, {bottom:g}"


def _finite(value: float) -> bool:
    return abs(value) < float("inf")
