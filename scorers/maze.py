"""The maze scorer: a path is walked through the maze, not compared with a gold string.

An illegal move ends the walk, so that no blind string can brute-force a maze, and every shortest
path is optimal, whichever the builder's own is. The paper edition's exact match stands beside it.

Long because every form, told or chosen, is judged by one walk.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from heptathlon.grid import Grid
from heptathlon.scorers import maze_star
from heptathlon.scorers.maze_choice import (
    CHOICE_METRICS,
    judge_likelihoods,
    judge_said,
    move_in,
    verdict_in,
)
from heptathlon.scorers.reading import (
    Reading,
    Unread,
    agreed,
    last_stated,
    read,
    taken_back,
)
from heptathlon.scorers.reading.moves import JUMP, PathAnswer, along, path_in
from heptathlon.scorers.verdict import Row, Verdict
from heptathlon.tasks.maze.prompts import HEADINGS, NONE, verify_path_options

WALK_METRICS = ("optimal", "valid", "spl", "legal_prefix", "opt_prefix", "progress", "reach")
METRICS: dict[str, tuple[str, ...]] = {
    "path": (*WALK_METRICS, "exact"),
    "path_or_none": ("solved", "detects"),
    "next_move": CHOICE_METRICS,
    "verify_path": CHOICE_METRICS,
    "mlmu": ("exact", "token_acc", *WALK_METRICS),
    "star": maze_star.METRICS,
}
"""Metrics of each form, in the order in which they are reported."""

MAX_MOVES_PER_CELL = 4
"""Answers of more than this many moves a cell are not walked: no solver needs so many, and a
search by brute force does."""
LOOP_VISITS = 3
"""Visits to one cell that make a walk a loop: a dead end explored and left takes two."""


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge the responses to one document.

    Args:
        doc: the record.
        responses: one text; or, for ``next_move`` and ``verify_path`` where they are not answered
            in writing, one (log-likelihood, is greedy) pair an option.

    Raises:
        KeyError: if the document's form is none of the family's.
        ValueError: if the responses are not of the document's form, which no model can cause.
    """
    form = doc["form"]
    if form in {"next_move", "verify_path"}:
        is_move = form == "next_move"
        options = list(doc["options"]) if is_move else verify_path_options(doc)
        gold = int(doc["gold"]) if is_move else int(not doc["valid"])
        if len(responses) != 1 or not isinstance(responses[0], str):
            return judge_likelihoods(options, gold, responses)
        reading = read(responses[0], HEADINGS[form])
        said = move_in(reading) if is_move else verdict_in(reading, options)
        return judge_said(options, gold, said)
    if len(responses) != 1 or not isinstance(responses[0], str):
        raise ValueError(f"the form {form!r} is answered by one text")
    reading = read(responses[0], HEADINGS[form], at_once=form in {"mlmu", "star"})
    if form == "path":
        return _path(doc, reading)
    if form == "path_or_none":
        return _path_or_none(doc, reading)
    if form == "star":
        return maze_star.judge(doc, reading)
    return _mlmu(doc, reading)


def process_results(doc: Mapping[str, Any], results: Sequence[Any]) -> dict[str, float]:
    """Return every metric of the document's form, for lm-eval."""
    return verdict(doc, results).metrics


def across(rows: Sequence[Row]) -> list[Verdict]:
    """Add ``twins`` to the verdicts on ``path_or_none``: whether both of a pair were detected.

    A constant, of either kind, detects one of every pair and so both of none. Where the twin is
    not among the rows, nothing is added.
    """
    detects = {
        (row.variant, row.doc["item_id"]): row.verdict.metrics["detects"]
        for row in rows
        if row.doc["form"] == "path_or_none"
    }
    out = []
    for row in rows:
        twin = (row.variant, row.doc.get("twin_id"))
        if row.doc["form"] != "path_or_none" or twin not in detects:
            out.append(row.verdict)
            continue
        both = min(row.verdict.metrics["detects"], detects[twin])
        out.append(replace(row.verdict, metrics={**row.verdict.metrics, "twins": both}))
    return out


# --- generated answers -------------------------------------------------------------------------


def _path(doc: Mapping[str, Any], reading: Reading) -> Verdict:
    names = METRICS["path"]
    answer = _answer(doc, reading)
    if isinstance(answer, Unread):
        return _unread(names, answer)
    if answer.none:
        return Verdict(dict.fromkeys(names, 0.0), "wrong_none", NONE)
    walk = walk_through(doc, answer)
    exact = float(answer.moves == doc["solution"] and walk.outcome == "optimal")
    return Verdict({**walk.metrics, "exact": exact}, walk.outcome, answer.shown)


