"""Passages before a question: what each form promises, players held to the design, curves."""

import itertools
import re
from collections import Counter, defaultdict
from functools import cache
from typing import Any

import numpy as np
import pytest

from heptathlon.builders.longcontext import build, passages, rag
from heptathlon.errors import HeptathlonError
from heptathlon.pages.families import longcontext as page
from heptathlon.running.runs import Sample
from heptathlon.scorers import longcontext as scorer
from heptathlon.scorers.verdict import Row, Verdict
from heptathlon.scoring.samples import ScoredSample, published
from heptathlon.seeding import Stream
from heptathlon.tasks import catalog
from heptathlon.tasks.longcontext import prompts
from heptathlon.tasks.players import players_of
from tests.salts import salt

SEASON = "2026.1"
Doc = dict[str, Any]


@cache
def made(name: str = "") -> list[Doc]:
    return [
        row.model_dump(mode="json")
        for shard in build.shards("fresh", "lite")
        if shard.split("-")[0] in build.PASSAGES
        for rows in build.generate(
            "fresh", "lite", shard, SEASON, salt(name) if name else ""
        ).values()
        for row in rows
    ]


def docs(form: str, name: str = "") -> list[Doc]:
    return [doc for doc in made(name) if doc["form"] == form]


def mean(player: str, metric: str, rows: list[Doc]) -> float:
    one = players_of("longcontext")[player]
    judged = scorer.across(
        [Row(d["form"], d, scorer.verdict(d, one.likelihoods(d, d["options"]))) for d in rows]
    )
    return float(np.mean([v.metrics[metric] for v in judged if metric in v.metrics]))


def person_of(doc: Doc) -> str:
    return re.split(r" (?:was )?last ", doc["question"].partition(" of ")[2])[0]


def answering(doc: Doc) -> list[int]:
    """Return the passages that answer by the templates, in the order of their years."""
    found = [
        (int(re.search(r"\d{4}", told)[0]), n)  # type: ignore[index]
        for n, told in zip(doc["shown"], doc["told"], strict=True)
        if f"the {doc['topic']} of {person_of(doc)} was" in told and "liar" not in told
    ]
    years = [year for year, _ in found]
    assert not found or years.count(max(years)) == 1
    return [n for _, n in sorted(found)]


