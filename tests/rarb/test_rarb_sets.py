"""The generated sets: shelves, corpus, forms and tiers."""

from collections import Counter
from typing import Any

import pytest

from heptathlon.builders import rarb
from heptathlon.builders.rarb import build
from heptathlon.builders.rarb.published import published
from heptathlon.builders.rarb.words import PLACES
from heptathlon.errors import UnknownNameError
from heptathlon.lexical import tokens


@pytest.fixture(scope="module")
def smoke() -> dict[tuple[str, str], list[Any]]:
    merged: dict[tuple[str, str], list[Any]] = {}
    for shard in rarb.shards("fresh", "smoke"):
        for key, records in rarb.generate("fresh", "smoke", shard, "2026.1", "").items():
            merged.setdefault(key, []).extend(records)
    return merged


def test_each_query_has_one_right_document_in_the_corpus(smoke):
    documents = {d.doc_id: d for d in smoke["corpus", "corpus"]}
    assert len(documents) == len(smoke["corpus", "corpus"])
    assert len({d.text for d in documents.values()}) == len(documents)
    for record in smoke["retrieve", "test"]:
        assert len(record.gold_ids) == 1
        assert len(record.hard_ids) == 7
        own = [documents[i] for i in record.gold_ids + record.hard_ids]
        assert {d.cluster_id for d in own} == {record.cluster_id}
        assert record.corpus_size == len(documents)
        place = next(w for w in tokens(record.query) if w.capitalize() in PLACES)
        town = {
            d.cluster_id
            for d in documents.values()
            if d.kind == record.kind and place in tokens(d.text.replace("_", " "))
        }
        assert len(town) == build.BLOCKS, "a town is shared, and its name is not enough"


def test_a_shelf_holds_three_problems_alike(smoke):
    """What is ranked is a whole block: who sees the documents alone sees three alike."""
    documents = {d.doc_id: d for d in smoke["corpus", "corpus"]}
    for record in smoke["rank", "test"]:
        held = [documents[i] for i in record.candidate_ids]
        assert {d.cluster_id for d in held} == {record.cluster_id}
        assert (
            len(held)
            == build.POOL
            == sum(d.cluster_id == record.cluster_id for d in documents.values())
        )
        assert record.faults.count("other") == build.POOL - 8
        assert record.faults[record.gold] == ""
    asked = [record.cluster_id for record in smoke["rank", "test"]]
    assert len(set(asked)) == len(asked), "no two items share a document"


def test_candidates_are_shuffled_and_gold_is_marked(smoke):
    places = []
    for record in smoke["choose", "test"]:
        assert len(record.candidates) == 8
        assert record.faults.count("") == 1
        assert record.faults[record.gold] == ""
        assert "other" not in record.faults
        places.append(record.gold)
    assert len(set(places)) >= 6


def test_forms_ask_about_the_same_problems_in_every_tier():
    small, large = (build._Kind("spatial", "2026.1", "", tier) for tier in ("smoke", "full"))
    few = [k._problems("test", k._places[:2], build.BLOCKS) for k in (small, large)]
    assert few[0] == few[1]
    first = large._problems("test", large._places[:4], build.BLOCKS)
    assert few[0][:16] == first[:16]


@pytest.mark.parametrize("tier", build.SIZES)
def test_a_form_asks_about_one_problem_of_a_block(tier: str):
    size = build.SIZES[tier]
    assert max(size.rank, size.choose, size.retrieve) <= size.towns * build.BLOCKS
    assert size.towns + 1 <= len(PLACES), "few-shot problems have a town of their own"


def test_a_lite_set_has_as_many_items_on_each_rung():
    made = build._Kind("code", "2026.1", "", "lite")
    asked = made._problems("test", made._places[:10], build.BLOCKS)[: build.SIZES["lite"].rank]
    for count in Counter(p.asked.steps for p in asked).values():
        assert abs(count - 12) <= 2


def test_unknown_names():
    with pytest.raises(UnknownNameError, match="did you mean 'smoke'"):
        rarb.shards("fresh", "smok")
    with pytest.raises(UnknownNameError, match="temporal"):
        rarb.generate("fresh", "smoke", "tempora", "2026.1", "")
    with pytest.raises(UnknownNameError, match="paper"):
        rarb.configs("papers")
    with pytest.raises(UnknownNameError, match="hellaswag"):
        published("helaswag")
