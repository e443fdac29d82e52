"""A submission under examination: what is asked of it, what was read, and what was found."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict

from heptathlon.harmless import label
from heptathlon.leaderboard.schema import Envelope
from heptathlon.leaderboard.validate.recorded import Recorded
from heptathlon.running.runs import Run
from heptathlon.scoring import scorecard
from heptathlon.scoring.cards import FamilyCard, Scorecard
from heptathlon.scoring.scorecard import Published, ScoredSample
from heptathlon.tasks.catalog import TaskData

MAX_FINDINGS = 20
"""Findings kept of one check: the first ones show what is wrong."""

WELL_FORMED = "well-formed"
RE_SCORED = "re-scored"
RE_RUN = "re-run"

T = TypeVar("T")


class Used(NamedTuple):
    """A published set that a submission was checked against.

    Attributes:
        folder: the set's name, which tells the version, own data, and a salt's hash too.
        digest: of its records.
    """

    family: str
    edition: str
    tier: str
    season: str
    folder: str
    digest: str


class Finding(BaseModel):
    """Why a submission is refused.

    Attributes:
        check: name of the check.
        file: the file that is concerned, by its name in the folder; empty for the whole.
        field: the field in it; empty for the whole file.
        message: one sentence that names file, field and mend.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: str
    file: str
    field: str
    message: str


class Report(BaseModel):
    """What validation found.

    Attributes:
        submission: the folder.
        accepted: whether it may stand on the board.
        badges: ``well-formed`` if its files can be read, ``re-scored`` if scoring them again gave
            its figures, ``re-run`` if its answers were generated again and are the same.
        notes: what could not be checked, and why a row has no rank; in words for the row.
        ranked: whether an accepted submission may have a rank.
        findings: why it is refused; empty if it is accepted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    submission: str
    accepted: bool
    badges: list[str]
    notes: list[str] = []
    ranked: bool = True
    findings: list[Finding]


@dataclass(frozen=True)
class Logged:
    """What lm-eval logged of a task's samples.

    Attributes:
        count: number of the samples.
        values: every value of each metric, in the samples' order.
    """

    count: int
    values: Mapping[str, Sequence[float]]


@dataclass
class Case:
    """A submission under examination; each step adds what it has read.

    Attributes:
        folder: where its files lie.
        now: the present, in seconds of Unix time.
        details: whether the scorecard shall have strata and forms.
        whole: whether long answers are kept as they are, and not only their ends.
        each: is given each part of the scorecard and its samples, which are then let go, and
            returns what is kept of them; without one all samples are kept.
        notes: what the row shall say of what was not checked.
        unranked: why the row has no rank; empty if it may have one.
        scored: the samples with their verdicts, if they are kept.
        kept: what ``each`` returned of each part of the scorecard, by the part's name.
        found: findings of the samples so far, by check.
        used: the published sets that were asked for.
        logged: figures of each task as its samples log them.
        families: the parts of the scorecard, by name.
        contents: digest of the answers to each task, by which a copy shows.
    """

    folder: Path
    now: float
    details: bool = False
    whole: bool = False
    each: "Each | None" = None
    findings: list[Finding] = field(default_factory=list)
    badges: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unranked: list[str] = field(default_factory=list)
    recorded: list[Recorded] = field(default_factory=list)
    scored: list[ScoredSample] = field(default_factory=list)
    logged: dict[str, Logged] = field(default_factory=dict)
    families: dict[str, FamilyCard] = field(default_factory=dict)
    sets: dict[str, Published] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    found: Counter[str] = field(default_factory=Counter)
    used: set[Used] = field(default_factory=set)
    _envelope: Envelope | None = None
    _run: Run | None = None
    _card: Scorecard | None = None

    @property
    def envelope(self) -> Envelope:
        """The envelope, once the first step is taken."""
        return _present(self._envelope)

    @property
    def run(self) -> Run:
        """lm-eval's files as read, once the third step is taken."""
        return _present(self._run)

    @property
    def card(self) -> Scorecard:
        """The scorecard, once the fifth step has begun."""
        return _present(self._card)

    @property
    def report(self) -> Report:
        """What was found."""
        return Report(
            submission=str(self.folder),
            accepted=not self.findings,
            badges=self.badges,
            notes=[*self.unranked, *self.notes],
            ranked=not self.unranked,
            findings=self.findings,
        )

    def published(self, data: TaskData, season: str) -> Published:
        """Return the published documents of a task in a season, and note the set they are of."""
        found = scorecard.published(data, season)
        name = (data.family.name, data.edition, data.tier, season)
        self.used.add(Used(*name, folder=found.name, digest=found.digest))
        return found

    def size(self, name: str) -> int:
        """Return the bytes of a file of the folder."""
        return os.stat(self.folder / name).st_size


Each = Callable[[Case, str, FamilyCard, Sequence[ScoredSample]], Any]
"""Takes a part of a submission's scorecard: its name, the part, the samples that it is about.

It is a module's own function, and what it returns can be pickled: a long submission's parts are
made in other processes."""


def _present(value: T | None) -> T:
    if value is None:
        raise RuntimeError("an earlier step of the validation has not been taken")
    return value


Check = Callable[[Case], Iterable[Finding]]


def take(case: Case, checks: Sequence[Check], *, all_of: bool = True) -> None:
    """Run checks in order, keeping the first findings of each.

    Args:
        case: the submission.
        checks: the checks.
        all_of: whether a check is also made where one before it found something.
    """
    for check in checks:
        for number, one in enumerate(check(case)):
            if number == MAX_FINDINGS:
                break
            case.findings.append(one)
        if case.findings and not all_of:
            return


def finding(check: str, file: str, field: str, message: str) -> Finding:
    """Return a finding whose message is harmless and of bounded length."""
    return Finding(
        check=check, file=label(file, 200), field=label(field, 200), message=label(message, 1000)
    )
