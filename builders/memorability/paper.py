"""Human memorability scores as the paper edition asks for them: one item at a time, and in pairs.

Words, phrases and sentences come with the suite (:mod:`people`); slogans and film quotes are read
from their publishers' files; LAMBDA has a module of its own (:mod:`lambda_ads`). Which item belongs
to which part is fixed once and for all: it does not follow the season.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from heptathlon.builders.memorability.people import (
    RATERS,
    Item,
    people,
    pool_of,
    rows_of,
    whole_number,
)
from heptathlon.builders.memorability.records import HIGHEST, PairRecord, ScoreRecord
from heptathlon.builders.memorability.reliability import split_half
from heptathlon.builders.sources import Source, text_of
from heptathlon.errors import HeptathlonError
from heptathlon.records import content_id
from heptathlon.seeding import Stream

FAMILY = "memorability"

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
"""Items of each set's practice pool that are kept for few-shot examples."""
SLOGAN_RATERS = "about 190"
"""People behind a slogan's score."""


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
        """Return the items by part: few-shot examples and the rest of the practice pool, test."""
        practice = tuple(one for one in self.items if pool_of(one.text) == "practice")
        return {
            "fewshot": practice[:FEWSHOT],
            "practice": practice[FEWSHOT:],
            "test": tuple(one for one in self.items if pool_of(one.text) == "scored"),
        }


# --- reading -------------------------------------------------------------------------------------


def on_scale(share: float) -> float:
    """Return a share as points of the scale, to two decimals."""
    return round(HIGHEST * share, 2)


def of_people(name: str, items: Sequence[Item]) -> TextSet:
    """Return items on which people were tested, the score being the share of right answers."""
    scored = [
        Scored(one.text, on_scale(one.share), one.text, frequency=one.norms.get("frequency"))
        for one in items
    ]
    counts = np.array([(i.hits, i.misses, i.rejections, i.alarms) for i in items], dtype=np.int64)
    hits, misses, rejections, alarms = counts.T
    found = split_half(((hits, misses), (rejections, alarms)), _stream(name, "halves"))
    return TextSet(name, _in_order(name, scored), round(found.ceiling, 2), RATERS[name])


def read_slogans(text: str, where: object = SLOGANS) -> TextSet:
    """Read the memorability of brand slogans (Aka and McCoy): the share of hits on old ones."""
    columns = ("hit_count", "miss_count")
    rows = rows_of(text, ("index", "brand", *columns), where)
    hits, misses = (
        np.array([whole_number(row[c], c, where, n) for n, row in enumerate(rows, 2)], np.int64)
        for c in columns
    )
    items = [
        Scored(row["index"], on_scale(share), row["brand"], row["brand"])
        for row, share in zip(rows, (hits / (hits + misses)).tolist(), strict=True)
    ]
    found = split_half(((hits, misses),), _stream("slogans", "halves"))
    ordered = _in_order("slogans", items)
    return TextSet("slogans", ordered, round(found.ceiling, 2), SLOGAN_RATERS)


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


@cache
def text_set(name: str) -> TextSet:
    """Return one of :data:`TEXT_SETS`, fetched if need be."""
    return TEXT_SETS[name]()


def quote_pairs() -> tuple[QuotePair, ...]:
    """Return the movie-quote pairs, fetched if need be."""
    return read_quotes(text_of(QUOTES, "latin-1"))


TEXT_SETS: dict[str, Callable[[], TextSet]] = {
    "words": lambda: of_people("words", people("words")),
    "phrases": lambda: of_people("phrases", people("phrases")),
    "sentences": lambda: of_people("sentences", people("sentences")),
    "slogans": lambda: read_slogans(text_of(SLOGANS)),
}


# --- records -------------------------------------------------------------------------------------


def text_records(name: str, part: str, season: str) -> list[ScoreRecord]:
    """Return one part of a text set as records; few-shot examples count as practice."""
    known = text_set(name)
    parts = known.parts()
    neutral = round(float(np.mean([one.score for one in parts["practice"]])), 2)
    return [
        ScoreRecord(
            item_id=content_id(FAMILY, name, "score", one.text, one.score),
            cluster_id=content_id(FAMILY, name, one.cluster),
            season=season,
            form="score",
            set=name,
            part="test" if part == "test" else "practice",
            k=0,
            raters=known.raters,
            shots=[],
            item=content_id(FAMILY, name, one.text),
            contaminated=True,
            text=one.text,
            human=one.score,
            neutral=neutral,
            brand=one.brand,
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
                part="test" if part == "test" else "practice",
                k=0,
                raters=raters,
                shots=[],
                item=pair_id,
                contaminated=True,
                pair_id=pair_id,
                first=first.text,
                second=second.text,
                gold=gold,
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
