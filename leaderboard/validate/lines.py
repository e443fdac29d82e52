"""One line of samples: its form, its document, its requests, its answer and its figures.

Each check is a function of the line; what is kept of a line is its verdict and the ends of its
answer.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from heptathlon.harmless import clipped
from heptathlon.leaderboard import compact, expected, rendering
from heptathlon.leaderboard.validate.case import Finding
from heptathlon.leaderboard.validate.endings import runs_on
from heptathlon.leaderboard.validate.numbers import same
from heptathlon.leaderboard.validate.task import Task
from heptathlon.records import doc_digest
from heptathlon.running.runs import Response, Sample
from heptathlon.scoring import scorecard
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.tasks import catalog

KEPT = 6000
"""Characters kept of an answer that has been scored: what a report shows of it."""
END = 300
"""Characters kept of it where there is no report: a character may take four bytes, and a submission
have fifty thousand answers."""
FIELDS = (
    *("doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"),
    *("doc_hash", "prompt_hash", "target_hash"),
)
"""Parts of a line, besides one a metric."""
FILTER = "none"
"""lm-eval's name of the filter that takes the first response; no task of the suite has another."""
_LIKELIHOOD = re.compile(r"-?(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,25})?(?:e-[0-9]{1,3})?")
"""A log-likelihood as Python writes one, in digits of ASCII."""


def check_line(task: Task, row: dict[str, Any], where: str) -> Iterator[Finding]:
    """Check a line, score it, and keep what counts of it; yield what is wrong."""
    if found := _form(task, row, where):
        yield found
        return
    place = _document(task, row, where)
    if isinstance(place, Finding):
        yield place
        return
    where = f"document {row['doc_id']}: "
    doc = task.documents.rows[place]
    faults = [
        *_numbered(task, row, place, where),
        *_asked(task, row, place, where),
        *_hashed(task, row, place, where),
    ]
    response = _response(task, row, doc, where)
    if isinstance(response, Finding):
        yield from faults
        yield response
        return
    verdict, follows = _scored(task, row, doc, response, where)
    yield from faults
    yield from follows
    yield from _played(task, doc, response, where)
    _taken(task, row, place, response, verdict)


def _form(task: Task, row: dict[str, Any], where: str) -> Finding | None:
    """A line has lm-eval's parts in their types, and one figure a metric."""
    kinds: dict[str, type | tuple[type, ...]] = {
        **dict.fromkeys(FIELDS, str),
        "doc_id": int,
        "doc": dict,
        "arguments": dict,
        "resps": list,
        "filtered_resps": list,
        "metrics": list,
    }
    for name, kind in kinds.items():
        value = row.get(name)
        if not isinstance(value, kind) or isinstance(value, bool):
            said = getattr(kind, "__name__", "")
            return task.fault(
                "readable", name, where, f": the field {name!r} is missing or no {said}."
            )
    names = row["metrics"]
    if not all(isinstance(n, str) for n in names) or len(set(names)) < len(names):
        return task.fault("readable", "metrics", where, ": metrics is no list of different names.")
    for name in names:
        value = row.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return task.fault(
                "readable", name, where, f": the metric {name!r:.60} has no finite value."
            )
    if more := sorted(row.keys() - set(FIELDS) - set(names)):
        return task.fault(
            "nothing_else_is_said",
            more[0],
            where,
            f": {more[0]!r:.60} is no part of a sample; submit the file as lm-eval wrote it.",
        )
    return None


def _document(task: Task, row: dict[str, Any], where: str) -> "int | Finding":
    """Return the number of a line's document: it is one of the published, and answered once."""
    check = "documents_are_published"
    told = row["doc"]
    digest = compact.digest_in(told) or doc_digest(told)
    place = task.documents.by_digest.get(digest)
    if place is None:
        item = str(told.get("item_id"))
        if item in task.documents.place:
            return task.fault(
                check,
                "doc",
                where,
                f": the item {item:.40} differs from the one in {task.published.name}; its "
                "document was changed.",
            )
        return task.fault(
            check,
            "doc",
            where,
            f": the item {item!r:.40} is not in {task.published.name}; the samples come from "
            "another version, season or salt: run the task again with this version.",
        )
    if compact.digest_in(told) and told.get("season") != task.season:
        return task.fault(check, "doc.season", where, ": doc.season is not that of the document.")
    if place in task.seen:
        item = task.documents.rows[place]["item_id"]
        return task.fault(check, "doc", where, f": the item {item} was answered twice.")
    task.seen.add(place)
    return place


