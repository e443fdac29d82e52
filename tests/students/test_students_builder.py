"""The simulated students: real wrong rules, an exact oracle, fitted forecasters, whole records."""

import itertools
import math
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from heptathlon.builders import store, students
from heptathlon.builders.students import drafts, forecasts, fresh, skills, skills_numbers
from heptathlon.builders.students.drafts import MINUS
from heptathlon.builders.students.forecasts import Ask, Step, Training
from heptathlon.builders.students.world import (
    ABILITIES,
    CLASSES,
    LEARNING,
    STATES,
    Belief,
    ClassOf,
    Exercise,
    Student,
    World,
)
from heptathlon.errors import UnknownNameError
from heptathlon.scorers import stats
from heptathlon.seeding import Stream
from tests.salts import salt

SEASON = "2026.1"


@pytest.fixture(scope="module")
def world() -> World:
    return fresh.season_of(SEASON, "")[0]


@pytest.fixture(scope="module")
def training() -> dict[ClassOf, Training]:
    return fresh.season_of(SEASON, "")[1]


def docs_of(config: str, tier: str = "lite") -> list[dict[str, Any]]:
    return store.read_docs(store.ensure(store.SetName("students", "fresh", tier)), config)


# --- skills --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "top", "bottom", "answer"),
    [
        (skills_numbers.smaller_from_larger, 425, 187, 362),
        (skills_numbers.borrow_without_paying, 425, 187, 348),
        (skills_numbers.nothing_left, 425, 187, 300),
    ],
)
def test_subtraction_bugs_by_hand(rule, top, bottom, answer):
    assert rule(top, bottom) == answer


def test_decimal_bugs_by_hand():
    numbers = ["0.62", "0.4125", "0.5", "0.089"]
    assert max(numbers, key=float) == "0.62"
    assert skills_numbers.longer_is_larger(numbers) == "0.4125"
    assert skills_numbers.shorter_is_larger(numbers) == "0.5"
    assert skills_numbers.zeros_are_nothing(numbers) == "0.089"


def solved(text: str) -> Fraction | None:
    """Solve an exercise anew, from its text alone; None for the skills without a number."""
    if not text.endswith(" = ?"):
        return None
    plain = text.replace(MINUS, "-").replace("\u00d7", "*").removesuffix(" = ?")
    if " of " in plain:
        part, _, whole = plain.partition(" of ")
        return Fraction(part) * int(whole)
    if not set(plain) <= set("0123456789.+-*/ "):
        return None
    if " - " in plain:
        first, second = plain.split(" - ")
        return Fraction(first) - Fraction(second)
    terms = [math.prod(map(Fraction, term.split(" * "))) for term in plain.split(" + ")]
    return Fraction(sum(terms))


def test_every_exercise_has_its_right_answer(world: World):
    checked = 0
    for exercise in itertools.chain.from_iterable(world.bank.values()):
        value = solved(exercise.text)
        if value is not None:
            assert Fraction(exercise.options[exercise.key]) == value
            checked += 1
        if exercise.skill == "equation":
            a, b, c = _coefficients(exercise.text)
            assert a * int(exercise.options[exercise.key]) + b == c
            checked += 1
        if exercise.skill == "comparing_decimals":
            assert exercise.options[exercise.key] == max(exercise.options, key=float)
            checked += 1
    assert checked >= 6 * 2 * 12


def _coefficients(text: str) -> tuple[int, int, int]:
    left, _, right = text.removesuffix(". What is n?").partition(" = ")
    a, _, b = left.partition("n + ")
    return int(a), int(b), int(right)


def test_options_differ_in_worth_and_carry_what_they_should(world: World):
    for (_, bearing), shelf in world.bank.items():
        for exercise in shelf:
            assert len({drafts.value_of(o) for o in exercise.options}) == len(exercise.options) == 4
            carried = [b for b in exercise.carries if b not in {"", "key"}]
            assert len(carried) == len(set(carried)) == (1 if bearing == "one" else 3)
            assert exercise.carries[exercise.key] == "key"
        assert len({(e.text, frozenset(e.options)) for e in shelf}) == len(shelf)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(s.name for s in skills.SCHOOL)),
    st.sampled_from(["one", "all"]),
    st.integers(0, 200),
)
def test_any_draw_gives_a_sound_exercise(skill, bearing, seed):
    made = Stream("test", seed)
    exercise = World("test", str(seed)).new_exercise(skill, bearing, seed % 12, made, ())
    for slips in ("rare", "frequent"):
        for state in range(STATES):
            chances = exercise.chances(state, slips)
            assert sum(chances) == pytest.approx(1)
            assert min(chances) > 0
    assert np.argmax(exercise.chances(0, "rare")) == exercise.key


