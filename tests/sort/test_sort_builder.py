"""The SORT builder: bins by hand, chronicles without cues, exact balance, Book-SORT rows.

Long because one set is built for all tests.
"""

import re
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.builders import sort as builder
from heptathlon.builders import sources, store
from heptathlon.builders.sort import chronicle, fresh, paper, spans, words
from heptathlon.builders.sort.kinds import KINDS
from heptathlon.builders.sort.records import (
    DISTANCES,
    LABELS,
    LENGTHS,
    ORDERED,
    SEGMENTS,
    WORDINGS,
    SortRecord,
)
from heptathlon.builders.sort.things import THINGS, meanings
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.scorers import stats
from heptathlon.seeding import Stream
from heptathlon.tasks.sort.baselines import PLAYERS, told_at
from tests.salts import salt

FORMS = fresh.FORMS
Rows = dict[str, list[SortRecord]]
CONFIG = {form: fresh.NAMES.get(form, form) for form in FORMS}
MONTH = {name: n for n, name in enumerate(words.MONTHS, start=1)}


def records(tier: str, config: str) -> list[SortRecord]:
    return [
        r
        for shard in builder.shards("fresh", tier)
        if shard != "fewshot"
        for r in builder.generate("fresh", tier, shard, "2026.1", "")[config, "test"]
    ]


def built(tier: str) -> Rows:
    out: Rows = defaultdict(list)
    for shard in builder.shards("fresh", tier):
        for (config, split), rows in builder.generate("fresh", tier, shard, "2026.1", "").items():
            out[config if split == "test" else "fewshot"] += rows
    return out


@pytest.fixture(scope="module")
def lite() -> Rows:
    return built("lite")


@pytest.fixture(scope="module")
def full() -> Rows:
    return built("full")


# --- spans -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "uppers"),
    [
        # The published upper edges of Book-SORT's bins.
        (250, [62, 83, 125, 200]),
        (1000, [250, 333, 500, 800]),
        (2500, [625, 833, 1250, 2000]),
        (10000, [1000, 2500, 5000, 8000]),
        (20000, [1000, 5000, 10000, 16000]),
    ],
)
def test_the_bins_have_the_published_edges(length: int, uppers: list[int]):
    for segment in SEGMENTS:
        assert spans.edges(length, segment) == [segment, *uppers]


def test_bins_by_hand():
    bounds = [20, 62, 83, 125, 200]
    found = {d: spans.bin_of(d, bounds) for d in (19, 20, 61, 62, 124, 199, 200)}
    assert found == {19: None, 20: 0, 61: 0, 62: 1, 124: 2, 199: 3, 200: None}
    assert [spans.nearest_bin(d, bounds) for d in (3, 62, 150, 240)] == [0, 1, 3, 3]
    assert spans.place_of([0, 9], 100) == "0-20 %"
    assert spans.place_of([10, 90], 100) == "40-60 %"
    assert spans.place_of([98, 100], 100) == "80-100 %"


def test_only_what_stands_once_can_be_quoted():
    text = list("abcdabcef")
    assert spans.quotable(text, {0: 0, 2: 0, 4: 0, 7: 0}, 3) == {2: 0}
    assert spans.quotable(text, {0: 0, 4: 1}, 4) == {0: 0, 4: 1}


@given(
    st.sets(st.integers(0, 400), min_size=2, max_size=60),
    st.integers(1, 3),
    st.integers(0, 10**6),
)
def test_drawn_pairs_are_in_their_bins_and_distinct(starts: set[int], rounds: int, seed: int):
    bounds = [20, 62, 83, 125, 200]
    roles = {s: s % 2 for s in starts}
    drawn = spans.draw_pairs(roles, bounds, rounds, Stream("test", seed))
    possible = Counter(
        spans.bin_of(b - a, bounds)
        for a in starts
        for b in starts
        if a < b and roles[a] == roles[b]
    )
    if any(possible[n] < rounds for n in range(4)):
        assert drawn is None
    if drawn is not None:
        assert len(drawn) == 4 * rounds
        assert len({s for _, pair in drawn for s in pair}) == 8 * rounds, "no start serves twice"
        for number, (a, b) in drawn:
            assert spans.bin_of(b - a, bounds) == number
            assert roles[a] == roles[b]


