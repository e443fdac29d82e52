"""The verbalizer builder: grammars, word rules, orders, records and the published datasets.

Long because one set is built for all tests.
"""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from heptathlon.builders.verbalizer import build, entailment, grammar, paper, paraphrase, words
from heptathlon.builders.verbalizer.datasets import FRESH, PAPER
from heptathlon.builders.verbalizer.records import VerbalizerRecord
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.families import FAMILIES
from heptathlon.scorers import verbalizer as scorer
from heptathlon.seeding import Stream
from tests.salts import salt as salt_of

CONTROL_ITEMS = 1200
SEASON = "2026.1"
FAMILY = FAMILIES["verbalizer"]
HERE = ("sst2", "fp", "emotion", "sick", "rte", "mrpc", "subj", "fp_3", "sick_3", "emotion_6")
"""Datasets whose real files a mirror of sources has; SNLI and QQP are made up below."""
NINE = tuple(name for name in PAPER if PAPER[name].classes == 2)


def drafts(name: str, count: int) -> tuple[list[grammar.Draft], np.ndarray]:
    dataset, draw = FRESH[name]
    golds = np.arange(count) % dataset.classes
    return [draw(int(g), Stream("control", name, i)) for i, g in enumerate(golds)], golds


# --- grammars ------------------------------------------------------------------------------------


def bag_of_words_accuracy(name: str, texts) -> float:
    """Train on one half, test on the other."""
    items, golds = drafts(name, CONTROL_ITEMS)
    inputs = [texts(item) for item in items]
    half = CONTROL_ITEMS // 2
    model = make_pipeline(
        CountVectorizer(token_pattern=r"[^\s.,]+"), LogisticRegression(max_iter=1000)
    )
    model.fit(inputs[:half], golds[:half])
    return float(model.score(inputs[half:], golds[half:]))


BAGS = {
    "both texts": lambda item: " ".join(item.texts),
    "texts apart": lambda item: " ".join(
        f"{word}/{i}" for i, text in enumerate(item.texts) for word in text.strip(".").split()
    ),
    "second text": lambda item: item.texts[1],
}


@pytest.mark.parametrize("bag", BAGS)
@pytest.mark.parametrize("name", ["paraphrase", "entailment", "entailment_3"])
def test_words_alone_do_not_solve_the_pairs(name: str, bag: str):
    chance = 1 / FRESH[name][0].classes
    # Four standard errors of the accuracy on 600 items.
    slack = 4 * (chance * (1 - chance) / (CONTROL_ITEMS / 2)) ** 0.5
    assert abs(bag_of_words_accuracy(name, BAGS[bag]) - chance) < slack


@pytest.mark.parametrize("name", ["sentiment", "topic_2", "topic_16", "subjectivity"])
def test_the_control_works_where_words_decide(name: str):
    assert bag_of_words_accuracy(name, BAGS["both texts"]) > 0.95


@pytest.mark.parametrize("name", FRESH)
def test_items_share_no_more_than_a_template(name: str):
    dataset, draw = FRESH[name]
    drawer = grammar.Drawer(draw)
    for i in range(200):
        drawer.draw(i % dataset.classes, Stream("apart", name, i))
    said = Counter(s for item in drawer.drawn for s in grammar.sentences_of(item.texts))
    assert max(said.values()) == 1
    for i, one in enumerate(drawer.drawn):
        for other in drawer.drawn[:i]:
            if one.template == other.template:
                shared = set(one.slots) & set(other.slots)
                assert len(shared) <= min(len(one.slots), len(other.slots)) / 2


@pytest.mark.parametrize("name", FRESH)
def test_there_are_thousands_of_items_in_clean_english(name: str):
    items, golds = drafts(name, 4000)
    assert len({item.texts for item in items}) > 3500
    for item in items:
        for text in item.texts:
            assert text[0].isupper()
            assert text.endswith(".")
            assert not {"{", "}", "  "} & {
                text[i : i + n] for i in range(len(text)) for n in (1, 2)
            }
            assert " a a" not in text
            assert " a e" not in text
            assert " a i" not in text
    assert set(golds) == set(range(FRESH[name][0].classes))


