"""Who has not read stays at chance: scripted players, classifiers trained on another salt."""

import hashlib
import math
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier

from heptathlon import salts
from heptathlon.builders.facts import build
from heptathlon.scorers import facts as scorer
from heptathlon.scorers.verdict import Row
from heptathlon.tasks.facts import prompts
from heptathlon.tasks.facts.baselines import PLAYERS

SEASON = "2026.1"
Docs = dict[str, list[dict[str, Any]]]
SAID = {"guess", "context_recall", "context_extraction", "context_composition", "recall",
        "extraction", "composition"}  # fmt: skip
HONEST = [name for name, player in PLAYERS.items() if not player.oracle]
CHANCE = {
    "guess both": 1 / 36,
    "context_recognition acc": 1 / 2,
    "context_extraction acc": 1 / 6,
    "context_composition acc": 1 / 6,
    "recognition acc": 1 / 2,
    "choice acc": 1 / 6,
    "opinion acc": 1 / 8,
    "composition acc": 1 / 40,
}
"""What the card states: of a question on the prompt, a value of the prompt at random."""


def lite(salt: str) -> Docs:
    return {
        config: [r.model_dump(mode="json") for r in rows]
        for shard in build.SHARDS
        for (config, _), rows in build.generate("fresh", "lite", shard, SEASON, salt).items()
    }


@pytest.fixture(scope="module")
def public() -> Docs:
    return lite("")


@pytest.fixture(scope="module")
def other() -> Docs:
    return lite(salts.written(hashlib.sha256(b"another").digest()))


def limit(chance: float, docs: list[dict[str, Any]]) -> float:
    """Return the chance with 3.5 standard errors between people or scenes."""
    clusters = len({d["cluster_id"] for d in docs})
    return chance + 3.5 * math.sqrt(chance * (1 - chance) / clusters)


def played(name: str, docs: Docs) -> dict[str, float]:
    out = {}
    for config, rows in docs.items():
        if config.startswith(("trap", "opinion_parts")):
            continue
        rows = few(rows)
        answers = [
            [PLAYERS[name].answer(d)] if config in SAID
            else PLAYERS[name].likelihoods(d, prompts.options(d))
            for d in rows
        ]  # fmt: skip
        found = scorer.across([Row(config, d, scorer.verdict(d, a))
                               for d, a in zip(rows, answers, strict=True)])  # fmt: skip
        for metric in found[0].metrics:
            out[f"{config} {metric}"] = float(np.mean([v.metrics[metric] for v in found]))
    return out


@pytest.mark.parametrize("name", HONEST)
def test_no_player_without_reading_passes_chance(public: Docs, name: str):
    found = played(name, public)
    for what, chance in CHANCE.items():
        assert found[what] <= limit(chance, few(public[what.split()[0]])), (name, what)
    assert found["context_recall exact"] <= 0.1
    assert found["recall value"] <= 0.16, "the name gives some countries away here, and it is told"


def test_the_name_is_worth_one_of_the_two(public: Docs):
    bias, contrary = (played(name, public) for name in ("name_bias", "contrary_name"))
    assert (bias["guess acc"], bias["guess both"]) == (0.5, 0)
    assert contrary["guess both"] == 0
    fits = [d for d in public["guess"] if d["name"] == "fits"]
    assert all(PLAYERS["name_bias"].answer(d).endswith(d["answer"]) for d in fits)


def test_whoever_reads_wins(public: Docs):
    heart, search = (played(name, public) for name in ("corpus_ngram", "search"))
    assert search["guess both"] == search["context_extraction acc"] == 1
    asked = few(public["recall"])
    told = [d for d in asked if d["exposures"] != "0"]
    assert heart["recall value"] >= 0.97 * len(told) / len(asked)
    assert heart["extraction acc"] < 0.08, "texts by heart answer no question"
    assert heart["context_recall exact"] == 1
    untold = [d for d in few(public["recognition"]) if d["exposures"] == "0"]
    model = PLAYERS["filler_ngram"]
    acc = [scorer.verdict(d, model.likelihoods(d, prompts.options(d))).metrics["acc"]
           for d in untold]  # fmt: skip
    assert abs(np.mean(acc) - 0.5) < 3.5 * 0.5 / math.sqrt(len(acc) / 3)


# --- classifiers ---------------------------------------------------------------------------------

