"""LAMBDA: the official prompts, scores and orders from its repository, and the Hub's files.

The repository has the test part alone, in prompts. The Hub's ``behavior-in-the-wild/LAMBDA`` has a
training part too; a user names its files in ``HEPTATHLON_MEMORABILITY_DATA`` (test part) and
``HEPTATHLON_MEMORABILITY_TRAIN`` (training part), see :mod:`lambda_hub`.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from heptathlon.builders import store
from heptathlon.builders.memorability import lambda_hub
from heptathlon.builders.memorability.records import AdRecord, Part, ScoreRecord, Shot
from heptathlon.builders.memorability.reliability import fit_few_raters
from heptathlon.builders.sources import Source, text_of
from heptathlon.errors import HeptathlonError
from heptathlon.files import loads_strict
from heptathlon.records import content_id
from heptathlon.seeding import Stream

FAMILY = "memorability"
_REPOSITORY = "github/behavior-in-the-wild/ad-memorability"
_COMMIT = "182dd89b1ecc8416546620aa0c4f21ffc7e638cc"
_LICENCE = "MIT file; research use by its README"

ADS = Source(
    _REPOSITORY, "data/bs_test_q.json", _COMMIT,
    "bbcf8325ba3bb2a8768c7fa66deff8c0d2ac9d9f70a6083c36299b684787d324", _LICENCE,
)  # fmt: skip
SCORES = Source(
    _REPOSITORY, "data/bs_test_a.json", _COMMIT,
    "bcc200b4544cc96e2c3afc61a3bad705cffb9d2c45ad5effcff4a814271b58da", _LICENCE,
)  # fmt: skip
ORDERS = Source(
    _REPOSITORY, "data/cs_test_q.json", _COMMIT,
    "b5487fc1e709693abaca5b2cf127a4def5f54fd3662e3108c818de69598cde89", _LICENCE,
)  # fmt: skip
DESCRIPTIONS = Source(
    _REPOSITORY, "data/cs_test_a.json", _COMMIT,
    "a004e2d30b7292d4b7d73971628902745a2bde98ccd53f18d4695ff29b69b34e", _LICENCE,
)  # fmt: skip

SHOTS = 4
SHOT_LIMIT = 2_500
"""Characters of the longest advertisement that serves as an example: four of them and the longest
query stay within 4,096 tokens."""
SHARE_ERROR = 1e-6
"""What a share of recall, as a binary fraction, may lack to a whole hundredth."""
NEUTRAL = 50.0
"""Without a training part there is no mean to take."""

_AD = re.compile(
    r"They watch a (\d+) second advertisement for (.*?)\. "
    r'The title of the advertisement is "(.*?)"\. The ad is shot in ',
    re.DOTALL,
)
_ORDER = re.compile(
    r"Generate the detailed description of a (\d+) second memorable advertisement titled "
    r'"(.*)" for the brand (.*)',
    re.DOTALL,
)
_IMAGE = "<image>"


@dataclass(frozen=True)
class LambdaAd:
    """One of LAMBDA's ads with its score.

    Attributes:
        prompt: the official prompt, without its place for an image.
        brand: its brand.
        title: its title.
        seconds: its length.
        score: long-term recall, 0 to 99.
        name: the name of its video: the official file's, or the id on YouTube.
    """

    prompt: str
    brand: str
    title: str
    seconds: int
    score: int
    name: str


@dataclass(frozen=True)
class Order:
    """One of LAMBDA's orders to write an advertisement.

    Attributes:
        prompt: the official prompt.
        brand: the brand.
        title: the title.
        seconds: the length.
        description: the official description of the advertisement.
    """

    prompt: str
    brand: str
    title: str
    seconds: int
    description: str


def read_ads(questions: str, answers: str, where: object = ADS) -> tuple[LambdaAd, ...]:
    """Read LAMBDA's test part: the official prompts and the two-digit scores.

    Raises:
        HeptathlonError: if the two files do not belong together or an ad is told otherwise.
    """
    out = []
    for row, answer in _joined(questions, answers, where, SCORES):
        prompt = str(row["question"]).replace(_IMAGE, "").strip()
        told = _AD.search(prompt)
        if told is None or not answer.strip().isdigit():
            raise HeptathlonError(
                f"{where}: the ad {row['question_id']} is not told as LAMBDA tells its ads."
            )
        seconds, brand, title = told.groups()
        name = Path(str(row.get("video_name", row["question_id"]))).stem
        out.append(LambdaAd(prompt, brand.strip(), title.strip(), int(seconds), int(answer), name))
    return tuple(out)


def read_orders(questions: str, answers: str, where: object = ORDERS) -> tuple[Order, ...]:
    """Read LAMBDA's orders to write an advertisement, each with the official description.

    Raises:
        HeptathlonError: if the two files do not belong together or an order is worded otherwise.
    """
    out = []
    for row, answer in _joined(questions, answers, where, DESCRIPTIONS):
        prompt = str(row["question"]).strip()
        told = _ORDER.fullmatch(prompt)
        if told is None:
            raise HeptathlonError(
                f"{where}: the order {row['question_id']} is not worded as LAMBDA words its orders."
            )
        seconds, title, brand = told.groups()
        out.append(Order(prompt, brand.strip(), title.strip(), int(seconds), answer.strip()))
    return tuple(out)


def _joined(
    questions: str, answers: str, where: object, there: object
) -> list[tuple[dict[str, Any], str]]:
    """Return the questions, each with the answer of the same id."""
    asked: list[dict[str, Any]] = loads_strict(questions, where=str(where))
    given: list[dict[str, Any]] = loads_strict(answers, where=str(there))
    try:
        by_id = {row["question_id"]: str(row["answer"]) for row in given}
        return [(row, by_id[row["question_id"]]) for row in asked if row["question"]]
    except (KeyError, TypeError) as error:
        raise HeptathlonError(
            f"{where}: has no {error} where LAMBDA's test files have it; "
            "it is not the file that this version reads."
        ) from None


def read_hub(path: Path) -> tuple[LambdaAd, ...]:
    """Read a part of LAMBDA from the Hub's file; see :mod:`lambda_hub`.

    A share of recall becomes a score by the rule that all published scores follow.

    Raises:
        HeptathlonError: if the file is another one.
    """
    return tuple(
        LambdaAd(
            one.prompt, one.brand, one.title, one.seconds,
            max(0, math.floor(100 * one.share + SHARE_ERROR) - 1), one.name,
        )
        for one in lambda_hub.rows(path)
    )  # fmt: skip


def needed() -> tuple[Source, ...]:
    """Return the files that are fetched for the test part; none if a user brings it."""
    return () if store.own_data(FAMILY, "paper") else (ADS, SCORES)


def test_ads() -> tuple[LambdaAd, ...]:
    """Return LAMBDA's test ads: of the user's file, else the repository's, fetched if need be."""
    own = store.own_data(FAMILY, "paper")
    return read_hub(own) if own else _official_ads()


