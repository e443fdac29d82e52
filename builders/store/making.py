"""A set's records, from its family's builder, shard by shard.

A family's builder is a module ``heptathlon.builders.<family>`` with the functions of
:class:`Builder`. Finished shards of an interrupted build are kept beside the target and used again.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

from heptathlon import families
from heptathlon.builders.store.manifest import Records, SourceFile
from heptathlon.builders.store.names import SetName
from heptathlon.errors import HeptathlonError
from heptathlon.files import canonical_json, loads_strict, write_text_atomic, writing
from heptathlon.parts import load_part
from heptathlon.records import Record

Progress = Callable[[str, int, int], None]
logger = logging.getLogger("heptathlon")


class Builder(Protocol):
    """What a family's builder module offers."""

    def configs(self, edition: str) -> Mapping[str, type[Record]]:
        """Return the data set's configs and the record model of each."""

    def shards(self, edition: str, tier: str) -> Sequence[str]:
        """Return the names of the units that are built one at a time."""

    def generate(self, edition: str, tier: str, shard: str, season: str, salt: str) -> Records:
        """Return one shard's records by (config, split)."""


@dataclass(frozen=True)
class Made:
    """A set's content before it is written.

    Attributes:
        records: by (config, split), in the builder's order.
        configs: the record model of each config.
        sources: the files that it was built from.
        left_out: what of them was left out, and how often.
    """

    records: Records
    configs: Mapping[str, type[Record]]
    sources: Sequence[SourceFile] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


def builder_of(family: str) -> Builder:
    """Return a family's builder module."""
    return cast("Builder", load_part(families.family(family), "builder"))


def make(name: SetName, parts: Path, progress: Progress | None) -> Made:
    """Ask a family's builder for a set.

    Args:
        name: which set.
        parts: folder in which finished shards are kept, and looked for.
        progress: called before each shard with its name, its number from 0, and their count.

    Raises:
        HeptathlonError: if the builder cannot serve the set, or a shard cannot be kept.
    """
    builder = builder_of(name.family)
    configs = builder.configs(name.edition)
    shards = builder.shards(name.edition, name.tier)
    # A builder of many source files asks for all of them first, not for one a shard.
    if require := getattr(builder, "require", None):
        require(name.edition, name.tier)
    merged: Records = {}
    for number, shard in enumerate(shards):
        if progress:
            progress(shard, number, len(shards))
        for key, records in _shard(builder, name, shard, parts, configs).items():
            merged.setdefault(key, []).extend(records)
    return Made(merged, configs, _sources(builder, name), _left_out(builder, name))


def _shard(
    builder: Builder,
    name: SetName,
    shard: str,
    parts: Path,
    configs: Mapping[str, type[Record]],
) -> Records:
    """Return one shard, from a kept part if an interrupted build left it, else made and kept."""
    file = parts / f"{shard}.jsonl"
    if file.is_file():
        try:
            return _kept(file, configs)
        except (HeptathlonError, ValueError, KeyError, TypeError):
            logger.warning("%s: is damaged, and made anew", file)
    out = builder.generate(name.edition, name.tier, shard, name.season, name.salt)
    lines = (
        canonical_json([config, split, record.model_dump(mode="json")])
        for (config, split), records in out.items()
        for record in records
    )
    with writing(file):
        write_text_atomic(file, "".join(f"{line}\n" for line in lines))
    return out


def _kept(file: Path, configs: Mapping[str, type[Record]]) -> Records:
    """Read a kept shard; any error of reading it means that it is damaged."""
    out: Records = {}
    text = file.read_bytes().decode()
    # A part ends with a line's end, or it was cut. Not splitlines: a text may hold other
    # characters that end a line.
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        config, split, row = loads_strict(line, where=f"{file}, line {number}")
        out.setdefault((config, split), []).append(configs[config].model_validate(row))
    if text and not text.endswith("\n"):
        raise ValueError("its last line is cut")
    return out


def _sources(builder: Builder, name: SetName) -> list[SourceFile]:
    """Return the builder's source files, if it has any (fresh editions have none).

    A builder whose tiers need different files offers ``tier_sources(edition, tier)``.
    """
    if tiered := getattr(builder, "tier_sources", None):
        return [SourceFile(**s) for s in tiered(name.edition, name.tier)]
    listing = getattr(builder, "sources", None)
    return [SourceFile(**s) for s in listing(name.edition)] if listing else []


def _left_out(builder: Builder, name: SetName) -> dict[str, int]:
    """Return what the builder left out of its source files, if it counts that."""
    counts = getattr(builder, "left_out", None)
    return counts(name.edition, name.tier, name.season) if counts else {}
