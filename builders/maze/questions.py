"""What is asked about a maze: pure functions from a task to its question and gold answer."""

import math
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from heptathlon.builders.maze.generators import Maze, closed_edges, set_edge
from heptathlon.builders.maze.task import Task, moves_along, ways_on
from heptathlon.grid import MOVES, UNREACHABLE, Grid
from heptathlon.seeding import Stream

SHORTEST_CYCLE = 8
"""Moves round the loop that an unsolvable twin's re-opened edge makes: at this length or more it
encloses at least one cell, so no open 2 x 2 or 2 x 3 block gives the twin away."""


LEGAL_PATHS = 8
NEAR_MISSES = 24
"""Legal and illegal paths of one task that are compared before two are chosen."""


WALKS = 4
"""Walks of each kind that a maze must mislead: equally near cells are told apart by lot."""


class _Looks(NamedTuple):
    """What can be seen of a path without its maze.

    Attributes:
        turns: how often it turns.
        turns_back: how often two turns in a row make it double back.
        touches: how often it runs beside itself.
        outward: sum of its cells' distances from the centre, in half sides, rounded down.
    """

    turns: int
    turns_back: int
    touches: int
    outward: int


def misleads(task: Task, stream: Stream) -> bool:
    """Tell whether who only goes nearer to the goal loses the shortest way.

    Two walkers must: one looks a single move ahead, the other half the maze's side, rounded up. So
    the distance as the crow flies solves no item of the headline, however near the goal lies.
    """
    for moves in ((task.grid.side + 1) // 2, 1):
        for _ in range(WALKS):
            walked = task.grid.look_ahead(task.start, task.goal, moves, stream.choice)
            if walked[-1] == task.goal and len(walked) - 1 == task.length:
                return False
    return True


def next_move(task: Task, stream: Stream) -> tuple[int, str] | None:
    """Choose a decision cell on a random shortest path.

    A decision cell has two or more ways on, and exactly one of its open moves shortens the way.
    Where the path has both kinds, cells whose right move leads nearest to the goal as the crow
    flies, and cells where another does, are equally likely: else that rule of thumb would do well.

    Returns:
        The cell and its open moves, the right one first; None if the path has no such cell.
    """
    grid, to_goal = task.grid, task.from_goal
    # Not the canonical path, which goes up and down first and would leave more gold to the sides.
    path = random_shortest(task, stream)
    kinds: dict[bool, list[tuple[int, int]]] = {}
    for i, cell in enumerate(path[:-1]):
        shorter = [o for o in grid.links[cell] if to_goal[o] < to_goal[cell]]
        if ways_on(grid, path, i) >= 2 and len(shorter) == 1:
            away = [grid.apart(o, task.goal) for o in grid.links[cell]]
            nearest = grid.apart(shorter[0], task.goal) == min(away)
            kinds.setdefault(nearest, []).append((cell, shorter[0]))
    if not kinds:
        return None
    cell, ahead = stream.choice(kinds[stream.choice(sorted(kinds))])
    right = moves_along(grid, [cell, ahead])
    return cell, right + grid.open_moves(cell).replace(right, "")


def place_gold(gold: str, others: str, position: int, stream: Stream) -> str:
    """Return the options with the gold one at ``position`` and the others shuffled round it."""
    rest = list(others)
    stream.shuffle(rest)
    return "".join([*rest[:position], gold, *rest[position:]])


def random_shortest(task: Task, stream: Stream) -> list[int]:
    """Return a shortest path that chooses evenly wherever several moves shorten the way."""
    return _descend(task.grid, task.from_goal, task.start, stream)


def _descend(grid: Grid, distance: list[int], cell: int, stream: Stream) -> list[int]:
    out = [cell]
    while distance[cell]:
        closer = distance[cell] - 1
        options = [o for o in grid.links[cell] if distance[o] == closer]
        cell = options[0] if len(options) == 1 else stream.choice(options)
        out.append(cell)
    return out


def legal_and_not(task: Task, stream: Stream) -> tuple[list[int], list[int]] | None:
    """Return a shortest path and a path of the same length that goes through exactly one wall.

    The wall is a closed edge, or a wall cell where the maze has such. Both parts of the second
    path, to the wall and from it, are legal, so neither its length nor its ends give it away; and
    as two legal parts of that total length cannot meet, no cell is visited twice. So that its
    shape tells little as well, several of both are drawn and the two that look most alike are
    returned.

    Returns:
        The cells of the legal and of the illegal path; None if no two look alike.
    """
    crossings = _crossings(task)
    if not crossings:
        return None
    drawn = 1 if task.maze.parent is not None else LEGAL_PATHS
    legal = [random_shortest(task, stream) for _ in range(drawn)]
    looks = [_looks(path, task.grid) for path in legal]
    walls_are_cells = "#" in task.grid.cells
    best, least = None, math.inf
    for crossing in stream.sample(crossings, min(len(crossings), NEAR_MISSES)):
        path = [
            *_descend(task.grid, task.from_start, crossing[0], stream)[::-1],
            *crossing[1:-1],
            *_descend(task.grid, task.from_goal, crossing[-1], stream),
        ]
        look = _looks(path, task.grid)
        # Where all free neighbours are joined, a shortest path never runs beside itself.
        if walls_are_cells and look.touches:
            continue
        for other, like in zip(legal, looks, strict=True):
            unlike = sum(abs(a - b) for a, b in zip(like, look, strict=True))
            if unlike < least:
                best, least = (other, path), unlike
    # Counts along a path vary by chance with the square root of its length: twice that may pass.
    return best if least**2 <= 4 * task.length else None


def _crossings(task: Task) -> list[tuple[int, ...]]:
    """Return the cells about every wall that a path of the shortest length could break."""
    grid, ahead, behind, length = task.grid, task.from_start, task.from_goal, task.length
    found: list[tuple[int, ...]] = []
    for a, b in closed_edges(task.maze):
        for u, v in ((a, b), (b, a)):
            if min(ahead[u], behind[v]) >= 0 and ahead[u] + 1 + behind[v] == length:
                found.append((u, v))
    for wall, text in enumerate(grid.cells):
        if text == "#":
            sides = [wall + grid.step[m] for m in MOVES if grid.inside(wall, m)]
            sides = [cell for cell in sides if ahead[cell] != UNREACHABLE]
            found += [
                (u, wall, v)
                for u in sides
                for v in sides
                if u != v and ahead[u] + 2 + behind[v] == length
            ]
    return found


def _looks(path: list[int], grid: Grid) -> _Looks:
    side = grid.side
    steps = [b - a for a, b in pairwise(path)]
    bends = [a != b for a, b in pairwise(steps)]
    back = [a == -c for a, c in zip(steps, steps[2:], strict=False)]
    cells = set(path)
    beside = sum(
        ((cell + 1) in cells and (cell + 1) % side > 0) + (cell + side in cells) for cell in path
    )
    return _Looks(
        turns=sum(bends),
        turns_back=sum(back),
        touches=beside - len(steps),
        outward=sum(map(_outward(side).__getitem__, path)) // side,
    )


@lru_cache(maxsize=16)
def _outward(side: int) -> list[int]:
    """Return twice every cell's Manhattan distance from the centre."""
    away = [abs(2 * i - side + 1) for i in range(side)]
    return [a + b for a in away for b in away]


def unsolvable_twin(task: Task, stream: Stream) -> Maze | None:
    """Return a perfect maze with one edge of its solution closed and another edge opened.

    The opened edge joins two cells of the same part, so start and goal stay apart, and it is
    chosen so that nothing that can be counted locally tells the twins apart: both have the same
    number of openings and the same number of cells with one, two, three and four open sides.
    Each part keeps at least ``side`` cells. With equal openings and one part more, the twin has
    one loop (edges = cells - parts + loops); at ``SHORTEST_CYCLE`` moves or more it is no local
    pattern.

    Returns:
        The twin; None if no edge of the solution allows one.
    """
    side = task.grid.side
    edges = list(pairwise(task.path))
    stream.shuffle(edges)
    for u, v in edges:
        masks = list(task.maze.masks)
        set_edge(masks, side, u, v, is_open=False)
        cut = Maze(side, masks)
        grid = Grid(side, cut.text)
        near_start = [d >= 0 for d in grid.distances(task.start)]
        if not side <= sum(near_start) <= side * side - side:
            continue
        open_sides = [len(links) for links in grid.links]
        wanted = sorted((open_sides[u], open_sides[v]))
        options = [
            (x, y)
            for x, y in closed_edges(cut)
            if near_start[x] == near_start[y]
            and not {x, y} & {u, v}
            and sorted((open_sides[x], open_sides[y])) == wanted
        ]
        stream.shuffle(options)
        for x, y in options:
            if grid.distances(x)[y] + 1 >= SHORTEST_CYCLE:
                set_edge(masks, side, x, y, is_open=True)
                return cut
    return None
