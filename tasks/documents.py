"""The documents of tasks as rows for people: question and right answer beside the record."""

from typing import Any

import pyarrow as pa

from heptathlon.builders.store import dataset
from heptathlon.tasks import catalog, rendered

TASK, PROMPT, TARGET = "task_name", "prompt", "target"


def asked_as_rows(name: str, tier: str = "") -> Any:
    """Return the documents of a family, a variant, a task or a group as one ``Dataset``.

    Args:
        name: what is asked; see :func:`.catalog.asked`.
        tier: size of the set, where the name does not say it.

    Raises:
        UnknownNameError: if there is no such name, with the nearest ones.
    """
    from datasets import Dataset

    tables = [_rows(task) for task in catalog.asked(name, tier)]
    # A field that one task's records lack is null there.
    return Dataset(pa.concat_tables(tables, promote_options="default"))


def of_task(task: str) -> pa.Table:
    """Return a leaf task's documents, as lm-eval is given them.

    Raises:
        UnknownNameError: if there is no such task, with the nearest names.
    """
    data = catalog.task_data(task)
    found = dataset(
        data.family.name, config=data.config, where=data.where, edition=data.edition, tier=data.tier
    )
    table: pa.Table = found["test"].data.table
    return table


def _rows(task: str) -> pa.Table:
    table = of_task(task)
    docs = table.to_pylist()
    shown = {
        TASK: [task] * len(docs),
        PROMPT: [rendered.question(task, doc) for doc in docs],
        TARGET: [rendered.answer(task, doc) for doc in docs],
    }
    columns = [pa.array(values, pa.string()) for values in shown.values()]
    return pa.table([*columns, *table.columns], names=[*shown, *table.column_names])
