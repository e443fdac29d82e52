"""What scripted players learn from: the practice pools, and the examples of a prompt."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heptathlon.builders import store
from heptathlon.builders.memorability.people import POINTS, SETS, Item, people, pooled

Floats = NDArray[np.float64]
Predict = Callable[[str], float]

PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
TABLES = ("frequency", "ngram", "synonyms", "senses")
"""Norms that stand in a dictionary or a table of frequencies for any word."""
RATED = ("rated_synonyms", "rated_senses")
"""Norms for which people were asked about these very items."""
_WORD = re.compile(r"[\w']+")


@lru_cache(maxsize=1 << 11)
def words(text: str) -> frozenset[str]:
    """Return the words of a text, in lower case."""
    return frozenset(_WORD.findall(text.lower()))


@cache
def known(name: str) -> Mapping[str, Item]:
    """Return the items of ``words``, ``phrases`` or ``sentences`` by their text."""
    return {item.text: item for item in people(name)} if name in SETS else {}


@cache
def by_norms(name: str, *, rated: bool) -> Predict | None:
    """Return ridge regression on an item's frequency, length, synonyms and senses.

    It is fitted on the practice pool. A norm that an item lacks takes the mean, and that it is
    lacking is a feature. None for a set without norms.

    Args:
        name: the set.
        rated: whether people's ratings of these very items may be used too.
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if name not in SETS:
        return None
    items = pooled(name, "practice")
    used = (*TABLES, *RATED) if rated else TABLES
    names = [n for n in used if any(n in item.norms for item in items)]
    means = {n: np.mean([i.norms[n] for i in items if n in i.norms]) for n in names}

    def row(item: Item) -> list[float]:
        found = [item.norms.get(n, means[n]) for n in names]
        found = [np.log1p(v) if n in {"synonyms", "senses"} else v
                 for n, v in zip(names, found, strict=True)]  # fmt: skip
        lacking = [float(n not in item.norms) for n in names]
        sizes = [len(item.text), len(item.text.split())]
        plain = [*map(float, found), *map(float, sizes)]
        return [*plain, *(value * value for value in plain), *lacking]

    model: Any = make_pipeline(StandardScaler(), RidgeCV(PENALTIES))
    model.fit([row(item) for item in items], [POINTS * item.share for item in items])
    every = list(known(name).values())
    values = dict(zip((i.text for i in every), model.predict([row(i) for i in every]), strict=True))
    return lambda text: float(values[text])


@cache
def learnt_from(name: str, season: str) -> tuple[tuple[str, float], ...]:
    """Return text and score of a set's practice part; nothing where there is none."""
    if name in SETS:
        return tuple((item.text, POINTS * item.share) for item in pooled(name, "practice"))
    if name not in {"slogans", "lambda"}:
        return ()
    docs = store.read_docs(
        store.ensure(store.SetName("memorability", "paper", "full", season)), name
    )
    return tuple((str(d["text"]), float(d["human"])) for d in docs if d["part"] == "practice")


@cache
def by_letters(name: str, season: str) -> Predict | None:
    """Return ridge regression on tf-idf of words and letters, fitted on the practice part.

    The penalty is chosen by leave-one-out within that part. None where there is no such part.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline, make_union

    examples = learnt_from(name, season)
    if not examples:
        return None
    features = make_union(
        TfidfVectorizer(sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2, sublinear_tf=True),
    )
    model: Any = make_pipeline(features, RidgeCV(PENALTIES))
    model.fit([text for text, _ in examples], [score for _, score in examples])
    every = list(known(name))
    values = dict(zip(every, map(float, model.predict(every)), strict=True)) if every else {}
    return lambda text: values[text] if text in values else float(model.predict([text])[0])


# --- the examples of a prompt --------------------------------------------------------------------

Shots = Sequence[tuple[str, float]]


def nearest(shots: Shots, text: str) -> float:
    """Return the mean score of the examples that share most words with a text (Jaccard)."""
    own = words(text)
    alike = [(_alike(own, words(shown)), score) for shown, score in shots]
    top = max(share for share, _ in alike)
    best = [score for share, score in alike if share == top]
    return sum(best) / len(best)


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


@lru_cache(maxsize=64)
def shot_ridge(shots: tuple[tuple[str, float], ...]) -> Predict:
    """Return ridge regression on the words and phrases of a prompt's own examples."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline

    count = CountVectorizer(analyzer=_pieces, binary=True)
    model: Any = make_pipeline(count, RidgeCV(PENALTIES))
    model.fit([text for text, _ in shots], [score for _, score in shots])
    return lambda text: float(model.predict([text])[0])


def _pieces(text: str) -> list[str]:
    """Return the words of a text, and the phrases between its commas."""
    phrases = [part.strip().lower() for part in re.split(r"[,:.]", text) if part.strip()]
    return [*words(text), *(phrase for phrase in phrases if " " in phrase)]


@lru_cache(maxsize=64)
def shot_kernel(shots: tuple[tuple[str, float], ...]) -> Predict:
    """Return a Gaussian process over the letters of a prompt's own examples."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
    shown = vectors.fit_transform([text for text, _ in shots])
    scores = np.array([score for _, score in shots])
    centre = scores.mean()
    weights = np.linalg.solve((shown @ shown.T).toarray() + np.eye(len(shots)), scores - centre)
    return lambda text: float(centre + (vectors.transform([text]) @ shown.T).toarray()[0] @ weights)
