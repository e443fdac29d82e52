"""What the page that compares two rows needs: their figures item by item, small enough to embed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import special

from heptathlon import harmless
from heptathlon.families import FAMILIES
from heptathlon.leaderboard.standings import Items, Table

MAX_FIGURES = 400_000
"""Figures of a table that are embedded: the page stays below about two megabytes."""
DIGITS = 4
LEVEL = 0.95


def pairs(boards: Sequence[Table], items: Mapping[str, Items]) -> list[dict[str, Any]]:
    """Return the tables of which any two rows can be compared on the same items.

    A table's rows are left out from the bottom where all would be too many. The overall figure is
    the mean over the items, each family's its share of it times the number of families.

    Args:
        boards: the tables.
        items: each row's share of its overall figure, by slug.
    """
    out = []
    for board in boards:
        having = [s.row for s in board.standings if s.row.slug in items]
        if len(having) < 2:
            continue
        first = items[having[0].slug]
        having = [r for r in having if np.array_equal(items[r.slug].clusters, first.clusters)]
        having = having[: MAX_FIGURES // max(1, len(first.values))]
        if len(having) < 2:
            continue
        _, codes = np.unique(first.clusters, return_inverse=True)
        names, families = np.unique(first.families, return_inverse=True)
        counts = [len(set(codes[families == f].tolist())) for f in range(len(names))]
        out.append(
            {
                "title": board.division.title,
                "old": board.old,
                "rows": [
                    {
                        "name": harmless.label(r.name),
                        "kind": r.kind,
                        "note": harmless.label(r.settings),
                    }
                    for r in having
                ],
                "clusters": codes.tolist(),
                "families": families.tolist(),
                "events": [FAMILIES[str(name)].title for name in names],
                "t": [_student(c) for c in [len(set(codes.tolist())), *counts]],
                "values": [np.round(items[r.slug].values, DIGITS).tolist() for r in having],
            }
        )
    return out


def _student(clusters: int) -> float | None:
    """Return Student's quantile for an interval over so many clusters; None for a single one."""
    if clusters < 2:
        return None
    return round(float(special.stdtrit(clusters - 1, (1 + LEVEL) / 2)), 6)
