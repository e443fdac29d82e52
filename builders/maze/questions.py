"""What is asked about a maze: pure functions from a task to its question and gold answer."""


from heptathlon.builders.maze.generators import Maze, closed_edges, set_edge
from heptathlon.builders.maze.task import Task, moves_along, ways_on
from heptathlon.grid import MOVES, UNREACHABLE, Grid
from heptathlon.seeding import Stream

SHORTEST_CYCLE = 8
"""Moves round the loop that an unsolvable twin's re-opened edge makes: at this length or more it
encloses at least one cell, so no open 2 x 2 or 2 x 3 block gives the twin away."""


NEAR_MISSES = 24
"""Near misses of one task that are compared before one is shown."""


def next_move(task: Task, stream: Stream) -> tuple[int, str] | None:
    """Choose a decision cell on the canonical path, all equally likely.

    A decision cell has two or more ways on, and exactly one of its open moves shortens the way.

    Returns:
        The cell and its open moves, the right one first; None if the path has no such cell.
    """
    grid, to_goal = task.grid, task.from_goal
    found = []
    for i, cell in enumerate(task.path[:-1]):
        shorter = [o for o in grid.links[cell] if to_goal[o] < to_goal[cell]]
        if ways_on(grid, task.path, i) >= 2 and len(shorter) == 1:
            found.append((cell, moves_along(grid, [cell, shorter[0]])))
    if not found:
        return None
    cell, right = stream.choice(found)
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


def near_miss(task: Task, stream: Stream) -> list[int] | None:
    """Return a path of exactly the shortest length that goes through exactly one wall.

    The wall is a closed edge, or a wall cell where the maze has such. Both parts, to the wall and
    from it, are legal, so neither the length nor the ends tell it from a legal shortest path; and
    as two legal parts of that total length cannot meet, no cell is visited twice. Of up to
    ``NEAR_MISSES`` such paths the one is returned that bends most like a legal shortest path.

    Returns:
        The cells of the path; None if there is no such path.
    """
    crossings = _crossings(task)
    if not crossings:
        return None
    like = _bends(random_shortest(task, stream))
    best, best_gap = None, 0
    for crossing in stream.sample(crossings, min(len(crossings), NEAR_MISSES)):
        path = [
            *_descend(task.grid, task.from_start, crossing[0], stream)[::-1],
            *crossing[1:-1],
            *_descend(task.grid, task.from_goal, crossing[-1], stream),
        ]
        gap = sum(abs(a - b) for a, b in zip(_bends(path), like, strict=True))
        if best is None or gap < best_gap:
            best, best_gap = path, gap
    return best


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


def _bends(path: list[int]) -> tuple[int, int]:
    """Return how often a path turns, and how often two turns in a row make it double back."""
    steps = [b - a for a, b in zip(path, path[1:], strict=False)]
    turns = sum(a != b for a, b in zip(steps, steps[1:], strict=False))
    back = sum(a != b and a == -c for a, b, c in zip(steps, steps[1:], steps[2:], strict=False))
    return turns, back


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
    edges = list(zip(task.path, task.path[1:], strict=False))
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
            and grid.distances(x)[y] + 1 >= SHORTEST_CYCLE
        ]
        if options:
            x, y = stream.choice(options)
            set_edge(masks, side, x, y, is_open=True)
            return cut
    return None
