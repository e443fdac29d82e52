"""What the page that compares two rows needs: their clusters' parts, small enough to embed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import special

from heptathlon import harmless
from heptathlon.families import FAMILIES
from heptathlon.leaderboard.standings import Items, Row, Table
from heptathlon.scorers import stats

MAX_FIGURES = 400_000
"""Figures of a table that are embedded: the page stays below about two megabytes."""
UNIT = 10_000_000
"""Parts are embedded as whole numbers of this share of a skill."""
LEVEL = 0.95
QUANTILES = [
    round(float(special.stdtrit(df, (1 + LEVEL) / 2)), 6) for df in (*range(1, 101), np.inf)
]
"""Student's quantiles for 1 to 100 degrees of freedom, and the normal one."""


def pairs(boards: Sequence[Table], items: Mapping[str, Items]) -> list[dict[str, Any]]:
    """Return the tables of which any two rows can be compared on the same items.

    A table's rows are left out from the bottom where all would be too many, and where they answered
    other items than the first.

    Args:
        boards: the tables.
        items: each row's clusters' parts, by slug.
    """
    out = []
    for board in boards:
        having = [s.row for s in board.standings if s.row.slug in items]
        if len(having) < 2:
            continue
        most = max(items[r.slug].clusters.size for r in having)
        having = having[: MAX_FIGURES // max(1, most)]
        events = [_event(name, having, items) for name in board.families]
        known = [event for event in events if event is not None]
        compared = [i for i in range(len(having)) if any(e["skills"][i] is not None for e in known)]
        if len(compared) < 2:
            continue
        for event in known:
            event["skills"] = [event["skills"][i] for i in compared]
            event["parts"] = [event["parts"][i] for i in compared]
        rows = [having[i] for i in compared]
        out.append(
            {
                "title": board.division.title,
                "old": board.old,
                "unit": UNIT,
                "full": stats.FULL,
                "quantiles": QUANTILES,
                "rows": [
                    {
                        "name": harmless.label(r.name),
                        "kind": r.kind,
                        "note": harmless.label(r.settings),
                    }
                    for r in rows
                ],
                "events": known,
            }
        )
    return out


def _event(name: str, rows: Sequence[Row], items: Mapping[str, Items]) -> dict[str, Any] | None:
    """Return one event's skills and parts, row by row; null for a row that cannot be compared."""
    parts = {i: items[row.slug].of_families([name]) for i, row in enumerate(rows)}
    having = [i for i, mine in parts.items() if mine.clusters.size and name in rows[i].scores]
    if not having:
        return None
    first = parts[having[0]]
    same = [i for i in having if np.array_equal(parts[i].clusters, first.clusters)]
    skills: list[float | None] = [None] * len(rows)
    table: list[list[int]] = [[] for _ in rows]
    for i in same:
        skill = rows[i].scores[name].skill.value
        skills[i] = None if skill is None else round(skill, 6)
        table[i] = np.round(parts[i].parts * UNIT).astype(int).tolist()
    df = stats.df_of_shares(first.shares)
    return {
        "title": FAMILIES[name].title,
        "skills": skills,
        "parts": table,
        "df": df,
    }