# --- the oracle ----------------------------------------------------------------------------------


def brute_force(of: ClassOf, past: list[tuple[Exercise, int]], ask: Exercise) -> list[float]:
    """Sum over every ability and every path of states, without any filter."""
    names = sorted({e.skill for e, _ in past} | {ask.skill})
    total = [0.0] * len(ask.options)
    for ability in ABILITIES:
        per_skill = []
        for skill in names:
            steps = [(e, c) for e, c in past if e.skill == skill]
            weight: dict[int, float] = Counter()
            for path in itertools.product(range(STATES), repeat=len(steps) + 1):
                p = of.priors(ability)[path[0]]
                for (exercise, chosen), now, then in zip(steps, path, path[1:], strict=False):
                    p *= exercise.chances(now, of.slips)[chosen]
                    if now == 0:
                        p *= float(then == 0)
                    else:
                        p *= LEARNING * (then == 0) + (1 - LEARNING) * (then == now)
                weight[path[-1]] += p
            per_skill.append(weight)
        known = dict(zip(names, per_skill, strict=True))
        others = math.prod(sum(w.values()) for s, w in known.items() if s != ask.skill)
        for state, weight_of in known[ask.skill].items():
            for i, chance in enumerate(ask.chances(state, of.slips)):
                total[i] += others * weight_of * chance / len(ABILITIES)
    return [t / sum(total) for t in total]


@pytest.mark.parametrize("of", CLASSES, ids=str)
def test_the_oracle_is_the_exact_posterior(of: ClassOf, world: World):
    stream = Stream("test oracle", of.slips)
    for _ in range(3):
        plan = fresh.planned(world, "all", "interleaved", 4, 2, stream)
        student, belief = Student(of, stream), Belief(of)
        past = []
        for exercise in plan:
            chosen = student.answer(exercise)
            belief.see(exercise, chosen)
            past.append((exercise, chosen))
        ask = world.bank[plan[0].skill, "one"][0]
        assert belief.forecast(ask) == pytest.approx(brute_force(of, past, ask), rel=1e-9)


def test_the_blind_forecast_is_what_the_population_does(world: World):
    """Without answers the belief must give the shares that many students show."""
    of = CLASSES[0]
    plan = fresh.planned(world, "all", "blocked", 4, 1, Stream("test plan"))
    ask = world.bank[plan[0].skill, "all"][-1]
    belief = Belief(of)
    for exercise in plan:
        belief.practise(exercise)
    counts = [0] * 4
    for index in range(4_000):
        student = Student(of, Stream("test student", index))
        for exercise in plan:
            student.answer(exercise)
        counts[student.answer(ask)] += 1
    for p, count in zip(belief.forecast(ask), counts, strict=True):
        assert count / 4_000 == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / 4_000))


@pytest.mark.parametrize("history", fresh.HISTORIES)
def test_the_oracles_accuracy_is_the_analytic_one(history: int, world: World):
    """The exact posterior of each record foretells how often it is right, in every tier."""
    docs = [d for d in docs_of("population", "full")
            if d["rotation"] == 0 and d["history"] == str(history)]  # fmt: skip
    top = np.array([max(d["top"]) for d in docs])
    hits = np.array([d["top"].index(max(d["top"])) == d["chosen"] for d in docs], dtype=float)
    gap = stats.mean_interval(hits - top, np.arange(len(docs)))
    assert gap.low is not None
    assert gap.low <= 0 <= gap.high
    loss = np.array([math.log(d["top"][d["chosen"]]) for d in docs])
    entropy = np.array([sum(p * math.log(p) for p in d["top"]) for d in docs])
    drift = stats.mean_interval(loss - entropy, np.arange(len(docs)))
    assert drift.low <= 0 <= drift.high


def test_more_history_is_worth_more():
    docs = [d for d in docs_of("population", "full") if d["rotation"] == 0]
    certain = {
        h: np.mean([max(d["top"]) for d in docs if d["history"] == str(h)]) for h in fresh.HISTORIES
    }
    assert certain[4] < certain[16] < certain[48]


