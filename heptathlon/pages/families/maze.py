"""What a maze's page shows: the maze with a shortest path and the walk that was answered."""

import itertools
from collections.abc import Iterable
from functools import cache, lru_cache

from markupsafe import Markup

from heptathlon.grid import MOVES, Grid
from heptathlon.pages.drawings import Doc, Drawings

CELL = 2
"""Drawing units a cell: walls lie on even coordinates, centres of cells on odd ones."""
MARGIN = 0.8
"""Room for the cross of a walk that leaves the grid."""
MAX_MOVES = 4_000
"""Moves drawn of one answer: more than the longest path of any maze, less than a page's worth."""
MAX_GROUNDS = 2**10
"""Mazes of which walls and path are kept drawn: those of a page's items, and a few pages."""

JUMP = "?"
"""Stands among moves where an answer leaves the way of single steps."""
_STEPS = {"U": (-1, 0), "D": (1, 0), "L": (0, -1), "R": (0, 1), JUMP: (0, 0)}
Cell = tuple[int, int]


def draw_maze(doc: Doc, answer: str) -> Markup:
    """Draw a maze, a shortest path as a band, the answer as a line up to where it breaks.

    Args:
        doc: a record of the maze family, any form.
        answer: as the scorer reads it: moves with spaces between them, ``JUMP`` for a step between
            cells that are not neighbours (or one move, for ``next_move``). Of anything else no walk
            is drawn, and of a star graph nothing.
    """
    if doc["form"] == "star":
        return Markup("")
    side = int(doc["size"])
    grid = Grid(side, str(doc["open"]))
    start, goal = tuple(doc["start"]), tuple(doc["goal"])
    walked_from, moves = _moves_to_draw(doc, answer)
    cells, broken = _walk(grid, walked_from, moves)
    trail = _trail(cells)
    parts = [
        _ground(side, str(doc["open"]), start, str(doc["solution"])),
        _path("casing", trail),
        _path("walk", trail),
    ]
    if doc["form"] == "next_move":
        parts.append(_disc("here", walked_from))
    parts += [_end("start", start, "S"), _end("goal", goal, "G")]
    if broken:
        parts.append(_break_mark(cells[-1], broken))
    return Markup(
        '<svg class="drawing maze" role="img" aria-label="{}" viewBox="{} {} {} {}">{}</svg>'
    ).format(
        _says(doc, len(cells) - 1, broken, cells[-1] == goal),
        -MARGIN,
        -MARGIN,
        CELL * side + 2 * MARGIN,
        CELL * side + 2 * MARGIN,
        Markup("").join(parts),
    )


@lru_cache(MAX_GROUNDS)
def _ground(side: int, open_: str, start: Cell, solution: str) -> Markup:
    """Return what of a drawing does not depend on the answer: every model has the same mazes."""
    grid = Grid(side, open_)
    gold, _ = _walk(grid, start, solution)
    parts = (
        _path("blocked", _blocked(grid)),
        _path("gold", _trail(gold)),
        _path("walls", _walls(grid)),
    )
    return Markup("").join(parts)


def _moves_to_draw(doc: Doc, answer: str) -> tuple[Cell, str]:
    """Return where the drawn walk begins and its moves."""
    row, column = doc["start"]
    if doc["form"] == "verify_path":
        return (row, column), str(doc["proposed"])
    if doc["form"] == "next_move":
        row, column = doc["cell"]
        return (row, column), answer if answer in tuple(MOVES) else ""
    moves = answer.replace(" ", "")
    return (row, column), moves[:MAX_MOVES] if set(moves) <= {*MOVES, JUMP} else ""


def _walk(grid: Grid, start: Cell, moves: str) -> tuple[list[Cell], str]:
    """Return the cells walked, the first one included, and the move that broke the walk, if any."""
    cells = [start]
    for move in moves:
        row, column = cells[-1]
        if move == JUMP or grid.go(row * grid.side + column, move) is None:
            return cells, move
        down, right = _STEPS[move]
        cells.append((row + down, column + right))
    return cells, ""


