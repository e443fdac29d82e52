"""The paper edition: files of the publishers' form, and the published ones where they are."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import stats as scipy_stats

from heptathlon.builders import memorability as builder
from heptathlon.builders import store
from heptathlon.builders.memorability import lambda_ads, paper, people, reliability
from heptathlon.builders.memorability.records import PairRecord
from heptathlon.errors import HeptathlonError
from heptathlon.tasks.memorability import frames, prompts
from tests.fakehub import Blob, FakeHub

QUOTES = (
    "a film\nIMDb words it so.\n12 I have had enough of it.\n13 You can go home now then.\n\n"
    "a film\nPolished.\n14 Short.\n15 Not so short.\n\n"
    "other film\nWell.\n16 Don't you dare.\n17 Pass the salt.\n"
)


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
    (ad,) = lambda_ads.read_ads(*lambda_files())
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


def hub_file(path: Path, shares: list[float], title: str = "Buy", **changes: Any) -> Path:
    """A file of the form of the Hub's data set: fields of text, no prompts."""
    rows = [
        {"video_id": i, "youtube_id": f"yt{i}", "recall_score": x,
         "ad_details": AD | {"Title": f"{title} {i}"} | changes}
        for i, x in enumerate(shares)
    ]  # fmt: skip
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
    assert lambda_ads.ADS not in builder.needed("paper", "lite")
    assert paper.SLOGANS in builder.needed("paper", "lite")


