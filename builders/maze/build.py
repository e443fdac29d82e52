"""The maze builder: which records make up a tier, shard by shard.

A shard is one size (or, in the paper edition, one item set) and is generated alone, so that an
interrupted build can go on where it stopped. Within a size no task occurs twice, under rotation,
reflection and exchange of start and goal, in any topology, split or form; only ``next_move`` and
``verify_path`` ask about the very mazes of ``path`` (wherever a maze has such a question), so that
the forms can be compared in pairs.

A smaller tier is a part of a larger one: ``lite`` is the first 24 items of each of ``full``'s
cells (topology and size), ``smoke`` the short ones among the first of the smallest sizes.
"""

from collections.abc import Mapping

from heptathlon.builders.maze import paper, star
from heptathlon.builders.maze.fresh import (
    BINS,
    CONFIGS,
    FAMILY,
    MAX_DRAWS,
    VERSION,
    Built,
    Rounds,
    bin_of,
    with_id,
)
from heptathlon.builders.maze.records import ASKED_SIZES, SIZES, PaperRecord, StarRecord
from heptathlon.builders.maze.task import bin_label, facts
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.grid import Grid
from heptathlon.records import Record, content_id
from heptathlon.seeding import Stream

EDITIONS = ("fresh", "paper")
QUOTA = {"lite": 24, "full": 120}
"""Items in each cell of each configuration: a size has 72 or 96 in ``lite``."""
SMOKE_SIZES = SIZES[:4]
SMOKE_BINS = (0, 1)
SMOKE_QUOTA = {"path": 6, "nosol": 5, "next_move": 5, "verify_path": 5}
FEWSHOT_SIZE = ASKED_SIZES[0]
FEWSHOT_QUOTA = {"path": 2, "nosol": 2, "next_move": 2, "verify_path": 2}
"""Items (pairs, for ``nosol``) in each topology, in the shard ``fewshot``."""

PAPER_SIZES = {"mlmu_dfs": (5, 10, 15, 20, 30), "mlmu_astar": (10, 20, 30)}
PAPER_QUOTA = {"smoke": 20, "lite": 40, "full": 2_000}
"""The paper's test sets have 2,000 items each."""
PAPER_SMOKE_LIMIT = 10
"""Largest side in the paper edition's smoke tier: its items are meant to be short."""
PAPER_FEWSHOT = 4
STAR = "star"
STAR_QUOTA = {"smoke": 5, "lite": 40, "full": 200}
"""Star graphs of each shape."""


def configs(edition: str) -> dict[str, type[Record]]:
    """Return the data set configurations of an edition, each with the model of its rows.

    Raises:
        UnknownNameError: if the edition does not exist.
    """
    if edition == "fresh":
        return dict(CONFIGS)
    if edition == "paper":
        return {**dict.fromkeys(PAPER_SIZES, PaperRecord), STAR: StarRecord}
    raise UnknownNameError("edition of maze", edition, EDITIONS)


def shards(edition: str, tier: str) -> list[str]:
    """Return the names of the independent units of work that make up a tier.

    Raises:
        UnknownNameError: if the edition or the tier does not exist.
    """
    if edition == "fresh":
        return ["fewshot", *(f"size-{size:02d}" for size in _sizes(tier))]
    if edition == "paper":
        if tier not in PAPER_QUOTA:
            raise UnknownNameError("tier of maze's paper edition", tier, PAPER_QUOTA)
        return [
            f"{name.removeprefix('mlmu_')}-{size:02d}"
            for name, sizes in PAPER_SIZES.items()
            for size in sizes
            if tier != "smoke" or size <= PAPER_SMOKE_LIMIT
        ] + [STAR]
    raise UnknownNameError("edition of maze", edition, EDITIONS)


def generate(edition: str, tier: str, shard: str, season: str, salt: str) -> Built:
    """Generate one shard.

    Args:
        edition: ``fresh`` or ``paper``.
        tier: ``smoke``, ``lite`` or ``full``.
        shard: one of :func:`shards`.
        season: names the public seeds, such as ``2026.1``.
        salt: empty for the public sets; a secret for a hidden draw.

    Returns:
        The records by (configuration, split), the split being ``test`` or ``fewshot``. The same
        arguments always give the same records.

    Raises:
        HeptathlonError: if a name is unknown or a size cannot be served.
    """
    known = shards(edition, tier)
    if shard not in known:
        name, _, digits = shard.partition("-")
        served = [s.partition("-")[2] for s in known if s.startswith(f"{name}-")]
        if served and digits.isdecimal():
            raise HeptathlonError(
                f"A size no generator can serve: {int(digits)}; tier {tier!r} of maze has the "
                f"sizes {', '.join(str(int(s)) for s in served)}."
            )
        raise UnknownNameError(f"shard of maze's tier {tier!r}", shard, known)
    if shard == STAR:
        return _stars(tier, season, salt)
    if edition == "paper":
        return _paper(tier, shard, season, salt)
    few = Rounds(season, salt, "fewshot", FEWSHOT_SIZE)
    examples = few.make(
        lambda config, topology: _short(topology, FEWSHOT_SIZE, FEWSHOT_QUOTA, config)
    )
    if shard == "fewshot":
        return examples
    size = int(shard.removeprefix("size-"))
    test = Rounds(season, salt, "test", size)
    if size == FEWSHOT_SIZE:
        test.seen |= few.seen
    return test.make(lambda config, topology: _wanted(tier, config, topology, size))


