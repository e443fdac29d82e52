"""``heptathlon leaderboard salted``: how a model does on documents that nobody has seen.

A maintainer builds the hidden split of a season with a private salt, runs a model on it as the
public documents were run, and keeps of that the figures alone. The board shows the gap beside the
model's public row. The salt and the hidden documents stay with the maintainer.
"""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from heptathlon import salts
from heptathlon.errors import HeptathlonError
from heptathlon.files import dump_json, read_json_strict, write_text_atomic
from heptathlon.leaderboard import validate
from heptathlon.leaderboard.rows import rows_of
from heptathlon.leaderboard.standings import Row

MAX_RECORD_BYTES = 2**20


def record(folder: Path, out: Path) -> list[Path]:
    """Check a submission on the hidden split and write its figures, a file a division.

    Args:
        folder: what ``heptathlon submit prepare`` wrote of the run, with the salt set.
        out: folder of the records.

    Raises:
        HeptathlonError: if no salt is set, or the submission is refused.
    """
    salt = salts.named()
    if not salt:
        raise HeptathlonError(
            f"{salts.VARIABLE}: is not set; set it to the salt that the run was made with."
        )
    case = validate.examine(folder)
    if case.findings:
        raise HeptathlonError(case.findings[0].message)
    written = []
    for found, _ in rows_of(case):
        row = _without_digests(found, salt)
        path = out / f"{row.slug}.json"
        write_text_atomic(path, dump_json(row.model_dump(mode="json")))
        written.append(path)
    return written


def _without_digests(row: Row, salt: str) -> Row:
    """Return a row that holds no hash of hidden documents, by which a salt could be guessed.

    Its name keeps ten digits, keyed by the salt, so that two runs have two records.
    """
    stem, _, _ = row.slug.rpartition("-")
    bare = {"digest": "", "content": ""}
    scores = {name: score.model_copy(update=bare) for name, score in row.scores.items()}
    slug = f"{stem}-{salts.keyed(salt, 'record', row.slug).hex()[:10]}"
    return row.model_copy(update={"slug": slug, "scores": scores})


def read(folder: Path | None) -> Sequence[Row]:
    """Return the rows of a folder of records; none without one.

    Raises:
        HeptathlonError: if a file is no record.
    """
    return [_read(path) for path in sorted(folder.glob("*.json"))] if folder else []


def _read(path: Path) -> Row:
    try:
        return Row.model_validate(read_json_strict(path, max_bytes=MAX_RECORD_BYTES))
    except ValidationError:
        raise HeptathlonError(f"{path}: is no record of heptathlon leaderboard salted.") from None
