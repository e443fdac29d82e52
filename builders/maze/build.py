"""The maze builder: from a season's seeds to the records of every form, shard by shard.

A shard is one size (or, in the paper edition, one item set) and is generated alone, so that an
interrupted build can go on where it stopped. Within a size no task occurs twice, under rotation,
reflection and exchange of start and goal, in any topology, split or form; only ``next_move`` and
``verify_path`` ask about the very mazes of ``path``, so that the forms can be compared in pairs.

Items are made in rounds, one item of every topology and form a round, and a smaller tier is a
part of a larger one: ``lite`` is the first 40 items of each of ``full``'s cells, ``smoke`` the
short ones among the first items of the two smallest sizes.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from heptathlon.builders.maze import paper
from heptathlon.builders.maze.generators import Maze, cells, dfs, wilson, wilson_loops
from heptathlon.builders.maze.questions import (
    Task,
    moves_along,
    near_miss,
    next_move,
    place_gold,
    random_shortest,
    unsolvable_twin,
    ways_on,
)
from heptathlon.builders.maze.records import (
    FRESH_TOPOLOGIES,
    LENGTH_BINS,
    LONG_SIZE,
    SIZES,
    NextMoveRecord,
    PaperRecord,
    PathRecord,
    VerifyRecord,
)
from heptathlon.builders.maze.symmetry import canonical
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.families import FAMILIES
from heptathlon.grid import Grid
from heptathlon.records import Record, content_id
from heptathlon.seeding import Stream

Q = TypeVar("Q")
Built = dict[tuple[str, str], list[Record]]

FAMILY = "maze"
VERSION = FAMILIES[FAMILY].version
GENERATORS: dict[str, Callable[[int, Stream], Maze]] = {
    "dfs": dfs,
    "wilson": wilson,
    "wilson_loops": wilson_loops,
    "cells": cells,
}

BINS: dict[str, dict[int, tuple[int, ...]]] = {
    "dfs": {5: (0, 1, 2), 7: (0, 1, 2, 3), 10: (1, 2, 3, 4), 15: (2, 3, 4, 5), 20: (2, 3, 4, 5),
            30: (3, 4, 5)},
    "wilson": {5: (0, 1, 2), 7: (0, 1, 2), 10: (1, 2, 3), 15: (2, 3, 4), 20: (2, 3, 4),
               30: (3, 4, 5)},
    "wilson_loops": {5: (0, 1), 7: (0, 1, 2), 10: (1, 2, 3), 15: (2, 3), 20: (2, 3), 30: (3, 4)},
    "cells": {5: (0, 1), 7: (0, 1), 10: (1, 2), 15: (2, 3), 20: (2, 3), 30: (3, 4)},
}  # fmt: skip
"""Bins of ``LENGTH_BINS`` that each topology and size is spread over, equally.

A bin counts if at least half of its lengths satisfy the minimum of ``size - 1`` moves (else its
figure would stand for its edge alone), and if at least one generated maze in ten serves it with
one of ``STARTS`` starts (rarer mazes are no longer typical of their topology).
"""
SERVED_SHARE = 0.10

STARTS = 4
"""Start cells that are tried in one maze before another is drawn."""
MAX_DRAWS = 2_000
"""Mazes drawn for one item before giving up: at a served share of 0.10 that never happens."""

QUOTA = {"lite": 40, "full": 250, "long": 250}
SMOKE_SIZES = SIZES[:2]
SMOKE_BINS = (0, 1)
SMOKE_QUOTA = {"path": 10, "nosol": 5, "next_move": 5, "verify_path": 5}
FEWSHOT_SIZE = SIZES[0]
FEWSHOT_QUOTA = {"path": 2, "nosol": 2, "next_move": 2, "verify_path": 2}
"""Items (pairs, for ``nosol``) in each topology, in the shard ``fewshot``."""
NOSOL_TOPOLOGY = "wilson"

PAPER_SIZES = {"mlmu_dfs": (5, 10, 15, 20, 30), "mlmu_astar": (10, 20, 30)}
PAPER_QUOTA = {"smoke": 20, "lite": 40, "full": 2_000}
"""The paper's test sets have 2,000 items each."""
PAPER_SMOKE_LIMIT = 10
"""Largest side in the paper edition's smoke tier: its items are meant to be short."""
PAPER_FEWSHOT = 4
MAX_COUNT = 2**53


