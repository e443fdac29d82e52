"""The icl event: posteriors by brute force, algorithms beside scikit-learn, twins, attacks."""

import itertools
import math
from collections import Counter, defaultdict
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor

from heptathlon.builders.icl import build, numbers, rules
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.scorers import icl
from heptathlon.scorers.verdict import Row
from heptathlon.seeding import Stream
from heptathlon.tasks.icl import algorithms, prompts
from heptathlon.tasks.players import players_of
from tests.salts import salt

SEASON = "2026.1"
Doc = dict[str, Any]


@cache
def docs(form: str, name: str = "", tier: str = "lite") -> list[Doc]:
    made = build.generate("fresh", tier, form, SEASON, salt(name) if name else "")
    return [record.model_dump(mode="json") for record in made[form, "test"]]


def verdicts(form: str, answer: Any, rows: list[Doc]) -> list[Any]:
    return icl.across([Row(f"icl_{form}", doc, icl.verdict(doc, answer(doc))) for doc in rows])


def mean(form: str, metric: str, answer: Any, rows: list[Doc]) -> float:
    return float(np.mean([v.metrics[metric] for v in verdicts(form, answer, rows)]))


# --- posteriors ----------------------------------------------------------------------------------

BY_HAND = {
    "literal": [(lambda bits, i=i: bits[i] == "1") for i in range(5)],
    "conjunction": [
        (lambda bits, s=s: all(bits[i] == "1" for i in s))
        for k in (2, 3)
        for s in itertools.combinations(range(5), k)
    ],
    "disjunction": [
        (lambda bits, s=s: any(bits[i] == "1" for i in s))
        for k in (2, 3)
        for s in itertools.combinations(range(5), k)
    ],
    "majority": [
        (lambda bits, s=s: [bits[i] for i in s].count("1") >= 2)
        for s in itertools.combinations(range(5), 3)
    ],
    "parity2": [
        (lambda bits, a=a, b=b: bits[a] != bits[b]) for a, b in itertools.combinations(range(5), 2)
    ],
    "parity3": [
        (lambda bits, s=s: [bits[i] for i in s].count("1") in (1, 3))
        for s in itertools.combinations(range(5), 3)
    ],
}
"""The classes once more, as functions of a text."""


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_a_posterior_is_the_share_of_rules_that_fit(data: st.DataObject):
    rule = data.draw(st.sampled_from(rules.RULES))
    hidden = data.draw(st.sampled_from(BY_HAND[rule]))
    inputs = data.draw(st.lists(st.sampled_from(rules.INPUTS), max_size=6, unique=True))
    query = data.draw(st.sampled_from(rules.INPUTS))
    truths = [hidden(text) for text in inputs]
    left = [f for f in BY_HAND[rule] if [f(text) for text in inputs] == truths]
    told = rules.belief(inputs, truths, rule)[query]
    assert told == Fraction(sum(f(query) for f in left), len(left))
    # Untold: classes alike, then both signs, then the rules of a class.
    whole = true = Fraction()
    for functions in BY_HAND.values():
        for f in functions:
            for sign in (False, True):
                if [f(text) != sign for text in inputs] == truths:
                    whole += Fraction(1, len(functions))
                    true += Fraction(f(query) != sign, len(functions))
    assert rules.belief(inputs, truths)[query] == true / whole


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_a_linear_posterior_is_counted(data: st.DataObject):
    places = data.draw(st.integers(1, 2))
    point = st.tuples(*[st.integers(-4, 4)] * places)
    inputs = data.draw(st.lists(point, min_size=1, max_size=4))
    query, hidden = data.draw(point), data.draw(st.tuples(*[st.integers(-3, 3)] * places))
    noise = data.draw(st.booleans())
    errors = data.draw(st.lists(st.sampled_from([-1, 0, 1] if noise else [0]),
                                min_size=len(inputs), max_size=len(inputs)))  # fmt: skip

    def value(w: tuple[int, ...], x: tuple[int, ...]) -> int:
        return sum(a * b for a, b in zip(w, x, strict=True))

    answers = [value(hidden, x) + e for x, e in zip(inputs, errors, strict=True)]
    parts = {-1: 1, 0: 2, 1: 1} if noise else {0: 1}
    counted: Counter[int] = Counter()
    for w in itertools.product(range(-3, 4), repeat=places):
        weight = math.prod(
            parts.get(y - value(w, x), 0) for x, y in zip(inputs, answers, strict=True)
        )
        for error, share in parts.items():
            counted[value(w, query) + error] += weight * share
    found = numbers.likely(inputs, answers, query, noise)
    assert found == {v: Fraction(n, counted.total()) for v, n in sorted(counted.items()) if n}


