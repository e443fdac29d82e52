"""Maze prompts: a document to text, target and options; nothing here is drawn at random.

The same mazes come in four encodings: spaced ASCII (the primary one), the open sides of every
cell, the pairs of cells that are joined, and a picture, which ``doc_to_image`` gives beside a text
without the maze.

The headline's question has three wordings, each with glyphs of its own, and the record says which
it has. Wherever a prompt names cells, they are (row,column), from 0, from the top left corner.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from heptathlon.grid import BIT, MOVES, Grid

Doc = Mapping[str, Any]

WALL, START, GOAL, HERE = "#", "S", "G", "X"
ANSWER = "ANSWER:"
IMAGE = "<image>"
"""lm-eval's place of a picture in a prompt."""
NONE = "NONE"
YES, NO = "yes", "no"
SIDE = {"R": (0, 1), "D": (1, 0)}
"""Row and column change of the two moves by which every pair of neighbours is met once."""

HEADINGS: dict[str, tuple[str, ...]] = {
    "path": (
        "Find a shortest path from S to G in this maze.",
        "Here is a maze. Which moves lead from S to G, and are as few as can be?",
        "You stand on S in the maze below. Plan the quickest way to G.",
    ),
    "path_or_none": ("Find a shortest path from S to G in this maze, or say that there is none.",),
    "next_move": ("Choose the move that begins the shortest path from X to G in this maze.",),
    "verify_path": ("Check a path from S to G in this maze.",),
    "mlmu": ("Continue the sequence of tokens about a maze with its shortest path.",),
    "star": ("Continue the sequence of numbers about a graph with its path.",),
}
"""First lines of the prompts of each form, by wording. A scorer knows an invented item by them."""


class Glyphs(NamedTuple):
    """What stands for a wall, a cell and an opening between two cells."""

    wall: str
    cell: str
    opening: str


GLYPHS = (Glyphs("#", "o", "."), Glyphs("@", "_", "-"), Glyphs("%", "0", "="))
"""By wording; no glyph stands for two things."""

_MOVE_WORDS = "U is up, D is down, L is left and R is right"
_LEGEND = {
    True: "{cells} are free cells and {wall} is wall. A move goes from a free cell to a free "
    f"cell next to it: {_MOVE_WORDS}.",
    False: "{cells} are cells, {wall} is wall and {opening} is an opening between two cells. A "
    f"move goes from a cell through one opening to the next cell: {_MOVE_WORDS}.",
}
"""What the glyphs mean, by whether whole cells are walls."""
_MOVE_STEPS = (
    "U is up (row - 1), D is down (row + 1), L is left (column - 1) and R is right (column + 1)"
)
_ENDS = (
    "An impossible move ends the walk. The walk must end on G; any shortest path is right.",
    "The first move into a wall ends the walk, the last move must be the one that reaches G, and "
    "of several ways that are equally short any will do.",
    "No move may go into a wall. Stop on G. A longer way than needed is wrong; where several are "
    "the quickest, take any of them.",
)
"""The rules of a walk, by wording."""
_FORMS = (
    "End your reply with one line that gives all your moves in order, in this form:",
    "Let the last line of your reply hold all the moves from first to last, written like this:",
    "Give the moves in their order on one line at the end of your reply, in the form:",
)
"""How an answer is to be written, by wording; a line of moves follows."""
_MOVES = f"{ANSWER} U D L R"
_NONE_FORM = f"If no path leads from S to G, let that line be:\n{ANSWER} {NONE}"


def grid_of(doc: Doc) -> Grid:
    """Return a document's maze."""
    return Grid(doc["size"], doc["open"])


def cell_at(doc: Doc, field: str) -> int:
    """Return the index of the cell that a document's ``start``, ``goal`` or ``cell`` names."""
    row, column = doc[field]
    return int(row) * int(doc["size"]) + int(column)


def has_wall_cells(grid: Grid) -> bool:
    """Tell whether the maze's walls are whole cells, and all free neighbours are joined."""
    return "#" in grid.cells and all(
        grid.go(cell, move) is not None
        for cell in range(grid.side**2)
        for move in MOVES
        if grid.inside(cell, move)
        and not grid.is_wall(cell)
        and not grid.is_wall(cell + grid.step[move])
    )


def ascii_rows(grid: Grid, marks: Mapping[int, str], wording: int = 0) -> list[str]:
    """Return a drawing of a maze, one string of glyphs a row, without spaces.

    A maze whose walls are whole cells is drawn cell by cell in a border: ``n + 2`` rows. Any other
    is drawn with the places between the cells: ``2n + 1`` rows, a cell on every odd row and column.

    Args:
        grid: the maze.
        marks: glyphs of single cells, such as the start's.
        wording: which of the wordings' glyphs are used.
    """
    n = grid.side
    wall, free, opening = GLYPHS[wording]
    glyphs = [wall if c == "#" else free for c in grid.cells]
    for cell, mark in marks.items():
        glyphs[cell] = mark
    if has_wall_cells(grid):
        inner = ["".join([wall, *glyphs[row * n : (row + 1) * n], wall]) for row in range(n)]
        return [wall * (n + 2), *inner, wall * (n + 2)]
    rows = [[wall] * (2 * n + 1) for _ in range(2 * n + 1)]
    for cell, glyph in enumerate(glyphs):
        row, column = divmod(cell, n)
        rows[2 * row + 1][2 * column + 1] = glyph
        for move, (down, right) in SIDE.items():
            if grid.masks[cell] & BIT[move]:
                rows[2 * row + 1 + down][2 * column + 1 + right] = opening
    return ["".join(row) for row in rows]


