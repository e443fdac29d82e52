"""Whose answers icl's are: algorithms told apart, forecasts between two, labels as tokens."""

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from heptathlon.pages.families import icl as icl_page
from heptathlon.tasks.icl import attribution, tokens
from heptathlon.tasks.players import players_of
from tests.test_icl import Doc, docs


def answers_of(name: str, rows: list[Doc]) -> list[int]:
    player = players_of("icl")[name]
    return [player.choose(doc, doc["options"]) for doc in rows]


def test_every_algorithm_is_told_by_its_own_answers_on_a_lite_set_and_a_coin_is_none():
    rows = docs("forced")
    named = {}
    for name in (*attribution.COMPARED, "random", "constant"):
        found = attribution.attribute(rows, answers_of(name, rows), resamples=1)
        assert found is not None
        named[name] = found.nearest
    expected = {name: name for name in attribution.COMPARED}
    assert named == expected | {"random": "none", "constant": "none"}


def test_who_mixes_two_algorithms_is_neither_and_the_mixture_says_so():
    rows = docs("forced")
    one, other = answers_of("nearest", rows), answers_of("bayes", rows)
    mixed = [(a, b)[doc["item_id"] < "8"] for a, b, doc in zip(one, other, rows, strict=True)]
    found = attribution.attribute(rows, mixed, resamples=40)
    assert found is not None
    assert found.nearest == "none"
    for name in ("nearest", "bayes"):
        assert 0.3 < found.mixture[name] < 0.7
        assert found.low[name] <= found.mixture[name] <= found.high[name]
    assert sum(found.mixture.values()) == pytest.approx(1)


def test_too_few_contexts_tell_nothing():
    rows = docs("forced")[:8]
    assert attribution.attribute(rows, [0] * len(rows)) is None


def test_a_lean_is_not_held_between_its_ends():
    m, g = np.array([0.688, 0.2, 0.112]), np.array([1 / 2, 1 / 3, 1 / 6])
    for place in (-0.5, 0.0, 0.3, 1.0, 1.2):
        found, left = attribution.leaning([place * m + (1 - place) * g], [m], [g])
        assert found == pytest.approx(place, abs=1e-3)
        assert left == pytest.approx(0, abs=1e-6)
    beyond, left = attribution.leaning([np.array([0.45, 0.4, 0.15])], [m], [g])
    assert beyond < 0
    assert left > 0


def test_the_page_attributes_nothing_on_a_smoke_set():
    """It is too small: some algorithms are not told by their own answers."""
    assert icl_page.mistaken(("smoke",), docs("forced", "", "smoke"))


def asked(variant: str, doc: Doc, answer: Any) -> Any:
    """Return a scored sample as a page takes it."""
    return SimpleNamespace(variant=variant, sample=SimpleNamespace(doc=doc, results=answer(doc)))


@pytest.mark.parametrize(
    ("name", "place"), [("memoriser", "1.0"), ("generaliser", "\N{MINUS SIGN}?0.0")]
)
def test_the_page_puts_forecasts_between_memoriser_and_generaliser(name: str, place: str):
    player = players_of("icl")[name]
    rows = [asked("icl_urns", doc, lambda d: player.likelihoods(d, d["options"]))
            for doc in docs("urns", "", "smoke")]  # fmt: skip
    (figure,) = icl_page.beside(rows)
    assert re.search(rf"new one: {place}\d? \(", figure.caption), figure.caption
    own = dict(figure.rows)
    assert float(own.pop(name)) == pytest.approx(0, abs=1e-6)
    assert min(map(float, own.values())) > 0.005
    assert icl_page.beside([asked("icl_open", one.sample.doc, lambda d: []) for one in rows]) == []


def test_a_tokenizer_that_cannot_tell_labels_is_named():
    rows = [{"options": ["0", "1"]}, {"options": ["F", "P"]}, {"query": "1 2"}]
    assert tokens.warnings(rows, lambda text: [ord(text[-1])]) == []
    # A blank of its own before each label tells as little as none.
    assert tokens.warnings(rows, lambda text: [ord(c) for c in text]) == []
    (same,) = tokens.warnings(rows, lambda text: [0 if text[-1].isdigit() else ord(text[-1])])
    assert same.startswith("the labels '0' and '1' are not told apart")
    (long,) = tokens.warnings(rows, lambda text: [ord(text[-1]), *[5] * ("F" in text)])
    assert "'F' and 'P' are not single tokens" in long