# --- chronicles --------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([50, 100, 250, 400, 1000]), st.booleans(), st.integers(0, 10**9))
def test_a_chronicle_is_what_it_says(length: int, in_order: bool, seed: int):
    in_order = in_order or length < 250
    found = chronicle.write(length, Stream("test", seed), in_order=in_order)
    text = found.words
    plain = in_order and length <= chronicle.PLAIN
    assert len(text) <= length
    assert plain or length < 250 or len(text) >= length - chronicle.FILL_WITHIN
    assert "{" not in found.text
    assert "  " not in found.text
    starts = [e.start for e in found.events]
    assert starts == sorted(starts)
    assert len({e.gist for e in found.events}) == len(found.events), "no two events are one"
    assert sorted(e.when for e in found.events) == list(range(len(found.events)))
    # Every sentence starts where it is said to: after a full stop, with a capital.
    for at in found.sentences:
        assert at == 0 or text[at - 1][-1] == "."
        assert text[at][0].isupper()
    assert set(starts) == {at for at, role in found.sentences.items() if role == 0}


def test_an_out_of_order_chronicle_dates_its_events_rightly():
    """The dates are read back from the text, and give the order in which things happened."""
    found = chronicle.write(1000, Stream("test", 1), in_order=False)
    dated = []
    for event in found.events:
        at = " ".join(found.words[event.start : event.start + 4])
        day, month, year = re.match(r"On (\d+) (\w+) (\d{4})", at).groups()
        dated.append((date(int(year), MONTH[month], int(day)), event.when))
    assert [when for _, when in sorted(dated)] == list(range(len(dated)))
    assert dated != sorted(dated)
    # A text in order names no date whose order could be known from outside.
    plain = chronicle.write(2500, Stream("test", 1), in_order=True)
    assert not re.search(r"\d|January|March|October", plain.text)


SMALL = {"a", "an", "the", "to", "of", "someone", "it", "in", "on", "for", "with", "from", "was",
         "by", "and", "that", "used"}  # fmt: skip
"""Words without a content of their own, which questions and texts have in common."""


def told_words() -> set[str]:
    """Return every word that a chronicle may have."""
    names = ("ASIDES", "LEADS", "FEASTS", "SAINTS", "WOMEN", "MEN", "SURNAMES", "QUALITIES",
             "PLACES", "BEGINNINGS", "MONTHS", "TOWN_HEADS", "TOWN_TAILS")  # fmt: skip
    texts = [text for name in names for text in getattr(words, name)]
    texts += [words.IN_ORDER, words.OUT_OF_ORDER, *THINGS, "he him his she her"]
    texts += [text for kind in KINDS for text in (*kind.opens, *kind.details)]
    return {word for text in texts for word in bare(text)}


def bare(text: str) -> list[str]:
    return re.findall(r"[a-z]+(?:'s)?", re.sub(r"{\w+}", " ", text).lower())


ALIKE = {"expels", "planet", "restored", "storms", "strategy"}
"""Words of questions that begin like a word of the texts and have nothing to do with it."""


def test_questions_share_no_word_with_the_texts():
    """Nor the beginning of one: *mend* would be found by who looks for *mended*."""
    told = told_words()
    asked = {word for clause in meanings() for word in bare(clause)} - SMALL
    assert not asked & told
    began = {word[:4] for word in told if len(word) > 3}
    assert {word for word in asked if len(word) > 3 and word[:4] in began} == ALIKE


def test_every_clause_stands_for_one_event():
    assert len(meanings()) == sum(len(k.gists) for k in KINDS) * 2 * len(THINGS)
    for kind in KINDS:
        assert all("{who}" in o and "{thing}" in o and "{lead}" in o[:6] for o in kind.opens)
        assert all("{it}" in gist for gist in kind.gists)


# --- records -----------------------------------------------------------------------------------


