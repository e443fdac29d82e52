"""The board's data as JSON and CSV, beside its page."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from heptathlon import harmless
from heptathlon.files import canonical_json
from heptathlon.leaderboard.standings import Figure, Standing, Table, figure_of
from heptathlon.version import __version__

DIGITS = 6
"""Decimals in data.json and data.csv: far below any interval, and the same on every machine."""


def data_json(boards: Sequence[Table]) -> str:
    """Return everything on the board as one JSON document."""
    return (
        canonical_json(
            {
                "heptathlon_version": __version__,
                "boards": [
                    {
                        **board.division._asdict(),
                        "families": {name: _facts(board, name) for name in board.families},
                        "ranks": "paired" if board.paired else "intervals",
                        "rows": [_record(standing) for standing in board.standings],
                    }
                    for board in boards
                ],
            }
        )
        + "\n"
    )


def _facts(table: Table, family: str) -> dict[str, Any]:
    """Return what all rows have in common: they answered the same documents."""
    score = next(s.row.scores[family] for s in table.standings if family in s.row.scores)
    bar = score.bar.model_dump() if score.bar else None
    facts = {"metric": score.headline.metric, "n": score.headline.n, "digest": score.digest}
    return {**facts, "bar": bar}


def _record(standing: Standing) -> dict[str, Any]:
    row, rank = standing.row, standing.rank
    return {
        "rank": [rank.best, rank.worst] if rank else None,
        "points": _rounded(standing.total),
        "events": standing.events,
        "gap": _rounded(standing.gap),
        "hidden_gap": _rounded(standing.hidden),
        **row.model_dump(mode="json", exclude={"division", "scores"}),
        "scores": {
            family: {
                "headline": _rounded(figure_of(score.headline)),
                "skill": _rounded(figure_of(score.skill)),
                "points": _rounded(Figure(score.points.value, score.points.low, score.points.high)),
                "level": score.level.model_dump(mode="json") if score.level else None,
                "invalid_rate": _rounded(figure_of(score.invalid_rate)),
            }
            for family, score in row.scores.items()
        },
    }


def _rounded(f: Figure) -> list[float | None]:
    """Return value, low and high."""
    return [None if x is None else round(x, DIGITS) for x in f]


def data_csv(boards: Sequence[Table]) -> str:
    """Return one line a row and family, safe to open in a spreadsheet."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(_CSV_HEAD)
    for board in boards:
        for standing in board.standings:
            row, rank = standing.row, standing.rank
            for family, score in row.scores.items():
                h, bar = score.headline, score.bar
                rates = [figure_of(e) for e in (h, score.skill, score.invalid_rate)]
                value, skill, invalid = map(_rounded, rates)
                points = None if score.points.value is None else round(score.points.value, 3)
                line: list[object] = [
                    *board.division,
                    family,
                    rank.best if rank else None,
                    rank.worst if rank else None,
                    row.name,
                    row.kind,
                    row.revision,
                    row.submitter,
                    h.metric,
                    *(*value, h.n, *skill, points),
                    *((bar.player, round(bar.value, DIGITS)) if bar else (None, None)),
                    invalid[0],
                    " ".join(row.badges),
                    row.confirmed,
                    "; ".join((*row.unranked, *row.notes)),
                    row.date,
                    row.settings,
                ]
                writer.writerow([spreadsheet_safe(cell) for cell in line])
    return sink.getvalue()


_CSV_HEAD = (
    *("edition", "tier", "season", "family", "rank_best", "rank_worst"),
    *("name", "kind", "revision", "submitter", "metric"),
    *("value", "low", "high", "n", "skill", "skill_low", "skill_high", "points"),
    *("bar", "bar_value", "invalid_rate", "badges", "confirmed"),
    *("not_checked", "date", "settings"),
)


def spreadsheet_safe(cell: object) -> object:
    """Return a cell that a spreadsheet shows instead of computing it as a formula."""
    if not isinstance(cell, str):
        return cell
    text = harmless.label(cell, 10_000)
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@", "|", "%")) else text
