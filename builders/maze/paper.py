"""The paper edition of maze navigation: MLM-U's two distributions in that paper's own tokens.

Protocol: "Transformers Can Navigate Mazes With Multi-Step Prediction" (arXiv 2412.05117) and its
repository. DFS mazes come from maze-dataset's ``gen_dfs`` and its coordinate tokens without the
connector ``<-->``; A* mazes follow Searchformer (Lehnert et al. 2024, arXiv 2402.14083). Neither
paper's own test items are reproduced: MLM-U's split was drawn without a seed, and Searchformer's
data is a dump that may not be redistributed. What is reproduced is the distribution and the format.
"""

import heapq

from heptathlon.builders.maze.generators import Maze, cells, mlmu_dfs, tree_path
from heptathlon.grid import UNREACHABLE, Grid
from heptathlon.seeding import Stream

MAX_DRAWS = 10_000


def dfs_item(side: int, stream: Stream) -> tuple[Maze, list[int]]:
    """Return a DFS maze and the path between a uniform ordered pair of distinct cells.

    As in the paper there is no minimum length.
    """
    maze = mlmu_dfs(side, stream)
    start = stream.below(side * side)
    goal = stream.below(side * side - 1)
    goal += goal >= start
    return maze, tree_path(maze.parent or [], start, goal)


def dfs_tokens(maze: Maze, path: list[int], stream: Stream) -> tuple[str, str]:
    """Return prompt and target of a DFS item.

    The prompt lists every opening once, in shuffled order and each in a random direction; the
    target lists every cell of the path, both ends included, and ``<PATH_END>``.
    """
    side, masks = maze.side, maze.masks
    names = [f"({row},{column})" for row in range(side) for column in range(side)]
    openings = [
        (cell, cell + step)
        for cell, mask in enumerate(masks)
        for bit, step in ((2, side), (8, 1))
        if mask & bit
    ]
    stream.shuffle(openings)
    swaps = (stream.words(len(openings)) >> 63).tolist()
    edges = " ".join(
        f"{names[b]} {names[a]} ;" if swap else f"{names[a]} {names[b]} ;"
        for (a, b), swap in zip(openings, swaps, strict=True)
    )
    prompt = (
        f"<ADJLIST_START> {edges} <ADJLIST_END> "
        f"<ORIGIN_START> {names[path[0]]} <ORIGIN_END> "
        f"<TARGET_START> {names[path[-1]]} <TARGET_END> <PATH_START>"
    )
    return prompt, " ".join([*(names[cell] for cell in path), "<PATH_END>"])


def astar_item(side: int, stream: Stream) -> tuple[Maze, list[int]] | None:
    """Return an obstacle maze and its plan, by Searchformer's published rule.

    Start and goal are uniform free cells; the task is kept if the plan has ``side`` cells or more.
    Every task here has a layout of its own, whereas Searchformer tries several pairs of ends on
    one layout.

    Returns:
        The maze and the plan's cells, ends included; None if no draw of ``MAX_DRAWS`` is kept.
    """
    for _ in range(MAX_DRAWS):
        maze = cells(side, stream)
        grid = Grid(side, maze.text)
        free = [cell for cell in range(side * side) if not grid.is_wall(cell)]
        start, goal = stream.sample(free, 2)
        if grid.distances(start)[goal] >= side - 1:
            return maze, astar_plan(grid, start, goal)
    return None


def astar_plan(grid: Grid, start: int, goal: int) -> list[int]:
    """Return the plan of a deterministic A* with the Manhattan heuristic, ends included.

    Tie rule: of the open cells with the least ``g + h`` the one with the least ``h`` is expanded,
    then the one that was opened first; neighbours are opened in the order up, down, left, right,
    and a cell keeps its first parent unless a shorter way is found. Searchformer's tie rule is not
    published as a description, so where several shortest plans exist this plan need not be theirs.

    Raises:
        ValueError: if the goal cannot be reached.
    """
    goal_row, goal_column = divmod(goal, grid.side)

    def bound(cell: int) -> int:
        row, column = divmod(cell, grid.side)
        return abs(row - goal_row) + abs(column - goal_column)

    parent = {start: UNREACHABLE}
    cost = {start: 0}
    order = 0
    heap = [(bound(start), bound(start), order, start)]
    closed = set()
    while heap:
        _, _, _, cell = heapq.heappop(heap)
        if cell == goal:
            plan = [goal]
            while plan[-1] != start:
                plan.append(parent[plan[-1]])
            return plan[::-1]
        if cell in closed:
            continue
        closed.add(cell)
        for other in grid.links[cell]:
            new = cost[cell] + 1
            if new < cost.get(other, new + 1):
                cost[other], parent[other] = new, cell
                order += 1
                heapq.heappush(heap, (new + bound(other), bound(other), order, other))
    raise ValueError(f"cell {goal} cannot be reached from cell {start}")


def astar_tokens(maze: Maze, path: list[int]) -> tuple[str, str]:
    """Return prompt and target of an A* item.

    Coordinates are x (the column) and y (the row) as two tokens; wall cells stand in the order of
    their index ``x + y * side``; the target repeats ``plan`` before every cell. The markers
    ``bos`` and ``eos`` that a trained model wraps round both are not part of the text.
    """
    side = maze.side

    def name(cell: int) -> str:
        return f"{cell % side} {cell // side}"

    walls = [f"wall {name(cell)}" for cell, c in enumerate(maze.text) if c == "#"]
    prompt = " ".join([f"start {name(path[0])} goal {name(path[-1])}", *walls, "<PATH_START>"])
    return prompt, " ".join(f"plan {name(cell)}" for cell in path)


def item(config: str, side: int, stream: Stream) -> tuple[Maze, list[int]] | None:
    """Draw a maze and its path of a distribution, ``mlmu_dfs`` or ``mlmu_astar``; None if none."""
    return dfs_item(side, stream) if config == "mlmu_dfs" else astar_item(side, stream)


def tokens(config: str, maze: Maze, path: list[int], stream: Stream) -> tuple[str, str]:
    """Return what is given and how it goes on, in the tokens of a distribution."""
    if config == "mlmu_dfs":
        return dfs_tokens(maze, path, stream)
    return astar_tokens(maze, path)
