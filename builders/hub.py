"""What is published beside the data: card, ``eval.yaml``, all generated from registry and manifest.

A family has one repository on the Hub. Each of its sets lies in a folder of its own there
(:func:`set_folder`), with its manifest; the card lists them all.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from heptathlon import families
from heptathlon.builders.dictionary import VIEWS, described
from heptathlon.families import Family, Role
from heptathlon.parts import part_folder
from heptathlon.records import Record
from heptathlon.tasks import catalog

FRAMEWORK = "heptathlon"
"""Id of the evaluation framework in ``eval.yaml``. The Hub lists a data set as a benchmark once it
knows the id, which is asked for in ``packages/tasks/src/eval.ts`` of huggingface.js."""
SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"))
"""The Hub's size categories: number of records below which each holds."""
ROLES: dict[Role, str] = {
    "scored": "scored: the suite's total counts it",
    "exhibition": "exhibition: it stands on a page of its own, and no total counts it",
}

Manifests = Mapping[str, Mapping[str, Any]]
"""A repository's sets: each one's manifest as a dictionary, by the set's folder."""
Models = Mapping[str, type[Record]]
"""The model of the records of each config."""


def set_folder(edition: str, tier: str) -> str:
    """Return the folder of a set in its family's repository."""
    return f"{edition}-{tier}"


def config_name(folder: str, config: str) -> str:
    """Return the name by which ``datasets.load_dataset`` finds a config of a set.

    Example:
        >>> config_name("fresh-lite", "path"), config_name("", "path")
        ('fresh-lite-path', 'path')
    """
    return f"{folder}-{config}" if folder else config


def tag_of(season: str, version: int) -> str:
    """Return the git tag of a season: data of another version is other data."""
    return f"{season}-v{version}"


def dataset_card(family: Family, manifest: Mapping[str, Any], models: Models) -> str:
    """Return the README.md of one set's own folder.

    Args:
        family: the registry's entry.
        manifest: the set's manifest as a dictionary.
        models: the model of its records by config.
    """
    title = f"{family.title}: {manifest['edition']} edition, tier {manifest['tier']}"
    pretty = f"Heptathlon: {family.title} ({manifest['edition']}, {manifest['season']})"
    lines = [*_header(family, pretty, {"": manifest}), f"# {title}", "", family.question, ""]
    lines += [*facts_table(family), "", "## This set", "", *_set_lines("", manifest)]
    labelled = _labelled({"": manifest}, {"": models})
    lines += ["", *_fields_lines(labelled, views=bool(manifest["views"]))]
    lines += [_without_pictures(family_notes(family)), ""]
    lines += [f"Canary: `{manifest['canary']}`", ""]
    return "\n".join(lines)


def repository_card(
    family: Family, repository: str, sets: Manifests, models: Mapping[str, Models]
) -> str:
    """Return the README.md of a family's repository on the Hub.

    Args:
        family: the registry's entry.
        repository: its name there, ``org/name``.
        sets: its sets, all of one season and version.
        models: the models of each set's records.
    """
    first = next(iter(sets.values()))
    tag = tag_of(first["season"], first["version"])
    config = default_config(family, sets)
    lines = [
        *_header(family, f"Heptathlon: {family.title} ({first['season']})", sets),
        f"# Heptathlon: {family.title}",
        "",
        family.question,
        "",
        *facts_table(family),
        "",
        "## Use",
        "",
        "```python",
        "from datasets import load_dataset",
        "",
        f'load_dataset("{repository}", "{config}", split="test", revision="{tag}")',
        "```",
        "",
        f"The config `{config}` is also what loads if none is named: the headline rests on it.",
        "",
        f"The tag `{tag}` is season `{first['season']}`, version {first['version']}: its records "
        "never change. Each folder's `manifest.json` has the checksum of every file and a digest "
        "of the records, which is also that of the set built from its seed.",
        "",
        "## Sets",
    ]
    for folder, manifest in sets.items():
        lines += ["", f"### {manifest['edition'].capitalize()} edition, tier {manifest['tier']}"]
        lines += ["", *_set_lines(folder, manifest)]
    lines += ["", *_fields_lines(_labelled(sets, models), views=True)]
    lines += [_without_pictures(family_notes(family)), "", "## Citation", ""]
    lines += [f"The protocol is that of [{family.paper.title}]({family.paper.url}); cite it, and"]
    lines += [f"name the data as `{repository}`, `{tag}`."]
    if any(m["edition"] == "paper" for m in sets.values()):
        lines += ["", f"The paper edition may be passed on: {family.paper_licence_note}."]
    lines += ["", f"Canary: `{first['canary']}`", ""]
    return "\n".join(lines)


