"""The human data that come with the suite: from pinned originals, split once, known how well."""

import hashlib

import numpy as np
import pytest
from scipy import optimize, special
from scipy import stats as scipy_stats

from heptathlon.builders import sources
from heptathlon.builders.memorability import people, shipped
from heptathlon.builders.memorability.laws_words import ABSTRACT, CONCRETE, FREQUENT, KINDS, RARE


@pytest.mark.parametrize("one", shipped.SHIPPED.values(), ids=shipped.SHIPPED)
def test_the_copy_is_the_pinned_original(one: shipped.Shipped):
    """Where the mirror holds the original; names and figures are unchanged."""
    if not sources.available(one.source):
        pytest.skip("HEPTATHLON_SOURCES holds no original")
    original = sources.text_of(one.source)
    assert shipped.text_of(one.name) == shipped.kept_of(original, one.columns)


def test_licence_and_notice_ship_with_the_data():
    notice = (shipped.FOLDER / "NOTICE.md").read_text(encoding="utf-8")
    for one in shipped.SHIPPED.values():
        assert one.path.name in notice
        assert one.source.revision in notice
    for name in ("memorable_words", "sentence_memorability_share"):
        licence = (shipped.FOLDER / f"LICENSE-{name}").read_text(encoding="utf-8")
        assert licence.startswith("MIT License")
        assert f"LICENSE-{name}" in notice


def test_the_shipped_sets_are_whole():
    """Counts, and the first, the hundredth and the last item, as the originals have them."""
    known = {name: people.people(name) for name in people.SETS}
    assert {name: len(items) for name, items in known.items()} == {
        "words": 2_109, "phrases": 2_165, "sentences": 2_500,
    }  # fmt: skip
    first = known["words"][0]
    assert (first.text, first.hits, first.misses, first.rejections, first.alarms) == (
        "whorehouse", 83, 3, 87, 7,
    )  # fmt: skip
    assert first.share == pytest.approx(0.9444444444444444)
    assert known["phrases"][0].norms["rated_synonyms"] == pytest.approx(3.28)
    lacking = [item for item in known["phrases"] if "frequency" not in item.norms]
    assert len(lacking) == 743, "a missing cell is no obstacle"
    digest = hashlib.sha256("\n".join(i.text for i in known["sentences"]).encode()).hexdigest()
    assert digest[:16] == SENTENCES_DIGEST


SENTENCES_DIGEST = "b9351f45aeb182f8"


def test_pools_are_disjoint_and_never_change():
    for name in people.SETS:
        practice, scored = (people.pooled(name, pool) for pool in ("practice", "scored"))
        assert not {i.text for i in practice} & {i.text for i in scored}
        assert len(practice) + len(scored) == len(people.people(name))
        assert len(practice) / len(people.people(name)) == pytest.approx(0.4, abs=0.02)
        # The pools are alike: a hash knows nothing of memory.
        shares = [[item.share for item in pool] for pool in (practice, scored)]
        assert scipy_stats.mannwhitneyu(*shares).pvalue > 0.01
    assert [people.pool_of(t) for t in ("pi", "a baboon", "to cost", "He was very kind.")] == POOLS
    both = {i.text for i in people.people("words")} & {i.text for i in people.people("phrases")}
    assert len(both) == 48
    for text in ("baboon", "a baboon", "A Baboon"):
        assert people.pool_of(text) == people.pool_of("the baboon")


POOLS = ["practice", "scored", "scored", "scored"]


@pytest.mark.parametrize("name", people.SETS)
def test_the_prior_is_the_one_of_highest_likelihood(name: str):
    items = people.people(name)
    right = np.array([item.right for item in items])
    trials = np.array([item.trials for item in items])

    def surprise(logs):
        a, b = np.exp(logs)
        return -(special.betaln(right + a, trials - right + b) - special.betaln(a, b)).sum()

    found = np.exp(optimize.minimize(surprise, [3.0, 1.0], method="Nelder-Mead").x)
    assert found == pytest.approx(people.PRIOR[name], abs=0.06)


def test_plausible_shares_are_quantiles_of_the_posterior():
    items = people.people("words")[:3]
    found = people.plausible_shares("words", items, np.array([[0.5] * 3, [0.975] * 3]))
    a, b = people.PRIOR["words"]
    for i, item in enumerate(items):
        law = scipy_stats.beta(a + item.right, b + item.trials - item.right)
        assert found[:, i] == pytest.approx(law.ppf([0.5, 0.975]))
    extreme = items[0]
    assert found[0, 0] < extreme.share, "an extreme share is drawn towards the others"


@pytest.mark.parametrize(
    ("hit", "alarm", "right", "ratio"),
    [(5 / 7, 1 / 15, 24 / 29, 14 / 15), (0.5, 0.5, 0.5, 1.0), (1.0, 0.0, 1.0, 1.0)],
)
def test_trials_behind_shares(hit, alarm, right, ratio):
    old, new = people.trials_behind(hit, alarm, right)
    assert old / new == pytest.approx(ratio)
    assert (hit * old + (1 - alarm) * new) / (old + new) == pytest.approx(right)
    assert abs(hit * old - round(hit * old)) < 1e-9
    assert abs(alarm * new - round(alarm * new)) < 1e-9
    assert old + new >= 30


def test_words_of_study_lists_are_what_they_are_said_to_be():
    """Held against the norms of those that stand in the shipped sets."""
    norms = {
        item.text.removeprefix("a ").removeprefix("an "): item.norms
        for name in ("words", "phrases")
        for item in people.people(name)
    }

    def known(words: tuple[str, ...], norm: str) -> list[float]:
        return [norms[w][norm] for w in words if norm in norms.get(w, {})]

    assert max(known(ABSTRACT, "concreteness")) < 2.5 < 4.5 < min(known(CONCRETE, "concreteness"))
    assert max(known(RARE, "frequency")) < 1.6 < 3.3 < min(known(FREQUENT, "frequency"))
    assert min(len(known(w, "frequency")) for w in (RARE, FREQUENT)) >= 8
    every = [*(w for words in KINDS.values() for w in words)]
    for words in (every, ABSTRACT, CONCRETE, FREQUENT, RARE):
        assert len(set(words)) == len(words)
        assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
    assert not set(ABSTRACT) & set(CONCRETE)
    assert not set(FREQUENT) & set(RARE)
    means = [np.mean([len(w) for w in words]) for words in (ABSTRACT, CONCRETE)]
    assert abs(means[0] - means[1]) < 1, "length does not tell them apart"