def test_a_grammar_that_is_used_up_says_so():
    drawer = grammar.Drawer(lambda gold, stream: grammar.Draft("one", ("Only this.",), ("x",)))
    drawer.draw(0, Stream("a"))
    with pytest.raises(HeptathlonError, match="ask for fewer items"):
        drawer.draw(0, Stream("b"))


# Entailment and paraphrase are proved again, by reading the sentences with code of its own.


def order_facts(text: str) -> set[tuple[str, str]]:
    """Read "A was sold before B" and "A is taller than B" as pairs (first, second)."""
    facts = set()
    up = {"taller", "older", "faster", "richer", "stronger", "heavier"}
    for clause in text.rstrip(".").split(", and "):
        if " before " in clause or " after " in clause:
            first, word, second = clause.replace(" was ", "|").partition("|")[0], "", ""
            word = "before" if " before " in clause else "after"
            second = clause.split(f" {word} ")[1]
            pair = (first.lower(), second.lower())
            facts.add(pair if word == "before" else pair[::-1])
        else:
            left, rest = clause.split(" is ")
            quality, right = rest.split(" than ")
            pair = (left.lower(), right.lower())
            facts.add(pair if quality in up else pair[::-1])
    return facts


def closure(facts: set[tuple[str, str]]) -> set[tuple[str, str]]:
    facts = set(facts)
    while True:
        new = {(a, d) for a, b in facts for c, d in facts if b == c} - facts
        if not new:
            return facts
        facts |= new


@given(st.integers(0, 2), st.integers(0, 10**6))
@settings(max_examples=400, deadline=None)
def test_orders_and_comparisons_follow(gold: int, seed: int):
    item = entailment.draw(gold, Stream("prove", seed))
    if item.template not in ("order", "comparison"):
        return
    known = closure(order_facts(item.texts[0]))
    ((a, b),) = order_facts(item.texts[1])
    expected = 0 if (a, b) in known else 1 if (b, a) in known else 2
    assert expected == gold, item.texts


@given(st.integers(0, 2), st.integers(0, 10**6))
@settings(max_examples=400, deadline=None)
def test_counts_follow_by_brute_force(gold: int, seed: int):
    item = entailment.draw(gold, Stream("prove", seed))
    if item.template != "counts":
        return
    numbers = {w: n for n, w in enumerate(entailment._NUMBERS, start=5)}
    premise, claim = (t.rstrip(".").split() for t in item.texts)
    one, two = premise[0], item.texts[0].split(", ")[1].split()[0]
    counts = {one: numbers[premise[2].strip(",")]}
    counts[two] = numbers[item.texts[0].split(", ")[1].split()[2]]
    last = item.texts[0].rstrip(".").split(", and ")[1].split()
    third, more, other = last[0], last[2] == "more", last[4]
    worlds = []
    for n in range(60):
        if (n > counts[other]) if more else (n < counts[other]):
            have = {**counts, third: n}
            left, right = have[claim[0]], have[claim[-1]]
            worlds.append(left > right if claim[2] == "more" else left < right)
    expected = 0 if all(worlds) else 1 if not any(worlds) else 2
    assert expected == gold, item.texts


@given(st.integers(0, 2), st.integers(0, 10**6))
@settings(max_examples=400, deadline=None)
def test_rules_and_deeds_follow(gold: int, seed: int):
    item = entailment.draw(gold, Stream("prove", seed))
    premise, claim = item.texts
    if item.template == "rule":
        rule = next(s for s in premise.split(". ") if s.startswith(("Every ", "No ")))
        person = claim.split()[0]
        group = next(
            part.split(f"{person} is ")[1].split(" ", 1)[1].rstrip(".")
            for s in premise.split(". ")
            for part in s.split(", and ")
            if f"{person} is " in part
        )
        member = f" {group} " in rule
        holds = rule.startswith("Every ") == ("does not" not in claim)
        assert (2 if not member else 0 if holds else 1) == gold, item.texts
    if item.template == "deed":
        told = [read_deed(text) for text in item.texts]
        (one, holds), (other, claimed) = told
        expected = 2 if one != other else 0 if holds == claimed else 1
        assert expected == gold, item.texts