def _header(family: Family, title: str, sets: Manifests) -> list[str]:
    """Return the Hub's YAML header."""
    configs: dict[str, list[dict[str, str]]] = {}
    for folder, manifest in sets.items():
        for entry in manifest["files"]:
            path = f"{folder}/{entry['path']}" if folder else entry["path"]
            name = config_name(folder, entry["config"])
            configs.setdefault(name, []).append({"split": entry["split"], "path": path})
    records = sum(entry["records"] for m in sets.values() for entry in m["files"])
    size = next((name for limit, name in SIZES if records < limit), "n>1M")
    licences = {family.licence_of(m["edition"]) or "other" for m in sets.values()}
    named = sorted(licence.lower() for licence in licences)
    default = default_config(family, sets)
    header = {
        "pretty_name": title,
        "license": named[0] if len(named) == 1 else named,
        "language": ["en"],
        "size_categories": [size],
        "tags": ["heptathlon", family.name, "evaluation"],
        "configs": [
            {"config_name": c, **({"default": True} if c == default else {}), "data_files": rows}
            for c, rows in configs.items()
        ],
    }
    text = yaml.safe_dump(header, sort_keys=False, allow_unicode=True).rstrip()
    return ["---", text, "---", ""]


def _set_lines(folder: str, manifest: Mapping[str, Any]) -> list[str]:
    """Return what the card says of one set: its identity, its files and its strata."""
    lines = [
        f"Season `{manifest['season']}`{' with a private salt' * manifest['salted']}, version "
        f"{manifest['version']}, digest `{manifest['digest']}`.",
        "",
        "| config | split | records | sha256 |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {config_name(folder, e['config'])} | {e['split']} | {e['records']:,} "
        f"| `{e['sha256'][:16]}…` |"
        for e in manifest["files"]
    ]
    lines += ["", "Strata of the test splits:", ""]
    for config, fields in manifest["strata"].items():
        for field, levels in fields.items():
            counts = ", ".join(f"{level}: {n}" for level, n in levels.items())
            lines.append(f"- `{config}` by `{field}`: {counts}")
    if manifest["left_out"]:
        lines += ["", "Left out of the source files:", ""]
        lines += [f"- {reason}: {count:,}" for reason, count in manifest["left_out"].items()]
    return lines


def default_config(family: Family, sets: Manifests) -> str:
    """Return the config that loads if none is named: the headline's, of the largest fresh set."""
    order = {tier: place for place, tier in enumerate(("full", "lite", "smoke"))}

    def place(folder: str) -> tuple[bool, int]:
        manifest = sets[folder]
        return manifest["edition"] != "fresh", order.get(manifest["tier"], len(order))

    for folder in sorted(sets, key=place):
        manifest = sets[folder]
        there = {entry["config"] for entry in manifest["files"]}
        for config in headline_configs(family, manifest["edition"], manifest["tier"]):
            if config in there:
                return config_name(folder, config)
    folder = next(iter(sets))
    return config_name(folder, sets[folder]["files"][0]["config"])


def _labelled(sets: Manifests, models: Mapping[str, Models]) -> dict[type[Record], dict[str, None]]:
    """Return the configs that each kind of record is in, with the edition where that matters."""
    kinds: dict[str, set[type[Record]]] = {}
    for of in models.values():
        for config, model in of.items():
            kinds.setdefault(config, set()).add(model)
    out: dict[type[Record], dict[str, None]] = {}
    for folder, of in models.items():
        for config, model in of.items():
            edition = f" ({sets[folder]['edition']})" if len(kinds[config]) > 1 else ""
            out.setdefault(model, {})[f"`{config}`{edition}"] = None
    return out


