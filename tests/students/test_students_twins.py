"""Twins: exact posteriors, a headline that only a reader earns, and what a sceptic would try."""

import itertools
import json
import math
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from heptathlon.builders.students import fresh, several, twins
from heptathlon.builders.students.skills import SKILLS
from heptathlon.builders.students.skills_meaning import KINDS
from heptathlon.builders.students.skills_steps import answers, result
from heptathlon.builders.students.world import FAITHFUL, World
from heptathlon.families import FAMILIES
from heptathlon.scorers import students as scorer
from heptathlon.scorers import students_twins
from heptathlon.scorers.verdict import Row, Verdict
from heptathlon.tasks.students import twin_prompts
from heptathlon.tasks.students.baselines import PLAYERS

STUDENTS = FAMILIES["students"]
SEASON = "2026.1"
GAP = scorer.STATISTICS["bounded_gap"]


@cache
def docs_of(config: str, tier: str = "lite", salt: str = "") -> list[dict[str, Any]]:
    built = fresh.generate(tier, config, SEASON, salt)[config, "test"]
    return [json.loads(record.model_dump_json()) for record in built]


def groups_of(docs: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    out: dict[str, list[dict[str, Any]]] = {}
    for doc in docs:
        out.setdefault(doc["cluster_id"], []).append(doc)
    return list(out.values())


def judged(docs: list[dict[str, Any]], given_: list[Any]) -> list[Verdict]:
    rows = [
        Row("students_choice", d, scorer.verdict(d, g)) for d, g in zip(docs, given_, strict=True)
    ]
    return scorer.across(rows)


def gap(verdicts: list[Verdict]) -> float:
    values = np.array([[v.metrics[c] for c in GAP.columns] for v in verdicts])
    return GAP.compute(values, np.ones(len(values)))


def likely(logs: Any) -> list[tuple[float, bool]]:
    return [(float(x), False) for x in logs]


# --- what is built -------------------------------------------------------------------------------


def test_twins_differ_in_answers_and_rules_alone():
    for config in ("choice", "peers"):
        for group in groups_of(docs_of(config)):
            assert len(group) == len({d["rule"] for d in group}) == 3
            shown = ("question", "options", "peers", "wording", "half", "key", "base", "steps")
            assert all(d[f] == group[0][f] for d in group for f in shown)
            asked = [[(p["question"], p["options"]) for p in d["past"]] for d in group]
            assert asked[0] == asked[1] == asked[2]
            texts = [(d["question"], sorted(d["options"])) for d in group[0]["past"]]
            assert (group[0]["question"], sorted(group[0]["options"])) not in texts


def test_the_posterior_is_bayes_rule_summed_out():
    """From the record alone: each rule's chance is a product over the answers in the skill."""
    for doc in docs_of("choice"):
        bugs = SKILLS_BY_TITLE[doc["topic"]]
        weights = {}
        for bug in bugs:
            weight = 1.0
            for one in doc["past"]:
                if one["topic"] == doc["topic"]:
                    held = one["carries"][one["chosen"]] == bug
                    weight *= FAITHFUL if held else (1 - FAITHFUL) / 3
            weights[bug] = weight
        # Slips go by appeal, which the record leaves out: the best rule must agree, not the digits.
        best = max(weights, key=lambda b: weights[b])
        sure = weights[best] > 5 * sorted(weights.values())[-2]
        if sure:
            place = doc["carries"].index(best)
            assert doc["top"].index(max(doc["top"])) == place
        assert sum(doc["top"]) == pytest.approx(1)


SKILLS_BY_TITLE = {skill.title: skill.bugs for skill in SKILLS.values()}


def test_answers_follow_the_posterior():
    docs = docs_of("choice")
    sure = np.array([max(d["top"]) for d in docs])
    hits = np.array([d["top"].index(max(d["top"])) == d["chosen"] for d in docs])
    error = math.sqrt((sure * (1 - sure)).sum()) / len(docs)
    assert hits.mean() == pytest.approx(sure.mean(), abs=4 * error)
    # The mean posterior of a group is not far from what is known without answers.
    apart = np.mean([np.array(d["top"]) - np.array(d["base"]) for d in docs], axis=0)
    assert np.abs(apart).max() < 0.03


def test_everything_is_balanced():
    for tier in ("lite", "full"):
        made = [twins.group("choice", i) for i in range(fresh.QUOTA[tier]["choice"])]
        for field in ("steps", "wording", "half", "history", "others"):
            assert len(set(Counter(getattr(g, field) for g in made).values())) == 1, field
        assert len(set(Counter((g.wording, g.half) for g in made).values())) == 1
        assert len(set(Counter((g.steps, g.wording) for g in made).values())) == 1
    smoke = Counter((d["steps"], d["wording"]) for d in docs_of("choice", "smoke"))
    assert set(smoke.values()) == {3}
    assert len(smoke) == len(twins.STEPS) * twins.WORDINGS
    assert STUDENTS.ladder is not None
    assert STUDENTS.ladder.rungs == twins.STEPS


def test_no_word_stands_twice_where_words_could_be_recognised():
    for doc in docs_of("choice"):
        if doc["area"] == "meaning":
            asked = [p["options"] for p in doc["past"] if p["topic"] == doc["topic"]]
            words = [*itertools.chain.from_iterable(asked), *doc["options"]]
            assert len(words) == len(set(words))


def test_words_have_one_kind():
    for kinds in KINDS:
        words = [*kinds.right, *itertools.chain.from_iterable(kinds.others.values())]
        assert len(words) == len(set(words)), kinds.name


def test_chains_by_hand():
    steps = [("take", 6), ("add", 7)]
    assert result(87, steps) == 88
    assert answers(87, steps) == (88, 94, 81, 95)


def test_several_asks_what_one_of_three_would_mark():
    for group in groups_of(docs_of("several")):
        assert len({d["rule"] for d in group}) == 3
        assert sum(d["carries"][d["option"]] == d["rule"] for d in group) == 1
        for doc in group:
            assert sum(doc["top"]) == pytest.approx(1)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_several_posterior_is_exact(index):
    """By brute force over the rules, from the record's own marks."""
    for record in several.several(World("test", ""), "test", index):
        weights = {}
        for rule in [c for c in record.carries if c != "key"]:
            weights[rule] = 1.0
            for one in record.past:
                for i, behind in enumerate(one.carries):
                    likes = behind in ("key", rule)
                    weights[rule] *= FAITHFUL if likes == (i in one.chosen) else 1 - FAITHFUL
        total, asked = sum(weights.values()), record.carries[record.option]
        yes = sum(w * (FAITHFUL if rule == asked else 1 - FAITHFUL) for rule, w in weights.items())
        assert record.top[1] == pytest.approx(yes / total)


def test_prompts_tell_nothing_that_only_the_record_knows():
    spoilt = {"chosen": 0, "top": [], "base": [], "rule": "x", "half": 1, "key": 3, "steps": 9,
              "carries": [], "right": [], "area": "", "history": "", "others": 0,
              "item_id": "x", "cluster_id": "y"}  # fmt: skip
    for config in ("choice", "peers", "several"):
        for doc in docs_of(config):
            ask = getattr(twin_prompts, doc["form"])
            bare = [{**p, "carries": [], "key": 0, "right": []} for p in doc["past"]]
            assert ask(doc) == ask({**doc, **spoilt, "past": bare})


def test_peers_are_shown_in_every_question():
    for doc in docs_of("peers"):
        lines = [x for x in twin_prompts.twin(doc).split("\n") if x.startswith("Other")]
        assert len(lines) == len(doc["past"]) + 1
        assert len(doc["peers"]) in twins.PEERS


# --- the headline --------------------------------------------------------------------------------


def test_the_factor_is_the_best_one_by_an_independent_search():
    docs = docs_of("choice")
    rng = np.random.default_rng(3)
    logs = np.log([d["top"] for d in docs]) * 0.05 + rng.normal(size=(len(docs), 4)) * 0.05
    rows = [Row("v", d, scorer.verdict(d, likely(x))) for d, x in zip(docs, logs, strict=True)]
    made = [t for g in group_rows(rows) for t in students_twins._apart(g)]
    found = students_twins.fitted_factor(made)
    base, apart, top = (np.stack([getattr(t, n) for t in made]) for n in ("base", "apart", "top"))
    mean = (base * apart).sum(1, keepdims=True)
    spread = (base * (apart - mean) ** 2).sum(1).mean()

    def loss(factor: float) -> float:
        scores = np.log(base) + factor * apart
        q = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        return float(-(top * q).sum() + students_twins.PRIOR * spread * factor**2 / 2)

    best = minimize_scalar(loss, bounds=(0, 200), method="bounded", options={"xatol": 1e-8})
    assert found == pytest.approx(best.x, rel=1e-4)


def group_rows(rows: list[Row]) -> list[list[Row]]:
    out: dict[str, list[Row]] = {}
    for row in rows:
        out.setdefault(row.doc["cluster_id"], []).append(row)
    return list(out.values())


def test_the_posterior_earns_the_ceiling_in_any_unit():
    docs = docs_of("choice")
    rows = [Row("v", d, scorer.verdict(d, likely(np.log(d["top"])))) for d in docs]
    best = gap(scorer.across(rows))
    assert best == pytest.approx(scorer.ceiling(rows))
    assert 0.95 < best <= 1
    faint = gap(judged(docs, [likely(0.01 * np.log(d["top"])) for d in docs]))
    assert faint == pytest.approx(best, abs=0.02)


def test_a_habit_does_not_count():
    """What is added to a letter or an option whoever the student is leaves the gap as it is."""
    docs = docs_of("choice")
    rng = np.random.default_rng(0)
    habit = {d["cluster_id"]: rng.normal(size=4) * 3 + [4, 0, 0, -4] for d in docs}
    plain = gap(judged(docs, [likely(np.log(d["top"])) for d in docs]))
    fond = gap(judged(docs, [likely(np.log(d["top"]) + habit[d["cluster_id"]]) for d in docs]))
    assert fond == pytest.approx(plain, abs=1e-6)


def blind(docs: list[dict[str, Any]], how: str) -> list[Any]:
    rng = np.random.default_rng(1)
    kept = {d["cluster_id"]: rng.normal(size=4) for d in docs}
    say: dict[str, Any] = {
        "even": lambda d: [0.0] * 4,
        "first": lambda d: [5.0, 0.0, 0.0, 0.0],
        "base": lambda d: np.log(d["base"]),
        "right": lambda d: [5.0 * (i == d["key"]) for i in range(4)],
        "a guess that is kept": lambda d: kept[d["cluster_id"]],
        "noise": lambda d: rng.normal(size=4),
        "sure noise": lambda d: 20 * rng.normal(size=4),
        "nothing finite": lambda d: [-math.inf] * 4,
        "the wrong way round": lambda d: -np.log(d["top"]),
    }
    return [likely(say[how](d)) for d in docs]


@pytest.mark.parametrize("config", ["choice", "peers"])
@pytest.mark.parametrize(
    "how",
    ["even", "first", "base", "right", "a guess that is kept", "noise", "sure noise",
     "nothing finite", "the wrong way round"],
)  # fmt: skip
def test_who_does_not_look_at_the_answers_earns_nothing(config: str, how: str):
    docs = docs_of(config)
    earned = gap(judged(docs, blind(docs, how)))
    noisy = "noise" in how
    # Of 36 groups a factor is fitted less well than of 144.
    least = 0.03 if config == "choice" else 0.1
    assert abs(earned) < least if noisy else earned == 0.0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.floats(0, 50), st.floats(0, 50))