def test_passages_are_nested_and_one_answers():
    by_question: dict[str, list[Doc]] = defaultdict(list)
    for doc in docs("given"):
        by_question[doc["cluster_id"]].append(doc)
        assert len(doc["shown"]) == len(doc["told"]) == doc["passages"]
        assert doc["shown"].count(0) == min(1, doc["passages"])
        gold = doc["options"][doc["gold"]]
        if doc["passages"]:
            at = doc["shown"].index(0)
            assert doc["at"] == at
            assert gold in doc["told"][at]
            ends = {"first": 0, "middle": (doc["passages"] - 1) // 2, "last": doc["passages"] - 1}
            assert at == ends[doc["place"]]
        if doc["passages"] in (5, 40) and doc["kind"] in ("name", "stale", "rumour"):
            said = Counter(o for o in doc["options"] for told in doc["told"] if o in told)
            assert max(said.values()) - min(said.values()) <= 1
    assert {len(docs) for docs in by_question.values()} == {7}
    for asked in by_question.values():
        asked.sort(key=lambda d: d["passages"])
        for few, more in itertools.pairwise(asked):
            assert set(few["shown"]) < set(more["shown"])
    few, more = (d for d in next(iter(by_question.values())) if d["passages"] in (10, 20))
    shared = dict(zip(more["shown"], passages.passages_of(more), strict=True))
    mine = dict(zip(few["shown"], passages.passages_of(few), strict=True))
    assert mine.items() <= shared.items()
    with pytest.raises(HeptathlonError, match="does not give the passages"):
        passages.passages_of({**docs("given")[1], "seed": 1})


def test_one_passage_answers_where_one_should_and_none_where_none_should():
    for doc in made():
        if doc["at"] >= 0:
            assert answering(doc)[-1] == 0
            assert doc["shown"][doc["at"]] == 0
        elif doc["form"] != "retrieved":
            assert answering(doc) == []


def test_which_asks_about_the_same_passages_at_any_place():
    """The eight numbers offered are some of them, and none is right more often by its place."""
    rows = docs("which") + docs("which", "a")
    worlds = {(d["seed"], d["passages"]): set(d["shown"]) for d in docs("given")}
    for doc in rows:
        assert len(set(doc["options"])) == 8
        assert int(doc["options"][doc["gold"]]) == doc["at"] + 1 <= doc["passages"]
        assert all(1 <= int(o) <= doc["passages"] for o in doc["options"])
    assert all(worlds[d["seed"], d["passages"]] == set(d["shown"]) for d in docs("which"))
    tenths = Counter(10 * d["at"] // d["passages"] for d in rows)
    assert max(tenths.values()) / len(rows) < 0.25
    ranks = Counter(sorted(map(int, d["options"])).index(d["at"] + 1) for d in rows)
    assert max(ranks.values()) / len(rows) < 0.25


def test_twins_differ_by_one_passage_and_one_has_no_answer():
    pairs: dict[str, list[Doc]] = defaultdict(list)
    for doc in docs("unsaid"):
        pairs[doc["pair_id"]].append(doc)
    assert {doc["kind"] for doc in docs("unsaid")} == set(build.TWINNED)
    for pair in pairs.values():
        told, untold = sorted(pair, key=lambda d: d["asks"])
        same = [one == other for one, other in zip(told["told"], untold["told"], strict=True)]
        assert same.count(False) == 1
        assert same.index(False) == told["at"]
        assert told["options"] == untold["options"]
        assert told["question"] == untold["question"]
        assert untold["options"][untold["gold"]] == rag.UNSAID
        assert told["options"][told["gold"]] in told["told"][told["at"]]


def test_what_was_found_stands_in_four_orders():
    by_count: dict[tuple[int, int], dict[str, Doc]] = defaultdict(dict)
    for doc in docs("retrieved"):
        by_count[doc["seed"], doc["passages"]][doc["order"]] = doc
    for (_, count), orders in by_count.items():
        assert set(orders) == (
            {"score", "reversed", "reordered", "random"} if count > 1 else {"score"}
        )
        ranked = orders["score"]["shown"]
        assert {frozenset(d["shown"]) for d in orders.values()} == {frozenset(ranked)}
        if count > 1:
            assert orders["reversed"]["shown"] == ranked[::-1]
        if count == 5:
            assert orders["reordered"]["shown"] == [ranked[i - 1] for i in (1, 3, 5, 4, 2)]
    assert rag.ORDERS["reordered"]([1, 2, 3, 4, 5, 6]) == [1, 3, 5, 6, 4, 2]
    # More are found among more, and all who are like it stand before the others.
    found = [
        np.mean([d["at"] >= 0 for d in docs("retrieved") if d["passages"] == k])
        for k in (1, 5, 10, 20, 40)
    ]
    assert found == sorted(found)
    assert found[0] < 0.5
    assert found[-1] == 1


def test_players_reach_what_the_design_says():
    rows = made() + made("a")

    def of(player: str, form: str, kind: str, metric: str = "robust") -> float:
        mine = [d for d in rows if d["kind"] == kind and d["form"] == form]
        return mean(player, metric, mine)

    for form in ("given", "which"):
        for kind in ("random", "attribute", "name"):
            assert of("grep", form, kind) == 1
        for kind in ("stale", "rumour", "bm25"):
            assert of("grep", form, kind) < 0.35
        assert of("newest_date", form, "stale") == 1
        assert of("bm25", form, "bm25") < 0.2
        for kind, player in itertools.product(passages.KINDS, ("constant", "closed_book")):
            assert abs(of(player, form, kind)) < 0.3
    # The right one stands first in a third, and at no place more often where its place is asked.
    first = {form: np.mean([d["at"] == 0 for d in docs(form) if d["passages"] >= scorer.MANY])
             for form in ("given", "which")}  # fmt: skip
    assert first["given"] == pytest.approx(1 / 3)
    assert first["which"] < 0.15
    for kind in build.TWINNED:
        assert of("reader", "unsaid", kind) == 1
        for player in ("always_unknown", "constant", "closed_book"):
            assert of(player, "unsaid", kind) <= 0.1
    for player in ("grep", "bm25", "newest_date", "majority", "last_mention"):
        for kind in ("name", "rumour", "bm25"):
            assert of(player, "unsaid", kind) <= 0, (player, kind)
        assert abs(of(player, "retrieved", "bm25")) < 0.25
    none = [d for d in rows if not d["passages"]]
    for player in ("grep", "bm25", "reader", "majority"):
        assert mean(player, "right", none) == pytest.approx(1 / 8, abs=0.12)
    assert mean("reader", "right", [d for d in rows if d["at"] >= 0]) == 1
    # Who reads rightly reaches the recall, and chance where nothing was found.
    found = [d for d in rows if d["form"] == "retrieved"]
    recall = mean("oracle", "recall", found)
    assert 0 < recall < 1
    assert mean("reader", "right", found) == pytest.approx(recall + (1 - recall) / 8, abs=0.12)


def test_figures_stand_on_documents_of_their_own():
    for form in build.PASSAGES:
        rows = docs(form)
        judged = scorer.across([Row(form, d, scorer.verdict(d, [prompts.target(d)])) for d in rows])
        for doc, found in zip(rows, judged, strict=True):
            assert found.metrics["above"] == 1
            assert ("robust" in found.metrics) == (doc["passages"] >= scorer.MANY)
            assert ("recall" in found.metrics) == (form == "retrieved")
    pair = [d for d in docs("unsaid") if d["pair_id"] == docs("unsaid")[0]["pair_id"]]
    lone = scorer.across([Row("unsaid", pair[0], scorer.verdict(pair[0], [""]))])
    assert lone[0].metrics == {"right": 0}


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("ANSWER: {gold}", "right"),
        ("It is not said.\nANSWER: {gold}", "right"),
        ("{gold}", "right"),
        ("ANSWER: {wrong}", "missed"),
        ("ANSWER: {gold} or {wrong}", "several"),
        ("ANSWER: {all}", "several"),
        ("", "no_answer"),
    ],
)
def test_numbers_of_passages_and_unknown_are_read(said: str, outcome: str):
    for doc, missed in (
        (next(d for d in docs("unsaid") if d["asks"] == "untold"), "invented"),
        (docs("which")[0], "wrong"),
    ):
        gold, wrong = doc["options"][doc["gold"]], doc["options"][doc["gold"] - 1]
        text = said.format(gold=gold, wrong=wrong, all=", ".join(doc["options"]))
        found = scorer.verdict(doc, [text])
        assert found.outcome == (missed if outcome == "missed" else outcome)
    doc = docs("which")[0]
    number = doc["options"][doc["gold"]]
    for text in (f"ANSWER: Passage {number}", f"ANSWER: passage {number}."):
        assert scorer.verdict(doc, [text]).outcome == "right", text
    told = next(d for d in docs("unsaid") if d["asks"] == "told")
    assert scorer.verdict(told, [f"ANSWER: {rag.UNSAID}"]).outcome == "unseen"


