"""The memorability builder: from a season's seeds, or from source files, to records.

Fresh edition: a shard is one number of examples; ``lite`` is the beginning of each of ``full``'s
cells (examples by panel), ``smoke`` the beginning of those with few examples. Paper edition: a
shard is one set of items, and a smaller tier is the beginning of a larger one.
"""

from collections.abc import Callable, Sequence

from heptathlon.builders import store
from heptathlon.builders.memorability import paper, world
from heptathlon.builders.memorability.records import (
    AdRecord,
    MemorabilityRecord,
    PairRecord,
    ScoreRecord,
)
from heptathlon.builders.sources import Source, listing
from heptathlon.errors import UnknownNameError
from heptathlon.records import Record
from heptathlon.seeding import Stream

FAMILY = world.FAMILY
EDITIONS = ("fresh", "paper")
Built = dict[tuple[str, str], list[Record]]

QUOTA = {
    "smoke": {"test": 34, "dev": 0, "pairs": 4},
    "lite": {"test": 100, "dev": 20, "pairs": 15},
    "full": {"test": 500, "dev": 100, "pairs": 75},
}
"""Towns in each cell of the fresh edition; a pair makes two documents."""
SMOKE_SHOTS = world.SHOTS[:1]
"""Smoke prompts are short."""
FEWSHOT = 2
"""Worked towns in the few-shot split, and pairs."""

PAPER_QUOTA = {
    "smoke": {"lambda": 20, "test": 30, "dev": 0, "pairs": 10},
    "lite": {"lambda": 220, "test": 200, "dev": 100, "pairs": 60},
    "full": {"lambda": 220, "test": 2_000, "dev": 1_000, "pairs": 300},
}
"""Items of each set at the most; a pair makes two documents."""
TEXT_SETS = tuple(paper.TEXT_SETS)
SOURCES: tuple[Source, ...] = (
    paper.LAMBDA_ADS,
    paper.LAMBDA_SCORES,
    paper.WORDS,
    paper.SENTENCES,
    paper.SLOGANS,
)
LONG_SOURCES: tuple[Source, ...] = (paper.QUOTES,)
"""The tier ``long`` of the paper edition: the movie-quote pairs, which stand apart because they
are famous and nothing else that is ranked should depend on their file."""


def configs(edition: str) -> dict[str, type[Record]]:
    """Return the data set configurations of an edition, each with the model of its rows.

    Raises:
        UnknownNameError: if the edition does not exist.
    """
    if edition == "fresh":
        return {"world": ScoreRecord, "pairs": PairRecord}
    if edition == "paper":
        sets: dict[str, type[Record]] = dict.fromkeys(("lambda", "lambda_shots"), ScoreRecord)
        sets["ads"] = AdRecord
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
        return ["fewshot", *(f"shots-{k:02d}" for k in _shots(tier))]
    if edition == "paper":
        if tier == "long":
            return ["quotes"]
        if tier not in PAPER_QUOTA:
            raise UnknownNameError(
                "tier of memorability's paper edition", tier, (*PAPER_QUOTA, "long")
            )
        return ["lambda", *TEXT_SETS]
    raise UnknownNameError("edition of memorability", edition, EDITIONS)


def needed(edition: str, tier: str) -> tuple[Source, ...]:
    """Return the source files that a set is built from."""
    if edition == "fresh":
        return ()
    if tier == "long":
        return LONG_SOURCES
    official = (paper.LAMBDA_ADS, paper.LAMBDA_SCORES)
    return tuple(s for s in SOURCES if not (paper.own_lambda() and s in official))


def tier_sources(edition: str, tier: str) -> list[dict[str, str]]:
    """Return what a set's manifest says of its source files."""
    return store.own_listing(FAMILY, edition) + listing(*needed(edition, tier))


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
    if shard == "fewshot":
        return _fresh("fewshot", SMOKE_SHOTS[0], {"test": 0, "dev": FEWSHOT, "pairs": 1},
                      season, salt)  # fmt: skip
    return _fresh("test", int(shard.removeprefix("shots-")), QUOTA[tier], season, salt)


def _shots(tier: str) -> tuple[int, ...]:
    return SMOKE_SHOTS if tier == "smoke" else world.SHOTS


def _fresh(split: str, k: int, quota: dict[str, int], season: str, salt: str) -> Built:
    """Draw the towns of one number of examples, the panels in turns."""

    def stream(*parts: str | int) -> Stream:
        return Stream(FAMILY, world.VERSION, season, split, *parts, salt=salt)

    scores: list[Record] = []
    for part in ("test", "dev"):
        scores += [
            world.score_record(stream(part, k, panel, i), season, k, panel, part)
            for i in range(quota[part])
            for panel in world.PANELS
        ]
    pairs: list[Record] = []
    for i in range(quota["pairs"]):
        for panel in world.PANELS:
            pairs += world.pair_records(stream("pair", k, panel, i), season, k, panel)
    return {("world", split): scores, ("pairs", split): pairs}


def _paper(tier: str, shard: str, season: str) -> Built:
    if shard == "quotes":
        return {("quotes", "test"): [*paper.quote_records(season)]}
    quota = PAPER_QUOTA[tier]
    if shard == "lambda":
        some = _first(quota["lambda"])
        return {
            ("lambda", "test"): some(paper.lambda_records(season, 0)),
            ("lambda_shots", "test"): some(paper.lambda_records(season, paper.LAMBDA_SHOTS)),
            ("ads", "test"): some(paper.ad_records(season)),
        }
    test = _first(quota["test"])(paper.text_records(shard, "test", season))
    dev = _first(quota["dev"])(paper.text_records(shard, "dev", season))
    pairs = _first(2 * quota["pairs"])(paper.text_pairs(shard, "test", season))
    return {
        (shard, "test"): [*test, *dev],
        (shard, "fewshot"): [*paper.text_records(shard, "fewshot", season)],
        (f"{shard}_pairs", "test"): pairs,
        (f"{shard}_pairs", "fewshot"): _first(2)(paper.text_pairs(shard, "dev", season)),
    }


def _first(n: int) -> Callable[[Sequence[MemorabilityRecord]], list[Record]]:
    return lambda records: [*records[:n]]
