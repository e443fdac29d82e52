"""The suite's generated tasks for Inspect: ``inspect eval heptathlon/maze_lite --model …``.

The same records, prompts and verdicts as everywhere: a sample is a document of a task, its question
is what lm-eval asks, its score is the verdict's first metric. A headline that is more than a mean
is computed by ``heptathlon score``, from what ``heptathlon from-inspect`` makes of the log.

Inspect finds this module by its entry point. It knows no likelihoods of options: in a group, such
tasks are asked as their generated twins, or left out.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageUser, GenerateConfig
from inspect_ai.scorer import Score, Scorer, Target, grouped, mean, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver

from heptathlon.errors import HeptathlonError
from heptathlon.parts import load_part
from heptathlon.running.twins import twins_of
from heptathlon.tasks import catalog, documents, rendered

PREFIX = "heptathlon_"
TASK, NUMBER = "task", "doc_id"
"""Fields of a sample's metadata: the leaf task, and the document's number in it."""


def asked(name: str) -> list[str]:
    """Return the generated tasks that are asked for a task or a group.

    Raises:
        HeptathlonError: if a task has no form that Inspect can ask, or all of a group's have none.
    """
    if name in catalog.leaves():
        if _is_asked(name):
            return [name]
        twins = twins_of(name)
        offer = f"ask {_short(twins[0])}" if twins else "run it through lm-eval"
        what = "shows a picture" if catalog.is_generated(name) else "rates options by likelihood"
        raise HeptathlonError(
            f"{_short(name)} {what}, which Inspect is not asked for here; {offer}."
        )
    found: dict[str, None] = {}
    for leaf in catalog.leaves_of(name):
        if _is_asked(leaf):
            found.setdefault(leaf)
        elif twins := twins_of(leaf):
            found.setdefault(twins[0])
    if not found:
        raise HeptathlonError(
            f"{_short(name)}: none of its tasks is answered in words; run it through lm-eval."
        )
    return list(found)


def docs_of(leaf: str) -> Sequence[Mapping[str, Any]]:
    """Return the documents of a leaf task, in the order in which lm-eval numbers them."""
    rows: list[Mapping[str, Any]] = documents.of_task(leaf).to_pylist()
    return rows


def build(name: str, max_tokens: int | None = None) -> Task:
    """Return a task or a group of the suite as one of Inspect's tasks.

    Args:
        name: lm-eval's name of it.
        max_tokens: tokens that an answer may have, in place of what each task allows.

    Raises:
        HeptathlonError: if Inspect cannot ask it.
    """
    leaves = asked(name)
    samples = []
    for leaf in leaves:
        for number, doc in enumerate(docs_of(leaf)):
            samples.append(
                Sample(
                    id=_id(leaf, doc),
                    input=[ChatMessageUser(content=rendered.question(leaf, doc))],
                    target=rendered.answer(leaf, doc),
                    metadata={
                        TASK: leaf,
                        NUMBER: number,
                        "cluster_id": str(doc["cluster_id"]),
                        "season": str(doc["season"]),
                    },
                )
            )
    return Task(
        dataset=MemoryDataset(samples, name=_short(name)),
        solver=ask(max_tokens),
        scorer=verdicts(),
        config=GenerateConfig(temperature=0.0),
        version=catalog.task_data(leaves[0]).family.version,
        metadata={"heptathlon": name},
    )


@solver
def ask(max_tokens: int | None = None) -> Solver:
    """Return what asks a sample once, with its task's own length and stops."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        told = catalog.definition(state.metadata[TASK])["generation_kwargs"]
        length = max_tokens or int(told["max_gen_toks"])
        if stops := [str(one) for one in told.get("until") or ()]:
            return await generate(state, max_tokens=length, stop_seqs=stops)
        return await generate(state, max_tokens=length)

    return solve


@scorer(metrics=[grouped(mean(), TASK), stderr(cluster="cluster_id")])
def verdicts() -> Scorer:
    """Return the suite's own verdict as a score: its first metric, the others beside it."""

    async def score(state: TaskState, target: Target) -> Score:
        leaf = state.metadata[TASK]
        doc = _docs(leaf)[state.metadata[NUMBER]]
        judge: Any = load_part(catalog.task_data(leaf).family, "scorer")
        verdict = judge.verdict(doc, [state.output.completion])
        first = next(iter(verdict.metrics))
        return Score(
            value=float(verdict.metrics[first]),
            answer=verdict.answer,
            explanation=verdict.outcome,
            metadata={"metric": first, **verdict.metrics},
        )

    return score


def item_of(leaf: str, number: int) -> str:
    """Return the id of a sample, by its task and number; empty if there is none."""
    docs = _docs(leaf)
    return _id(leaf, docs[number]) if 0 <= number < len(docs) else ""


_docs = cache(docs_of)


def _id(leaf: str, doc: Mapping[str, Any]) -> str:
    return f"{_short(leaf)}/{doc['item_id']}"


def _is_asked(leaf: str) -> bool:
    return catalog.is_generated(leaf) and not catalog.definition(leaf).get("doc_to_image")


def _short(name: str) -> str:
    return name.removeprefix(PREFIX)


def _registered(name: str) -> Callable[..., Task]:
    def made(max_tokens: int | None = None) -> Task:
        return build(name, max_tokens)

    made.__name__ = made.__qualname__ = _short(name)
    registered: Callable[..., Task] = task(name=_short(name))(made)
    return registered


TASKS = {_short(name): _registered(name) for name in (*catalog.leaves(), *catalog.groups())}
"""Every task and group by its name in Inspect, those that are refused in a sentence too."""
