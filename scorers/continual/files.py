"""Matrices from files: JSON, or a table of comma-separated values."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from heptathlon.errors import HeptathlonError
from heptathlon.files import loads_strict, read_text_limited
from heptathlon.scorers.continual.matrix import BASE, Matrix

MAX_BYTES = 16 * 2**20


def read_matrix(path: Path) -> Matrix:
    """Read a matrix from ``.json`` or ``.csv``; see :func:`from_json` and :func:`from_csv`.

    Raises:
        HeptathlonError: naming the file, and the row or task at fault.
    """
    text = read_text_limited(path, max_bytes=MAX_BYTES)
    where = str(path)
    if path.suffix == ".csv":
        return from_csv(text, where=where)
    return from_json(loads_strict(text, where=where), where=where)


def from_json(data: Any, *, where: str) -> Matrix:
    """Return the matrix of ``{"tasks": [...], "rows": {"base": {...}, "<task>": {...}}}``.

    A row is named by the task that was learned last and maps tasks to scores; a score that is
    null or absent is missing, and so is a row that is absent.

    Raises:
        HeptathlonError: naming what does not fit.
    """
    if not isinstance(data, dict) or set(data) != {"tasks", "rows"}:
        raise HeptathlonError(f"{where}: a matrix is an object with the keys 'tasks' and 'rows'.")
    tasks, rows = data["tasks"], data["rows"]
    if not isinstance(tasks, list) or not tasks or not all(isinstance(t, str) for t in tasks):
        raise HeptathlonError(f"{where}: 'tasks' must be a list of names in order of learning.")
    if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        raise HeptathlonError(f"{where}: 'rows' must map each checkpoint to its scores by task.")
    return _from_rows(tasks, rows, where)


def from_csv(text: str, *, where: str) -> Matrix:
    """Return the matrix of a table whose header is ``after,<task>,…`` in order of learning.

    The first cell of a row is ``base`` or the task that was learned last; an empty cell is missing.

    Raises:
        HeptathlonError: naming what does not fit.
    """
    lines = [line for line in csv.reader(io.StringIO(text)) if line]
    if not lines or len(lines[0]) < 2 or lines[0][0].strip() != "after":
        raise HeptathlonError(f"{where}: the first line must be after,<task>,<task>,….")
    tasks = [name.strip() for name in lines[0][1:]]
    rows: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(lines[1:], start=2):
        name = line[0].strip()
        if len(line) != len(lines[0]):
            raise HeptathlonError(
                f"{where}, row {number}: has {len(line)} cells, not {len(lines[0])}."
            )
        if name in rows:
            raise HeptathlonError(f"{where}, row {number}: {name!r} has two rows; keep one.")
        rows[name] = {
            task: _number(cell, f"{where}, row {number}")
            for task, cell in zip(tasks, line[1:], strict=True)
        }
    return _from_rows(tasks, rows, where)


def _number(cell: str, where: str) -> float | None:
    if not cell.strip():
        return None
    try:
        return float(cell)
    except ValueError:
        raise HeptathlonError(f"{where}: {cell.strip()[:40]!r} is no number.") from None


def _from_rows(tasks: list[str], rows: Mapping[str, Mapping[str, Any]], where: str) -> Matrix:
    if len(set(tasks)) < len(tasks):
        raise HeptathlonError(f"{where}: a task stands twice among the tasks.")
    for name in rows:
        if name != BASE and name not in tasks:
            raise HeptathlonError(f"{where}: the row {name!r} is neither 'base' nor a task.")
    if unknown := {task for row in rows.values() for task in row} - set(tasks):
        raise HeptathlonError(f"{where}: {min(unknown)!r} is scored but is none of the tasks.")
    table = np.full((len(tasks) + 1, len(tasks)), np.nan)
    for r, name in enumerate([BASE, *tasks]):
        for c, task in enumerate(tasks):
            value = rows.get(name, {}).get(task)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise HeptathlonError(f"{where}: the score {value!r} of {task} is no number.")
            if not np.isfinite(value):
                raise HeptathlonError(f"{where}: the score of {task} is not finite; leave it out.")
            table[r, c] = value
    return Matrix(tuple(tasks), table[1:], table[0])
