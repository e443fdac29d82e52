"""Lists of what people remembered: how they are dealt, how hard they are, what can be reached."""

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest

from heptathlon.builders import memorability as builder
from heptathlon.builders.memorability import lists, people, recital
from heptathlon.builders.memorability.records import ListRecord
from heptathlon.errors import UnknownNameError
from heptathlon.seeding import Stream
from tests.salts import salt

SEASON = "2026.1"


@cache
def made(
    tier: str, salted: str = "", shards: tuple[str, ...] = ("lists", "laws", "recital", "world")
) -> dict[str, list[Any]]:
    rows: dict[str, list[Any]] = {}
    for shard in shards:
        for (config, _), records in builder.generate("fresh", tier, shard, SEASON, salted).items():
            rows.setdefault(config, []).extend(records)
    return rows


def test_a_list_by_hand():
    block = lists.deal("words", "scored", Stream("d"))[0]
    record = lists.list_record("words", "scored", block, 6, Stream("l"), SEASON)
    assert len(record.items) == lists.LENGTH == 24
    shares = {i.text: 100 * i.share for i in people.pooled("words", "scored")}
    best = [shares[record.items[i]] for i in record.best]
    others = [shares[t] for i, t in enumerate(record.items) if i not in record.best]
    assert (len(best), len(others)) == (6, 18)
    assert min(best) - max(others) >= 6
    assert record.measured == [round(shares[text], 2) for text in record.items]


def test_blocks_share_nothing_and_lists_of_a_block_do():
    for name in people.SETS:
        blocks = lists.deal(name, "scored", Stream("d", name))
        texts = [i.text for block in blocks for i in (*block.high, *block.rest)]
        assert len(set(texts)) == len(texts) == len(lists.askable(name, "scored"))
        assert min(len(block.high) for block in blocks) >= lists.TAKE
    rows: list[ListRecord] = made("lite")["lists"]
    of_block: dict[str, set[str]] = {}
    for row in rows:
        of_block.setdefault(row.cluster_id, set()).update(row.items)
    assert len(of_block) == 24
    assert all(
        not one & other for a, one in of_block.items() for b, other in of_block.items() if a < b
    )
    assert Counter(r.gap for r in rows) == dict.fromkeys(lists.GAPS, 24), "each block has each gap"


def test_the_scored_and_the_practice_pool_never_meet():
    rows = made("lite")
    scored = {text for row in rows["lists"] for text in row.items}
    practice = {text for row in rows["practice"] for text in row.items}
    assert not scored & practice
    assert {r.part for r in rows["lists"]} == {"test"}
    assert {r.part for r in rows["practice"]} == {"practice"}
    assert all(people.pool_of(text) == "practice" for text in practice)
    assert not {r.text for r in rows["recital"]} & practice


def test_wider_gaps_make_easier_lists():
    """What someone reaches who knows the truth falls with the gap, on every rung."""
    rows = made("lite")["lists"]
    reached = [np.mean([r.reachable for r in rows if r.gap == gap]) for gap in lists.GAPS]
    assert list(reached) == sorted(reached, reverse=True)
    assert reached[0] > 0.9
    assert reached[-1] < 0.75


def test_what_is_reachable_is_what_a_knowing_player_gets():
    """`knowing` is one of the draws of which `reachable` is the mean."""
    rows = made("full", "", ("lists",))["lists"]
    got = np.array([len({*r.knowing} & {*r.best}) / r.take for r in rows])
    off = got - np.array([r.reachable for r in rows])
    assert abs(off.mean()) < 3 * off.std() / len(off) ** 0.5


def test_neither_place_nor_wording_tells_the_best():
    rows = made("full", "", ("lists",))["lists"]
    places = Counter(place for row in rows for place in row.best)
    expected = len(rows) * lists.TAKE / lists.LENGTH
    assert max(abs(places[i] - expected) for i in range(lists.LENGTH)) < 5 * expected**0.5
    assert min(Counter(r.wording for r in rows).values()) > len(rows) / 5


def test_seasons_and_salts_deal_anew():
    public, hidden = made("smoke"), made("smoke", salt("a"))
    assert [r.items for r in public["lists"]] == [r.items for r in made("smoke")["lists"]]
    for config in public:
        assert len(public[config]) == len(hidden[config])
        assert not {r.item_id for r in public[config]} & {r.item_id for r in hidden[config]}


def test_tiers_are_nested():
    assert list(made("smoke")) == ["lists", "laws", "recital", "world"]
    for config in ("lists", "laws", "world"):
        ids = {r.item_id for r in made("lite")[config]}
        assert {r.item_id for r in made("smoke")[config]} <= ids
    full = made("full", "", ("lists",))["lists"]
    assert {r.item_id for r in made("lite")["lists"]} < {r.item_id for r in full}
    assert sum(map(len, made("smoke").values())) <= 100
    assert len(full) >= 170


def test_the_probe_for_recital_asks_what_nobody_can_work_out():
    rows = recital.recital_records(Stream("r"), SEASON, 200)
    known = {n: {i.text: i for i in people.people(n)} for n in people.SETS}
    assert len({(r.set, r.text) for r in rows}) == 200
    ranks: Counter[int] = Counter()
    for row in rows:
        assert row.options[row.gold] == recital.figures(known[row.set][row.text])
        assert len(set(row.options)) == recital.OPTIONS
        shares = [share_of(option) for option in row.options]
        assert max(shares) - min(shares) < 0.06, "they were remembered alike"
        ranks[sorted(shares).index(shares[row.gold])] += 1
    assert min(Counter(r.gold for r in rows).values()) > 25
    # Neither the highest, the lowest nor a middle one is the right one more often than by chance.
    assert max(ranks.values()) < 90


def share_of(figures: str) -> float:
    hits, misses, rejections, alarms = (int(part.split()[0]) for part in figures.split(", "))
    return (hits + rejections) / (hits + misses + rejections + alarms)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("fresh", "long"), "tier of memorability"),
        (("paper", "longer"), "did you mean 'long'"),
        (("papers", "full"), "did you mean 'paper'"),
    ],
)
def test_unknown_names(arguments, says):
    with pytest.raises(UnknownNameError, match=says):
        builder.shards(*arguments)
    with pytest.raises(UnknownNameError, match="shard"):
        builder.generate("fresh", "smoke", "words", "2026.1", "")
