"""The maze generators: pure functions of a side and a random stream.

Every generator is written from the description of its algorithm and takes all its randomness from
one :class:`heptathlon.seeding.Stream`. A maze is a list of masks as in :mod:`heptathlon.grid`
(bits 1 up, 2 down, 4 left, 8 right; here also 16 for a wall cell). Perfect mazes (spanning trees)
carry parent pointers as well, from which a path is read without a search.

Speed comes from three habits: cells are flat integers, every choice is a look-up in a table that
is built once a side, and random numbers are drawn as blocks of bytes that ``bytes.translate``
cuts to range.
"""

from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import chain, permutations
from typing import NamedTuple

import numpy as np

from heptathlon.errors import HeptathlonError
from heptathlon.seeding import Stream

WALL = 16
"""Mask of a cell that is itself blocked."""

LOOP_RATE = 0.10
"""Share of a spanning tree's closed inner edges that ``wilson_loops`` opens."""

_TEXT = "0123456789abcdef#"
_ORDERS = 24
_STEPS = 12


class Maze(NamedTuple):
    """A generated maze.

    Attributes:
        side: cells along an edge.
        masks: open sides of every cell, shape (side * side,); ``WALL`` for a wall cell.
        parent: for a spanning tree the next cell on the way to its root, the root being its own
            parent; None for a maze with loops or wall cells.
    """

    side: int
    masks: list[int]
    parent: list[int] | None = None

    @property
    def text(self) -> str:
        """The maze as :class:`heptathlon.grid.Grid` reads it."""
        return "".join([_TEXT[mask] for mask in self.masks])


class _Tables(NamedTuple):
    """Look-ups of one side.

    Attributes:
        orders: for every cell its neighbours in each of 24 orders, as directed edges
            ``from * cells + to``.
        steps: for every cell twelve neighbours, each neighbour equally often.
        near: for every cell its neighbours.
        bit: by the difference of two neighbouring cells, the side that opens.
    """

    orders: list[tuple[tuple[int, ...], ...]]
    steps: list[tuple[int, ...]]
    near: list[tuple[int, ...]]
    bit: dict[int, int]


def _check(side: int) -> None:
    if side < 2:
        raise HeptathlonError(f"A size no generator can serve: {side}; a maze has side 2 or more.")


