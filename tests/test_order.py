"""Order and identity of the documents: no place, no field and no id tells the gold."""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from heptathlon import families
from heptathlon.builders import order, store
from heptathlon.records import Record
from heptathlon.seeding import Stream
from tests.salts import salt

Doc = Mapping[str, Any]
SEASON, OTHER_SEASON = families.CURRENT_SEASON, "2026.2"
HIDDEN = salt("hidden")
LIMIT = 4.5
"""Standard errors: chance alone goes so far once in 150,000 comparisons."""
SHUFFLES = 100
GOLD: dict[str, Callable[[Doc], Hashable]] = {
    "maze": lambda d: {
        "path": lambda: d["solution"][0],
        "path_or_none": lambda: d["solvable"],
        "next_move": lambda: d["gold"],
        "verify_path": lambda: d["valid"],
    }[d["form"]](),
    "sort": lambda d: d["gold"],
    "memorability": lambda d: tuple(d["best"]) if d["form"] == "list" else d["gold"],
    "mllm_ct": lambda d: d["answer"] if d["form"] in ("yes_no", "choice") else d["content"],
    # A query of the whole corpus has an id for its gold, which no other query shares.
    "rarb": lambda d: d["right"] if d["form"] == "judge" else d.get("gold", d["form"]),
    "verbalizer": lambda d: (d["gold"], d["order"].index(d["gold"])),
    "students": lambda d: d["chosen"],
    "facts": lambda d: d["answer"] if len(d["options"]) == 1 or d["bits"] else d["gold"],
    "recall": lambda d: d["answer"],
    "unlearn": lambda d: d["answer"] if len(d["options"]) == 1 else d["gold"],
    "longcontext": lambda d: d["gold"],
    "icl": lambda d: d["answer"] if d["form"] == "linear" else d["gold"],
    "abstain": lambda d: d["answerable"],
}
"""The key of each family as one would write it down beside the documents' numbers."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, str], dict[str, list]]:
    """Return a function that builds a family's smoke set and returns its test documents."""
    folder = tmp_path_factory.mktemp("sets")
    known: dict[tuple[str, str, str], dict[str, list[Doc]]] = {}

    def build(family: str, season: str = SEASON, salt: str = "") -> dict[str, list[Doc]]:
        key = (family, season, salt)
        if key not in known:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(families, "SEASONS", (SEASON, OTHER_SEASON))
                name = store.SetName(family, tier="smoke", season=season, salt=salt)
                at = store.ensure(name, out=folder)
            entries = store.read_manifest(at).files
            known[key] = {
                e.config: store.read_docs(at, e.config) for e in entries if e.split == "test"
            }
        return known[key]

    return build


class Key:
    """The answers of one config in order, as codes, each with the block that it is of."""

    def __init__(self, rows: Sequence[Doc], answer: Callable[[Doc], Hashable]) -> None:
        self.codes = np.array([hash(answer(d)) for d in rows], dtype=np.int64)
        _, self.blocks = np.unique([d["cluster_id"] for d in rows], return_inverse=True)

    def shuffled(self, rng: np.random.Generator) -> np.ndarray:
        """Return the answers, the blocks in random order and the documents within each too."""
        places = rng.random(len(self.codes))[self.blocks]
        return self.codes[np.lexsort((rng.random(len(self.codes)), places))]


def agreement(one: Mapping[str, Key], other: Mapping[str, Key], seed: int = 0) -> float:
    """Return by how many standard errors two keys agree more than their shuffled selves do."""
    rng = np.random.default_rng(seed)
    above = variance = 0.0
    for config, mine in one.items():
        n = min(len(mine.codes), len(other[config].codes))
        by_chance = [
            (mine.codes[:n] == other[config].shuffled(rng)[:n]).sum() for _ in range(SHUFFLES)
        ]
        above += (mine.codes[:n] == other[config].codes[:n]).sum() - np.mean(by_chance)
        variance += np.var(by_chance)
    return float(above) / max(float(variance), 1.0) ** 0.5


def keys_of(family: str, docs: Mapping[str, list[Doc]]) -> dict[str, Key]:
    return {config: Key(rows, GOLD[family]) for config, rows in docs.items()}