def spaced_ascii(doc: Doc, marks: Mapping[int, str]) -> str:
    """Return the primary encoding: the drawing with a space between glyphs, and its legend.

    The spaces keep a tokenizer from merging runs of glyphs, which would hide the columns.
    """
    grid = grid_of(doc)
    wording = _wording(doc)
    drawing = "\n".join(" ".join(row) for row in ascii_rows(grid, marks, wording))
    glyphs = GLYPHS[wording]
    legend = _LEGEND[has_wall_cells(grid)].format(
        cells=f"{glyphs.cell}, {' and '.join(marks.values())}",
        wall=glyphs.wall,
        opening=glyphs.opening,
    )
    return f"{drawing}\n\n{legend}"


def _wording(doc: Doc) -> int:
    """Return a document's wording; forms beside the headline have one alone."""
    return int(doc.get("wording", 0))


def open_sides(doc: Doc, marks: Mapping[int, str]) -> str:
    """Return the encoding that gives every cell's open sides, row by row."""
    grid = grid_of(doc)
    rows = []
    for row in range(grid.side):
        cells = range(row * grid.side, (row + 1) * grid.side)
        texts = [WALL if grid.is_wall(c) else grid.open_moves(c) or "-" for c in cells]
        rows.append(f"row {row}: {' '.join(texts)}")
    walls = f" {WALL} is a wall cell and - a cell without an open side." * ("#" in grid.cells)
    return (
        "\n".join(rows)
        + f"\n\n{_named(doc, marks)} Cells are (row,column), counted from 0, row 0 at the top and "
        "column 0 at the left. For every cell of a row, from left to right, the letters are its "
        f"open sides.{walls} A move goes through an open side to the next cell: {_MOVE_STEPS}."
    )


def adjacency(doc: Doc, marks: Mapping[int, str]) -> str:
    """Return the encoding that lists every pair of joined cells once, in reading order."""
    grid = grid_of(doc)

    def name(cell: int) -> str:
        row, column = divmod(cell, grid.side)
        return f"({row},{column})"

    pairs = [
        f"{name(cell)}-{name(other)}"
        for cell in range(grid.side**2)
        for other in grid.links[cell]
        if other > cell
    ]
    return (
        " ".join(pairs)
        + f"\n\n{_named(doc, marks)} Cells are (row,column), counted from 0, row 0 at the top and "
        "column 0 at the left. Each pair of cells above is joined; there are no other ways. A "
        f"move goes from a cell to one that it is joined to: {_MOVE_STEPS}."
    )


def shown(doc: Doc, marks: Mapping[int, str]) -> str:
    """Return the encoding by a picture: lm-eval's place of it, and what is to be seen there."""
    del doc
    start, goal = marks.values()
    return (
        f"{IMAGE}\n\nThe picture shows the maze. The green cell with {start} is the start and the "
        f"red cell with {goal} the goal. Dark lines and dark cells are wall; thin light grey lines "
        "only set the cells apart. A move goes from a cell to a cell next to it, if no wall is "
        f"between them: {_MOVE_WORDS}."
    )


def _named(doc: Doc, marks: Mapping[int, str]) -> str:
    n = int(doc["size"])
    return " ".join(f"{mark} is ({cell // n},{cell % n})." for cell, mark in marks.items())


Encoding = Callable[[Doc, Mapping[int, str]], str]
ENCODINGS: dict[str, Encoding] = {
    "ascii": spaced_ascii,
    "open": open_sides,
    "adjacency": adjacency,
    "image": shown,
}


def _ends(doc: Doc) -> dict[int, str]:
    return {cell_at(doc, "start"): START, cell_at(doc, "goal"): GOAL}


def _path(doc: Doc, encoding: str) -> str:
    maze = ENCODINGS[encoding](doc, _ends(doc))
    wording = _wording(doc)
    heading, ends, form = HEADINGS["path"][wording], _ENDS[wording], _FORMS[wording]
    return f"{heading}\n\n{maze} {ends}\n{form}\n{_MOVES}"


def path_ascii(doc: Doc) -> str:
    """Return the ``path`` prompt in spaced ASCII."""
    return _path(doc, "ascii")


def path_open(doc: Doc) -> str:
    """Return the ``path`` prompt with every cell's open sides."""
    return _path(doc, "open")


def path_adjacency(doc: Doc) -> str:
    """Return the ``path`` prompt with the pairs of joined cells."""
    return _path(doc, "adjacency")


def path_image(doc: Doc) -> str:
    """Return the ``path`` prompt with the place of a picture."""
    return _path(doc, "image")


