"""Numbers and texts that a prompt shows: fields, figures in it, and what its options look like."""

import functools
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.attack.items import Item

Floats = NDArray[np.float64]

LONG = 30
"""Characters from which on a field is a text and not a category."""
CATEGORIES = 40
"""Values of a field up to which it is a category."""
ELEMENTS = 12
"""Elements of a list that are features of their own."""
END = 2_000
"""Characters of a long text's beginning and end that words and letters are counted in."""
KEYED = 60
"""Figures in the prompt, by the word before them, that are features."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_KEYED = re.compile(r"([A-Za-z%]+)\W{1,4}(-?\d+(?:\.\d+)?)")
_WORD = re.compile(r"[\w']+")


def once(look: Callable[[Item], Floats]) -> Callable[[Item], Floats]:
    """Return a function that looks at each item once, and leaves with it what it saw."""
    name = f"_{look.__name__}"

    @functools.wraps(look)
    def seen(item: Item) -> Floats:
        if name not in item.__dict__:
            item.__dict__[name] = look(item)
        found: Floats = item.__dict__[name]
        return found

    return seen


def words(text: str) -> list[str]:
    """Return a text's words in lower case."""
    return _WORD.findall(text.lower())


def numbers(text: str) -> list[float]:
    """Return the numbers that are written in a text."""
    return [float(found) for found in _NUMBER.findall(text)]


@dataclass
class Fields:
    """What the documents show as numbers, in the same columns for every document.

    Attributes:
        names: what each column is.
    """

    names: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, int]] = field(default_factory=dict)
    _keys: list[str] = field(default_factory=list)

    def fit(self, items: Sequence[Item]) -> "Fields":
        """Choose the columns."""
        shown = sorted(set().union(*(item.fields for item in items)))
        for name in (n for n in shown if "." not in n and "[]" not in n):
            values = [item.doc[name] for item in items if item.doc.get(name) is not None]
            if not values:
                continue
            if all(isinstance(v, int | float) for v in values):
                self._add(name)
            elif all(isinstance(v, str) for v in values):
                self._add_category(name, values)
            elif all(isinstance(v, list) for v in values):
                self._add_list(name, values)
        counts = Counter(
            key for item in items for key in {k.lower() for k, _ in _KEYED.findall(item.prompt)}
        )
        fewest = 0.2 * len(items)
        self._keys = sorted(k for k, n in counts.most_common(KEYED) if n >= fewest)
        self.names += [f"the number after {key!r}" for key in self._keys]
        self.names += [f"number {i} of the prompt" for i in range(ELEMENTS)]
        self.names += [f"number {i} from the end" for i in range(ELEMENTS)]
        self.names += ["characters", "words", "lines", "numbers", "options"]
        return self

    def _add(self, name: str) -> None:
        self.names.append(name)

    def _add_category(self, name: str, values: Sequence[str]) -> None:
        known = sorted(set(values))
        if len(known) <= CATEGORIES and max(map(len, known)) <= LONG:
            self._codes[name] = {value: code for code, value in enumerate(known)}
            self._add(name)

    def _add_list(self, name: str, values: Sequence[list[object]]) -> None:
        for i in range(min(ELEMENTS, max(map(len, values)))):
            here = [v[i] for v in values if len(v) > i]
            if all(isinstance(x, int | float) for x in here):
                self._add(f"{name}[{i}]")
            elif all(isinstance(x, str) for x in here):
                self._add_category(f"{name}[{i}]", [str(x) for x in here])

    def of(self, items: Sequence[Item]) -> Floats:
        """Return the columns of some documents, shape (items, columns); NaN where one has none."""
        return np.array([self._row(item) for item in items], dtype=np.float64)

    def _row(self, item: Item) -> list[float]:
        plain = len(self.names) - len(self._keys) - 2 * ELEMENTS - 5
        row = [self._value(item, name) for name in self.names[:plain]]
        keyed, found = _figures(item)
        row += [keyed.get(key, np.nan) for key in self._keys]
        first = found[:ELEMENTS] + [np.nan] * max(0, ELEMENTS - len(found))
        last = found[::-1][:ELEMENTS] + [np.nan] * max(0, ELEMENTS - len(found))
        text = item.prompt
        counts = [len(text), len(text.split()), text.count("\n"), len(found), len(item.options)]
        return [*row, *first, *last, *map(float, counts)]

    def _value(self, item: Item, name: str) -> float:
        base, _, rest = name.partition("[")
        value = item.doc.get(base)
        if rest:
            place = int(rest[:-1])
            value = value[place] if isinstance(value, list) and len(value) > place else None
        if value is None:
            return np.nan
        if name in self._codes:
            return float(self._codes[name].get(str(value), np.nan))
        return float(value) if isinstance(value, int | float) else np.nan


