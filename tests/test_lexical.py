"""Ranking by words in common: counts, and an index that is kept between questions."""

import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from heptathlon import lexical
from heptathlon.models import memory as memories

TEXTS = st.lists(
    st.lists(st.sampled_from(["a", "bee", "c", "dee", "e", "é"]), max_size=8).map(" ".join),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_counts_agree_with_scikit_learn_s(texts: list[str], queries: list[str]):
    words: dict[str, int] = {}
    counts = lexical._counts((lexical.tokens(t) for t in texts), words, grow=True)
    assert counts.shape == (len(texts), len(words))
    assert list(words.values()) == list(range(len(words)))
    asked = lexical._counts((lexical.tokens(q) for q in queries), words, grow=False)
    assert asked.shape == (len(queries), len(words))
    if words:
        theirs = CountVectorizer(vocabulary=words, tokenizer=lexical.tokens, token_pattern=None)
        assert (counts.toarray() == theirs.transform(texts).toarray()).all() if texts else True
        assert (asked.toarray() == theirs.transform(queries).toarray()).all() if queries else True


@settings(max_examples=60, deadline=None)
@given(TEXTS.filter(bool), TEXTS.filter(bool))
def test_bm25_is_its_formula(texts: list[str], queries: list[str]):
    """Word by word, as Kamphuis et al. (2020) write Lucene's form."""
    found = lexical.Bm25(texts).scores(queries)
    split = [lexical.tokens(text) for text in texts]
    mean = max(sum(map(len, split)) / len(split), 1.0)
    for row, query in enumerate(queries):
        for column, text in enumerate(split):
            score = 0.0
            for word in lexical.tokens(query):
                df = sum(word in other for other in split)
                idf = math.log(1 + (len(split) - df + 0.5) / (df + 0.5))
                tf = text.count(word)
                norm = lexical.K1 * (1 - lexical.B + lexical.B * len(text) / mean)
                score += idf * tf / (tf + norm)
            assert found[row, column] == pytest.approx(score, abs=2e-6)


def test_texts_are_looked_at_one_after_the_other():
    """What is counted of a text is all that is kept of it."""
    alive = 0

    class Text(list[str]):
        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def made(count: int):
        nonlocal alive
        for n in range(count):
            alive += 1
            assert alive <= 2
            yield Text([f"word{n % 3}", "and"])

    counts = lexical._counts(made(50), {}, grow=True)
    assert counts.sum() == 100


def test_an_index_is_built_once_for_all_questions_on_a_text(monkeypatch: pytest.MonkeyPatch):
    built: Counter[int] = Counter()

    class Index(lexical.Bm25):
        def __init__(self, texts: list[str]) -> None:
            built[len(texts)] += 1
            super().__init__(texts)

    monkeypatch.setattr(lexical, "Bm25", Index)
    shown: list[str] = []
    memory = memories.make(
        "bm25_text", lambda prompt, max_tokens=None: shown.append(prompt) or "",
        {"words": 3, "passages": 1},
    )  # fmt: skip
    memory.observe("One two three. Four five six.", "a")
    for _ in range(3):
        memory.ask("four?")
    assert built == {2: 1}
    # What is read afterwards is found, and what was forgotten is not.
    memory.observe("Seven eight nine.", "b")
    memory.ask("nine?")
    memory.ask("four?")
    assert built == {2: 1, 3: 1}
    assert ["Seven" in shown[-2], "Four" in shown[-1]] == [True, True]
    memory.reset()
    memory.observe("Ten eleven twelve.", "c")
    memory.ask("four?")
    assert "Four" not in shown[-1]
    assert built == {2: 1, 3: 1, 1: 1}
