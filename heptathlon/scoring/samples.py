"""A run's samples with the suite's own verdicts, after a check that they are the published ones."""

import marshal
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from heptathlon import salts
from heptathlon.builders import store
from heptathlon.errors import HeptathlonError
from heptathlon.facts import SAID, task_name
from heptathlon.models.told import LENGTH
from heptathlon.records import MARSHAL, doc_digest
from heptathlon.running.runs import Run, Sample
from heptathlon.running.streamed import Streamed
from heptathlon.scorers.hooks import across, least_of, scorer_of
from heptathlon.scorers.verdict import Row, Verdict
from heptathlon.tasks import catalog, prompt_forms
from heptathlon.tasks.catalog import TaskData

NOTHING_READ = ("no_answer", "unreadable")
"""Outcomes of an answer from which nothing was read, whose reason may be that it was cut."""


@dataclass
class Part:
    """The documents of a set that share a value of the field of which its headline needs every one.

    Attributes:
        documents: their number.
        least: sum of the least that each of them can have of the headline's metric.
    """

    documents: int = 0
    least: float = 0.0


@dataclass(frozen=True)
class Published:
    """The documents that a task may ask: the set they belong to and each one's digest.

    Attributes:
        name: name of the set's folder.
        digest: the set's digest.
        season: the set's season.
        docs: item_id -> digest of the document.
        whole: its parts by value of the field of which the headline needs every one.
    """

    name: str
    digest: str
    season: str
    docs: Mapping[str, str]
    whole: Mapping[str, Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScoredSample:
    """A logged sample with the suite's own verdict on it."""

    sample: Sample
    task: TaskData
    verdict: Verdict

    @property
    def family(self) -> str:
        """Name of the family."""
        return self.task.family.name

    @property
    def variant(self) -> str:
        """The task's name without prefix and tier."""
        return self.task.variant

    @property
    def form(self) -> str:
        """Form of question."""
        return str(self.sample.doc["form"])

    @property
    def row(self) -> Row:
        """What the scorer's hooks are given."""
        return Row(self.variant, self.sample.doc, self.verdict)


def published(data: TaskData, season: str) -> Published:
    """Return the documents that a task asks in a season, building the set if it is not there.

    Raises:
        UnknownNameError: for an unknown season.
    """
    return _published(data.task, _set_of(data, season))


def _published(task: str, name: store.SetName) -> Published:
    form = prompt_forms.named(task)
    return _of_config(catalog.task_data(task).config, name)[form.base if form else task]


@cache
def _of_config(config: str, name: store.SetName) -> dict[str, Published]:
    """Return the documents of every task that asks a part of a set, from one reading of it."""
    folder = store.locate(name)
    digest = store.read_manifest(folder).digest
    leaves = [t for t, leaf in catalog.leaves().items() if leaf.family == name.family]
    stated = (name.edition, name.tier, config)
    datas = [
        data
        for data in map(catalog.task_data, leaves)
        if (data.edition, data.tier, data.config) == stated
    ]
    docs: dict[str, dict[str, str]] = {data.task: {} for data in datas}
    whole: dict[str, dict[str, Part]] = {data.task: defaultdict(Part) for data in datas}
    for row in store.each_doc(folder, config):
        item, known = row["item_id"], doc_digest(row)
        for data in datas:
            if data.asks(row):
                docs[data.task][item] = known
                headline = data.family.headline_of(data.edition)
                # Forms beside the headline need not have the field.
                if headline.whole and headline.whole in row:
                    part = whole[data.task][str(row[headline.whole])]
                    part.documents += 1
                    part.least += least_of(name.family, headline.metric, row)
    return {
        task: Published(name.folder, digest, name.season, docs[task], whole[task]) for task in docs
    }


def documents(data: TaskData, season: str) -> list[dict[str, Any]]:
    """Return the documents that a task asks in a season, building the set if it is not there."""
    return list(_chosen(store.locate(_set_of(data, season)), data))


def _chosen(folder: Path, data: TaskData) -> Iterator[dict[str, Any]]:
    return filter(data.asks, store.each_doc(folder, data.config))


def _set_of(data: TaskData, season: str) -> store.SetName:
    return store.SetName(data.family.name, data.edition, data.tier, season, salts.named())


def score_samples(
    run: Run, find_published: Callable[[TaskData, str], Published] = published
) -> tuple[list[ScoredSample], dict[str, Published]]:
    """Judge every sample of a run, after checking that its documents are the published ones.

    Args:
        run: the run folder as read.
        find_published: returns the published documents of a task in a season.

    Returns:
        The scored samples in the order of the files, and the published documents by task.

    Raises:
        HeptathlonError: if a task is not the suite's, or of another version; if a document is
            not in the published set, was changed, or was answered twice.
    """
    scored: list[ScoredSample] = []
    sets: dict[str, Published] = {}
    for task, samples in run.samples.items():
        file = run.samples_files[task]
        data = catalog.task_data(task)
        _check_version(run, data)
        known: Published | None = None
        scorer = scorer_of(data.family.name)
        seen: set[str] = set()
        for index, sample in enumerate(samples):
            if known is None:
                sets[task] = known = find_published(data, str(sample.doc.get("season")))
            item = str(sample.doc.get("item_id"))
            where = f"{file}, document {sample.doc_id}"
            if item not in known.docs:
                raise HeptathlonError(
                    f"{where}: the item {item} is not in {known.name}; the samples come from "
                    "another version, season or salt: run the task again with this version."
                )
            if doc_digest(sample.doc) != known.docs[item]:
                raise HeptathlonError(
                    f"{where}: the item {item} differs from the one in {known.name}; "
                    "its document was changed."
                )
            if item in seen:
                raise HeptathlonError(f"{where}: the item {item} was answered twice.")
            seen.add(item)
            if sample.broken:
                continue
            verdict = _with_reason(scorer.verdict(sample.doc, sample.results), sample)
            if isinstance(samples, Streamed):
                sample, verdict = samples.held(index, sample), shared(verdict)
            scored.append(ScoredSample(sample, data, verdict))
        if known is None:
            raise HeptathlonError(f"{file}: holds no sample; run the task {task} again.")
    return looked_across(scored, sets), sets


_distinct: dict[bytes, Verdict] = {}
MAX_DISTINCT = 2**16
"""Different verdicts that are kept once for all items; of a choice there are few."""


def shared(verdict: Verdict) -> Verdict:
    """Return the verdict, as the same object as all that are equal to it."""
    if type(verdict) is not Verdict:
        return verdict
    # What marshal writes tells 0.0 and -0.0 apart, which a comparison does not.
    said = (verdict.outcome, verdict.answer, verdict.invalid, verdict.metrics)
    try:
        key = marshal.dumps(said, MARSHAL)
    except ValueError:
        return verdict
    if len(_distinct) >= MAX_DISTINCT and key not in _distinct:
        return verdict
    return _distinct.setdefault(key, verdict)


def forget_shared() -> None:
    """Forget which verdicts there were."""
    _distinct.clear()


def _with_reason(verdict: Verdict, sample: Sample) -> Verdict:
    """Return a verdict that says of an answer without a result that it was cut, if it was."""
    if verdict.invalid and verdict.outcome in NOTHING_READ and sample.finish == LENGTH:
        return replace(verdict, outcome="truncated")
    return verdict


def looked_across(
    scored: Sequence[ScoredSample], sets: Mapping[str, Published]
) -> list[ScoredSample]:
    """Let each family's scorer look at all of a group's documents together, where it wants to."""
    out = list(scored)
    of_task = groups_of(sets)
    groups: dict[tuple[Group, int], list[int]] = {}
    for index, one in enumerate(scored):
        # Answers to other prompt forms are no part of the published prompt's figures.
        form = prompt_forms.variant_of(one.variant)
        groups.setdefault((of_task[one.task.task], form[1] if form else 0), []).append(index)
    for (group, _), indices in groups.items():
        for index, verdict in zip(
            indices, across(group.family, [scored[i].row for i in indices]), strict=True
        ):
            out[index] = replace(scored[index], verdict=shared(verdict))
    return out


class Group(NamedTuple):
    """What a family's part of a scorecard is about."""

    family: str
    edition: str
    tier: str
    season: str


def groups_of(sets: Mapping[str, Published]) -> dict[str, Group]:
    """Return the part of a scorecard that each task's samples belong to.

    Args:
        sets: the published documents by task, of all tasks that the run asked.
    """
    out = {}
    for task, one in sets.items():
        data = catalog.task_data(task)
        out[task] = Group(data.family.name, edition_of(data, sets), data.tier, one.season)
    return out


def edition_of(data: TaskData, asked: Collection[str]) -> str:
    """Return the edition whose headline a task's answers are measured by.

    It is ``said`` for what a run without likelihoods answered of an event that needs them.
    """
    family = data.family

    def any_of(variants: Iterable[str]) -> bool:
        return any(task_name(variant, data.tier) in asked for variant in variants)

    if data.edition != "fresh" or any_of(family.headline.variants) or not any_of(family.said):
        return data.edition
    return SAID


def _check_version(run: Run, data: TaskData) -> None:
    """Refuse samples that a different version of the family made."""
    for results, file in zip(reversed(run.results), reversed(run.results_files), strict=True):
        if data.task in results["versions"]:
            version = results["versions"][data.task]
            if version != data.family.version:
                raise HeptathlonError(
                    f"{file}: {data.task} was run at version {version}, but this is version "
                    f"{data.family.version} of {data.family.name}; run it again, or score it with "
                    "the release of that version."
                )
            return
    raise HeptathlonError(
        f"{run.folder}: has samples of {data.task} but no results file that lists it; "
        "keep the results_*.json of the same run beside its samples."
    )
