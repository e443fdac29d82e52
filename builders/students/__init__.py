"""The students builder: simulated students (fresh edition), real answers (paper edition).

``HEPTATHLON_STUDENTS_DATA`` names a file of one's own answers for the paper edition; its form is
that of :mod:`heptathlon.builders.students.answers`.
"""

from collections.abc import Mapping
from typing import Any

from heptathlon.builders import store
from heptathlon.builders.sources import Source, listing
from heptathlon.builders.students import fresh, real
from heptathlon.builders.students.adapters import EEDI
from heptathlon.builders.students.records import ChoiceRecord, SeveralRecord, TwinRecord
from heptathlon.builders.students.world import FAMILY
from heptathlon.errors import UnknownNameError
from heptathlon.records import Record

__all__ = ["SOURCES", "configs", "dataset", "generate", "left_out", "shards", "sources"]

SOURCES: tuple[Source, ...] = EEDI
"""Files of the paper edition, where the user brings none."""


def configs(edition: str) -> Mapping[str, type[Record]]:
    """Return the configurations of an edition, each with the model of its rows.

    Raises:
        UnknownNameError: if the edition does not exist.
    """
    if edition == "fresh":
        twinned: dict[str, type[Record]] = {
            "choice": TwinRecord, "peers": TwinRecord, "several": SeveralRecord
        }  # fmt: skip
        return twinned | dict.fromkeys(fresh.POPULATION, ChoiceRecord)
    if edition == "paper":
        return real.CONFIGS
    raise UnknownNameError(f"edition of {FAMILY}", edition, ("fresh", "paper"))


def shards(edition: str, tier: str) -> list[str]:
    """Return the names of the independent units of work that make up a tier.

    Raises:
        UnknownNameError: if the edition or the tier does not exist.
    """
    configs(edition)
    return fresh.shards(tier) if edition == "fresh" else real.shards(tier)


def generate(edition: str, tier: str, shard: str, season: str, salt: str) -> store.Records:
    """Generate one shard.

    Args:
        edition: ``fresh`` or ``paper``.
        tier: ``smoke``, ``lite`` or ``full``.
        shard: one of :func:`shards`.
        season: names the public seeds; in the paper edition it draws what is asked about.
        salt: a secret for a hidden draw of the fresh edition; real answers have none.

    Raises:
        HeptathlonError: if a name is unknown, or the real answers cannot be used.
    """
    configs(edition)
    if edition == "fresh":
        return fresh.generate(tier, shard, season, salt)
    return real.generate(tier, shard, season)


def sources(edition: str) -> list[dict[str, str]]:
    """Return what the manifest says of the source files."""
    if edition != "paper":
        return []
    return store.own_listing(FAMILY, edition) or listing(*SOURCES)


def left_out(edition: str, tier: str, season: str) -> dict[str, int]:
    """Return how much of the source was left out, by the reason."""
    return real.left_out(tier, season) if edition == "paper" else {}


def dataset(*, config: str, **options: Any) -> Any:
    """Return a configuration for lm-eval's ``custom_dataset``, building the set if need be.

    Args:
        config: configuration of the set, such as ``choice``.
        options: see :func:`heptathlon.builders.store.dataset`.
    """
    return store.dataset(FAMILY, config=config, **options)
