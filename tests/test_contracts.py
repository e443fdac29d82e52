"""What holds for every family, a plug-in's too: facts, records, prompts, scorers, players."""

import json
import math
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lm_eval.tasks import TaskManager

from heptathlon.builders import hub, store
from heptathlon.families import FAMILIES, Family, task_name
from heptathlon.parts import load_part
from heptathlon.records import doc_digest
from heptathlon.scorers.verdict import Verdict
from heptathlon.tasks import catalog, derived, rendered
from heptathlon.tasks.players import STANDARD, player_of, players_of
from tests.shown import snapshot

FEW = 6
"""Documents of a task that are looked at: its first ones, which the order has mixed."""

each_family = pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES.keys())
SMOKE = [
    task
    for task, leaf in catalog.leaves().items()
    if leaf.tier == "smoke" and leaf.row.edition == "fresh"
]
each_task = pytest.mark.parametrize("task", SMOKE)


@cache
def loaded(family: str) -> dict[str, Any]:
    """Return the generated smoke tasks of a family as lm-eval loads them."""
    manager = TaskManager(include_path=str(derived.include_path()), include_defaults=False)
    return manager.load([t for t in SMOKE if catalog.leaf(t).family == family])["tasks"]


@cache
def of(task: str) -> tuple[Any, Any, list[dict[str, Any]]]:
    """Return a task, its family's scorer and its first documents."""
    data = catalog.task_data(task)
    one = loaded(data.family.name)[task]
    docs = [one.test_docs()[i] for i in range(min(FEW, len(one.test_docs())))]
    return one, load_part(data.family, "scorer"), docs


def is_choice(task: str) -> bool:
    return catalog.definition(task).get("output_type") == rendered.MULTIPLE_CHOICE


def gold_response(task: str, doc: dict[str, Any]) -> list[Any]:
    """Return what a model that knows the answer gives."""
    if not is_choice(task):
        return [rendered.answer(task, doc)]
    gold = catalog.function(catalog.definition(task)["doc_to_target"])(doc)
    return [(0.0, True) if i == gold else (-9.0, False) for i in range(options(task, doc))]


def options(task: str, doc: dict[str, Any]) -> int:
    return len(catalog.choices_of(task, doc))


# --- facts and tables ----------------------------------------------------------------------------


@each_family
def test_facts_are_of_one_piece(family: Family):
    scorer = load_part(family, "scorer")
    known = {metric for metrics in scorer.METRICS.values() for metric in metrics}
    known |= set(getattr(scorer, "STATISTICS", {}))
    for edition in family.editions:
        headline = family.headline_of(edition)
        # What is seen across documents has no name before they are.
        assert headline.metric in known or hasattr(scorer, "across")
        for variant in headline.variants:
            tasks = [task_name(variant, tier) for tier in family.tiers_of(edition)]
            rows = [catalog.leaves()[task].row for task in tasks if task in catalog.leaves()]
            assert rows
            assert {row.edition for row in rows} == {edition}
    assert set(scorer.METRICS) == set(family.form_names)
    assert family.chance < family.ceiling
    assert {"full", "lite", "smoke"} <= set(family.tiers)
    assert len(hub.family_notes(family)) > 100


@each_family
def test_every_row_asks_what_there_is(family: Family):
    builder = store.builder_of(family.name)
    rows = [leaf for leaf in catalog.leaves().values() if leaf.family == family.name]
    assert rows
    for leaf in rows:
        told, data = catalog.definition(leaf.task), catalog.task_data(leaf.task)
        assert task_name(data.variant, data.tier) == leaf.task
        assert told["metadata"]["version"] == family.version
        assert all(one["aggregation"] == "mean" for one in told.get("metric_list", []))
        if data.edition != store.OWN:
            model = builder.configs(data.edition)[data.config]
            assert set(data.where) <= set(model.model_fields)


@each_family
def test_the_family_s_group_holds_its_headline(family: Family):
    stem = "heptathlon" if family.role == "scored" else "heptathlon_exhibition"
    for tier in ("full", "lite", "smoke"):
        group = catalog.group_definition(task_name(family.name, tier))
        headline = {task_name(v, tier) for v in family.headline.variants} & set(catalog.leaves())
        assert headline & set(group["task"])
        if tier != "smoke":
            assert headline <= set(group["task"])
        suite = stem if tier == "full" else f"{stem}_{tier}"
        assert group["group"] in catalog.group_definition(suite)["task"]


# --- records -------------------------------------------------------------------------------------


@each_family
def test_records_are_plain_and_have_their_strata(family: Family):
    name = store.SetName(family.name, tier="smoke")
    folder = store.ensure(name)
    models = store.builder_of(family.name).configs("fresh").values()
    # A form without a stratum is left out of its levels.
    assert set(family.strata) <= {field for model in models for field in model.model_fields}
    for entry in store.read_manifest(folder).files:
        for doc in store.read_docs(folder, entry.config, entry.split)[:FEW]:
            assert doc["season"] == name.season
            # A submission carries documents as JSON; their identity must not depend on that.
            assert doc_digest(json.loads(json.dumps(doc))) == doc_digest(doc)


