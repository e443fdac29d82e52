"""Confidence from the samples that a run has: whose choice it is, on card, page and terminal."""

import math
from typing import Any

import numpy as np
import pytest

from heptathlon.cli import tables
from heptathlon.pages import report
from heptathlon.running.runs import Sample
from heptathlon.scorers import calibration
from heptathlon.scorers.hooks import scorer_of
from heptathlon.scoring import confidence, scorecard
from heptathlon.scoring.samples import ScoredSample, documents
from heptathlon.tasks import catalog
from heptathlon.tasks.rendered import MULTIPLE_CHOICE
from tests.made_runs import run_of
from tests.parsed import Page

SEASON = "2026.1"
CHOICES = [
    task
    for task, leaf in catalog.leaves().items()
    if leaf.tier == "smoke"
    and leaf.row.edition == "fresh"
    and catalog.definition(task).get("output_type") == MULTIPLE_CHOICE
]
FORCED, SAID = "heptathlon_icl_forced_lite", "heptathlon_icl_forced_say_lite"


def scored(task: str, doc: dict[str, Any], response: Any) -> ScoredSample:
    """Return a sample as the scorer judges it."""
    data = catalog.task_data(task)
    sample = Sample(task, 0, doc, "", response, {})
    return ScoredSample(sample, data, scorer_of(data.family.name).verdict(doc, sample.results))


@pytest.mark.parametrize("task", CHOICES)
def test_a_choice_is_right_where_the_scorer_says_so(task: str):
    rng = np.random.default_rng(11)
    for doc in documents(catalog.task_data(task), SEASON)[:12]:
        count = len(catalog.choices_of(task, doc))
        logs = [float(x) for x in -rng.exponential(3, size=count)]
        # A family may ask for the options without the prompt as well.
        one = scored(task, doc, [(log, False) for log in logs])
        choice = confidence.choice_of(one)
        if count < 2 or not confidence.hit_of(one):
            assert choice is None
            continue
        assert choice is not None
        assert choice.right == pytest.approx(one.verdict.metrics[confidence.hit_of(one)])
        assert choice.p == pytest.approx(math.exp(max(logs)) / sum(map(math.exp, logs)))


def test_most_ways_of_asking_by_likelihood_have_a_confidence():
    names = {catalog.leaves()[task].family for task in CHOICES}
    assert names >= {"maze", "rarb", "sort", "memorability", "students", "verbalizer", "icl"}


@pytest.fixture(scope="module")
def made() -> tuple[scorecard.Scorecard, list[ScoredSample]]:
    """Score a run of one who is right three times of four and always sure, and of some texts."""
    samples: dict[str, list[Sample]] = {}
    for i, doc in enumerate(documents(catalog.task_data(FORCED), SEASON)):
        chosen = doc["gold"] if i % 4 else 1 - doc["gold"]
        # The surer, the righter; but never less sure than .88.
        gap = 2 + 3 * (i % 4 > 0) + i % 3 / 2
        logs = [(0.0 if at == chosen else -gap, at == chosen) for at in range(2)]
        samples.setdefault(FORCED, []).append(Sample(FORCED, i, doc, "", logs, {}))
    for i, doc in enumerate(documents(catalog.task_data(SAID), SEASON)[:5]):
        samples.setdefault(SAID, []).append(Sample(SAID, i, doc, "", "no idea", {}))
    return scorecard.score_run(run_of(samples))


def test_the_card_says_how_far_the_confidence_can_be_trusted(made):
    card, _ = made
    family = card.families["icl"]
    (one,) = family.confidence
    assert (one.confidence, one.primary, one.variants) == ("option", True, ["icl_forced"])
    assert one.accuracy.value == pytest.approx(0.75, abs=0.01)
    over = one.figures["over"]
    assert over.low is not None
    assert over.low > 0.15
    assert one.ece > one.ece_null_95 > one.ece_null
    assert one.mcb > one.mcb_null_95
    assert one.mcb - one.dsc + one.unc == pytest.approx(one.figures["brier"].value)
    assert one.figures["auroc"].value > 0.9
    assert one.figures["selective"].value > one.accuracy.value
    assert one.curve[0] == (1.0, pytest.approx(one.accuracy.value))
    assert dict(one.curve)[0.5] == 1
    assert min(one.temperatures) > 1
    assert abs(one.tempered["over"].value) < over.value
    assert one.tempered["brier_less"].low > 0
    assert "5 answers are texts" in family.no_confidence
    assert "AUROC" in family.no_confidence


def test_page_and_terminal_show_it(made):
    card, ones = made
    text = Page(report.render_report(card, ones)).text
    assert "Whether its confidence can be trusted" in text
    assert "Too sure by" in text
    assert "5 answers are texts" in text
    (line,) = [line for line in tables.remarks(card) if "AUROC" in line]
    assert len(line) <= 80
    assert "too sure by 0.2" in line


def test_few_answers_and_one_kind_of_outcome(made):
    _, ones = made
    chosen = [one for one in ones if one.task.task == FORCED]
    assert confidence.confidence_of(["icl_forced"], chosen[: confidence.FEWEST - 1]) == ([], "")
    right = [one for one in chosen if one.verdict.metrics["right"] == 1]
    (card,), _ = confidence.confidence_of(["icl_forced"], right)
    assert card.figures["auroc"].value is None
    assert "all answers are right" in card.figures["auroc"].reason
    assert card.figures["selective"].value == 1


def test_scores_of_equal_likelihood_say_nothing():
    doc = documents(catalog.task_data(FORCED), SEASON)[0]
    choice = confidence.choice_of(scored(FORCED, doc, [(-1.0, False)] * 2))
    assert choice is not None
    assert (choice.p, choice.right) == (0.5, 0.5)
    assert isinstance(choice, calibration.Choice)
