"""What the rows of a table are read against: the bars of its families, and people."""

import math

from heptathlon.families import FAMILIES, Human
from heptathlon.leaderboard.standings import Bar, Table, human_skill
from heptathlon.pages import plots
from heptathlon.scorers import stats

BAR = plots.Reference(0.0)
"""A skill of 0 is the bar's, by definition."""


def bars_of(table: Table) -> list[tuple[str, Bar]]:
    """Return the bar of each family."""
    out = []
    for name in table.families:
        bars = [s.row.scores[name].bar for s in table.standings if name in s.row.scores]
        known = [bar for bar in bars if bar is not None]
        if known:
            out.append((FAMILIES[name].title, known[0]))
    return out


def people_of(table: Table) -> list[tuple[str, Human, float | None]]:
    """Return title, human figure and its skill of each family that has one."""
    out = []
    for name in table.families:
        if human := FAMILIES[name].human_of(table.division.edition):
            out.append((FAMILIES[name].title, human, human_skill(table, name)))
    return out


def mean_human(table: Table) -> float | None:
    """Return people's figure on the marks' axis; None unless it is known in every family."""
    skills = [human_skill(table, name) for name in table.families]
    known = [skill for skill in skills if skill is not None]
    if not known or len(known) < len(skills):
        return None
    if len(known) == 1:
        return known[0]
    return math.fsum(map(stats.held, known)) / len(known) / 1_000


def references_of(table: Table) -> list[plots.Reference]:
    """Return what a table's marks are read against: the bar, and people."""
    human = mean_human(table)
    return [BAR] if human is None else [BAR, plots.Reference(human, "dotted")]