def test_the_headline_is_bounded(seed, noise, signal):
    docs = docs_of("choice", "smoke")
    rng = np.random.default_rng(seed)
    given_ = [likely(signal * np.log(d["top"]) + noise * rng.normal(size=4)) for d in docs]
    verdicts = judged(docs, given_)
    assert -1 <= gap(verdicts) <= 1
    assert all(v.metrics["bounded_gain"] <= v.metrics["room"] + 1e-9 for v in verdicts)
    assert all(math.isfinite(x) for v in verdicts for x in v.metrics.values())


def test_answers_of_one_half_do_not_fit_its_own_factor():
    docs = docs_of("choice")
    given_ = [likely(np.log(d["top"])) for d in docs]
    other = [
        likely(np.zeros(4)) if d["half"] == 0 else g for d, g in zip(docs, given_, strict=True)
    ]
    changed = judged(docs, other)
    own = [v.metrics["bounded_gain"] for v, d in zip(changed, docs, strict=True) if d["half"] == 1]
    assert own == pytest.approx([0.0] * len(own)), "its factor comes from the silent half"


def test_a_broken_group_has_no_figures():
    docs = docs_of("choice", "smoke")[:-1]
    verdicts = judged(docs, [likely(np.log(d["top"])) for d in docs])
    whole = [v for v in verdicts if "bounded_gain" in v.metrics]
    assert len(whole) == len(docs) - 2


