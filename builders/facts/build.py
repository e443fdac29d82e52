"""What a set of the fresh edition is made of: the in-context twins, and the probes of a training.

Shards are the two halves. The corpus that the probes belong to is made apart
(:mod:`heptathlon.builders.facts.corpus`), so that no folder holds both.
"""

from heptathlon.builders.facts import paper, probes, scenes
from heptathlon.builders.facts.corpus import SIZES, Setting
from heptathlon.builders.facts.records import FactsRecord
from heptathlon.errors import UnknownNameError
from heptathlon.records import Record

Built = dict[tuple[str, str], list[Record]]

EDITIONS = ("fresh", *paper.EDITIONS)
SHARDS = ("prompt", "training")


def configs(edition: str) -> dict[str, type[Record]]:
    """Return the configs of an edition, each with the model of its rows.

    Raises:
        UnknownNameError: if the edition does not exist.
    """
    if edition not in EDITIONS:
        raise UnknownNameError("edition of facts", edition, EDITIONS)
    names = paper.EDITIONS.get(edition, (*scenes.CONFIGS, *probes.CONFIGS))
    return dict.fromkeys(names, FactsRecord)


def shards(edition: str, tier: str) -> list[str]:
    """Return the units of work.

    Raises:
        UnknownNameError: if the edition or the tier does not exist.
    """
    configs(edition)
    if tier not in SIZES:
        raise UnknownNameError("tier of facts", tier, SIZES)
    return list(SHARDS) if edition == "fresh" else [edition]


def generate(edition: str, tier: str, shard: str, season: str, salt: str) -> Built:
    """Make one shard.

    Args:
        edition: ``fresh``, or one of published files.
        tier: ``smoke``, ``lite`` or ``full``.
        shard: ``prompt`` or ``training``; of a published edition its name.
        season: names the public seeds.
        salt: empty for the public sets; a secret for a hidden draw.

    Returns:
        The records by (config, split); the split is ``test``.

    Raises:
        HeptathlonError: if a name is unknown, or a published file cannot be had.
    """
    if shard not in shards(edition, tier):
        raise UnknownNameError("shard of facts", shard, shards(edition, tier))
    if edition != "fresh":
        made = paper.generate(edition, tier)
    elif shard == "prompt":
        made = scenes.generate(tier, season, salt)
    else:
        made = probes.generate(Setting(tier, season, salt))
    return {(config, "test"): list(records) for config, records in made.items()}
