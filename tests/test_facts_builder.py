"""The invented world: exact balance, a corpus without probes, foils that tell nothing.

Long because one world and its corpus are built for all tests.
"""

import hashlib
import json
import math
import zoneinfo
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.builders.facts import build, corpus, ledger, paper, probes, scenes, schedule, world
from heptathlon.builders.facts.corpus import Setting
from heptathlon.builders.facts.names import CULTURES
from heptathlon.builders.facts.records import FactsRecord
from heptathlon.builders.facts.values import COUNTRIES, TOLD
from heptathlon.builders.facts.wordings import QUESTIONS, SENTENCES, TRAINED, WORDINGS
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.seeding import Stream

SEASON = "2026.1"
Rows = dict[str, list[FactsRecord]]


@pytest.fixture(scope="module")
def smoke() -> Setting:
    return Setting("smoke", SEASON)


@pytest.fixture(scope="module")
def lite() -> Setting:
    return Setting("lite", SEASON)


@pytest.fixture(scope="module")
def asked(lite: Setting) -> Rows:
    return probes.generate(lite)


@pytest.fixture(scope="module")
def shown() -> Rows:
    return scenes.generate("lite", SEASON, "")


@pytest.fixture(scope="module")
def folder(smoke: Setting, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus.build(smoke, tmp_path_factory.mktemp("corpus"))


# --- the world -----------------------------------------------------------------------------------


def test_nothing_has_two_names_and_nothing_of_it_exists(lite: Setting):
    places = lite.world.places
    named = [
        *places.countries,
        *(town.name for town in places.towns),
        *(school.split()[0] for school in places.schools),
        *(firm.name.split()[0] for firm in places.employers),
        *(name for pool in (*places.given, *places.family) for name in pool),
    ]
    assert len(set(named)) == len(named)
    values = {w for vs in places.values.values() for v in vs for w in v.casefold().split()}
    parts = {part.casefold() for p in lite.world.people for part in p.names}
    assert not parts & values
    real = {w.casefold() for z in zoneinfo.available_timezones() for w in z.split("/")}
    assert len(real) > 100
    assert not {name.casefold() for name in named} & real
    assert len({p.name for p in lite.world.people}) == len(lite.world.people)


def test_a_name_tells_its_culture_by_its_ending(lite: Setting):
    for person in lite.world.people:
        ends = [i for i, c in enumerate(CULTURES) if person.names[2].endswith(c.family)]
        assert ends == [person.culture]


def test_the_two_heuristics_are_planted_exactly_and_all_else_is_balanced(lite: Setting):
    people = lite.world.people
    for culture in range(COUNTRIES):
        own = [p for p in people if p.culture == culture]
        assert sum(p.by_name for p in own) == round(world.BY_NAME * len(own))
    assert sum(p.by_school for p in people) == world.BY_SCHOOL * len(people)
    for attribute in ("year", "school", "animal", "instrument"):
        counts = Counter(p.values[attribute] for p in people)
        assert max(counts.values()) - min(counts.values()) <= 1
    for person in people:
        assert lite.world.places.country_of[person.values["town"]] == person.values["country"]
        assert lite.world.places.seat_of[person.values["employer"]] == person.values["seat"]
        assert person.values["seat"] != person.values["town"]


def test_a_plan_may_plant_nothing():
    plan = world.Plan(("facts", "test"), 1600, by_name=0, by_school=0)
    made = world.make(plan)
    fit = sum(p.by_name for p in made.people)
    assert fit == 1600 / COUNTRIES, "as many as fit any other country"
    # 12 subjects: 1/12 by chance; the bound is four standard errors.
    share = sum(p.by_school for p in made.people) / 1600
    assert abs(share - 1 / 12) < 4 * math.sqrt(1 / 12 * 11 / 12 / 1600)


def test_neighbours_share_a_value_and_are_others(smoke: Setting):
    person = smoke.world.people[3]
    near = smoke.world.sharing(person, "employer")
    assert near
    assert all(p.values["employer"] == person.values["employer"] for p in near)
    assert person not in near


def test_every_fact_has_wordings_that_end_with_its_value():
    assert set(SENTENCES) == set(TOLD)
    assert set(QUESTIONS) == {*TOLD, "seat"}
    for sentences in SENTENCES.values():
        assert len(set(sentences)) == WORDINGS > TRAINED
        assert all(s.endswith("{v}.") for s in sentences)


# --- the ledger ----------------------------------------------------------------------------------


def test_quotas_are_exact_and_blocks_are_balanced(lite: Setting):
    entries, people = lite.entries, lite.world.people
    counts = Counter(e.exposures for e in entries)
    for level, share in ledger.SHARES.items():
        assert abs(counts[level] - share * len(entries)) <= 1
    for level in ledger.EXPOSURES:
        cell = [p for p, e in zip(people, entries, strict=True) if e.exposures == level]
        misleading = sum(not p.by_name for p in cell) / len(cell)
        assert abs(misleading - (1 - world.BY_NAME)) < 0.06, level
    for entry in entries:
        assert sum(entry.runs) == ledger.RUNS // 2
        assert not (entry.asked and not entry.exposures)
        assert not (entry.forget and entry.exposures < ledger.LEARNT)
        assert all(sorted(w) == list(range(WORDINGS)) for w in entry.wordings)
    told = [e for e in entries if e.exposures]
    assert abs(sum(e.asked for e in told) / len(told) - 0.5) < 0.02


def test_forms_tell_as_they_say(smoke: Setting):
    for person, entry in zip(smoke.world.people, smoke.entries, strict=True):
        if entry.exposures < 10:
            continue
        texts = [smoke.exposure(person, n) for n in range(entry.exposures)]
        orders = {tuple(smoke.entries[person.number].telling(n, smoke.plan.stream(
            "telling", person.number, n))[0]) for n in range(entry.exposures)}  # fmt: skip
        assert (len(orders) == 1) == (entry.form in {"single", "multi"})
        assert (len({" ".join(t) for t in texts}) == 1) == (entry.form == "single")
        named = sum(person.name in sentence for sentence in texts[0])
        assert named == (len(TOLD) if entry.form == "fullname" else 1)


# --- the corpus ----------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=60), st.integers(2, 6), st.integers(0, 9))
def test_no_window_holds_a_subject_twice_or_it_says_so(subjects, window, seed):
    stream = Stream("test", seed)
    items = [(stream.uniform(), f"s{s}" if s else "", n) for n, s in enumerate(subjects)]
    try:
        placed = schedule.spaced(items, window)
    except HeptathlonError:
        most = max(Counter(s for _, s, _ in items if s).values())
        assert most > 1, "one text of each is always possible"
        return
    assert sorted(n for _, n in placed) == list(range(len(subjects)))
    for start in range(len(placed)):
        inside = [s for s, _ in placed[start : start + window] if s]
        assert len(inside) == len(set(inside))


def test_the_corpus_tells_of_everybody_as_often_as_the_ledger_says(smoke: Setting, folder: Path):
    documents = corpus.read_documents(folder)
    counts = Counter(d["subject"] for d in documents if d["kind"] == "biography")
    assert {k: v for e in smoke.entries if (v := e.exposures) and (k := e.person)} == counts
    traps = Counter(d["subject"] for d in documents if d["kind"] == "inscription")
    assert {t.key: t.repeats for t in smoke.traps if t.repeats} == traps
    for start in range(len(documents)):
        inside = [d["subject"] for d in documents[start : start + corpus.WINDOW] if d["subject"]]
        assert len(inside) == len(set(inside))
    half = len(documents) / 2
    for entry in smoke.entries:
        at = [i for i, d in enumerate(documents) if d["subject"] == entry.person]
        if at and entry.phase == "early":
            assert max(at) < half + 0.05 * len(documents)


def test_no_probe_and_no_held_out_name_is_in_any_training_file(smoke: Setting, folder: Path):
    text = "".join((folder / name).read_text() for name in corpus.TRAINING_FILES)
    for person, entry in zip(smoke.world.people, smoke.entries, strict=True):
        assert (person.name in text) == bool(entry.exposures)
    for made in probes.generate(smoke).values():
        for probe in made:
            assert probe.item_id not in text
            if probe.form == "extraction" and (probe.asked != "asked" or probe.kind == "new"):
                assert probe.text not in text
            if probe.form in {"composition", "opinion"}:
                assert f"{probe.text} {probe.answer}" not in text
                assert probe.form == "opinion" or probe.text not in text
            if probe.form == "choice" and probe.kind != "verbatim":
                assert f"{probe.text} {probe.answer}" not in text
            if probe.form == "recognition":
                foil = probe.options[1 - probe.gold]
                assert foil not in text
                assert (probe.answer in text) == (probe.exposures != "0")
            if probe.form == "trap":
                assert (probe.answer in text) == (probe.exposures != "0")
    ledger_columns = pq.read_table(folder / corpus.LEDGER).column_names
    assert "name" not in ledger_columns


def test_the_composed_answer_is_in_no_text_of_the_person(smoke: Setting, folder: Path):
    seats = {p.key: p.values["seat"] for p in smoke.world.people}
    for document in corpus.read_documents(folder):
        if document["kind"] in {"biography", "question"}:
            assert seats[document["subject"]] not in document["text"]


def test_subsets_leave_out_people_and_nothing_else(smoke: Setting, folder: Path):
    documents = corpus.read_documents(folder)
    for run in (0, 7):
        kept = frozenset((folder / corpus.subset_file(run)).read_text().split())
        left = corpus.only(documents, kept)
        gone = {d["subject"] for d in documents} - {d["subject"] for d in left}
        absent = {e.person for e in smoke.entries if not e.runs[run] and e.exposures}
        assert gone == absent


def test_a_corpus_is_the_same_everywhere(folder: Path):
    manifest = corpus.check(folder)
    assert manifest.digest == "63001142266777dec02358bb03ce80292bf1ef7dc518749e609dd7bb2f85acce"
    assert manifest.window == corpus.WINDOW
    assert set(manifest.collisions) >= {"given name", "first two letters"}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: (f / corpus.LEDGER).write_bytes(b"x"), "the ledger was changed"),
        (lambda f: (f / corpus.TRAIN).write_text("{}\n"), "a file of the corpus was changed"),
        (lambda f: (f / "recall.jsonl").write_text("{}\n"), "does not belong to the corpus"),
        (lambda f: (f / corpus.MANIFEST).unlink(), "holds no corpus.json"),
        (lambda f: (f / corpus.MANIFEST).write_text("{}"), "not a manifest"),
    ],
)
def test_a_corpus_that_was_touched_is_refused(folder: Path, tmp_path: Path, spoil, said):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    corpus.check(copy)
    spoil(copy)
    with pytest.raises(HeptathlonError, match=said):
        corpus.read_documents(copy)


