"""The memorability builder: the world and its Bayes answer, and the human sets with their noise."""

import hashlib
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, DotProduct

from heptathlon.builders import memorability as builder
from heptathlon.builders import store
from heptathlon.builders.memorability import bayes, paper, reliability, world
from heptathlon.builders.memorability.records import PairRecord, ScoreRecord
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.seeding import Stream
from tests.fakehub import Blob, FakeHub
from tests.salts import salt

# --- the world -----------------------------------------------------------------------------------


def towns(n: int, k: int, panel: int) -> list[ScoreRecord]:
    return [world.score_record(Stream("t", i), "2026.1", k, panel, "test") for i in range(n)]


def attributes_of(text: str) -> list[int]:
    """Read an advertisement's features back from its words alone."""
    out = []
    for levels in world.FEATURES:
        (found,) = {i for i, ways in enumerate(levels) for way in ways if way in text}
        out.append(2 * found - 1)
    return out


def test_one_example_by_hand():
    """One feature, one example: the posterior mean is the prior's share of the variance."""
    prior = bayes.Prior(Fraction(50), Fraction(25), Fraction(25))
    (same, other) = bayes.posterior_means([(1,)], [80], [(1,), (-1,)], prior, Fraction(50))
    # cov = 25 + 25 with itself, 25 - 25 with its opposite; variance 50 + 50.
    assert same == 50 + Fraction(50, 100) * 30
    assert other == 50


def test_the_bayes_answer_is_scikit_learns():
    """The same posterior mean as a Gaussian process with a linear kernel, told from the prompt."""
    for k, panel in ((8, 4), (24, 25)):
        for record in towns(10, k, panel):
            kernel = ConstantKernel(world.LEVEL_SD**2, "fixed") + ConstantKernel(
                world.EFFECT_SD**2, "fixed"
            ) * DotProduct(0.0, "fixed")
            noise = world.RATER_SD**2 / panel + 1 / 12
            process = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None)
            shown = [attributes_of(shot.text) for shot in record.shots]
            process.fit(shown, [shot.score - world.LEVEL_MEAN for shot in record.shots])
            expected = world.LEVEL_MEAN + process.predict([attributes_of(record.text)])[0]
            assert record.bayes == pytest.approx(float(np.clip(expected, 0, 99)), abs=0.006)


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(0, 10**6))
def test_solve_is_exact(n: int, seed: int):
    rng = np.random.default_rng(seed)
    root = rng.integers(-3, 4, size=(n, n)).tolist()
    matrix = [
        [Fraction(sum(a * b for a, b in zip(x, y, strict=True))) + (i == j) for j, y in
         enumerate(root)]
        for i, x in enumerate(root)
    ]  # fmt: skip
    right = [Fraction(int(v)) for v in rng.integers(-9, 10, size=n)]
    solution = bayes.solve(matrix, right)
    assert [sum(a * x for a, x in zip(row, solution, strict=True)) for row in matrix] == right


def test_nobody_beats_bayes():
    """In the mean no other guess is nearer: not the rule's other shrinkages, not the examples."""
    records = towns(400, 8, 4)
    human = np.array([r.human for r in records])
    best = np.array([r.bayes for r in records])
    error = ((best - human) ** 2).mean()
    mean = np.array([np.mean([s.score for s in r.shots]) for r in records])
    for other in (mean, (best + mean) / 2, 50 + 1.4 * (best - 50), np.full(len(human), 50.0)):
        assert error < ((other - human) ** 2).mean()
    rho = scipy_stats.spearmanr(best, human).statistic
    assert rho - scipy_stats.spearmanr(mean, human).statistic > 0.2


def test_more_examples_and_more_raters_help():
    rho = {
        (k, panel): scipy_stats.spearmanr(
            *zip(*((r.bayes, r.human) for r in towns(300, k, panel)), strict=True)
        ).statistic
        for k in world.SHOTS
        for panel in world.PANELS
    }
    assert rho[8, 4] < min(rho[8, 25], rho[24, 4]) < max(rho[8, 25], rho[24, 4]) < rho[24, 25]


