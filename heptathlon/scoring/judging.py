"""``heptathlon judge``: another model's opinion of a run's logged answers, kept beside them.

A judge is a step of its own, after a run and never inside its scoring: no metric, ranking or
submission depends on one. What is asked, and how a reply is read, is a *rubric* of the family
(``tasks/<family>/judge.py``); asking, keeping and resuming are here. Each reply is kept at once
under a hash of everything that led to it, so that a second call asks only what is missing, and
another judge, prompt or answer starts anew.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.families import FAMILIES
from heptathlon.files import canonical_json, loads_strict, read_text_limited, write_text_atomic
from heptathlon.models.chat import Asked
from heptathlon.models.told import whole
from heptathlon.parts import find_part
from heptathlon.running import runs
from heptathlon.running.answers import Answers
from heptathlon.running.runs import Run, Sample
from heptathlon.tasks import catalog
from heptathlon.tasks.catalog import TaskData
from heptathlon.tasks.rubrics import Rating, Rubric

FOLDER = ".judge"
"""Folder in the run's own that holds every reply of every judge."""
MAX_BYTES = 2**30


class Opinion(BaseModel):
    """A judge's opinion of one answer: a line of ``judged_<task>.jsonl``.

    Attributes:
        item_id: the document.
        rubric: name of the rubric.
        judged_by: name of the judging model.
        host: host of its server; empty if it ran in this process.
        prompt_sha256: hash of the rubric's wording and of how its replies are read.
        answer_sha256: hash of the response that was judged.
        scores: its scores by dimension; None if its reply could not be read.
        score: their mean; None likewise.
        outcome: ``scored``, or why there is no score; ``empty`` for an answer that has nothing to
            judge, which scores 0 unasked.
        reply: what the judge wrote.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    item_id: str
    rubric: str
    judged_by: str
    host: str
    prompt_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    answer_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    scores: dict[str, float] | None
    score: float | None = Field(allow_inf_nan=False)
    outcome: str
    reply: str


class Judge(BaseModel):
    """Who judged, by what.

    Attributes:
        rubric: name of the rubric.
        judged_by: name of the judging model.
        host: host of its server.
        prompt_sha256: hash of the rubric.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rubric: str
    judged_by: str
    host: str
    prompt_sha256: str


class JudgedTask(BaseModel):
    """A task's opinions in short.

    Attributes:
        documents: how many answers there are.
        outcomes: how many had each outcome.
        score: mean over the answers that have a score; None if none has.
        scores: mean of each dimension over the answers that have it.
    """

    documents: int
    outcomes: dict[str, int]
    score: float | None = Field(allow_inf_nan=False)
    scores: dict[str, float]


class JudgedCard(Judge):
    """What a judge said of a run: an opinion, which no scorecard holds.

    Attributes:
        tasks: its opinions by task.
    """

    schema_version: Literal[1] = 1
    tasks: dict[str, JudgedTask]


def rubrics() -> dict[str, Rubric]:
    """Return the rubrics of all families that have one, by their names.

    Raises:
        HeptathlonError: if a family's part cannot be loaded, or two have one name.
    """
    out: dict[str, Rubric] = {}
    for family in FAMILIES.values():
        part = find_part(family, "judge")
        if part is None:
            continue
        rubric: Rubric = part.RUBRIC
        if rubric.name in out:
            raise HeptathlonError(
                f"Two families bring a rubric {rubric.name!r}; let the author of {family.name} "
                "choose another name."
            )
        out[rubric.name] = rubric
    return out


def rubric_of(name: str) -> Rubric:
    """Return a rubric by its name.

    Raises:
        UnknownNameError: with the nearest names.
    """
    if name not in rubrics():
        raise UnknownNameError("rubric", name, rubrics())
    return rubrics()[name]


def prompt_sha256(rubric: Rubric) -> str:
    """Return the hash of a rubric's wording."""
    return hashlib.sha256(canonical_json([rubric.name, *rubric.wording]).encode()).hexdigest()


