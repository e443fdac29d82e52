"""Study files and cards, whatever their kind: read, run, scored.

A study file (YAML) names its runs and its kind; the kind decides what else the file holds and how
the runs are scored together.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from heptathlon.errors import HeptathlonError
from heptathlon.files import read_text_limited, read_yaml
from heptathlon.studies import kinds
from heptathlon.studies.files import BASE, Card, Study
from heptathlon.studies.rows import Say
from heptathlon.tasks import catalog

MAX_STUDY_BYTES = 2**20
MAX_CARD_BYTES = 2**24


class _OfAKind(BaseModel):
    """A study file or a card of which only the kind is known yet."""

    kind: str


def read_study(path: Path) -> Study:
    """Read a study file and check everything that can be checked before a model is loaded.

    Raises:
        HeptathlonError: naming the file and what is wrong with it.
    """
    otherwise = "holds no study; see docs for its keys."
    data = read_yaml(path, max_bytes=MAX_STUDY_BYTES, otherwise=otherwise)
    try:
        return _checked(data, path.parent)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise HeptathlonError(f"{path}: {where}: {first['msg']}.") from None
    except HeptathlonError as error:
        raise HeptathlonError(f"{path}: {error}") from None


def _checked(data: dict[str, Any], folder: Path) -> Study:
    """Return the study that a file in a folder holds."""
    kind = kinds.kind_named(_OfAKind.model_validate(data).kind)
    study: Study = kind.file.model_validate(data, context={BASE: folder})
    for task in study.tasks:
        catalog.task_data(task)
    for what, names in (("task", study.tasks), ("run", [m.name for m in study.members])):
        twice = next((n for i, n in enumerate(names) if n in names[:i]), None)
        if twice:
            raise HeptathlonError(f"the {what} {twice!r} has two rows; keep one.")
    kind.check(study)
    return study


def run_study(study: Study, say: Say = print, ray: str = "") -> list[Path]:
    """Make the runs of a study that were not made before; return the folders of all.

    Args:
        study: the study.
        say: prints one line of progress.
        ray: address of a Ray cluster, ``auto`` or ``local``; one after the other here if empty.

    Raises:
        HeptathlonError: see :func:`heptathlon.running.runner.run`.
    """
    kind = kinds.kind_named(study.kind)
    # A plug-in's kind need not know of clusters.
    return kind.run(study, say, ray) if ray else kind.run(study, say)


def score_study(study: Study) -> Any:
    """Read the study's runs, refuse what cannot be compared, and return the card of its kind.

    Raises:
        HeptathlonError: if a run is missing or damaged, or two cells are not comparable.
    """
    return kinds.kind_named(study.kind).score(study)


def read_card(path: Path) -> Card:
    """Read a card that ``heptathlon study score`` wrote.

    Raises:
        HeptathlonError: if the file is none.
        UnknownNameError: for an unknown kind, with the nearest names.
    """
    text = read_text_limited(path, max_bytes=MAX_CARD_BYTES)
    try:
        kind = kinds.kind_named(_OfAKind.model_validate_json(text).kind)
        card: Card = kind.card.model_validate_json(text)
    except ValidationError as error:
        says = error.errors()[0]["msg"]
        raise HeptathlonError(f"{path}: not a card of 'heptathlon study score' ({says}).") from None
    return card