def test_urns_worked_by_hand():
    """Two urns (7, 2, 1) and (1, 2, 7); drawn a, a, b."""
    urns, counts = [(7, 2, 1), (1, 2, 7)], (2, 1, 0)
    assert numbers.memoriser(urns, counts) == [Fraction(688, 1000), Fraction(1, 5),
                                               Fraction(112, 1000)]  # fmt: skip
    assert numbers.generaliser(counts) == [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
    # Marginals 1/20 and 1/30, so that the urn is a known one with 3/5.
    assert numbers.still_known(urns, counts) == Fraction(3, 5)
    assert numbers.mixture(urns, counts) == pytest.approx([0.6128, 0.25333, 0.13387], abs=1e-4)


# --- algorithms ----------------------------------------------------------------------------------


def test_regressions_worked_by_hand():
    X, y, q = np.array([[1.0, 0], [0, 1], [1, 1]]), np.array([1.0, 2, 4]), np.array([1.0, -1])  # noqa: N806
    assert algorithms.least_squares(X, y, q) == pytest.approx(-1)
    assert algorithms.ridge(1.0)(X, y, q) == pytest.approx(-0.5)
    assert algorithms.one_step(X, y, q) == pytest.approx(-0.2)
    assert algorithms.neighbours(1)(X, y, q) == pytest.approx(1)
    assert algorithms.mean(X, y, q) == pytest.approx(7 / 3)
    # One example of two numbers: the shortest weights are (.6, 1.2), ridge has (.5, 1).
    X, y = np.array([[1.0, 2]]), np.array([3.0])  # noqa: N806
    assert algorithms.least_squares(X, y, np.array([1.0, 0])) == pytest.approx(0.6)
    assert algorithms.ridge(1.0)(X, y, np.array([0.0, 1])) == pytest.approx(1)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 8), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_algorithms_agree_with_scikit_learn(n: int, d: int, seed: int):
    draw = np.random.default_rng(seed)
    X, y, q = draw.normal(size=(n, d)), draw.normal(size=n), draw.normal(size=d)  # noqa: N806
    peers = {
        algorithms.least_squares: LinearRegression(fit_intercept=False),
        algorithms.ridge(0.1): Ridge(alpha=0.1, fit_intercept=False),
        algorithms.ridge(1.0): Ridge(alpha=1.0, fit_intercept=False),
        algorithms.neighbours(1): KNeighborsRegressor(1),
        algorithms.neighbours(3): KNeighborsRegressor(min(3, n)),
    }
    for ours, peer in peers.items():
        assert ours(X, y, q) == pytest.approx(peer.fit(X, y).predict([q])[0], rel=1e-6, abs=1e-6)


def test_equally_near_examples_share_a_vote():
    X, y = np.array([[0.0, 1], [1, 0], [1, 1]]), np.array([0.0, 1, 1])  # noqa: N806
    assert algorithms.neighbours(1)(X, y, np.array([0.0, 0])) == 0.5
    # Two of the three nearest stand, the third place is shared by nobody else.
    assert algorithms.neighbours(3)(X, y, np.array([0.0, 0])) == pytest.approx(2 / 3)


# --- data ----------------------------------------------------------------------------------------


