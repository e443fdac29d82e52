"""The memorability builder: from a season's seeds, or from source files, to records.

Fresh edition: a shard is one kind of question. The lists of people's memory are dealt out of the
items that come with the suite; a smaller tier has the first of a larger one's blocks, designs and
towns. Paper edition: a shard is one set of items, and a smaller tier is the beginning of a larger
one.
"""

from collections.abc import Callable, Sequence

from heptathlon.builders import store
from heptathlon.builders.memorability import (
    lambda_ads,
    laws,
    lists,
    paper,
    recital,
    shipped,
    world,
)
from heptathlon.builders.memorability.people import SETS, Pool
from heptathlon.builders.memorability.records import (
    AdRecord,
    LawRecord,
    ListRecord,
    MemorabilityRecord,
    PairRecord,
    RecitalRecord,
    ScoreRecord,
)
from heptathlon.builders.sources import Source, listing
from heptathlon.errors import UnknownNameError
from heptathlon.families import FAMILIES
from heptathlon.records import Record
from heptathlon.seeding import Stream

FAMILY = "memorability"
VERSION = FAMILIES[FAMILY].version
EDITIONS = ("fresh", "paper")
Built = dict[tuple[str, str], list[Record]]

BLOCKS: dict[str, dict[str, int | None]] = {
    "smoke": {"words": 1, "phrases": 1, "sentences": 1},
    "lite": {"words": 6, "phrases": 6, "sentences": 12},
    "full": {"words": None, "phrases": None, "sentences": None},
}
"""Blocks of each set in each tier; None for all."""
QUOTA = {
    "smoke": {"laws": 2, "recital": 12, "world": 1},
    "lite": {"laws": 15, "recital": 60, "world": 20},
    "full": {"laws": 60, "recital": 300, "world": 100},
}
"""Designs of each law, items of the probe for recital, towns in each cell of the world."""
SMOKE_SHOTS, SMOKE_GAPS = world.SHOTS[:1], lists.GAPS[::2]
"""Smoke prompts are short, and few."""

PAPER_QUOTA = {
    "smoke": {"lambda": 20, "test": 30, "practice": 0, "pairs": 10},
    "lite": {"lambda": 220, "test": 200, "practice": 100, "pairs": 60},
    "full": {"lambda": 220, "test": 2_000, "practice": 2_000, "pairs": 300},
}
"""Items of each set at the most; a pair makes two documents."""
TEXT_SETS = tuple(paper.TEXT_SETS)
LONG_SOURCES: tuple[Source, ...] = (paper.QUOTES, lambda_ads.ORDERS, lambda_ads.DESCRIPTIONS)
"""The tier ``long`` of the paper edition: the movie-quote pairs, and LAMBDA's orders to write an
advertisement. They stand apart because nothing that is ranked should depend on their files."""
SOURCES: tuple[Source, ...] = (lambda_ads.ADS, lambda_ads.SCORES, paper.SLOGANS)


def configs(edition: str) -> dict[str, type[Record]]:
    """Return the data set configurations of an edition, each with the model of its rows.

    Raises:
        UnknownNameError: if the edition does not exist.
    """
    if edition == "fresh":
        return {
            "lists": ListRecord,
            "practice": ListRecord,
            "laws": LawRecord,
            "recital": RecitalRecord,
            "world": ListRecord,
        }
    if edition == "paper":
        sets: dict[str, type[Record]] = dict.fromkeys(("lambda", "lambda_shots"), ScoreRecord)
        sets |= dict.fromkeys(("ads", "ads_official"), AdRecord)
        for name in TEXT_SETS:
            sets |= {name: ScoreRecord, f"{name}_pairs": PairRecord}
        return {**sets, "quotes": PairRecord}
    raise UnknownNameError("edition of memorability", edition, EDITIONS)


def shards(edition: str, tier: str) -> list[str]:
    """Return the names of the independent units of work that make up a tier.

    Raises:
        UnknownNameError: if the edition or the tier does not exist.
    """
    if edition == "fresh":
        if tier not in QUOTA:
            raise UnknownNameError("tier of memorability", tier, QUOTA)
        return ["lists", "laws", "recital", "world"]
    if edition == "paper":
        if tier == "long":
            return ["quotes", "orders"]
        if tier not in PAPER_QUOTA:
            raise UnknownNameError(
                "tier of memorability's paper edition", tier, (*PAPER_QUOTA, "long")
            )
        return ["lambda", *TEXT_SETS]
    raise UnknownNameError("edition of memorability", edition, EDITIONS)


def needed(edition: str, tier: str) -> tuple[Source, ...]:
    """Return the source files that are fetched for a set."""
    if edition == "fresh":
        return ()
    return LONG_SOURCES if tier == "long" else (*lambda_ads.needed(), paper.SLOGANS)