def _figures(item: Item) -> tuple[dict[str, float], list[float]]:
    """Return the first figure after each word of a prompt, and all figures; read once."""
    known: tuple[dict[str, float], list[float]] | None = item.__dict__.get("_figures")
    if known is None:
        keyed: dict[str, float] = {}
        for key, number in _KEYED.findall(item.prompt):
            keyed.setdefault(key.lower(), float(number))
        known = item.__dict__["_figures"] = (keyed, numbers(item.prompt))
    return known


def texts(items: Sequence[Item]) -> dict[str, list[str]]:
    """Return every text that the prompt shows, each alone: the whole, and the long fields."""
    out = {"prompt": texts_of(items, "prompt")}
    for name in sorted(set().union(*(item.fields for item in items))):
        values = texts_of(items, name)
        if sum(len(v) >= LONG for v in values) > len(items) / 2 and len(set(values)) > 1:
            out[name] = values
    return out


def texts_of(items: Sequence[Item], name: str) -> list[str]:
    """Return one of the texts of :func:`texts`, of a long one both ends."""
    whole = [item.prompt if name == "prompt" else _text(item.doc.get(name)) for item in items]
    return [t if len(t) <= 2 * END else f"{t[:END]}\n{t[-END:]}" for t in whole]


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return "\n".join(value)
    return ""


OPTION_NAMES = (
    "place", "places from the end", "characters", "words", "rank of its length", "digits",
    "words shared with the other options", "its number", "rank of its number",
)  # fmt: skip
"""What an option is like by itself and among the others, the rest of the prompt unseen."""
MATCH_NAMES = (
    "words shared with the rest of the prompt", "share of its words that stand there",
    "place where it stands there", "rank of that place", "place of most of its words",
    "rank of that place", "distance of its number from the nearest there",
    "distance of its number from the first there",
)  # fmt: skip
"""How an option matches the rest of the prompt."""


@once
def options_of(item: Item) -> Floats:
    """Return features of each option, shape (options, OPTION_NAMES)."""
    said = item.contents
    lengths = np.array([len(text) for text in said], dtype=float)
    bags = [set(words(text)) for text in said]
    figures = np.array([(numbers(text) or [np.nan])[0] for text in said])
    n = len(said)
    rows = [
        [
            float(i),
            float(n - 1 - i),
            lengths[i],
            float(len(text.split())),
            float((lengths < lengths[i]).sum()),
            float(sum(c.isdigit() for c in text)),
            float(np.mean([len(bags[i] & other) for other in bags])),
            figures[i],
            float((figures < figures[i]).sum()),
        ]
        for i, text in enumerate(said)
    ]
    return np.array(rows, dtype=np.float64)


@once
def matches_of(item: Item) -> Floats:
    """Return how each option matches the rest of the prompt, shape (options, MATCH_NAMES)."""
    rest = item.prompt
    for text in item.contents:
        at = rest.rfind(text.strip())
        if at >= 0:
            rest = f"{rest[:at]} {rest[at + len(text.strip()) :]}"
    low = rest.lower()
    listed = words(rest)
    present, spots = set(listed), dict[str, list[int]]()
    for i, word in enumerate(listed):
        spots.setdefault(word, []).append(i)
    there = numbers(rest) or [np.nan]
    rows = []
    for text in item.contents:
        own = set(words(text))
        at = low.find(text.strip().lower())
        clues = [spots[word][0] for word in own if 0 < len(spots.get(word, [])) <= 2]
        figure = (numbers(text) or [np.nan])[0]
        rows.append(
            [
                float(len(own & present)),
                len(own & present) / max(1, len(own)),
                float(at) if at >= 0 else np.nan,
                0.0,
                float(np.median(clues)) if clues else np.nan,
                0.0,
                float(np.min(np.abs(np.array(there) - figure))),
                abs(there[0] - figure),
            ]
        )
    table = np.array(rows, dtype=np.float64)
    for place in (2, 4):
        column = table[:, place]
        table[:, place + 1] = [(column < x).sum() if np.isfinite(x) else np.nan for x in column]
    return table
