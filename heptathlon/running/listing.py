"""What runs lie in a folder and below it: who answered what, when, and how it was asked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from heptathlon.errors import HeptathlonError
from heptathlon.running.identity import Identity, moment_of
from heptathlon.running.runs import RESULTS_NAME, Recorded, read_recorded
from heptathlon.tasks import catalog


@dataclass(frozen=True)
class Listed:
    """A run.

    Attributes:
        file: its results file, from the folder that was asked about.
        date: when it was started, in UTC; empty if it does not say.
        model: name of the model, or of the player.
        identity: who answered, and how it was asked.
        sets: number of its tasks by family, edition and tier, as words; those that are not the
            suite's together.
        fault: why it cannot be read; empty if it can.
    """

    file: str
    date: str
    model: str
    identity: Identity
    sets: dict[str, int]
    fault: str = ""


def listed(folder: Path) -> list[Listed]:
    """Return the runs in a folder and below it, oldest first within each folder.

    Raises:
        HeptathlonError: if there are none.
    """
    if not folder.is_dir():
        raise HeptathlonError(f"{folder}: no such folder.")
    places = sorted({p.parent for p in folder.rglob("*.json") if RESULTS_NAME.match(p.name)})
    if not places:
        raise HeptathlonError(
            f"{folder}: holds no results_*.json, nor does any folder in it; give the folder that "
            "a run's --output_path named."
        )
    found: list[Listed] = []
    for place in places:
        try:
            found += [_listed(one, folder) for one in read_recorded(place, any_task=True)]
        except HeptathlonError as error:
            where = str(place.relative_to(folder))
            found.append(Listed(where, "", "", Identity((), ()), {}, str(error)))
    return found


def differing(runs: Sequence[Listed]) -> dict[str, list[str]]:
    """Return what differs between runs: each one's value by what it is, in the runs' order.

    Example:
        >>> one = Identity((("model", "org/m"),), (("chat template", ""),))
        >>> two = Identity((("model", "org/m"),), (("chat template", "ab12"),))
        >>> differing([Listed("a", "", "", one, {}), Listed("b", "", "", two, {})])
        {'chat template': ['', 'ab12']}
    """
    said = [dict(run.identity.model + run.identity.settings) for run in runs if not run.fault]
    names = sorted({name for one in said for name in one})
    columns = {name: [one.get(name, "") for one in said] for name in names}
    return {name: values for name, values in columns.items() if len(set(values)) > 1}


def _listed(one: Recorded, folder: Path) -> Listed:
    model, moment = dict(one.identity.model), moment_of(one.results)
    return Listed(
        file=str(one.file.relative_to(folder)),
        date=moment.strftime("%Y-%m-%d %H:%M:%S") if moment else "",
        model=model.get("model argument player") or model["model"] or "?",
        identity=one.identity,
        sets=dict(sorted(Counter(_set_of(task) for task in one.samples).items())),
    )


def _set_of(task: str) -> str:
    try:
        data = catalog.task_data(task)
    except HeptathlonError:
        return "tasks of others"
    return f"{data.family.name} {data.edition} {data.tier}"
