"""Tasks taught one after another in a prompt: continual learning that any one checkpoint can show.

A sequence of tasks is shown in two orders. After a block, a question on one of the tasks so far is
asked: after its own block, after the last one, or after each between them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from heptathlon.builders.mllm_ct.lessons import Sequence, of_figures, of_words, put
from heptathlon.builders.mllm_ct.records import BlockRecord
from heptathlon.builders.mllm_ct.styles import FAMILY, take_turns
from heptathlon.records import content_id
from heptathlon.seeding import Stream

FORM, PICTURE = "blocks", "blocks_image"
RULES = {2: "pick", 3: "pick", 4: "pick", 6: "label", 8: "label", 12: "both", 16: "pair"}
"""Rule by the number of tasks: the ladder, on which tasks grow in number and rules in difficulty.

``pick``: of four words, that of one kind. ``label``: an invented word for the kind of one word.
``both``: one for the kinds of two words together. ``pair``: the same for two of three words, of
which the third does not matter and no one says which it is.
"""
SMOKE_RULES = {tasks: RULES[tasks] for tasks in (2, 3)}
SEQUENCES = {"smoke": 12, "lite": 20, "full": 80}
"""Sequences a rung; each is asked once in either order."""
MATRIX_TASKS = 4
MATRIX_RULES = ("pick", "label", "both")
MATRIX_SEQUENCES = {"smoke": 3, "lite": 18, "full": 60}
"""Sequences of which every task is asked after every block from its own on."""
PICTURE_TASKS = (2, 3, 4)
PICTURE_RULES = ("which", "both")
PICTURE_SEQUENCES = {"smoke": 4, "lite": 20, "full": 80}
ORDERS = ("forward", "reverse")
WORDINGS = 4
"""Wordings of a prompt, by turns."""
GAPS = ((1, "1"), (3, "2-3"), (7, "4-7"))


def ladder(
    tier: str, seed: Callable[..., Stream], season: str
) -> Iterator[tuple[str, BlockRecord]]:
    """Yield the headline's questions, and each once more right after its own block.

    Args:
        tier: the tier.
        seed: returns the stream of a key.
        season: the season.

    Yields:
        The config and the record.
    """
    for tasks, kind in (SMOKE_RULES if tier == "smoke" else RULES).items():
        for index in range(SEQUENCES[tier]):
            stream, turn = seed("ladder", tasks, index), _turn(seed, "ladder", tasks) + index
            # The task that was taught in this place is asked about; the last one is not.
            place = turn % (tasks - 1)
            asked = {order: place if order == "forward" else tasks - 1 - place for order in ORDERS}
            made = of_words(kind, tasks, stream, asked.values())
            wording = take_turns(turn, WORDINGS, tasks - 1)
            yield from _both_orders(made, asked, wording, season, FORM)


def pictures(
    tier: str, seed: Callable[..., Stream], season: str
) -> Iterator[tuple[str, BlockRecord]]:
    """Yield questions on sequences that are shown in one picture; otherwise as :func:`ladder`."""
    for tasks in PICTURE_TASKS:
        for index in range(PICTURE_SEQUENCES[tier]):
            stream, turn = seed("pictures", tasks, index), _turn(seed, "pictures", tasks) + index
            place = turn // 2 % (tasks - 1)
            asked = {order: place if order == "forward" else tasks - 1 - place for order in ORDERS}
            made = of_figures(PICTURE_RULES[turn % 2], tasks, stream, asked.values())
            wording = take_turns(turn // 2, WORDINGS, tasks - 1)
            yield from _both_orders(made, asked, wording, season, PICTURE)


def matrix(
    tier: str, seed: Callable[..., Stream], season: str
) -> Iterator[tuple[str, BlockRecord]]:
    """Yield every question of a sequence after every block from its own on, in both orders."""
    for index in range(MATRIX_SEQUENCES[tier]):
        stream, turn = seed("matrix", index), _turn(seed, "matrix") + index
        kind = MATRIX_RULES[turn % len(MATRIX_RULES)]
        made = of_words(kind, MATRIX_TASKS, stream, range(MATRIX_TASKS))
        wording = take_turns(turn, WORDINGS, len(MATRIX_RULES))
        for order in ORDERS:
            for task in range(MATRIX_TASKS):
                place = task if order == "forward" else MATRIX_TASKS - 1 - task
                for cut in range(place + 1, MATRIX_TASKS + 1):
                    yield f"{FORM}_matrix", _record(made, task, order, cut, wording, season, FORM)


def _turn(seed: Callable[..., Stream], *key: object) -> int:
    """Return whose turn is first: the place of an item tells nothing in a hidden set."""
    return seed("first turn", *key).below(10_000)


def _both_orders(
    made: Sequence, asked: Mapping[str, int], wording: int, season: str, form: str
) -> Iterator[tuple[str, BlockRecord]]:
    count = len(made.tasks)
    for order, task in asked.items():
        place = task if order == "forward" else count - 1 - task
        for config, cut in ((form, count), (f"{form}_learnt", place + 1)):
            yield config, _record(made, task, order, cut, wording, season, form)


def _record(
    made: Sequence, task: int, order: str, cut: int, wording: int, season: str, form: str
) -> BlockRecord:
    """Return a question on one task after some blocks of an order.

    Args:
        made: the sequence.
        task: the task's place in the order ``forward``.
        order: the order in which the blocks are shown.
        cut: blocks that are shown.
        wording: the prompt's wording.
        season: the season.
        form: the form of the record.
    """
    shown = made.tasks if order == "forward" else made.tasks[::-1]
    own, thing = made.tasks[task], made.questions[task]
    place = shown.index(own) + 1
    content = own.rule.answer(thing)
    gap = cut - place
    fields: dict[str, Any] = {
        "season": season,
        "form": form,
        "task": FORM,
        "kind": made.kind,
        "tasks": len(made.tasks),
        "cut": cut,
        "asked": place,
        "since": gap,
        "gap": next((name for most, name in GAPS if gap <= most), "8+") if gap else "0",
        "order": order,
        "wording": wording,
        "blocks": [t.block.model_dump() for t in shown[:cut]],
        "name": own.name,
        "pattern": own.pattern,
        "item": thing.text,
        "marks": [mark.model_dump() for mark in thing.marks],
        "candidates": made.labels or thing.words,
        "content": content,
        "answer": put(own.pattern, content),
        "others": [t.rule.answer(thing) for t in shown[:cut]],
        "rule": own.rule.says,
    }
    return BlockRecord(
        item_id=content_id(FAMILY, fields),
        cluster_id=made.identity,
        sequence=content_id(FAMILY, made.identity, order),
        query=content_id(FAMILY, made.identity, order, own.name, thing.text),
        **fields,
    )
