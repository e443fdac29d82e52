"""Human memorability scores from their publishers' files: LAMBDA's ads, words, sentences, slogans.

Every loader checks the columns that it reads, and works the published counts into a score of 0 to
99. Which item belongs to which part is fixed once and for all: it does not follow the season.
"""

import csv
import io
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from heptathlon.builders import store
from heptathlon.builders.memorability import lambda_hub
from heptathlon.builders.memorability.records import (
    HIGHEST,
    AdRecord,
    PairRecord,
    Part,
    ScoreRecord,
    Shot,
)
from heptathlon.builders.memorability.reliability import Counts, fit_few_raters, split_half
from heptathlon.builders.sources import Source, fetch
from heptathlon.errors import HeptathlonError
from heptathlon.files import loads_strict
from heptathlon.records import content_id
from heptathlon.seeding import Stream

FAMILY = "memorability"

LAMBDA_ADS = Source(
    "github/behavior-in-the-wild/ad-memorability",
    "data/bs_test_q.json",
    "182dd89b1ecc8416546620aa0c4f21ffc7e638cc",
    "bbcf8325ba3bb2a8768c7fa66deff8c0d2ac9d9f70a6083c36299b684787d324",
    "MIT file; research use by its README",
)
LAMBDA_SCORES = Source(
    "github/behavior-in-the-wild/ad-memorability",
    "data/bs_test_a.json",
    "182dd89b1ecc8416546620aa0c4f21ffc7e638cc",
    "bcc200b4544cc96e2c3afc61a3bad705cffb9d2c45ad5effcff4a814271b58da",
    "MIT file; research use by its README",
)
WORDS = Source(
    "github/gretatuckute/memorable_words",
    "3_PREP_ANALYSES/exp1_data_with_norms_reordered_20221029.csv",
    "56f041965a582dd12e212726ad36cc3d70ed9d5e",
    "832dd7d2edb34ba9784964a1ea89a30c0c6e57d683b4ac8b2a679403d633751e",
    "MIT",
)
SENTENCES = Source(
    "github/thomashikaru/sentence_memorability_share",
    "sentence_memorability_data.csv",
    "c7e8555e62162be6c5aafc771329f9047ba72d87",
    "5af08f10e67dd52237676d8bdc214f99ca7a910f5080cf98c73538850fa7ea45",
    "MIT",
)
SLOGANS = Source(
    "github/adaaka/SloganMemorability",
    "dataset/final_dataset_raw.csv",
    "c030959a4ee11c12c625b5695e8cc17d5134356a",
    "4da46b705e9bf92eba6125b038d7b056fa76d604545e9683fab4923d8ab0d9bd",
    "none stated: read on the user's machine, never redistributed",
)
QUOTES = Source(
    "github/anushabala/memorability",
    "cornell_movie_quotes_corpus/moviequotes.memorable_nonmemorable_pairs.txt",
    "42508aa89a35dfcac3d9c02ebcc6f5aec8a3e993",
    "6604ba9716a4d669b862d4d55d829f7f2ed0d3d530360789da64f05de8c7284a",
    "none stated: read on the user's machine, never redistributed",
)

FEWSHOT = 8
"""Items of each text set that are kept for few-shot examples."""
DEV = {"words": 700, "sentences": 830, "slogans": 300}
"""Items of each text set in the development part: about a third."""
LAMBDA_SHOTS = 4
LAMBDA_SHOT_LIMIT = 2_500
"""Characters of the longest advertisement that serves as an example: four of them and the longest
query stay within 4,096 tokens."""
SHARE_ERROR = 1e-6
"""What a share of recall, as a binary fraction, may lack to a whole hundredth."""
LAMBDA_NEUTRAL = 50.0
"""LAMBDA's training part is not in its repository, so there is no development mean to take."""
SENTENCE_TRIALS = 60
"""Responses that a sentence has at the least, as far as its published shares allow fewer: shares
in lowest terms name only a divisor of the number of trials. 60 is about the smallest number whose
multiples explain the shares that do not reduce, so the ceiling errs to the low side."""

_AD = re.compile(
    r"They watch a (\d+) second advertisement for (.*?)\. "
    r'The title of the advertisement is "(.*?)"\. The ad is shot in ',
    re.DOTALL,
)
_IMAGE = "<image>"


