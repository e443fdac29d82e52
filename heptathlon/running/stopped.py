"""A run that stopped when it had seen enough: what it records, and in which order it asked.

The order of the clusters follows from the set's name alone, so that whoever reads the run can say
which clusters came first, and two runs that stopped have asked the same ones for a while.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from heptathlon import salts
from heptathlon.errors import HeptathlonError
from heptathlon.scorers.hooks import bounds_of, statistics_of
from heptathlon.tasks.catalog import TaskData

KEY = "stopped"
"""Part of lm-eval's results file that holds the record; whole runs have none."""
LEVEL = 0.95
NOT_WHOLE = (
    "the run was stopped before it had asked everything; run the same command without --precision, "
    "--versus and --adaptive, which asks the rest, and submit that."
)


class Stopped(BaseModel):
    """What a results file says of a run that stopped.

    Attributes:
        precision: half-width of the headline that was wanted, or of the difference that counts
            for none.
        versus: the model that it was compared with; empty without one.
        adaptive: whether what was asked next depended on the answers, so that the figures of
            rungs near the level alone are known.
        tasks: the tasks of the events that were stopped.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    precision: float | None = Field(default=None, gt=0, lt=1)
    versus: str = Field(default="", max_length=300)
    adaptive: bool = False
    tasks: tuple[str, ...] = Field(min_length=1)


def of_results(results: Mapping[str, Any], where: str) -> Stopped | None:
    """Return what a results file says of how the run stopped; None for a whole one.

    Args:
        results: the file's content.
        where: the file's name, for the sentence.

    Raises:
        HeptathlonError: if it says something that no run writes.
    """
    if KEY not in results:
        return None
    try:
        return Stopped.model_validate(results[KEY])
    except ValidationError:
        raise HeptathlonError(
            f"{where}: the part {KEY!r} is not as heptathlon run writes it; run again."
        ) from None


def order(data: TaskData, season: str, clusters: Iterable[str]) -> list[str]:
    """Return clusters in the order in which an event's set is asked, if it may stop.

    Each has its place by itself, so that some of them are in the same order as all.

    Args:
        data: one of the event's tasks.
        season: the set's season.
        clusters: labels of clusters of the set's headline.
    """
    family = data.family
    address = ("stopping", family.name, family.version, data.edition, data.tier, season)
    return sorted(set(clusters), key=lambda label: salts.keyed("", *address, label))


def limits(data: TaskData) -> tuple[float, float] | None:
    """Return the range of an event's headline; None if it is no mean over documents."""
    family, metric = data.family.name, data.family.headline_of(data.edition).metric
    if metric in statistics_of(family):
        return None
    return bounds_of(family).get(metric, (0.0, 1.0))
