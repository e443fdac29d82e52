"""Figures of a run: what is drawn is what was predicted, and a text cannot break out of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from heptathlon import figures, report, runner, runs, scorecard
from heptathlon.builders import store
from heptathlon.runs import Sample
from heptathlon.scorers import memorability as scorer
from heptathlon.tasks import catalog

TASK = "heptathlon_memorability_world_smoke"


def answered(
    predict: Callable[[dict[str, Any]], str], hostile: str = ""
) -> list[scorecard.ScoredSample]:
    folder = store.ensure(store.SetName("memorability", tier="smoke"))
    out = []
    for number, row in enumerate(store.read_docs(folder, "world")):
        doc = {**row, "text": hostile or row["text"]}
        answer = predict(doc)
        sample = Sample(TASK, number, doc, "p", answer, {})
        verdict = scorer.verdict(doc, [answer])
        out.append(scorecard.ScoredSample(sample, catalog.task_data(TASK), verdict))
    return out


def test_the_worst_miss_is_the_one_that_was_planted():
    scored = answered(lambda doc: str(doc["human"]))
    assert all(miss.places == 0 for miss in figures.worst_misses(scored))
    top = max(doc["human"] for doc in (one.sample.doc for one in scored))
    planted = answered(lambda doc: "0" if doc["human"] == top else str(doc["human"]))
    worst = figures.worst_misses(planted)[0]
    assert (worst.predicted, worst.human) == (0.0, top)
    assert worst.places < -0.9


def test_the_density_counts_every_document():
    """A cell's darkness follows its count; a perfect prediction lies on the diagonal alone."""
    values = np.array([[5.0, 5.0]] * 3 + [[95.0, 95.0]])
    drawn = str(figures.density(values))
    assert drawn.count("fill-opacity") == 2
    assert 'x="10" y="180" width="10" height="10" fill-opacity="1.00"' in drawn
    assert 'x="190" y="0"' in drawn
    assert str(figures.density(np.empty((0, 2)))) == ""


def test_another_unit_has_its_own_axis():
    assert "from -12.5 to 120" in str(figures.density(np.array([[-12.5, 1.0], [120.0, 2.0]])))


def test_a_text_cannot_break_out():
    scored = answered(lambda doc: "5", hostile="</td><script>alert(1)</script>")
    miss = figures.worst_misses(scored)[0]
    assert "<script" not in figures.Markup("<td>{}</td>").format(miss.name)


@pytest.mark.parametrize("player", ["bayes", "constant"])
def test_the_figure_stands_in_the_report(player: str, tmp_path: Path):
    flags = ["--model", "heptathlon", "--model_args", f"player={player}", "--tasks", TASK]
    runner.run([*flags, "--output_path", str(tmp_path)])
    run = runs.read_run(runs.find_run_folder(tmp_path))
    card, scored = scorecard.score_run(run)
    page = report.render_report(card, scored)
    assert page.count('class="density"') == 1
    assert "worst misses" in page
    assert scored[0].sample.doc["text"][:20] in page