def training_ads() -> tuple[LambdaAd, ...]:
    """Return LAMBDA's training ads of the user's file; none if there is none.

    Raises:
        HeptathlonError: if one of them is also a test ad.
    """
    own = store.own_data(FAMILY, "paper", "TRAIN")
    if own is None:
        return ()
    ads = read_hub(own)
    tested = {(ad.brand.lower(), ad.title.lower()) for ad in test_ads()}
    for ad in ads:
        if (ad.brand.lower(), ad.title.lower()) in tested:
            raise HeptathlonError(
                f"{own}: the ad {ad.title!r} of {ad.brand} is in the test part too; name the "
                "training part in HEPTATHLON_MEMORABILITY_TRAIN."
            )
    return ads


@cache
def _official_ads() -> tuple[LambdaAd, ...]:
    return read_ads(text_of(ADS), text_of(SCORES))


@cache
def orders() -> tuple[Order, ...]:
    """Return LAMBDA's orders, fetched if need be."""
    return read_orders(text_of(ORDERS), text_of(DESCRIPTIONS))


@cache
def _ceiling(scores: tuple[int, ...]) -> float:
    return round(fit_few_raters(list(scores)).ceiling, 2)


# --- records -------------------------------------------------------------------------------------


def brand_means(ads: Sequence[LambdaAd], training: Sequence[LambdaAd] = ()) -> list[float]:
    """Return, for each ad, the mean score of its brand's ads in the training part.

    Without a training part, of its brand's other ads. A brand that has none gets the mean of all,
    one and the same number. (The mean of all *other* ads would fall as the ad's own score rises,
    and so tell it.)
    """
    known = training or ads
    overall = sum(ad.score for ad in known) / len(known)
    out = []
    for ad in ads:
        same = [o.score for o in known if o is not ad and o.brand.lower() == ad.brand.lower()]
        out.append(round(sum(same) / len(same) if same else overall, 2))
    return out


