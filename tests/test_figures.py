"""Figures that a family adds to the report: known numbers, and nothing for who has none."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from markupsafe import Markup

from heptathlon.builders import store
from heptathlon.builders.sort.records import DISTANCES, PLACES
from heptathlon.families import FAMILIES
from heptathlon.pages.drawings import THIS_RUN, Played, drawings_of
from heptathlon.pages.families.memorability import density
from heptathlon.pages.families.students import BINS
from heptathlon.running.runs import Sample
from heptathlon.scorers import memorability as memorability_scorer
from heptathlon.scorers import sort as sort_scorer
from heptathlon.scorers import students as scorer
from heptathlon.scoring.scorecard import ScoredSample
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
    *_, confusion = drawings_of("students").shown(lambda: {THIS_RUN: run})
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
    _, loss, _ = drawings_of("students").shown(lambda: {THIS_RUN: run, "good": good})
    assert loss.head[1:] == ("4 earlier answers", "16 earlier answers", "all")
    assert loss.rows[0][0] == "good"
    assert loss.rows[1] == ("this run", "0.693", "1.386", f"{(0.693147 + 1.386294) / 2:.3f}")


def test_reliability_has_every_question_once():
    run = [scored([0.7, 0.1, 0.1, 0.1], ask_id=str(i), chosen=0 if i % 10 < 7 else 1)
           for i in range(40)]  # fmt: skip
    reliability, *_ = drawings_of("students").shown(lambda: {THIS_RUN: run * 2})
    assert sum(int(row[2]) for row in reliability.rows) == 40
    assert {row[0] for row in reliability.rows} == {"0.700"}
    assert reliability.diagram.count("<circle") == len(reliability.rows) == BINS


def test_families_without_figures_cost_nothing():
    def never() -> Played:
        raise AssertionError("the players were asked for nothing")

    for family in [f for f in FAMILIES if not drawings_of(f).figures]:
        assert drawings_of(family).shown(never) == []
    assert drawings_of("students").shown(lambda: {THIS_RUN: []}) == []


# --- sort ----------------------------------------------------------------------------------------


def sorted_answers(right: Callable[[dict[str, Any]], bool]) -> list[ScoredSample]:
    """Return the smoke documents, answered right or wrong by a function of the document."""
    task = "heptathlon_sort_e250_smoke"
    folder = store.ensure(store.SetName("sort", tier="smoke"))
    out = []
    docs = [doc for doc in store.read_docs(folder, "order") if doc["rung"] == 250]
    for number, doc in enumerate(docs):
        chosen = doc["gold"] if right(doc) else 1 - doc["gold"]
        pairs = [(-float(i != chosen), i == chosen) for i in range(2)]
        sample = Sample(task, number, doc, "", pairs, {})
        out.append(ScoredSample(sample, task_data(task), sort_scorer.verdict(doc, pairs)))
    return out


def test_curves_of_distance_and_place():
    near = "1 (nearest)"
    run = sorted_answers(lambda doc: doc["distance"] != near)
    distance, place = drawings_of("sort").shown(lambda: {THIS_RUN: run})
    assert distance.head == ("distance", "250 words")
    figure_of = {row[0]: row[1] for row in distance.rows}
    assert list(figure_of) == [d for d in DISTANCES if d in figure_of], "from near to far"
    assert figure_of.pop(near).startswith("0.000 (0.000 to ")
    assert all(cell.startswith("1.000 (") for cell in figure_of.values())
    assert [row[0] for row in place.rows] == [p for p in PLACES if p in dict(place.rows)]
    drawn = str(distance.diagram)
    assert drawn.count("<circle") == drawn.count("<line") - 1 == len(distance.rows)
    ends = [point.split(",")[1] for point in drawn.split('points="')[1].split('"')[0].split()]
    assert ends == ["100.0"] + ["0.0"] * (len(ends) - 1), "wrong is at the bottom"
    assert drawings_of("sort").shown(lambda: {THIS_RUN: []}) == []


# --- memorability --------------------------------------------------------------------------------

LISTS = "heptathlon_memorability_lists_smoke"


def picked(spoil: Callable[[dict[str, Any]], bool], hostile: str = "") -> list[ScoredSample]:
    """Return the smoke lists with the best items picked, or the last ones where they are spoilt."""
    folder = store.ensure(store.SetName("memorability", tier="smoke"))
    out = []
    for number, doc in enumerate(store.read_docs(folder, "lists")):
        if hostile:
            doc["items"] = [hostile, *doc["items"][1:]]
        worst = [i for i in range(len(doc["items"])) if i not in doc["best"]][-doc["take"] :]
        places = worst if spoil(doc) else doc["best"]
        logs = [(-float(i not in places), False) for i in range(len(doc["items"]))]
        verdict = memorability_scorer.verdict(doc, logs)
        out.append(
            ScoredSample(Sample(LISTS, number, doc, "p", logs, {}), task_data(LISTS), verdict)
        )
    return out


def test_the_overlap_falls_where_it_was_spoilt():
    played = {THIS_RUN: picked(lambda doc: doc["gap"] == 0), "oracle": picked(lambda _: False)}
    gaps, missed = drawings_of("memorability").shown(lambda: played)
    assert gaps.head == ("who", "all", "gap 12", "gap 6", "gap 0")
    assert [row[0] for row in gaps.rows] == ["oracle", "this run", "reachable"]
    assert gaps.rows[0][1:] == ("1.00",) * 4
    assert gaps.rows[1][1:] == ("0.56", "1.00", "1.00", "-0.33")
    assert 0.5 < float(gaps.rows[2][1]) < float(gaps.rows[2][2]) < 1
    narrow = [d for one in played[THIS_RUN] if (d := one.sample.doc)["gap"] == 0]
    passed = {d["items"][i] for d in narrow for i in d["best"]}
    assert all(str(row[0]) in passed for row in missed.rows)
    assert all(row[2].startswith("1 of") for row in missed.rows)
    assert drawings_of("memorability").shown(lambda: {THIS_RUN: []}) == []


def test_the_density_counts_every_document():
    """A cell's darkness follows its count; a perfect prediction lies on the diagonal alone."""
    drawn = str(density(np.array([[5.0, 5.0]] * 3 + [[95.0, 95.0]])))
    assert drawn.count("fill-opacity") == 2
    assert 'x="5" y="90" width="5" height="5" fill-opacity="1.00"' in drawn
    assert 'x="95" y="0" width="5" height="5" fill-opacity="0.43"' in drawn


