"""The abstain event: twins that a reader of the printed text solves, one edit apart, and no cue."""

import itertools
import re
from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from heptathlon.builders.abstain import build
from heptathlon.scorers import abstain
from heptathlon.scorers.verdict import Row
from heptathlon.tasks.abstain import NOT_STATED, prompts
from heptathlon.tasks.players import player_of, players_of

Doc = dict[str, Any]
SEASON = "2026.1"


@pytest.fixture(scope="module")
def docs() -> dict[str, list[Doc]]:
    """Return a lite set by form."""
    out: dict[str, list[Doc]] = defaultdict(list)
    for kind in build.shards("fresh", "lite"):
        for (form, _), rows in build.generate("fresh", "lite", kind, SEASON, "").items():
            out[form] += [row.model_dump() for row in rows]
    return out


def pairs(rows: list[Doc]) -> list[tuple[Doc, Doc]]:
    """Return twins, the one with an answer first."""
    found: dict[str, dict[bool, Doc]] = defaultdict(dict)
    for doc in rows:
        found[doc["pair_id"]][doc["answerable"]] = doc
    return [(both[True], both[False]) for both in found.values()]


# --- a reader of its own: patterns written from the printed texts ---------------------------------

NAME = r"(?P<n>[A-Z]\w+ [A-Z]\w+)"
TELLS = {
    "animal": rf"(?:At home )?{NAME} (?:keeps|owns|has) (?P<v>an? \w+)",
    "instrument": rf"{NAME} (?:plays|performs on|practises) the (?P<v>\w+)",
    "subject": rf"{NAME} (?:studied|took a degree in|read) (?P<v>[a-z]+)(?: as a student)?",
    "year": rf"{NAME} (?:was born in|came into the world in|has lived since) (?P<v>\d{{4}})",
    "town": rf"{NAME} (?:lives in|has a house in|has settled in) (?P<v>[A-Z]\w+)",
}
TEACHES = (
    r"(?P<p>[A-Z]\w+ [A-Z]\w+) was taught by (?P<t>[A-Z]\w+ [A-Z]\w+)",
    r"(?P<t>[A-Z]\w+ [A-Z]\w+) was the teacher of (?P<p>[A-Z]\w+ [A-Z]\w+)",
    r"(?P<p>[A-Z]\w+ [A-Z]\w+) had (?P<t>[A-Z]\w+ [A-Z]\w+) for a teacher",
)
ASKS = tuple(TELLS)


def solved(doc: Doc) -> str:
    """Answer from the printed sentences and question alone."""
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    teacher: dict[str, str] = {}
    for sentence in doc["sentences"]:
        for attribute, pattern in TELLS.items():
            if found := re.fullmatch(pattern + r"\.", sentence):
                told[found["n"], attribute].append(found["v"])
        for pattern in TEACHES:
            if found := re.fullmatch(pattern + r"\.", sentence):
                teacher[found["p"]] = found["t"]
    text = doc["text"]
    premise = None
    if found := re.fullmatch(r"Given that (?:the teacher of )?([A-Z]\w+) (.+?), (.+)", text):
        premise, text = f"X Y {found[2]}.", found[3]
    (attribute,) = [a for a in ASKS if a in text.split("?")[0].split(" does ")[0].split(" did ")[0]
                    .split(" was ")[0]]  # fmt: skip
    given_name = re.search(r"(?<=teacher of )[A-Z]\w+|(?<=does )[A-Z]\w+|(?<=did )[A-Z]\w+"
                           r"|(?<=was )[A-Z]\w+", text)[0]  # fmt: skip
    bearers = [name for name in teacher if name.split()[0] == given_name]
    if len(bearers) != 1:
        return NOT_STATED
    who = teacher[bearers[0]] if "the teacher of" in text else bearers[0]
    if premise is not None:
        held = False
        for a, pattern in TELLS.items():
            claim = re.fullmatch(pattern.replace(NAME, "(?P<n>X Y)") + r"\.", premise)
            held |= claim is not None and claim["v"] in told[who, a]
        if not held:
            return NOT_STATED
    values = told[who, attribute]
    return values[0] if len(values) == 1 else NOT_STATED


def test_a_reader_of_the_text_solves_every_twin(docs):
    for doc in docs["told"]:
        assert solved(doc) == doc["answer"], (doc["kind"], doc["hops"], doc["text"])


