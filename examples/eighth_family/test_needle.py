"""Known answers, and the rules of the texts; the suite's contracts hold for this family too."""

import pytest
from needle import builder, scorer
from needle.baselines import PLAYERS

DOCS = builder.generate("fresh", "smoke", "20", "2026.1", "")["say", "test"]


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("ANSWER: {gold}", "right"),
        ("<think>{other}?</think>It is **{gold}**.", "right"),
        ("ANSWER: {other}", "wrong"),
        ("ANSWER: {gold} or {other}", "several"),
        ("ANSWER: {gold}ness", "no_answer"),
        ("", "no_answer"),
    ],
)
def test_known_answers(said, outcome):
    doc = DOCS[0].model_dump()
    gold, other = doc["options"][doc["gold"]], doc["options"][doc["gold"] - 1]
    assert scorer.verdict(doc, [said.format(gold=gold, other=other)]).outcome == outcome


def test_each_text_gives_its_words_once():
    for doc in DOCS:
        assert doc.text.count(f"The word for the {doc.place} is {doc.options[doc.gold]}.") == 1
        assert all(doc.text.count(word) == 1 for word in doc.options)


def test_no_place_in_the_text_is_favoured():
    right = [PLAYERS["first"].choose(d.model_dump(), d.options) == d.gold for d in DOCS]
    assert sum(right) / len(right) == 0.25