def read_deed(text: str) -> tuple[tuple[str, ...], bool]:
    roles = [w.rstrip(".") for w in text.split() if w.rstrip(".") in entailment._LEXICON["role"]]
    return tuple(roles[::-1] if " by the " in text else roles), " not " not in text


@given(st.integers(0, 1), st.integers(0, 10**6))
@settings(max_examples=400, deadline=None)
def test_paraphrases_say_the_same(gold: int, seed: int):
    item = paraphrase.draw(gold, Stream("prove", seed))
    one, two = (meaning(item.template, text) for text in item.texts)
    assert (0 if one == two else 1) == gold, item.texts
    assert item.texts[0] != item.texts[1]


def meaning(template: str, text: str) -> object:
    text = text.rstrip(".")
    lexicon = paraphrase._LEXICON
    people = [w for w in text.replace(",", "").split() if w in lexicon["person"]]
    if template == "trade":
        taking = ("bought", "borrowed", "received", "took", "from")
        return people[::-1] if any(f" {w} " in text for w in taking) else people
    if template == "voice":
        roles = sorted((r for r in lexicon["role"] if r in text.lower()), key=text.lower().find)
        return roles[::-1] if " by the " in text else roles
    if template == "orders":
        clauses = text.split(", ", 1)[1].split(" and ")
        return frozenset(tuple(c.split(" ordered ")) for c in clauses)
    if template == "scale":
        down = ("shorter", "narrower", "older")
        things = sorted((t for t in lexicon["object"] if f"the {t}" in text), key=text.find)
        return things[::-1] if any(f" {w} than" in text for w in down) else things
    roots = {**{t.split()[-1]: t for t in lexicon["task"]}}
    nouns = sorted((n for n in roots if n in text), key=text.find)
    first_is_early = ("before" in text) != (", before " in text) or ", after " in text
    return nouns if first_is_early else nouns[::-1]


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (("foo", "Foo"), "same word"),
        (("equivalent", "not equivalent"), "contain each other"),
        (("entail", "entailment"), "contain each other"),
        (("", "bar"), "empty"),
        (("foo ", "bar"), "blanks"),
    ],
)
def test_words_that_cannot_be_told_apart_are_refused(bad, says):
    with pytest.raises(HeptathlonError, match=says):
        words.Verbalizer("mine", "neutral", "neutral", bad, ("a", "b"))
    with pytest.raises(HeptathlonError, match="'mine'"):
        words.check_words("mine", bad)


@given(st.integers(2, 7), st.integers(0, 10**6))
def test_derangements_leave_nothing_in_place(n: int, seed: int):
    order = words.derangement(n, Stream("d", seed))
    assert sorted(order) == list(range(n))
    assert all(i != place for place, i in enumerate(order))


def test_derangements_are_uniform():
    counts = Counter(words.derangement(4, Stream("d", i)) for i in range(4500))
    assert len(counts) == 9, "there are nine derangements of four"
    assert min(counts.values()) > 400


@pytest.mark.parametrize("name", NINE)
def test_twelve_sets_as_in_the_paper(name: str):
    sets = words.two_class_sets(PAPER[name].own)
    counts = Counter(s.form for s in sets)
    assert (counts["natural"], counts["neutral"], counts["unnatural"]) == (3, 6, 3)
    by_name = {s.name: s for s in sets}
    assert by_name["names_swapped"].words == by_name["names"].words[::-1]
    assert by_name["bar_foo"].words == by_name["foo_bar"].words[::-1]


# --- records -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lite() -> list[VerbalizerRecord]:
    out: list = []
    for shard in build.shards("fresh", "lite"):
        out += build.generate("fresh", "lite", shard, SEASON, "")[build.CONFIG, "test"]
    return out


