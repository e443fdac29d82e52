"""Rows without copies: of equal answers, whatever they are called, the first ones seen stay."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from heptathlon.leaderboard import seen
from heptathlon.leaderboard.kept import Came
from heptathlon.leaderboard.standings import Row

logger = logging.getLogger("heptathlon")


class Submission(NamedTuple):
    """An accepted submission: where it lies, and what came of it."""

    folder: Path
    key: str
    came: Came


def first_seen(
    good: Sequence[Submission], known: Sequence[str]
) -> list[tuple[Submission, int, Row]]:
    """Return the rows of submissions in the order in which they were seen, without copies.

    A row whose answers are all another's is a copy, whatever its name, submitter and folder: the
    first one stays. Where nobody knows which was first, none is preferred: one row of that name
    stays without a submitter, and rows of different names have no rank.
    """
    order = seen.orders([g.folder for g in good], [g.came.envelope for g in good], known)
    late = (2, 0)
    # What is not known to have been first is taken in an order that tells nothing of who made it.
    queue = sorted(
        zip(order, good, strict=True), key=lambda one: (one[0] or late, one[1].came.envelope)
    )
    out: dict[tuple[object, ...], tuple[Submission, int, Row]] = {}
    first: dict[tuple[object, ...], tuple[tuple[object, ...], seen.Order]] = {}
    for place, one in queue:
        for number, row in enumerate(one.came.rows):
            answers = _answers(row)
            originals = [first[a] for a in answers if a in first]
            key = (row.slug, one.came.envelope)
            if len(originals) < len(answers) or not answers:
                out[key] = (one, number, row)
                first |= {a: (key, place) for a in answers if a not in first}
                continue
            other_key, other_place = originals[0]
            source, at, original = out[other_key]
            twice = one.came.envelope == source.came.envelope
            if twice or (place != other_place and other_place is not None):
                first_ = "" if twice else ", which was first"
                logger.warning("left out: %s is a copy of %s%s", one.folder, source.folder, first_)
            elif original.name == row.name:
                logger.warning(
                    "left out: %s is a copy of %s; nobody knows which was first, so that neither "
                    "submitter is named",
                    one.folder,
                    source.folder,
                )
                plain = {"submitter": "", "url": ""}
                out[other_key] = (source, at, original.model_copy(update=plain))
            else:
                logger.warning(
                    "%s and %s have the same answers, and nobody knows which was first: neither "
                    "has a rank",
                    one.folder,
                    source.folder,
                )
                out[other_key] = (source, at, _alike(original, row))
                out[key] = (one, number, _alike(row, original))
    return list(out.values())


def _answers(row: Row) -> list[tuple[object, ...]]:
    """Return what a row's answers are known by, one a family."""
    # Scripts answer alike where they have the same idea, and are asked again anyway.
    return [
        (row.division, row.kind == "model", row.name if row.kind != "model" else "", f, s.content)
        for f, s in row.scores.items()
    ]


def _alike(row: Row, other: Row) -> Row:
    said = f"the same answers as {other.name}; which was first is not known"
    return row.model_copy(update={"unranked": (*row.unranked, said)})