def judge_run(
    path: Path,
    asked: Asked,
    *,
    rubric: str = "",
    tasks: Sequence[str] = (),
    progress: Callable[[int, int], None] = lambda done, count: None,
) -> list[Path]:
    """Judge a run's answers, and return the files that were written.

    Args:
        path: folder of the run.
        asked: the judging model.
        rubric: name of the rubric; the one that takes the run's tasks if empty.
        tasks: the tasks to judge; all that the rubric takes if empty.
        progress: told how many of how many answers have their reply.

    Raises:
        HeptathlonError: if the run holds nothing that can be judged, or the judge fails: then
            nothing is written but the replies that came, and a second call asks for the others.
    """
    run = runs.read_run(path)
    chosen, data = _choose(run, rubric, tasks)
    sha = prompt_sha256(chosen)
    who = Judge(rubric=chosen.name, judged_by=asked.name, host=asked.host, prompt_sha256=sha)
    samples = [one for task in data for one in run.samples[task]]
    questions = [chosen.question(one.doc, str(one.response)) for one in samples]
    address = [asked.name, asked.host, asked.settings, sha]
    fingerprint = hashlib.sha256(canonical_json(address).encode()).hexdigest()[:32]
    kept = Answers(run.folder / FOLDER / f"{fingerprint}.jsonl")
    keys = [
        None if isinstance(q, Rating) else _hash(q.system, q.text, str(one.doc["item_id"]))
        for one, q in zip(samples, questions, strict=True)
    ]
    # Two answers that are the same question have one reply.
    missing = {
        key: q
        for key, q in zip(keys, questions, strict=True)
        if key and not isinstance(q, Rating) and key not in kept
    }
    open_keys = list(missing)
    count = len({key for key in keys if key})
    known = count - len(missing)

    def keep(place: int, reply: str) -> None:
        nonlocal known
        kept.keep(open_keys[place], whole(reply))
        known += 1
        progress(known, count)

    try:
        progress(known, count)
        asked.ask(list(missing.values()), keep)
    except HeptathlonError as error:
        raise HeptathlonError(
            f"{error} {known} of {count} replies are kept in {run.folder / FOLDER}; the same "
            "command goes on from there."
        ) from None
    finally:
        kept.close()
    if lost := [key for key in open_keys if key not in kept]:
        raise HeptathlonError(
            f"{asked.name}: gave {len(missing) - len(lost)} replies to {len(missing)} questions."
        )
    opinions: dict[str, list[Opinion]] = {task: [] for task in data}
    for one, question, key in zip(samples, questions, keys, strict=True):
        reply = str(kept.get(key)) if key else ""
        rating = question if isinstance(question, Rating) else chosen.read(one.doc, reply)
        opinions[one.task].append(_opinion(who, one, rating, reply))
    return _write(run, who, opinions)


def _hash(*parts: str) -> str:
    texts = [whole(part) for part in parts]
    return hashlib.sha256(canonical_json(texts).encode()).hexdigest()


def _choose(run: Run, rubric: str, tasks: Sequence[str]) -> tuple[Rubric, dict[str, TaskData]]:
    """Return the rubric and the tasks of the run that it judges."""
    for task in tasks:
        if task not in run.samples:
            raise HeptathlonError(f"{run.folder}: holds no samples of {task}.")
    known = {task: catalog.task_data(task) for task in tasks or run.samples}
    fitting = {}
    for name in [rubric] if rubric else list(rubrics()):
        one = rubric_of(name)
        if taken := {task: data for task, data in known.items() if one.takes(data)}:
            fitting[name] = (one, taken)
    if not fitting:
        raise HeptathlonError(
            f"{run.folder}: holds no answers that a judge is asked about; rubrics: "
            f"{'; '.join(f'{name}, for {one.says}' for name, one in rubrics().items())}."
        )
    if len(fitting) > 1:
        raise HeptathlonError(
            f"{run.folder}: several rubrics fit ({', '.join(fitting)}); name one with --rubric."
        )
    (found,) = fitting.values()
    return found


