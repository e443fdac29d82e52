"""Answers to questions on taught tasks: what was said, as which task says it, and what was lost.

A question's answer after the last block is set beside the answer to the same question right after
the block that taught it. What the strict score lost in between is split as SEFE splits it:
*essential* is what the lenient score lost, too; *superficial* is the form alone.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heptathlon.scorers.continual import Matrix, TaskScores, matrix_of
from heptathlon.scorers.reading import Reading, Unread, plain, read
from heptathlon.scorers.verdict import Row, Statistic, Verdict
from heptathlon.tasks.mllm_ct.blocks import open_line

FORMS = ("blocks", "blocks_image")
METRICS = ("strict", "parsed", "lenient")
LOST = ("learnt", "kept", "bwt", "bwt_essential", "bwt_superficial")
"""What a question asked after the last block has in addition where it was asked twice."""
BOUNDS = dict.fromkeys(("bwt", "bwt_essential", "bwt_superficial"), (-1.0, 1.0))
ORDERS = ("forward", "reverse")
SHORT = 6
"""Words of a first line that is an answer and no explanation: the longest answer has two."""
MAX_ANSWER = 4_000

_WORD = re.compile(r"[^\W_]+")


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge the response to one question.

    Args:
        doc: the record.
        responses: one text.

    Returns:
        ``strict``: the right answer, put as its task puts it. ``parsed``: some answer that is put
        so. ``lenient``: the right one however it is put, if no other is named. The outcome tells a
        wrong answer that another block's rule would give from any other.

    Raises:
        ValueError: if the responses are not one text, which no model can cause.
    """
    if len(responses) != 1 or not isinstance(responses[0], str):
        raise ValueError(f"the form {doc['form']!r} is answered by one text")
    reading = read(responses[0], at_once=True)
    said = "" if reading.silent else _said(doc, reading)
    formed = _put(doc, said)
    named = formed or _named(doc, said)
    right = named == doc["content"]
    metrics = {
        "strict": float(bool(formed) and right),
        "parsed": float(bool(formed)),
        "lenient": float(bool(named) and right),
    }
    if not named:
        outcome = str(reading.silent or Unread.NO_ANSWER)
    elif right or named not in doc["others"]:
        outcome = ("right" if right else "wrong") + "_off_form" * (not formed)
    else:
        outcome = "other_task" + "_off_form" * (not formed)
    return Verdict(metrics, outcome, named, invalid=not named)


def _said(doc: Mapping[str, Any], reading: Reading) -> str:
    """Return the words of a response that are its answer.

    A base model answers on its first line and goes on with examples of its own; a model that
    explains itself answers in a mark or on its last line.
    """
    first = _rest(doc, next(iter(reading.lines), ""))
    if len(first.split()) <= SHORT and _named(doc, first):
        return first
    return _rest(doc, reading.answer[-MAX_ANSWER:])


def _rest(doc: Mapping[str, Any], line: str) -> str:
    """Return what a line says after the question, where it repeats that."""
    _, asked, after = line.rpartition(plain(open_line(doc)))
    return plain(after) if asked else line


def _words(text: str) -> str:
    """Return a text's words, without case and punctuation, with one blank between them."""
    return " ".join(_WORD.findall(text.casefold()))


def _put(doc: Mapping[str, Any], said: str) -> str:
    """Return the candidate that is said exactly as the task puts an answer; empty if none is."""
    heard, pattern = _words(said), doc["pattern"]
    return next((c for c in doc["candidates"] if _words(pattern.replace("{}", c)) == heard), "")


def _named(doc: Mapping[str, Any], said: str) -> str:
    """Return the only candidate that a text names, as a whole word; empty for none or several."""
    heard = set(_words(said).split())
    named = [c for c in doc["candidates"] if c in heard]
    return named[0] if len(named) == 1 else ""


# --- two answers to one question -----------------------------------------------------------------


def across(rows: Sequence[Row]) -> list[Verdict]:
    """Set each answer after the last block beside that right after the question's own block.

    Returns:
        The verdicts in order. Those of the headline's questions have in addition, where the same
        question was asked right after its block, ``learnt`` (strict then), ``kept`` (strict both
        times) and the changes ``bwt``, ``bwt_essential`` and ``bwt_superficial``.
    """
    before = {
        (row.doc["form"], row.doc["query"]): row.verdict.metrics
        for row in rows
        if row.variant.endswith("_learnt")
    }
    return [_beside(row, before) for row in rows]


def _beside(row: Row, before: Mapping[tuple[str, str], Mapping[str, float]]) -> Verdict:
    doc, verdict_ = row.doc, row.verdict
    if doc["form"] not in FORMS or row.variant.endswith(("_learnt", "_matrix")):
        return verdict_
    then = before.get((doc["form"], doc["query"]))
    if then is None:
        return verdict_
    now = verdict_.metrics
    lost, essential = now["strict"] - then["strict"], now["lenient"] - then["lenient"]
    more = (then["strict"], now["strict"] * then["strict"], lost, essential, lost - essential)
    metrics = now | dict(zip(LOST, more, strict=True))
    return Verdict(metrics, verdict_.outcome, verdict_.answer, invalid=verdict_.invalid)


def _retention(values: NDArray[np.float64], weights: NDArray[Any]) -> float:
    learnt = float(weights @ values[:, 1])
    return float(weights @ values[:, 0]) / learnt if learnt > 0 else float("nan")


STATISTICS = {
    "retention": Statistic(
        ("kept", "learnt"),
        _retention,
        "of the answers that were right and in form right after their block, the share that still "
        "were after the last one; not defined for a model that learnt nothing",
    )
}


# --- the matrix ----------------------------------------------------------------------------------


def scores_by_order(rows: Sequence[Row], metric: str) -> dict[str, list[TaskScores]]:
    """Return the scores of every task after every block, by order; see :func:`matrices`.

    Args:
        rows: rows of the variant that asks every question after every block from its own on.
        metric: ``strict`` or ``lenient``.

    Returns:
        For each order that is there, one table a task in the order of learning, shape (T + 1,
        sequences), NaN in the row of the base and before the task's own block.
    """
    out = {}
    for order in ORDERS:
        own = [row for row in rows if row.doc["order"] == order]
        if not own:
            continue
        count = max(row.doc["tasks"] for row in own)
        clusters = sorted({str(row.doc["cluster_id"]) for row in own})
        place = {cluster: i for i, cluster in enumerate(clusters)}
        tables = np.full((count, count + 1, len(clusters)), np.nan)
        for row in own:
            at = row.doc["asked"] - 1, row.doc["cut"], place[str(row.doc["cluster_id"])]
            tables[at] = row.verdict.metrics[metric]
        out[order] = [TaskScores(table, np.array(clusters)) for table in tables]
    return out


def matrices(rows: Sequence[Row], metric: str) -> dict[str, Matrix]:
    """Return R[t, j] by order: the score on the j-th task of a sequence after its t-th block."""
    return {
        order: matrix_of([str(j + 1) for j in range(len(scores))], scores)
        for order, scores in scores_by_order(rows, metric).items()
    }
