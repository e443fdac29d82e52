"""Scripted maze players: what a sceptic would try, and the oracles.

They walk the document's maze, not the prompt, and answer in the prompt's format. What looks random
is drawn from a stream keyed by the player's name and the item.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from heptathlon.grid import MOVES, OPPOSITE, UNREACHABLE, Grid
from heptathlon.seeding import Stream
from heptathlon.tasks.maze.prompts import (
    ANSWER,
    NONE,
    cell_at,
    grid_of,
    next_move_gold,
    next_move_options,
    verify_path_gold,
    verify_path_options,
)
from heptathlon.tasks.players import Doc, Player, by_name

MAX_MOVES_PER_CELL = 4
"""Moves a cell after which a walker gives up; the scorer refuses longer answers."""
CONSTANT = "RDRD"
RIGHT_HAND = {"U": "RULD", "R": "DRUL", "D": "LDRU", "L": "ULDR"}
"""Order in which a right-hand wall follower that comes by a move tries the next ones."""

Walker = Callable[[Doc, Stream], str]
Chooser = Callable[[Doc, Stream], int]


def _stream(name: str, doc: Doc) -> Stream:
    return Stream("maze player", name, str(doc["item_id"]))


def _ends(doc: Doc) -> tuple[Grid, int, int]:
    return grid_of(doc), cell_at(doc, "start"), cell_at(doc, "goal")


def _random(doc: Doc, stream: Stream) -> str:
    grid, cell, goal = _ends(doc)
    moves = ""
    while cell != goal and len(moves) < MAX_MOVES_PER_CELL * grid.side**2:
        ways = grid.open_moves(cell)
        if not ways:
            break
        ahead = ways.replace(OPPOSITE[moves[-1]], "") if moves else ways
        moves += stream.choice(ahead or ways)
        cell += grid.step[moves[-1]]
    return moves


def _looks(ahead: int) -> Walker:
    """Return the walk that looks so many moves ahead, and never turns back."""

    def walk(doc: Doc, stream: Stream) -> str:
        grid, start, goal = _ends(doc)
        letter = {step: move for move, step in grid.step.items()}
        cells = grid.look_ahead(start, goal, ahead, stream.choice)
        return "".join(letter[b - a] for a, b in pairwise(cells))

    return walk


def _half(doc: Doc) -> int:
    return (int(doc["size"]) + 1) // 2


def _looks_half(doc: Doc, stream: Stream) -> str:
    return _looks(_half(doc))(doc, stream)


def _roomy(doc: Doc, stream: Stream) -> str:
    """Walk where most ways lead on: what the mazes that mislead the greedy still give away."""
    grid, cell, goal = _ends(doc)
    moves, seen = "", {cell}
    while cell != goal:
        ways = [m for m in grid.open_moves(cell) if cell + grid.step[m] not in seen]
        if not ways:
            break
        open_sides = [
            len(MOVES) + 1 if cell + grid.step[m] == goal else len(grid.links[cell + grid.step[m]])
            for m in ways
        ]
        moves += stream.choice(
            [m for m, k in zip(ways, open_sides, strict=True) if k == max(open_sides)]
        )
        cell += grid.step[moves[-1]]
        seen.add(cell)
    return moves


def _towards(grid: Grid, cell: int, goal: int) -> str:
    """Return the move that shortens the longer side of the way to the goal, walls apart."""
    row, column = divmod(cell, grid.side)
    goal_row, goal_column = divmod(goal, grid.side)
    rows, columns = goal_row - row, goal_column - column
    if abs(rows) >= abs(columns):
        return "D" if rows > 0 else "U"
    return "R" if columns > 0 else "L"


def _wall_follower(doc: Doc, stream: Stream) -> str:
    del stream
    grid, cell, goal = _ends(doc)
    heading = _towards(grid, cell, goal)
    moves, been = "", set()
    while cell != goal and (cell, heading) not in been:
        been.add((cell, heading))
        ways = grid.open_moves(cell)
        if not ways:
            break
        heading = next(m for m in RIGHT_HAND[heading] if m in ways)
        moves += heading
        cell += grid.step[heading]
    return moves


def _random_shortest(doc: Doc, stream: Stream) -> str:
    grid, cell, goal = _ends(doc)
    distance = grid.distances(goal)
    if distance[cell] == UNREACHABLE:
        return ""
    moves = ""
    while cell != goal:
        best = [m for m in grid.open_moves(cell) if distance[cell + grid.step[m]] < distance[cell]]
        moves += stream.choice(best)
        cell += grid.step[moves[-1]]
    return moves


def _canonical(doc: Doc, stream: Stream) -> str:
    del stream
    grid, start, goal = _ends(doc)
    return grid.shortest_path(start, goal) or ""


def _constant(doc: Doc, stream: Stream) -> str:
    del doc, stream
    return CONSTANT


def _arrives(doc: Doc, moves: str) -> bool:
    grid, cell, goal = _ends(doc)
    for move in moves:
        other = grid.go(cell, move)
        if other is None:
            return False
        cell = other
    return cell == goal


def _tokens(doc: Doc, moves: str) -> str:
    """Return moves as the paper's tokens: the cells from the start on, walls apart."""
    side = int(doc["size"])
    row, column = doc["start"]
    cells = [(row, column)]
    for move in moves:
        row += {"U": -1, "D": 1}.get(move, 0)
        column += {"L": -1, "R": 1}.get(move, 0)
        if not (0 <= row < side and 0 <= column < side):
            break
        cells.append((row, column))
    if doc["topology"] == "mlmu_astar":
        return " ".join(f"plan {column} {row}" for row, column in cells)
    return " ".join([*(f"({row},{column})" for row, column in cells), "<PATH_END>"])


