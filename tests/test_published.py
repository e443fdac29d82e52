"""The table of published figures: every row is of a task and a metric that exist, and in range."""

from collections import Counter

import pytest

from heptathlon import published
from heptathlon.families import FAMILIES
from heptathlon.pages.docs import task_card
from heptathlon.parts import load_part
from heptathlon.published import PUBLISHED, PublishedFigure, of_headline
from heptathlon.tasks import catalog

ROWS = tuple(dict.fromkeys(row.family for row in PUBLISHED))
SIGNED = {"rho"}


def faults(row: PublishedFigure) -> list[str]:
    """Return what is wrong with a row: a name that does not exist, a figure out of range."""
    known = {catalog.task_data(task).variant: task for task in catalog.leaves()}
    found = [f"no task {name}" for name in row.tasks if name not in known]
    if found or row.family not in FAMILIES:
        return found or [f"no family {row.family}"]
    family = FAMILIES[row.family]
    scorer = load_part(family, "scorer")
    headline = family.headline_of(row.edition).metric
    for name in row.tasks:
        data = catalog.task_data(known[name])
        listed = {entry["metric"] for entry in catalog.definition(known[name])["metric_list"]}
        if (data.family.name, data.edition) != (row.family, row.edition):
            found.append(f"{name} is of {data.family.name}, {data.edition}")
        metrics = {*listed, *getattr(scorer, "ALL_METRICS", ()), headline}
        if row.metric not in metrics:
            found.append(f"{name} has no metric {row.metric}")
    low = -1.0 if row.metric in SIGNED else 0.0
    if not low <= row.value <= 1:
        found.append(f"{row.value} is out of range")
    return found


@pytest.mark.parametrize("family", ROWS)
def test_every_row_is_of_something_that_is_asked(family: str):
    wrong = {row.model: fault for row in published.of_family(family) if (fault := faults(row))}
    assert not wrong


def test_what_is_not_asked_would_be_told():
    row = published.of_family("maze")[0]
    for change in (
        {"tasks": ("maze_mlmu_kruskal",)},
        {"edition": "fresh"},
        {"metric": "ndcg_10"},
        {"value": 100.0},
        {"family": "rarb"},
    ):
        assert faults(row.model_copy(update=change)), change


def test_no_figure_stands_twice():
    keys = Counter(
        (row.tasks, row.metric, row.model, *sorted(row.where.items())) for row in PUBLISHED
    )
    assert max(keys.values()) == 1


def test_figures_are_those_of_the_sources():
    """A few, by hand: unit, order of tasks and setting cannot have slipped."""
    by_key = {(r.tasks[0], r.model, *r.where.values()): r.value for r in PUBLISHED}
    assert by_key["maze_mlmu_dfs", "MLM-U", 30] == 0.938
    assert by_key["maze_mlmu_astar", "next token 175M with A* traces", 20] == 0.904
    assert by_key["rarb_spartqa_retrieve", "bm25s"] == 0.2144
    assert by_key["rarb_math_retrieve", "bm25s"] == 0.4676
    assert by_key["rarb_tempreason_l2_context_retrieve", "all-MiniLM-L6-v2"] == 0.1168
    assert by_key["rarb_alphanli_retrieve_inst", "bge-large-en-v1.5"] == 0.0086
    assert ("rarb_hellaswag_retrieve_inst", "contriever") not in by_key
    assert by_key["sort_book_notext_e250_s50", "GPT-4"] == 0.53


def test_only_the_very_headline_is_set_beside_a_run():
    beside = {
        (name, edition): [row.model for row in of_headline(name, edition, f.headline_of(edition))]
        for name, f in FAMILIES.items()
        for edition in f.editions
    }
    assert {key: models for key, models in beside.items() if models} == {
        ("memorability", "paper"): ["MindMem"]
    }


def test_a_card_shows_every_figure_with_its_source():
    for name in ROWS:
        card = task_card(FAMILIES[name])
        for row in published.of_family(name):
            assert row.model in card
            assert f"{row.source.name}]({row.source.url}), {row.source.standing}." in card
            assert f"{row.value:.4g}" in card
    assert "Published figures" not in task_card(FAMILIES["students"])