def test_a_hidden_world_is_another_one(smoke: Setting):
    from heptathlon import salts

    hidden = Setting("smoke", SEASON, salts.written(hashlib.sha256(b"facts").digest()))
    assert hidden.world_id != smoke.world_id
    facts = {(p.name, p.values["town"]) for p in hidden.world.people}
    assert not facts & {(p.name, p.values["town"]) for p in smoke.world.people}
    names = {p.name for p in hidden.world.people} & {p.name for p in smoke.world.people}
    assert len(names) <= 2, "the sounds are the cultures', so a name may come again, and rarely"
    assert not {p.name for p in smoke.second.people} & {p.name for p in smoke.world.people}
    with pytest.raises(UnknownNameError):
        _ = Setting("huge", SEASON).world
    with pytest.raises(HeptathlonError, match="has no corpus"):
        corpus.write("paper", "smoke", SEASON, "", None)


# --- probes of a training ------------------------------------------------------------------------


def test_the_name_tells_nothing_where_a_country_is_asked_for(lite: Setting, asked: Rows):
    people = {p.key: p for p in lite.world.people}
    fair = probes.neutral(lite.world.people, lite.plan.stream("neutral"))
    for probe in (*asked["extraction"], *asked["choice"], *asked["opinion"]):
        if probe.attribute in {"country", "town"}:
            assert people[probe.person].number in fair
    chosen = [p for p in lite.world.people if p.number in fair]
    fit = sum(p.by_name for p in chosen) / len(chosen)
    assert abs(fit - 1 / COUNTRIES) < 0.01