def _fields_lines(labelled: Mapping[type[Record], Iterable[str]], *, views: bool) -> list[str]:
    """Return the data dictionary: a table of fields for each kind of record."""
    lines = ["## Fields", ""]
    if views:
        lines += ["In front of a record's fields, in every config that a task asks:", ""]
        lines += ["| column | what it holds |", "|---|---|"]
        lines += [*(f"| `{name}` | {said} |" for name, said in VIEWS.items()), ""]
    for model, configs in labelled.items():
        lines += [f"Of a record in {', '.join(configs)}:", "", "| field | what it holds |"]
        lines += ["|---|---|"]
        lines += [f"| `{name}` | {_cell(said)} |" for name, said in described(model).items()]
        lines += [""]
    return lines


def _cell(text: str) -> str:
    """Return a text that stands in one cell of a Markdown table."""
    return text.replace("|", "\\|")


def eval_yaml(family: Family, sets: Manifests) -> str:
    """Return the ``eval.yaml`` by which the Hub's Community Evals find a data set's tasks.

    There is one task a set, whose value is the set's headline. The Hub's schema gives a task one
    config; where a headline rests on several, the first stands for them.

    Args:
        family: the registry's entry.
        sets: the repository's sets.
    """
    tasks = []
    for folder, manifest in sets.items():
        configs = headline_configs(family, manifest["edition"], manifest["tier"])
        if configs:
            name = config_name(folder, configs[0])
            task = eval_task(family.name, manifest["edition"], manifest["tier"])
            tasks.append({"id": task, "config": name, "split": "test"})
    said = f"{family.question} Headline: {family.headline.metric}, {family.headline.says}."
    content = {
        "name": f"Heptathlon: {family.title}",
        "description": said,
        "evaluation_framework": FRAMEWORK,
        "tasks": tasks,
    }
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    return f"# {families.CANARY}\n{text}"


def eval_task(family: str, edition: str, tier: str) -> str:
    """Return the id of a set's task in ``eval.yaml``, which a result names."""
    return f"{family}-{set_folder(edition, tier)}"


def headline_configs(family: Family, edition: str, tier: str) -> list[str]:
    """Return the configs that the headline of an edition rests on, in the tasks' order."""
    configs: dict[str, None] = {}
    for variant in family.headline_of(edition).variants:
        task = families.task_name(variant, tier)
        if task in catalog.leaves() and catalog.task_data(task).edition == edition:
            configs[catalog.task_data(task).config] = None
    return list(configs)


def facts_table(family: Family) -> list[str]:
    """Return the registry's facts as the lines of a Markdown table."""
    human = f"{family.human.value} ({family.human.source})" if family.human else "none published"
    rows = {
        "paper": f"[{family.paper.title}]({family.paper.url})",
        "headline": f"`{family.headline.metric}`: {family.headline.says} (higher is better)",
        "chance": f"{family.chance:g} ({family.chance_note})",
        "human": human,
        "ceiling": f"{family.ceiling:g}",
        "role": ROLES[family.role],
        "editions": ", ".join(family.editions),
        "tiers": ", ".join(family.tiers),
        "licence of the generated data": family.licence,
        "version": str(family.version),
    }
    return ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())]


def family_notes(family: Family) -> str:
    """Return the family's own part of the card, which stands beside its builder as ``card.md``."""
    notes = part_folder(family, "builder") / "card.md"
    return notes.read_text(encoding="utf-8").strip()


def _without_pictures(notes: str) -> str:
    """Return notes for a place outside the repository: their pictures stand in ``docs`` alone."""
    return re.sub(r"^!\[[^\]\n]*\]\([^)\n]*\)\n\n?", "", notes, flags=re.MULTILINE)