@dataclass(frozen=True)
class Scored:
    """An item with its measured score.

    Attributes:
        text: the item.
        score: 0 to 99.
        cluster: what its noise is shared with, such as the brand.
        brand: whose advertisement it is, if anyone's.
        frequency: log corpus frequency, if the source gives it.
    """

    text: str
    score: float
    cluster: str
    brand: str = ""
    frequency: float | None = None


@dataclass(frozen=True)
class TextSet:
    """A set of items with human scores.

    Attributes:
        name: its name.
        items: the items in a fixed random order.
        ceiling: best Spearman correlation that the scores allow.
        raters: people behind a score, in words.
    """

    name: str
    items: tuple[Scored, ...]
    ceiling: float
    raters: str

    def parts(self) -> dict[str, tuple[Scored, ...]]:
        """Return the items by part: few-shot examples, development part, test part."""
        dev = FEWSHOT + DEV[self.name]
        return {
            "fewshot": self.items[:FEWSHOT],
            "dev": self.items[FEWSHOT:dev],
            "test": self.items[dev:],
        }


# --- reading the files ---------------------------------------------------------------------------


def rows_of(text: str, columns: Sequence[str], where: object) -> list[dict[str, str]]:
    """Return a CSV file's rows.

    Raises:
        HeptathlonError: if a column is missing.
    """
    reader = csv.DictReader(io.StringIO(text))
    missing = [c for c in columns if c not in (reader.fieldnames or ())]
    if missing:
        raise HeptathlonError(
            f"{where}: has no column {missing[0]!r}; it is not the file that this version reads."
        )
    return list(reader)


def on_scale(share: float) -> float:
    """Return a share as points of the scale, to two decimals."""
    return round(HIGHEST * share, 2)


def _counts(rows: Sequence[dict[str, str]], column: str, where: object) -> Counts:
    try:
        return np.array([int(row[column]) for row in rows], dtype=np.int64)
    except ValueError:
        raise HeptathlonError(f"{where}: the column {column!r} holds more than counts.") from None


def _numbers(rows: Sequence[dict[str, str]], column: str, where: object) -> list[float]:
    try:
        return [float(row[column]) for row in rows]
    except ValueError:
        raise HeptathlonError(f"{where}: the column {column!r} holds more than numbers.") from None


def read_words(text: str, where: object = WORDS) -> TextSet:
    """Read word memorability, experiment 1 of Tuckute, Mahowald and others.

    The score is the share of right responses, old words recognised and new ones not.
    """
    counts = ("hits", "misses", "correct_rejections", "false_alarms")
    rows = rows_of(text, ("word_lower", *counts, "Log Subtlex frequency"), where)
    hits, misses, rejections, alarms = (_counts(rows, c, where) for c in counts)
    right, total = hits + rejections, hits + misses + rejections + alarms
    frequency = _numbers(rows, "Log Subtlex frequency", where)
    items = [
        Scored(row["word_lower"], on_scale(share), row["word_lower"], frequency=log)
        for row, share, log in zip(rows, (right / total).tolist(), frequency, strict=True)
    ]
    found = split_half(((hits, misses), (rejections, alarms)), _stream("words", "halves"))
    return TextSet("words", _in_order("words", items), round(found.ceiling, 2), "about 165")


def read_sentences(text: str, where: object = SENTENCES) -> TextSet:
    """Read the memorability of six-word sentences (T. H. Clark).

    The score is the share of right responses. Only shares are published; the counts behind them,
    which the ceiling needs, are worked out from the three of them.
    """
    shares = ("target_hr", "fpr", "acc")
    rows = rows_of(text, ("sentence", *shares, "avg_log_freq"), where)
    hit, alarm, right = (_numbers(rows, c, where) for c in shares)
    items = [
        Scored(row["sentence"], on_scale(share), row["sentence"], frequency=log)
        for row, share, log in zip(rows, right, _numbers(rows, "avg_log_freq", where), strict=True)
    ]
    trials = np.array([trials_behind(*x) for x in zip(hit, alarm, right, strict=True)])
    old, new = trials.T
    hits = np.rint(np.array(hit) * old).astype(np.int64)
    alarms = np.rint(np.array(alarm) * new).astype(np.int64)
    found = split_half(((hits, old - hits), (new - alarms, alarms)), _stream("sentences", "halves"))
    return TextSet("sentences", _in_order("sentences", items), round(found.ceiling, 2), "about 66")


