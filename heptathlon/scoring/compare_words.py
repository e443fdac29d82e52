"""A comparison in words and tables, for a terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from heptathlon.harmless import label
from heptathlon.scorers import stats
from heptathlon.scoring.cards import Estimate, ModelCard
from heptathlon.scoring.comparison import Comparison, Difference, FamilyDifference


def sentence_of(
    name: str,
    found: Difference,
    detectable: stats.Detectable,
    families: int,
    what: str = "families",
) -> str:
    """Say in plain words who is better, by how much and how sure; or that they tie.

    Args:
        name: what they were compared on.
        found: the difference, with its verdict.
        detectable: what difference would have been found.
        families: how many such comparisons were made.
        what: what they are comparisons of, in the plural.
    """
    gap = found.difference
    if found.verdict is None or gap.value is None:
        return f"On {name} there is no verdict: {gap.reason or 'there is no test'}."
    sure = f"{_p_words(found.p_adjusted)}{_after_holm(families, what)}"
    if found.verdict != "tie":
        value, low, high = (abs(x or 0.0) for x in (gap.value, gap.low, gap.high))
        low, high = sorted((low, high))
        better = found.verdict.upper()
        return f"{better} is better on {name} by {value:.3f} ({low:.3f} to {high:.3f}), {sure}."
    if found.a_better == found.b_better == 0:
        same = f"They tie on {name}: both score the same on each of the {gap.n:,} items"
        if gap.low is None or gap.high is None:
            return f"{same}; how large a difference there may be all the same is unknown."
        bound = max(abs(gap.low), abs(gap.high))
        return f"{same}; a difference of up to {bound:.3f} cannot be excluded."
    why = f" ({detectable.reason})" if detectable.reason else ""
    seen = f"how small a difference would have been seen is unknown{why}"
    if detectable.value is not None:
        seen = f"a difference below {detectable.value:.3f} would likely not have been seen"
    return f"They tie on {name}: the difference is {_signed(gap)}, {sure}; {seen}."


def _after_holm(families: int, what: str) -> str:
    return f" after Holm's correction over {families} {what}" if families > 1 else ""


def _p_words(p: float | None) -> str:
    if p is None:
        return "no test"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _p_cell(p: float | None) -> str:
    return "-" if p is None else _p_words(p).removeprefix("p ").removeprefix("= ")


def _signed(gap: Estimate) -> str:
    if gap.value is None:
        return "-"
    ends = f" ({gap.low:+.3f} to {gap.high:+.3f})" if None not in (gap.low, gap.high) else ""
    return f"{gap.value:+.3f}{ends}"


def render(result: Comparison) -> RenderableType:
    """Return a comparison as a person reads it in a terminal."""
    parts: list[RenderableType] = [
        Text.assemble(("A  ", "bold"), who(result.a)),
        Text.assemble(("B  ", "bold"), who(result.b)),
        Text(f"{result.shared:,} items answered by both; intervals of 95 %.", style="dim"),
        *(Text(f"Note: {warning}", style="yellow") for warning in result.warnings),
        Text(),
        _headlines(result),
    ]
    for name, family in result.families.items():
        parts += [Text(), Text(family.sentence, style="bold"), Text(_about(family), style="dim")]
        parts.append(_where(name, family))
    return Group(*parts)


def who(model: ModelCard) -> str:
    """Return a model's name and what tells it from another of that name."""
    more = [model.kind, model.dtype, model.revision[:12]]
    return f"{label(model.name)} ({', '.join(label(m) for m in more if m)})"


def _about(family: FamilyDifference) -> str:
    """Say what was compared and how finely."""
    what = f"{family.metric} on {family.edition} {family.tier} {family.season}"
    if family.detectable is None:
        return f"{what}."
    return f"{what}; a true difference of {family.detectable:.3f} is found four times in five."


def grid(first: str, *others: str) -> Table:
    """Return a table without lines, whose columns but the first hold figures."""
    table = Table(box=None, pad_edge=False)
    table.add_column(first, overflow="fold")
    for column in others:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _headlines(result: Comparison) -> Table:
    table = grid("family", "A", "B", "A - B", "95 %", "p", "A wins", "B wins", "items")
    for name, f in result.families.items():
        table.add_row(name, *cells(f), count(f.a_better), count(f.b_better), f"{f.shared:,}")
    return table


def _where(name: str, family: FamilyDifference) -> RenderableType:
    """Return the strata on which the two runs differ."""
    differing = [s for s in family.strata if s.verdict in ("a", "b")]
    if not differing:
        return Text(f"No stratum of {name} shows a difference by itself.", style="dim")
    table = grid("stratum", "A", "B", "A - B", "95 %", "p", "better", "items")
    for s in differing:
        better = "A" if s.verdict == "a" else "B"
        table.add_row(f"{s.field} {label(s.level)}", *cells(s), better, f"{s.difference.n:,}")
    return table


def cells(found: Difference) -> tuple[str, str, str, str, str]:
    """Return both figures, their difference, its interval and its p-value as a table shows them."""
    gap = found.difference
    ends = "-"
    if gap.low is not None and gap.high is not None:
        ends = f"{gap.low:+.3f} to {gap.high:+.3f}"
    value = "-" if gap.value is None else f"{gap.value:+.3f}"
    return _figure(found.a), _figure(found.b), value, ends, _p_cell(found.p_adjusted)


def count(items: int | None) -> str:
    """Return a number of items as a table shows it."""
    return "-" if items is None else f"{items:,}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