def test_twins_are_one_edit_apart(docs):
    for one, other in pairs(docs["told"]):
        changed = [
            (a, b) for a, b in zip(one["sentences"], other["sentences"], strict=True) if a != b
        ]
        if one["edit"] == "question":
            assert not changed
            assert one["text"] != other["text"]
            continue
        assert one["text"] == other["text"]
        if one["kind"] == "ambiguous":
            # One name, wherever it stands.
            swaps = {
                (x, y)
                for a, b in changed
                for x, y in zip(a.split(), b.split(), strict=True)
                if x != y
            }
            assert len(swaps) == 1
        else:
            assert len(changed) == 1


def test_every_question_without_an_answer_has_a_plausible_one_in_the_text(docs):
    for doc in docs["told"]:
        text = " ".join(doc["sentences"])
        assert doc["trap"] in text
        assert doc["trap"] != doc["answer"]
        assert doc["trap"] in doc["values"]
        assert len(doc["sentences"]) == 3 * doc["people"] + 1
        assert sum(" not " in s for s in doc["sentences"]) == 1


def test_kinds_hops_and_lengths_are_crossed(docs):
    counts = Counter((d["kind"], d["hops"], d["people"]) for d in docs["told"])
    assert set(counts.values()) == {2 * build.PAIRS["lite"]}
    assert len(counts) == 5 * 2 * 4


def test_options_hold_as_much_of_the_text_with_an_answer_as_without(docs):
    for doc in docs["choice"]:
        text = " ".join(doc["sentences"])
        assert len(set(doc["options"])) == 4
        assert sum(option in text for option in doc["options"]) == 2
        assert doc["options"][doc["gold"]] == doc["answer"]
    places = Counter(doc["options"].index(NOT_STATED) for doc in docs["choice"])
    assert min(places.values()) > len(docs["choice"]) / 8


@pytest.mark.parametrize("seen", ["question", "passage", "options"])
def test_no_classifier_of_a_part_tells_what_has_an_answer(docs, seen):
    # Trained on other pairs: words of the question alone, of the text alone, of the options alone.
    rows = docs["choice"]
    texts = {
        "question": [re.sub(r"[A-Z]\w+", "Name", d["text"]) for d in rows],
        "passage": [re.sub(r"[A-Z]\w+", "Name", " ".join(d["sentences"])) for d in rows],
        "options": [" ".join(d["options"]) for d in rows],
    }[seen]
    truth = np.array([d["answerable"] for d in rows])
    groups = [d["pair_id"] for d in rows]
    bag = CountVectorizer(ngram_range=(1, 2), min_df=4).fit_transform(texts)
    model = LogisticRegression(C=0.1, max_iter=500)
    guess = cross_val_predict(model, bag, truth, cv=GroupKFold(5), groups=groups)
    assert abs(float(np.mean(guess == truth)) - 0.5) < 2.5 * 0.5 / np.sqrt(len(rows)) + 0.01


# --- the scorer ----------------------------------------------------------------------------------


def doc_of(docs: dict[str, list[Doc]], form: str, answerable: bool, **more: Any) -> Doc:
    return next(
        d for d in docs[form]
        if d["answerable"] == answerable and all(d[k] == v for k, v in more.items())
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "outcome", "right", "lenient"),
    [
        ("ANSWER: NOT STATED", "rightly_silent", 1, 1),
        ("I looked.\nANSWER: not stated.", "rightly_silent", 1, 1),
        ("ANSWER: The text does not say.", "declined", 0, 1),
        ("ANSWER: unknown", "declined", 0, 1),
        ("ANSWER: {trap}", "trap", 0, 0),
        ("ANSWER: not {trap}", "denied", 0, 0),
        ("ANSWER: {trap}, but it is not stated", "several", 0, 0),
        ("ANSWER: {trap} or NOT STATED", "several", 0, 0),
        ("", "no_answer", 0, 0),
    ],
)
def test_no_answer_is_the_right_answer(docs, said, outcome, right, lenient):
    doc = doc_of(docs, "told", False)
    found = abstain.verdict(doc, [said.format(**doc)])
    assert found.metrics == {"right": right, "lenient": lenient}
    assert found.outcome == outcome


