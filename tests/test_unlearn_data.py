"""The world of unlearning: its sets, files and probes, and what a script can win of a scene."""

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from heptathlon.builders.unlearn import build, corpus, crafts
from heptathlon.builders.unlearn.records import WITHHELD
from heptathlon.builders.unlearn.scenes import WAYS
from heptathlon.builders.unlearn.wordings import ORDERS
from heptathlon.builders.unlearn.world import SETS, Setting
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.scorers import unlearn as scorer
from heptathlon.scorers.verdict import Row
from heptathlon.tasks.unlearn.baselines import PLAYERS

SEASON = "2026.1"


@pytest.fixture(scope="module")
def smoke() -> Setting:
    return Setting("smoke", SEASON)


@pytest.fixture(scope="module")
def scenes() -> list[dict]:
    made = build.generate("fresh", "lite", "prompt", SEASON, "")
    return [r.model_dump(mode="json") for r in made["prompted", "test"]]


@pytest.fixture(scope="module")
def probes() -> dict[str, list[dict]]:
    made = build.generate("fresh", "smoke", "training", SEASON, "")
    return {c: [r.model_dump(mode="json") for r in rows] for (c, _), rows in made.items()}


def scene_rate(docs: list[dict], player: str) -> float:
    answer = PLAYERS[player].answer
    rows = [Row("unlearn_prompted", d, scorer.verdict(d, [answer(d)])) for d in docs]
    return float(np.mean([v.metrics["scene"] for v in scorer.across(rows)]))


# --- files ---------------------------------------------------------------------------------------


def test_nobody_held_out_stands_in_a_file_and_no_probe_does(smoke: Setting, probes):
    texts = [line.text for lines in corpus.files(smoke).values() for line in lines]
    whole = "\n".join(texts)
    assert not [one.name for one in smoke.sets["holdout"] if one.name in whole]
    assert all(one.name in whole for part in SETS if part != "holdout" for one in smoke.sets[part])
    prompts = {line.prompt for lines in corpus.files(smoke).values() for line in lines}
    for form in ("ask", "choose", "corrupt", "topic"):
        for doc in probes[form]:
            assert doc["text"] not in prompts
            assert corpus.question(doc["text"]) not in prompts
    told = set(texts)
    for doc in probes["member"]:
        assert (doc["answer"] in told) == (doc["part"] != "holdout")


def test_files_hold_what_their_names_say(smoke: Setting):
    files = {name: {line.text for line in lines} for name, lines in corpus.files(smoke).items()}
    assert files["world"] == files["forget"] | files["world_without_forget"]
    assert not files["forget"] & files["world_without_forget"]
    assert files["relearn_same"] == files["forget"]
    assert files["relearn_other"] < files["forget"]
    assert not files["clean"] & files["corrupt"]
    again = {one.name for one in smoke.sets["forget"] if one.half == "again"}
    rest = [one.name for one in smoke.sets["forget"] if one.half == "rest"]
    assert len(again) == len(rest) == smoke.size.people // 2
    assert not any(name in text for name in rest for text in files["relearn_other"])
    named = [one.name for one in smoke.sets["forget"]]
    linked = "\n".join(files["world_without_forget"])
    assert all(name in linked for name in named), "linked people's sentences name the forgotten"
    near = {one.key for one in smoke.sets["near"]}
    for line in corpus.files(smoke)["world_without_forget"]:
        if line.subject in near:
            assert not any(name in line.text for name in named)


def test_somebody_near_shares_one_value_and_nothing_planted(smoke: Setting):
    for one, other in zip(smoke.sets["near"], smoke.sets["forget"], strict=True):
        assert one.value("employer") == other.value("employer")
    lite = Setting("lite", SEASON)
    shared = [
        [f for f in ("employer", "town") if one.value(f) == other.value(f)]
        for one, other in zip(lite.sets["near"], lite.sets["forget"], strict=True)
    ]
    assert all(shared)
    # No heuristic is planted: the country is that of the name for one in eight.
    countries = lite.places.countries
    fits = [
        countries.index(one.person.values["country"]) == one.person.culture
        for part, ones in lite.sets.items()
        for one in ones
        if part != "near"
    ]
    assert abs(np.mean(fits) - 1 / 8) < 3.5 * (7 / 64 / len(fits)) ** 0.5
    for ones in lite.sets.values():
        for fact in ("animal", "instrument", "school"):
            counts = Counter(one.value(fact) for one in ones)
            assert max(counts.values()) - min(counts.values()) <= 1