def configs(edition: str) -> dict[str, type[Record]]:
    """Return the data set configurations of an edition, each with the model of its rows.

    Raises:
        UnknownNameError: if the edition does not exist.
    """
    if edition == "fresh":
        return {
            "path": PathRecord,
            "nosol": PathRecord,
            "next_move": NextMoveRecord,
            "verify_path": VerifyRecord,
        }
    if edition == "paper":
        return {"mlmu_dfs": PaperRecord, "mlmu_astar": PaperRecord}
    raise UnknownNameError("edition of maze", edition, ("fresh", "paper"))


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
        ]
    raise UnknownNameError("edition of maze", edition, ("fresh", "paper"))


def generate(edition: str, tier: str, shard: str, season: str, salt: str) -> Built:
    """Generate one shard.

    Args:
        edition: ``fresh`` or ``paper``.
        tier: ``smoke``, ``lite``, ``full`` or ``long`` (``long`` in the fresh edition only).
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
        name, _, size = shard.partition("-")
        if name == "size" and size.isdecimal():
            raise HeptathlonError(
                f"A size no generator can serve: {int(size)}; tier {tier!r} of maze has the sizes "
                f"{', '.join(str(int(s[5:])) for s in known if s.startswith('size-'))}."
            )
        raise UnknownNameError(f"shard of maze's tier {tier!r}", shard, known)
    if edition == "paper":
        return _paper(tier, shard, season, salt)
    few = _Size(season, salt, "fewshot", FEWSHOT_SIZE)
    few.rounds(_fewshot_wanted)
    if shard == "fewshot":
        return few.built
    size = int(shard.removeprefix("size-"))
    test = _Size(season, salt, "test", size)
    if size == FEWSHOT_SIZE:
        test.seen |= few.seen
    test.rounds(lambda config, topology: _wanted(tier, config, topology, size))
    return test.built


def bin_label(length: int) -> str:
    """Return the name of the bin that a path length falls in, such as ``8-15`` or ``128+``."""
    if length < LENGTH_BINS[0][0]:
        return f"1-{LENGTH_BINS[0][0] - 1}"
    low, high = next((low, high) for low, high in LENGTH_BINS if length <= high)
    return f"{low}+" if (low, high) == LENGTH_BINS[-1] else f"{low}-{high}"


def _sizes(tier: str) -> tuple[int, ...]:
    if tier == "smoke":
        return SMOKE_SIZES
    if tier == "long":
        return (LONG_SIZE,)
    if tier in QUOTA:
        return SIZES
    raise UnknownNameError("tier of maze", tier, ("smoke", *QUOTA))


def _wanted(tier: str, config: str, topology: str, size: int) -> list[int]:
    """Return which items of a cell (topology, size) belong to a tier, by their index.

    For ``nosol`` the index is that of the pair, and half as many are wanted.
    """
    if config == "nosol" and topology != NOSOL_TOPOLOGY:
        return []
    if tier != "smoke":
        return list(range(QUOTA[tier] // (2 if config == "nosol" else 1)))
    return _short(topology, size, SMOKE_QUOTA[config])


def _fewshot_wanted(config: str, topology: str) -> list[int]:
    if config == "nosol" and topology != NOSOL_TOPOLOGY:
        return []
    return _short(topology, FEWSHOT_SIZE, FEWSHOT_QUOTA[config])


def _short(topology: str, size: int, count: int) -> list[int]:
    """Return the first ``count`` indices whose bin is short."""
    bins = BINS[topology][size]
    short = [i for i in range(count * len(bins)) if bins[i % len(bins)] in SMOKE_BINS]
    return short[:count]


@dataclass
class _Size:
    """One size of one split, as it grows.

    Attributes:
        season: see :func:`generate`.
        salt: see :func:`generate`.
        split: ``test`` or ``fewshot``.
        size: side of the mazes.
        seen: canonical forms of all tasks so far.
        gold_at: how many ``next_move`` items of a topology had so many options.
        built: the records so far.
    """

    season: str
    salt: str
    split: str
    size: int
    seen: set[tuple[str, int, int]] = field(default_factory=set)
    gold_at: Counter[tuple[str, int]] = field(default_factory=Counter)
    built: Built = field(default_factory=dict)

    def rounds(self, wanted: Callable[[str, str], list[int]]) -> None:
        """Make items in rounds until every cell has those that are wanted.

        A round makes one item of every form and topology, wanted or not (of ``nosol`` one pair
        every other round), so what is made in a round, and what counts as a duplicate in it, does
        not depend on the tier.
        """
        want = {
            (config, topology): set(wanted(config, topology))
            for config in configs("fresh")
            for topology in FRESH_TOPOLOGIES
        }
        self.built = {(config, self.split): [] for config in configs("fresh")}
        last = {c: max((2 * i if c[0] == "nosol" else i for i in w), default=-1)
                for c, w in want.items()}  # fmt: skip
        for index in range(max(last.values()) + 1):
            for topology in FRESH_TOPOLOGIES:
                made = self._round(topology, index)
                for config, (place, records) in made.items():
                    if place in want[config, topology]:
                        self.built[config, self.split] += records

    def _round(self, topology: str, index: int) -> dict[str, tuple[int, list[Record]]]:
        task, _ = self._draw("path", topology, index, lambda task, stream: task)
        path = self._record(PathRecord, task, topology, form="path", solvable=True, twin_id="")
        made: dict[str, tuple[int, list[Record]]] = {
            "path": (index, [path]),
            "next_move": (index, [self._next_move(task, topology, index)]),
            "verify_path": (index, [self._verify(task, topology, index)]),
        }
        if topology == NOSOL_TOPOLOGY and index % 2 == 0:
            made["nosol"] = (index // 2, self._twins(index // 2))
        return made

    def _stream(self, *address: str | int) -> Stream:
        return Stream(FAMILY, VERSION, self.season, self.salt, self.split, *address)

    def _draw(
        self,
        config: str,
        topology: str,
        index: int,
        ask: Callable[[Task, Stream], Q | None],
        given: Task | None = None,
    ) -> tuple[Task, Q]:
        """Draw mazes until one serves the item's bin, is new, and has an answer to ``ask``.

        Args:
            config: the configuration that the item is for.
            topology: the generator.
            index: the item's place in its cell, which decides its bin.
            ask: returns the question about a task, or None if the task does not have one.
            given: a task to try first, which need not be new.

        Raises:
            HeptathlonError: after ``MAX_DRAWS`` mazes.
        """
        stream = self._stream(config, topology, self.size, index)
        if given is not None:
            question = ask(given, stream)
            if question is not None:
                return given, question
        bins = BINS[topology][self.size]
        low, high = LENGTH_BINS[bins[index % len(bins)]]
        low = max(low, self.size - 1)
        for _ in range(MAX_DRAWS):
            maze = GENERATORS[topology](self.size, stream)
            text = maze.text
            grid = Grid(self.size, text)
            for _ in range(STARTS):
                start = stream.below(len(text))
                if text[start] == "#":
                    continue
                distance = grid.distances(start)
                goals = [cell for cell, d in enumerate(distance) if low <= d <= high]
                if not goals:
                    continue
                task = Task(maze, grid, start, stream.choice(goals), distance)
                identity = canonical(self.size, text, task.start, task.goal)
                question = None if identity in self.seen else ask(task, stream)
                if question is not None:
                    self.seen.add(identity)
                    return task, question
        raise HeptathlonError(
            f"A size no generator can serve: {MAX_DRAWS:,} mazes {topology!r} of side {self.size} "
            f"gave no new item for {config!r} with a path of {low} to {high} moves."
        )

    def _next_move(self, given: Task, topology: str, index: int) -> NextMoveRecord:
        task, (cell, moves) = self._draw("next_move", topology, index, next_move, given)
        # The gold option takes every place in turn, so that a fixed choice earns chance exactly.
        place = self.gold_at[topology, len(moves)] % len(moves)
        self.gold_at[topology, len(moves)] += 1
        shuffler = self._stream("next_move options", topology, self.size, index)
        return self._record(
            NextMoveRecord,
            task,
            topology,
            form="next_move",
            cell=divmod(cell, self.size),
            options=place_gold(moves[0], moves[1:], place, shuffler),
            gold=place,
        )

    def _verify(self, given: Task, topology: str, index: int) -> VerifyRecord:
        # Every maze must have a near miss, shown or not, so that the two kinds do not differ in
        # the mazes they are about.
        task, wrong = self._draw("verify_path", topology, index, near_miss, given)
        bins = len(BINS[topology][self.size])
        in_bin, which = divmod(index, bins)
        # Alternating within each bin, and from one bin and one cell to the next, gives halves.
        parity = (
            in_bin + which + FRESH_TOPOLOGIES.index(topology) + (*SIZES, LONG_SIZE).index(self.size)
        )
        valid = parity % 2 == 0
        chooser = self._stream("verify_path legal", topology, self.size, index)
        shown = random_shortest(task, chooser) if valid else wrong
        return self._record(
            VerifyRecord,
            task,
            topology,
            form="verify_path",
            proposed=moves_along(task.grid, shown),
            valid=valid,
        )

    def _twins(self, index: int) -> list[Record]:
        def cut(task: Task, stream: Stream) -> Maze | None:
            twin = unsolvable_twin(task, stream)
            if twin is None:
                return None
            identity = canonical(self.size, twin.text, task.start, task.goal)
            if identity in self.seen:
                return None
            self.seen.add(identity)
            return twin

        task, twin = self._draw("nosol", NOSOL_TOPOLOGY, index, cut)
        whole = _fields(self.season, task.grid, task.start, task.goal, task.shortest)
        apart = _fields(
            self.season, Grid(self.size, twin.text), task.start, task.goal, task.shortest
        )
        # The twins are one cluster: the maze that can be solved.
        shared = {"topology": NOSOL_TOPOLOGY, "form": "path_or_none",
                  "cluster_id": whole["cluster_id"]}  # fmt: skip
        pair = [whole | shared | {"solvable": True}, apart | shared | {"solvable": False}]
        ids = [content_id(FAMILY, fields) for fields in pair]
        return [
            PathRecord(item_id=own, twin_id=other, **fields)
            for fields, own, other in zip(pair, ids, reversed(ids), strict=True)
        ]

    def _record(self, model: type[Q], task: Task, topology: str, **question: Any) -> Q:
        fields = _fields(self.season, task.grid, task.start, task.goal, task.shortest)
        return _with_id(model, {**fields, "topology": topology, **question})


def _with_id(model: type[Q], fields: dict[str, Any]) -> Q:
    return model(item_id=content_id(FAMILY, fields), **fields)


def _fields(
    season: str, grid: Grid, start: int, goal: int, bin_length: int, path: list[int] | None = None
) -> dict[str, Any]:
    """Return what every record says about its maze.

    Args:
        season: the season whose seeds made the maze.
        grid: the maze.
        start: the start cell's index.
        goal: the goal cell's index.
        bin_length: the path length by which the item is binned.
        path: cells of the gold path where it is not the canonical one.
    """
    size = grid.side
    solution: str | None
    if path is None:
        solution = grid.shortest_path(start, goal)
        path = [start]
        for move in solution or "":
            path.append(path[-1] + grid.step[move])
    else:
        solution = moves_along(grid, path)
    row, column = divmod(start, size)
    goal_row, goal_column = divmod(goal, size)
    return {
        "cluster_id": content_id(FAMILY, size, grid.cells),
        "season": season,
        "size": size,
        "length_bin": bin_label(bin_length),
        "open": grid.cells,
        "start": (row, column),
        "goal": (goal_row, goal_column),
        "shortest": None if solution is None else len(solution),
        "n_shortest": min(grid.count_shortest(start, goal), MAX_COUNT),
        "decisions": sum(ways_on(grid, path, i) >= 2 for i in range(len(path) - 1)),
        "manhattan": abs(row - goal_row) + abs(column - goal_column),
        "dead_ends": sum(len(links) == 1 for links in grid.links),
        "solution": solution or "",
    }


def _paper(tier: str, shard: str, season: str, salt: str) -> Built:
    """Generate one item set of the paper edition, and its few-shot items.

    Exact repetitions are left out; mirrored ones stay, because the published sets have them.
    """
    kind, _, digits = shard.partition("-")
    config, size = f"mlmu_{kind}", int(digits)
    few_size = PAPER_SIZES[config][0]
    seen: set[tuple[str, int, int]] = set()
    few = [
        _paper_item(config, few_size, i, season, salt, "fewshot", seen)
        for i in range(PAPER_FEWSHOT)
    ]
    test = [
        _paper_item(config, size, i, season, salt, "test", seen) for i in range(PAPER_QUOTA[tier])
    ]
    built: Built = {(config, "test"): list(test)}
    if size == few_size:
        built[config, "fewshot"] = list(few)
    return built


def _paper_item(
    config: str,
    size: int,
    index: int,
    season: str,
    salt: str,
    split: str,
    seen: set[tuple[str, int, int]],
) -> PaperRecord:
    stream = Stream(FAMILY, VERSION, season, salt, split, config, size, index)
    for _ in range(MAX_DRAWS):
        drawn = (
            paper.dfs_item(size, stream) if config == "mlmu_dfs" else paper.astar_item(size, stream)
        )
        if drawn is None:
            break
        maze, path = drawn
        identity = (maze.text, path[0], path[-1])
        if identity in seen:
            continue
        seen.add(identity)
        prompt, target = (
            paper.dfs_tokens(maze, path, stream)
            if config == "mlmu_dfs"
            else paper.astar_tokens(maze, path)
        )
        grid = Grid(size, maze.text)
        fields = _fields(season, grid, path[0], path[-1], len(path) - 1, path)
        return _with_id(
            PaperRecord,
            {**fields, "topology": config, "form": "mlmu", "prompt": prompt, "target": target},
        )
    raise HeptathlonError(
        f"A size no generator can serve: {MAX_DRAWS:,} mazes of side {size} gave no new item for "
        f"{config!r}."
    )
