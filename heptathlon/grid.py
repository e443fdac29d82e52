"""The geometry of a maze, shared by the builder, the scorer, the prompts and the players.

A maze of side ``n`` is a string of ``n * n`` characters, row by row: ``#`` for a wall cell, else
one hex digit whose bits say which sides are open (1 up, 2 down, 4 left, 8 right). A cell is its
index ``row * n + column``.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

MOVES = "UDLR"
BIT = {"U": 1, "D": 2, "L": 4, "R": 8}
OPPOSITE = {"U": "D", "D": "U", "L": "R", "R": "L"}
UNREACHABLE = -1

_MASK_OF = bytes(int(chr(b), 16) if chr(b) in "0123456789abcdef" else 0 for b in range(256))


@lru_cache(maxsize=16)
def _ends(side: int) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """Return, for every cell and each of the 16 masks, the cells its open sides lead to."""
    steps = (-side, side, -1, 1)
    table = []
    for cell in range(side * side):
        row, column = divmod(cell, side)
        inside = (row > 0, row < side - 1, column > 0, column < side - 1)
        table.append(
            tuple(
                tuple(cell + steps[i] for i in range(4) if mask >> i & 1 and inside[i])
                for mask in range(16)
            )
        )
    return tuple(table)


@dataclass(frozen=True)
class Grid:
    """A maze: its side and, for every cell, the open sides.

    Raises:
        ValueError: if the text is not ``side * side`` valid characters.
    """

    side: int
    cells: str

    def __post_init__(self) -> None:
        if len(self.cells) != self.side * self.side:
            raise ValueError(f"a maze of side {self.side} has {self.side**2} cells")
        if set(self.cells) - set("0123456789abcdef#"):
            raise ValueError("a maze is written in hex digits and '#'")

    @cached_property
    def masks(self) -> tuple[int, ...]:
        """Bit masks of the open sides, one a cell; 0 for a wall cell."""
        return tuple(self.cells.encode().translate(_MASK_OF))

    @cached_property
    def links(self) -> tuple[tuple[int, ...], ...]:
        """The cells one legal move away, for every cell, in the order of ``MOVES``."""
        return tuple([ends[mask] for ends, mask in zip(_ends(self.side), self.masks, strict=True)])

    @cached_property
    def step(self) -> dict[str, int]:
        """Change of the cell index by each move."""
        return {"U": -self.side, "D": self.side, "L": -1, "R": 1}

    def is_wall(self, cell: int) -> bool:
        """Tell whether the cell itself is blocked."""
        return self.cells[cell] == "#"

    def inside(self, cell: int, move: str) -> bool:
        """Tell whether the move stays on the grid, walls apart."""
        row, column = divmod(cell, self.side)
        return {
            "U": row > 0,
            "D": row < self.side - 1,
            "L": column > 0,
            "R": column < self.side - 1,
        }[move]

    def open_moves(self, cell: int) -> str:
        """Return the legal moves from a cell, in the order of ``MOVES``."""
        mask = self.masks[cell]
        return "".join(m for m in MOVES if mask & BIT[m])

    def go(self, cell: int, move: str) -> int | None:
        """Return the cell that a move leads to, or None if a wall or the border is in the way."""
        return cell + self.step[move] if self.masks[cell] & BIT[move] else None

    def neighbours(self, cell: int) -> Iterator[int]:
        """Yield the cells one legal move away."""
        yield from self.links[cell]

    def distances(self, source: int) -> list[int]:
        """Return every cell's distance from ``source`` in moves; ``UNREACHABLE`` where none."""
        links = self.links
        out = [UNREACHABLE] * len(links)
        out[source] = depth = 0
        frontier = [source]
        while frontier:
            depth += 1
            reached = []
            for cell in frontier:
                for other in links[cell]:
                    if out[other] < 0:
                        out[other] = depth
                        reached.append(other)
            frontier = reached
        return out

    def count_shortest(self, start: int, goal: int) -> int:
        """Return the number of different shortest paths; 0 if there is no path."""
        links = self.links
        out = [UNREACHABLE] * len(links)
        ways = [0] * len(links)
        out[start] = depth = 0
        ways[start] = 1
        frontier = [start]
        # Once the goal has a distance, all cells before it are done and its count is complete.
        while frontier and out[goal] == UNREACHABLE:
            depth += 1
            reached = []
            for cell in frontier:
                for other in links[cell]:
                    if out[other] < 0:
                        out[other] = depth
                        reached.append(other)
                    if out[other] == depth:
                        ways[other] += ways[cell]
            frontier = reached
        return ways[goal]

    def apart(self, cell: int, other: int) -> int:
        """Return the Manhattan distance of two cells."""
        rows = abs(cell // self.side - other // self.side)
        return rows + abs(cell % self.side - other % self.side)

    def look_ahead(
        self, start: int, goal: int, moves: int, choose: Callable[[Sequence[int]], int]
    ) -> list[int]:
        """Walk towards the goal as who sees no further than some moves does.

        Before every move the walker looks at all cells that so many moves lead to, without those
        it was on, and sets out for one that is nearest to the goal as the crow flies. It never
        turns back, and gives up where it cannot go on.

        Args:
            start: the first cell.
            goal: the cell to reach.
            moves: how many moves it looks ahead; 1 is the greedy walk.
            choose: picks one of cells that are equally near.

        Returns:
            The cells walked, the first one included; the last is the goal if it arrived.
        """
        links, out, been = self.links, [start], {start}
        while out[-1] != goal:
            here = out[-1]
            # By cell: the first move of the way there, as the cell that it leads to.
            first = {here: here}
            frontier, near, best = [here], self.side * 2, list[int]()
            for _ in range(moves):
                reached = []
                for cell in frontier:
                    for other in links[cell]:
                        if other in been or other in first:
                            continue
                        first[other] = other if cell == here else first[cell]
                        reached.append(other)
                        away = self.apart(other, goal)
                        if away < near:
                            near, best = away, [other]
                        elif away == near:
                            best.append(other)
                frontier = reached
                if not near:
                    break
            if not best:
                break
            out.append(first[choose(best)])
            been.add(out[-1])
        return out

    def shortest_path(self, start: int, goal: int) -> str | None:
        """Return the first shortest path in the order of ``MOVES``, or None."""
        distance = self.distances(goal)
        if distance[start] == UNREACHABLE:
            return None
        letter = {step: move for move, step in self.step.items()}
        moves = []
        cell = start
        while cell != goal:
            closer = distance[cell] - 1
            other = next(o for o in self.links[cell] if distance[o] == closer)
            moves.append(letter[other - cell])
            cell = other
        return "".join(moves)
