"""What a sceptic would train: trees and linear models on fields, pairs, texts and options."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from benchmarks.attack import features
from benchmarks.attack.answers import Answers
from benchmarks.attack.blind import Found, Strategy, each
from benchmarks.attack.items import Batch, Item, Response

Floats = NDArray[np.float64]

LEARNT = 12
"""Answers that are told apart: the commonest ones; the others are one."""
FEWEST = 20
"""Documents below which nothing is learnt."""
PAIRED = 12
"""Fields whose pairs are tried: those whose trees alone tell most."""
PENALTY = 1.0
"""Of ridge regression on a prompt's own examples, whose features are 0 or 1."""
SHARPNESS = (0.0, 0.5, 1.0, 2.0, 6.0)
"""Factors on the learnt log-odds, for headlines that ask how sure an answer is."""
ORDER_SEED = 7


def learnt(batch: Batch, answers: Answers, *, fast: bool) -> Iterator[Found]:
    """Yield what can be learnt from a batch, each model in the sharpness that serves it best."""
    usable = [item for item in batch.items if item.gold is not None or item.said]
    tasks = sorted({item.sample.variant for item in usable})
    for task in ("", *(tasks if len(tasks) > 1 else ())):
        # Another task has other answers, so a model for it alone may find what a common one cannot.
        mine = [item for item in usable if task in ("", item.sample.variant)]
        if len(mine) < FEWEST:
            continue
        part = Batch(batch.family, [i for i in batch.items if task in ("", i.sample.variant)])
        for found in itertools.chain(
            _by_fields(part, mine, answers, fast=fast),
            _by_texts(part, mine, answers, fast=fast),
            _by_options(part, mine, answers, fast=fast),
            _by_examples(part, mine, answers),
        ):
            yield replace(found, task=task)


# --- whole documents -----------------------------------------------------------------------------


def _target(item: Item) -> str:
    """Return what is to be learnt: the right option's place, or the text."""
    return str(item.gold) if item.gold is not None else item.said


def _targets(items: Sequence[Item]) -> list[str]:
    found = [_target(item) for item in items]
    counts = {t: found.count(t) for t in set(found)}
    common = set(sorted(counts, key=lambda t: (-counts[t], t))[:LEARNT])
    return [t if t in common else "" for t in found]


def _answering(
    answers: Answers, model: Any, shape: Callable[[Sequence[Item]], Any]
) -> Callable[[float], Strategy]:
    """Return a strategy that asks a classifier, with its log-odds times a factor."""
    logs = _remembering(
        lambda items: list(np.log(np.maximum(model.predict_proba(shape(items)), 1e-6)))
    )

    def at(sharpness: float) -> Strategy:
        def answer(item: Item, found: dict[str, float]) -> Response:
            if item.options:
                scores = [found.get(str(i), -14.0) for i in range(len(item.options))]
                return answers.likely(item, scores, sharpness)
            known = {said: score for said, score in found.items() if said}
            return answers.text(item, max(known, key=lambda s: known[s])) if known else ("",)

        return lambda items: [
            answer(item, dict(zip(model.classes_, row, strict=True)))
            for item, row in zip(items, logs(items), strict=True)
        ]

    return at


def _remembering(
    compute: Callable[[Sequence[Item]], list[Floats]],
) -> Callable[[Sequence[Item]], list[Floats]]:
    """Return a function that computes the same documents' figures once."""
    known: dict[int, tuple[Item, Floats]] = {}

    def remembered(items: Sequence[Item]) -> list[Floats]:
        new = [item for item in items if id(item) not in known]
        if new:
            known.update((id(i), (i, row)) for i, row in zip(new, compute(new), strict=True))
        return [known[id(item)][1] for item in items]

    return remembered


def _sharpest(
    batch: Batch, kind: str, cue: str, whole: bool, at: Callable[[float], Strategy]
) -> Found:
    """Return a model in the sharpness that serves it best on the batch."""
    if not any(item.options for item in batch.items):
        return Found(kind, cue, whole, at(1.0))
    tried = {}
    for factor in SHARPNESS:
        tried[factor] = batch.value(at(factor)(batch.items))
    best = max(tried, key=lambda factor: (tried[factor], factor))
    return Found(kind, cue, whole, at(best))


