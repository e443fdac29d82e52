"""The fresh edition: one size of one split, made in rounds of one item a topology and form."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from heptathlon.builders.maze.generators import Maze, cells, dfs, wilson, wilson_loops
from heptathlon.builders.maze.questions import (
    legal_and_not,
    misleads,
    next_move,
    place_gold,
    unsolvable_twin,
)
from heptathlon.builders.maze.records import (
    ASKED_SIZES,
    FRESH_TOPOLOGIES,
    LENGTH_BINS,
    SIZES,
    WORDINGS,
    NextMoveRecord,
    PathRecord,
    VerifyRecord,
)
from heptathlon.builders.maze.symmetry import canonical
from heptathlon.builders.maze.task import Task, bin_label, moves_along
from heptathlon.errors import HeptathlonError
from heptathlon.families import FAMILIES
from heptathlon.records import Record, content_id
from heptathlon.seeding import Stream

Q = TypeVar("Q")
R = TypeVar("R", bound=Record)
Built = dict[tuple[str, str], list[Record]]

FAMILY = "maze"
VERSION = FAMILIES[FAMILY].version
CONFIGS: dict[str, type[Record]] = {
    "path": PathRecord,
    "nosol": PathRecord,
    "next_move": NextMoveRecord,
    "verify_path": VerifyRecord,
}
GENERATORS: dict[str, Callable[[int, Stream], Maze]] = {
    "dfs": dfs,
    "wilson": wilson,
    "wilson_loops": wilson_loops,
    "cells": cells,
}
NOSOL_TOPOLOGY = "wilson"

BINS: dict[str, dict[int, tuple[int, ...]]] = {
    "dfs": {3: (0,), 4: (0, 1), 5: (0, 1, 2), 7: (0, 1, 2, 3), 10: (1, 2, 3, 4), 15: (2, 3, 4, 5),
            20: (2, 3, 4, 5), 30: (3, 4, 5)},
    "wilson": {3: (0,), 4: (0, 1), 5: (0, 1, 2), 7: (0, 1, 2), 10: (1, 2, 3), 15: (2, 3, 4),
               20: (2, 3, 4), 30: (3, 4, 5)},
    "wilson_loops": {3: (0,), 4: (0, 1), 5: (0, 1), 7: (0, 1, 2), 10: (1, 2, 3), 15: (2, 3),
                     20: (2, 3), 30: (3, 4)},
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


def cells_of(config: str, size: int) -> tuple[str, ...]:
    """Return the topologies in which a configuration has items of a size."""
    if config != "path" and size not in ASKED_SIZES:
        return ()
    if config == "nosol":
        return (NOSOL_TOPOLOGY,)
    return tuple(topology for topology in FRESH_TOPOLOGIES if size in BINS[topology])


def bin_of(topology: str, size: int, index: int) -> int:
    """Return which of ``LENGTH_BINS`` a cell's ``index``-th item falls in: each in turn."""
    bins = BINS[topology][size]
    return bins[index % len(bins)]