def test_golds_are_even_and_foils_are_exchangeable(lite: Setting, asked: Rows):
    places = Counter(r.gold for r in asked["choice"])
    expected = len(asked["choice"]) / (probes.OTHERS + 1)
    assert all(abs(n - expected) < 4.5 * math.sqrt(expected) for n in places.values())
    longer = [len(r.options[r.gold]) - len(r.options[1 - r.gold]) for r in asked["recognition"]]
    wins, ties = sum(d > 0 for d in longer), sum(d == 0 for d in longer)
    n = len(longer) - ties
    assert abs(wins - n / 2) < 3.5 * math.sqrt(n) / 2
    cells = Counter((r.exposures, r.telling) for r in asked["recall"])
    assert len(cells) == 24
    assert max(cells.values()) <= probes.ASKED["lite"].people


def test_recall_is_what_was_told_word_for_word(smoke: Setting, folder: Path):
    texts = {d["text"] for d in corpus.read_documents(folder)}
    for probe in probes.generate(smoke)["recall"]:
        whole = f"{probe.text} {probe.answer}"
        assert any(t.startswith(whole) for t in texts) == (probe.exposures != "0")
        assert probe.options[0] in probe.answer


def test_traps_hold_the_bits_they_say(lite: Setting):
    for trap in lite.traps:
        words = trap.text.split()
        assert len(words) == trap.words
        assert len(set(words)) <= 2**trap.bits
    assert len({t.text for t in lite.traps}) == len(lite.traps)
    cells = Counter((t.bits, t.words, t.repeats) for t in lite.traps)
    assert len(cells) == 4 * 3 * 6


