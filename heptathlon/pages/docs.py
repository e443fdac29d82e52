"""Generated documentation: ``python -m heptathlon.pages.docs`` writes the cards and README's table.

A test fails when what is committed differs from what this would write.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from scipy.stats import spearmanr

from heptathlon import costs, environment
from heptathlon.builders.hub import facts_table, family_notes
from heptathlon.families import FAMILIES, Family, of_role, task_name
from heptathlon.files import write_text_atomic
from heptathlon.pages.base import DASH
from heptathlon.published import of_family
from heptathlon.scoring import skills
from heptathlon.tasks import catalog

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"(<!-- families: generated -->\n).*?(<!-- /families -->)", re.DOTALL)
COSTS = re.compile(r"(<!-- costs: generated -->\n).*?(<!-- /costs -->)", re.DOTALL)


def families_table() -> str:
    """Return the README's table of families: the scored ones, then the exhibition events."""
    lines = _table(of_role("scored"))
    if exhibition := {n: f for n, f in of_role("exhibition").items() if not f.package}:
        lines += ["", "Exhibition events, which no total counts:", "", *_table(exhibition)]
    return "\n".join(lines) + "\n"


def costs_table() -> str:
    """Return the README's table of what each event reads in each tier."""
    own = [f.name for f in FAMILIES.values() if not f.package]
    return "\n".join(costs.table(own, ("smoke", "lite", "full", "long"))) + "\n"


def _table(families: Mapping[str, Family]) -> list[str]:
    lines = ["| family | asks | paper | headline | card |", "|---|---|---|---|---|"]
    return lines + [
        f"| `{name}` | {f.question} | [{f.paper.title}]({f.paper.url}) "
        f"| `{f.headline.metric}` | [card](docs/{name}.md) |"
        for name, f in families.items()
    ]


def task_card(family: Family) -> str:
    """Return a family's task card: the registry's facts, its own notes, and its tasks."""
    groups = catalog.groups()
    leaves = [t for t in catalog.leaves() if catalog.task_data(t).family is family]
    lines = [f"# {family.title} (`{family.name}`)", "", family.question, ""]
    lines += facts_table(family)
    lines += ["", family_notes(family), "", *_published(family), *costs.card(family.name)]
    lines += [*_lite_for_full(family), "## Tasks", ""]
    lines += ["| task | tier | edition |", "|---|---|---|"]
    for tier in family.tiers:
        group = task_name(family.name, tier)
        if group in groups:
            lines.append(f"| **`{group}`** (group) | {tier} | fresh |")
        rows = [d for d in map(catalog.task_data, leaves) if d.tier == tier]
        lines += [
            f"| `{d.task}` | {tier} | {d.edition} |"
            for d in sorted(rows, key=lambda d: (d.edition, d.task))
        ]
    return "\n".join([*lines, ""])


def _published(family: Family) -> list[str]:
    """Return what others published on the family's tasks, a table for every source."""
    rows = of_family(family.name)
    if not rows:
        return []
    lines = ["## Published figures", ""]
    lines += ["Others' figures on these tasks, in this suite's unit. *Second-hand*: the source"]
    lines += [f"repeats the figure or is a summary. {DASH} is not published.", ""]
    for source in dict.fromkeys(row.source.name for row in rows):
        of_source = [row for row in rows if row.source.name == source]
        told = of_source[0].source
        lines += [f"From [{told.name}]({told.url}), {told.standing}. {told.note}", ""]
        models = list(dict.fromkeys(row.model for row in of_source))
        cells: dict[tuple[str, str], dict[str, str]] = {}
        for row in of_source:
            part = "".join(f", {field} {value}" for field, value in row.where.items())
            key = ", ".join(f"`{task}`" for task in row.tasks) + part, row.metric
            cells.setdefault(key, {})[row.model] = f"{row.value:.4g}"
        lines += [f"| task | metric | {' | '.join(models)} |", "|---|---|" + "---|" * len(models)]
        for (task, metric), of_model in cells.items():
            figures = " | ".join(of_model.get(model, DASH) for model in models)
            lines.append(f"| {task} | `{metric}` | {figures} |")
        lines.append("")
    return lines


def _lite_for_full(family: Family) -> list[str]:
    """Return what the players say of how well ``lite`` stands for ``full``; nothing if unknown."""
    lite, full = (skills.measured_of(family, "fresh", t, family.headline) for t in ("lite", "full"))
    if lite is None or full is None:
        return []
    pairs = [
        (value, other)
        for name, value in lite.players.items()
        if value is not None and (other := full.players.get(name)) is not None
    ]
    mine, others = ([pair[i] for pair in pairs] for i in (0, 1))
    ranks = float(spearmanr(mine, others).statistic)
    apart = sum(abs(a - b) for a, b in pairs) / len(pairs)
    return [
        "## Lite for full",
        "",
        f"Of {len(pairs)} scripted players, the expected headline on `lite` ({len(lite.salts)} "
        f"draws) and on `full` ({len(full.salts)}) have a rank correlation of {ranks:.2f} and "
        f"are {apart:.4f} apart on average. What one draw adds to that is in the run's interval.",
        "",
    ]


def generated(root: Path = ROOT) -> dict[Path, str]:
    """Return every generated file's path and the text that it should hold."""
    readme = root / "README.md"
    own = [f for f in FAMILIES.values() if not f.package]
    out = {root / "docs" / f"{f.name}.md": task_card(f) for f in own}
    out[root / "docs" / "environment.md"] = environment.page()
    table = families_table()
    text = BLOCK.sub(lambda m: m.group(1) + table + m.group(2), readme.read_text(encoding="utf-8"))
    out[readme] = COSTS.sub(lambda m: m.group(1) + costs_table() + m.group(2), text)
    return out


if __name__ == "__main__":
    for path, text in generated().items():
        write_text_atomic(path, text)
