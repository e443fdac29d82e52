"""Runs scored and compared family by family, each in a process where that is worth starting one.

What is held is one family's, and of its samples little (:mod:`heptathlon.running.streamed`), so
that a run may be far larger than memory. No figure depends on how the work is shared: every family
is read, judged and drawn by what scores a run that is held whole.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from heptathlon import processes as fresh
from heptathlon.errors import HeptathlonError, OwnFaultError
from heptathlon.running.runs import Run, read_run
from heptathlon.scoring import compare as comparing
from heptathlon.scoring import judging, prompt_forms, remembered, scorecard
from heptathlon.scoring.cards import FamilyCard, Scorecard
from heptathlon.scoring.comparable import Set
from heptathlon.scoring.comparison import Comparison
from heptathlon.scoring.confide import records
from heptathlon.scoring.judging import JudgedCard
from heptathlon.scoring.samples import edition_of
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.tasks import catalog

Draw = Callable[[str, FamilyCard, Sequence[ScoredSample], int, str], Any]
"""Returns what a page shows of a part: of its name, the part, its samples, the number of parts and
the model's name. A process has to find it by its name."""
WORTH_IT = 32 * 2**20
"""Bytes of samples below which starting processes takes longer than what they save."""
T = TypeVar("T")


@dataclass(frozen=True)
class Scored:
    """A run, scored.

    Attributes:
        run: the run; going through its samples reads them anew.
        card: its scorecard.
        judged: what judges said of its answers.
        drawn: what a page shows of each part of the scorecard, in its order.
    """

    run: Run
    card: Scorecard
    judged: list[JudgedCard]
    drawn: list[Any]


@dataclass(frozen=True)
class _Job:
    """What a process is given: some tasks of a run, and what shall be made of them."""

    path: Path
    tasks: tuple[str, ...]
    draw: Draw | None
    count: int


@dataclass
class _Part:
    """What one family's tasks come to."""

    cards: dict[str, FamilyCard] = field(default_factory=dict)
    drawn: list[Any] = field(default_factory=list)
    broken: dict[str, list[str]] = field(default_factory=dict)
    judged: list[JudgedCard] = field(default_factory=list)


@dataclass(frozen=True)
class _Pair:
    """Some tasks of two runs."""

    a: Path
    b: Path
    tasks: tuple[str, ...]


@dataclass
class _Compared:
    """What one family's tasks of two runs come to."""

    cards: tuple[dict[str, FamilyCard], dict[str, FamilyCard]]
    broken: tuple[dict[str, list[str]], dict[str, list[str]]]
    sets: dict[Set, comparing.Compared]


def score(path: Path, *, draw: Draw | None = None, processes: int = 1) -> Scored:
    """Score a run from its samples, as :func:`heptathlon.scoring.scorecard.score_run` does.

    Args:
        path: the run's folder, or one of its results files.
        draw: draws each part of the scorecard, if pages are wanted.
        processes: how many families at a time; more than one only from a program that guards its
            entry point, as :mod:`multiprocessing` asks.

    Raises:
        HeptathlonError: if the samples cannot be read, or are not answers to the published
            documents.
    """
    run = read_run(path, streamed=True)
    families = _families(run)
    count = _count(run) if draw else 0
    parts = _scored(run, path, families, draw, count, processes)
    if draw and (found := sum(len(part.cards) for part in parts)) != count:
        # All answers of some part are broken: the others have more room on the page.
        parts = _scored(run, path, families, draw, found, processes)
    cards = {name: card for part in parts for name, card in part.cards.items()}
    broken = {task: faults for part in parts for task, faults in part.broken.items()}
    return Scored(
        run,
        scorecard.assembled(
            run, cards, {task: broken[task] for task in run.samples if task in broken}
        ),
        judging.together(card for part in parts for card in part.judged),
        [one for part in parts for one in part.drawn],
    )


def compare(a: Path, b: Path, *, processes: int = 1) -> Comparison:
    """Compare two runs, as :func:`heptathlon.scoring.compare.compare` does.

    Args:
        a: folder or results file of the first run.
        b: that of the second.
        processes: how many families at a time; see :func:`score`.

    Raises:
        HeptathlonError: if a run cannot be read, or the runs have no set, or no item of one, in
            common.
    """
    runs = [read_run(path, streamed=True) for path in (a, b)]
    families: dict[str, list[str]] = {}
    for run in runs:
        for name, tasks in _families(run).items():
            known = families.setdefault(name, [])
            known += [task for task in tasks if task not in known]
    jobs = [_Pair(a, b, tuple(families[name])) for name in sorted(families)]
    sizes = [sum(_bytes(run, job.tasks) for run in runs) for job in jobs]
    parts = _spread(_compare_family, jobs, sizes, processes)
    cards = []
    for which, run in enumerate(runs):
        broken = {t: faults for part in parts for t, faults in part.broken[which].items()}
        found = {name: card for part in parts for name, card in part.cards[which].items()}
        in_order = {task: broken[task] for task in run.samples if task in broken}
        cards.append(scorecard.assembled(run, found, in_order))
    sets = {key: one for part in parts for key, one in part.sets.items()}
    return comparing.of_sets(cards[0], cards[1], sets)