def test_scores_are_as_told():
    """Hardly any score falls off the scale, and its noise is what the prompt says it is."""
    scores = [s.score for r in towns(200, 24, 4) for s in r.shots]
    assert np.mean([s in {0, 99} for s in scores]) < 0.02
    stream = Stream("noise")
    rule = world.Rule(50.0, (0.0,) * len(world.FEATURES))
    for panel in world.PANELS:
        ads = [world.draw_ads(stream, rule, panel, 1)[0].score for _ in range(3_000)]
        assert np.std(ads) == pytest.approx(world.RATER_SD / panel**0.5, rel=0.05)


def test_gaussian_draws():
    stream = Stream("normal")
    drawn = [world.normal(stream, 3, 2) for _ in range(4_000)]
    assert scipy_stats.kstest(drawn, scipy_stats.norm(3, 2).cdf).pvalue > 0.001


def test_the_wordings_tell_the_features_apart():
    for record in towns(50, 24, 4):
        texts = [record.text, *(shot.text for shot in record.shots)]
        assert len({text.split(",")[0] for text in texts}) == len(texts), "every brand stands once"
        for text in texts:
            assert len(attributes_of(text)) == len(world.FEATURES)
    ways = [way for levels in world.FEATURES for level in levels for way in level]
    assert len(set(ways)) == len(ways)


def test_pairs_of_the_world():
    for i in range(30):
        one, other = world.pair_records(Stream("p", i), "2026.1", 8, 25)
        assert (one.first, one.second) == (other.second, other.first)
        assert one.gold == 1 - other.gold
        assert one.bayes == 1 - other.bayes
        assert one.pair_id == other.pair_id
        assert one.cluster_id == other.cluster_id
    right = [
        r.bayes == r.gold
        for i in range(200)
        for r in world.pair_records(Stream("p", i), "2026.1", 24, 25)
    ]
    assert np.mean(right) > 0.9


def test_tiers_are_nested_and_parts_apart():
    def records(tier: str) -> dict[str, Any]:
        return {
            r.item_id: r
            for shard in builder.shards("fresh", tier)
            if shard != "fewshot"
            for rows in builder.generate("fresh", tier, shard, "2026.1", "").values()
            for r in rows
        }

    smoke, lite = records("smoke"), records("lite")
    assert 80 <= len(smoke) <= 120
    assert 500 <= len(lite) <= 700
    assert smoke.keys() <= lite.keys()
    dev = {r.cluster_id for r in lite.values() if r.part == "dev"}
    assert dev
    assert not dev & {r.cluster_id for r in lite.values() if r.part == "test"}
    salted = builder.generate("fresh", "smoke", "shots-08", "2026.1", salt("a"))
    assert not {r.item_id for rows in salted.values() for r in rows} & lite.keys()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("fresh", "long"), "tier of memorability"),
        (("paper", "longer"), "did you mean 'long'"),
        (("papers", "full"), "did you mean 'paper'"),
    ],
)
def test_unknown_names(arguments, says):
    with pytest.raises(UnknownNameError, match=says):
        builder.shards(*arguments)
    with pytest.raises(UnknownNameError, match="shard"):
        builder.generate("fresh", "smoke", "shots-24", "2026.1", "")


# --- noise ---------------------------------------------------------------------------------------


def test_split_halves_find_a_known_reliability():
    """Binomial scores of beta-distributed items: the true values' correlation is known."""
    rng = np.random.default_rng(1)
    true = rng.beta(4, 2, size=3_000)
    right = rng.binomial(40, true)
    found = reliability.split_half(((right, 40 - right),), Stream("halves"))
    assert found.ceiling == pytest.approx(scipy_stats.spearmanr(true, right).statistic, abs=0.01)
    # Of beta-binomial scores the reliability is n / (n + alpha + beta).
    assert found.whole == pytest.approx(40 / 46, abs=0.02)
    assert found.whole == pytest.approx(2 * found.halves / (1 + found.halves))


def test_scores_without_any_signal_have_a_low_ceiling():
    rng = np.random.default_rng(2)
    right = rng.binomial(40, 0.7, size=3_000)
    drawn = [
        float(scipy_stats.spearmanr(half, right - half).statistic)
        for half in [reliability._right_in_half(right, 40 - right, right * 0 + 20, Stream("h"))]
    ]
    assert abs(drawn[0]) < 0.06