def tier_sources(edition: str, tier: str) -> list[dict[str, str]]:
    """Return what a set's manifest says of its source files."""
    own = store.own_listing(FAMILY, edition)
    people = [] if tier == "long" else [one.listing() for one in shipped.SHIPPED.values()]
    return [*own, *people, *listing(*needed(edition, tier))]


def generate(edition: str, tier: str, shard: str, season: str, salt: str) -> Built:
    """Generate one shard.

    Args:
        edition: ``fresh`` or ``paper``.
        tier: ``smoke``, ``lite`` or ``full``; in the paper edition also ``long``.
        shard: one of :func:`shards`.
        season: names the public seeds; the paper edition's items do not depend on it.
        salt: empty for the public sets; a secret for a hidden draw of the fresh edition.

    Returns:
        The records by (configuration, split). The same arguments always give the same records.

    Raises:
        HeptathlonError: if a name is unknown, or a source file cannot be had or read.
    """
    known = shards(edition, tier)
    if shard not in known:
        raise UnknownNameError(f"shard of memorability's tier {tier!r}", shard, known)
    if edition == "paper":
        return _paper(tier, shard, season)

    def stream(*parts: str | int) -> Stream:
        return Stream(FAMILY, VERSION, season, shard, *parts, salt=salt)

    make = {"lists": _lists, "laws": _laws, "recital": _recital, "world": _world}
    return make[shard](tier, season, stream)


Streams = Callable[..., Stream]


def _lists(tier: str, season: str, stream: Streams) -> Built:
    test: list[Record] = []
    gaps = SMOKE_GAPS if tier == "smoke" else lists.GAPS
    for name in SETS:
        test += _dealt(name, "scored", BLOCKS[tier][name], gaps, season, stream)
    if tier == "smoke":
        return {("lists", "test"): test}
    practice: list[Record] = []
    for name in SETS:
        practice += _dealt(name, "practice", None, gaps, season, stream)
    return {("lists", "test"): test, ("practice", "test"): practice}


def _dealt(
    name: str, pool: Pool, count: int | None, gaps: Sequence[int], season: str, stream: Streams
) -> list[ListRecord]:
    """Return the lists of the first blocks of a pool, one list of each gap from each."""
    return [
        lists.list_record(
            name, pool, block, gap, stream(name, pool, "list", block.number, gap), season
        )
        for block in lists.deal(name, pool, stream(name, pool, "deal"))[:count]
        for gap in gaps
    ]


def _laws(tier: str, season: str, stream: Streams) -> Built:
    rows: list[Record] = []
    for number in range(QUOTA[tier]["laws"]):
        for law in laws.LAWS:
            rows += laws.law_records(law, stream(law, number), season)
    return {("laws", "test"): rows}


def _recital(tier: str, season: str, stream: Streams) -> Built:
    rows = recital.recital_records(stream("items"), season, QUOTA[tier]["recital"])
    return {("recital", "test"): [*rows]}


def _world(tier: str, season: str, stream: Streams) -> Built:
    rows: list[Record] = []
    for number in range(QUOTA[tier]["world"]):
        for k in SMOKE_SHOTS if tier == "smoke" else world.SHOTS:
            for panel in world.PANELS:
                rows.append(world.list_record(stream("town", k, panel, number), season, k, panel))
    return {("world", "test"): rows}


def _paper(tier: str, shard: str, season: str) -> Built:
    if shard == "quotes":
        return {("quotes", "test"): [*paper.quote_records(season)]}
    if shard == "orders":
        return {("ads_official", "test"): [*lambda_ads.ad_records(season, official=True)]}
    quota = PAPER_QUOTA[tier]
    practice = _first(quota["practice"])
    if shard == "lambda":
        some = _first(quota["lambda"])
        dev = practice(lambda_ads.score_records(season, 0, "practice"))
        shown = lambda_ads.score_records(season, lambda_ads.SHOTS)
        return {
            ("lambda", "test"): [*some(lambda_ads.score_records(season, 0)), *dev],
            ("lambda_shots", "test"): some(shown),
            ("ads", "test"): some(lambda_ads.ad_records(season, official=False)),
        }
    test = _first(quota["test"])(paper.text_records(shard, "test", season))
    pairs = _first(2 * quota["pairs"])(paper.text_pairs(shard, "test", season))
    return {
        (shard, "test"): [*test, *practice(paper.text_records(shard, "practice", season))],
        (shard, "fewshot"): [*paper.text_records(shard, "fewshot", season)],
        (f"{shard}_pairs", "test"): pairs,
        (f"{shard}_pairs", "fewshot"): _first(2)(paper.text_pairs(shard, "practice", season)),
    }


def _first(n: int) -> Callable[[Sequence[MemorabilityRecord]], list[Record]]:
    return lambda records: [*records[:n]]
