"""The paper edition: hidden conjunctions on five bits, asked after 5, 10, … 50 random examples.

The protocol is that of incontext-bool's runs on language models (MIT; see card): 100 functions,
literals absent, plain or negated, inputs drawn with repetition, some made to satisfy the function.
There are 32 inputs, so that most queries after many examples have been shown already; each record
says whether its query was. What is exact here was not published: the chance of a label, given the
examples and how they were drawn.
"""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from heptathlon.builders.icl.records import SHOWN_DIGITS, BoolRecord
from heptathlon.builders.icl.rules import BITS, FAMILY, INPUTS, PLACE, Bools
from heptathlon.records import content_id
from heptathlon.seeding import Stream

FUNCTIONS = {"full": 100, "lite": 20, "smoke": 4}
POINTS, STEP = 50, 5
"""Examples at most, and how many come between two queries."""
LITERALS = ("", "", "1", "0")
"""What a bit must be, each as likely as the next: anything in half of the cases."""
MADE_TRUE = Fraction(3, 10)
"""Share of inputs that are made to satisfy the function."""
LABELS = ("0", "1")

Function = tuple[str, ...]


def holds(function: Function, text: str) -> bool:
    """Say whether an input satisfies a conjunction; the one without literals always is."""
    return all(literal in ("", bit) for literal, bit in zip(function, text, strict=True))


def generate(tier: str, season: str, salt: str, version: int) -> list[BoolRecord]:
    """Return the queries of a tier; those of one function share its examples.

    Args:
        tier: ``smoke``, ``lite`` or ``full``.
        season: names the public seeds.
        salt: empty for the public set; a secret for a hidden draw.
        version: the family's.
    """
    out = []
    for n in range(FUNCTIONS[tier]):
        stream = Stream(FAMILY, version, season, "bool", n, salt=salt)
        function = tuple(stream.choice(LITERALS) for _ in range(BITS))
        texts = [_input(function, stream) for _ in range(POINTS + 1)]
        shared = content_id(FAMILY, "bool", function, texts)
        for shown in range(STEP, POINTS + 1, STEP):
            out.append(_record(function, texts[: shown + 1], season, shared))
    return out


def _input(function: Function, stream: Stream) -> str:
    text = stream.choice(INPUTS)
    if stream.below(MADE_TRUE.denominator) < MADE_TRUE.numerator:
        return "".join(literal or bit for literal, bit in zip(function, text, strict=True))
    return text


def _record(function: Function, texts: Sequence[str], season: str, shared: str) -> BoolRecord:
    *shown, query = texts
    answers = [int(holds(function, text)) for text in shown]
    true = float(belief(shown, [bool(a) for a in answers], query))
    fields: dict[str, Any] = {
        "shown": len(shown),
        "near": min(sum(a != b for a, b in zip(query, text, strict=True)) for text in shown),
        "seen": "seen" if query in shown else "unseen",
        "options": LABELS,
        "positive": 1,
        "inputs": tuple(shown),
        "answers": tuple(answers),
        "query": query,
        "exact": (round(1 - true, SHOWN_DIGITS), round(true, SHOWN_DIGITS)),
        "gold": int(holds(function, query)),
    }
    item = content_id(FAMILY, "bool", fields)
    return BoolRecord(item_id=item, cluster_id=shared, season=season, form="bool", **fields)


@cache
def _functions() -> tuple[tuple[Function, ...], tuple[int, ...], Bools]:
    """Return all conjunctions, how many draws of literals give each, and tables (functions, 32)."""
    known = Counter(product(LITERALS, repeat=BITS))
    tables = np.array([[holds(function, text) for text in INPUTS] for function in known])
    return tuple(known), tuple(known.values()), tables


def belief(inputs: Sequence[str], truths: Sequence[bool], query: str) -> Fraction:
    """Return the exact chance that a query is true, for who knows how everything is drawn.

    An input is the likelier under a function that holds of it and of few others, because it may
    have been made to satisfy it: so examples and query say something of the function by themselves.

    Args:
        inputs: the examples' inputs.
        truths: whether the hidden function holds of each.
        query: the input asked about.
    """
    functions, ways, tables = _functions()
    shown = [PLACE[text] for text in inputs]
    fits = (tables[:, shown] == np.array(truths, dtype=bool)).all(axis=1)
    whole = true = Fraction()
    for n in np.flatnonzero(fits):
        at_query = int(tables[n, PLACE[query]])
        # Each input that satisfies it: 1/32 of the free draws, and its part of the made ones.
        positives = 2 ** functions[n].count("")
        odds = 1 + MADE_TRUE / (1 - MADE_TRUE) * Fraction(len(INPUTS), positives)
        weight = ways[n] * odds ** (sum(truths) + at_query)
        whole += weight
        true += weight * at_query
    return true / whole