@pytest.mark.parametrize("form", build.PASSAGES)
def test_a_run_of_passages_alone_is_scored(form: str):
    """They have no length, of which the headline needs every one."""
    data = catalog.task_data(f"heptathlon_longcontext_{form}_smoke")
    known = published(data, SEASON)
    assert known.docs
    assert known.whole == {}
    texts = published(catalog.task_data("heptathlon_longcontext_latent_smoke"), SEASON)
    assert {words: part.documents for words, part in texts.whole.items()} == {"250": 12, "1000": 12}
    assert texts.whole["250"].least == pytest.approx(-12 / 7)


# --- the page ------------------------------------------------------------------------------------


def run(form: str, right: Any) -> list[ScoredSample]:
    data = catalog.task_data(f"heptathlon_longcontext_{form}_lite")
    rows = docs(form)
    judged = [Row(form, d, Verdict({"right": float(right(d))}, "")) for d in rows]
    return [
        ScoredSample(Sample(data.task, n, doc, "", [], {}), data, found)
        for n, (doc, found) in enumerate(zip(rows, scorer.across(judged), strict=True))
    ]


def test_the_fall_from_the_peak_is_measured_on_other_questions():
    found = page.fall_of(run("given", lambda d: d["passages"] <= 10))
    assert found is not None
    assert found.value == 1
    coin = Stream("a coin")
    falls = [page.fall_of(run("given", lambda d: coin.below(2))) for _ in range(20)]
    # Chosen and measured on the same questions, the peak of seven coins would lie 0.1 higher.
    assert np.mean([f.value for f in falls if f]) == pytest.approx(0, abs=0.06)
    assert page.fall_of(run("given", lambda d: True)[:10]) is None


