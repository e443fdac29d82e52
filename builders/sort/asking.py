"""What every edition does with a question: both orders of its options, and its record."""

from collections.abc import Mapping, Sequence
from typing import Any

from heptathlon.builders.sort.records import Condition, SortRecord
from heptathlon.families import FAMILIES
from heptathlon.records import content_id

FAMILY = "sort"
VERSION = FAMILIES[FAMILY].version


def both_orders(fields: Mapping[str, Any], texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return a question in both orders of its two options; the first text is the right one."""
    return [
        {**fields, "options": list(texts), "gold": 0},
        {**fields, "options": list(reversed(texts)), "gold": 1},
    ]


def record(question: Mapping[str, Any], condition: Condition, season: str) -> SortRecord:
    """Return a question's record in a condition, with its identities.

    Args:
        question: every field of the record but condition, season and identities; ``pair`` names
            what is asked about.
        condition: see :class:`SortRecord`.
        season: the season.
    """
    fields = {k: v for k, v in question.items() if k != "pair"}
    fields["rung"] = int(fields["length"])
    between = {k: fields.pop(k) for k in ("between", "others") if k in fields}
    asked = content_id(FAMILY, fields)
    pair = content_id(FAMILY, fields["form"], fields["text"], question["pair"])
    if condition == "notext":
        fields["text"] = ""
    return SortRecord(
        item_id=content_id(FAMILY, condition, fields, asked, between),
        cluster_id=content_id(FAMILY, question["title"], question["text"]),
        season=season,
        condition=condition,
        asked_id=asked,
        pair_id=pair,
        **fields,
        **between,
    )