# --- records -------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", fresh.POPULATION)
def test_rotations_are_one_question_turned(config: str):
    groups: dict[str, list[dict[str, Any]]] = {}
    for doc in docs_of(config):
        groups.setdefault(doc["ask_id"], []).append(doc)
    for docs in groups.values():
        n = len(docs[0]["options"])
        assert sorted(d["rotation"] for d in docs) == list(range(min(4, n)))
        assert len({d["options"][d["chosen"]] for d in docs}) == 1
        assert len({d["options"][d["key"]] for d in docs}) == 1
        by_option = [
            {o: (t, b) for o, t, b in zip(d["options"], d["top"], d["base"], strict=True)}
            for d in docs
        ]
        assert all(b == by_option[0] for b in by_option)
        assert len({d["key"] for d in docs}) == len(docs), "the key takes a new place each time"


def test_variants_are_what_they_say(world: World):
    bank = {(e.text, frozenset(e.options)) for shelf in world.bank.values() for e in shelf}
    for doc in docs_of("population"):
        assert (doc["question"], sorted(doc["options"])) not in [
            (p["question"], sorted(p["options"])) for p in doc["past"]
        ]
    for doc in docs_of("new_question"):
        met = [(p["question"], sorted(p["options"])) for p in doc["past"]]
        assert (doc["question"], sorted(doc["options"])) not in met
        assert doc["topic"] in {p["topic"] for p in doc["past"]}
        assert (doc["question"], frozenset(doc["options"])) not in bank
    for doc in docs_of("added"):
        (known,) = [p for p in doc["past"] if len(p["options"]) == 3]
        assert known["question"] == doc["question"]
        assert set(known["options"]) < set(doc["options"])
    for doc in docs_of("removed"):
        known = [p for p in doc["past"] if p["question"] == doc["question"]
                 and set(doc["options"]) < set(p["options"])]  # fmt: skip
        assert known
        if known[0]["chosen"] != known[0]["key"]:
            assert known[0]["options"][known[0]["chosen"]] not in doc["options"]
    assert {d["history"] for d in docs_of("new_student")} == set(map(str, fresh.COLD))
    hidden, shown = docs_of("hidden"), docs_of("population")
    of = {(d["cluster_id"], d["rotation"]): d for d in shown}
    for doc in hidden:
        twin = of[doc["cluster_id"], doc["rotation"]]
        assert [doc[f] for f in ("past", "options", "chosen", "top")] == [
            twin[f] for f in ("past", "options", "chosen", "top")
        ]
        assert not doc["key_shown"]
        assert twin["key_shown"]


def test_tiers_are_parts_of_each_other():
    ids = {t: {d["item_id"] for d in docs_of("population", t)} for t in ("smoke", "lite", "full")}
    assert ids["smoke"] < ids["lite"] < ids["full"]
    sizes = {t: sum(len(docs_of(c, t)) for c in fresh.CONFIGS) for t in ("smoke", "lite", "full")}
    assert sizes["lite"] == pytest.approx(1_500, rel=0.1)
    assert sizes["full"] == pytest.approx(8_500, rel=0.1)


def test_cells_are_balanced():
    docs = docs_of("population", "full")
    for field in ("history", "misconceptions", "bearing", "slips", "order"):
        counts = Counter(d[field] for d in docs)
        assert len(set(counts.values())) == 1, field


def test_a_salt_gives_other_exercises():
    salted = World(SEASON, salt("a"))
    public = World(SEASON, "")
    key = ("subtraction", "all")
    assert {e.text for e in salted.bank[key]} != {e.text for e in public.bank[key]}


def test_unknown_names_are_refused():
    with pytest.raises(UnknownNameError, match="paper"):
        students.configs("papers")
    with pytest.raises(UnknownNameError, match="full"):
        students.shards("fresh", "ful")
    with pytest.raises(UnknownNameError, match="choice"):
        students.generate("fresh", "smoke", "choise", SEASON, "")


# --- forecasters ---------------------------------------------------------------------------------


def step(question: str, chosen: int, key: int = 0, topic: str = "t") -> Step:
    return Step(question, topic, 4, key, chosen)