def test_sizes_of_the_tiers(lite: Rows):
    counts = {form: len(lite[CONFIG[form]]) for form in FORMS}
    assert counts == {
        "order": 960, "first": 256, "middle": 96, "before": 64, "nearer": 64, "told": 128,
        "happened": 128,
    }  # fmt: skip
    assert len(records("smoke", "order")) == 48
    for form in FORMS:
        per_length = Counter(r.rung for r in lite[CONFIG[form]])
        assert len(set(per_length.values())) == 1, "every length counts the same"
    texts = {rung: set() for rung in (50, 100, 250, 500, 1000, 2500)}
    for r in lite["order"]:
        texts[r.rung].add(r.cluster_id)
    assert all(len(clusters) >= 20 for clusters in texts.values())


def test_options_labels_and_wordings_take_turns(lite: Rows):
    for form in ORDERED:
        rows = lite[CONFIG[form]]
        styles = Counter((r.rung, r.asks, r.wording, tuple(r.labels)) for r in rows)
        assert {r.asks for r in rows} == {"first", "last"}
        assert {r.wording for r in rows} == set(range(WORDINGS))
        assert {tuple(r.labels) for r in rows} == {labels[:2] for labels in LABELS}
        each = [styles[key] for key in styles]
        assert max(each) - min(each) <= 2, "a pair more or less, in both orders"
        for pair in _by(rows, "pair_id").values():
            assert len({(r.asks, r.wording, tuple(r.labels)) for r in pair}) == 1


def test_other_chronicles_stand_between(lite: Rows):
    plain = {r.asked_id: r for r in lite["order"]}
    numbers = Counter(r.others for r in lite["order_between"])
    assert set(numbers) == {2, 3, 4, 5}
    for r in lite["order_between"]:
        same = plain[r.asked_id]
        assert (r.text, r.options, r.gold, r.pair_id) == (
            same.text, same.options, same.gold, same.pair_id
        )  # fmt: skip
        titles = [other.split("\n")[0] for other in r.between]
        assert len({*titles, r.title}) == r.others + 1
        assert all(len(o.split()) - 4 >= 250 - chronicle.FILL_WITHIN for o in r.between)
        assert same.others == 0
        assert same.between == []


def test_quoted_pairs(lite: Rows):
    by_text: dict[str, Counter[str]] = defaultdict(Counter)
    for r in lite["quoted"]:
        text = r.text.split()
        segment = int(r.segment)
        early, late = (text[at : at + segment] for at in r.starts)
        right, wrong = (early, late) if r.asks == "first" else (late, early)
        assert r.options[r.gold].split() == right
        assert r.options[1 - r.gold].split() == wrong
        assert r.starts[1] - r.starts[0] >= segment, "segments do not overlap"
        joined = " ".join(text)
        for option in r.options:
            assert joined.count(option) == 1, "a segment stands in its text once"
        bounds = spans.edges(int(r.length), segment)
        assert r.distance == DISTANCES[spans.bin_of(r.starts[1] - r.starts[0], bounds)]
        assert r.words == len(text) <= int(r.length)
        by_text[r.text][r.distance] += 1
    assert {tuple(sorted(c.values())) for c in by_text.values()} == {(2, 2, 2, 2)}
    segments = [o for r in lite["quoted"] if r.gold == 0 for o in r.options]
    assert len(set(segments)) == len(segments), "no segment is asked about in two pairs"


def test_counterbalance_is_exact(lite: Rows):
    for form in FORMS:
        for rows in (lite[CONFIG[form]], lite[f"{CONFIG[form]}_notext"]):
            golds = Counter(r.gold for r in rows)
            assert len(set(golds.values())) == 1, form
            for pair in _by(rows, "pair_id").values():
                assert len({r.gold for r in pair}) == len(pair) == (3 if form == "middle" else 2)


def test_conditions_ask_the_same(lite: Rows):
    for form in FORMS:
        with_text = {r.asked_id: r for r in lite[CONFIG[form]]}
        without = {r.asked_id: r for r in lite[f"{CONFIG[form]}_notext"]}
        assert with_text.keys() == without.keys()
        for key, r in without.items():
            other = with_text[key]
            assert r.text == ""
            assert other.text
            assert r.item_id != other.item_id
            same = ("options", "events", "gold", "title", "cluster_id", "pair_id", "words")
            assert all(getattr(r, f) == getattr(other, f) for f in same)
    for config in ("order", "quoted"):
        kept = lite[f"{config}_memory"]
        assert [r.options for r in kept] == [r.options for r in lite[config]]
        assert {r.condition for r in kept} == {"memory"}