def _player(
    name: str,
    says: str,
    walk: Walker,
    next_move: Chooser,
    verify: Chooser,
    *,
    gives_up: Callable[[Doc, str], bool],
    oracle: bool = False,
    paper: Callable[[Doc], str] | None = None,
) -> Player:
    """Return a player from its parts.

    Args:
        name: the player's name.
        says: what it does.
        walk: its moves from start towards goal.
        next_move: the index of the option that it takes for the next move.
        verify: the index of the option (yes, no) by which it judges a path.
        gives_up: whether it says that there is no path, where that may be, after its walk.
        oracle: whether it is told the answer.
        paper: its answer in the paper's tokens, if not the tokens of its walk.
    """

    def answer(doc: Doc) -> str:
        if doc["form"] in {"mlmu", "star"} and paper:
            return paper(doc)
        if doc["form"] == "star":
            return _arm(doc, _stream(name, doc), told=oracle)
        if doc["form"] in {"next_move", "verify_path"}:
            is_move = doc["form"] == "next_move"
            options = next_move_options(doc) if is_move else verify_path_options(doc)
            return f"{ANSWER} {options[choose(doc, options)]}"
        moves = walk(doc, _stream(name, doc))
        if doc["form"] == "mlmu":
            return _tokens(doc, moves)
        if doc["form"] == "path_or_none" and gives_up(doc, moves):
            return f"{ANSWER} {NONE}"
        return f"{ANSWER} {' '.join(moves)}"

    def choose(doc: Doc, choices: Sequence[str]) -> int:
        del choices
        return (next_move if doc["form"] == "next_move" else verify)(doc, _stream(name, doc))

    return Player(name=name, says=says, answer=answer, choose=choose, oracle=oracle)


def _arm(doc: Doc, stream: Stream, *, told: bool) -> str:
    """Return the right arm of a star graph, or any of them."""
    if told:
        return str(doc["continuation"])
    ways: dict[int, list[int]] = {}
    for a, b in doc["edges"]:
        ways.setdefault(a, []).append(b)
    path = [int(doc["continuation"].split(",")[0])]
    while ahead := ways.get(path[-1]):
        path.append(stream.choice(sorted(ahead)))
    return ",".join(map(str, path))


def _fails(doc: Doc, moves: str) -> bool:
    return not _arrives(doc, moves)


def _first_option(doc: Doc, stream: Stream) -> int:
    del doc, stream
    return 0


def _nearest_option(doc: Doc, stream: Stream) -> int:
    grid, cell, goal = grid_of(doc), cell_at(doc, "cell"), cell_at(doc, "goal")
    away = [grid.apart(cell + grid.step[m], goal) for m in doc["options"]]
    return stream.choice([i for i, d in enumerate(away) if d == min(away)])


def _right_hand_option(doc: Doc, stream: Stream) -> int:
    del stream
    grid, cell, goal = grid_of(doc), cell_at(doc, "cell"), cell_at(doc, "goal")
    order = RIGHT_HAND[_towards(grid, cell, goal)]
    return min(range(len(doc["options"])), key=lambda i: order.index(doc["options"][i]))