def _path_or_none(doc: Mapping[str, Any], reading: Reading) -> Verdict:
    solvable = bool(doc["solvable"])
    answer = _answer(doc, reading)
    if isinstance(answer, Unread):
        return _unread(METRICS["path_or_none"], answer)
    if answer.none:
        right = float(not solvable)
        outcome = "wrong_none" if solvable else "right_none"
        return Verdict({"solved": right, "detects": right}, outcome, NONE)
    if not solvable:
        return Verdict({"solved": 0.0, "detects": 0.0}, "missed_none", answer.shown)
    walk = walk_through(doc, answer)
    return Verdict({"solved": walk.metrics["optimal"], "detects": 1.0}, walk.outcome, answer.shown)


def _mlmu(doc: Mapping[str, Any], reading: Reading) -> Verdict:
    place = _place(doc)
    gold = doc["continuation"].split()
    limit = len(gold) + 3 * MAX_MOVES_PER_CELL * doc["size"] ** 2
    tokens = _mlmu_tokens(reading, limit)
    # Padding beyond the gold end is masked in the paper's evaluation, so what stands there is too.
    hits = sum(a == b for a, b in zip(gold, tokens, strict=False))
    paper = {"exact": float(hits == len(gold)), "token_acc": hits / len(gold)}
    cells = _mlmu_cells(tokens)
    answer: PathAnswer | Unread
    if _reaches_cut(reading, tokens):
        answer = Unread.TRUNCATED
    elif cells:
        answer = along(cells, divmod(place.start, doc["size"]), _longest(doc))
    else:
        answer = _answer(doc, reading)
    if isinstance(answer, Unread) or answer.none:
        why = answer if isinstance(answer, Unread) else Unread.UNREADABLE
        unread = _unread(METRICS["mlmu"], why)
        return replace(unread, metrics={**unread.metrics, **paper})
    walk = walk_through(doc, answer)
    return Verdict({**paper, **walk.metrics}, walk.outcome, answer.shown)


def _answer(doc: Mapping[str, Any], reading: Reading) -> PathAnswer | Unread:
    """Return the path that a reply gives, or that there is none; or why it gives neither.

    Without a mark, exactly one of its lines must be an answer: a list of steps, one a line, is
    none, and of two paths none is chosen.
    """
    if (silent := reading.silent) is not None:
        return silent

    def named(text: str) -> PathAnswer | Unread:
        return path_in(text, tuple(doc["start"]), _longest(doc))

    if reading.marked:
        value = agreed([named(content) for content in reading.listed])
        return Unread.SEVERAL if taken_back(reading, value, named, named) else value
    stated = last_stated(reading, named)
    if not isinstance(stated, Unread):
        return stated
    found = [named(line) for line in reading.lines]
    paths = [answer for answer in found if not isinstance(answer, Unread)]
    if len(paths) > 1:
        return Unread.SEVERAL
    # "None." in the middle of a reply says that there is none of something else.
    if not paths or (paths[0].none and all(paths[0] is not found[i] for i in (0, -1))):
        return next((why for why in found if isinstance(why, Unread)), Unread.UNREADABLE)
    return paths[0]


def _longest(doc: Mapping[str, Any]) -> int:
    return int(MAX_MOVES_PER_CELL * doc["size"] ** 2)


def _unread(names: Sequence[str], why: str) -> Verdict:
    return Verdict(dict.fromkeys(names, 0.0), str(why), invalid=True)


# --- the walk ----------------------------------------------------------------------------------


class _Place(NamedTuple):
    """A maze with its ends, as cell indices, and every cell's distance to the goal."""

    grid: Grid
    start: int
    goal: int
    distance: list[int]


@lru_cache(maxsize=4096)
def _place_of(size: int, cells: str, start: int, goal: int) -> _Place:
    grid = Grid(size, cells)
    return _Place(grid, start, goal, grid.distances(goal))


def _place(doc: Mapping[str, Any]) -> _Place:
    size = doc["size"]
    (row, column), (goal_row, goal_column) = doc["start"], doc["goal"]
    return _place_of(size, doc["open"], row * size + column, goal_row * size + goal_column)


@dataclass(frozen=True)
class Walk:
    """What became of a path: its metrics and the word for how it ended."""

    metrics: dict[str, float]
    outcome: str