def made(family: str, salt: str) -> dict[str, list[Doc]]:
    """Return a set's test documents as the builder makes them, in its own order."""
    builder, rows = store.builder_of(family), defaultdict(list)
    for shard in builder.shards("fresh", "smoke"):
        for (config, split), records in builder.generate(
            "fresh", "smoke", shard, SEASON, salt
        ).items():
            rows[config] += [r.model_dump(mode="json") for r in records if split == "test"]
    return dict(rows)


def test_every_family_says_what_its_key_is():
    assert set(GOLD) == set(families.FAMILIES)


@pytest.mark.parametrize("family", GOLD)
def test_the_key_at_a_place_agrees_by_chance_alone(family: str, built: Any):
    """One who knows the public answers by number must win nothing with another set."""
    sets = [built(family), built(family, SEASON, HIDDEN), built(family, OTHER_SEASON)]
    for one, other in itertools.combinations([keys_of(family, s) for s in sets], 2):
        assert abs(agreement(one, other)) < LIMIT


@pytest.mark.parametrize("family", ["sort"])
def test_the_builders_own_order_would_be_noticed(family: str):
    one, other = (keys_of(family, made(family, s)) for s in ("", HIDDEN))
    assert agreement(one, other) > LIMIT


@pytest.mark.parametrize("family", GOLD)
def test_no_id_orders_the_gold(family: str, built: Any):
    """Sorted by an id, the documents of a public and a hidden set have no key in common either."""
    sets = [built(family), built(family, SEASON, HIDDEN)]
    for field in ids_of(family):
        one, other = (
            keys_of(family, {c: sorted(rows, key=lambda d: str(d.get(field)))
                             for c, rows in docs.items()})
            for docs in sets
        )  # fmt: skip
        assert abs(agreement(one, other)) < LIMIT, field


def told_by_rank(family: str, docs: Mapping[str, list[Doc]], order_by: Callable) -> float:
    """Return by how many standard errors the rank in a block tells the gold.

    Both orders of a pair stand in one block, and so do the options of a question: who can say from
    a rank among them which is which need not read any. The sum of squared counts, which is largest
    where each rank has one gold, is held against shuffles within the blocks.
    """
    rng = np.random.default_rng(0)
    above = variance = 0.0
    seen: set[str] = set()
    for given in docs.values():
        # The conditions of a question come in one order: one coincidence is not to count as many.
        rows = [d for d in given if d.get("asked_id", d["item_id"]) not in seen]
        seen |= {d.get("asked_id", d["item_id"]) for d in rows}
        for form in {d["form"] for d in rows}:
            mine = sorted((d for d in rows if d["form"] == form), key=order_by)
            key = Key(mine, GOLD[family])
            _, codes = np.unique(key.codes, return_inverse=True)
            at = np.argsort(key.blocks, kind="stable")
            blocks, codes = key.blocks[at], codes[at]
            ranks = np.arange(len(at)) - np.searchsorted(blocks, blocks)

            def score(codes: np.ndarray, ranks: np.ndarray = ranks) -> int:
                table = np.zeros((ranks.max() + 1, codes.max() + 1), dtype=np.int64)
                np.add.at(table, (ranks, codes), 1)
                return int((table**2).sum())

            by_chance = [
                score(codes[np.lexsort((rng.random(len(codes)), blocks))]) for _ in range(SHUFFLES)
            ]
            above += score(codes) - np.mean(by_chance)
            variance += np.var(by_chance)
    return float(above) / max(float(variance), 1.0) ** 0.5


@pytest.mark.parametrize("family", GOLD)
def test_no_rank_in_a_block_tells_the_gold(family: str, built: Any):
    for docs in (built(family), built(family, SEASON, HIDDEN)):
        assert abs(told_by_rank(family, docs, lambda d: 0)) < LIMIT
        for field in ids_of(family):
            assert abs(told_by_rank(family, docs, lambda d, f=field: str(d.get(f)))) < LIMIT, field


def test_a_rank_that_tells_would_be_noticed():
    """The builder makes a pair's two orders one after the other."""
    assert told_by_rank("sort", made("sort", ""), lambda d: 0) > LIMIT


def ids_of(family: str) -> list[str]:
    models = store.builder_of(family).configs("fresh").values()
    return sorted({name for model in models for name in order.identities(model)})