def score_records(season: str, k: int, part: Part = "test") -> list[ScoreRecord]:
    """Return LAMBDA's test ads, or its training ads where a user brings them.

    Args:
        season: the record's season; the items do not depend on it.
        k: examples in the prompt, short advertisements of other brands, and the same for all ads
            as far as brands allow: of the training part, or without one other test ads.
        part: which part.
    """
    training = training_ads()
    ads = test_ads() if part == "test" else training
    candidates = [ad for ad in training or test_ads() if len(ad.prompt) <= SHOT_LIMIT]
    Stream(FAMILY, "paper", "lambda", "shots").shuffle(candidates)
    scores = [ad.score for ad in training]
    neutral = round(sum(scores) / len(scores), 2) if scores else NEUTRAL
    means = brand_means(ads, training if part == "test" else ()) if ads else []
    ceiling = _ceiling(tuple(ad.score for ad in test_ads()))
    out = []
    for ad, brand_mean in zip(ads, means, strict=True):
        fit = [c for c in candidates if c.brand.lower() != ad.brand.lower()][:k]
        out.append(
            ScoreRecord(
                item_id=content_id(FAMILY, "lambda", "score", k, ad.prompt, ad.score),
                cluster_id=content_id(FAMILY, "lambda", ad.brand.lower()),
                season=season,
                form="score",
                set="lambda",
                part=part,
                k=k,
                raters="about 3.5",
                shots=[Shot(text=c.prompt, score=c.score) for c in fit],
                item=content_id(FAMILY, "lambda", ad.prompt),
                contaminated=True,
                text=ad.prompt,
                human=float(ad.score),
                neutral=neutral,
                brand=ad.brand,
                brand_mean=brand_mean,
                frequency=None,
                ceiling=ceiling,
                video=ad.name,
            )
        )
    return out


def ad_records(season: str, *, official: bool) -> list[AdRecord]:
    """Return orders to write an advertisement.

    Args:
        season: the record's season.
        official: whether it is LAMBDA's own order, with the official description as reference; else
            the brand, title and length of the test ads, which this suite words itself.
    """
    of = "order" if official else "ad"
    told = [
        (one.brand, one.title, one.seconds, one.prompt, one.description) for one in orders()
    ] if official else [
        (ad.brand, ad.title, ad.seconds, "", "") for ad in test_ads()
    ]  # fmt: skip
    return [
        AdRecord(
            item_id=content_id(FAMILY, "lambda", of, brand, title, seconds),
            cluster_id=content_id(FAMILY, "lambda", brand.lower()),
            season=season,
            form="ad",
            set="lambda",
            part="test",
            k=0,
            raters="none",
            shots=[],
            item=content_id(FAMILY, "lambda", of, title),
            contaminated=True,
            brand=brand,
            title=title,
            seconds=seconds,
            order=order,
            reference=reference,
        )
        for brand, title, seconds, order, reference in told
    ]
