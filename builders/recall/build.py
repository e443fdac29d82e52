"""What a recall set is made of: yearbooks of invented countries, or real series.

The fresh edition's shards are one, the paper edition's one a packaged series; a user's own files
make a set of their own.
"""

from collections.abc import Sequence
from pathlib import Path

from heptathlon import families
from heptathlon.builders import store
from heptathlon.builders.recall import fresh, real
from heptathlon.builders.recall.asking import FAMILY
from heptathlon.builders.recall.records import ARMS, RecallRecord
from heptathlon.builders.store.reading import fault_of
from heptathlon.builders.store.writing import alone
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.files import canonical_json, home, sha256_file
from heptathlon.records import Record
from heptathlon.seeding import Stream

Built = dict[tuple[str, str], list[Record]]

EDITIONS = ("fresh", "paper", "own")
EXCERPTS = 20
"""Values asked for in each of a user's series, unless a number is given."""


def configs(edition: str) -> dict[str, type[Record]]:
    """Return the configs of an edition, one an arm.

    Raises:
        UnknownNameError: if the edition does not exist.
    """
    if edition not in EDITIONS:
        raise UnknownNameError("edition of recall", edition, EDITIONS)
    prefix = "" if edition == "fresh" else f"{edition}_"
    return {f"{prefix}{arm}": RecallRecord for arm in ARMS}


def shards(edition: str, tier: str) -> list[str]:
    """Return the units of work.

    Raises:
        UnknownNameError: if the edition or the tier does not exist.
    """
    configs(edition)
    if tier not in fresh.SIZES:
        raise UnknownNameError("tier of recall", tier, fresh.SIZES)
    return ["yearbooks"] if edition == "fresh" else [series.key for series in real.SERIES]


def generate(edition: str, tier: str, shard: str, season: str, salt: str) -> Built:
    """Make one shard.

    Args:
        edition: ``fresh`` or ``paper``.
        tier: ``smoke``, ``lite`` or ``full``.
        shard: one of :func:`shards`.
        season: names the public seeds.
        salt: empty for the public sets; a secret for a hidden draw. Real series have neither.

    Raises:
        HeptathlonError: if a name is unknown, or a package is not installed.
    """
    if shard not in shards(edition, tier):
        raise UnknownNameError("shard of recall", shard, shards(edition, tier))
    if edition == "fresh":
        return by_arm(fresh.generate(tier, season, salt), edition)
    return by_arm(real.generate(tier, shard, season), edition)


def by_arm(records: Sequence[RecallRecord], edition: str) -> Built:
    """Return records by the config of their arm."""
    out: Built = {(config, "test"): [] for config in configs(edition)}
    prefix = "" if edition == "fresh" else f"{edition}_"
    for record in records:
        out[f"{prefix}{record.form}", "test"].append(record)
    return out


def build(
    files: Sequence[Path],
    *,
    lengths: Sequence[int] = (),
    excerpts: int = EXCERPTS,
    out: Path | None = None,
) -> Path:
    """Build a set from a user's series and return its folder.

    Args:
        files: CSV files; see :func:`heptathlon.builders.recall.real.read_csv`.
        lengths: none: a history has the same length in every set.
        excerpts: values asked for in each series.
        out: folder below which the set's own folder is made; the cache if not given.

    Raises:
        HeptathlonError: if a file is no such series, or too short.
    """
    if lengths:
        raise HeptathlonError("recall: --length goes with texts; a series has no excerpts.")
    name = store.SetName(FAMILY, store.OWN)
    records: list[RecallRecord] = []
    for path in files:
        series = real.read_csv(path)
        stream = Stream(FAMILY, "own", canonical_json([series.name, list(series.values)]))
        records += real.questions(series, excerpts, families.CURRENT_SEASON, stream)
    sources = [
        store.SourceFile(path=path.name, revision="own file", sha256=sha256_file(path))
        for path in files
    ]
    made = by_arm(records, store.OWN)
    target = (out or home() / "data") / f"{name.folder}-{store.digest(made)[:12]}"
    if fault_of(target, name, check=True):
        with alone(target):
            store.write(name, target, store.Made(made, configs(store.OWN), sources))
    return target
