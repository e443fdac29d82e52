"""The SORT builder: which configs an edition has, and which shards make up a tier."""

from heptathlon.builders.sort import fresh, own, paper
from heptathlon.builders.sort.records import SortRecord, SweepRecord
from heptathlon.errors import UnknownNameError
from heptathlon.records import Record

EDITIONS = ("fresh", "paper", "own")
Built = dict[tuple[str, str], list[Record]]


def configs(edition: str) -> dict[str, type[Record]]:
    """Return the data set configurations of an edition, each with the model of its rows.

    Raises:
        UnknownNameError: if the edition does not exist.
    """
    if edition == "fresh":
        return dict.fromkeys(fresh.CONFIGS, SortRecord)
    if edition == "own":
        return dict.fromkeys(own.CONFIGS, SortRecord)
    if edition == "paper":
        return {**dict.fromkeys(paper.CONFIGS, SortRecord), paper.SWEEP: SweepRecord}
    raise UnknownNameError("edition of sort", edition, EDITIONS)


def shards(edition: str, tier: str) -> list[str]:
    """Return the names of the independent units of work that make up a tier.

    Raises:
        UnknownNameError: if the edition or the tier does not exist.
    """
    configs(edition)
    return fresh.shards(tier) if edition == "fresh" else paper.shards(tier)


def generate(edition: str, tier: str, shard: str, season: str, salt: str) -> Built:
    """Make one shard.

    Args:
        edition: ``fresh`` or ``paper``.
        tier: ``smoke``, ``lite``, ``full`` (texts up to 2,500 words) or ``long`` (up to 20,000).
        shard: one of :func:`shards`.
        season: names the public seeds, such as ``2026.1``.
        salt: empty for the public sets; a secret for a hidden draw. The paper's data has neither.

    Returns:
        The records by (configuration, split), the split being ``test`` or ``fewshot``.

    Raises:
        HeptathlonError: if a name is unknown, or a source file cannot be had.
    """
    configs(edition)
    if edition == "paper":
        return {key: list(rows) for key, rows in paper.generate(tier, shard, season).items()}
    split = "fewshot" if shard == "fewshot" else "test"
    made = fresh.generate(tier, shard, season, salt)
    return {(config, split): list(rows) for config, rows in made.items()}