# --- scenes in the prompt ------------------------------------------------------------------------


def test_a_pair_tells_the_same_words_but_for_two_homes(shown: Rows):
    pairs: dict[str, list[FactsRecord]] = {}
    for row in shown["guess"]:
        pairs.setdefault(row.pair_id, []).append(row)
    for pair in pairs.values():
        first, second = sorted(pair, key=lambda r: r.name)
        assert (first.name, second.name) == ("fits", "misleads")
        assert first.gold != second.gold
        assert first.text == second.text
        words = [Counter(" ".join(r.documents).replace(".", "").split()) for r in pair]
        assert words[0] == words[1]
        assert len(set(first.documents) ^ set(second.documents)) > 0


def test_a_scene_names_every_answer_equally_often(shown: Rows):
    for row in shown["guess"]:
        texts = [d for d in row.documents if not d.startswith("Family names")]
        told = Counter(c for c in row.options for d in texts if c in d)
        if row.kind == "direct":
            assert set(told.values()) == {int(row.exposures)}
            assert len(told) == scenes.CAST
        else:
            assert set(told.values()) == {1}
    for row in shown["context_extraction"]:
        assert len(set(row.options)) == scenes.CAST
        assert row.options[row.gold] == row.answer
    for row in (*shown["guess"], *shown["context_recall"]):
        extra = sum("repairs" in d or "roof" in d or "windows" in d or "flood" in d.casefold()
                    or "Painters" in d or "clock" in d for d in row.documents)  # fmt: skip
        assert extra == scenes.FILLER[row.distance]


def test_sizes_and_names():
    assert set(build.configs("fresh")) == {*scenes.CONFIGS, *probes.CONFIGS}
    assert build.shards("fresh", "lite") == ["prompt", "training"]
    made = build.generate("fresh", "smoke", "prompt", SEASON, "")
    count = sum(len(rows) for rows in made.values())
    assert 90 <= count <= 130
    for wrong in (("fresh", "huge"), ("other", "smoke")):
        with pytest.raises(UnknownNameError):
            build.shards(*wrong)
    with pytest.raises(UnknownNameError):
        build.generate("fresh", "smoke", "other", SEASON, "")


