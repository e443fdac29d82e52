"""What a set of the fresh edition is made of: scenes for any model, and probes of a training."""

from heptathlon.builders.unlearn import probes, scenes
from heptathlon.builders.unlearn.records import UnlearnRecord
from heptathlon.builders.unlearn.world import FAMILY, SIZES, Setting
from heptathlon.errors import UnknownNameError
from heptathlon.records import Record

Built = dict[tuple[str, str], list[Record]]

EDITIONS = ("fresh",)
SHARDS = ("prompt", "training")


def configs(edition: str) -> dict[str, type[Record]]:
    """Return the configs of an edition, each with the model of its rows.

    Raises:
        UnknownNameError: if the edition does not exist.
    """
    if edition not in EDITIONS:
        raise UnknownNameError(f"edition of {FAMILY}", edition, EDITIONS)
    return dict.fromkeys(("prompted", *probes.CONFIGS), UnlearnRecord)


def shards(edition: str, tier: str) -> list[str]:
    """Return the units of work.

    Raises:
        UnknownNameError: if the edition or the tier does not exist.
    """
    configs(edition)
    if tier not in SIZES:
        raise UnknownNameError(f"tier of {FAMILY}", tier, SIZES)
    return list(SHARDS)


def generate(edition: str, tier: str, shard: str, season: str, salt: str) -> Built:
    """Make one shard.

    Args:
        edition: ``fresh``.
        tier: ``smoke``, ``lite`` or ``full``.
        shard: ``prompt`` or ``training``.
        season: names the public seeds.
        salt: empty for the public sets; a secret for a hidden draw.

    Returns:
        The records by (config, split); the split is ``test``.

    Raises:
        HeptathlonError: if a name is unknown.
    """
    if shard not in shards(edition, tier):
        raise UnknownNameError(f"shard of {FAMILY}", shard, SHARDS)
    setting = Setting(tier, season, salt)
    found = scenes.generate(setting) if shard == "prompt" else probes.generate(setting)
    return {(config, "test"): list(records) for config, records in found.items()}