def test_halves_are_of_the_right_size():
    """Half of the trials, drawn without replacement: the hypergeometric mean and variance."""
    right, wrong = np.full(20_000, 30), np.full(20_000, 10)
    drawn = reliability._right_in_half(right, wrong, np.full(20_000, 20), Stream("h"))
    law = scipy_stats.hypergeom(40, 30, 20)
    assert drawn.mean() == pytest.approx(law.mean(), abs=0.05)
    assert drawn.var() == pytest.approx(law.var(), rel=0.05)


def test_few_raters_are_recognised():
    """Scores drawn from a known model: the ceiling's interval holds the true correlation."""
    rng = np.random.default_rng(3)
    true = rng.beta(2.0, 1.2, size=1_500)
    raters = rng.integers(2, 6, size=true.size)
    recalled = rng.binomial(raters, true)
    labels = [reliability.lambda_label(int(k), int(n)) for k, n in zip(recalled, raters,
                                                                       strict=True)]  # fmt: skip
    found = reliability.fit_few_raters(labels)
    rho = scipy_stats.spearmanr(true, labels).statistic
    assert found.low < rho < found.high
    assert found.ceiling == pytest.approx(rho, abs=0.1)
    assert found.mean_raters == pytest.approx(raters.mean(), abs=0.6)
    with pytest.raises(ValueError, match="no share"):
        reliability.fit_few_raters([0, 99, 98])


# --- the human sets, on small files of the same form ---------------------------------------------

WORDS = (
    "word_lower,hits,misses,correct_rejections,false_alarms,Log Subtlex frequency\n"
    + "".join(f"word{i},{40 + i},{20 - i},{70 + i},{25 - i},{i / 4}\n" for i in range(20))
)  # fmt: skip
QUOTES = (
    "a film\nIMDb words it so.\n12 I have had enough of it.\n13 You can go home now then.\n\n"
    "a film\nPolished.\n14 Short.\n15 Not so short.\n\n"
    "other film\nWell.\n16 Don't you dare.\n17 Pass the salt.\n"
)


def test_words_file():
    known = paper.read_words(WORDS)
    by_word = {one.text: one for one in known.items}
    assert by_word["word3"].score == round(99 * (43 + 73) / (43 + 17 + 73 + 22), 2)
    assert by_word["word3"].frequency == 0.75
    assert 0 < known.ceiling <= 1
    assert [one.text for one in known.items] != [f"word{i}" for i in range(20)]


def test_quotes_file():
    """Script lines, and only where both have as many words."""
    assert paper.read_quotes(QUOTES) == (
        paper.QuotePair("a film", "I have had enough of it.", "You can go home now then."),
        paper.QuotePair("other film", "Don't you dare.", "Pass the salt."),
    )