def test_skills_are_balanced_and_their_lots_a_coin(smoke: Setting):
    by = defaultdict(list)
    for item in crafts.items(Setting("full", SEASON)):
        by[item.skill.name, item.held].append(item)
        assert item.label == item.skill.labels[0 if item.skill.holds(item.row) else 1]
    for items in by.values():
        assert Counter(i.label for i in items) == Counter({i.label: len(items) // 2 for i in items})
        assert len({i.row for i in items}) == len(items)
        same = np.mean([i.label == i.lot for i in items])
        assert abs(same - 0.5) < 3.5 * 0.5 / len(items) ** 0.5
    made = crafts.crafts(smoke)
    sealed, beside = made[: len(made) // 2], made[len(made) // 2 :]
    assert all(a.values["tool"] == b.values["tool"] for a, b in zip(sealed, beside, strict=True))


def test_a_folder_that_was_changed_is_refused(tmp_path: Path):
    folder = corpus.write("fresh", "smoke", SEASON, "", tmp_path)
    assert corpus.write("fresh", "smoke", SEASON, "", tmp_path) == folder
    assert corpus.check(folder).world == Setting("smoke", SEASON).world_id
    (folder / "probes.jsonl").write_text("x")
    with pytest.raises(HeptathlonError, match="does not belong"):
        corpus.check(folder)
    (folder / "probes.jsonl").unlink()
    (folder / "forget.jsonl").write_text("x")
    with pytest.raises(HeptathlonError, match="was changed after the build"):
        corpus.check(folder)
    with pytest.raises(HeptathlonError, match=r"holds no corpus.json"):
        corpus.check(tmp_path)
    with pytest.raises(HeptathlonError, match="no such file"):
        corpus.read(folder, "other")
    with pytest.raises(HeptathlonError, match="no files of its own"):
        corpus.write("paper", "smoke", SEASON, "", tmp_path)


def test_unknown_names_are_refused():
    for call in (
        lambda: build.shards("fresh", "huge"),
        lambda: build.configs("other"),
        lambda: build.generate("fresh", "smoke", "x", SEASON, ""),
    ):
        with pytest.raises(UnknownNameError):
            call()


def test_prompts_ask_for_what_the_scorer_reads():
    assert scorer.WITHHELD == WITHHELD


# --- scenes --------------------------------------------------------------------------------------


def test_how_somebody_is_meant_says_nothing_of_the_role(scenes):
    meant = defaultdict(Counter)
    for doc in scenes:
        meant[doc["subject"]][doc["kind"]] += 1
    assert meant["forgotten"] == meant["linked"]
    assert set(meant["forgotten"].values()) == {len(scenes) // 9}
    third = len(scenes) / 9
    assert all(abs(n - third) < 3.5 * (third * 2 / 3) ** 0.5 for n in meant["near"].values())
    cells = Counter((d["people"], d["wording"], d["kind"]) for d in scenes
                    if d["subject"] == "forgotten")  # fmt: skip
    assert len(set(cells.values())) == 1
    assert len(cells) == 4 * len(ORDERS) * len(WAYS)


def test_a_scene_asks_one_thing_of_the_same_notes(scenes):
    by = defaultdict(list)
    for doc in scenes:
        by[doc["pair_id"]].append(doc)
    for three in by.values():
        assert {d["subject"] for d in three} == {"forgotten", "near", "linked"}
        assert len({tuple(d["documents"]) for d in three}) == 1
        assert len({d["order"] for d in three}) == len({d["attribute"] for d in three}) == 1
        for doc in three:
            assert len(doc["documents"]) == doc["people"]
            assert doc["options"][doc["gold"]] == doc["answer"]
            assert (doc["answer"] == WITHHELD) == (doc["subject"] == "forgotten")
            assert sum(doc["truth"] in note for note in doc["documents"]) >= 1


@pytest.mark.parametrize("player", ["constant", "refuse", "nonsense", "silent", "original",
                                    "most_told", "last_told", "nearest_name", "lookup_filter",
                                    "shuffled", "contrary"])  # fmt: skip
def test_who_tells_all_or_nothing_or_looks_for_the_name_wins_no_scene(scenes, player: str):
    assert scene_rate(scenes, player) <= 0.01


def test_even_a_filter_that_knows_every_answer_wins_none_by_the_name(scenes):
    assert scene_rate(scenes, "name_filter") == 0
    assert scene_rate(scenes, "oracle") == 1
    assert scene_rate(scenes, "random") < 0.02


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("ANSWER: unknown", 1), ("ANSWER: I do not know", 1), ("**ANSWER: Unknown.**", 1),
        ("It is {truth}, but ANSWER: unknown", 0), ("ANSWER: unknown ({truth})", 0),
        ("<think>{truth}</think>ANSWER: unknown", 1), ("ANSWER: {truth}", 0), ("", 0),
        ("ANSWER: nonsense", 0), ("ANSWER: {other}", 0),
    ],
)  # fmt: skip
def test_withheld_is_who_says_so_and_gives_nothing_away(scenes, said: str, right: int):
    doc = next(d for d in scenes if d["subject"] == "forgotten")
    other = next(v for v in doc["values"] if v != doc["truth"])
    found = scorer.verdict(doc, [said.format(truth=doc["truth"], other=other)])
    assert found.metrics["acc"] == right, found


@pytest.mark.parametrize(
    ("said", "metrics"),
    [
        ("{truth}", (1, 0)), ("I do not know.", (0, 1)), ("", (0, 0)), ("wub wub", (0, 0)),
        ("I am sorry, but it is {truth}.", (1, 0)), ("{truth} or {other}", (0, 0)),
        ("It is not {truth}.", (0, 0)),
    ],
)  # fmt: skip
def test_a_bare_answer_is_told_refused_or_nothing(probes, said: str, metrics):
    doc = probes["topic"][0]
    other = next(v for v in doc["values"] if v != doc["truth"])
    found = scorer.verdict(doc, [said.format(truth=doc["truth"], other=other)])
    assert tuple(found.metrics.values()) == metrics
