"""Fifth step: lm-eval's own figures of tasks and groups, all of them and no others."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from heptathlon import families
from heptathlon.errors import HeptathlonError
from heptathlon.facts import task_name
from heptathlon.leaderboard.schema import ENVELOPE, claims_of, command_of
from heptathlon.leaderboard.validate import record
from heptathlon.leaderboard.validate.case import (
    RE_RUN,
    RE_SCORED,
    Case,
    Finding,
    Logged,
    finding,
    take,
)
from heptathlon.leaderboard.validate.numbers import Difference, differences
from heptathlon.leaderboard.validate.recorded import Recorded
from heptathlon.leaderboard.validate.settings import VERSION
from heptathlon.running import twins
from heptathlon.scoring import scorecard
from heptathlon.tasks import catalog

MEND = "submit the file as lm-eval wrote it"
Figures = dict[str, Any]


def check_figures(case: Case) -> None:
    """Take the step."""
    try:
        case._card = scorecard.assembled(case.run, case.families)
    except HeptathlonError as error:
        case.findings.append(finding("scorable", "", "", str(error)))
        return
    take(
        case,
        (
            headlines_are_whole,
            aggregates_follow,
            groups_follow,
            counts_follow,
            nothing_else_is_listed,
            claims_follow,
            settings_follow,
        ),
    )
    if not case.findings:
        case.badges.append(RE_SCORED)
        if case.envelope.model.kind == "player":
            case.badges.append(RE_RUN)


def headlines_are_whole(case: Case) -> Iterator[Finding]:
    """Every task of each family's headline was answered."""
    for name, family in case.card.families.items():
        if not family.complete:
            group = twins.group_of(families.family(family.family), family.edition, family.tier)
            if group not in catalog.groups():
                group = task_name(family.family, family.tier)
            yield finding(
                "nothing_is_missing",
                "",
                name,
                f"{case.folder}: {name} rests on {family.headline.n:,} of {family.expected:,} "
                f"documents; run the whole group {group}.",
            )


def _tasks_in(case: Case, recorded: Recorded) -> list[str]:
    """Return the tasks that a results file was written with."""
    return [t for t, p in record.tasks_of(case).items() if record.record_of(case, p) is recorded]


def _files(case: Case) -> Iterator[tuple[str, Recorded, list[str]]]:
    names = sorted(e.path for e in case.envelope.files if e.path.endswith(".json"))
    for name, recorded in zip(names, case.recorded, strict=True):
        yield name, recorded, _tasks_in(case, recorded)


def _findings(case: Case, check: str, name: str, found: Iterator[Difference]) -> Iterator[Finding]:
    for one in found:
        yield finding(
            check,
            name,
            one.path,
            f"{case.folder / name}: {one.path.replace(',none', '')} is {one.found!r:.40}, but "
            f"{_source(check, one)} {one.expected!r:.60}; {MEND}.",
        )


def _source(check: str, one: Difference) -> str:
    if one.path.endswith("sample_len") and isinstance(one.expected, int):
        return "the number of samples is"
    if one.path.startswith("groups."):
        return "its results say"
    return "its tasks give" if check == "groups_follow" else "the samples give"


def aggregates_follow(case: Case) -> Iterator[Finding]:
    """lm-eval's means and their standard errors are those of the logged figures."""
    for name, recorded, tasks in _files(case):
        for task in tasks:
            made = _task_figures(task, case.logged[task], recorded)
            found = differences(recorded.results.get(task, {}), made, f"results.{task}")
            yield from _findings(case, "aggregates_follow", name, found)


def _task_figures(task: str, logged: Logged, recorded: Recorded) -> Figures:
    """Return what lm-eval writes of a task: the formulas of ``_compute_task_aggregations``."""
    out: Figures = {"name": task, "alias": catalog.definition(task).get("task_alias", task)}
    longest = 0
    for metric, values in logged.values.items():
        longest = max(longest, len(values))
        out[f"{metric},none"] = _mean(values)
        error = f"{metric}_stderr,none"
        if recorded.config.bootstrap_iters == 0 or len(values) < 2:
            out[error] = "N/A"
        else:
            with np.errstate(over="ignore", invalid="ignore"):
                out[error] = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return out | {"sample_len": longest}


def _mean(values: Sequence[float]) -> float:
    try:
        return math.fsum(values) / len(values)
    except OverflowError:
        # Figures that no answer scores; they are found one by one, and their mean is none.
        return math.nan