def only_wall_cells(docs: Any) -> Any:
    """Return the documents of a ``datasets.Dataset`` whose mazes have whole cells as walls."""
    return docs.select([at for at, signs in enumerate(docs["open"]) if WALL in signs])


def path_target(doc: Doc) -> str:
    """Return the gold answer to ``path`` and ``path_or_none`` as a model should write it."""
    return f"{ANSWER} {' '.join(doc['solution']) or NONE}"


def path_or_none(doc: Doc) -> str:
    """Return the ``path_or_none`` prompt in spaced ASCII."""
    maze = spaced_ascii(doc, _ends(doc))
    return (
        f"{HEADINGS['path_or_none'][0]}\n\n{maze} {_ENDS[0]}\n{_FORMS[0]}\n{_MOVES}\n{_NONE_FORM}"
    )


def _next_move(doc: Doc) -> str:
    maze = spaced_ascii(doc, {cell_at(doc, "cell"): HERE, cell_at(doc, "goal"): GOAL})
    return (
        f"{HEADINGS['next_move'][0]}\n\n{maze}\nMoves that X allows: {', '.join(doc['options'])}\n"
    )


def next_move(doc: Doc) -> str:
    """Return the ``next_move`` prompt: a decision cell X, and the moves that are open there."""
    return f"{_next_move(doc)}The shortest path begins with:"


def next_move_say(doc: Doc) -> str:
    """Return the ``next_move`` prompt that asks for the move in writing."""
    return (
        f"{_next_move(doc)}Reply with the move alone, in this form:\n{ANSWER} {doc['options'][0]}"
    )


def next_move_options(doc: Doc) -> list[str]:
    """Return the options of ``next_move``: single letters, so that all cost the same tokens."""
    return list(doc["options"])


def next_move_gold(doc: Doc) -> int:
    """Return the index of the right option of ``next_move``."""
    return int(doc["gold"])


def next_move_target(doc: Doc) -> str:
    """Return the right move as a model should write it."""
    return f"{ANSWER} {doc['options'][doc['gold']]}"


def verify_path(doc: Doc) -> str:
    """Return the ``verify_path`` prompt: a maze, a list of moves, yes or no."""
    return (
        f"{HEADINGS['verify_path'][0]}\n\n{spaced_ascii(doc, _ends(doc))}\n"
        f"Moves from S: {' '.join(doc['proposed'])}\n"
        f"Is every one of these moves possible, and do they end on G ({YES} or {NO})?"
    )


def verify_path_say(doc: Doc) -> str:
    """Return the ``verify_path`` prompt that asks for the verdict in writing."""
    return f"{verify_path(doc)} Reply with one word, in this form:\n{ANSWER} {YES} or {NO}"


def verify_path_target(doc: Doc) -> str:
    """Return the right verdict as a model should write it."""
    return f"{ANSWER} {YES if doc['valid'] else NO}"


def verify_path_options(doc: Doc) -> list[str]:
    """Return the options of ``verify_path``; they do not depend on the document."""
    del doc
    return [YES, NO]


def verify_path_gold(doc: Doc) -> int:
    """Return the index of the right option of ``verify_path``."""
    return 0 if doc["valid"] else 1


_MLMU_RULES = {
    "mlmu_dfs": "A cell is (row,column), counted from 0. Up to <ADJLIST_END>, the two cells "
    "before each ; are joined, and there are no other ways. After <ORIGIN_START> stands the first "
    "cell of the path, after <TARGET_START> the last.",
    "mlmu_astar": "A cell is written as two numbers, x (the column) and y (the row), counted from "
    "0. First come the start, the goal and every wall cell; the path moves up, down, left or right "
    "between cells that are not walls.",
}
_MLMU_FORM = {
    "mlmu_dfs": "every cell of the path in order, both ends included, and then <PATH_END>, in "
    "this form: (row,column) (row,column) (row,column) <PATH_END>",
    "mlmu_astar": "the word plan and a cell for every cell of the path in order, both ends "
    "included, in this form: plan x y plan x y plan x y",
}


def mlmu(doc: Doc) -> str:
    """Return the paper edition's prompt: the rules, then the paper's own tokens."""
    kind = doc["topology"]
    return (
        f"{HEADINGS['mlmu'][0]} {_MLMU_RULES[kind]} After <PATH_START> "
        f"write {_MLMU_FORM[kind]}\nIf you write anything else, let the path be the last line of "
        f"your reply.\n\n{doc['given']}"
    )


def mlmu_tokens(doc: Doc) -> str:
    """Return the paper's own tokens alone, for a model that was trained on them."""
    return str(doc["given"])


def mlmu_target(doc: Doc) -> str:
    """Return the paper edition's gold tokens."""
    return str(doc["continuation"])


def star(doc: Doc) -> str:
    """Return the prompt of a star graph: the rules in words, then the released form."""
    return (
        f"{HEADINGS['star'][0]} The nodes of a graph are numbers. Before / stand its edges, from "
        "node to node with a comma between them and a bar between two edges; after / stand the "
        "first node of the path and the last. After = write every node of the path in order, both "
        "ends included, in this form: 3,14,15\nIf you write anything else, let the path be the "
        f"last line of your reply.\n\n{doc['given']}"
    )