def walk_through(doc: Mapping[str, Any], answer: PathAnswer) -> Walk:
    """Walk a path through a solvable document's maze; an illegal move ends the walk.

    Returns:
        ``valid``: all moves legal, ending on the goal. ``optimal``: valid, and as long as a
        shortest path. ``spl``: valid * shortest / max(moves, shortest) (Anderson et al. 2018,
        arXiv 1807.06757, for one episode). ``legal_prefix``: share of the moves before the first
        illegal one. ``opt_prefix``: leading moves that each come one step closer, over the
        shortest length. ``progress``: share of the way from start to goal that the last legal
        cell has behind it, 0 if it lies farther off than the start. ``reach``: whether the goal
        was touched at any time.
    """
    zero = dict.fromkeys(WALK_METRICS, 0.0)
    if answer.too_long:
        return Walk(zero, "too_long")
    if not answer.starts_right:
        return Walk(zero, "wrong_start")
    grid, start, goal, distance = _place(doc)
    shortest = distance[start]
    if shortest <= 0:
        raise ValueError("a walk is judged in a solvable maze with two different ends")
    cell, visits, fault = start, {start: 1}, ""
    legal = closer = 0
    for move in answer.moves:
        other = None if move == JUMP else grid.go(cell, move)
        if other is None:
            fault = _fault(grid, cell, move)
            break
        closer += closer == legal and distance[other] < distance[cell]
        legal += 1
        cell = other
        visits[cell] = visits.get(cell, 0) + 1
    reached = goal in visits
    valid = cell == goal and not fault
    length = len(answer.moves)
    if valid:
        outcome = "optimal" if length == shortest else "suboptimal"
    elif fault:
        outcome = fault
    elif reached:
        outcome = "overshoots"
    else:
        outcome = "loop" if max(visits.values()) >= LOOP_VISITS else "stops_short"
    metrics = {
        "optimal": float(outcome == "optimal"),
        "valid": float(valid),
        "spl": shortest / length if valid else 0.0,
        "legal_prefix": legal / length if length else 0.0,
        "opt_prefix": closer / shortest,
        "progress": max(0.0, 1.0 - distance[cell] / shortest),
        "reach": float(reached),
    }
    return Walk(metrics, outcome)


def _fault(grid: Grid, cell: int, move: str) -> str:
    if move == JUMP:
        return "jump"
    return "wall" if grid.inside(cell, move) else "out_of_bounds"


# --- the paper's tokens --------------------------------------------------------------------------

_PATH_START, _PATH_END = "<PATH_START>", "<PATH_END>"
_MLMU_TOKEN = re.compile(
    r"(?:[\s,;]|->|→){0,16}"
    r"(\(\s{0,4}\d{1,4}\s{0,4},\s{0,4}\d{1,4}\s{0,4}\)|<PATH_END>|plan\b|\d{1,4}\b)"
)
_BEGINS_TOKEN = re.compile(r"[(0-9<]|p(?:l(?:an?)?)?$|plan\b")


def _mlmu_tokens(reading: Reading, limit: int) -> list[str]:
    """Return the paper's tokens that an answer consists of.

    A marked answer is read; else what follows the last ``<PATH_START>``; else the whole text, as
    far as it consists of tokens (a base model goes on straight away); else the last line.
    """
    if reading.marked:
        return _leading_tokens(reading.answer, limit)
    _, found, rest = reading.text.rpartition(_PATH_START)
    if found:
        return _leading_tokens(rest, limit)
    return _leading_tokens(reading.text, limit) or _leading_tokens(reading.answer, limit)


def _reaches_cut(reading: Reading, tokens: Sequence[str]) -> bool:
    """Tell whether the paper's tokens go on to where the limit is known to have cut a reply off."""
    last = tokens[-1] if tokens else _PATH_END
    to_end = last != _PATH_END and "".join(reading.text.split()).endswith(last)
    return to_end and _BEGINS_TOKEN.match(reading.cut) is not None


def _leading_tokens(text: str, limit: int) -> list[str]:
    out: list[str] = []
    end = 0
    while len(out) < limit and (found := _MLMU_TOKEN.match(text, end)):
        out.append("".join(found[1].split()))
        end = found.end()
        if out[-1] == _PATH_END:
            break
    return out


def _mlmu_cells(tokens: Sequence[str]) -> list[tuple[int, int]]:
    """Return the (row, column) cells of the paper's tokens, as far as they are well formed.

    DFS tokens name (row,column) in one token, A* tokens ``plan``, x and y in three.
    """
    out: list[tuple[int, int]] = []
    rest = iter(tokens)
    for word in rest:
        if word.startswith("("):
            row, column = word[1:-1].split(",")
            out.append((int(row), int(column)))
        elif word == "plan":
            x, y = next(rest, ""), next(rest, "")
            if not (x.isdecimal() and y.isdecimal()):
                break
            out.append((int(y), int(x)))
        else:
            break
    return out