def _numbered(task: Task, row: dict[str, Any], place: int, where: str) -> Iterator[Finding]:
    """doc_id is the document's number in its task, by which it is asked again."""
    if row["doc_id"] != place:
        yield task.fault(
            "documents_are_numbered",
            "doc_id",
            where,
            f"doc_id is {row['doc_id']!r:.40}, but the document is number {place} of "
            f"{task.data.task}; submit the file as lm-eval wrote it.",
        )


def _asked(task: Task, row: dict[str, Any], place: int, where: str) -> Iterator[Finding]:
    """Prompt, options and arguments of generation are those that the suite makes."""
    check = "prompts_are_the_tasks"
    told = compact.digest_in(row["arguments"]) or rendering.digest_of(row["arguments"])
    if task.expected is None:
        task.asked, task.day = expected.likeliest(
            task.data,
            task.season,
            expected.ways(task.data.task, task.asked, task.recorded.date),
            place,
            told,
            task.open_,
        )
        task.expected = expected.expected(
            task.data, task.season, task.published.digest, task.asked, task.day, task.open_
        )
    if task.expected.unchecked:
        yield from _half_asked(task, row, place, where)
        return
    if told != task.expected.arguments[place]:
        yield task.fault(
            check,
            "arguments",
            where,
            f"prompt, options or arguments of generation are not those of {task.data.task} with "
            "the recorded settings; run the suite's own task, unchanged.",
        )
    elif row["prompt_hash"] != task.expected.prompts[place]:
        yield task.fault(
            check,
            "prompt_hash",
            where,
            "prompt_hash is not that of the prompt; submit the file as lm-eval wrote it.",
        )


def _half_asked(task: Task, row: dict[str, Any], place: int, where: str) -> Iterator[Finding]:
    """Where a template cannot be rendered, options and arguments are still the suite's own.

    The prompt is then the submission's own word, holds the question, and the row says so.
    """
    arguments = row["arguments"]
    prompt = None
    with suppress(KeyError, TypeError):
        prompt = arguments["gen_args_0"]["arg_0"]
    doc = task.documents.rows[place]
    whole = isinstance(prompt, str) and all(
        turn.content.strip() in prompt
        for turn in rendering.turns_of(task.data.task, doc, task.asked)
        if turn.role == "user"
    )
    made = rendering.requests_of(task.data.task, doc, task.asked, prompt)
    if not whole or rendering.digest_of(rendering.recorded(made)) != rendering.digest_of(arguments):
        yield task.fault(
            "prompts_are_the_tasks",
            "arguments",
            where,
            f"the prompt does not hold the question of {task.data.task}, or options and arguments "
            "of generation are others; run the suite's own task, unchanged.",
        )
    elif row["prompt_hash"] != rendering.prompt_hash(prompt):
        yield task.fault(
            "prompts_are_the_tasks",
            "prompt_hash",
            where,
            "prompt_hash is not that of the prompt; submit the file as lm-eval wrote it.",
        )


def _hashed(task: Task, row: dict[str, Any], place: int, where: str) -> Iterator[Finding]:
    """The gold answer and lm-eval's hashes are those of the document."""
    target = rendering.target_of(task.data.task, task.documents.rows[place])
    for name, right in (
        ("target", target),
        ("doc_hash", task.documents.hashes[place]),
        ("target_hash", hashlib.sha256(target.encode()).hexdigest()),
    ):
        if row[name] != right:
            yield task.fault(
                "documents_are_hashed",
                name,
                where,
                f"{name} is not that of the published document; submit the file as lm-eval wrote "
                "it.",
            )
    task.hashes.update(f"{row['doc_hash']}{row['prompt_hash']}{row['target_hash']}".encode())