def _roomy_option(doc: Doc, stream: Stream) -> int:
    grid, cell = grid_of(doc), cell_at(doc, "cell")
    open_sides = [len(grid.links[cell + grid.step[m]]) for m in doc["options"]]
    return stream.choice([i for i, k in enumerate(open_sides) if k == max(open_sides)])


def _option_ahead(ahead: int) -> Chooser:
    """Return the choice of who looks so many moves ahead from the decision cell."""

    def choose(doc: Doc, stream: Stream) -> int:
        grid, cell, goal = grid_of(doc), cell_at(doc, "cell"), cell_at(doc, "goal")
        other = grid.look_ahead(cell, goal, ahead, stream.choice)[1]
        return next(i for i, m in enumerate(doc["options"]) if cell + grid.step[m] == other)

    return choose


def _half_option(doc: Doc, stream: Stream) -> int:
    return _option_ahead(_half(doc))(doc, stream)


def _first_steps_legal(count: int) -> Chooser:
    """Return the judgement of who follows the first moves and believes the rest."""

    def judge(doc: Doc, stream: Stream) -> int:
        del stream
        grid, cell = grid_of(doc), cell_at(doc, "start")
        for move in doc["proposed"][:count]:
            other = grid.go(cell, move)
            if other is None:
                return 1
            cell = other
        return 0

    return judge


def _half_steps_legal(doc: Doc, stream: Stream) -> int:
    return _first_steps_legal(_half(doc))(doc, stream)


def _ends_on_goal(doc: Doc, stream: Stream) -> int:
    """Judge a path by where it leads when walls are overlooked."""
    del stream
    grid, cell, goal = _ends(doc)
    return 0 if cell + sum(grid.step[m] for m in doc["proposed"]) == goal else 1


def _right_move(doc: Doc, stream: Stream) -> int:
    del stream
    return next_move_gold(doc)


def _right_verdict(doc: Doc, stream: Stream) -> int:
    del stream
    return verify_path_gold(doc)


PLAYERS = by_name(
    _player(
        "random",
        "walks at random without turning back until it is on the goal; tosses coins",
        _random,
        lambda doc, stream: stream.below(len(doc["options"])),
        lambda doc, stream: stream.below(2),
        gives_up=lambda doc, moves: _stream("random gives up", doc).below(2) == 1,
    ),
    _player(
        "greedy",
        "takes the unvisited cell nearest to the goal as the crow flies; looks one move ahead",
        _looks(1),
        _nearest_option,
        _first_steps_legal(1),
        gives_up=_fails,
    ),
    _player(
        "roomy",
        "takes the unvisited neighbour with the most open sides, so no dead end if it can; or "
        "the goal, if that is next to it",
        _roomy,
        _roomy_option,
        _first_steps_legal(1),
        gives_up=_fails,
    ),
    _player(
        "look_3",
        "sets out for the nearest to the goal of all cells that three moves lead to",
        _looks(3),
        _option_ahead(3),
        _first_steps_legal(3),
        gives_up=_fails,
    ),
    _player(
        "look_half",
        "the same, looking half the maze's side ahead",
        _looks_half,
        _half_option,
        _half_steps_legal,
        gives_up=_fails,
    ),
    _player(
        "look_8",
        "a solver cut short: the same, eight moves ahead, which is all of a small maze",
        _looks(8),
        _option_ahead(8),
        _first_steps_legal(8),
        gives_up=_fails,
        oracle=True,
    ),
    _player(
        "wall_follower",
        "keeps its right hand on the wall until it is on the goal or has come round",
        _wall_follower,
        _right_hand_option,
        _ends_on_goal,
        gives_up=_fails,
    ),
    _player(
        "constant",
        "gives the same answer to every item of a form",
        _constant,
        _first_option,
        _first_option,
        gives_up=lambda doc, moves: True,
        paper=lambda doc: "0" if doc["form"] == "star" else _tokens(doc, CONSTANT),
    ),
    _player(
        "random_shortest",
        "takes a shortest path, any of them with even odds at every branching",
        _random_shortest,
        _right_move,
        _right_verdict,
        gives_up=lambda doc, moves: not moves,
        oracle=True,
    ),
    _player(
        "oracle",
        "gives the gold answer",
        _canonical,
        _right_move,
        _right_verdict,
        gives_up=lambda doc, moves: not moves,
        oracle=True,
        paper=lambda doc: str(doc["continuation"]),
    ),
)