def test_lambda_is_read_from_the_hub(
    hub_here: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    data = hub_file(tmp_path / "made.parquet", [0.5, 1.0]).read_bytes()
    hub_here.create("dataset", "org/ads")
    commit = hub_here.dataset("org/ads").commit("main", {"data/test.parquet": Blob(data)}, "data")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HEPTATHLON_MEMORABILITY_DATA", "hf://datasets/org/ads/data/test.parquet")
    assert [ad.score for ad in lambda_ads.test_ads()] == [49, 99]
    assert store.own_listing("memorability", "paper") == [
        {"path": "test.parquet", "revision": commit, "sha256": hashlib.sha256(data).hexdigest()}
    ]
    monkeypatch.setenv("HEPTATHLON_MEMORABILITY_DATA", "hf://datasets/org/ads@v9/data/test.parquet")
    with pytest.raises(HeptathlonError, match=r"org/ads/data/test\.parquet"):
        lambda_ads.test_ads()
    monkeypatch.setenv("HEPTATHLON_MEMORABILITY_DATA", "hf://org/ads")
    with pytest.raises(HeptathlonError, match="is not of the form hf://datasets/"):
        lambda_ads.test_ads()


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
        lambda_ads.test_ads()


def test_the_training_part_gives_examples_and_a_practice_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    test = hub_file(tmp_path / "test.parquet", [0.0, 0.5, 1.0] * 4, Brand="Acme")
    train = hub_file(tmp_path / "train.parquet", [0.25, 0.75] * 5, title="Sell", Brand="Bolt")
    monkeypatch.setenv("HEPTATHLON_MEMORABILITY_DATA", str(test))
    without = store.SetName("memorability", "paper", "lite").folder
    monkeypatch.setenv("HEPTATHLON_MEMORABILITY_TRAIN", str(train))
    folder = store.SetName("memorability", "paper", "lite").folder
    assert folder.startswith(without), "both files are in the name"
    assert folder != without
    made = builder.generate("paper", "lite", "lambda", "2026.1", "")
    practice = [r for r in made["lambda", "test"] if r.part == "practice"]
    tested = [r for r in made["lambda", "test"] if r.part == "test"]
    assert (len(practice), len(tested)) == (10, 12)
    assert {r.brand for r in practice} == {"Bolt"}
    assert {r.neutral for r in tested} == {49.0}, "the mean of the training part"
    assert {r.brand_mean for r in tested} == {49.0}, "no brand of it is in the training part"
    for record in made["lambda_shots", "test"]:
        assert len(record.shots) == lambda_ads.SHOTS
        assert all("Sell" in shot.text for shot in record.shots)
    listed = [row["path"] for row in builder.tier_sources("paper", "lite")]
    assert listed[:2] == ["test.parquet", "train.parquet"]
    monkeypatch.setenv("HEPTATHLON_MEMORABILITY_TRAIN", str(test))
    with pytest.raises(HeptathlonError, match="is in the test part too"):
        lambda_ads.training_ads()


ORDER = 'Generate the detailed description of a 50 second memorable advertisement titled "A "b" c" '
ORDER += "for the brand Adp"


def test_official_orders(monkeypatch: pytest.MonkeyPatch):
    asked = json.dumps([{"question_id": 7, "question": ORDER}])
    given = json.dumps([{"question_id": 7, "answer": " The ad is shot. "}])
    (order,) = lambda_ads.read_orders(asked, given)
    assert (order.seconds, order.title, order.brand) == (50, 'A "b" c', "Adp")
    monkeypatch.setattr(lambda_ads, "orders", lambda: (order,))
    (record,) = builder.generate("paper", "long", "orders", "2026.1", "")["ads_official", "test"]
    doc = record.model_dump()
    assert prompts.official_ad(doc) == ORDER, "word for word"
    assert prompts.official_ad_target(doc) == "The ad is shot."


def test_frames_of_a_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    image = pytest.importorskip("PIL.Image")
    monkeypatch.delenv(frames.VARIABLE, raising=False)
    doc = {"set": "lambda", "video": "yt1", "brand": "Acme", "text": "An ad.", "shots": []}
    with pytest.raises(HeptathlonError, match="set HEPTATHLON_MEMORABILITY_FRAMES=DIR"):
        frames.score(doc)
    monkeypatch.setenv("HEPTATHLON_MEMORABILITY_FRAMES", str(tmp_path))
    with pytest.raises(HeptathlonError, match="holds no frame of the advertisement 'yt1' of Acme"):
        frames.frames(doc)
    (tmp_path / "yt1").mkdir()
    for i in range(20):
        image.new("RGB", (4, 4), (i, 0, 0)).save(tmp_path / "yt1" / f"{i:02d}.png")
    shown = [picture.getpixel((0, 0))[0] for picture in frames.frames(doc)]
    assert shown == [0, 2, 5, 8, 10, 13, 16, 19], "from the first to the last"
    assert frames.score(doc) == "<image>\n" * 8 + prompts.score(doc)
    (tmp_path / "yt1" / "00.png").write_text("no picture")
    with pytest.raises(HeptathlonError, match="is no picture"):
        frames.frames(doc)
    with pytest.raises(HeptathlonError, match="has no place in it"):
        frames.frames({**doc, "video": "../yt1"})


WORDS = "word_lower,hits,misses,correct_rejections,false_alarms,Log Subtlex frequency\n" + "".join(
    f"word{i},{40 + i},{20 - i},{70 + i},{25 - i},{i / 4 if i else ''}\n" for i in range(20)
)


@pytest.mark.parametrize(
    ("read", "says"),
    [
        (lambda: people.read_words(WORDS.replace("misses", "missed")), "no column 'misses'"),
        (lambda: people.read_words(WORDS.replace(",40,", ",x,")), "line 2: 'x' in the column"),
        (lambda: people.read_words(WORDS.replace(",40,", ",4.5,")), "'4.5' .* is no count"),
        (lambda: people.read_words(WORDS.replace(",40,", ",,")), "'' .* is no number"),
        (lambda: people.read_sentences("a,b\n1,2\n"), "no column 'sentence'"),
        (lambda: paper.read_slogans("index,brand,hit_count\n"), "no column 'miss_count'"),
        (lambda: paper.read_quotes(QUOTES.replace("13 ", "x ")), "does not begin a pair"),
        (lambda: lambda_ads.read_ads(*lambda_files("An ad.")), "the ad 1 is not told as"),
        (lambda: lambda_ads.read_ads(*lambda_files(answer="high")), "the ad 1 is not told as"),
        (lambda: lambda_ads.read_ads(lambda_files()[0], "[]"), "not the file"),
        (lambda: lambda_ads.read_ads("{", "[]"), "not valid JSON"),
        (lambda: lambda_ads.read_orders(*lambda_files("Write an ad.")), "not worded as"),
    ],
)
def test_another_file_is_refused_in_a_sentence(read, says):
    with pytest.raises(HeptathlonError, match=says) as refused:
        read()
    assert "\n" not in str(refused.value)


def test_an_empty_cell_of_a_norm_is_no_obstacle():
    """Of the second experiment's phrases, every third has no corpus frequency."""
    items = people.read_words(WORDS)
    assert "frequency" not in items[0].norms
    assert items[3].norms["frequency"] == 0.75
    known = paper.of_people("words", items)
    by_word = {one.text: one for one in known.items}
    assert by_word["word3"].score == round(99 * (43 + 73) / (43 + 17 + 73 + 22), 2)
    assert by_word["word0"].frequency is None
    assert [one.text for one in known.items] != [f"word{i}" for i in range(20)]


def test_parts_are_the_pools():
    """What is scored one at a time, in pairs or in lists is scored everywhere, and no example."""
    for name in ("words", "phrases", "sentences"):
        parts = paper.text_set(name).parts()
        assert {one.text for one in parts["test"]} == {
            item.text for item in people.pooled(name, "scored")
        }
        assert sum(map(len, parts.values())) == len(people.people(name))
        pairs = paper.text_pairs(name, "test", "2026.1")
        assert len({r.item for r in pairs}) == len(pairs) / 2


def test_reliabilities():
    """Computed from the published counts; they agree with what their authors' own files say."""
    for name, ceiling in (("words", 0.87), ("phrases", 0.90), ("sentences", 0.83)):
        assert paper.text_set(name).ceiling == pytest.approx(ceiling, abs=0.011)


def test_another_hash_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path):
    path = tmp_path / paper.SLOGANS.repository / paper.SLOGANS.path
    path.parent.mkdir(parents=True)
    path.write_text("index,brand,hit_count,miss_count\n")
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path))
    paper.text_set.cache_clear()
    with pytest.raises(HeptathlonError, match="its checksum is"):
        paper.text_set("slogans")