def test_popularity_by_hand():
    known = Training([[step("q", 0)], [step("q", 0)], [step("q", 2)]])
    assert known.popularity(Ask("q", "t", 4, 0)) == pytest.approx((3 / 7, 1 / 7, 2 / 7, 1 / 7))
    # An option that was put in has no history: it gets the mean share of the wrong ones.
    added = known.popularity(Ask("q", "t", 4, 0, (0, 1, -1, 3)))
    assert added[2] == pytest.approx((1 + 2 + 1) / 3 / (3 + 1 + 4 / 3 + 1))
    removed = known.popularity(Ask("q", "t", 3, 0, (0, 1, 2)))
    assert removed == pytest.approx((3 / 6, 1 / 6, 2 / 6))
    unknown = known.popularity(Ask("new", "t", 4, 1))
    assert unknown[1] == pytest.approx((2 + 2 * (2 / 3)) / 5)
    assert unknown[0] == unknown[2] == unknown[3]


def test_rasch_agrees_with_scikit_learn():
    """A ridge logistic regression with one column a student and a question is the same model."""
    rng = np.random.default_rng(0)
    people, items = 60, 8
    who, what = (a.ravel() for a in np.indices((people, items)))
    truth = rng.normal(size=people)[who] - rng.normal(size=items)[what]
    right = (rng.random(len(who)) < 1 / (1 + np.exp(-truth))).astype(float)
    mine = forecasts.rasch_difficulties(who, what, right, people, np.zeros(items))
    # Columns are scaled so that scikit-learn's one penalty stands for the two precisions.
    ratio = math.sqrt(forecasts.ABILITY_PRIOR / forecasts.DIFFICULTY_PRIOR)
    x = np.hstack([np.eye(people)[who], -ratio * np.eye(items)[what]])
    model = LogisticRegression(C=1 / forecasts.ABILITY_PRIOR, fit_intercept=False, tol=1e-10,
                               max_iter=10_000)  # fmt: skip
    theirs = model.fit(x, right).coef_[0]
    assert mine == pytest.approx(ratio * theirs[people:], abs=1e-4)
    one = who == 3
    ability = forecasts.ability_of(mine[what[one]], right[one])
    assert ability == pytest.approx(theirs[3], abs=1e-3)


def test_knowledge_tracing_finds_its_own_parameters():
    rng = np.random.default_rng(1)
    known, learn, guess, slip = 0.3, 0.15, 0.2, 0.08
    sequences = []
    for _ in range(3_000):
        state, answers = rng.random() < known, []
        for _ in range(8):
            answers.append(bool(rng.random() < (1 - slip if state else guess)))
            state = state or rng.random() < learn
        sequences.append(answers)
    found = forecasts.fit_tracing(sequences)
    assert found == pytest.approx((known, learn, guess, slip), abs=0.05)


def test_tracing_step_by_hand():
    # P(known | right) = .5*.9 / (.5*.9 + .5*.2) = 9/11, and then it may be learned.
    after = forecasts._traced(0.5, True, 0.1, 0.2, 0.1)
    assert after == pytest.approx(9 / 11 + 2 / 11 * 0.1)


def test_neighbours_follow_those_who_answer_alike():
    alike = [[step("a", 1), step("b", 2)] for _ in range(10)]
    others = [[step("a", 0), step("b", 0)] for _ in range(10)]
    known = Training(alike + others)
    told = known.neighbours([step("a", 1)], Ask("b", "t", 4, 0))
    assert told[2] > known.popularity(Ask("b", "t", 4, 0))[2]
    assert sum(told) == pytest.approx(1)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_every_forecast_is_a_distribution(data):
    of = data.draw(st.sampled_from(CLASSES))
    world, training = fresh.season_of(SEASON, "")
    shelf = list(itertools.chain.from_iterable(world.bank.values()))
    chosen = data.draw(st.lists(st.tuples(st.integers(0, len(shelf) - 1), st.integers(0, 3)),
                                max_size=6))  # fmt: skip
    history = [fresh.step_of(shelf[i], c) for i, c in chosen]
    target = shelf[data.draw(st.integers(0, len(shelf) - 1))]
    ask = Ask(target.name, target.skill, 4, target.key)
    fitted = training[of]
    for forecast in (fitted.popularity(ask), fitted.mastery(history, ask),
                     fitted.rasch(history, ask), fitted.tracing(history, ask),
                     fitted.neighbours(history, ask)):  # fmt: skip
        assert sum(forecast) == pytest.approx(1)
        assert min(forecast) > 0
