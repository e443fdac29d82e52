"""Fourth step: every line of every sample, read once, compared, scored and mostly let go.

A line may carry its document and its requests by their digests (:mod:`..compact`): both are the
suite's own, and are made here anyway. What is kept of a line is its verdict and the ends of its
answer.
"""

import hashlib
import itertools
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from heptathlon import families
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.files import canonical_json, loads_strict
from heptathlon.leaderboard import allowed, compact, documents, expected, rendering
from heptathlon.leaderboard.expected import Renderings
from heptathlon.leaderboard.rendering import Asked
from heptathlon.leaderboard.validate import apart, record
from heptathlon.leaderboard.validate.case import MAX_FINDINGS, Case, Finding, Logged, finding
from heptathlon.leaderboard.validate.lines import check_line
from heptathlon.leaderboard.validate.task import Task
from heptathlon.running.runs import Run, Sample
from heptathlon.scoring import scorecard
from heptathlon.scoring.samples import Group
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.tasks import catalog
from heptathlon.tasks.catalog import TaskData
from heptathlon.tasks.players import Player, player_of

LONG = 64 * 2**20
"""Bytes of samples from which on each family is read in a process of its own."""
SERVER = "template applied by the server: not checked"
MEMORY = "asked through a memory: what the model was shown is not recorded"
PICTURES = "pictures are recorded by their size alone"


def check_samples(case: Case) -> None:
    """Take the step."""
    tasks = record.tasks_of(case)
    parts = [list(ones) for _, ones in itertools.groupby(sorted(tasks, key=_part), key=_part)]
    if case.each is not None and len(parts) > 1 and _size(case) > LONG:
        for names in parts:
            apart.check(_check_parts, case, [names])
    else:
        _check_parts(case, parts)
    if not case.findings:
        _keep(case, tasks)


def _size(case: Case) -> int:
    return sum(case.size(name) for name in record.tasks_of(case).values())


def _check_parts(case: Case, parts: Iterable[Sequence[str]]) -> None:
    tasks = record.tasks_of(case)
    with expected.renderings() as open_:
        for names in parts:
            _check_part(case, tasks, names, open_)


def _part(task: str) -> tuple[str, int, int, str]:
    """Sort key of the part of the scorecard to which a task belongs, but for its season."""
    data = catalog.task_data(task)
    return scorecard.group_order(Group(data.family.name, data.edition, data.tier, ""))


def _check_part(
    case: Case,
    tasks: Mapping[str, str],
    names: Iterable[str],
    open_: Renderings,
) -> None:
    """Read the samples of a family's tasks, and judge them together if nothing was found."""
    scored: list[ScoredSample] = []
    for name in names:
        task = _begun(case, name, case.folder / tasks[name], open_)
        if isinstance(task, Finding):
            case.findings.append(task)
            continue
        for one in _read(task):
            case.found[one.check] += 1
            if case.found[one.check] <= MAX_FINDINGS:
                case.findings.append(one)
            if case.found[one.check] > MAX_FINDINGS or one.check in _LAST:
                # Nothing more is learnt from this file.
                break
        else:
            case.findings += _ended(task)
        scored += task.samples
        case.sets[name] = task.published
        case.logged[name] = _logged(task)
        case.contents[name] = hashlib.sha256(
            canonical_json(sorted(task.answers.items())).encode()
        ).hexdigest()
        _note(task)
    if not case.findings:
        _judge(case, scored)


def _logged(task: Task) -> Logged:
    values: dict[str, array[float]] = {}
    for one in task.samples:
        for name, value in one.sample.metrics.items():
            values.setdefault(name, array("d")).append(value)
    return Logged(len(task.samples), values)


def _judge(case: Case, read: Sequence[ScoredSample]) -> None:
    """Make a family's part of the scorecard, and keep its samples if nobody else takes them."""
    try:
        scored = scorecard.looked_across(read, case.sets)
        for name, card, ones in scorecard.family_cards(
            scored, case.sets, case.published, details=case.details, known=case.families
        ):
            case.families[name] = card
            if case.each is not None:
                case.kept[name] = case.each(case, name, card, ones)
    except HeptathlonError as error:
        case.findings.append(finding("scorable", "", "", str(error)))
        return
    if case.each is None:
        case.scored += scored


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
    player = _player(data.family.name, case.envelope.model.name)
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


def _player(family: str, name: str) -> Player | None:
    try:
        return player_of(family, name)
    except UnknownNameError:
        return None


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
            yield from check_line(task, row, where)


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
