"""Levels on a scorecard: who answers all stands above the ladder, who answers nothing below."""

import doctest
from dataclasses import replace
from functools import cache
from itertools import count
from typing import Any

import numpy as np
import pytest

from heptathlon.families import FAMILIES, Ladder
from heptathlon.scorers.verdict import Verdict
from heptathlon.scoring import levels, playing
from heptathlon.scoring.cards import Level
from heptathlon.scoring.samples import ScoredSample

FAMILY = FAMILIES["mllm_ct"]
LADDER = FAMILY.ladder
TIER = "lite"
RISING = Ladder(field="side", rungs=(3, 5, 9), says="solves mazes of side {level}")
FALLING = Ladder(field="gap", rungs=(12, 6, 0), says="tells {level} points apart")


@cache
def asked() -> list[ScoredSample]:
    """Return the smallest set's documents on every rung, as the larger ones have them."""
    found = playing.unanswered(FAMILY, "fresh", "smoke", "2026.1")
    return [
        replace(one, sample=replace(one.sample, doc=document(one.sample.doc, rung)))
        for one in found
        if one.variant in FAMILY.headline.variants
        for rung in LADDER.rungs
    ]


def document(doc: dict[str, Any], rung: float) -> dict[str, Any]:
    return {**doc, LADDER.field: rung, "cluster_id": f"{doc['item_id']}-{rung}"}


def answered(share) -> list[ScoredSample]:
    """Return the documents with a figure of 1 in a share of each rung, and of 0 in the others."""
    counts = {rung: count() for rung in LADDER.rungs}
    on = [one.sample.doc[LADDER.field] for one in asked()]
    out = []
    for one, rung in zip(asked(), on, strict=True):
        right = next(counts[rung]) < share(rung) * on.count(rung)
        verdict = Verdict({FAMILY.headline.metric: float(right)}, "")
        out.append(ScoredSample(one.sample, one.task, verdict))
    return out


def level(share) -> Level:
    found = levels.level_of(FAMILY, "fresh", TIER, answered(share))
    assert found is not None
    return found


def test_documents_on_no_rung_do_not_move_the_level():
    on = answered(lambda rung: float(rung <= 4))
    off = [
        replace(one, sample=replace(one.sample, doc=document(one.sample.doc, 0.0)))
        for one in answered(lambda rung: 0.0)[:9]
    ]
    alone = levels.level_of(FAMILY, "fresh", TIER, on)
    assert levels.level_of(FAMILY, "fresh", TIER, [*on, *off]) == alone
    nowhere = levels.level_of(FAMILY, "fresh", TIER, off)
    assert nowhere is not None
    assert (nowhere.value, nowhere.n) == (None, 0)
    assert nowhere.reason


def test_all_right_is_above_the_ladder_and_none_below():
    top, bottom = level(lambda rung: 1.0), level(lambda rung: 0.0)
    hardest = LADDER.rungs[-1]
    assert (top.value, top.beyond, top.hard) == (hardest, "harder", None)
    assert (bottom.value, bottom.beyond, bottom.easy) == (LADDER.rungs[0], "easier", None)
    assert levels.figure(top, LADDER) == f"> {hardest:g}"
    assert levels.figure(bottom, LADDER) == f"< {LADDER.rungs[0]:g}"


def test_right_up_to_a_rung_is_a_level_there():
    middle, after = LADDER.rungs[3:5]
    found = level(lambda rung: float(rung <= middle))
    assert middle <= found.value <= after
    assert found.easy <= found.value <= found.hard
    assert sum(rung.n for rung in found.rungs) == len(asked())
    assert np.all(np.diff([rung.falling for rung in found.rungs]) <= 0)


def test_no_ladder_no_level():
    documents = answered(lambda rung: 1.0)
    assert levels.level_of(FAMILY, "paper", TIER, documents) is None
    bare = FAMILY.model_copy(update={"ladder": None})
    assert levels.level_of(bare, "fresh", TIER, documents) is None
    other = FAMILY.model_copy(update={"version": FAMILY.version + 1})
    found = levels.level_of(other, "fresh", TIER, documents)
    assert found.value is None
    assert "not measured" in found.reason


@pytest.mark.parametrize(
    ("ladder", "level", "says"),
    [
        (RISING, (3, None, 4.2, "easier"), "solves mazes of side < 3 (< 3 to 4.2)"),
        (RISING, (9, 6.5, None, "harder"), "solves mazes of side > 9 (6.5 to > 9)"),
        (FALLING, (7, 9.5, 5.25, ""), "tells 7 (5.2 to 9.5) points apart"),
        (FALLING, (12, None, 9.0, "easier"), "tells > 12 (9 to > 12) points apart"),
        (FALLING, (0, 2.0, None, "harder"), "tells < 0 (< 0 to 2) points apart"),
    ],
)
def test_the_words_for_a_level(ladder, level, says):
    value, easy, hard, beyond = level
    found = Level(value=value, easy=easy, hard=hard, beyond=beyond, n=9, clusters=9)
    assert levels.sentence(found, ladder) == says


def test_examples_in_docstrings():
    found = doctest.testmod(levels)
    assert (found.failed, found.attempted >= 3) == (0, True)
