"""Six classes of rules on five bits, and what examples leave of them: all by enumeration.

A rule is its table: one truth value for each of the 32 inputs. There are a hundred tables at most,
so that a posterior is a count and nothing is approximated.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

from heptathlon.errors import HeptathlonError, UnknownNameError

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

FAMILY = "icl"
BITS = 5
INPUTS = tuple("".join(bits) for bits in itertools.product("01", repeat=BITS))
"""All inputs, in the order of the tables' entries."""
PLACE = {text: place for place, text in enumerate(INPUTS)}
ON = np.array([[bit == "1" for bit in text] for text in INPUTS])
"""Whether a bit of an input is on, shape (32, 5)."""

SIZES: Mapping[str, tuple[int, ...]] = {
    "literal": (1,),
    "conjunction": (2, 3),
    "disjunction": (2, 3),
    "majority": (3,),
    "parity2": (2,),
    "parity3": (3,),
}
"""How many bits a rule of each class looks at. Signed conjunctions are left out: few examples say
nothing for sure about them. So is the parity of all bits: inputs with equally many bits on, of
which the twins are made, have the same one."""
RULES = tuple(SIZES)
TOLD = {
    "literal": "one certain bit is 1",
    "conjunction": "two or three certain bits are all 1",
    "disjunction": "at least one of two or three certain bits is 1",
    "majority": "at least two of three certain bits are 1",
    "parity2": "exactly one of two certain bits is 1",
    "parity3": "an odd number of three certain bits is 1",
}
"""What a prompt says of each class; which bits are meant it does not say."""


@cache
def tables(rule: str) -> Bools:
    """Return the tables of a class, shape (rules, 32).

    Raises:
        UnknownNameError: if there is no such class.
    """
    if rule not in SIZES:
        raise UnknownNameError("rule of icl", rule, RULES)
    out = []
    for size in SIZES[rule]:
        for places in itertools.combinations(range(BITS), size):
            on = ON[:, list(places)].sum(axis=1)
            out.append(
                {
                    "literal": on == 1,
                    "conjunction": on == size,
                    "disjunction": on > 0,
                    "majority": 2 * on > size,
                    "parity2": on % 2 == 1,
                    "parity3": on % 2 == 1,
                }[rule]
            )
    return np.array(out)


@cache
def _untold() -> tuple[Bools, Ints]:
    """Return all tables and their negations, with the published prior: classes alike, then signs.

    The prior is in whole parts of a common denominator. Shapes (tables, 32) and (tables,).
    """
    known = [tables(rule) for rule in RULES]
    whole = math.lcm(*map(len, known))
    parts = [whole // len(one) for one in known for _ in range(2 * len(one))]
    return np.concatenate([t for one in known for t in (one, ~one)]), np.array(parts)


def belief(
    inputs: Sequence[str], truths: Sequence[bool], rule: str | None = None
) -> dict[str, Fraction]:
    """Return the exact chance of every input to be true, given examples.

    Args:
        inputs: the examples' inputs.
        truths: what the rule says of each; without a class, up to one sign for all.
        rule: the class that the rule is known to be of; None if only the mixture is known.

    Raises:
        HeptathlonError: if no rule fits the examples.
    """
    pool, parts = (tables(rule), np.ones(len(tables(rule)), dtype=np.int64)) if rule else _untold()
    shown = [PLACE[text] for text in inputs]
    fits = (pool[:, shown] == np.array(truths, dtype=bool)).all(axis=1)
    whole = int(parts[fits].sum())
    if not whole:
        raise HeptathlonError(f"icl: no rule of {rule or 'any class'} fits the examples.")
    true = parts[fits] @ pool[fits]
    return {text: Fraction(int(n), whole) for text, n in zip(INPUTS, true, strict=True)}


def twins(inputs: Sequence[str], chances: Mapping[str, Fraction]) -> list[tuple[str, str]]:
    """Return all pairs of inputs not shown of which one is surely true and the other surely false.

    Both have equally many bits on, so that the input alone tells nothing: the classes are the same
    under every renaming of the bits.
    """
    new = [text for text in INPUTS if text not in inputs]
    sure = {value: [text for text in new if chances[text] == value] for value in (0, 1)}
    return [(a, b) for a in sure[1] for b in sure[0] if a.count("1") == b.count("1")]


def teaching(rule: str, table: Bools, order: Sequence[str]) -> list[tuple[str, bool]]:
    """Return a shortest list of examples that leaves one rule of a class.

    Found by enumeration, so that it teaches is checked and not believed.

    Args:
        rule: the class.
        table: the rule's table, shape (32,).
        order: the inputs that may be shown; of the shortest lists the first in this order.

    Raises:
        HeptathlonError: if no examples tell the rule from the others of its class.
    """
    pool = tables(rule)
    differs = pool[(pool != table).any(axis=1)] != table
    # One bit for every other rule that an example rules out.
    masks = [sum(1 << int(n) for n in np.flatnonzero(differs[:, PLACE[text]])) for text in order]
    everything = (1 << len(differs)) - 1
    for size in range(1, BITS + 1):
        for places in itertools.combinations(range(len(order)), size):
            out = 0
            for i in places:
                out |= masks[i]
            if out == everything:
                return [(order[i], bool(table[PLACE[order[i]]])) for i in places]
    raise HeptathlonError(f"icl: no {BITS} examples tell the rules of {rule} apart.")