# --- prompts -------------------------------------------------------------------------------------


@each_task
def test_a_prompt_changes_only_with_the_version(task: str):
    """`python -m tests.shown` writes the snapshots anew."""
    if catalog.task_data(task).family.package is not None:
        pytest.skip("a plug-in keeps its own snapshots")
    one, _, docs = of(task)
    prompt = one.fewshot_context(docs[0], num_fewshot=0, gen_prefix=one.doc_to_prefix(docs[0]))
    said = f"{prompt}\n\n[gold] {rendered.answer(task, docs[0])}\n"
    assert said == snapshot(task).read_text(encoding="utf-8")


@each_task
def test_worked_examples_share_nothing_with_what_is_asked(task: str):
    one, _, docs = of(task)
    for doc in docs:
        assert one.fewshot_context(doc, num_fewshot=0) == rendered.question(task, doc)
    if one.config.fewshot_split:
        few = list(one.fewshot_docs())
        asked = {doc["cluster_id"] for doc in one.test_docs()}
        assert not asked & {doc["cluster_id"] for doc in few}
        one.set_fewshot_seed(0)
        context = one.fewshot_context(docs[0], num_fewshot=1)
        assert context.endswith(rendered.question(task, docs[0]))
        assert len(context) > len(rendered.question(task, docs[0]))


# --- scorers -------------------------------------------------------------------------------------


@each_task
def test_gold_is_read_and_nothing_earns_nothing(task: str):
    one, scorer, docs = of(task)
    listed = [entry["metric"] for entry in catalog.definition(task)["metric_list"]]
    for doc in docs:
        gold = scorer.verdict(doc, gold_response(task, doc))
        assert not gold.invalid, gold
        assert one.process_results(doc, gold_response(task, doc)) == gold.metrics
        assert list(gold.metrics) == listed
        if is_choice(task):
            continue
        for text in ("", "\n\n", "<think>I do not know", "I would rather not say."):
            verdict = scorer.verdict(doc, [text])
            assert verdict.invalid or text.strip()
            assert list(verdict.metrics) == listed
            # What is no rate from 0 to 1 may be an error, of which a column of a statistic is made.
            rates = set(listed) - set(getattr(scorer, "BOUNDS", {}))
            assert not any(verdict.metrics[name] > gold.metrics[name] for name in rates)


@each_family
@settings(max_examples=40, deadline=None)
@given(data=st.data(), text=st.text(max_size=200))
def test_any_text_gets_a_verdict(family: Family, data: st.DataObject, text: str):
    """Total, finite, and the same again."""
    said = [t for t in loaded(family.name) if not is_choice(t)]
    if not said:
        return
    task = data.draw(st.sampled_from(said))
    _, scorer, docs = of(task)
    doc = data.draw(st.sampled_from(docs))
    around = data.draw(st.sampled_from(["{}", "ANSWER: {}", "<think>{}", "{0}\n{1}", "{1}{0}"]))
    response = around.format(text, rendered.answer(task, doc))
    verdict: Verdict = scorer.verdict(doc, [response])
    assert all(math.isfinite(value) for value in verdict.metrics.values())
    assert verdict == scorer.verdict(doc, [response])
    assert verdict.outcome


@each_task
def test_machinery_that_is_broken_raises(task: str):
    """No model can cause it, so it is no model's wrong answer."""
    _, scorer, docs = of(task)
    count = options(task, docs[0]) if is_choice(task) else 0
    for responses in [[], [(-1.0, False)] * (count + 1)][: 1 + is_choice(task)]:
        with pytest.raises(ValueError):  # noqa: PT011
            scorer.verdict(docs[0], responses)
    if is_choice(task):
        try:
            assert scorer.verdict(docs[0], [(math.nan, False)] * count).invalid
        except ValueError as error:
            assert str(error)  # noqa: PT017


# --- players -------------------------------------------------------------------------------------


@each_family
def test_every_family_has_its_players(family: Family):
    players = players_of(family.name)
    standard = [player_of(family.name, name) for name in STANDARD]
    assert [one.oracle for one in standard] == [False, False, True]
    assert len({one.name for one in standard}) == len(STANDARD)
    assert all(name == player.name and player.says for name, player in players.items())


@each_task
def test_every_player_answers_and_a_second_time_the_same(task: str):
    _, scorer, docs = of(task)
    for player in players_of(catalog.task_data(task).family.name).values():
        for doc in docs:
            first, again = (
                player.likelihoods(doc, catalog.choices_of(task, doc))
                if is_choice(task)
                else [player.answer(doc)]
                for _ in range(2)
            )
            assert first == again, "a player is a function of the document"
            verdict = scorer.verdict(doc, first)
            assert all(math.isfinite(value) for value in verdict.metrics.values())