def test_declining_where_there_is_an_answer_is_wrong(docs):
    doc = doc_of(docs, "told", True)
    for said, outcome in (("NOT STATED", "silent"), ("unclear", "declined")):
        found = abstain.verdict(doc, [f"ANSWER: {said}"])
        assert (found.outcome, set(found.metrics.values())) == (outcome, {0.0})
    denied = abstain.verdict(doc, [f"ANSWER: not {doc['answer']}"])
    assert (denied.outcome, denied.invalid, denied.metrics["right"]) == ("denied", True, 0.0)
    listed = abstain.verdict(doc, [f"ANSWER: {', '.join(doc['values'])}"])
    assert listed.invalid
    assert abstain.verdict(doc, [prompts.target(doc)]).metrics["right"] == 1


@pytest.mark.parametrize(("price", "cost"), [("0", 0), ("0.5", 1), ("0.75", 3)])
def test_a_wrong_answer_has_its_price(docs, price, cost):
    doc = doc_of(docs, "priced", True, price=price)
    assert ("costs nothing" in prompts.prompt(doc)) == (cost == 0)
    assert cost == 0 or f"costs {cost} point" in prompts.prompt(doc)
    earned = {
        said: abstain.verdict(doc, [f"ANSWER: {said}"]).metrics["earned"]
        for said in (doc["answer"], NOT_STATED, doc["trap"], "hm")
    }
    assert list(earned.values()) == [1, 0, -cost, -cost]


def test_the_worked_price_of_ten_answers(docs):
    # t = 3/4: 6 right, 1 wrong, 3 declined: .3; always answering at 7 of 10: -.2.
    doc = doc_of(docs, "priced", True, price="0.75")

    def mean(right: int, wrong: int, silent: int) -> float:
        said = [doc["answer"]] * right + [doc["trap"]] * wrong + [NOT_STATED] * silent
        return float(np.mean([
            abstain.verdict(doc, [f"ANSWER: {one}"]).metrics["earned"] for one in said
        ]))  # fmt: skip

    assert mean(6, 1, 3) == pytest.approx(0.3)
    assert mean(7, 3, 0) == pytest.approx(-0.2)


def played(rows: list[Doc], name: str) -> dict[str, float]:
    player = player_of("abstain", name)
    verdicts = abstain.across([
        Row("abstain_told", d, abstain.verdict(d, [player.answer(d)])) for d in rows
    ])  # fmt: skip
    keys = {key for one in verdicts for key in one.metrics}
    return {
        key: float(np.mean([one.metrics[key] for one in verdicts if key in one.metrics]))
        for key in keys
    }


def test_who_always_answers_and_who_never_does_score_nothing(docs):
    rows = docs["told"]
    for name in ("constant", "answer_all", "search", "question_alone", "wording"):
        assert played(rows, name)["twin"] < 0.02, name
    assert played(rows, "constant") == pytest.approx(
        {"right": 0.5, "lenient": 0.5, "twin": 0, "answered": 0, "willing": 0, "abstained": 1,
         "untrapped": 1}
    )  # fmt: skip
    assert played(rows, "search")["willing"] == 1
    # What needs no second hop and no look at what is taken for granted.
    assert played(rows, "by_name")["twin"] == pytest.approx(0.4, abs=0.03)
    assert played(rows, "oracle")["twin"] == 1
    assert all(
        played(rows, name)["twin"] <= 0.45 for name in set(players_of("abstain")) - {"oracle"}
    )


def test_a_document_without_its_twin_earns_no_twin(docs):
    doc = doc_of(docs, "told", True)
    (one,) = abstain.across([Row("abstain_told", doc, abstain.verdict(doc, [prompts.target(doc)]))])
    assert one.metrics["right"] == 1
    assert one.metrics["twin"] == 0


def test_equal_likelihoods_are_shared(docs):
    doc = doc_of(docs, "choice", False)
    assert abstain.verdict(doc, [(-1.0, False)] * 4).metrics == {"right": 0.25}
    best = [(0.0 if i == doc["gold"] else -1.0, False) for i in range(4)]
    assert abstain.verdict(doc, best).outcome == "rightly_silent"
    with pytest.raises(ValueError, match="not a number"):
        abstain.verdict(doc, [(float("nan"), False)] * 4)
    with pytest.raises(ValueError, match="all its options"):
        abstain.verdict(doc, [(0.0, False)])


@given(st.text(max_size=200), st.integers(0, 3))
@settings(max_examples=80, deadline=None)
def test_any_text_gets_a_verdict(docs, text, at):
    doc = list(itertools.chain(docs["told"][:2], docs["priced"][:2]))[at]
    found = abstain.verdict(doc, [text])
    assert all(np.isfinite(v) for v in found.metrics.values())