def trials_behind(hit: float, alarm: float, right: float) -> tuple[int, int]:
    """Return the fewest trials, old and new, that could give three shares, and at least 60 or so.

    ``right`` is the mean of ``hit`` and ``1 - alarm``, weighted by the trials of each kind, so the
    three shares name the ratio of the two numbers; their denominators name a divisor of each.

    Args:
        hit: share of old items recognised.
        alarm: share of new items taken for old.
        right: share of right responses.
    """
    h, f, r = (Fraction(x).limit_denominator(200) for x in (hit, alarm, right))
    old, new = (1 - f) - r, r - h
    if old * new > 0:
        ratio = old / new
        old_n, new_n = ratio.numerator, ratio.denominator
    else:
        old_n = new_n = 1
    step = 1
    while (h * old_n * step).denominator > 1 or (f * new_n * step).denominator > 1:
        step += 1
    old_n, new_n = old_n * step, new_n * step
    times = max(1, round(SENTENCE_TRIALS / (old_n + new_n)))
    return old_n * times, new_n * times


def read_slogans(text: str, where: object = SLOGANS) -> TextSet:
    """Read the memorability of brand slogans (Aka and McCoy): the share of hits on old ones."""
    rows = rows_of(text, ("index", "brand", "hit_count", "miss_count"), where)
    hits, misses = (_counts(rows, c, where) for c in ("hit_count", "miss_count"))
    items = [
        Scored(row["index"], on_scale(share), row["brand"], row["brand"])
        for row, share in zip(rows, (hits / (hits + misses)).tolist(), strict=True)
    ]
    found = split_half(((hits, misses),), _stream("slogans", "halves"))
    return TextSet("slogans", _in_order("slogans", items), round(found.ceiling, 2), "about 190")


@dataclass(frozen=True)
class LambdaAd:
    """One of LAMBDA's test ads.

    Attributes:
        prompt: the official prompt, without its place for an image.
        brand: its brand.
        title: its title.
        seconds: its length.
        score: long-term recall, 0 to 99.
    """

    prompt: str
    brand: str
    title: str
    seconds: int
    score: int


def read_lambda(questions: str, answers: str, where: object = LAMBDA_ADS) -> tuple[LambdaAd, ...]:
    """Read LAMBDA's test part: the official prompts and the two-digit scores.

    Raises:
        HeptathlonError: if the two files do not belong together or an ad is told otherwise.
    """
    asked: list[dict[str, Any]] = loads_strict(questions, where=str(where))
    given: list[dict[str, Any]] = loads_strict(answers, where=str(LAMBDA_SCORES))
    try:
        scores = {row["question_id"]: int(row["answer"]) for row in given}
        out = []
        for row in asked:
            prompt = row["question"].replace(_IMAGE, "").strip()
            told = _AD.search(prompt)
            if told is None:
                raise HeptathlonError(
                    f"{where}: the ad {row['question_id']} is not told as LAMBDA tells its ads."
                )
            seconds, brand, title = told.groups()
            score = scores[row["question_id"]]
            out.append(LambdaAd(prompt, brand.strip(), title.strip(), int(seconds), score))
    except (KeyError, TypeError, ValueError) as error:
        raise HeptathlonError(
            f"{where}: has no {error} where LAMBDA's test files have it; "
            "it is not the file that this version reads."
        ) from None
    return tuple(out)


@dataclass(frozen=True)
class QuotePair:
    """A memorable line of a film and another line that the same character says."""

    film: str
    memorable: str
    other: str


def read_quotes(text: str, where: object = QUOTES) -> tuple[QuotePair, ...]:
    """Read the movie-quote pairs (Danescu-Niculescu-Mizil and others 2012) of equal length.

    A pair is four lines: the film, the quote as IMDb words it (which editors have polished), and
    two numbered lines of the script, the quote's own and the other. The script's lines are
    compared, and only where both have the same number of words.

    Raises:
        HeptathlonError: if a block is not of this form.
    """
    out = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        lines = block.split("\n")
        if len(lines) != 4 or not all(line.split(" ")[0].isdigit() for line in lines[2:]):
            raise HeptathlonError(
                f"{where}: {lines[0][:60]!r} does not begin a pair of four lines; "
                "it is not the file that this version reads."
            )
        memorable, other = (line.partition(" ")[2].strip() for line in lines[2:])
        if word_count(memorable) == word_count(other) and memorable != other:
            out.append(QuotePair(lines[0].strip(), memorable, other))
    return tuple(out)