def test_paraphrased_forms_are_true(lite: Rows):
    """Each gold is checked against where the events stand in the text, told anew by their words."""
    for form in ("order", "middle", "before", "nearer", "told"):
        for r in lite[form]:
            pieces = r.events if form == "before" else (*r.events, *r.options)
            at = [told_at(piece, r.text) for piece in pieces]
            assert len(set(at)) == len(at), "every event is told, at a place of its own"
            if form == "before":
                x, y = at
                assert r.options[r.gold] == ("before" if x < y else "after")
            elif form == "middle":
                assert sorted(at)[1] == at[r.gold]
            elif form == "nearer":
                near, far = abs(at[1 + r.gold] - at[0]), abs(at[2 - r.gold] - at[0])
                assert near < far
            else:
                assert at[r.gold] == (min if r.asks == "first" else max)(at)


def test_happened_follows_the_dates(lite: Rows):
    agreement: Counter[str] = Counter()
    for r in lite["happened"]:
        dates = [_date(r.text, option) for option in r.options]
        assert dates[r.gold] == (min if r.asks == "first" else max)(dates)
        at = [told_at(option, r.text) for option in r.options]
        told_first = at[r.gold] == min(at)
        assert (r.agreement == "same") == (told_first == (r.asks == "first"))
        agreement[r.agreement] += 1
    assert agreement["same"] == agreement["opposed"]


def _date(text: str, piece: str) -> date:
    """Return the date that opens the sentence in which an event is told."""
    words_of = re.findall(r"[\w']+", text)
    at, day, month, year = words_of[told_at(piece, text) :][:4]
    assert at == "On"
    return date(int(year), MONTH[month], int(day))


def _by(rows: list[SortRecord], field: str) -> dict[str, list[SortRecord]]:
    out: dict[str, list[SortRecord]] = defaultdict(list)
    for r in rows:
        out[getattr(r, field)].append(r)
    return out


@pytest.mark.parametrize("config", ["order_notext", "quoted_notext"])
@pytest.mark.parametrize("name", ["random", "alphabet", "earlier_looking", "calendar"])
def test_the_order_cannot_be_known_without_the_text(name: str, config: str, full: Rows):
    """The control: guessers earn chance on what is asked, within the interval that they get."""
    docs = [r.model_dump() for r in full[config]]
    right = [float(PLAYERS[name].choose(d, []) == d["gold"]) for d in docs]
    found = stats.mean_interval(right, [d["cluster_id"] for d in docs])
    assert found.low <= 0.5 <= found.high, found


@pytest.mark.parametrize("name", ["search", "search_letters"])
def test_matching_words_does_not_answer(name: str, full: Rows):
    docs = [r.model_dump() for r in full["order"] if r.rung <= 500]
    right = [float(PLAYERS[name].choose(d, []) == d["gold"]) for d in docs]
    found = stats.mean_interval(right, [d["cluster_id"] for d in docs])
    assert found.low <= 0.5 <= found.high, found


def test_a_planted_cue_is_found():
    """The control would notice: with a connective in every later passage, the guesser knows."""
    rows = [r.model_dump() for r in records("lite", "quoted_notext")]
    for row in rows:
        late = 1 - row["gold"] if row["asks"] == "first" else row["gold"]
        row["options"][late] = "Then afterwards " + row["options"][late]
    right = [PLAYERS["calendar"].choose(d, []) == d["gold"] for d in rows]
    assert sum(right) / len(right) > 0.8


def test_smaller_tiers_are_parts_of_larger_ones(lite: Rows):
    ids = {r.item_id for rows in lite.values() for r in rows}
    for config in fresh.CONFIGS:
        assert {r.item_id for r in records("smoke", config)} <= ids


def test_season_and_salt_change_everything():
    one = builder.generate("fresh", "smoke", "e250", "2026.1", "")["order", "test"]
    other = builder.generate("fresh", "smoke", "e250", "2026.1", salt("a"))["order", "test"]
    again = builder.generate("fresh", "smoke", "e250", "2026.1", "")["order", "test"]
    assert one == again
    assert not {r.text for r in one} & {r.text for r in other}


