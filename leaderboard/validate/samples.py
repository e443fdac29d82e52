"""Fourth step: every line of every sample, read once, compared, scored and mostly let go.

A line may carry its document and its requests by their digests (:mod:`..compact`): both are the
suite's own, and are made here anyway. What is kept of a line is its verdict and the ends of its
answer.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from heptathlon import families
from heptathlon.errors import HeptathlonError
from heptathlon.files import canonical_json, loads_strict
from heptathlon.harmless import clipped
from heptathlon.leaderboard import allowed, compact, documents, expected, rendering
from heptathlon.leaderboard.documents import Documents
from heptathlon.leaderboard.expected import Expected, Renderings
from heptathlon.leaderboard.rendering import Asked
from heptathlon.leaderboard.validate import record
from heptathlon.leaderboard.validate.case import MAX_FINDINGS, Case, Finding, finding
from heptathlon.leaderboard.validate.numbers import same
from heptathlon.leaderboard.validate.recorded import Recorded
from heptathlon.records import doc_digest
from heptathlon.running.runs import Response, Run, Sample
from heptathlon.scoring import scorecard
from heptathlon.scoring.scorecard import Published, ScoredSample
from heptathlon.tasks import catalog
from heptathlon.tasks.catalog import TaskData
from heptathlon.tasks.players import Player, players_of

KEPT = 6000
"""Characters kept of an answer that has been scored: what a report shows of it."""
FIELDS = (
    *("doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"),
    *("doc_hash", "prompt_hash", "target_hash"),
)
"""Parts of a line, besides one a metric."""
FILTER = "none"
"""lm-eval's name of the filter that takes the first response; no task of the suite has another."""
_LIKELIHOOD = re.compile(r"-?(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,25})?(?:e-[0-9]{1,3})?")
"""A log-likelihood as Python writes one, in digits of ASCII."""
SERVER = "template applied by the server: not checked"
MEMORY = "asked through a memory: what the model was shown is not recorded"
PICTURES = "pictures are recorded by their size alone"


@dataclass
class Task:
    """A task's samples while they are read.

    Attributes:
        case: the submission.
        data: the task.
        path: its samples file.
        recorded: the results file of the same run.
        published: the documents by item_id and digest.
        documents: the documents themselves.
        season: their season.
        wants: how many responses each document has, by whether they are likelihoods.
        player: who answered, if it was a scripted player.
        seen: the documents that were answered.
        hashes: what lm-eval's hash of the task is made of.
        samples: what was read.
        answers: digest of what was said to each document, by its item_id.
    """

    case: Case
    data: TaskData
    path: Path
    recorded: Recorded
    published: Published
    documents: Documents
    season: str
    open_: Renderings
    chooses: bool
    similarities: bool
    player: Player | None
    asked: Asked
    day: date
    expected: Expected | None = None
    seen: set[int] = field(default_factory=set)
    hashes: Any = field(default_factory=hashlib.sha256)
    samples: list[ScoredSample] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    def fault(self, check: str, place: str, where: str, message: str) -> Finding:
        """Return a finding about one line."""
        return finding(check, self.path.name, place, f"{self.path}, {where}{message}")


def check_samples(case: Case) -> None:
    """Take the step."""
    tasks = record.tasks_of(case)
    counts: dict[str, int] = {}
    with expected.renderings() as open_:
        for name, path in tasks.items():
            task = _begun(case, name, case.folder / path, open_)
            if isinstance(task, Finding):
                case.findings.append(task)
                continue
            for one in _read(task):
                counts[one.check] = counts.get(one.check, 0) + 1
                if counts[one.check] <= MAX_FINDINGS:
                    case.findings.append(one)
                if counts[one.check] > MAX_FINDINGS or one.check in _LAST:
                    # Nothing more is learnt from this file.
                    break
            else:
                case.findings += _ended(task)
            case.scored += task.samples
            case.sets[name] = task.published
            case.contents[name] = hashlib.sha256(
                canonical_json(sorted(task.answers.items())).encode()
            ).hexdigest()
            _note(task)
    if not case.findings:
        _keep(case, tasks)


_LAST = frozenset(("readable", "seasons_are_known", "documents_are_published"))


def _begun(case: Case, name: str, path: Path, open_: Renderings) -> "Task | Finding":
    """Return a task that is about to be read, by the season of its first document."""
    data = catalog.task_data(name)
    recorded = record.record_of(case, path.name)
    try:
        season = compact.season_of(_first(path))
    except HeptathlonError as error:
        return finding("readable", path.name, "", str(error))
    if season not in families.SEASONS:
        return finding(
            "seasons_are_known",
            path.name,
            "doc.season",
            f"{path}, line 1: doc.season is {season!r:.40}, and the seasons are "
            f"{', '.join(families.SEASONS)}; run the task again with this release.",
        )
    docs = documents.documents(data, season)
    config = recorded.config
    player = players_of(data.family.name).get(case.envelope.model.name)
    asked = Asked(
        config.model,
        chat=recorded.chat_template is not None,
        template=recorded.chat_template or "",
        seen=record.chat_text(recorded),
        system=recorded.system_instruction or "",
        multiturn=bool(recorded.fewshot_as_multiturn),
        shots=recorded.n_shot.get(name, 0),
        generation=canonical_json(config.gen_kwargs or {}),
        interleave=config.model_args.get("interleave") is not False,
        images=int(str(config.model_args.get("max_images") or rendering.MAX_IMAGES)),
    )
    if asked.shots and not 0 < asked.shots <= _most_shots(data, season):
        return finding(
            "shots_are_the_task_s",
            path.name,
            f"n-shot.{name}",
            f"{path}: n-shot.{name} is {asked.shots}, and the task has not so many worked "
            "examples; submit the file as lm-eval wrote it.",
        )
    return Task(
        case=case,
        data=data,
        path=path,
        recorded=recorded,
        published=case.published(data, season),
        documents=docs,
        season=season,
        open_=open_,
        chooses=catalog.definition(name).get("output_type") == "multiple_choice",
        # Similarities of a retriever, and weights of a player, who is asked again, are any number.
        similarities=config.model in ("heptathlon-encoder", "heptathlon"),
        player=player if case.envelope.model.kind == "player" else None,
        asked=asked,
        day=datetime.fromtimestamp(recorded.date, UTC).date(),
    )