def word_count(text: str) -> int:
    """Return the number of words, as runs of letters, digits and apostrophes."""
    return len(re.findall(r"[\w']+", text))


def _stream(*key: str) -> Stream:
    return Stream(FAMILY, "paper", *key)


def _in_order(name: str, items: list[Scored]) -> tuple[Scored, ...]:
    _stream(name, "order").shuffle(items)
    return tuple(items)


def _text(source: Source, encoding: str = "utf-8") -> str:
    try:
        return fetch(source).read_text(encoding=encoding)
    except UnicodeDecodeError:
        raise HeptathlonError(f"{source}: is not {encoding} text.") from None


@cache
def text_set(name: str) -> TextSet:
    """Return ``words``, ``sentences`` or ``slogans``, fetched if need be."""
    source, read = TEXT_SETS[name]
    return read(_text(source))


def own_lambda() -> Path | None:
    """Return the Hub's file of LAMBDA that a user brings (``HEPTATHLON_MEMORABILITY_DATA``)."""
    return store.own_data(FAMILY, "paper")


def lambda_ads() -> tuple[LambdaAd, ...]:
    """Return LAMBDA's test ads: of the user's file, else the repository's, fetched if need be."""
    own = own_lambda()
    return read_lambda_hub(own) if own else _official_ads()


@cache
def _official_ads() -> tuple[LambdaAd, ...]:
    return read_lambda(_text(LAMBDA_ADS), _text(LAMBDA_SCORES))


def read_lambda_hub(path: Path) -> tuple[LambdaAd, ...]:
    """Read LAMBDA's test part from the Hub's file; see :mod:`lambda_hub`.

    A share of recall becomes a score by the rule that all published scores follow.

    Raises:
        HeptathlonError: if the file is another one.
    """
    return tuple(
        LambdaAd(prompt, brand, title, seconds, max(0, math.floor(100 * share + SHARE_ERROR) - 1))
        for prompt, brand, title, seconds, share in lambda_hub.rows(path)
    )


def lambda_ceiling() -> float:
    """Return the best Spearman correlation with LAMBDA's scores."""
    return _few_raters_ceiling(tuple(ad.score for ad in lambda_ads()))


@cache
def _few_raters_ceiling(scores: tuple[int, ...]) -> float:
    return round(fit_few_raters(list(scores)).ceiling, 2)


def quote_pairs() -> tuple[QuotePair, ...]:
    """Return the movie-quote pairs, fetched if need be."""
    return read_quotes(_text(QUOTES, "latin-1"))


TEXT_SETS: dict[str, tuple[Source, Callable[[str], TextSet]]] = {
    "words": (WORDS, read_words),
    "sentences": (SENTENCES, read_sentences),
    "slogans": (SLOGANS, read_slogans),
}


# --- records -------------------------------------------------------------------------------------


def text_records(name: str, part: str, season: str) -> list[ScoreRecord]:
    """Return one part of a text set as records; few-shot examples count as development part."""
    known = text_set(name)
    parts = known.parts()
    neutral = round(float(np.mean([one.score for one in parts["dev"]])), 2)
    kept: Part = "test" if part == "test" else "dev"
    return [
        ScoreRecord(
            item_id=content_id(FAMILY, name, "score", one.text, one.score),
            cluster_id=content_id(FAMILY, name, one.cluster),
            season=season,
            form="score",
            set=name,
            part=kept,
            k=0,
            raters=known.raters,
            shots=[],
            item=content_id(FAMILY, name, one.text),
            text=one.text,
            human=one.score,
            neutral=neutral,
            brand=one.brand,
            bayes=None,
            brand_mean=None,
            frequency=one.frequency,
            ceiling=known.ceiling,
        )
        for one in parts[part]
    ]


def text_pairs(name: str, part: str, season: str) -> list[PairRecord]:
    """Return the pairs of a part whose scores lie at least a standard deviation apart.

    Neighbours in the fixed order are paired, so each item stands in one pair at most.
    """
    known = text_set(name)
    items = known.parts()[part]
    gap = float(np.std([one.score for one in known.items]))
    out = []
    for one, other in zip(items[::2], items[1::2], strict=False):
        if abs(one.score - other.score) >= gap:
            better, worse = sorted((one, other), key=lambda x: -x.score)
            out += _both_orders(name, season, known.raters, better, worse, part)
    return out


