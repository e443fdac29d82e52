"""The form ``listops``: numbers that are held by way of others, told one by one over the text.

The pairs of a root's operator and its answer are equally frequent, and the root's own sentence
has no number in it: who sees no more than the operator is right as often as who guesses. Every
digit stands in the text equally often.
"""

import itertools
from collections import Counter
from collections.abc import Callable
from functools import cache

from heptathlon.builders.longcontext.units import Question, Unit, people
from heptathlon.seeding import Stream

DIGITS = range(10)
OPERATORS: dict[str, Callable[[tuple[int, ...]], int]] = {
    "the largest": max,
    "the smallest": min,
    "the middle one": lambda values: sorted(values)[1],
    "the last digit of the sum": lambda values: sum(values) % 10,
}
"""How each is told, and what it makes of three numbers."""
OF = 3
"""Operands of each."""
SHAPES = (4, 7)
"""People of a tree: a root with three leaves, or with two and one that has three leaves itself."""
OFTEN = 3
"""How often each digit is said, so that no count of digits tells an answer."""
CYCLE = 24
"""Texts over which the pairs of operator and answer come equally often, but for what does not
divide: those are drawn."""
SPARE = "{who} holds {operator} of the numbers {one}, {two} and {three}."
NESTED = "{who} holds {operator} of the numbers of {one}, {two} and {three}."


@cache
def operands(operator: str, answer: int) -> tuple[tuple[int, ...], ...]:
    """Return all three numbers of which an operator makes an answer."""
    of = OPERATORS[operator]
    return tuple(v for v in itertools.product(DIGITS, repeat=OF) if of(v) == answer)


def listops(number: int, stream: Stream) -> Unit:
    """Return two trees of people, whose leaves hold numbers of their own, and people beside."""
    roots = []
    for pair in range(len(SHAPES)):
        cell = (len(SHAPES) * number + pair) % (len(SHAPES) * CYCLE)
        if cell < len(OPERATORS) * len(DIGITS):
            roots.append((list(OPERATORS)[cell % len(OPERATORS)], cell // len(OPERATORS)))
        else:
            roots.append((stream.choice(list(OPERATORS)), stream.below(len(DIGITS))))
    shapes = SHAPES if number % 2 else SHAPES[::-1]
    while True:
        trees = [_tree(*root, size, stream) for root, size in zip(roots, shapes, strict=True)]
        said = Counter(n for tree in trees for _, held in tree for n in held or ())
        if max(said.values()) <= OFTEN:
            break
    left = [digit for digit in DIGITS for _ in range(OFTEN - said[digit])]
    stream.shuffle(left)
    names = people(stream, sum(shapes) + len(left) // OF)
    unit = Unit("numbers")
    for pair, tree in enumerate(trees):
        mine, names = names[: len(tree)], names[len(tree) :]
        first = len(unit.told)
        unit.told += _sentences(tree, mine)
        unit.at += [stream.uniform() for _ in mine]
        last = max(range(first, len(unit.told)), key=unit.at.__getitem__)
        options = tuple(map(str, DIGITS))
        text = f"Which number does {mine[0]} hold?"
        asked = Question(text, options, roots[pair][1], last, "number", pair, steps=len(tree))
        unit.asked.append(asked)
    for who, at in zip(names, range(0, len(left), OF), strict=True):
        one, two, three = left[at : at + OF]
        operator = stream.choice(list(OPERATORS))
        unit.told.append(SPARE.format(who=who, operator=operator, one=one, two=two, three=three))
        unit.at.append(stream.uniform())
    return unit


Node = tuple[str, tuple[int, ...] | None]
"""An operator and its numbers, or none where its operands are people."""


def _tree(operator: str, answer: int, size: int, stream: Stream) -> list[Node]:
    """Return the root, its three operands, and the leaves of the last of them if it has some."""
    nodes: list[Node] = [(operator, None)]
    values = stream.choice(operands(operator, answer))
    for value in values:
        below = stream.choice(list(OPERATORS))
        nodes.append((below, stream.choice(operands(below, value))))
    if size > len(nodes):
        below, held = nodes[-1]
        nodes[-1] = (below, None)
        for value in held or ():
            leaf = stream.choice(list(OPERATORS))
            nodes.append((leaf, stream.choice(operands(leaf, value))))
    return nodes


def _sentences(tree: list[Node], names: list[str]) -> list[str]:
    """Return what is told of each; the operands of the n-th inner node are the n-th three."""
    out, after = [], 1
    for who, (operator, held) in zip(names, tree, strict=True):
        if held is None:
            one, two, three = names[after : after + OF]
            after += OF
            told = NESTED.format(who=who, operator=operator, one=one, two=two, three=three)
        else:
            first, second, third = held
            told = SPARE.format(who=who, operator=operator, one=first, two=second, three=third)
        out.append(told)
    return out


UNITS: dict[str, Callable[[int, Stream], Unit]] = {"listops": listops}