def _by_fields(
    batch: Batch, usable: Sequence[Item], answers: Answers, *, fast: bool
) -> Iterator[Found]:
    shown = features.Fields().fit(usable)
    table, wanted = shown.of(usable), np.array(_targets(usable))
    varying = [i for i in range(table.shape[1]) if len(np.unique(table[:, i])) > 1]
    if not varying or len(set(wanted)) < 2:
        return

    def tree(columns: Sequence[int], depth: int) -> tuple[float, Any]:
        model = make_pipeline(
            SimpleImputer(strategy="constant", fill_value=-1e6, keep_empty_features=True),
            DecisionTreeClassifier(max_depth=depth, min_samples_leaf=5, random_state=ORDER_SEED),
        )
        model.fit(table[:, columns], wanted)
        return float(model.score(table[:, columns], wanted)), model

    alone = sorted(((tree([i], 3)[0], i) for i in varying), reverse=True)
    few = [i for _, i in alone[: PAIRED // 2 if fast else PAIRED]]
    best = [((i,), tree([i], 3)[1]) for i in few[:3]]
    pairs = sorted(
        ((tree(pair, 4)[0], pair) for pair in itertools.combinations(few, 2)), reverse=True
    )
    best += [(pair, tree(pair, 4)[1]) for _, pair in pairs[:3]]
    for columns, model in best:
        cue = "a tree on " + " and ".join(shown.names[i] for i in columns)
        at = _answering(answers, model, lambda xs, c=list(columns): shown.of(xs)[:, c])
        yield _sharpest(batch, "fields", cue, False, at)
    linear = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(max_iter=200 if fast else 1000),
    )
    models = [(linear, "a linear model")]
    if not fast or len(set(wanted)) <= 3:
        models.append((_boosted(fast), "boosted trees"))
    for model, word in models:
        model.fit(table, wanted)
        at = _answering(answers, model, shown.of)
        yield _sharpest(batch, "all fields", f"{word} on all that is shown as numbers", True, at)


def _boosted(fast: bool) -> Any:
    """Return boosted trees that take a missing figure for a low one."""
    return make_pipeline(
        SimpleImputer(strategy="constant", fill_value=-1e6, keep_empty_features=True),
        HistGradientBoostingClassifier(
            max_iter=30 if fast else 100, max_depth=4, random_state=ORDER_SEED,
            early_stopping=False,
        ),
    )  # fmt: skip


def _by_texts(
    batch: Batch, usable: Sequence[Item], answers: Answers, *, fast: bool
) -> Iterator[Found]:
    wanted = np.array(_targets(usable))
    if len(set(wanted)) < 2:
        return
    for name, values in features.texts(usable).items():
        for kind, analyzer, spans in (("words", "word", (1, 2)), ("letters", "char_wb", (2, 4))):
            if fast and (analyzer != "word" and name != "prompt"):
                continue
            model = make_pipeline(
                TfidfVectorizer(
                    analyzer=analyzer, ngram_range=spans, min_df=2, max_features=20_000,
                    sublinear_tf=True,
                ),
                LogisticRegression(C=10.0, max_iter=100 if fast else 500),
            )  # fmt: skip
            try:
                model.fit(values, wanted)
            except ValueError:
                continue  # no word stands in two documents

            def shape(items: Sequence[Item], name: str = name) -> list[str]:
                return features.texts_of(items, name)

            at = _answering(answers, model, shape)
            yield _sharpest(batch, "texts", f"{kind} of {name}", name == "prompt", at)


# --- options -------------------------------------------------------------------------------------


def _by_options(
    batch: Batch, usable: Sequence[Item], answers: Answers, *, fast: bool
) -> Iterator[Found]:
    having = [item for item in usable if item.options]
    if len(having) < FEWEST:
        return
    right = np.concatenate([np.arange(len(i.options)) == i.gold for i in having])
    looks = {
        "options alone": (features.options_of, False),
        "options in the prompt": (
            lambda item: np.hstack([features.options_of(item), features.matches_of(item)]),
            True,
        ),
    }
    for kind, (look, whole) in looks.items():
        table = np.vstack([look(item) for item in having])
        linear = make_pipeline(
            SimpleImputer(strategy="median", keep_empty_features=True),
            StandardScaler(),
            LogisticRegression(max_iter=200),
        )
        boosted = _boosted(fast)
        for model, word in ((linear, "a linear model"), (boosted, "boosted trees")):
            model.fit(table, right)
            cue = f"{word} on place, length, numbers and shared words of the options"
            yield _sharpest(batch, kind, cue, whole, _ranking(answers, model, look))
    said = [text for item in having for text in item.contents]
    if len(set(said)) > 2 * max(len(item.options) for item in having):
        for analyzer, spans in (("word", (1, 2)), ("char_wb", (2, 4))):
            if fast and analyzer != "word":
                continue
            model = make_pipeline(
                CountVectorizer(
                    analyzer=analyzer, ngram_range=spans, min_df=3, binary=True,
                    max_features=20_000,
                ),
                LogisticRegression(C=0.3, max_iter=100 if fast else 500),
            )  # fmt: skip
            try:
                model.fit(said, right)
            except ValueError:
                continue  # no word stands in three options
            at = _ranking(answers, model, lambda item: list(item.contents))
            cue = f"{'words' if analyzer == 'word' else 'letters'} of the options alone"
            yield _sharpest(batch, "options alone", cue, False, at)


def _ranking(
    answers: Answers, model: Any, look: Callable[[Item], Any]
) -> Callable[[float], Strategy]:
    def compute(items: Sequence[Item]) -> list[Floats]:
        having = [item for item in items if item.options]
        if not having:
            return [np.empty(0)] * len(items)
        rows = [look(item) for item in having]
        table = [one for row in rows for one in row]
        logs = np.log(np.maximum(model.predict_proba(table)[:, 1], 1e-6))
        ends = np.cumsum([len(item.options) for item in items])
        return np.split(logs, ends[:-1])

    logs = _remembering(compute)

    def at(sharpness: float) -> Strategy:
        return lambda items: [
            answers.likely(item, row.tolist(), sharpness) if item.options else answers.nothing(item)
            for item, row in zip(items, logs(items), strict=True)
        ]

    return at


# --- the prompt's own examples -------------------------------------------------------------------


def _by_examples(batch: Batch, usable: Sequence[Item], answers: Answers) -> Iterator[Found]:
    """Yield models that are fitted on each prompt's own examples, if it shows any with a figure."""
    for text, score, listed in _examples_of(usable):
        for kind, tokens in (("words", features.words), ("phrases", _phrases)):
            for word, fit in (("ridge regression", _ridge), ("the nearest", _nearest)):
                cue = f"{word} on {kind} of the prompt's own examples ({listed})"

                at = _exemplified(answers, text, score, listed, tokens, fit)
                yield _sharpest(batch, "examples in the prompt", cue, True, at)


def _exemplified(
    answers: Answers,
    text: str,
    score: str,
    listed: str,
    tokens: Callable[[str], list[str]],
    fit: Callable[[Sequence[list[str]], Sequence[float], list[str]], float],
) -> Callable[[float], Strategy]:
    """Return a strategy that fits a model to the examples in each prompt."""

    def at(sharpness: float) -> Strategy:
        def answer(item: Item) -> Response:
            shots = item.doc.get(listed) or []
            if not shots or not isinstance(item.doc.get(text), str):
                return answers.nothing(item)
            shown = [tokens(str(shot[text])) for shot in shots]
            guess = fit(shown, [float(shot[score]) for shot in shots], tokens(item.doc[text]))
            return _near(item, answers, guess, sharpness)

        return each(answer)

    return at


def _examples_of(items: Sequence[Item]) -> list[tuple[str, str, str]]:
    """Return text field, figure and list of the examples that prompts show."""
    out = []
    for place in sorted(set().union(*(item.fields for item in items))):
        listed, inner, text = place.partition("[].")
        having = [item for item in items if inner and isinstance(item.doc.get(text), str)]
        shots = [shot for item in having for shot in item.doc.get(listed, [])]
        if not shots:
            continue
        out += [
            (text, name, listed)
            for name, value in shots[0].items()
            if isinstance(value, int | float) and f"{listed}[].{name}" in having[0].fields
        ]
    return out


def _phrases(text: str) -> list[str]:
    return [part.strip().lower() for part in text.replace(";", ",").split(",") if part.strip()]


def _ridge(shown: Sequence[list[str]], scores: Sequence[float], asked: list[str]) -> float:
    known = sorted({token for tokens in shown for token in tokens})
    if not known or len(scores) < 3:
        return float(np.mean(scores))
    place = {token: i for i, token in enumerate(known)}
    table = np.zeros((len(shown) + 1, len(known)))
    for row, tokens in zip(table, (*shown, asked), strict=True):
        row[[place[token] for token in tokens if token in place]] = 1.0
    seen, target = table[:-1] - table[:-1].mean(axis=0), np.array(scores) - np.mean(scores)
    # The kernel form is as large as the examples are many, and needs no library's overhead.
    kernel = seen @ seen.T
    dual = np.linalg.solve(kernel + PENALTY * np.eye(len(seen)), target)
    return float(np.mean(scores) + (table[-1] - table[:-1].mean(axis=0)) @ (seen.T @ dual))


def _nearest(shown: Sequence[list[str]], scores: Sequence[float], asked: list[str]) -> float:
    own = set(asked)
    alike = [len(own & set(tokens)) / max(1, len(own | set(tokens))) for tokens in shown]
    return float(np.mean([s for a, s in zip(alike, scores, strict=True) if a == max(alike)]))


def _near(item: Item, answers: Answers, guess: float, sharpness: float) -> Response:
    """Answer with a figure: the text of it, or the options that lie near it."""
    if not item.options:
        return answers.text(item, f"{guess:.0f}")
    values = np.array([(features.numbers(option) or [np.nan])[0] for option in item.options])
    if not np.isfinite(values).all():
        return answers.nothing(item)
    step = float(np.ptp(values)) / max(1, len(values) - 1)
    squares = ((values - guess) / max(step, 1e-9)) ** 2
    return answers.likely(item, (-squares).tolist(), sharpness)
