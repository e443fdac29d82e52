"""A comparison of plain runs in words and tables, for a terminal."""

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from heptathlon.harmless import label
from heptathlon.scoring.compare_words import cells, count, grid, who
from heptathlon.scoring.plain_compare import PlainComparison, TaskDifference


def render(result: PlainComparison) -> RenderableType:
    """Return a comparison of plain runs as a person reads it in a terminal."""
    by = "each document is its own cluster"
    if result.cluster:
        by = f"documents of one {label(result.cluster)} are one cluster"
    parts: list[RenderableType] = [
        Text.assemble(("A  ", "bold"), who(result.a)),
        Text.assemble(("B  ", "bold"), who(result.b)),
        Text(f"{result.says} Intervals of 95 %; {by}.", style="dim"),
        *(Text(f"Note: {label(warning, 600)}", style="yellow") for warning in result.warnings),
        Text(),
        _rows("task", result.tasks),
    ]
    if result.groups:
        parts += [Text(), _rows("group", result.groups)]
    parts.append(Text())
    for one in (*result.tasks.values(), *result.groups.values()):
        parts.append(Text(label(one.sentence, 600)))
    return Group(*parts)


def _rows(first: str, found: Mapping[str, TaskDifference]) -> Table:
    """Return a table whose cells have two lines, so that names are whole at 80 columns."""
    out = grid(f"{first}\nmetric", "A", "B", "A - B\n95 %", "p", "A more\nB more", "docs")
    for name, one in found.items():
        a, b, gap, ends, p = cells(one)
        weighted = f" ({one.weights})" if one.weights else ""
        less = "" if one.higher_is_better else ", less is better"
        out.add_row(
            f"{label(name)}{weighted}\n{label(one.metric)}{less}",
            a, b, f"{gap}\n{ends}", p,
            f"{count(one.a_better)}\n{count(one.b_better)}", f"{one.shared:,}",
        )  # fmt: skip
    return out
