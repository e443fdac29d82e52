"""One maze with two ends: its distances, its canonical path, and the facts a record states."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from heptathlon.builders.maze.generators import Maze
from heptathlon.builders.maze.records import LENGTH_BINS
from heptathlon.grid import UNREACHABLE, Grid
from heptathlon.records import content_id

MAX_COUNT = 2**53
"""Cap of ``n_shortest``: the largest count that every JSON reader keeps exactly."""


@dataclass(frozen=True)
class Task:
    """A maze with a start and a goal, cells being flat indices.

    Attributes:
        maze: the maze as generated.
        start: the start cell.
        goal: the goal cell.
    """

    maze: Maze
    start: int
    goal: int

    @cached_property
    def grid(self) -> Grid:
        """The maze as scorers read it."""
        return Grid(self.maze.side, self.maze.text)

    @cached_property
    def from_start(self) -> list[int]:
        """Distance of every cell from the start, in moves."""
        return self.grid.distances(self.start)

    @cached_property
    def from_goal(self) -> list[int]:
        """Distance of every cell from the goal, in moves."""
        return self.grid.distances(self.goal)

    @property
    def length(self) -> int:
        """Length of a shortest path in moves; ``UNREACHABLE`` if there is none."""
        return self.from_goal[self.start]

    @cached_property
    def path(self) -> list[int]:
        """The cells of the canonical shortest path, ends included; empty if there is none."""
        if self.length == UNREACHABLE:
            return []
        out = [self.start]
        for closer in range(self.length - 1, -1, -1):
            out.append(next(o for o in self.grid.links[out[-1]] if self.from_goal[o] == closer))
        return out

    def between(self, start: int, goal: int) -> "Task":
        """Return the task with other ends, which need not find out anew what stays the same."""
        other = Task(self.maze, start, goal)
        kept = ("grid", "from_start") if start == self.start else ("grid",)
        vars(other).update({name: getattr(self, name) for name in kept})
        return other

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The maze fields of a record that follow from the task alone, with its cluster."""
        return facts(self.grid, self.start, self.goal, self.path)


def facts(grid: Grid, start: int, goal: int, path: Sequence[int]) -> dict[str, Any]:
    """Return what a record says about its maze, for a given shortest path.

    Args:
        grid: the maze.
        start: the start cell.
        goal: the goal cell.
        path: the cells of the shortest path to state as the solution; empty if there is none.
    """
    side = grid.side
    row, column = divmod(start, side)
    goal_row, goal_column = divmod(goal, side)
    return {
        "cluster_id": content_id("maze", side, grid.cells),
        "size": side,
        "open": grid.cells,
        "start": (row, column),
        "goal": (goal_row, goal_column),
        "shortest": len(path) - 1 if path else None,
        "n_shortest": min(grid.count_shortest(start, goal), MAX_COUNT),
        "decisions": sum(ways_on(grid, path, i) >= 2 for i in range(len(path) - 1)),
        "manhattan": abs(row - goal_row) + abs(column - goal_column),
        "dead_ends": list(map(len, grid.links)).count(1),
        "solution": moves_along(grid, path),
    }


def bin_label(length: int) -> str:
    """Return the name of the bin that a path length falls in.

    Example:
        >>> bin_label(3), bin_label(8), bin_label(500)
        ('1-3', '8-15', '128+')
    """
    if length < LENGTH_BINS[0][0]:
        return f"1-{LENGTH_BINS[0][0] - 1}"
    low, high = next((low, high) for low, high in LENGTH_BINS if length <= high)
    return f"{low}+" if (low, high) == LENGTH_BINS[-1] else f"{low}-{high}"


def moves_along(grid: Grid, path: Sequence[int]) -> str:
    """Return the letters that lead along a sequence of neighbouring cells, walls or not."""
    letter = {step: move for move, step in grid.step.items()}
    return "".join([letter[b - a] for a, b in pairwise(path)])


def ways_on(grid: Grid, path: Sequence[int], i: int) -> int:
    """Return how many open sides a path's ``i``-th cell has, the one it was entered by apart."""
    return len(grid.links[path[i]]) - (i > 0)