def test_quotes_become_pairs_in_both_orders(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(paper, "quote_pairs", lambda: paper.read_quotes(QUOTES))
    made = builder.generate("paper", "long", "quotes", "2026.1", "")["quotes", "test"]
    assert len(made) == 4
    assert all(isinstance(r, PairRecord) and r.contaminated for r in made)
    assert [r.first if r.gold == 0 else r.second for r in made] == [
        "I have had enough of it.", "I have had enough of it.", "Don't you dare.",
        "Don't you dare.",
    ]  # fmt: skip
    assert len({r.cluster_id for r in made}) == 2


QUESTION = (
    "Students are shown ads and their memorability is tested after 1 to 3 days. For the given ad: "
    'They watch a 30 second advertisement for Acme . The title of the advertisement is "Buy". The '
    "ad is shot in landscape orientation. Return the score. \n<image>\n"
)


def lambda_files(question: str = QUESTION, answer: str = "49") -> tuple[str, str]:
    asked = [{"question_id": 1, "question": question}]
    return json.dumps(asked), json.dumps([{"question_id": 1, "answer": answer}])


def test_lambda_files():
    (ad,) = paper.read_lambda(*lambda_files())
    assert (ad.brand, ad.title, ad.seconds, ad.score) == ("Acme", "Buy", 30, 49)
    assert ad.prompt.endswith("Return the score.")


SCENE = {
    "Number": "1", "Description": "a red box", "Colors": "Red", "Emotions": "", "Tags": "box, red",
    "Photography Style": "commercial", "Text Shown": "'BUY'", "Tone": "warm",
    "Visual Complexity": "Low",
}  # fmt: skip
AD = {
    "Audio": "", "Brand": "Acme ", "Duration": "30", "Orientation": "landscape", "Pace": "low",
    "Title": "Buy", "Scenes": [SCENE, SCENE | {"Number": "2"}],
}  # fmt: skip


def hub_file(path: Path, shares: list[float], **changes: Any) -> Path:
    """A file of the form of the Hub's data set: fields of text, no prompts."""
    rows = [
        {"video_id": i, "recall_score": x, "ad_details": AD | {"Title": f"Buy {i}"} | changes}
        for i, x in enumerate(shares)
    ]
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def test_lambda_from_the_hubs_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    plain = store.SetName("memorability", "paper", "lite").folder
    path = hub_file(tmp_path / "test.parquet", [0.0, 1 / 3, 0.5, 2 / 3, 0.75, 1.0] * 3)
    monkeypatch.setenv("HEPTATHLON_MEMORABILITY_DATA", str(path))
    assert "-own-" in store.SetName("memorability", "paper", "lite").folder
    assert "-own-" not in plain
    made = builder.generate("paper", "lite", "lambda", "2026.1", "")
    records = made["lambda", "test"]
    assert [r.human for r in records[:6]] == [0, 32, 49, 65, 74, 99], "as the labels are"
    scene = (
        "it shows a red box, in the colours Red, in a tone that is mostly warm, photographed in "
        "the style commercial, of Low visual complexity, under the tags box, red, and the text on "
        "screen is 'BUY'."
    )
    assert records[0].text == (
        "Students watched advertisements and were asked one to three days later which they "
        'remembered. This one is for Acme, lasts 30 seconds and has the title "Buy 0". It was shot '
        f"in landscape orientation and has a low pace. Scene 1: {scene} Scene 2: {scene} How well "
        "is it remembered in the long term? Answer with a score from 00 to 99 alone."
    )
    assert {r.brand for r in records} == {"Acme"}
    assert paper.LAMBDA_ADS not in builder.needed("paper", "lite")
    assert paper.WORDS in builder.needed("paper", "lite")


def test_lambda_is_read_from_the_hub(
    hub_here: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    data = hub_file(tmp_path / "made.parquet", [0.5, 1.0]).read_bytes()
    hub_here.create("dataset", "org/ads")
    commit = hub_here.dataset("org/ads").commit("main", {"data/test.parquet": Blob(data)}, "data")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HEPTATHLON_MEMORABILITY_DATA", "hf://datasets/org/ads/data/test.parquet")
    assert [ad.score for ad in paper.lambda_ads()] == [49, 99]
    assert store.own_listing("memorability", "paper") == [
        {"path": "test.parquet", "revision": commit, "sha256": hashlib.sha256(data).hexdigest()}
    ]
    monkeypatch.setenv("HEPTATHLON_MEMORABILITY_DATA", "hf://datasets/org/ads@v9/data/test.parquet")
    with pytest.raises(HeptathlonError, match=r"org/ads/data/test\.parquet"):
        paper.lambda_ads()
    monkeypatch.setenv("HEPTATHLON_MEMORABILITY_DATA", "hf://org/ads")
    with pytest.raises(HeptathlonError, match="is not of the form hf://datasets/"):
        paper.lambda_ads()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda p: hub_file(p, [74.0]), "row 0: recall_score 74.0 is no share"),
        (lambda p: hub_file(p, [0.5], Scenes=[{"Number": "1"}]), "row 0: is not told"),
        (lambda p: hub_file(p, [0.5], Duration="long"), "row 0: is not told"),
        (lambda p: pq.write_table(pa.table({"recall_score": [0.5]}), p), "ad_details"),
        (lambda p: p.write_text("no table"), "is no Parquet file of LAMBDA's"),
    ],
)
def test_another_file_than_the_hubs_is_refused(
    make: Any, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    make(tmp_path / "test.parquet")
    monkeypatch.setenv("HEPTATHLON_MEMORABILITY_DATA", str(tmp_path / "test.parquet"))
    with pytest.raises(HeptathlonError, match=says):
        paper.lambda_ads()


@pytest.mark.parametrize(
    ("read", "says"),
    [
        (lambda: paper.read_words(WORDS.replace("misses", "missed")), "no column 'misses'"),
        (lambda: paper.read_words(WORDS.replace(",40,", ",x,")), "'hits' holds more than counts"),
        (lambda: paper.read_sentences("a,b\n1,2\n"), "no column 'sentence'"),
        (lambda: paper.read_slogans("index,brand,hit_count\n"), "no column 'miss_count'"),
        (lambda: paper.read_quotes(QUOTES.replace("13 ", "x ")), "does not begin a pair"),
        (lambda: paper.read_lambda(*lambda_files("An ad.")), "the ad 1 is not told as"),
        (lambda: paper.read_lambda(*lambda_files(answer="high")), "not the file"),
        (lambda: paper.read_lambda(lambda_files()[0], "[]"), "not the file"),
        (lambda: paper.read_lambda("{", "[]"), "not valid JSON"),
    ],
)
def test_another_file_is_refused_in_a_sentence(read, says):
    with pytest.raises(HeptathlonError, match=says) as refused:
        read()
    assert "\n" not in str(refused.value)


def test_another_hash_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path):
    path = tmp_path / paper.WORDS.repository / paper.WORDS.path
    path.parent.mkdir(parents=True)
    path.write_text(WORDS)
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path))
    paper.text_set.cache_clear()
    with pytest.raises(HeptathlonError, match="its checksum is"):
        paper.text_set("words")