def beside(variant: str) -> list[ScoredSample]:
    """Return invented samples of a set of scores, exact answers in one half of them."""
    task = f"heptathlon_memorability_{variant}"
    out = []
    for number in range(40):
        doc = {
            "form": "score", "set": "words", "human": 2.0 * number, "neutral": 50.0, "ceiling": 0.8,
            "text": f"word {number}", "cluster_id": str(number), "item_id": f"{number:032x}",
        }  # fmt: skip
        answer = f"{doc['human'] if number % 2 else 50.0:.2f}"
        sample = Sample(task, number, doc, "p", answer, {})
        verdict = memorability_scorer.verdict(doc, [answer])
        out.append(ScoredSample(sample, task_data(task), verdict))
    return out


def test_a_run_without_the_headlines_documents_has_its_density_plots():
    run = [*beside("words"), *beside("words_dev"), *beside("sentences_surprisal")]
    words, surprisal = drawings_of("memorability").shown(lambda: {THIS_RUN: []}, run)
    assert words.title.endswith(": memorability_words")
    assert surprisal.title.endswith(": memorability_sentences_surprisal")
    assert "by rank" in surprisal.caption
    assert "by rank" not in words.caption
    for figure in (words, surprisal):
        assert "0.80" in figure.caption
        assert str(figure.diagram).count("fill-opacity") > 5
        (row,) = figure.rows
        assert 0 < float(row[1].split()[0]) < 1
    assert drawings_of("maze").shown(dict, run) == []


def test_a_text_cannot_break_out():
    run = picked(lambda _: True, hostile="</td><script>alert(1)</script>")
    *_, missed = drawings_of("memorability").shown(lambda: {THIS_RUN: run})
    cells = "".join(Markup("<td>{}</td>").format(row[0]) for row in missed.rows)
    assert "<script" not in cells
    assert "&lt;script" in cells