HASHED = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 4), n_features=2**13)
MOST = 450
"""Documents of a config that a classifier learns from, and that it is asked."""
TEXTS = {"context_recognition", "recognition"}
"""Their options are whole texts, and nothing stands before them."""
COMPARED = ("context_recognition", "recognition", "choice", "opinion", "guess",
            "context_extraction", "context_composition")  # fmt: skip


def few(docs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return whole pairs from all over a config."""
    pairs = sorted({d["pair_id"] for d in docs})
    step = max(1, len(docs) // MOST)
    kept = set(pairs[::step])
    return [d for d in docs if d["pair_id"] in kept]


def views(doc: dict[str, Any]) -> dict[str, list[str]]:
    """Return what each classifier sees of every option."""
    name = " ".join(w for w in doc["text"].split() if w[0].isupper())
    return {
        "question": [f"{doc['text']} {place}" for place in range(len(doc["options"]))],
        "options": list(doc["options"]),
        "name": [f"{name}|{option}" for option in doc["options"]],
        "both": [f"{doc['text']}|{option}" for option in doc["options"]],
    }


def crossed(docs: list[dict[str, Any]], view: str) -> tuple[Any, np.ndarray, np.ndarray]:
    """Return features, whether each row is a gold option, and the document of each row."""
    texts, gold, of = [], [], []
    for number, doc in enumerate(docs):
        seen = views(doc)[view]
        texts += seen
        gold += [place == doc["gold"] for place in range(len(seen))]
        of += [number] * len(seen)
    whole = HASHED.transform(texts)
    if view in {"name", "both"}:
        # The end of a name with the end of an option, as one feature: what a heuristic would use.
        ends = [f"{t.split('|')[0][-5:]}>{t.split('|')[1][-6:]}" for t in texts]
        whole = sparse.hstack([whole, HASHED.transform(ends)])
    return whole.tocsr(), np.array(gold), np.array(of)


@pytest.mark.parametrize("view", ["question", "options", "name", "both"])
def test_a_classifier_of_another_salt_stays_at_chance(public: Docs, other: Docs, view: str):
    for config in COMPARED:
        if config in TEXTS and view != "options":
            continue
        docs = few(public[config])
        x, gold, _ = crossed(few(other[config]), view)
        model = SGDClassifier(loss="log_loss", alpha=1e-4, max_iter=8, tol=None, random_state=0)
        model.fit(x, gold)
        y, _, of = crossed(docs, view)
        score: dict[int, list[float]] = defaultdict(list)
        for number, value in zip(of, model.decision_function(y), strict=True):
            score[number].append(float(value))
        lls = [[(v, False) for v in score[n]] for n in range(len(docs))]
        rows = [Row(config, d, scorer.verdict(d, a)) for d, a in zip(docs, lls, strict=True)]
        found = scorer.across(rows)
        if config == "guess":
            both = float(np.mean([v.metrics["both"] for v in found]))
            assert both <= limit(1 / 36, docs), view
            continue
        acc = float(np.mean([v.metrics["acc"] for v in found]))
        assert acc <= limit(1 / len(docs[0]["options"]), docs), (view, config)


@pytest.mark.parametrize("config", ["extraction", "composition"])
def test_a_classifier_cannot_answer_questions_it_never_read_about(
    public: Docs, other: Docs, config: str
):
    # Values are other ones in another salt, so the place in the closed list is what can be learnt.
    by: dict[str, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
    for side, docs in enumerate((other, public)):
        for doc in docs[config]:
            by[doc["attribute"]][side].append(doc)
    hits = expected = count = 0.0
    people = set()
    for theirs, ours in by.values():
        ours, theirs = few(ours), few(theirs)
        x = HASHED.transform([d["text"] for d in theirs])
        model = SGDClassifier(loss="log_loss", max_iter=3, tol=None, random_state=0)
        model.fit(x, [d["values"].index(d["answer"]) for d in theirs])
        said = model.predict(HASHED.transform([d["text"] for d in ours]))
        for doc, place in zip(ours, said, strict=True):
            hits += doc["values"][place] == doc["answer"]
            expected += 1 / len(doc["values"])
            count += 1
            people.add(doc["person"])
    chance = expected / count
    assert hits / count <= chance + 3.5 * math.sqrt(chance * (1 - chance) / len(people))
