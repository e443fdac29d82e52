"""What a published row shows a person: question and right answer, as a model sees them.

They stand beside the records when a set is pushed, in columns that its manifest names. They are
outside the digest, and tasks that load the set from the Hub never see them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from heptathlon.builders import store
from heptathlon.builders.dictionary import VIEWS
from heptathlon.builders.store.writing import write_rows
from heptathlon.errors import HeptathlonError
from heptathlon.families import family
from heptathlon.files import dump_json, write_text_atomic
from heptathlon.records import Record
from heptathlon.tasks import catalog, rendered

PROMPT, TARGET = VIEWS


def schema(name: store.SetName, config: str, model: type[Record]) -> pa.Schema:
    """Return the columns of a config as it is published: the views, then the record's fields.

    Raises:
        HeptathlonError: if a field of the record has the name of a view.
    """
    fields = store.arrow_schema(model)
    if not tasks_of(name, config):
        return fields
    if taken := [view for view in VIEWS if view in fields.names]:
        raise HeptathlonError(
            f"{name.family}/{config}: {model.__name__} has a field {taken[0]!r}, the name of what "
            "a published row shows beside the record; let the field have another name."
        )
    return pa.schema([(view, pa.string()) for view in VIEWS] + list(fields))


def tasks_of(name: store.SetName, config: str) -> list[tuple[str, Mapping[str, str]]]:
    """Return the tasks that ask a config of a set, the headline's first, and which rows each asks.

    There are none for what is only searched, as a corpus is.
    """
    entry = family(name.family)
    headline = entry.headline_of(name.edition).variants
    found: dict[str, catalog.TaskData] = {}
    for task in catalog.leaves():
        data = catalog.task_data(task)
        asked = (data.family.name, data.edition, data.config)
        fits = asked == (name.family, name.edition, config)
        # Of a variant's tiers the set's own comes first; they ask in the same words.
        if fits and (data.tier == name.tier or data.variant not in found):
            found[data.variant] = data
    ordered = sorted(found.values(), key=lambda data: data.variant not in headline)
    return [(data.task, data.where) for data in ordered]


def write(name: store.SetName, folder: Path, out: Path) -> store.Manifest:
    """Write the files of a set with their views, and return the manifest of these files.

    Args:
        name: which set.
        folder: where it was built.
        out: folder for parquet files and manifest.

    Raises:
        HeptathlonError: if a file is not the one that was built, or a name is taken.
    """
    manifest = store.read_manifest(folder)
    configs = store.builder_of(name.family).configs(name.edition)
    files = []
    for entry in manifest.files:
        rows = store.read_docs(folder, entry.config, entry.split)
        tasks = tasks_of(name, entry.config)
        if tasks:
            rows = [_shown(row, tasks) for row in rows]
        columns = schema(name, entry.config, configs[entry.config])
        files.append(write_rows(out, entry.config, entry.split, rows, columns))
    shown = manifest.model_copy(update={"files": files, "views": list(VIEWS)})
    write_text_atomic(out / store.MANIFEST, dump_json(shown.model_dump()))
    return shown


def _shown(row: dict[str, Any], tasks: list[tuple[str, Mapping[str, str]]]) -> dict[str, Any]:
    # Worked examples belong to no stratum, and are asked like the first of them.
    task = next((t for t, where in tasks if where.items() <= row.items()), tasks[0][0])
    return {PROMPT: rendered.question(task, row), TARGET: rendered.answer(task, row), **row}