# --- the published files, where they are ---------------------------------------------------------


@pytest.mark.usefixtures("sources_folder")
def test_slogans_as_published():
    known = paper.text_set("slogans")
    assert len(known.items) == 929
    assert known.ceiling == pytest.approx(0.97, abs=0.011)


@pytest.mark.usefixtures("sources_folder")
def test_lambda_as_published():
    ads = lambda_ads.test_ads()
    labels = [ad.score for ad in ads]
    assert len(ads) == 220
    assert len({ad.brand.lower() for ad in ads}) == 109
    assert labels.count(99) == 82
    assert labels.count(0) == 29
    assert scipy_stats.spearmanr(lambda_ads.brand_means(ads), labels).statistic == pytest.approx(
        0.335, abs=0.01
    )
    fit = reliability.fit_few_raters(labels)
    assert fit.mean_raters == pytest.approx(3.5, abs=0.1)
    assert fit.ceiling == pytest.approx(0.62, abs=0.005)
    assert fit.low < 0.5 < 0.75 < fit.high, "220 ads of so few raters bound it loosely"
    for record in lambda_ads.score_records("2026.1", lambda_ads.SHOTS):
        assert len(record.shots) == lambda_ads.SHOTS
        assert not any(record.brand in shot.text for shot in record.shots)
        assert record.text not in {shot.text for shot in record.shots}