# --- written answers -----------------------------------------------------------------------------


def test_written_answers_are_on_the_same_scale():
    docs = docs_of("choice")
    best = [twin_prompts.labels_of(d)[d["top"].index(max(d["top"]))] for d in docs]
    assert gap(judged(docs, [[f"ANSWER: {x}"] for x in best])) > 0.9
    wrong = judged(docs, [["I cannot say."] for _ in docs])
    assert all(v.invalid and v.metrics["acc"] == 0.25 for v in wrong)
    assert gap(wrong) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("form", "said", "place"),
    [
        ("twin", "ANSWER: F", 1), ("twin", "f", 1), ("twin", "F) owl", 1), ("twin", "owl", 1),
        ("twin", "The rule is birds.\nANSWER: (F)", 1), ("twin", "ANSWER: E or F", None),
        ("twin", "A", None), ("several", "ANSWER: yes", 1), ("several", "No.", 0),
        ("several", "perhaps", None),
    ],
)  # fmt: skip
def test_reading(form, said, place):
    doc = {"form": form, "wording": 1, "options": ["bee", "owl", "cow", "cod"], "chosen": 1,
           "key": 2}  # fmt: skip
    verdict = scorer.verdict(doc, [said])
    if place is None:
        assert verdict.invalid
    else:
        assert not verdict.invalid
        assert verdict.probabilities.index(max(verdict.probabilities)) == place


