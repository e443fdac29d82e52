"""Which questions of a set are asked in every form, and which are shown as solved.

Both follow from the documents alone, so that they are the same in every form, every run and every
process. Solved questions are of clusters of which nothing is asked.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from heptathlon.builders import store
from heptathlon.errors import HeptathlonError
from heptathlon.tasks import catalog
from heptathlon.tasks.prompt_forms import ITEMS
from heptathlon.tasks.prompt_forms.question import Question
from heptathlon.tasks.prompt_forms.questions import question_of

Doc = Mapping[str, Any]
SOLVED = 3
_FEWEST_SHORT = 24
"""Documents at least, from the shortest on, of which the solved ones are taken."""


class TooFewError(HeptathlonError):
    """A set has too few clusters for forms."""


class Items:
    """The questions of one task in one season.

    Attributes:
        solved: the questions that are shown with their answers, in their order.
        chosen: item_id of the documents that are asked.
    """

    def __init__(self, task: str, docs: Sequence[Doc]) -> None:
        solved = _solved(task, docs)
        taken = {str(doc["cluster_id"]) for doc in solved}
        self.solved: tuple[Question, ...] = tuple(question_of(task, doc) for doc in solved)
        self.chosen: frozenset[str] = frozenset(
            str(doc["item_id"])
            for doc in spread([doc for doc in docs if str(doc["cluster_id"]) not in taken])[:ITEMS]
        )


def items_of(task: str, season: str) -> Items:
    """Return which documents of a task are asked in a season, and which are shown as solved.

    Args:
        task: the task whose questions the forms ask.
        season: the season; the one that is asked for now if empty.

    Raises:
        TooFewError: if the task's set has too few clusters.
    """
    data = catalog.task_data(task)
    told = {"edition": data.edition, "tier": data.tier, "season": season}
    return _items(task, store.asked(data.family.name, told))


@cache
def _items(task: str, name: store.SetName) -> Items:
    data = catalog.task_data(task)
    return Items(task, list(filter(data.asks, store.each_doc(store.locate(name), data.config))))


def _solved(task: str, docs: Sequence[Doc]) -> list[Doc]:
    """Return three documents of three clusters: short ones, with answers at places that differ."""
    by_length = sorted(docs, key=lambda doc: (len(catalog.prompt_of(task, doc)), _digest(doc)))
    short = sorted(by_length[: max(_FEWEST_SHORT, len(docs) // 10)], key=_digest)
    found: list[Doc] = []
    for other_place in (True, False):
        for doc in short:
            golds = {question_of(task, one).gold for one in found}
            new = all(one["cluster_id"] != doc["cluster_id"] for one in found)
            if new and len(found) < SOLVED:
                if other_place and question_of(task, doc).gold in golds:
                    continue
                found.append(doc)
    clusters = {str(doc["cluster_id"]) for doc in docs}
    if len(found) < SOLVED or len(clusters) < 2 * SOLVED:
        raise TooFewError(
            f"{task}: its {len(clusters)} clusters are too few to show {SOLVED} as solved and ask "
            "the others in every form; take a larger tier."
        )
    return found


def spread(docs: Iterable[Doc]) -> list[Doc]:
    """Return documents so that the first ones are of as many clusters as can be."""
    turns: dict[str, int] = {}
    keyed = []
    for doc in sorted(docs, key=_digest):
        label = str(doc["cluster_id"])
        turns[label] = turns.get(label, 0) + 1
        keyed.append((turns[label], _digest(doc), doc))
    return [doc for *_, doc in sorted(keyed, key=lambda one: one[:2])]


def _digest(doc: Doc) -> str:
    return hashlib.sha256(f"prompt forms/{doc['item_id']}".encode()).hexdigest()