def test_twins_are_sure_new_and_alike_but_for_what_the_examples_say():
    pairs: dict[str, list[Doc]] = defaultdict(list)
    for doc in docs("forced"):
        pairs[doc["pair_id"]].append(doc)
        assert doc["query"] not in doc["inputs"]
        assert max(doc["exact"]) == 1 == doc["exact"][doc["gold"]]
        told = doc["rule"] if doc["told"] == "told" else None
        truths = [at == doc["positive"] for at in doc["answers"]]
        sure = rules.belief(doc["inputs"], truths, told)[doc["query"]]
        assert sure == (doc["gold"] == doc["positive"])
    for one, other in pairs.values():
        assert {one["gold"], other["gold"]} == {0, 1}
        assert one["query"].count("1") == other["query"].count("1")
        assert one["inputs"] == other["inputs"]
    cells = Counter((d["rule"], d["shown"], d["told"]) for d in docs("forced"))
    assert set(cells.values()) == {2 * build.CONTEXTS["lite"]}


def test_no_query_was_shown_and_open_ones_are_open():
    for form in ("forced", "open", "teach", "linear"):
        assert all(doc["query"] not in doc["inputs"] for doc in docs(form))
    for doc in docs("open"):
        assert 0.1 < min(doc["exact"]) < 0.5
        assert doc["exact"][doc["gold"]] == max(doc["exact"])


def test_lessons_leave_one_rule_and_are_as_long_as_what_they_are_set_beside():
    arms: dict[str, dict[str, Doc]] = defaultdict(dict)
    for doc in docs("teach"):
        arms[doc["pair_id"]][doc["arm"]] = doc
    for one in arms.values():
        lesson, chance = one["teach"], one["random"]
        assert lesson["query"] == chance["query"]
        assert lesson["shown"] == chance["shown"]
        truths = [at == lesson["positive"] for at in lesson["answers"]]
        fits = [
            f for f in BY_HAND[lesson["rule"]] if [f(text) for text in lesson["inputs"]] == truths
        ]
        assert len(fits) == 1
        assert max(lesson["exact"]) == 1 == lesson["exact"][lesson["gold"]]


def test_a_cell_in_which_nothing_is_sure_is_refused():
    with pytest.raises(HeptathlonError, match="1 examples of parity3, untold, leave no two"):
        build.forced(build.Cell("parity3", 1, "untold"), 0, Stream("icl", "test"))
    with pytest.raises(UnknownNameError, match="rule of icl"):
        rules.tables("xor")
    with pytest.raises(HeptathlonError, match="no rule of literal fits"):
        rules.belief(["00000"], [True], "literal")


def test_prompts_show_bits_one_by_one_and_end_where_the_label_stands():
    for doc in (*docs("forced"), *docs("teach")):
        text = prompts.prompt(doc)
        assert text == text.rstrip()
        assert " ".join(doc["query"]) in text.splitlines()[-1] + text.splitlines()[-2]
        assert doc["query"] not in text
        assert ("if not." in text) == (doc["told"] == "told")
    assert {doc["wording"] for doc in docs("forced")} == {0, 1, 2}


# --- scores --------------------------------------------------------------------------------------


def a_doc(**more: Any) -> Doc:
    return docs("forced")[0] | {"options": ["0", "1"], "gold": 1, "wording": 0} | more


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("ANSWER: 1", "right"),
        ("ANSWER: 0", "wrong"),
        ("0 1 1 0 1 -> 1", "right"),
        ("1", "right"),
        ("**ANSWER:** 1", "right"),
        ("ANSWER: 0 or 1", "several"),
        ("ANSWER: 0 1 1 0 1", "several"),
        ("ANSWER: 7", "several"),
        ("", "no_answer"),
    ],
)
def test_a_said_label_is_read(text: str, outcome: str):
    found = icl.verdict(a_doc(), [text])
    assert found.outcome == outcome
    assert found.metrics == {"right": float(outcome == "right")}


