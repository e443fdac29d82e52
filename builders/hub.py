"""The Hub's side of a built set: the dataset card, generated from the registry and manifest."""

from collections.abc import Mapping
from importlib import resources
from typing import Any

import yaml

from heptathlon.families import Family


def dataset_card(family: Family, manifest: Mapping[str, Any]) -> str:
    """Return a set's README.md: the Hub's YAML header, then what a reader needs to judge it.

    Args:
        family: the registry's entry.
        manifest: the set's manifest as a dictionary.
    """
    configs: dict[str, list[dict[str, str]]] = {}
    for entry in manifest["files"]:
        row = {"split": entry["split"], "path": entry["path"]}
        configs.setdefault(entry["config"], []).append(row)
    header = {
        "pretty_name": f"Heptathlon: {family.title} ({manifest['edition']}, {manifest['season']})",
        "license": family.licence.lower(),
        "language": ["en"],
        "tags": ["heptathlon", family.name, "evaluation"],
        "configs": [{"config_name": c, "data_files": rows} for c, rows in configs.items()],
    }
    lines = [
        "---",
        yaml.safe_dump(header, sort_keys=False, allow_unicode=True).rstrip(),
        "---",
        "",
        f"# {family.title}: {manifest['edition']} edition, tier {manifest['tier']}",
        "",
        family.question,
        "",
        *facts_table(family),
        "",
        "## This set",
        "",
        f"Season `{manifest['season']}`{' with a private salt' * manifest['salted']}, version "
        f"{manifest['version']}, digest `{manifest['digest']}`.",
        "",
        "| config | split | records | sha256 |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {e['config']} | {e['split']} | {e['records']:,} | `{e['sha256'][:16]}…` |"
        for e in manifest["files"]
    ]
    lines += ["", "## Strata of the test splits", ""]
    for config, fields in manifest["strata"].items():
        for field, levels in fields.items():
            counts = ", ".join(f"{level}: {n}" for level, n in levels.items())
            lines.append(f"- `{config}` by `{field}`: {counts}")
    if manifest["left_out"]:
        lines += ["", "## Left out of the source files", ""]
        lines += [f"- {reason}: {count:,}" for reason, count in manifest["left_out"].items()]
    lines += ["", family_notes(family), "", f"Canary: `{manifest['canary']}`", ""]
    return "\n".join(lines)


def facts_table(family: Family) -> list[str]:
    """Return the registry's facts as the lines of a Markdown table."""
    human = f"{family.human.value} ({family.human.source})" if family.human else "none published"
    rows = {
        "paper": f"[{family.paper.title}]({family.paper.url})",
        "headline": f"`{family.headline.metric}`: {family.headline.says} (higher is better)",
        "chance": f"{family.chance:g} ({family.chance_note})",
        "human": human,
        "ceiling": f"{family.ceiling:g}",
        "editions": ", ".join(family.editions),
        "tiers": ", ".join(family.tiers),
        "licence of the generated data": family.licence,
        "version": str(family.version),
    }
    return ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())]


def family_notes(family: Family) -> str:
    """Return the family's own part of the card, which stands beside its builder as ``card.md``."""
    notes = resources.files(f"heptathlon.builders.{family.name}") / "card.md"
    return notes.read_text(encoding="utf-8").strip()