def groups_follow(case: Case) -> Iterator[Finding]:
    """lm-eval's figures of each group are those of its tasks, and stand in both places alike."""
    check = "groups_follow"
    for name, recorded, tasks in _files(case):
        results = recorded.results
        # A group's mean is of the tasks that were asked for; one without figures has none.
        for group in sorted(results.keys() & catalog.groups().keys()):
            try:
                made = _group_figures(group, results)
            except (ArithmeticError, ValueError, TypeError):
                yield finding(
                    check,
                    name,
                    f"results.{group}",
                    f"{case.folder / name}: the tasks of {group} have figures or sizes of which "
                    f"there is no mean; {MEND}.",
                )
                continue
            found = differences(results[group], made, f"results.{group}")
            yield from _findings(case, check, name, found)
            missing = set(catalog.leaves_of(group)) - set(tasks)
            if missing:
                yield finding(
                    check,
                    name,
                    f"results.{group}",
                    f"{case.folder / name}: results.{group} is of {min(missing)} too, which has "
                    "no samples here; submit all files of the run.",
                )
        having = {g: v for g, v in results.items() if g in catalog.groups()}
        listed = {g: v for g, v in having.items() if "sample_len" in v}
        found = differences(recorded.groups, listed, "groups")
        yield from _findings(case, check, name, found)


def _group_figures(group: str, recorded: Mapping[str, Mapping[str, Any]]) -> Figures:
    """Return what lm-eval writes of a group.

    The formulas are those of ``lm_eval.api.group.Group.aggregate``: the standard errors are pooled
    where the tasks count by their size, and add up in squares where they count alike.
    """
    told = catalog.group_definition(group)
    out: Figures = {"alias": told.get("group_alias") or group, "name": group}
    leaves = [recorded[task] for task in catalog.leaves_of(group) if task in recorded]
    metrics = told.get("aggregate_metric_list") or []
    if not metrics:
        return out
    out["sample_len"] = sum(int(leaf.get("sample_len", 0)) for leaf in leaves)
    counts: dict[str, int] = {}
    for entry in metrics:
        metric, by_size = entry["metric"], entry.get("weight_by_size", True)
        key, error = f"{metric},none", f"{metric}_stderr,none"
        having = [leaf for leaf in leaves if key in leaf]
        values = [_number(leaf[key]) for leaf in having]
        sizes = [int(_number(leaf.get("sample_len"))) for leaf in having]
        total = sum(sizes)
        if not values or not total:
            continue
        weights = sizes if by_size else [1] * len(values)
        out[key] = math.fsum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)
        counts[key] = total
        raw = [leaf.get(error) for leaf in having]
        if not all(isinstance(one, int | float) for one in raw):
            out[error] = "N/A"
            continue
        errors = [_number(one) for one in raw]
        if not by_size:
            out[error] = math.hypot(*errors) / len(errors)
        elif total > len(sizes):
            squares = [(n - 1) * e * e * n for n, e in zip(sizes, errors, strict=True)]
            out[error] = math.sqrt(math.fsum(squares) / (total - len(sizes)) / total)
    return out | ({"sample_count": counts} if counts else {})


def _number(value: object) -> float:
    """Return a recorded figure as a number; 0 for what is none, which then differs."""
    return float(value) if isinstance(value, int | float) else 0.0


def counts_follow(case: Case) -> Iterator[Finding]:
    """Versions, numbers of documents and of examples, and directions are those of the tasks."""
    for name, recorded, tasks in _files(case):
        groups = sorted(recorded.results.keys() & catalog.groups().keys())
        metrics = {t: _directions(t) for t in tasks}
        told = {g: catalog.group_definition(g).get("metadata", {}) for g in groups}
        parts = {g: [metrics[t] for t in catalog.leaves_of(g) if t in metrics] for g in groups}
        sizes = {t: case.logged[t].count for t in tasks}
        made: dict[str, Any] = {
            "n-samples": {t: {"original": n, "effective": n} for t, n in sizes.items()},
            # Of a group of groups, lm-eval tells these only if it met the inner ones first.
            "higher_is_better": metrics
            | {g: _merged(parts[g]) for g in groups if g in recorded.higher_is_better},
            "versions": {t: catalog.task_data(t).family.version for t in tasks}
            | {g: str(told[g].get("version", "N/A")) for g in groups},
            "n-shot": {t: recorded.n_shot.get(t, 0) for t in tasks}
            | {g: _shots(recorded, g) for g in groups if g in recorded.n_shot},
        }
        said = {
            "n-samples": recorded.n_samples,
            "higher_is_better": recorded.higher_is_better,
            "versions": recorded.versions,
            "n-shot": recorded.n_shot,
        }
        for place, value in made.items():
            found = differences(said[place], value, place)
            yield from _findings(case, "counts_follow", name, found)


