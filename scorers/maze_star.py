"""Star graphs: the one decision is the second node, from which all others follow."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from heptathlon.scorers.reading import Reading, Unread
from heptathlon.scorers.verdict import Verdict

METRICS = ("exact", "token_acc", "valid", "right_arm")
"""``exact``: every node of the path in its place, what follows not compared, as with the mazes'
tokens; ``token_acc``: share of the nodes in place; ``valid``: a walk along edges from the first
node to the last and nothing more; ``right_arm``: the second node is the right one."""
_LIST = re.compile(r"\s{0,4}=?\s{0,4}(\d{1,4}(?:\s{0,2},\s{0,2}\d{1,4}){0,999})")


def judge(doc: Mapping[str, Any], reading: Reading) -> Verdict:
    """Judge a path through a star graph."""
    gold = [int(node) for node in doc["continuation"].split(",")]
    if (silent := reading.silent) is not None:
        return Verdict(dict.fromkeys(METRICS, 0.0), str(silent), invalid=True)
    said = _nodes(reading)
    if not said:
        return Verdict(dict.fromkeys(METRICS, 0.0), str(Unread.UNREADABLE), invalid=True)
    hits = sum(a == b for a, b in zip(gold, said, strict=False))
    edges = {tuple(edge) for edge in doc["edges"]}
    walks = all(pair in edges for pair in pairwise(said))
    ends = said[0] == gold[0] and said[-1] == gold[-1]
    metrics = {
        "exact": float(hits == len(gold)),
        "token_acc": hits / len(gold),
        "valid": float(walks and ends),
        "right_arm": float(len(said) > 1 and said[:2] == gold[:2]),
    }
    return Verdict(metrics, _outcome(metrics, said, walks), ",".join(map(str, said)))


def _outcome(metrics: Mapping[str, float], said: Sequence[int], walks: bool) -> str:
    if metrics["exact"]:
        return "optimal"
    if not walks:
        return "jump"
    return "stops_short" if metrics["right_arm"] or len(said) == 1 else "wrong_arm"


def _nodes(reading: Reading) -> list[int]:
    """Return the nodes of an answer: the marked one, what the reply begins with, or its last line.

    A base model goes on straight after the sign ``=``.
    """
    for text in (reading.answer,) if reading.marked else (reading.text, reading.answer):
        if found := _LIST.match(text):
            return [int(node) for node in found[1].split(",")]
    return []