def test_a_forecast_is_held_against_the_exact_chances():
    doc = docs("open")[0] | {"options": ["0", "1"], "gold": 1, "exact": [0.25, 0.75]}
    found = icl.verdict(doc, [(math.log(0.5), False), (math.log(0.5), False)])
    assert found.metrics["right"] == 0.5
    assert found.metrics["kept"] == pytest.approx((1 / 3 + 1) / 2)
    assert found.metrics["divergence"] == pytest.approx(0.25 * math.log(0.5) + 0.75 * math.log(1.5))
    assert icl.verdict(doc, [(math.log(0.1), False), (math.log(0.3), True)]).metrics == {
        "right": 1.0, "kept": 1.0, "divergence": pytest.approx(0, abs=1e-12),
    }  # fmt: skip
    with pytest.raises(ValueError, match="no number"):
        icl.verdict(doc, [(math.nan, False), (0.0, True)])


def test_a_number_is_read_and_held_against_the_posterior():
    doc = docs("linear")[0] | {"values": [-2, 1], "exact": [0.25, 0.75], "answer": 1}
    for text, right, kept, error in [
        ("ANSWER: 1", 1, 1, 0.75),
        ("ANSWER: \N{MINUS SIGN}2", 0, 1 / 3, 2.25),
        ("3 - 5 = -2", 0, 1 / 3, 2.25),
        ("ANSWER: 9", 0, 0, 8.75),
        ("ANSWER: 1 or 2", 0, 0, icl.FAR),
        ("ANSWER: 1.5", 0, 0, icl.FAR),
    ]:
        assert icl.verdict(doc, [text]).metrics == pytest.approx(
            {"right": right, "kept": kept, "error": error}
        )


def test_statistics_of_nearest_neighbour_and_bayes():
    for player, area in (("nearest", 0.0), ("oracle", 1.0)):
        one = players_of("icl")[player]
        found = verdicts("forced", lambda d, p=one: p.likelihoods(d, d["options"]), docs("forced"))
        for name in ("over_nearest", "area"):
            known = icl.STATISTICS[name]
            values = np.array([[v.metrics[c] for c in known.columns] for v in found])
            got = known.compute(values, np.ones(len(values)))
            assert got == pytest.approx(area, abs=0.1)
    columns = np.array([[0, 2], [1, 2], [0, 2], [1, 4], [1, 4], [1, 8]], dtype=float)
    half = icl.STATISTICS["half_at"].compute
    assert half(columns, np.ones(6)) == 4
    assert math.isnan(half(columns[:1], np.ones(1)))


# --- attacks -------------------------------------------------------------------------------------


def test_constants_and_copies_have_no_pair_and_bayes_has_all():
    reached = {
        name: mean("forced", "pair", lambda d, p=p: p.likelihoods(d, d["options"]), docs("forced"))
        for name, p in players_of("icl").items()
    }
    assert reached["constant"] == reached["copy_last"] == reached["copy_first"] == 0
    assert reached["oracle"] == reached["bayes"] == 1
    assert reached["bayes_untold"] > 0.8
    assert 0.15 < reached["random"] < 0.35
    assert 0.35 < reached["nearest"] < 0.65


@pytest.mark.parametrize(
    "cue",
    [
        lambda d: (d["query"], tuple(d["options"])),
        lambda d: (d["query"], d["rule"] * (d["told"] == "told"), d["positive"]),
        lambda d: (sum(d["answers"]), len(d["answers"]), d["answers"][-1], d["query"].count("1")),
        lambda d: (d["near"], d["wording"], tuple(d["options"]), d["answers"][-1]),
    ],
    ids=["query", "query and told rule", "counts and last label", "distance and form"],
)
def test_the_surface_of_a_prompt_earns_no_more_than_chance(cue: Any):
    """Learnt on sets of other salts: the label that was more frequent under a cue."""
    seen: dict[Any, list[int]] = defaultdict(list)
    for name in ("a", "b", "c"):
        for doc in docs("forced", name):
            seen[cue(doc)].append(doc["gold"])

    def learnt(doc: Doc) -> list[tuple[float, bool]]:
        golds = seen[cue(doc)]
        one = 2 * sum(golds) >= len(golds)
        return [(-1.0 * one, not one), (-1.0 * (not one), one)]

    rows = docs("forced", "d")
    pairs = len(rows) / 2
    chance = 0.3
    assert mean("forced", "pair", learnt, rows) < chance + 3 * math.sqrt(chance * 0.7 / pairs)