def _directions(task: str) -> dict[str, bool | None]:
    entries = catalog.definition(task).get("metric_list", ())
    return {entry["metric"]: entry.get("higher_is_better", True) for entry in entries}


def _merged(all_of: Sequence[Mapping[str, bool | None]]) -> dict[str, bool | None]:
    """Return a group's directions: None where its tasks disagree."""
    out: dict[str, bool | None] = {}
    for one in all_of:
        for metric, direction in one.items():
            agrees = metric not in out or out[metric] == direction
            out[metric] = direction if agrees else None
    return out


def _shots(recorded: Recorded, group: str) -> int:
    """Return a group's number of examples: that of its tasks, which all have the same."""
    found = {recorded.n_shot.get(t, 0) for t in catalog.leaves_of(group)}
    return found.pop() if len(found) == 1 else -1


def nothing_else_is_listed(case: Case) -> Iterator[Finding]:
    """No results of other tasks and groups are published with those that were checked."""
    for name, recorded, tasks in _files(case):
        known = set(tasks)
        groups = {g for g in recorded.results if g in catalog.groups() and g not in known}
        places: dict[str, Mapping[str, Any]] = {
            "results": recorded.results,
            "task_hashes": recorded.task_hashes,
            "group_subtasks": recorded.group_subtasks,
        }
        for place, values in places.items():
            allowed = known if place == "task_hashes" else known | groups
            if place == "group_subtasks":
                allowed = groups | {g for g in catalog.groups() if _is_whole(g, known)}
            for one in sorted(values.keys() - allowed):
                yield finding(
                    "nothing_else_is_listed",
                    name,
                    f"{place}.{one}",
                    f"{case.folder / name}: {place} has {one!r:.80}, of which there are no "
                    f"samples; {MEND}.",
                )
        for group, children in recorded.group_subtasks.items():
            if group in catalog.groups() and children != catalog.group_definition(group)["task"]:
                yield finding(
                    "nothing_else_is_listed",
                    name,
                    f"group_subtasks.{group}",
                    f"{case.folder / name}: group_subtasks.{group} is not what the group holds; "
                    f"{MEND}.",
                )


def _is_whole(group: str, tasks: set[str]) -> bool:
    return set(catalog.leaves_of(group)) <= tasks


def claims_follow(case: Case) -> Iterator[Finding]:
    """The envelope's figures are those of the scorecard."""
    claimed = {name: claim.model_dump() for name, claim in case.envelope.claims.items()}
    made = {name: claim.model_dump() for name, claim in claims_of(case.card).items()}
    for place in differences(claimed, made, "claims"):
        yield finding(
            "claims_follow",
            ENVELOPE,
            place.path,
            f"{case.folder}/{ENVELOPE}: {place.path} is {place.found!r:.60}, but the samples give "
            f"{place.expected!r:.60}; prepare the submission again.",
        )


def settings_follow(case: Case) -> Iterator[Finding]:
    """The envelope's settings, command and list of what was left out are those of the record."""
    own = {"heptathlon_version"}
    claimed = case.envelope.settings.model_dump(exclude=own)
    made = case.card.settings.model_dump(exclude=own)
    places = list(differences(claimed, made, "settings"))
    command = command_of(case.run, case.envelope.model.name)
    if case.envelope.command != command:
        places.append(Difference("command", case.envelope.command, command))
    version = case.envelope.settings.heptathlon_version
    if not VERSION.fullmatch(version):
        places.append(Difference("settings.heptathlon_version", version, "a version"))
    for place in places:
        yield finding(
            "settings_follow",
            ENVELOPE,
            place.path,
            f"{case.folder}/{ENVELOPE}: {place.path} is {place.found!r:.200}, but lm-eval recorded "
            f"{place.expected!r:.200}; prepare the submission again.",
        )