@pytest.mark.parametrize(
    ("hit", "alarm", "right", "ratio"),
    [(5 / 7, 1 / 15, 24 / 29, 14 / 15), (0.5, 0.5, 0.5, 1.0), (1.0, 0.0, 1.0, 1.0)],
)
def test_trials_behind_shares(hit, alarm, right, ratio):
    old, new = paper.trials_behind(hit, alarm, right)
    assert old / new == pytest.approx(ratio)
    assert (hit * old + (1 - alarm) * new) / (old + new) == pytest.approx(right)
    assert abs(hit * old - round(hit * old)) < 1e-9
    assert abs(alarm * new - round(alarm * new)) < 1e-9
    assert old + new >= 30


# --- the published files, where they are ---------------------------------------------------------


@pytest.mark.usefixtures("sources_folder")
def test_published_reliabilities():
    """Computed from the published counts; they agree with what their authors' own files say."""
    sizes = {"words": (2_109, 0.87), "sentences": (2_500, 0.83), "slogans": (929, 0.97)}
    for name, (count, ceiling) in sizes.items():
        known = paper.text_set(name)
        assert len(known.items) == count
        assert known.ceiling == pytest.approx(ceiling, abs=0.011)
        parts = known.parts()
        assert sum(map(len, parts.values())) == count
        pairs = paper.text_pairs(name, "test", "2026.1")
        assert len({r.item for r in pairs}) == len(pairs) / 2


@pytest.mark.usefixtures("sources_folder")
def test_lambda_as_published():
    ads = paper.lambda_ads()
    labels = [ad.score for ad in ads]
    assert len(ads) == 220
    assert len({ad.brand.lower() for ad in ads}) == 109
    assert labels.count(99) == 82
    assert labels.count(0) == 29
    assert scipy_stats.spearmanr(paper.brand_means(ads), labels).statistic == pytest.approx(
        0.335, abs=0.01
    )
    fit = reliability.fit_few_raters(labels)
    assert fit.mean_raters == pytest.approx(3.5, abs=0.1)
    assert fit.ceiling == pytest.approx(0.62, abs=0.005)
    assert fit.low < 0.5 < 0.75 < fit.high, "220 ads of so few raters bound it loosely"
    for record in paper.lambda_records("2026.1", paper.LAMBDA_SHOTS):
        assert len(record.shots) == paper.LAMBDA_SHOTS
        assert not any(record.brand in shot.text for shot in record.shots)
        assert record.text not in {shot.text for shot in record.shots}