@pytest.mark.parametrize("family", GOLD)
def test_blocks_stay_together_and_tiers_and_configs_agree(family: str, built: Any):
    firsts: dict[str, list[str]] = {}
    models = store.builder_of(family).configs("fresh")
    for config, rows in built(family).items():
        runs = [key for key, _ in itertools.groupby(d[models[config].BLOCK] for d in rows)]
        assert len(runs) == len(set(runs)), f"{config}: a block is torn apart"
        firsts[config] = runs
    for one, other in itertools.combinations(firsts, 2):
        both = set(firsts[one]) & set(firsts[other])
        assert [b for b in firsts[one] if b in both] == [b for b in firsts[other] if b in both]


def test_a_smaller_tier_keeps_the_order_of_the_larger(tmp_path: Path):
    """The order depends on season, salt and item alone."""
    small, large = (
        store.read_docs(store.ensure(store.SetName("maze", tier=tier), out=tmp_path), "next_move")
        for tier in ("smoke", "lite")
    )
    known = {d["item_id"] for d in small}
    assert [d["item_id"] for d in large if d["item_id"] in known] == [d["item_id"] for d in small]


def test_the_conditions_of_a_question_come_in_one_order(built: Any):
    """A limit on both leaves the same questions with the text and without it."""
    docs = built("sort")
    for form in ("order", "quoted", "middle", "before", "nearer", "told", "happened"):
        asked = [[d["asked_id"] for d in docs[c]] for c in (form, f"{form}_notext")]
        assert asked[0] == asked[1]


@pytest.mark.parametrize("family", GOLD)
def test_ids_of_a_hidden_set_say_nothing_to_who_holds_its_documents(family: str, built: Any):
    """Who tries every answer, by the builder's own code, finds no id of the hidden set."""
    unkeyed = {text for rows in made(family, HIDDEN).values() for d in rows for text in digests(d)}
    hidden = {text for rows in built(family, SEASON, HIDDEN).values() for d in rows
              for text in digests(d)}  # fmt: skip
    assert unkeyed
    assert hidden
    assert not unkeyed & hidden


def digests(value: Any) -> set[str]:
    """Return every text in a document that could be a digest, at whatever depth."""
    if isinstance(value, str):
        return {value} if re.fullmatch(r"([0-9a-f]{16}){1,4}", value) else set()
    parts = value
    if isinstance(value, Mapping):
        # The openings of a maze of side 4 or 8 are as many hexadecimal digits, and no digest.
        parts = [part for name, part in value.items() if name != "open"]
    return set().union(*map(digests, parts)) if isinstance(parts, list) else set()


@pytest.mark.parametrize("family", GOLD)
def test_links_between_hidden_records_hold(family: str, built: Any):
    """Renaming is one to one: what shared an id before shares one still, and nothing else does."""
    before, after = made(family, HIDDEN), built(family, SEASON, HIDDEN)
    for field in ids_of(family):
        patterns = []
        for docs in (before, after):
            values = [flat(d[field]) for rows in docs.values() for d in rows if field in d]
            patterns.append(sorted(Counter(v for row in values for v in row).values()))
        assert patterns[0] == patterns[1], field


def flat(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def test_twins_still_name_each_other(built: Any):
    twins = built("maze", SEASON, HIDDEN)["nosol"]
    by_id = {d["item_id"]: d for d in twins}
    assert twins
    for doc in twins:
        assert by_id[doc["twin_id"]]["twin_id"] == doc["item_id"]
    assert {d["twin_id"] for d in built("maze", SEASON, HIDDEN)["path"]} == {""}


def test_gold_documents_of_a_hidden_corpus_are_found(tmp_path: Path):
    at = store.ensure(store.SetName("rarb", tier="smoke", salt=HIDDEN), out=tmp_path)
    corpus = {d["doc_id"] for d in store.read_docs(at, "corpus", "corpus")}
    for doc in store.read_docs(at, "retrieve"):
        assert {*doc["gold_ids"], *doc["hard_ids"]} <= corpus


def test_few_shot_examples_keep_the_builders_order():
    rows = [
        Record(item_id=f"{i:032x}", cluster_id=f"c{i}", season=SEASON, form="x") for i in range(9)
    ]
    out = order.arranged({("c", "fewshot"): rows, ("c", "test"): rows}, "")
    assert out["c", "fewshot"] == rows
    assert out["c", "test"] != rows
    assert sorted(out["c", "test"], key=lambda r: r.item_id) == rows


def test_streams_of_two_salts_share_nothing():
    draws = [
        [Stream("f", 2, SEASON, "test", i, salt=s).word() for i in range(50)]
        for s in ("", HIDDEN, salt("other"))
    ]
    assert len({word for words in draws for word in words}) == 150