def _both_orders(
    name: str, season: str, raters: str, better: Scored, worse: Scored, part: str
) -> list[PairRecord]:
    pair_id = content_id(FAMILY, name, "pair", better.text, worse.text)
    out = []
    for first, second, gold in ((better, worse, 0), (worse, better, 1)):
        one, two = first.frequency, second.frequency
        out.append(
            PairRecord(
                item_id=content_id(FAMILY, name, "pair", first.text, second.text, gold),
                cluster_id=content_id(FAMILY, name, better.cluster, worse.cluster)
                if name != "quotes"
                else content_id(FAMILY, name, better.cluster),
                season=season,
                form="pair",
                set=name,
                part="test" if part == "test" else "dev",
                k=0,
                raters=raters,
                shots=[],
                item=pair_id,
                contaminated=name == "quotes",
                pair_id=pair_id,
                first=first.text,
                second=second.text,
                gold=gold,
                bayes=None,
                frequency=None if one is None or two is None else (one, two),
            )
        )
    return out


def quote_records(season: str) -> list[PairRecord]:
    """Return the movie-quote pairs in both orders, clustered by film."""
    out = []
    for pair in quote_pairs():
        memorable = Scored(pair.memorable, float(HIGHEST), pair.film)
        other = Scored(pair.other, 0.0, pair.film)
        out += _both_orders("quotes", season, "IMDb editors", memorable, other, "test")
    return out


def brand_means(ads: Sequence[LambdaAd]) -> list[float]:
    """Return, for each ad, the mean score of its brand's other ads.

    A brand's only ad gets the mean of all ads, one and the same number. (The mean of all *other*
    ads would fall as the ad's own score rises, and so tell it.)
    """
    overall = sum(ad.score for ad in ads) / len(ads)
    out = []
    for ad in ads:
        others = [o.score for o in ads if o is not ad and o.brand.lower() == ad.brand.lower()]
        out.append(round(sum(others) / len(others) if others else overall, 2))
    return out


def lambda_records(season: str, k: int) -> list[ScoreRecord]:
    """Return LAMBDA's test ads.

    Args:
        season: the record's season; the items do not depend on it.
        k: examples in the prompt. The training part is not in the repository, so they are other
            test ads, of other brands, short ones, and the same for all ads as far as brands allow.
    """
    ads = lambda_ads()
    candidates = [ad for ad in ads if len(ad.prompt) <= LAMBDA_SHOT_LIMIT]
    _stream("lambda", "shots").shuffle(candidates)
    out = []
    for ad, brand_mean in zip(ads, brand_means(ads), strict=True):
        fit = [c for c in candidates if c.brand.lower() != ad.brand.lower()][:k]
        shots = [Shot(text=c.prompt, score=c.score) for c in fit]
        out.append(
            ScoreRecord(
                item_id=content_id(FAMILY, "lambda", "score", k, ad.prompt, ad.score),
                cluster_id=content_id(FAMILY, "lambda", ad.brand.lower()),
                season=season,
                form="score",
                set="lambda",
                part="test",
                k=k,
                raters="about 3.5",
                shots=shots,
                item=content_id(FAMILY, "lambda", ad.prompt),
                text=ad.prompt,
                human=float(ad.score),
                neutral=LAMBDA_NEUTRAL,
                brand=ad.brand,
                bayes=None,
                brand_mean=brand_mean,
                frequency=None,
                ceiling=lambda_ceiling(),
            )
        )
    return out


def ad_records(season: str) -> list[AdRecord]:
    """Return LAMBDA's test ads as orders: write the advertisement, given brand and title."""
    return [
        AdRecord(
            item_id=content_id(FAMILY, "lambda", "ad", ad.brand, ad.title, ad.seconds),
            cluster_id=content_id(FAMILY, "lambda", ad.brand.lower()),
            season=season,
            form="ad",
            set="lambda",
            part="test",
            k=0,
            raters="none",
            shots=[],
            item=content_id(FAMILY, "lambda", ad.prompt),
            brand=ad.brand,
            title=ad.title,
            seconds=ad.seconds,
        )
        for ad in lambda_ads()
    ]