def _response(
    task: Task, row: dict[str, Any], doc: Mapping[str, Any], where: str
) -> "Response | Finding":
    """Return what the model said: one response a request, which the task's filter takes."""
    said, kept = row["resps"], row["filtered_resps"]
    mend = "run the task again, without other filters or repeats."
    if row["filter"] != FILTER:
        return task.fault(
            "answers_are_filtered",
            "filter",
            where,
            f"filter is {row['filter']!r:.40}, and the task has none; {mend}",
        )
    kind = "likelihoods of the options" if task.chooses else "one text"
    if not task.chooses:
        if not (len(kept) == 1 and isinstance(kept[0], str)):
            return task.fault(
                "answers_have_the_form",
                "filtered_resps",
                where,
                f"filtered_resps does not hold {kind}, as the task asks; {mend}",
            )
    else:
        pairs: list[tuple[float, bool]] = []
        for pair in kept:
            read = _likelihood(pair, task)
            if read is None:
                return task.fault(
                    "answers_have_the_form",
                    "filtered_resps",
                    where,
                    f"filtered_resps does not hold {kind}, each finite"
                    f"{'' if task.similarities else ' and at most 0'}, as the task asks; {mend}",
                )
            pairs.append(read)
        count = len(rendering.requests_of(task.data.task, doc, task.asked, ""))
        if len(pairs) != count:
            return task.fault(
                "every_option_is_answered",
                "filtered_resps",
                where,
                f"filtered_resps has {len(pairs)} likelihoods for {count} options; submit the "
                "file as lm-eval wrote it.",
            )
    if not task.chooses and (why := runs_on(task, str(kept[0]))):
        return task.fault(
            "answers_end_where_asked",
            "filtered_resps",
            where,
            f"the answer {why}, so that this is not what the model class returns; submit the file "
            "as lm-eval wrote it.",
        )
    if said != [[one] for one in kept]:
        return task.fault(
            "answers_are_filtered",
            "resps",
            where,
            "filtered_resps is not what the task's filter, which takes the one response, makes of "
            f"resps; {mend}",
        )
    return str(kept[0]) if not task.chooses else pairs


def _likelihood(pair: object, task: Task) -> tuple[float, bool] | None:
    match pair:
        case [str() as value, "True" | "False" as greedy] if _LIKELIHOOD.fullmatch(value):
            number = float(value)
            if math.isfinite(number) and (number <= 0 or task.similarities):
                return number, greedy == "True"
    return None


def _scored(
    task: Task, row: dict[str, Any], doc: Mapping[str, Any], response: Response, where: str
) -> tuple[Any, list[Finding]]:
    """Return the verdict, and where lm-eval's logged figures are not what the answer scores."""
    scorer: Any = scorecard.scorer_of(task.data.family.name)
    results: Sequence[Any] = [response] if isinstance(response, str) else list(response)
    # What lm-eval logs of a document is what the verdict says, in every family.
    verdict = scorer.verdict(doc, results)
    figures: dict[str, float] = verdict.metrics
    faults = []
    if row["metrics"] != list(figures):
        faults.append(
            task.fault(
                "logged_figures_follow",
                "metrics",
                where,
                f"metrics are not {', '.join(figures)}; submit the file as lm-eval wrote it.",
            )
        )
    for name in sorted(figures.keys() | set(row["metrics"])):
        logged, right = row.get(name), figures.get(name)
        if name not in row["metrics"] or not same(logged, right):
            faults.append(
                task.fault(
                    "logged_figures_follow",
                    name,
                    where,
                    f"{name} is logged as {logged}, but the answer scores {right}; submit the "
                    "file as lm-eval wrote it.",
                )
            )
    return verdict, faults


def _played(
    task: Task, doc: Mapping[str, Any], response: Response, where: str
) -> Iterator[Finding]:
    """A player's answers are what the player answers: it is asked again."""
    if task.case.envelope.model.kind != "player":
        return
    player = task.player
    if player is None:
        right = False
    elif isinstance(response, str):
        right = player.answer(dict(doc)) == response
    else:
        joint = catalog.target_delimiter(task.data.task)
        asked = rendering.requests_of(task.data.task, doc, task.asked, "")
        given = player.likelihoods(doc, [str(one[1]).removeprefix(joint) for one in asked])
        right = all(
            math.isclose(ours, theirs, abs_tol=1e-9) and bool(greedy) == said
            for (ours, greedy), (theirs, said) in zip(given, response, strict=True)
        )
    if not right:
        yield task.fault(
            "players_play",
            "filtered_resps",
            where,
            f"this is not the answer of the player {task.case.envelope.model.name!r}; run the "
            "player again with this release.",
        )


def _taken(task: Task, row: dict[str, Any], place: int, response: Response, verdict: Any) -> None:
    """Keep a line's verdict, and of its answer what a report shows."""
    doc = task.documents.rows[place]
    task.answers[doc["item_id"]] = hashlib.sha256(
        json.dumps(row["filtered_resps"]).encode()
    ).hexdigest()
    kept: Response = response
    if isinstance(response, str) and not task.case.whole:
        kept = clipped(response, KEPT if task.case.details else END)
    shown = ""
    if task.case.details:
        # A report shows what was asked; the marks of a template are not among it.
        turns = rendering.turns_of(task.data.task, doc, task.asked)
        shown = clipped(rendering.plain(turns), KEPT)
    sample = Sample(
        task=task.data.task,
        doc_id=place,
        doc=doc,
        prompt=shown,
        response=kept,
        metrics={name: float(row[name]) for name in row["metrics"]},
    )
    task.samples.append(ScoredSample(sample, task.data, verdict))
