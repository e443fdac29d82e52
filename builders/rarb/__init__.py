"""The retrieval builder; see :mod:`heptathlon.builders.rarb.build` for how its sets are made."""

from typing import Any

from heptathlon.builders import sources, store
from heptathlon.builders.rarb import csts, own, paper
from heptathlon.builders.rarb.build import FAMILY, configs, generate, shards
from heptathlon.builders.sources import Source
from heptathlon.builders.store.names import brings_own_data
from heptathlon.errors import HeptathlonError

__all__ = [
    "FAMILY", "OWN_GROUP", "configs", "dataset", "generate", "needed", "own", "require", "shards",
    "tier_sources",
]  # fmt: skip

OWN_GROUP = own.GROUP


def dataset(*, config: str, kind: str | None = None, **options: Any) -> Any:
    """Return a retrieval config for lm-eval's ``custom_dataset``, building the set if need be.

    Args:
        config: config of the set, such as ``rank``.
        kind: keep only test items of this kind (paper: of this published task).
        options: see :func:`heptathlon.builders.store.dataset`.
    """
    if kind in csts.INSTRUCTIONS and not brings_own_data(FAMILY, "paper"):
        raise HeptathlonError(
            f"{kind}: C-STS is not downloaded; name its validation file by {csts.VARIABLE}."
        )
    return store.dataset(FAMILY, config=config, where={"kind": kind}, **options)


def needed(edition: str, tier: str) -> tuple[Source, ...]:
    """Return the source files that a tier needs."""
    return paper.needed(tier) if edition == "paper" else ()


def require(edition: str, tier: str) -> None:
    """Refuse to begin a build whose source files are not all there.

    Raises:
        HeptathlonError: naming every file that is missing.
    """
    if edition == "paper":
        sources.require(*paper.wanted(tier))


def tier_sources(edition: str, tier: str) -> list[dict[str, str]]:
    """Return the source files that a tier is built from, as read."""
    return sources.listing(*needed(edition, tier)) + store.own_listing(FAMILY, edition)
