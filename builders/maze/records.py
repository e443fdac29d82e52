"""The rows of the maze data sets: one closed pydantic model a form of question."""

from typing import Literal

from pydantic import Field

from heptathlon.records import Id, Record

FRESH_TOPOLOGIES = ("dfs", "wilson", "wilson_loops", "cells")
SIZES = (3, 4, 5, 7, 10, 15, 20, 30)
"""Sides of the headline's mazes: the rungs of the ladder."""
ASKED_SIZES = SIZES[2:]
"""Sides of the other forms' mazes: smaller ones have too few decisions, and no twins."""
LENGTH_BINS = ((4, 7), (8, 15), (16, 31), (32, 63), (64, 127), (128, 899))
WORDINGS = 3
"""Wordings of the headline's question, each with glyphs of its own."""


class MazeRecord(Record):
    """What every form shares.

    Attributes:
        topology: the generator: ``dfs``, ``wilson``, ``wilson_loops``, ``cells``; paper edition
            ``mlmu_dfs``, ``mlmu_astar``.
        size: side of the square grid, in cells.
        length_bin: bin of the shortest path's length in moves, such as ``8-15``.
        open: the maze as :class:`heptathlon.grid.Grid` reads it.
        start: (row, column), from 0, of the start cell.
        goal: (row, column), from 0, of the goal cell.
        shortest: length of a shortest path in moves; None if there is no path.
        n_shortest: number of different shortest paths, capped at 2**53 so that JSON readers
            that hold numbers as doubles agree.
        decisions: cells on the canonical shortest path, the goal apart, with two or more ways on
            (ways that do not lead straight back).
        manhattan: |row difference| + |column difference| of start and goal.
        dead_ends: cells with exactly one open side.
        solution: a shortest path in the letters U, D, L, R; empty if there is none.
    """

    topology: str
    size: int = Field(ge=2)
    length_bin: str
    open: str
    start: tuple[int, int]
    goal: tuple[int, int]
    shortest: int | None
    n_shortest: int = Field(ge=0)
    decisions: int = Field(ge=0)
    manhattan: int = Field(ge=0)
    dead_ends: int = Field(ge=0)
    solution: str


class PathRecord(MazeRecord):
    """Find a shortest path (``path``), or say that there is none (``path_or_none``).

    Attributes:
        wording: which of the wordings the question has, with its glyphs; 0 for ``path_or_none``.
        solvable: whether goal can be reached from start.
        twin_id: item_id of the twin in a solvable/unsolvable pair; empty for ``path``.
    """

    form: Literal["path", "path_or_none"]
    wording: int = Field(ge=0, lt=WORDINGS)
    solvable: bool
    twin_id: Id


class NextMoveRecord(MazeRecord):
    """Which open move at a decision cell begins the one shortest way on?

    Attributes:
        cell: (row, column) of the decision cell, which lies on a shortest path.
        options: the open moves there, in the shuffled order in which they are offered.
        gold: index into ``options`` of the only move that shortens the way to the goal.
    """

    form: Literal["next_move"]
    cell: tuple[int, int]
    options: str = Field(min_length=2, max_length=4)
    gold: int = Field(ge=0, le=3)


class VerifyRecord(MazeRecord):
    """Is this a legal path from start to goal? Half are; the others break exactly one wall.

    Attributes:
        proposed: the moves shown.
        valid: whether they lead from start to goal through openings only.
    """

    form: Literal["verify_path"]
    proposed: str = Field(min_length=1)
    valid: bool


class PaperRecord(MazeRecord):
    """An item of MLM-U's distributions, in that paper's own tokens.

    Attributes:
        given: the token sequence up to and including ``<PATH_START>``.
        continuation: the gold token sequence that follows, which exact match compares.
    """

    form: Literal["mlmu"]
    given: str
    continuation: str


class StarRecord(Record):
    """A star graph: which of its arms ends on the last node, node by node.

    Attributes:
        topology: ``star``, arms and nodes of a path, such as ``star_2_5``.
        size: nodes of the path.
        arms: arms of the first node; one over it is the chance of a guess.
        edges: the edges, each away from the first node, in the order in which they are listed.
        given: the prompt up to and including the sign ``=``.
        continuation: the nodes of the path, with commas between them.
    """

    form: Literal["star"]
    topology: str
    size: int = Field(ge=3)
    arms: int = Field(ge=2)
    edges: list[tuple[int, int]]
    given: str
    continuation: str
