"""Figures that a family adds to the report: known numbers, and nothing for who has none."""

import math
from typing import Any

from heptathlon import figures
from heptathlon.families import FAMILIES
from heptathlon.runs import Sample
from heptathlon.scorecard import ScoredSample
from heptathlon.scorers import students as scorer
from heptathlon.tasks.catalog import task_data

TASK = "heptathlon_students_choice_smoke"


def scored(p: list[float], **changes: Any) -> ScoredSample:
    doc = {
        "item_id": "0" * 32, "cluster_id": "c", "form": "choice", "ask_id": "a", "rotation": 0,
        "half": 0, "options": ["w", "x", "y", "z"], "key": 0, "chosen": 0, "exact": True,
        "top": [0.7, 0.1, 0.1, 0.1], "base": [0.4, 0.2, 0.2, 0.2], "mastery": "low",
        "history": "4", "carries": ["key", "left_to_right", "adds_all", ""],
    } | changes  # fmt: skip
    pairs = [(math.log(x), False) for x in p]
    one = ScoredSample(
        Sample(TASK, 0, doc, "", pairs, {}), task_data(TASK), scorer.verdict(doc, pairs)
    )
    (verdict,) = scorer.across([one.row])
    return ScoredSample(one.sample, one.task, verdict)


def test_confusion_counts_rules():
    run = [
        scored([0.1, 0.7, 0.1, 0.1], ask_id="a", chosen=1),
        scored([0.1, 0.1, 0.7, 0.1], ask_id="b", chosen=1),
        scored([0.1, 0.1, 0.1, 0.7], ask_id="c", chosen=1),
        scored([0.7, 0.1, 0.1, 0.1], ask_id="d", chosen=0),
        scored([0.7, 0.1, 0.1, 0.1], ask_id="e", chosen=3),
    ]
    *_, confusion = figures.figures("students", lambda: {figures.THIS_RUN: run})
    assert confusion.rows == (
        ("right answer", "1", "0", "0", "0", "1"),
        ("left to right", "0", "1", "1", "1", "3"),
        ("wrong, by no rule", "1", "0", "0", "0", "1"),
    )


def test_loss_by_history_sets_the_run_beside_the_players():
    run = [scored([0.5, 0.2, 0.2, 0.1], ask_id="a"),
           scored([0.25, 0.25, 0.25, 0.25], ask_id="b", history="16")]  # fmt: skip
    good = [scored([0.97, 0.01, 0.01, 0.01], ask_id="a"),
            scored([0.97, 0.01, 0.01, 0.01], ask_id="b", history="16")]  # fmt: skip
    _, loss, _ = figures.figures("students", lambda: {figures.THIS_RUN: run, "good": good})
    assert loss.head[1:] == ("4 earlier answers", "16 earlier answers", "all")
    assert loss.rows[0][0] == "good"
    assert loss.rows[1] == ("this run", "0.693", "1.386", f"{(0.693147 + 1.386294) / 2:.3f}")


def test_reliability_has_every_question_once():
    run = [scored([0.7, 0.1, 0.1, 0.1], ask_id=str(i), chosen=0 if i % 10 < 7 else 1)
           for i in range(40)]  # fmt: skip
    reliability, *_ = figures.figures("students", lambda: {figures.THIS_RUN: run * 2})
    assert sum(int(row[2]) for row in reliability.rows) == 40
    assert {row[0] for row in reliability.rows} == {"0.700"}
    assert reliability.diagram.count("<circle") == len(reliability.rows) == figures.BINS


def test_families_without_figures_cost_nothing():
    def never() -> figures.Played:
        raise AssertionError("the players were asked for nothing")

    for family in set(FAMILIES) - set(figures.FIGURES):
        assert figures.figures(family, never) == []
    assert figures.figures("students", lambda: {figures.THIS_RUN: []}) == []