# --- players -------------------------------------------------------------------------------------


def played(name: str, config: str, tier: str = "lite") -> float:
    docs = docs_of(config, tier)
    player = PLAYERS[name]
    given_ = [player.likelihoods(d, twin_prompts.options(d)) for d in docs]
    assert given_ == [player.likelihoods(d, twin_prompts.options(d)) for d in docs]
    return gap(judged(docs, given_))


def test_what_each_player_may_reach():
    for config in ("choice", "peers", "several"):
        for name in ("constant", "uniform", "always_correct", "popularity", "tracing"):
            assert played(name, config) == pytest.approx(0.0, abs=1e-9), (name, config)
        assert played("oracle", config) > 0.95
        assert played("repeat_the_bug", config) > 0.7
    assert abs(played("random", "choice")) < 0.03
    # A matcher of shapes gets a little, one that knows no word and no rule not much.
    for name in ("same_place", "same_rank", "same_letters", "in_context"):
        assert played(name, "choice") < 0.25, name
    assert played("same_rank", "choice") > 0.03
    assert played("like_a_peer", "peers") > 0.5, "who compares students need not know the rules"
    assert played("like_a_peer", "choice") == pytest.approx(0.0, abs=1e-9)


def test_only_what_sees_the_prompt_can_be_the_bar():
    bars = {name for name, p in PLAYERS.items() if p.sees == "prompt"}
    assert bars == {"constant", "random", "uniform", "always_correct", "same_place", "same_rank",
                    "same_letters", "in_context", "like_a_peer"}  # fmt: skip
