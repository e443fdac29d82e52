"""What people remembered: words, phrases and sentences with the counts behind their scores.

The items of each set are split by a hash of the text, once and for all seasons: those of the
*practice* pool are there to learn from (players, attacks, anyone's prompts), those of the *scored*
pool are asked about. An item that stands in two sets falls into the same pool of both.
"""

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from heptathlon.builders.memorability import shipped
from heptathlon.errors import HeptathlonError

Pool = Literal["practice", "scored"]
Floats = NDArray[np.float64]

SETS = ("words", "phrases", "sentences")
RATERS = {"words": "about 165", "phrases": "about 165", "sentences": "about 66"}
"""Trials behind a score."""
POINTS = 100
"""A score is the share of right answers, old items recognised and new ones not, in points."""
PRACTICE_OF_TEN = 4
"""Tenths of each set that are practice."""
_POOLS = "heptathlon memorability pools"
_ARTICLE = re.compile(r"^(?:an?|the|to) ")

PRIOR: Mapping[str, tuple[float, float]] = {
    "words": (48.8, 12.4),
    "phrases": (35.2, 8.9),
    "sentences": (30.4, 7.8),
}
"""The beta distribution of true shares in each set, fitted to the counts by maximum likelihood (a
test fits it again). With it the counts of an item say how well its true share is known."""
SENTENCE_TRIALS = 60
"""Responses that a sentence has at the least, as far as its published shares allow fewer: shares
in lowest terms name only a divisor of the number of trials. 60 is about the smallest number whose
multiples explain the shares that do not reduce, so ceilings err to the low side."""

NORMS: Mapping[str, str] = {
    "Log Subtlex frequency": "frequency",
    "avg_log_freq": "frequency",
    "Google n-gram frequency": "ngram",
    "# synonyms (Wordnet)": "synonyms",
    "# meanings (Wordnet)": "senses",
    "# synonyms (human)": "rated_synonyms",
    "# meanings (human)": "rated_senses",
    "Concreteness": "concreteness",
}
"""Columns of the published files that say something of an item itself, and what they are called
here. Corpus frequencies are logarithms; synonyms and senses are counts of WordNet or, *rated*,
means over about 25 people who were asked for them."""


@dataclass(frozen=True)
class Item:
    """An item on which people were tested.

    Attributes:
        text: the item.
        hits: answers "old" when it was old.
        misses: answers "new" when it was old.
        rejections: answers "new" when it was new.
        alarms: answers "old" when it was new.
        norms: what the published file says of the item itself, by the names of :data:`NORMS`;
            what a cell leaves out is left out.
    """

    text: str
    hits: int
    misses: int
    rejections: int
    alarms: int
    norms: Mapping[str, float]

    @property
    def right(self) -> int:
        """Right answers."""
        return self.hits + self.rejections

    @property
    def trials(self) -> int:
        """All answers."""
        return self.right + self.misses + self.alarms

    @property
    def share(self) -> float:
        """Share of right answers."""
        return self.right / self.trials

    @property
    def pool(self) -> Pool:
        """The pool that the item belongs to."""
        return pool_of(self.text)


def pool_of(text: str) -> Pool:
    """Return the pool of a text, the same with and without an article.

    Example:
        >>> pool_of("a baboon") == pool_of("Baboon")
        True
    """
    first = hashlib.sha256(f"{_POOLS}\n{bare(text)}".encode()).digest()[:8]
    return "practice" if int.from_bytes(first, "big") % 10 < PRACTICE_OF_TEN else "scored"


def bare(text: str) -> str:
    """Return a text without its article, in lower case."""
    return _ARTICLE.sub("", text.lower())


@cache
def people(name: str) -> tuple[Item, ...]:
    """Return the items of ``words``, ``phrases`` or ``sentences``, in the published order."""
    read = read_sentences if name == "sentences" else read_words
    return read(shipped.text_of(name), where=shipped.SHIPPED[name].path)


def pooled(name: str, pool: Pool) -> tuple[Item, ...]:
    """Return the items of one pool of a set, in the published order."""
    return tuple(item for item in people(name) if item.pool == pool)


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


def read_words(text: str, where: object = "words") -> tuple[Item, ...]:
    """Read either experiment of Tuckute, Mahowald and others: single words, or typed phrases.

    The norms of many phrases have no cell filled; counts have to be there.
    """
    counts = ("hits", "misses", "correct_rejections", "false_alarms")
    out = []
    for number, row in enumerate(rows_of(text, ("word_lower", *counts), where), start=2):
        hits, misses, rejections, alarms = (
            whole_number(row[column], column, where, number) for column in counts
        )
        norms = norms_of(row, where, number)
        out.append(Item(row["word_lower"], hits, misses, rejections, alarms, norms))
    return tuple(out)


def read_sentences(text: str, where: object = "sentences") -> tuple[Item, ...]:
    """Read the memorability of six-word sentences (T. H. Clark).

    Only shares are published; the counts behind them are worked out from the three of them.
    """
    shares = ("target_hr", "fpr", "acc")
    out = []
    for number, row in enumerate(rows_of(text, ("sentence", *shares), where), start=2):
        hit, alarm, right = (number_in(row[column], column, where, number) for column in shares)
        old, new = trials_behind(hit, alarm, right)
        hits, alarms = round(hit * old), round(alarm * new)
        norms = norms_of(row, where, number)
        out.append(Item(row["sentence"], hits, old - hits, new - alarms, alarms, norms))
    return tuple(out)


def norms_of(row: Mapping[str, str], where: object, number: int) -> dict[str, float]:
    """Return what a row says of its item itself; an empty cell says nothing."""
    return {
        name: number_in(row[column], column, where, number)
        for column, name in NORMS.items()
        if row.get(column)
    }


def number_in(cell: str, column: str, where: object, number: int) -> float:
    """Return the number in a cell.

    Raises:
        HeptathlonError: if there is none.
    """
    try:
        return float(cell)
    except ValueError:
        raise HeptathlonError(
            f"{where}, line {number}: {cell!r} in the column {column!r} is no number; "
            "it is not the file that this version reads."
        ) from None


def whole_number(cell: str, column: str, where: object, number: int) -> int:
    """Return the count in a cell.

    Raises:
        HeptathlonError: if there is none.
    """
    value = number_in(cell, column, where, number)
    if value < 0 or value != int(value):
        raise HeptathlonError(
            f"{where}, line {number}: {cell!r} in the column {column!r} is no count; "
            "it is not the file that this version reads."
        )
    return int(value)


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


# --- how well a share is known -------------------------------------------------------------------


def plausible_shares(name: str, items: Sequence[Item], chances: Floats) -> Floats:
    """Return true shares that the counts leave plausible: quantiles of each item's posterior.

    With a beta prior, ``right`` of ``trials`` gives a beta posterior (Gelman and others 2013,
    *Bayesian Data Analysis*, section 2.4).

    Args:
        name: the set that the items belong to, whose :data:`PRIOR` is taken.
        items: the items.
        chances: which quantiles, in (0, 1), shape (draws, items).

    Returns:
        Shares of the same shape.
    """
    alpha, beta = PRIOR[name]
    right = np.array([item.right for item in items], dtype=np.float64)
    wrong = np.array([item.trials - item.right for item in items], dtype=np.float64)
    shares = special.betaincinv(alpha + right, beta + wrong, chances)
    return np.asarray(shares, dtype=np.float64)
