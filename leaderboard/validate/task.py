"""A task's samples while they are read: what they are held against, and what came of them."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from heptathlon.leaderboard.documents import Documents
from heptathlon.leaderboard.expected import Expected, Renderings
from heptathlon.leaderboard.rendering import Asked
from heptathlon.leaderboard.validate.case import Case, Finding, finding
from heptathlon.leaderboard.validate.recorded import Recorded
from heptathlon.scoring.scorecard import Published, ScoredSample
from heptathlon.tasks.catalog import TaskData
from heptathlon.tasks.players import Player


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
        open_: the processes that render the submission's templates.
        chooses: whether its responses are likelihoods of options.
        similarities: whether these may be any number.
        player: who answered, if it was a scripted player.
        asked: how the model was asked.
        day: the day on which its template was rendered.
        expected: what each line must record, once the first line has told how it was asked.
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