def _opinion(who: Judge, one: Sample, rating: Rating, reply: str) -> Opinion:
    scores = rating.scores
    return Opinion(
        **who.model_dump(),
        item_id=str(one.doc["item_id"]),
        answer_sha256=_hash(str(one.response)),
        scores=scores,
        score=sum(scores.values()) / len(scores) if scores else None,
        outcome=rating.outcome,
        reply=reply,
    )


def opinions_file(run: Run, task: str) -> Path:
    """Return the file of a task's opinions."""
    return run.folder / f"judged_{task}.jsonl"


def _write(run: Run, who: Judge, opinions: Mapping[str, Sequence[Opinion]]) -> list[Path]:
    written = []
    for task, ones in opinions.items():
        target = opinions_file(run, task)
        lines = [canonical_json(one.model_dump()) for one in ones]
        write_text_atomic(target, "".join(f"{line}\n" for line in lines))
        written.append(target)
    return written


def summary(opinions: Sequence[Opinion]) -> JudgedTask:
    """Return a task's opinions in short."""
    dimensions = dict.fromkeys(name for one in opinions for name in one.scores or ())
    scores = {
        name: [one.scores[name] for one in opinions if one.scores and name in one.scores]
        for name in dimensions
    }
    known = [one.score for one in opinions if one.score is not None]
    return JudgedTask(
        documents=len(opinions),
        outcomes=dict(sorted(Counter(one.outcome for one in opinions).items())),
        score=sum(known) / len(known) if known else None,
        scores={name: sum(values) / len(values) for name, values in scores.items()},
    )


def read_opinions(run: Run, task: str) -> tuple[Judge, dict[str, Opinion]] | None:
    """Return who judged a task's answers and the opinions by item; None if nobody did.

    Raises:
        HeptathlonError: if the file is damaged, or tells of other answers than the run's.
    """
    path = opinions_file(run, task)
    if not path.is_file():
        return None
    opinions: dict[str, Opinion] = {}
    judges: dict[Judge, None] = {}
    for number, line in enumerate(read_text_limited(path, max_bytes=MAX_BYTES).split("\n"), 1):
        # Not by splitlines: a reply may hold a line separator of Unicode's.
        if not line:
            continue
        try:
            one = Opinion.model_validate(loads_strict(line, where=f"{path}, line {number}"))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise HeptathlonError(f"{path}, line {number}: {where}: {first['msg']}.") from None
        opinions[one.item_id] = one
        judges[Judge(**one.model_dump(include=set(Judge.model_fields)))] = None
    answers = {str(s.doc["item_id"]): _hash(str(s.response)) for s in run.samples[task]}
    if {i: o.answer_sha256 for i, o in opinions.items()} != answers:
        raise HeptathlonError(
            f"{path}: judges other answers than the run holds now; run heptathlon judge again, or "
            "delete the file."
        )
    if len(judges) != 1:
        raise HeptathlonError(f"{path}: holds the opinions of {len(judges)} judges, not of one.")
    return next(iter(judges)), opinions


def card(run: Run) -> list[JudgedCard]:
    """Return what was judged in a run, one card for each judge."""
    found = []
    for task in run.samples:
        if (judged := read_opinions(run, task)) is not None:
            tasks = {task: summary(list(judged[1].values()))}
            found.append(JudgedCard(**judged[0].model_dump(), tasks=tasks))
    return together(found)


def together(cards: Iterable[JudgedCard]) -> list[JudgedCard]:
    """Return one card for each judge of what is said in several."""
    found: dict[Judge, dict[str, JudgedTask]] = {}
    for one in cards:
        who = Judge(**one.model_dump(include=set(Judge.model_fields)))
        found.setdefault(who, {}).update(one.tasks)
    return [JudgedCard(**who.model_dump(), tasks=tasks) for who, tasks in found.items()]