@dataclass
class Rounds:
    """The items of one size and split.

    A round makes one item of every form in every topology, wanted or not (and of ``nosol`` one
    pair every other round), so neither what a round makes nor what it counts as a duplicate
    depends on the tier: a smaller tier is a part of a larger one.

    Attributes:
        season: names the public seeds.
        salt: empty for the public sets.
        split: ``test`` or ``fewshot``.
        size: side of the mazes.
        seen: canonical forms of all tasks so far, which no later maze may repeat.
        asked: how many ``next_move`` items of a topology had so many options so far.
    """

    season: str
    salt: str
    split: str
    size: int
    seen: set[tuple[str, int, int]] = field(default_factory=set)
    asked: Counter[tuple[str, int]] = field(default_factory=Counter)

    def make(self, wanted: Callable[[str, str], Iterable[int]]) -> Built:
        """Make rounds until everything wanted is there.

        Args:
            wanted: returns the indices of the items that are wanted of a configuration and
                topology; for ``nosol`` an index is that of a pair.

        Returns:
            The records wanted, by (configuration, split), in the order in which they were made.
        """
        want = {(c, t): frozenset(wanted(c, t)) for c in CONFIGS for t in cells_of(c, self.size)}
        rounds = max(
            2 * max(w) + 1 if config == "nosol" else max(w) + 1
            for (config, _), w in want.items()
            if w
        )
        built: Built = {(config, self.split): [] for config in CONFIGS}
        for index in range(rounds):
            for topology in cells_of("path", self.size):
                for config, (place, records) in self._round(topology, index).items():
                    if place in want[config, topology]:
                        built[config, self.split] += records
        return built

    def _round(self, topology: str, index: int) -> dict[str, tuple[int, list[Record]]]:
        """Return the items of a round in one topology, with their indices, by configuration."""
        task, _ = self._draw(
            "path", topology, index, lambda task, stream: misleads(task, stream) or None
        )
        path = self._record(
            PathRecord,
            task,
            topology,
            form="path",
            wording=self._wording(topology, index),
            solvable=True,
            twin_id="",
        )
        made: dict[str, tuple[int, list[Record]]] = {"path": (index, [path])}
        if self.size not in ASKED_SIZES:
            return made
        made |= {
            "next_move": (index, [self._next_move(task, topology, index)]),
            "verify_path": (index, [self._verify(task, topology, index)]),
        }
        if topology == NOSOL_TOPOLOGY and index % 2 == 0:
            made["nosol"] = (index // 2, self._twins(index // 2))
        return made

    def _wording(self, topology: str, index: int) -> int:
        """Return an item's wording: each in turn within every bin, from a place drawn by lot."""
        first = self._stream("wording", topology, self.size).below(WORDINGS)
        return (first + sum(divmod(index, len(BINS[topology][self.size])))) % WORDINGS

    def _stream(self, *address: str | int) -> Stream:
        return Stream(FAMILY, VERSION, self.season, self.split, *address, salt=self.salt)

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
        if given is not None and (question := ask(given, stream)) is not None:
            return given, question
        low, high = LENGTH_BINS[bin_of(topology, self.size, index)]
        low = max(low, self.size - 1)
        for _ in range(MAX_DRAWS):
            task = Task(GENERATORS[topology](self.size, stream), 0, 0)
            for _ in range(STARTS):
                start = stream.below(self.size**2)
                task = task.between(start, start)
                goals = [cell for cell, d in enumerate(task.from_start) if low <= d <= high]
                if not goals:
                    continue
                task = task.between(start, stream.choice(goals))
                identity = self._identity(task)
                if identity in self.seen:
                    continue
                question = ask(task, stream)
                if question is not None:
                    self.seen.add(identity)
                    return task, question
        raise HeptathlonError(
            f"A size no generator can serve: {MAX_DRAWS:,} mazes {topology!r} of side {self.size} "
            f"gave no new item for {config!r} with a path of {low} to {high} moves."
        )

    def _identity(self, task: Task) -> tuple[str, int, int]:
        if self.size == SIZES[0]:
            # So few of the smallest mazes mislead that a turned one counts as new.
            return task.grid.cells, task.start, task.goal
        return canonical(self.size, task.grid.cells, task.start, task.goal)

    def _next_move(self, given: Task, topology: str, index: int) -> NextMoveRecord:
        task, (cell, moves) = self._draw("next_move", topology, index, next_move, given)
        # The gold option takes every place in turn, from one drawn by lot, so that a fixed choice
        # earns chance.
        first = self._stream("first place", topology, self.size, len(moves)).below(len(moves))
        place = (first + self.asked[topology, len(moves)]) % len(moves)
        self.asked[topology, len(moves)] += 1
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
        # Every maze must have both paths, whichever is shown, so that the two kinds do not differ
        # in the mazes they are about.
        task, (legal, illegal) = self._draw("verify_path", topology, index, legal_and_not, given)
        in_bin, which = divmod(index, len(BINS[topology][self.size]))
        # Alternating within each bin, and from one bin and one cell to the next, gives halves.
        cell = FRESH_TOPOLOGIES.index(topology) + SIZES.index(self.size)
        valid = (in_bin + which + cell) % 2 == 0
        shown = legal if valid else illegal
        return self._record(
            VerifyRecord,
            task,
            topology,
            form="verify_path",
            proposed=moves_along(task.grid, shown),
            valid=valid,
        )

    def _twins(self, index: int) -> list[Record]:
        """Return a maze that can be solved and its twin that cannot, as one cluster."""

        def cut(task: Task, stream: Stream) -> Task | None:
            maze = unsolvable_twin(task, stream)
            if maze is None:
                return None
            twin = Task(maze, task.start, task.goal)
            return None if self._identity(twin) in self.seen else twin

        whole, twin = self._draw("nosol", NOSOL_TOPOLOGY, index, cut)
        self.seen.add(self._identity(twin))
        shared = {
            "season": self.season,
            "topology": NOSOL_TOPOLOGY,
            "length_bin": bin_label(whole.length),
            "form": "path_or_none",
            "wording": 0,
            "cluster_id": whole.facts["cluster_id"],
        }
        pair = [
            whole.facts | shared | {"solvable": True},
            twin.facts | shared | {"solvable": False},
        ]
        # An id cannot hash the other's: each is that of the fields without the link.
        ids = [content_id(FAMILY, fields) for fields in pair]
        return [
            PathRecord(item_id=own, twin_id=other, **fields)
            for fields, own, other in zip(pair, ids, reversed(ids), strict=True)
        ]

    def _record(self, model: type[R], task: Task, topology: str, **question: Any) -> R:
        return with_id(
            model,
            {
                **task.facts,
                "season": self.season,
                "topology": topology,
                "length_bin": bin_label(task.length),
                **question,
            },
        )


def with_id(model: type[R], fields: dict[str, Any]) -> R:
    """Return a record with the id that its fields give it."""
    return model(item_id=content_id(FAMILY, fields), **fields)