def _sizes(tier: str) -> tuple[int, ...]:
    if tier == "smoke":
        return SMOKE_SIZES
    if tier in QUOTA:
        return SIZES
    raise UnknownNameError("tier of maze", tier, ("smoke", *QUOTA))


def _wanted(tier: str, config: str, topology: str, size: int) -> range | list[int]:
    """Return which items of a cell belong to a tier, by index: of pairs, for ``nosol``."""
    if tier == "smoke":
        return _short(topology, size, SMOKE_QUOTA, config)
    return range(QUOTA[tier] // (2 if config == "nosol" else 1))


def _short(topology: str, size: int, quota: Mapping[str, int], config: str) -> list[int]:
    """Return the indices of a configuration's first items whose path is short."""
    count = quota[config]
    indices = range(count * len(BINS[topology][size]))
    return [i for i in indices if bin_of(topology, size, i) in SMOKE_BINS][:count]


def _paper(tier: str, shard: str, season: str, salt: str) -> Built:
    """Generate one item set of the paper edition, and with its smallest size the few-shot items.

    Exact repetitions are left out; mirrored ones stay, because the published sets have them.
    """
    kind, _, digits = shard.partition("-")
    config, size = f"mlmu_{kind}", int(digits)
    few_size = PAPER_SIZES[config][0]
    seen: set[tuple[str, int, int]] = set()

    def items(split: str, side: int, count: int) -> list[Record]:
        return [
            _paper_item(
                config,
                side,
                Stream(FAMILY, VERSION, season, split, config, side, i, salt=salt),
                season,
                seen,
            )
            for i in range(count)
        ]

    few = items("fewshot", few_size, PAPER_FEWSHOT)
    built: Built = {(config, "test"): items("test", size, PAPER_QUOTA[tier])}
    if size == few_size:
        built[config, "fewshot"] = few
    return built


def _paper_item(
    config: str, size: int, stream: Stream, season: str, seen: set[tuple[str, int, int]]
) -> PaperRecord:
    for _ in range(MAX_DRAWS):
        drawn = paper.item(config, size, stream)
        if drawn is None:
            break
        maze, path = drawn
        identity = (maze.text, path[0], path[-1])
        if identity in seen:
            continue
        seen.add(identity)
        given, continuation = paper.tokens(config, maze, path, stream)
        return with_id(
            PaperRecord,
            {
                **facts(Grid(size, maze.text), path[0], path[-1], path),
                "season": season,
                "topology": config,
                "length_bin": bin_label(len(path) - 1),
                "form": "mlmu",
                "given": given,
                "continuation": continuation,
            },
        )
    raise HeptathlonError(
        f"A size no generator can serve: {MAX_DRAWS:,} mazes of side {size} gave no new item for "
        f"{config!r}."
    )


def _stars(tier: str, season: str, salt: str) -> Built:
    seen: set[tuple[str, str]] = set()

    def items(split: str, count: int) -> list[Record]:
        return [
            _star(arms, length, Stream(FAMILY, VERSION, season, split, STAR, arms, length, i,
                                       salt=salt), season, seen)
            for arms, length in star.SHAPES
            for i in range(count)
        ]  # fmt: skip

    few = items("fewshot", 1)
    return {(STAR, "fewshot"): few, (STAR, "test"): items("test", STAR_QUOTA[tier])}


def _star(
    arms: int, length: int, stream: Stream, season: str, seen: set[tuple[str, str]]
) -> StarRecord:
    while True:
        path, edges = star.draw(arms, length, stream)
        given, continuation = star.tokens(path, edges)
        if (given, continuation) not in seen:
            break
    seen.add((given, continuation))
    graph = sorted(edges)
    fields = {
        "cluster_id": content_id(FAMILY, STAR, graph),
        "season": season,
        "form": "star",
        "topology": f"star_{arms}_{length}",
        "size": length,
        "arms": arms,
        "edges": edges,
        "given": given,
        "continuation": continuation,
    }
    return with_id(StarRecord, fields)
