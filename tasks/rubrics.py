"""What a rubric is: what a judge is asked about an answer, and how its reply is read.

Each family's own stands in ``tasks/<family>/judge.py``; asking and keeping the replies is the
business of :mod:`heptathlon.scoring.judging`.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from heptathlon.errors import HeptathlonError
from heptathlon.files import loads_strict
from heptathlon.scorers.reading import after_reasoning
from heptathlon.tasks.catalog import TaskData

EMPTY, UNREADABLE, OUT_OF_RANGE, INCOMPLETE = "empty", "unreadable", "out_of_range", "incomplete"
SCORED = "scored"

_TURN = re.compile(r"<(?=[^\s\d])|\[(?=/?[A-Z_]+\])")
_FENCED = re.compile(r"```(?:json)?[ \t]*\n(.*)\n```", re.DOTALL | re.IGNORECASE)
_COMMENT = "why"
"""Key of a remark that a reply may hold beside its scores."""


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        system: who is asked, and what for.
        text: the question.
        pictures: gives the pictures that belong to it, PIL images, when it is asked.
    """

    system: str
    text: str
    pictures: Callable[[], Sequence[Any]] | None = None


@dataclass(frozen=True)
class Rating:
    """A reply, read.

    Attributes:
        scores: by dimension; None if the reply gives none.
        outcome: ``scored``, or in a word why there is none.
    """

    scores: dict[str, float] | None
    outcome: str


class Rubric(Protocol):
    """What a family asks of a judge."""

    name: str
    says: str
    """What it judges, in a few words."""
    highest: float

    @property
    def wording(self) -> Sequence[str]:
        """Every text that goes into its questions, for the hash."""

    def takes(self, data: TaskData) -> bool:
        """Tell whether it can judge a task's answers."""

    def question(self, doc: Mapping[str, Any], response: str) -> Question | Rating:
        """Return the question about an answer, or its rating where nothing need be asked."""

    def read(self, doc: Mapping[str, Any], reply: str) -> Rating:
        """Read a reply; any text gets a rating."""


def quoted(text: str) -> str:
    """Return a text between marks that it cannot close, without what begins a turn of a chat.

    The mark is a hash of the text, which no text can hold of itself on purpose.
    """
    safe = _TURN.sub(r"\g<0> ", text)
    mark = hashlib.sha256(safe.encode(errors="replace")).hexdigest()[:16]
    return f"[begin {mark}]\n{safe}\n[end {mark}]"


def read_scores(reply: str, dimensions: Sequence[str], highest: float) -> Rating:
    """Read a reply that must be one JSON object with one number for each dimension.

    It may stand in a code fence and after reasoning in tags, and may hold a remark; any other
    text, key or kind of value makes it unreadable, never a score.

    Example:
        >>> read_scores('{"logic": 80}', ["logic"], 100).scores
        {'logic': 80.0}
        >>> read_scores('{"logic": "80"}', ["logic"], 100)
        Rating(scores=None, outcome='unreadable')
    """
    said = after_reasoning(reply).strip()
    if fenced := _FENCED.fullmatch(said):
        said = fenced[1].strip()
    try:
        found = loads_strict(said, where="reply")
    except HeptathlonError:
        return Rating(None, UNREADABLE)
    if not isinstance(found, dict):
        return Rating(None, UNREADABLE)
    remark = found.pop(_COMMENT, "")
    if not isinstance(remark, str) or not set(found) <= set(dimensions):
        return Rating(None, UNREADABLE)
    if set(found) != set(dimensions):
        return Rating(None, INCOMPLETE)
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in found.values()):
        return Rating(None, UNREADABLE)
    if not all(0 <= v <= highest for v in found.values()):
        return Rating(None, OUT_OF_RANGE)
    return Rating({name: float(found[name]) for name in dimensions}, SCORED)