def test_every_item_comes_under_every_verbalizer(lite):
    items: dict[str, list[VerbalizerRecord]] = {}
    for record in lite:
        items.setdefault(record.cluster_id, []).append(record)
    for records in items.values():
        assert len({(str(r.inputs), r.gold, r.wording) for r in records}) == 1
        keys = Counter((r.verbalizer, r.channel, r.place, tuple(r.shown)) for r in records)
        assert max(keys.values()) == 1
        one = records[0]
        trading = 3 + 2 * (one.classes <= words.MOST_NEUTRAL) - (one.classes == 2)
        two_class = one.classes == 2 and not one.rung
        assert len(records) == (21 if two_class else trading)
        assert sum(r.form == "natural" and r.verbalizer == "names" for r in records) == 1
    assert {r.rung for r in lite} == {0, *FAMILY.ladder.rungs}


def test_every_mapping_has_its_natural_partner_in_the_same_words(lite):
    """Words that differ would let a script be right under both without reading the mapping."""
    named = {(r.cluster_id, *r.natural): r for r in lite if r.form == "natural"}
    for r in lite:
        if r.form in scorer.AGAINST:
            partner = named[r.cluster_id, *r.natural]
            assert sorted(partner.words) == sorted(r.words)
            assert partner.words[r.gold] != r.words[r.gold]
            assert (partner.wording, partner.inputs) == (r.wording, r.inputs)


def test_tiers_are_sane_and_nest(lite):
    smoke = [
        r
        for shard in build.shards("fresh", "smoke")
        for r in build.generate("fresh", "smoke", shard, SEASON, "")[build.CONFIG, "test"]
    ]
    assert 80 <= len(smoke) <= 120
    assert 2500 <= len(lite) <= 3100
    assert {r.item_id for r in smoke} <= {r.item_id for r in lite}


def items_of(records: list[VerbalizerRecord], dataset: str) -> list[VerbalizerRecord]:
    return [r for r in records if r.dataset == dataset and r.verbalizer == "names"
            and r.form == "natural"]  # fmt: skip


@pytest.mark.parametrize("name", FRESH)
def test_golds_places_and_wordings_are_balanced(lite, name: str):
    mine = items_of(lite, name)
    k = FRESH[name][0].classes
    for values, count in (
        ([r.gold for r in mine], k),
        ([r.order.index(r.gold) for r in mine], k),
        ([r.wording for r in mine], build.WORDINGS),
    ):
        counts = Counter(values)
        assert max(counts.values()) - min(counts.values()) <= 1
        assert set(counts) == set(range(count))


def test_nothing_that_is_balanced_tells_the_gold():
    """Both orders of an item together, its wording and its dataset say nothing of its class."""
    seen = Counter()
    for number in range(150):
        for shard in ("sentiment", "paraphrase"):
            made = build.generate("fresh", "smoke", shard, SEASON, salt_of(f"balance {number}"))
            items: dict[str, dict[str, VerbalizerRecord]] = {}
            for r in made["items", "test"]:
                if r.channel == "instruction":
                    items.setdefault(r.cluster_id, {})[r.verbalizer] = r
            for one in items.values():
                orders = one["names"].order[0], one["names_swapped"].order[0]
                seen[(*orders, one["names"].wording), one["names"].gold] += 1
    for cue in {cue for cue, _ in seen}:
        both = seen[cue, 0] + seen[cue, 1]
        assert both > 60
        assert abs(seen[cue, 0] - both / 2) < 4 * both**0.5 / 2


def test_words_of_each_record(lite):
    for r in lite:
        if r.form == "derangement":
            assert sorted(r.words) == sorted(r.names)
            assert all(a != b for a, b in zip(r.words, r.names, strict=True))
            assert r.rung in (0, r.classes)
        if r.form == "unnatural":
            assert r.words == r.natural[::-1]
        if r.form == "neutral":
            assert not set(r.words) & set(r.names)
        if r.channel == "conflict":
            assert r.shown == r.words[::-1]
        assert bool(r.demos) == bool(r.shown) == (r.channel != "instruction")
        if r.demos:
            assert len(r.demos) == 2 * r.classes
            assert set(Counter(d.word for d in r.demos).values()) == {2}
            assert r.inputs not in [d.inputs for d in r.demos]