def _says(doc: Doc, moves: int, broken: str, arrived: bool) -> str:
    """Return the drawing in words."""
    side, shortest = doc["size"], doc["shortest"]
    length = "without a path" if shortest is None else f"with a shortest path of {shortest} moves"
    walk = "no moves are drawn"
    went = f"the walk goes {moves} move{'s' * (moves != 1)} "
    if broken:
        walk = went + "and breaks"
    elif moves:
        walk = went + ("to the goal" if arrived else "to another cell")
    return f"Maze of {side} by {side} cells {length}; {walk}."


def _path(kind: str, data: str) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(kind, data) if data else Markup("")


def _centre(cell: Cell) -> tuple[int, int]:
    """Return (x, y) of a cell's centre."""
    return CELL * cell[1] + 1, CELL * cell[0] + 1


def _trail(cells: list[Cell]) -> str:
    """Return the line through the cells' centres, straight runs drawn at one stroke."""
    if len(cells) < 2:
        return ""
    x, y = _centre(cells[0])
    runs: list[tuple[str, int]] = []
    for (row, column), (next_row, next_column) in itertools.pairwise(cells):
        axis, step = ("v", next_row - row) if next_row != row else ("h", next_column - column)
        if runs and runs[-1][0] == axis and (runs[-1][1] > 0) == (step > 0):
            runs[-1] = (axis, runs[-1][1] + CELL * step)
        else:
            runs.append((axis, CELL * step))
    return f"M{x} {y}" + "".join(f"{axis}{length}" for axis, length in runs)


def _walls(grid: Grid) -> str:
    """Return the walls between cells and around them; blocked cells are drawn by themselves."""
    n = grid.side

    def shut(cell: int, other: int, move: str) -> bool:
        both_free = not grid.is_wall(cell) and not grid.is_wall(other)
        return both_free and grid.go(cell, move) is None

    border = f"M0 0h{CELL * n}v{CELL * n}h{-CELL * n}z"
    below = [[shut(r * n + c, r * n + c + n, "D") for c in range(n)] for r in range(n - 1)]
    beside = [[shut(r * n + c, r * n + c + 1, "R") for r in range(n)] for c in range(n - 1)]
    across = (f"M{CELL * a} {CELL * (i + 1)}h{CELL * w}" for i, a, w in _runs(below))
    upright = (f"M{CELL * (i + 1)} {CELL * a}v{CELL * w}" for i, a, w in _runs(beside))
    return border + "".join(across) + "".join(upright)


def _blocked(grid: Grid) -> str:
    """Return the blocked cells as bars, a row at a time."""
    n = grid.side
    rows = [[grid.is_wall(r * n + c) for c in range(n)] for r in range(n)]
    return "".join(
        f"M{CELL * a} {CELL * i}h{CELL * w}v{CELL}h{-CELL * w}z" for i, a, w in _runs(rows)
    )


def _runs(lines: list[list[bool]]) -> Iterable[tuple[int, int, int]]:
    """Yield (line, first, length) of every unbroken run of true values."""
    for number, line in enumerate(lines):
        first = None
        for place, on in enumerate([*line, False]):
            if on and first is None:
                first = place
            elif not on and first is not None:
                yield number, first, place - first
                first = None


def _break_mark(cell: Cell, move: str) -> Markup:
    """Return the stub of the illegal move and a cross at the wall that it met, or at the jump."""
    x, y = _centre(cell)
    down, right = _STEPS[move]
    stub = f"M{x} {y}l{right} {down}"
    wall_x, wall_y = x + right, y + down
    cross = f"M{wall_x - 0.6} {wall_y - 0.6}l1.2 1.2m0 -1.2l-1.2 1.2"
    return _path("broken", stub) + _path("broken cross", cross)


@cache
def _disc(kind: str, cell: Cell) -> Markup:
    x, y = _centre(cell)
    return Markup('<circle class="{}" cx="{}" cy="{}" r="0.75"/>').format(kind, x, y)


@cache
def _end(kind: str, cell: Cell, letter: str) -> Markup:
    x, y = _centre(cell)
    text = Markup('<text class="letter" x="{}" y="{}">{}</text>').format(x, y, letter)
    return _disc(kind, cell) + text


DRAWINGS = Drawings(
    item=draw_maze,
    legend="The band is a shortest path, the line the walk that was answered (or, where a path "
    "is to be judged, the one shown), and a cross the wall at which it broke.",
)
