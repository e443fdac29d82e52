"""What a judge is asked about a written advertisement: how well it would be remembered.

No scorecard, submission or board reads the reply; see :mod:`heptathlon.scoring.judging`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from heptathlon.scorers.reading import Unread, read
from heptathlon.scorers.reading.numbers import score_in
from heptathlon.tasks.catalog import TaskData
from heptathlon.tasks.rubrics import SCORED, Question, Rating

_TEXT = (
    "This describes a {seconds} second advertisement for {brand}.\n\n{advertisement}\n\n"
    "Of a hundred people who see it once, how many will recall it when they are asked one to "
    "three days later? Reply with two digits alone, from 00 to 99."
)


class AdRubric:
    """How many of a hundred people would recall the advertisement."""

    name = "memorability"
    says = "advertisements that were written"
    highest = 99.0

    @property
    def wording(self) -> Sequence[str]:
        """Every text that goes into its questions."""
        return (_TEXT,)

    def takes(self, data: TaskData) -> bool:
        """Tell whether a task has advertisements written."""
        return (data.family.name, data.config) == ("memorability", "ads")

    def question(self, doc: Mapping[str, Any], response: str) -> Question:
        """Return the question about one written advertisement."""
        fields = {"seconds": doc["seconds"], "brand": doc["brand"]}
        return Question("", _TEXT.format(**fields, advertisement=response.strip()))

    def read(self, doc: Mapping[str, Any], reply: str) -> Rating:
        """Read two digits; anything else is no score, and its outcome says why."""
        del doc
        reading = read(reply)
        value = reading.silent or score_in(reading.answer, 0.0, self.highest)
        if isinstance(value, Unread):
            return Rating(None, value.value)
        return Rating({"recall": value}, SCORED)


RUBRIC = AdRubric()