def _most_shots(data: TaskData, season: str) -> int:
    told = catalog.definition(data.task)
    if not told.get("fewshot_split") or expected.shows_pictures(data.task):
        return 0
    if told.get("fewshot_config", {}).get("sampler") != "first_n":
        return 0
    return len(documents.shots(data, season))


def _first(path: Path) -> Any:
    with path.open("rb") as file:
        return _parsed(file.readline(), f"{path}, line 1")


def _parsed(line: bytes, where: str) -> Any:
    """Return a line as JSON.

    Raises:
        HeptathlonError: if it is none, not UTF-8, or does not end as lm-eval ends lines.
    """
    if not line.endswith(b"\n") or line.endswith(b"\r\n"):
        raise HeptathlonError(f"{where}: does not end as lm-eval ends its lines.")
    try:
        text = line[:-1].decode()
    except UnicodeDecodeError:
        raise HeptathlonError(f"{where}: not UTF-8 text.") from None
    row = loads_strict(text, where=where)
    if not isinstance(row, dict):
        raise HeptathlonError(f"{where}: holds a {type(row).__name__}, not a sample.")
    return row


# --- line by line --------------------------------------------------------------------------------


def _read(task: Task) -> Iterator[Finding]:
    """Read, compare and score a task's lines; yield what is wrong with them."""
    with task.path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            where = f"line {number}"
            try:
                row = _parsed(line, f"{task.path}, {where}")
            except HeptathlonError as error:
                yield finding("readable", task.path.name, "", str(error))
                return
            yield from _line(task, row, where)


def _line(task: Task, row: dict[str, Any], where: str) -> Iterator[Finding]:
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
    if compact.digest_in(told) and told["season"] != task.season:
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
    figures: dict[str, float] = scorer.process_results(doc, results)
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
    return scorer.verdict(doc, results), faults


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
        kept = clipped(response, KEPT)
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


# --- a task's end --------------------------------------------------------------------------------


def _ended(task: Task) -> list[Finding]:
    """Every document was answered, and lm-eval's hash of the task is that of its samples."""
    missing = len(task.documents.rows) - len(task.seen)
    out = []
    if missing:
        first = next(n for n in range(len(task.documents.rows)) if n not in task.seen)
        out.append(
            finding(
                "nothing_is_missing",
                task.path.name,
                "",
                f"{task.path}: {missing:,} of the {len(task.documents.rows):,} documents of "
                f"{task.data.task} are missing, such as {task.documents.rows[first]['item_id']}; "
                "run the whole task, without --limit.",
            )
        )
    elif task.recorded.task_hashes.get(task.data.task) != task.hashes.hexdigest():
        out.append(
            finding(
                "documents_are_hashed",
                task.path.name,
                f"task_hashes.{task.data.task}",
                f"{task.path}: task_hashes.{task.data.task} is not that of the samples; submit the "
                "file as lm-eval wrote it.",
            )
        )
    return out


def _note(task: Task) -> None:
    """Say on the row what of a task was not checked, and what takes it out of the ranks."""
    case, asked = task.case, task.asked
    notes, unranked = case.notes, case.unranked

    def say(words: list[str], text: str) -> None:
        if text not in words:
            words.append(text)

    if asked.system and asked.system not in allowed.SYSTEM_PROMPTS:
        say(unranked, "system prompt of its own")
    if task.expected is not None and task.expected.unchecked:
        say(unranked, f"prompts not checked: {task.expected.unchecked}")
    elif task.expected is not None and task.expected.own:
        say(unranked, f"own template: {task.expected.own:.80}")
    if asked.speaks == "messages" or (asked.chat and asked.speaks == "server"):
        say(notes, SERVER)
    if asked.backend == "heptathlon-memory":
        say(notes, MEMORY)
    if expected.shows_pictures(task.data.task):
        say(notes, PICTURES)


def _keep(case: Case, tasks: Mapping[str, str]) -> None:
    """Keep what was read in the form in which the rest of the suite knows a run."""
    by_task: dict[str, list[Sample]] = {name: [] for name in tasks}
    for one in case.scored:
        by_task[one.task.task].append(one.sample)
    names = sorted(e.path for e in case.envelope.files if e.path.endswith(".json"))
    case._run = Run(
        folder=case.folder,
        results=[r.model_dump(by_alias=True) for r in case.recorded],
        results_files=[case.folder / name for name in names],
        samples=by_task,
        samples_files={name: case.folder / path for name, path in tasks.items()},
    )