def test_long_texts_are_there_too():
    rows = builder.generate("fresh", "long", "e10000", "2026.1", "")["order", "test"]
    assert all(9_900 <= r.words <= 10_000 for r in rows)
    texts = list(dict.fromkeys(r.text for r in rows))
    assert len(rows) == 24 * len(texts) == 24 * 8
    # Questions on one text follow each other.
    assert [t for t, n in pairwise([*(r.text for r in rows), ""]) if t != n] == texts


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("papers", "lite", "e250"), "did you mean 'paper'"),
        (("fresh", "lit", "e250"), "did you mean 'lite'"),
        (("fresh", "lite", "e10000"), "did you mean"),
        (("paper", "lite", "e250_s30"), "did you mean"),
    ],
)
def test_unknown_names(arguments: tuple[str, str, str], says: str):
    with pytest.raises(UnknownNameError, match=says):
        builder.generate(*arguments, "2026.1", "")


# --- the paper edition -------------------------------------------------------------------------


def test_the_whole_of_book_sort_is_covered():
    cells = {cell for tier in ("full", "long") for cell in paper.TIERS[tier].cells}
    assert cells == {(e, s) for e in LENGTHS for s in SEGMENTS}
    assert len(paper.needed("full")) == 12 + 13
    assert str(paper.needed("smoke")[0]) == "memari/booksort/data/test_e250_s20.parquet"


def test_published_rows_are_kept(sources_folder: Path):
    if not sources.available(*paper.needed("lite")):
        pytest.skip("the mirror lacks the cells of the lite tier")
    made = paper.generate("lite", "e250_s20", "2026.1")
    path = sources_folder / "memari/booksort/data/test_e250_s20.parquet"
    rows = [r for r in pq.read_table(path).to_pylist() if r["excerpt_idx"] < 10]
    found = made["book", "test"]
    assert len(found) == len(rows) == 360
    for row, r in zip(rows, found, strict=True):
        segments = [row["segment_1"], row["segment_2"]]
        assert r.options == (segments if row["present_seg1_first"] else segments[::-1])
        assert r.options[r.gold] == row["segment_1"]
        assert r.text == row["excerpt_text"]
        place = {62: 0, 83: 1, 125: 2, 200: 3}[row["distance_bin"]]
        assert r.distance == DISTANCES[place], "the published bin is found again"
    swapped = made["swapped", "test"]
    assert all(a.options == b.options[::-1] for a, b in zip(found, swapped, strict=True))
    assert [r.pair_id for r in found] == [r.pair_id for r in swapped]
    assert {r.cluster_id for r in found} == {r.cluster_id for r in made["book_notext", "test"]}
    sweep = made[paper.SWEEP, "test"]
    assert Counter(r.prompt for r in sweep) == {str(n): 72 for n in range(13)}


def test_segments_that_overlap_are_refused():
    row = {
        "book_idx": 1, "book_title": "T", "excerpt_idx": 3, "excerpt_text": "x", "segment_1": "a",
        "segment_2": "b", "seg1_pos": 10, "seg2_pos": 25, "present_seg1_first": 1,
        "segment_length": 20, "excerpt_length": 250,
    }  # fmt: skip
    with pytest.raises(HeptathlonError, match="excerpt 3 of book 1 overlap"):
        paper._question(row, "file")


def test_a_cell_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path))
    with pytest.raises(HeptathlonError, match=r"test_e2500_s20\.parquet: is missing"):
        paper.generate("full", "e2500_s20", "2026.1")


def test_unknown_prompt():
    with pytest.raises(HeptathlonError, match="no prompt 13 in Book-SORT; its prompts are 0 to 12"):
        paper.prompt(13)


def test_the_manifest_names_the_files_that_were_read(sources_folder: Path, tmp_path: Path):
    if not sources.available(*paper.needed("smoke")):
        pytest.skip("the mirror lacks the cell of the smoke tier")
    folder = store.ensure(store.SetName("sort", "paper", "smoke"), out=tmp_path)
    listed = store.read_manifest(folder).sources
    assert [s.path for s in listed] == [str(s) for s in paper.needed("smoke")]