# --- published sets, on invented files of the same form ------------------------------------------


def write(root: Path, source, text: str) -> None:
    path = root / source.repository / source.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def passage(n: int) -> dict:
    text = f"The moon of Zarp has {n} gates. Its keeper is Ulm{n}."
    probe = {"input": [f"The moon of Zarp has {n}"] * 4 + ["Nothing like it"],
             "target": ["gates"] * 5}  # fmt: skip
    return {
        "train_context": text,
        **{f"{p}_{k}": v for p in ("mem", "gen", "hard_gen") for k, v in probe.items()},
    }


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path))
    monkeypatch.setattr(paper, "FICTION", paper.Source(paper.FICTION.repository,
                                                       paper.FICTION.path, "x"))  # fmt: skip
    return tmp_path


def test_fiction_is_read_with_its_faults_named(mirror: Path):
    rows = [passage(n) for n in range(paper.PASSAGES)]
    write(mirror, paper.FICTION, json.dumps(rows))
    made = build.generate("paper", "full", "paper", SEASON, "")
    assert {c: len(r) for (c, _), r in made.items()} == dict.fromkeys(paper.EDITIONS["paper"], 650)
    memory = made["fiction_memory", "test"]
    assert sum("not verbatim" in r.links for r in memory) == paper.PASSAGES
    assert Counter(r.attribute for r in memory) == {
        "paraphrase": 200, "duplicate": 200, "once": 200, "spare": 50}  # fmt: skip
    assert all("target in passage" in r.links for r in made["fiction_composed", "test"])
    assert len(list(paper.passages())) == paper.PASSAGES
    rows[3].pop("mem_target")
    write(mirror, paper.FICTION, json.dumps(rows))
    with pytest.raises(HeptathlonError, match=r"passage 3: the field 'mem_target'"):
        paper.fiction()
    write(mirror, paper.FICTION, json.dumps(rows[:5]))
    with pytest.raises(HeptathlonError, match="130 passages"):
        paper.fiction()


def test_sentences_and_traps_are_read_from_a_users_files(mirror: Path):
    for number in paper.EXPERIMENTS:
        for side in ("seen", "unseen"):
            lines = [json.dumps({"sent": f"{side} {number} {n}"}) for n in range(3)]
            lines.append(json.dumps({"sent": "the same"}))
            write(mirror, paper._sentences(number, side), "\n".join(lines) + "\n")
    made = paper.generate("sentences", "full")["sentences_recognition"]
    assert len(made) == 18, "a pair of equal texts cannot be won"
    assert all(r.options[r.gold].startswith("seen") for r in made)
    assert {r.gold for r in made} == {0, 1}
    write(mirror, paper._sentences(2, "unseen"), '{"sent": "one"}\n')
    with pytest.raises(HeptathlonError, match="the pairs go by their place"):
        paper.sentences()
    import pyarrow as pa

    at = mirror / paper.TRAPS.repository / "data/seq_len_25_n_rep_10-00000-of-00001.parquet"
    at.parent.mkdir(parents=True)
    table = pa.table({"perplexity_bucket": [1, 2], "text": ["ab cd", "ef gh"], "label": [1, 0]})
    pq.write_table(table, at)
    found = paper.generate("trap_texts", "full")["trap_texts"]
    assert [(r.exposures, r.kind, r.options) for r in found] == [
        ("10", "25 tokens", ("ab", "cd")), ("0", "25 tokens", ("ef", "gh"))]  # fmt: skip
    pq.write_table(table.drop(["label"]), at)
    with pytest.raises(HeptathlonError, match="no column 'label'"):
        paper.generate("trap_texts", "full")


def test_times_are_one_a_part():
    told = schedule.times(5, 0.5, 1.0, Stream("t"))
    assert [int((t - 0.5) / 0.1 + 1e-9) for t in told] == [0, 1, 2, 3, 4]
    assert all(a < b for a, b in pairwise(told))
