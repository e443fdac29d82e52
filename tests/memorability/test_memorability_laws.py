"""The laws of memory: each design by its definition, and nothing on its surface that tells."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from heptathlon.builders.memorability import laws
from heptathlon.builders.memorability.laws_words import ABSTRACT, CONCRETE, FREQUENT, KINDS, RARE
from heptathlon.builders.memorability.records import LawRecord
from heptathlon.seeding import Stream
from heptathlon.tasks.memorability import law_prompts

SEASON = "2026.1"
DESIGNS = 60


def drawn(law: str) -> list[laws.Design]:
    return [laws.LAWS[law](Stream("law", law, i)) for i in range(DESIGNS)]


def records(law: str, n: int = DESIGNS) -> list[LawRecord]:
    return [r for i in range(n) for r in laws.law_records(law, Stream("rec", law, i), SEASON)]


def kind_of(word: str) -> str:
    return next(kind for kind, words in KINDS.items() if word in words)


def test_isolation():
    for design in drawn("isolation"):
        for group, words in enumerate(design.lists):
            kinds = Counter(map(kind_of, words))
            favoured = design.words[design.better[group]]
            assert sorted(kinds.values()) == [1, 11]
            assert kinds[kind_of(favoured)] == 1
        places = [[words.index(w) for w in design.words] for words in design.lists]
        assert places[0] == places[1], "both stand at the same places in both lists"


def test_primacy_and_delay():
    for design in drawn("primacy"):
        for group, words in enumerate(design.lists):
            assert words[0] == design.words[design.better[group]]
            assert 7 <= words.index(design.words[1 - design.better[group]]) <= 9
        assert design.tests == (laws.COUNTING, laws.COUNTING)
    for design in drawn("delay"):
        assert design.lists[0] == design.lists[1]
        assert (design.lists[0][0], design.lists[0][-1]) == design.words
        for test, better in zip(design.tests, design.better, strict=True):
            assert better == {laws.AT_ONCE: 1, laws.COUNTING: 0}[test]


def test_spacing_and_repetition():
    for design in drawn("spacing"):
        for group, words in enumerate(design.lists):
            spaced, massed = (
                design.words[i] for i in (design.better[group], 1 - design.better[group])
            )
            assert words.count(spaced) == words.count(massed) == 2
            assert (massed, massed) in set(pairwise(words))
            assert words[::-1].index(spaced) < len(words) - words.index(spaced) - 5
    for design in drawn("repetition"):
        for group, words in enumerate(design.lists):
            assert words.count(design.words[design.better[group]]) == 3
            assert words.count(design.words[1 - design.better[group]]) == 1


def test_concreteness_and_frequency():
    for design in drawn("concreteness"):
        assert design.words[0] in ABSTRACT
        assert design.words[1] in CONCRETE
        assert (design.better, design.turned) == ((1, 1), True)
        assert Counter(design.lists[0]) == Counter(design.lists[1])
        for one, other in zip(*(map(w.index, design.words) for w in design.lists), strict=True):
            assert {one, other} == {4, 7}, "each stands at either place once"
    for design in drawn("frequency"):
        assert {frozenset(words) <= set(FREQUENT) for words in design.lists} == {True, False}
        assert {frozenset(words) <= set(RARE) for words in design.lists} == {True, False}
        for test, better in zip(design.tests, design.better, strict=True):
            favoured = FREQUENT if test == laws.LATER else RARE
            assert design.words[better] in favoured


@pytest.mark.parametrize("law", laws.LAWS)
def test_a_word_is_right_about_one_group_and_wrong_about_the_other(law: str):
    """So no function of the words, of the lists or of both is right more often than by chance."""
    rows = records(law)
    for one, other in zip(rows[::2], rows[1::2], strict=True):
        assert one.design == other.design == one.cluster_id
        assert (one.asked, other.asked) == (0, 1)
        assert one.options[one.gold] != other.options[other.gold]
        assert one.lists == other.lists
        assert sorted(one.options) == sorted(other.options)
        shown = [word for words in one.lists for word in words]
        if law not in {"frequency", "delay"}:
            assert shown.count(one.options[0]) == shown.count(one.options[1])
    half = pytest.approx(0.5, abs=0.16)
    assert np.mean([r.gold for r in rows]) == half
    assert np.mean([r.forgotten for r in rows]) == half
    assert set(Counter(r.wording for r in rows)) == {0, 1, 2}


SURFACES = {
    "earlier": lambda words, word: -words.index(word) if word in words else -99,
    "later": lambda words, word: max((i for i, w in enumerate(words) if w == word), default=-1),
    "nearer the middle": lambda words, word: (
        -abs(words.index(word) - len(words) / 2) if word in words else -99
    ),
    "longer": lambda words, word: len(word),
    "first in the alphabet": lambda words, word: [-ord(c) for c in word],
}


@pytest.mark.parametrize("cue", SURFACES)
@pytest.mark.parametrize(
    "flips", [False, True], ids=["blind to the question", "reads the question"]
)
def test_no_surface_cue_helps_over_the_battery(cue: str, flips: bool):
    """Judged over all laws together, in the list of the group asked about."""
    right = []
    for law in laws.LAWS:
        for row in records(law):
            words = row.lists[row.asked]
            one, other = (SURFACES[cue](words, word) for word in row.options)
            if one == other:
                right.append(0.5)
                continue
            chosen = int(one < other) if not (flips and row.forgotten) else int(one > other)
            right.append(float(chosen == row.gold))
    # A cue that is a law's own, such as an early place, wins that law and no other.
    own = 1 / len(laws.LAWS) / 2 if flips else 0.0
    assert abs(np.mean(right) - 0.5) < own + 3 * 0.5 / len(right) ** 0.5


def test_prompts_say_who_studied_what_and_what_is_asked():
    for law in laws.LAWS:
        for row in records(law, 6):
            doc = row.model_dump()
            prompt = law_prompts.law(doc)
            assert f"group {row.asked + 1}" in prompt
            for words in row.lists:
                assert ", ".join(words) in prompt
            forgets = any(w in prompt for w in ("forget", "leave out", "fail to"))
            assert forgets == row.forgotten
            assert prompt.count("\n\n") in {2, 3}
            other = {**doc, "gold": 1 - doc["gold"]}
            assert law_prompts.law(other) == prompt, "the prompt does not know the answer"
            assert law_prompts.law_target(doc) == f"ANSWER: {row.options[row.gold]}"
    (row, *_) = [r for r in records("frequency") if r.tests[r.asked] == laws.RECOGNISE]
    assert "recognise" in law_prompts.law(row.model_dump()).splitlines()[-2]