def test_a_doubling_changes_what_a_line_through_each_question_says():
    """Right up to five of six numbers of passages: by hand, the slope over 0 1 2.3 3.3 4.3 5.3."""
    x = np.log2([1, 2, 5, 10, 20, 40])
    y = np.array([1, 1, 1, 1, 1, 0])
    slope = ((x - x.mean()) @ (y - y.mean())) / ((x - x.mean()) ** 2).sum()
    found = page.slope_of(run("given", lambda d: d["passages"] < 40))
    assert found is not None
    assert found.value == pytest.approx(slope)
    coin = Stream("another coin")
    flat = page.slope_of(run("given", lambda d: coin.below(2)))
    assert flat is not None
    assert flat.low < 0 < flat.high


def test_spread_between_places_stands_beside_that_of_luck():
    for form in build.PASSAGES:
        there = [one for one in run(form, lambda d: d["at"] == 0) if one.sample.doc["at"] >= 0
                 and "robust" in one.verdict.metrics]  # fmt: skip
        spread, luck = page.spread_of(there)
        assert spread is not None
        assert luck is not None
        if form == "given":
            assert spread == pytest.approx(8 / 7)
            assert luck < 0.5
        coin = Stream("a third coin", form)
        guessed = run(form, lambda d, coin=coin: coin.below(2))
        spread, luck = page.spread_of(
            [
                one
                for one in guessed
                if one.sample.doc["at"] >= 0 and "robust" in one.verdict.metrics
            ]
        )
        assert abs(spread - luck) < 0.25
    assert page.spread_of(there[:1]) == (None, None)


def test_the_page_shows_each_form_by_number_and_place():
    figures = [f for form in build.PASSAGES for f in page.draw_beside(run(form, lambda d: True))]
    assert len(figures) == 9
    given, slopes, _, which, _, unsaid, _, retrieved, places = figures
    assert [row[0] for row in given.rows] == ["0", "1", "2", "5", "10", "20", "40"]
    assert [row[0] for row in slopes.rows] == ["all", *passages.KINDS]
    assert all(row[1].startswith("0.000") for row in slopes.rows)
    assert "Fall from the peak to most passages: 0.000" in given.caption
    assert which.head == ("passages", "all", *passages.KINDS)
    assert unsaid.head == ("passages", "all", *build.TWINNED)
    assert all(row[1].startswith("1.000") for row in unsaid.rows)
    assert retrieved.head == ("passages", "recall", "all", "score", "reversed", "reordered",
                              "random")  # fmt: skip
    assert retrieved.rows[0][-1] == page.pages.DASH
    assert retrieved.rows[-1][1].startswith("1.000")
    assert [row[0] for row in places.rows][:3] == list(page.THIRDS)