@lru_cache(maxsize=16)
def _tables(side: int) -> _Tables:
    _check(side)
    cells = side * side
    near = []
    for cell in range(cells):
        row, column = divmod(cell, side)
        around = []
        if row > 0:
            around.append(cell - side)
        if row < side - 1:
            around.append(cell + side)
        if column > 0:
            around.append(cell - 1)
        if column < side - 1:
            around.append(cell + 1)
        near.append(tuple(around))
    orders, steps = [], []
    for cell, around_cell in enumerate(near):
        # 2, 3 and 4 neighbours have 2, 6 and 24 orders, all of which divide 24.
        edges = tuple(permutations(cell * cells + other for other in around_cell))
        orders.append(edges * (_ORDERS // len(edges)))
        steps.append(around_cell * (_STEPS // len(around_cell)))
    return _Tables(orders, steps, near, {-side: 1, side: 2, -1: 4, 1: 8})


@lru_cache(maxsize=8)
def _digit_table(base: int) -> tuple[bytes, bytes]:
    """Return a translation of bytes to digits below ``base``, and the bytes to reject."""
    return bytes(b % base for b in range(256)), bytes(range(256 - 256 % base, 256))


def _digits(stream: Stream, base: int, words: int) -> bytes:
    """Return about ``8 * words`` digits, uniform below ``base`` and without bias."""
    table, reject = _digit_table(base)
    return stream.words(words).astype("<u8", copy=False).tobytes().translate(table, reject)


def _endless(stream: Stream, base: int, words: int) -> Iterator[int]:
    """Yield digits uniform below ``base`` for ever, drawn from the stream in blocks."""
    return chain.from_iterable(iter(partial(_digits, stream, base, words), None))


def dfs(side: int, stream: Stream, root: int | None = None) -> Maze:
    """Return a perfect maze by randomised depth-first search (the recursive backtracker).

    The walk goes on to an unvisited neighbour, all equally likely, and backs up where there is
    none. Drawing one random order of the neighbours for each cell and trying them in that order
    is the same distribution, because a neighbour that was skipped as visited stays visited.

    Args:
        side: cells along an edge, at least 2.
        stream: the maze's randomness.
        root: where the walk begins; None for a uniformly random cell.

    Raises:
        HeptathlonError: if the side is below 2.
    """
    orders, _, _, bit = _tables(side)
    cells = side * side
    if root is None:
        root = stream.below(cells)
    digits = _endless(stream, _ORDERS, cells // 7 + 2)
    parent = [-1] * cells
    masks = [0] * cells
    parent[root] = root
    # A stack of directed edges: the one pushed last is tried first, and one whose end was reached
    # in the meantime is dropped, which is exactly the backing up.
    stack = list(orders[root][next(digits)])
    pop = stack.pop
    left = cells - 1
    for digit in digits:
        while True:
            cell, other = divmod(pop(), cells)
            if parent[other] < 0:
                break
        parent[other] = cell
        masks[cell] |= bit[other - cell]
        masks[other] = bit[cell - other]
        left -= 1
        if not left:
            break
        stack += orders[other][digit]
    return Maze(side, masks, parent)


def wilson(side: int, stream: Stream) -> Maze:
    """Return a uniform spanning tree of the grid by Wilson's loop-erased random walks.

    Source: D. B. Wilson, "Generating random spanning trees more quickly than the cover time",
    STOC 1996. The tree grows from the centre: the result does not depend on the root, and from
    the centre the walks are shortest.

    Raises:
        HeptathlonError: if the side is below 2.
    """
    _, steps, _, bit = _tables(side)
    cells = side * side
    root = (side // 2) * side + side // 2
    digits = _endless(stream, _STEPS, 16 + cells // 2)
    parent = list(range(cells))
    masks = [0] * cells
    done = bytearray(cells)
    done[root] = 1
    for first in range(cells):
        if done[first]:
            continue
        cell = first
        # Each cell keeps only its last exit, so what is left after the walk is loop-erased.
        for digit in digits:
            parent[cell] = cell = steps[cell][digit]
            if done[cell]:
                break
        cell = first
        while not done[cell]:
            done[cell] = 1
            other = parent[cell]
            masks[cell] |= bit[other - cell]
            masks[other] |= bit[cell - other]
            cell = other
    return Maze(side, masks, parent)


def closed_edges(maze: Maze) -> list[tuple[int, int]]:
    """Return the closed edges between neighbouring free cells, as pairs (cell, right or below)."""
    side, masks = maze.side, maze.masks
    out = []
    for cell, mask in enumerate(masks):
        if mask & WALL:
            continue
        if (cell + 1) % side and not mask & 8 and not masks[cell + 1] & WALL:
            out.append((cell, cell + 1))
        if cell + side < len(masks) and not mask & 2 and not masks[cell + side] & WALL:
            out.append((cell, cell + side))
    return out


def set_edge(masks: list[int], side: int, cell: int, other: int, *, is_open: bool) -> None:
    """Open or close the edge between two neighbouring cells, in place."""
    bit = _tables(side).bit
    for a, b in ((cell, other), (other, cell)):
        masks[a] = masks[a] | bit[b - a] if is_open else masks[a] & ~bit[b - a]


def wilson_loops(side: int, stream: Stream, rate: float = LOOP_RATE) -> Maze:
    """Return a uniform spanning tree with each closed inner edge opened with probability ``rate``.

    Raises:
        HeptathlonError: if the side is below 2.
    """
    maze = wilson(side, stream)
    closed = closed_edges(maze)
    limit = round(rate * 2**64)
    for (cell, other), word in zip(closed, stream.words(len(closed)).tolist(), strict=True):
        if word < limit:
            set_edge(maze.masks, side, cell, other, is_open=True)
    return Maze(side, maze.masks)


def cells(side: int, stream: Stream) -> Maze:
    """Return a grid with a random subset of its cells blocked, by Searchformer's published rule.

    The number of wall cells is uniform on ``3 * (N // 10) .. 5 * (N // 10)`` for ``N`` cells
    (Lehnert et al. 2024, arXiv 2402.14083), so 30 to 50 per cent where ``N`` divides by ten and
    a little less below. That start and goal are ``side`` cells apart is left to the caller.

    Raises:
        HeptathlonError: if the side is below 2.
    """
    _check(side)
    total = side * side
    walls = stream.between(3 * (total // 10), 5 * (total // 10))
    free = np.zeros((side + 2, side + 2), dtype=np.int64)
    inner = np.ones(total, dtype=np.int64)
    # The first cells of a random order: a uniform subset.
    inner[np.argsort(stream.words(total), kind="stable")[:walls]] = 0
    free[1:-1, 1:-1] = inner.reshape(side, side)
    open_sides = free[:-2, 1:-1] + 2 * free[2:, 1:-1] + 4 * free[1:-1, :-2] + 8 * free[1:-1, 2:]
    masks: list[int] = np.where(free[1:-1, 1:-1] == 1, open_sides, WALL).ravel().tolist()
    return Maze(side, masks)


def mlmu_dfs(side: int, stream: Stream) -> Maze:
    """Return a maze as ``gen_dfs`` of maze-dataset 1.4.2 distributes them, which MLM-U trained on.

    The walk begins in a uniform cell that is never in the last row or column: that package draws
    its start coordinate below ``side - 1``.

    Raises:
        HeptathlonError: if the side is below 2.
    """
    _check(side)
    root = stream.below(side - 1) * side + stream.below(side - 1)
    return dfs(side, stream, root)


def tree_path(parent: list[int], start: int, goal: int) -> list[int]:
    """Return the cells of the one path between two cells of a spanning tree, ends included."""
    up = [start]
    place = {start: 0}
    cell = start
    while parent[cell] != cell:
        cell = parent[cell]
        place[cell] = len(up)
        up.append(cell)
    down = []
    cell = goal
    while cell not in place:
        down.append(cell)
        cell = parent[cell]
    path = up[: place[cell] + 1]
    path += down[::-1]
    return path