def test_demonstrations_show_the_right_word(lite):
    """Told apart by the grammar's own judgement: one word a class, whatever the item."""
    demos = {}
    for r in lite:
        for d in r.demos:
            text = str(d.inputs)
            gold = r.shown.index(d.word)
            assert demos.setdefault(text, gold) == gold


def test_a_salt_and_a_season_change_the_items():
    ids = [
        {r.item_id for r in build.generate("fresh", "smoke", "sentiment", s, salt)["items", "test"]}
        for s, salt in ((SEASON, ""), (SEASON, salt_of("x")), ("2026.2", ""))
    ]
    assert not ids[0] & ids[1] | ids[1] & ids[2] | ids[0] & ids[2]


def test_unknown_names():
    with pytest.raises(UnknownNameError, match="sentiment"):
        build.generate("fresh", "smoke", "sentimant", SEASON, "")
    with pytest.raises(UnknownNameError, match="full"):
        build.shards("paper", "lite")
    with pytest.raises(UnknownNameError, match="paper"):
        build.configs("papers")


# --- the paper edition ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", HERE)
def test_real_files(name: str, sources_folder: Path):
    made = build.paper_records(name, 100, SEASON)
    test, few = made["items", "test"], made["items", "fewshot"]
    k = PAPER[name].classes
    assert len({r.cluster_id for r in test}) == 100
    if k == 2:
        counts = Counter(r.group for r in test)
        assert (counts["natural"], counts["neutral"], counts["unnatural"]) == (300, 600, 300)
    golds = Counter(r.gold for r in test)
    assert max(golds.values()) - min(golds.values()) <= max(golds.values()) / 10
    assert not {r.cluster_id for r in few} & {r.cluster_id for r in test}
    shown = {str(d.inputs) for r in test for d in r.demos}
    assert not shown & {str(r.inputs) for r in test}


def test_any_number_of_items(sources_folder: Path):
    assert len({r.cluster_id for r in build.paper_records("sst2", 7, SEASON)["items", "test"]}) == 7
    few = build.paper_records("sst2", 10**6, SEASON)["items", "test"]
    assert 700 < len({r.cluster_id for r in few}) < 872, "all that the source has"
    first = [r.item_id for r in build.paper_records("sst2", 7, SEASON)["items", "test"]]
    assert [r.item_id for r in few[: len(first)]] == first


def test_known_labels_of_real_rows(sources_folder: Path):
    """Rows that anyone can judge."""
    gold = {row.texts: row.gold for row in paper.rows("sst2")}
    assert gold["one long string of cliches .",] == 1
    gold = {row.texts: row.gold for row in paper.rows("subj")}
    (voyage,) = [g for t, g in gold.items() if "director kurt burk brings us on a voyage" in t[0]]
    assert voyage == 1
    gold = {row.texts: row.gold for row in paper.rows("rte")}
    hidden = ("No Weapons of Mass Destruction Found in Iraq Yet.",
              "Weapons of Mass Destruction Found in Iraq.")  # fmt: skip
    assert gold[hidden] == 1


