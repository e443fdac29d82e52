"""C-STS as RAR-b's multiple choice asks it, from a file that a user brings; it is not shipped.

``HEPTATHLON_RARB_DATA`` names the validation file of C-STS (``csts_validation.csv``), whose rows
hold two sentences, a condition, and a label: how alike the sentences are under it. RAR-b's
``mcr/create_csts.py`` says which pairs are asked and how; its released label is the first of the
two conditions throughout, here it is the one with the higher label.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from heptathlon.errors import HeptathlonError

INSTRUCTIONS = {
    "csts_easy": "Retrieve an aspect and a sentence which are similar to the following sentence.",
    "csts_hard": "Retrieve a condition under which the following two sentences are similar.",
}
FIELDS = ("sentence1", "sentence2", "condition", "label")
VARIABLE = "HEPTATHLON_RARB_DATA"
_HEAD = 'In terms of "{}", retrieve a sentence similar to the following. {}'


def rows(path: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the items of one of the two tasks: query, documents and label, in the paper's order.

    Args:
        path: the validation file of C-STS.
        name: ``csts_easy`` or ``csts_hard``.

    Raises:
        HeptathlonError: naming the row that cannot be read, or a file that gives no item.
    """
    pairs: dict[tuple[str, str], list[tuple[float, str]]] = {}
    read = list(_read(path))
    # A pair with the same label under both conditions has no answer.
    count = Counter((one, other, label) for one, other, _, label in read)
    for one, other, condition, label in read:
        if count[one, other, label] == 1:
            pairs.setdefault((one, other), []).append((label, condition))
    items = {pair: asked for pair, asked in sorted(pairs.items()) if len(asked) > 1}
    if not items:
        raise HeptathlonError(f"{path}: holds no pair of sentences under two conditions.")
    for (one, other), asked in items.items():
        labels = [label for label, _ in asked]
        conditions = [condition for _, condition in asked]
        easy = [_HEAD.format(condition[:-1], other) for condition in conditions]
        yield {
            "query": one if name == "csts_easy" else f"Sentence1: {one}; Sentence2: {other}",
            "documents": easy if name == "csts_easy" else conditions,
            "label": labels.index(max(labels)),
        }


def _read(path: Path) -> Iterator[tuple[str, str, str, float]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if lacks := [name for name in FIELDS if name not in (reader.fieldnames or ())]:
            raise HeptathlonError(
                f"{path}: has no column {', '.join(lacks)}; {VARIABLE} must name C-STS's "
                "csts_validation.csv."
            )
        for number, row in enumerate(reader):
            try:
                label = float(row["label"])
            except (TypeError, ValueError):
                raise HeptathlonError(
                    f"{path}, row {number}: the label {row['label']!r} is no number; take the "
                    "validation file, whose labels are public."
                ) from None
            if not row["condition"] or len(row["condition"]) < 2:
                raise HeptathlonError(f"{path}, row {number}: has no condition.")
            yield row["sentence1"], row["sentence2"], row["condition"], label
