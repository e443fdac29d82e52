"""The paper edition: the development set of SQuAD 2.0, whole, as its authors published it.

Its file is pinned by the name that git gives its content, which is a checksum.
"""

import hashlib
from pathlib import Path
from typing import Any, Literal

from heptathlon.builders.abstain.records import FAMILY, SquadRecord
from heptathlon.builders.sources import Source, fetch
from heptathlon.errors import HeptathlonError
from heptathlon.files import read_json_strict
from heptathlon.records import content_id
from heptathlon.tasks.abstain import NOT_STATED

DEV = Source(
    "github/rajpurkar/SQuAD-explorer",
    "dataset/dev-v2.0.json",
    "eee5fdbf62f8613a7812b03419e6b29617b74fd1",
    licence="CC-BY-SA-4.0",
)
BLOB = "c6fa1a89a12c90b7fbfa8f6fb437cfff27af41ca"
"""What git names the file's content: the SHA-1 of its size and bytes."""
SHARES = {"full": 1, "lite": 20, "smoke": 200}
"""One in so many passages, by their digest, with all of their questions."""
MAX_BYTES = 64 * 2**20
HAS: Literal["HasAns"] = "HasAns"
NONE: Literal["NoAns"] = "NoAns"


def generate(tier: str) -> list[SquadRecord]:
    """Return the questions of a tier, those of a passage together.

    Raises:
        HeptathlonError: if the file cannot be had, or is not the published one.
    """
    path = fetch(DEV)
    check(path)
    return [one for one in read(path) if int(one.cluster_id[:8], 16) % SHARES[tier] == 0]


def check(path: Path) -> None:
    """Refuse a file that is not the published one.

    Raises:
        HeptathlonError: with both names.
    """
    data = path.read_bytes()
    found = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    if found != BLOB:
        raise HeptathlonError(
            f"{path}: is not the published {DEV}: git would name its content {found}, not {BLOB}; "
            f"fetch {DEV.url} again."
        )


def read(path: Path) -> list[SquadRecord]:
    """Return all questions of a file in the authors' form.

    Raises:
        HeptathlonError: naming the file and the field, if it is not of that form.
    """
    rows = read_json_strict(path, max_bytes=MAX_BYTES)
    out = []
    try:
        for article in rows["data"]:
            for paragraph in article["paragraphs"]:
                for asked in paragraph["qas"]:
                    out.append(_record(str(article["title"]), str(paragraph["context"]), asked))
    except (KeyError, TypeError, AttributeError) as error:
        raise HeptathlonError(
            f"{path}: is not of the form of SQuAD 2.0 ({type(error).__name__}: {error})."
        ) from None
    if not out:
        raise HeptathlonError(f"{path}: holds no question.")
    return out


def _record(title: str, context: str, asked: dict[str, Any]) -> SquadRecord:
    answers = tuple(str(one["text"]) for one in asked["answers"])
    question, name = str(asked["question"]), str(asked["id"])
    return SquadRecord(
        item_id=content_id(FAMILY, "squad", name, context, question, list(answers)),
        cluster_id=content_id(FAMILY, "squad passage", context),
        # The rows are the same in every season; the name of one keeps the cache in order.
        season="2026.1",
        form="squad",
        question_id=name,
        title=title,
        sentences=(context,),
        text=question,
        answers=answers,
        answer=answers[0] if answers else NOT_STATED,
        answerable=bool(answers),
        part=HAS if answers else NONE,
    )