def _families(run: Run) -> dict[str, list[str]]:
    """Return a run's tasks by family, in the families' order on a scorecard."""
    found: dict[str, list[str]] = {}
    for task in run.samples:
        found.setdefault(catalog.task_data(task).family.name, []).append(task)
    return dict(sorted(found.items()))


def _count(run: Run) -> int:
    """Return how many parts a run's scorecard has, if every part has an answer."""
    found = set()
    for task, samples in run.samples.items():
        first = next(iter(samples), None)
        data = catalog.task_data(task)
        season = None if first is None else str(first.doc.get("season"))
        found.add((data.family.name, edition_of(data, run.samples), data.tier, season))
    return len(found)


def _bytes(run: Run, tasks: Collection[str]) -> int:
    files = [run.samples_files[task] for task in tasks if task in run.samples_files]
    return sum(file.stat().st_size for file in files)


def _scored(
    run: Run,
    path: Path,
    families: dict[str, list[str]],
    draw: Draw | None,
    count: int,
    processes: int,
) -> list[_Part]:
    jobs = [_Job(path, tuple(tasks), draw, count) for tasks in families.values()]
    return _spread(_score_family, jobs, [_bytes(run, job.tasks) for job in jobs], processes)


def _score_family(job: _Job) -> _Part:
    run = read_run(job.path, job.tasks, streamed=True)
    part = _Part(judged=judging.card(run))
    for name, card, ones in _parts(run, part.broken, details=True):
        part.cards[name] = card
        if job.draw:
            model = scorecard.model_card(run.results[-1]).name
            part.drawn.append(job.draw(name, card, ones, job.count, model))
    return part


def _parts(
    run: Run, broken: dict[str, list[str]], *, details: bool
) -> Iterator[tuple[str, FamilyCard, list[ScoredSample]]]:
    """Yield the parts of a run's scorecard with their samples of published prompts."""
    confided = records.read(run) if details else None
    scored, sets = scorecard.score_samples(run)
    broken.update(run.broken)
    with remembered.players(sets):
        for name, card, ones in scorecard.family_cards(
            scored, sets, details=details, confided=confided, run=run
        ):
            yield name, card, [one for one in ones if prompt_forms.is_published(one)]


def _compare_family(pair: _Pair) -> _Compared:
    found: tuple[dict[str, FamilyCard], dict[str, FamilyCard]] = ({}, {})
    broken: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
    samples: list[list[ScoredSample]] = [[], []]
    for which, path in enumerate((pair.a, pair.b)):
        run = read_run(path, pair.tasks, streamed=True)
        if run.samples:
            for name, card, ones in _parts(run, broken[which], details=False):
                found[which][name] = card
                samples[which] += ones
    sets = comparing.compared(
        list(found[0].values()), samples[0], list(found[1].values()), samples[1]
    )
    return _Compared(found, broken, sets)


@dataclass(frozen=True)
class _Refused(Generic[T]):
    """What a process says in the place of an error, some of which cannot travel."""

    own_fault: bool
    message: str


class _Guarded(Generic[T]):
    """A function that returns its refusals."""

    def __init__(self, function: Callable[[Any], T]) -> None:
        self.function = function

    def __call__(self, job: Any) -> T | _Refused[T]:
        try:
            return self.function(job)
        except HeptathlonError as error:
            return _Refused(isinstance(error, OwnFaultError), str(error))


def _spread(
    function: Callable[[Any], T], jobs: Sequence[Any], sizes: Sequence[int], processes: int
) -> list[T]:
    """Return a function's value of each job, in order; the longest ones are begun first."""
    if processes < 2 or len(jobs) < 2 or sum(sizes) < WORTH_IT:
        return [function(job) for job in jobs]
    out = []
    with fresh.pool(min(processes, len(jobs))) as pool:
        futures: dict[int, Future[T | _Refused[T]]] = {}
        for place in sorted(range(len(jobs)), key=lambda i: -sizes[i]):
            futures[place] = pool.submit(_Guarded(function), jobs[place])
        for place in range(len(jobs)):
            found = futures[place].result()
            if isinstance(found, _Refused):
                pool.shutdown(wait=False, cancel_futures=True)
                raise (OwnFaultError if found.own_fault else HeptathlonError)(found.message)
            out.append(found)
    return out