SOURCES_OF = {"snli": paper.SNLI, "qqp": paper.QQP}


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mirror with small files of the same form as SNLI's and QQP's."""
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path))
    count = 90
    snli = {
        "premise": [f"A person number {i} walks." for i in range(count)],
        "hypothesis": [f"Somebody walks, {i}." for i in range(count)],
        "label": [(0, 1, 2, -1)[i % 4] for i in range(count)],
    }
    qqp = {
        "question1": [f"How far is town {i}?" for i in range(count)],
        "question2": [f"What is the way to town {i}?" for i in range(count)],
        "label": [i % 2 for i in range(count)],
        "idx": list(range(count)),
    }
    for source, columns in ((paper.SNLI, snli), (paper.QQP, qqp)):
        path = tmp_path / source.repository / source.path
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(columns), path)
    return tmp_path


@pytest.mark.parametrize("name", ["snli", "qqp", "snli_3"])
def test_small_files_of_the_same_form(name: str, mirror: Path):
    test = build.paper_records(name, 10, SEASON)["items", "test"]
    assert len({r.cluster_id for r in test}) == 10
    for r in test:
        number = int("".join(c for c in r.inputs[0].text if c.isdigit()))
        if name == "qqp":
            assert r.names[r.gold] == ("distinct", "duplicate")[number % 2]
        else:
            label = ("entailment", "neutral", "contradiction", "")[number % 4]
            assert r.names[r.gold] == label


def test_unexpected_labels_stop_the_build(mirror: Path):
    path = mirror / paper.QQP.repository / paper.QQP.path
    table = pq.read_table(path).to_pydict()
    table["label"][3] = 7
    pq.write_table(pa.table(table), path)
    with pytest.raises(HeptathlonError, match=r"label 7 is none of qqp's"):
        paper.rows("qqp")
    table["label"] = [1] * len(table["label"])
    pq.write_table(pa.table(table), path)
    with pytest.raises(HeptathlonError, match="no row of 1 of qqp's classes"):
        paper.rows("qqp")
    pq.write_table(pa.table({"question1": ["a"]}), path)
    with pytest.raises(HeptathlonError, match="no parquet file with the columns"):
        paper.rows("qqp")


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path))
    with pytest.raises(HeptathlonError, match=r"must hold stanfordnlp/snli/plain_text/test-00000"):
        paper.rows("snli")
    with pytest.raises(HeptathlonError, match="HEPTATHLON_SOURCES must hold"):
        paper.rows("sick")


def test_broken_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path))

    def put(source, data: bytes) -> None:
        path = tmp_path / source.repository / source.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    put(paper.FP, b"no zip")
    with pytest.raises(HeptathlonError, match=r"holds no FinancialPhraseBank"):
        paper.rows("fp")
    put(paper.SUBJ, json.dumps({"text": "x", "label": 1}).encode())
    with pytest.raises(HeptathlonError, match="line 1"):
        paper.rows("subj")
    put(paper.SICK_AS_PUBLISHED, b"1\ta\tb\t3\tENTAILMENT\n")
    with pytest.raises(HeptathlonError, match="checksum"):
        paper.rows("sick")


def test_the_default_is_ten_thousand_eight_hundred_prompts(
    mirror: Path, monkeypatch: pytest.MonkeyPatch, sources_folder: Path
):
    """Nine datasets, twelve sets, a hundred items each."""
    rows = [paper.SourceRow((f"text {i}", f"other {i}"), i % 2, "test") for i in range(400)]
    single = [paper.SourceRow(r.texts[:1], r.gold, r.split) for r in rows]
    monkeypatch.setattr(
        paper, "rows", lambda name: rows if len(PAPER[name].labels) == 2 else single
    )
    counts: Counter[str] = Counter()
    for name in NINE:
        made = build.generate("paper", "full", name, SEASON, "")
        counts.update(r.group for r in made["items", "test"])
    assert (counts["natural"], counts["neutral"], counts["unnatural"]) == (2700, 5400, 2700)


def test_loaders_and_datasets_agree():
    assert list(paper.LOADERS) == list(PAPER)
    for name, loader in paper.LOADERS.items():
        assert {g for g in loader.labels.values() if g is not None} == set(
            range(PAPER[name].classes)
        )
        assert loader.source in paper.SOURCES


def test_no_published_row_is_in_the_repository(sources_folder: Path):
    """Thirty rows of each source that is here are looked for in everything that is tracked."""
    root = Path(__file__).parents[1]
    text = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("builders/verbalizer", "tasks/verbalizer", "tests/snapshots")
        for path in sorted((root / folder).rglob("*"))
        if path.suffix in (".py", ".md", ".yaml", ".txt")
    )
    for name in HERE:
        for row in paper.rows(name)[:30]:
            assert not any(t in text for t in row.texts if len(t) > 40)
