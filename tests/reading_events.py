"""The events as a shape is read in them: a document, its answer, another answer, the verdict."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from heptathlon.grid import BIT, OPPOSITE
from heptathlon.scorers import maze, memorability, mllm_ct, mllm_ct_paper, rarb, sort, verbalizer
from heptathlon.scorers.verdict import Verdict


@dataclass(frozen=True)
class Event:
    """One way of asking.

    Attributes:
        judge: gives the verdict on a reply.
        answer: an answer as it is asked for.
        other: another one.
        read: the answer as a verdict shows it.
        read_other: the other one likewise.
        shown: what a verdict on a reply shows as its answer; empty if it was not read.
    """

    judge: Callable[[str], Verdict]
    answer: str
    other: str
    read: str
    read_other: str
    shown: Callable[[Verdict], str]


def _ring() -> str:
    """Return a 3 x 3 maze, a ring round its middle: two shortest paths lead from 0 to 8."""
    masks = [0] * 9
    for a, b in [(0, 1), (1, 2), (2, 5), (5, 8), (0, 3), (3, 6), (6, 7), (7, 8)]:
        move = {1: "R", 3: "D"}[b - a]
        masks[a] |= BIT[move]
        masks[b] |= BIT[OPPOSITE[move]]
    return "".join("0123456789abcdef"[mask] for mask in masks)


MAZE = {
    "form": "path", "size": 3, "open": _ring(), "start": [0, 0], "goal": [2, 2], "shortest": 4,
    "solution": "DDRR", "solvable": True,
}  # fmt: skip
NOSOL = MAZE | {"form": "path_or_none"}
SORT = {
    "form": "first", "condition": "text", "options": ["the mill burns down", "it rains all day"],
    "gold": 1, "events": [], "labels": ["A", "B"],
}  # fmt: skip
_STEP = {"kind": "number", "subject": "North", "names": [], "value": "63", "domain": [],
         "formula": "", "says": ""}  # fmt: skip
MLLM = {
    "scene": [{"kind": "given"}], "steps": [_STEP], "options": [], "candidates": [],
    "content": "63", "proposed": "63", "answer": "63",
}  # fmt: skip
SCORE = {
    "form": "score", "set": "slogans", "human": 63.0, "neutral": 50.0, "bayes": 60.0,
    "ceiling": 0.9,
    "shots": [{"text": "a", "score": 40}, {"text": "b", "score": 60}],
}  # fmt: skip
WORD = {
    "form": "neutral", "words": ["foo", "bar"], "names": ["positive", "negative"],
    "natural": ["positive", "negative"], "shown": [], "gold": 0, "channel": "instruction",
    "inputs": [{"label": "Review", "text": "It was fine."}],
}  # fmt: skip
LIST = {
    "form": "rank", "gold": 2, "candidates": ["a", "b", "c"], "faults": ["boundary", "number", ""],
}  # fmt: skip


def _paper(kind: str) -> dict[str, Any]:
    gold = {"letter": "B", "number": "63"}.get(kind, "yes")
    return {"form": "paper", "task": "math", "kind": kind, "gold": gold}


def _plain(verdict: Verdict) -> str:
    return verdict.answer


def _of(module: Any, doc: dict[str, Any], answer: str, other: str, **more: Any) -> Event:
    shown = more.get("shown", _plain)
    return Event(lambda text: module.verdict(doc, [text]), answer, other,
                 more.get("read", answer), more.get("read_other", other), shown)  # fmt: skip


def _figure(verdict: Verdict) -> str:
    return f"{float(verdict.answer):.15g}" if verdict.answer else ""


def _number(verdict: Verdict) -> str:
    return "" if verdict.invalid else f"{verdict.metrics['predicted']:.15g}"


EVENTS = {
    "maze": _of(maze, MAZE, "D D R R", "R R D D"),
    "nosol": _of(maze, NOSOL, "NONE", "D D R R"),
    "sort": _of(sort, SORT, "B", "A"),
    "choice": _of(mllm_ct, MLLM | {"form": "choice", "options": ["rise", "fall", "stay"],
                                   "content": "fall", "answer": "B"}, "B", "A"),
    "letter": _of(mllm_ct_paper, _paper("letter"), "B", "A"),
    "yes_no": _of(mllm_ct, MLLM | {"form": "yes_no", "answer": "yes"}, "yes", "no"),
    "truth": _of(mllm_ct_paper, _paper("yes_no"), "yes", "no"),
    "number": _of(mllm_ct, MLLM | {"form": "short"}, "63", "40", shown=_figure),
    "figure": _of(mllm_ct_paper, _paper("number"), "63", "40", shown=_figure),
    "score": _of(memorability, SCORE, "63", "40", shown=_number),
    "word": _of(verbalizer, WORD, "foo", "bar"),
    "list": _of(rarb, LIST, "3, 1", "2", read="3 1"),
}  # fmt: skip
