"""The memorability players, and what a script can win that does not know what people remember."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline, make_union

from heptathlon import families
from heptathlon.builders import memorability as builder
from heptathlon.builders import sources, store
from heptathlon.scorers import memorability as scorer
from heptathlon.scorers.verdict import Row, Verdict
from heptathlon.tasks.memorability import prompts
from heptathlon.tasks.memorability.baselines import PLAYERS
from heptathlon.tasks.players import Player
from tests.memorability.test_memorability_tasks import INVENTED, INVENTED_AD, INVENTED_PAIR

Docs = list[dict[str, Any]]
FAMILY = families.family("memorability")
WITH_SOURCES = pytest.mark.skipif(
    not sources.available(*builder.SOURCES), reason="HEPTATHLON_SOURCES holds no source files"
)
OPTIONS: dict[str, Callable[[Any], list[str]]] = {
    "list": prompts.list_options,
    "law": lambda doc: doc["options"],
    "recital": lambda doc: doc["options"],
    "pair": prompts.pair_options,
    "score": prompts.score_options,
}


@cache
def built(config: str, tier: str = "lite", edition: str = "fresh") -> tuple[dict[str, Any], ...]:
    folder = store.ensure(store.SetName("memorability", edition, tier))
    return tuple(store.read_docs(folder, config))


def play(player: Player, doc: dict[str, Any], *, written: bool = False) -> Verdict:
    if written or doc["form"] == "ad":
        return scorer.verdict(doc, [player.answer(doc)])
    return scorer.verdict(doc, player.likelihoods(doc, OPTIONS[doc["form"]](doc)))


def earns(name: str, config: str, metric: str = "overlap", keep: Any = None) -> float:
    docs = [doc for doc in built(config) if keep is None or keep(doc)]
    return float(np.mean([play(PLAYERS[name], doc).metrics[metric] for doc in docs]))


@pytest.mark.parametrize("name", PLAYERS)
def test_every_player_answers_every_form(name: str):
    player = PLAYERS[name]
    smoke = [doc for c in ("lists", "world", "laws", "recital") for doc in built(c, "smoke")[::4]]
    for doc in (*smoke, {**INVENTED, "set": "lambda"}, {**INVENTED_PAIR, "set": "quotes"},
                INVENTED_AD):  # fmt: skip
        found = play(player, doc)
        assert play(player, doc) == found, "a player is a pure function"
        assert not found.invalid or doc["form"] == "ad"
        if doc["form"] in {"law", "recital"}:
            assert play(player, doc, written=True).metrics["acc"] == found.metrics["acc"]
        elif doc["form"] == "list" and found.outcome == "picked":
            written = play(player, doc, written=True)
            assert (written.answer, written.metrics) == (found.answer, found.metrics)
        elif doc["form"] == "score":
            said = float(player.answer(doc))
            assert player.choose(doc, prompts.score_options(doc)) == prompts.option_of(said)
            expected = scorer.verdict(doc, player.likelihoods(doc, prompts.score_options(doc)))
            held = min(95.0, max(5.0, said))
            assert expected.metrics["predicted"] == pytest.approx(held, abs=0.01)
            bare = scorer.verdict(doc, player.likelihoods(doc, prompts.bare_item(doc)))
            assert bare.metrics["predicted"] == pytest.approx(said, abs=0.01)


def test_the_oracle_reaches_the_ceiling_and_no_more():
    """Knowing the true shares is not knowing how the study came out: 1 is out of reach."""
    for config in ("lists", "world"):
        docs = built(config)
        got = np.array([play(PLAYERS["oracle"], doc).metrics["overlap"] for doc in docs])
        ceiling = scorer.ceiling([Row("memorability_lists", doc, Verdict({}, "")) for doc in docs])
        assert abs(got.mean() - ceiling) <= 3 * got.std() / len(got) ** 0.5
        assert 0.6 < ceiling < 0.9
        if config == "lists":
            assert FAMILY.ceiling == pytest.approx(ceiling, abs=0.05)
    for config in ("laws", "recital"):
        assert earns("oracle", config, "acc") == 1.0
    assert play(PLAYERS["oracle"], INVENTED_AD).metrics["complete"] == 1.0
    assert [name for name, player in PLAYERS.items() if player.oracle] == ["oracle"]


def test_the_bar_is_the_best_that_was_fitted_on_the_practice_pool():
    of = {name: earns(name, "lists") for name in PLAYERS}
    for name in ("constant", "shot_ridge", "shot_kernel", "brand_mean", "earlier", "oftener"):
        assert of[name] == 0.0, name
    assert abs(of["random"]) < 0.06
    assert of["length"] < 0.15
    assert 0.15 < of["frequency"] < of["fitted"]
    assert 0.3 < of["norms"] < of["fitted"] < 0.5
    assert of["fitted"] == max(v for n, v in of.items() if n not in REFERENCES)
    assert of["fitted"] < of["another_study"] < of["oracle"], "people predict people better"


REFERENCES = {"rated_synonyms", "another_study", "oracle"}


def test_wide_gaps_are_easier_for_the_bar_too():
    by_gap = [earns("fitted", "lists", keep=lambda d, g=g: d["gap"] == g) for g in (12, 6, 0)]
    assert by_gap[0] > by_gap[1] > by_gap[2] > 0.05


def test_matching_words_with_the_examples_says_nothing_of_the_world():
    for name in ("nearest_neighbour", "shot_ridge", "shot_kernel", "length", "random"):
        assert abs(earns(name, "world")) < 0.1, name


def test_no_rule_but_a_laws_own_helps_in_the_battery():
    laws = sorted({doc["set"] for doc in built("laws")})
    own = {"earlier": "primacy", "oftener": "repetition"}
    for name in ("constant", "random", "length", "earlier", "later", "oftener"):
        of = {law: earns(name, "laws", "above_chance", lambda d, law=law: d["set"] == law)
              for law in laws}  # fmt: skip
        rest = [value for law, value in of.items() if law != own.get(name)]
        assert abs(np.mean(rest)) < 3 / (30 * len(rest)) ** 0.5 + 0.1 * (name == "later"), name
        if name in own:
            assert of[own[name]] == 1.0


def test_nobody_recites_without_having_read():
    for name in PLAYERS:
        if name != "oracle":
            assert abs(earns(name, "recital", "above_chance")) < 4 * 0.58 / 60**0.5, name


# --- attacks -------------------------------------------------------------------------------------


def overlap_of(docs: Sequence[dict[str, Any]], score: Callable[[dict[str, Any]], Sequence[float]]
               ) -> tuple[float, float]:  # fmt: skip
    """Return what an attack earns and its standard error over blocks."""
    values: dict[str, list[float]] = {}
    for doc in docs:
        logs = [(float(value), False) for value in score(doc)]
        values.setdefault(doc["cluster_id"], []).append(
            scorer.verdict(doc, logs).metrics["overlap"]
        )
    means = np.array([np.mean(v) for v in values.values()])
    return float(means.mean()), float(means.std(ddof=1) / len(means) ** 0.5)


@pytest.mark.parametrize("place", range(0, 24, 5))
def test_places_win_nothing(place: int):
    value, error = overlap_of(
        built("lists"), lambda doc: [-((i - place) % 24) for i in range(len(doc["items"]))]
    )
    assert abs(value) < 3 * error


def test_shape_of_an_item_wins_next_to_nothing():
    """Length, words, capitals and marks, learnt on the practice lists: less than the bar."""

    def look(text: str) -> list[float]:
        return [len(text), len(text.split()), sum(map(str.isupper, text)),
                sum(not c.isalnum() for c in text), sum(map(str.isdigit, text))]  # fmt: skip

    practice = [(d, i) for d in built("practice") for i in range(len(d["items"]))]
    model = LogisticRegression(max_iter=500).fit(
        [look(d["items"][i]) for d, i in practice], [i in d["best"] for d, i in practice]
    )
    value, error = overlap_of(
        built("lists"), lambda doc: model.decision_function([look(t) for t in doc["items"]])
    )
    assert value < earns("fitted", "lists") - 2 * error
    assert value < 0.25


def test_letters_and_words_learnt_from_the_practice_lists_do_not_pass_the_bar():
    """The pools share no item, so what is learnt is of words in general, as the bar is."""
    texts = [t for d in built("practice") for t in d["items"]]
    best = [i in d["best"] for d in built("practice") for i in range(len(d["items"]))]
    model: Any = make_pipeline(
        make_union(
            TfidfVectorizer(sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True),
        ),
        Ridge(10.0),
    ).fit(texts, best)
    value, error = overlap_of(built("lists"), lambda doc: model.predict(doc["items"]))
    assert value < earns("fitted", "lists") + 2 * error


@WITH_SOURCES
def test_what_players_reach_one_item_at_a_time():
    def rho_of(name: str, docs: Sequence[dict[str, Any]]) -> float:
        metrics = [play(PLAYERS[name], doc, written=True).metrics for doc in docs]
        values = np.array([(m["predicted"], m["human"]) for m in metrics])
        return scorer.spearman(values, np.ones(len(values)))

    assert rho_of("brand_mean", built("lambda", "full", "paper")) == pytest.approx(0.335, abs=0.01)
    for config, least in (("words", 0.35), ("phrases", 0.45), ("sentences", 0.4)):
        docs = [d for d in built(config, "lite", "paper") if d["part"] == "test"]
        assert rho_of("fitted", docs) > least
        assert rho_of("oracle", docs) == pytest.approx(1.0)
        pairs = built(f"{config}_pairs", "lite", "paper")
        right = [play(PLAYERS["fitted"], d).metrics["acc"] for d in pairs]
        assert np.mean(right) > 0.6
        assert np.mean([play(PLAYERS["constant"], d).metrics["acc"] for d in pairs]) == 0.5
