"""Sequences of tasks that are taught by examples: rules drawn anew, over kinds of words or figures.

All tasks of a sequence are about the same kinds and, where they answer by invented words, use the
same ones: what another block teaches fits a question just as well, and is right as often as a
guess.
Nothing but a task's own block and what the words mean tells its answer. Rules are drawn
independently of each other; answers, and the places where they stand, come equally often within a
block; the words of a question stand in no example of its sequence.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import product

from heptathlon.builders.mllm_ct.records import Block, Example, Mark
from heptathlon.builders.mllm_ct.words import APART, COLOURS, KINDS, NAMES, PATTERNS, SHAPES
from heptathlon.records import content_id
from heptathlon.seeding import Stream

EXAMPLES = 8
"""Examples a block: each of four answers, or each of four places, stands twice."""

Item = tuple[str, ...]
Items = list[str] | Item


@dataclass(frozen=True)
class Thing:
    """What is given to a task.

    Attributes:
        text: its words with commas, or what a figure shows.
        features: its kinds in the order in which a rule reads them; for ``pick`` that of its words.
        words: its words, of which ``pick`` answers one.
        marks: how it is drawn; empty for words.
    """

    text: str
    features: Item
    words: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A task's rule.

    Attributes:
        says: the rule in words.
        picks: the kind of the word that ``pick`` answers; empty for rules of invented words.
        places: which features those read.
        answers: their answer by these features.
    """

    says: str
    picks: str = ""
    places: tuple[int, ...] = ()
    answers: Mapping[Item, str] = field(default_factory=dict)

    def answer(self, thing: Thing) -> str:
        """Return what the rule says of a thing."""
        if self.picks:
            return thing.words[thing.features.index(self.picks)]
        return self.answers[tuple(thing.features[p] for p in self.places)]


@dataclass(frozen=True)
class Task:
    """One task of a sequence: its name, its rule, its way to put an answer, its examples."""

    name: str
    pattern: str
    rule: Rule
    things: tuple[Thing, ...]

    @property
    def block(self) -> Block:
        """The task as a prompt teaches it."""
        examples = tuple(
            Example(item=t.text, answer=put(self.pattern, self.rule.answer(t)), marks=t.marks)
            for t in self.things
        )
        return Block(name=self.name, pattern=self.pattern, examples=examples)


@dataclass(frozen=True)
class Sequence:
    """Tasks about the same kinds, with questions on some of them.

    Attributes:
        kind: the kind of its rules.
        labels: the invented words that its tasks answer by; empty for ``pick``.
        tasks: in the order ``forward``.
        questions: what is asked, by the task's place in that order.
    """

    kind: str
    labels: Item
    tasks: tuple[Task, ...]
    questions: Mapping[int, Thing]

    @property
    def identity(self) -> str:
        """The id that all questions on the sequence share."""
        return content_id("mllm_ct", "sequence", [task.block.model_dump() for task in self.tasks])


def put(pattern: str, content: str) -> str:
    """Return an answer as a task puts it.

    Example:
        >>> put("say {}", "oak"), put("{} {}", "oak")
        ('say oak', 'oak oak')
    """
    return pattern.replace("{}", content)


# --- words ---------------------------------------------------------------------------------------


class Words:
    """Hands out words of some kinds; those of questions stand in no example."""

    def __init__(self, kinds: Iterable[str], questions: int, stream: Stream) -> None:
        self._stream = stream
        self._asked: dict[str, list[str]] = {}
        self._shown: dict[str, list[str]] = {}
        for kind in kinds:
            words = stream.sample(KINDS[kind], len(KINDS[kind]))
            self._asked[kind], self._shown[kind] = words[:questions], words[questions:]
        self._left: dict[str, list[str]] = {kind: [] for kind in self._shown}

    def of_question(self, kind: str) -> str:
        """Return a word of a kind that no example has."""
        return self._asked[kind].pop()

    def of_example(self, kind: str, taken: set[str]) -> str:
        """Return a word of a kind that the block does not have yet; all take turns."""
        fresh = [word for word in self._left[kind] if word not in taken]
        if not fresh:
            self._left[kind] = self._stream.sample(self._shown[kind], len(self._shown[kind]))
            return self.of_example(kind, taken)
        self._left[kind].remove(fresh[0])
        taken.add(fresh[0])
        return fresh[0]


def kinds_of(count: int, stream: Stream) -> list[str]:
    """Return kinds that may meet."""
    while True:
        found = stream.sample(sorted(KINDS), count)
        if not any(pair <= set(found) for pair in APART):
            return found


def listed(kinds: Item, features: Item, word: Callable[[str], str]) -> Thing:
    """Return a list of words, one of each kind in order, of which a rule reads ``features``."""
    words = tuple(map(word, kinds))
    return Thing(", ".join(words), features, words)


# --- tasks on words ------------------------------------------------------------------------------

SLOTS = {"label": 1, "both": 2, "pair": 3}
"""Words that are given to a task that answers by an invented word, one of each slot's kinds."""


def of_words(kind: str, count: int, stream: Stream, asked: Iterable[int]) -> Sequence:
    """Return a sequence of tasks on words.

    Args:
        kind: the kind of its rules.
        count: how many tasks.
        stream: its random numbers.
        asked: places of the tasks that are asked about.
    """
    questions = sorted(set(asked))
    slots = SLOTS.get(kind, 1)
    kinds = kinds_of(6 if slots == 3 else 4, stream)
    width = len(kinds) // slots
    choices = [kinds[width * s : width * (s + 1)] for s in range(slots)]
    words = Words(kinds, len(questions), stream)
    names = stream.sample(NAMES, count + 4)
    labels = () if kind == "pick" else tuple(names[count:])
    ways = stream.sample(PATTERNS, len(PATTERNS))
    tasks = []
    for place in range(count):
        rule = picking(choices[0], stream) if kind == "pick" else naming(choices, labels, stream)
        taken: set[str] = set()
        word = partial(words.of_example, taken=taken)
        cells = _cells(choices, rule) * (EXAMPLES // len(_cells(choices, rule)))
        stream.shuffle(cells)
        things = tuple(_thing(cell, kinds, rule, word, stream) for cell in cells)
        tasks.append(Task(names[place], ways[place % len(ways)], rule, things))
    found = {}
    for place in questions:
        rule = tasks[place].rule
        cell = stream.choice(_cells(choices, rule))
        found[place] = _thing(cell, kinds, rule, words.of_question, stream)
    return Sequence(kind, labels, tuple(tasks), found)


def picking(kinds: Items, stream: Stream) -> Rule:
    """Return a rule that picks the word of one kind."""
    kind = stream.choice(kinds)
    return Rule(f"the {kind} of the list", picks=kind)


def naming(choices: list[list[str]], labels: Item, stream: Stream) -> Rule:
    """Return a rule that gives each of four combinations of kinds an invented word of its own.

    Args:
        choices: the kinds of each slot; of three slots, two that are drawn are read.
        labels: the four words.
        stream: random numbers.
    """
    places = tuple(sorted(stream.sample(range(len(choices)), min(2, len(choices)))))
    cells = list(product(*(choices[p] for p in places)))
    answers = dict(zip(cells, stream.sample(labels, len(cells)), strict=True))
    says = ", ".join(f"{' with '.join(cell)}: {label}" for cell, label in answers.items())
    return Rule(says, places=places, answers=answers)


def _cells(choices: list[list[str]], rule: Rule) -> list[Item]:
    """Return what may be given: for ``pick`` the right word's place, else a kind of each slot."""
    if rule.picks:
        return [(str(place),) for place in range(len(choices[0]))]
    return list(product(*choices))


def _thing(
    cell: Item, kinds: list[str], rule: Rule, word: Callable[[str], str], stream: Stream
) -> Thing:
    if not rule.picks:
        # The words' order tells nothing: what they are does.
        return listed(tuple(stream.sample(cell, len(cell))), cell, word)
    order = stream.sample([k for k in kinds if k != rule.picks], len(kinds) - 1)
    order.insert(int(cell[0]), rule.picks)
    return listed(tuple(order), tuple(order), word)


# --- tasks on figures ----------------------------------------------------------------------------


def of_figures(kind: str, count: int, stream: Stream, asked: Iterable[int]) -> Sequence:
    """Return a sequence of tasks on figures that have a shape and a colour.

    ``which`` names a figure by its shape or by its colour, and no one says by which; ``both`` by
    shape and colour together. The arguments are those of :func:`of_words`.
    """
    questions = sorted(set(asked))
    width = 4 if kind == "which" else 2
    choices = [stream.sample(SHAPES, width), stream.sample(COLOURS, width)]
    names = stream.sample(NAMES, count + 4)
    labels = tuple(names[count:])
    ways = stream.sample(PATTERNS, len(PATTERNS))
    tasks = []
    for place in range(count):
        if kind == "both":
            rule = naming(choices, labels, stream)
            cells = list(product(*choices)) * 2
        else:
            read = stream.below(2)
            named = naming([choices[read]], labels, stream)
            rule = Rule(named.says, places=(read,), answers=named.answers)
            cells = _unconfounded(choices, rule, stream)
        stream.shuffle(cells)
        things = tuple(map(figure, cells))
        tasks.append(Task(names[place], ways[place % len(ways)], rule, things))
    # Any figure may be asked about: were it always a new one, what does not matter would tell by
    # which answers it did not go with.
    found = {place: figure(stream.choice(list(product(*choices)))) for place in questions}
    return Sequence(kind, labels, tuple(tasks), found)


def _unconfounded(choices: list[list[str]], rule: Rule, stream: Stream) -> list[Item]:
    """Return figures of which each shape and each colour stands twice, and only one feature tells.

    Each value of the feature that is read goes with two values of the other one, and each of the
    other's with two answers.
    """
    (read,) = rule.places
    mine, other = stream.sample(choices[read], 4), stream.sample(choices[1 - read], 4)
    shift = 1 + stream.below(3)
    pairs: list[Item] = [(mine[i], other[(i + s) % 4]) for i in range(4) for s in (0, shift)]
    return pairs if read == 0 else [pair[::-1] for pair in pairs]


def figure(cell: Item) -> Thing:
    """Return a figure of a shape and a colour."""
    shape, colour = cell
    mark = Mark(kind=shape, label="", numbers=(), colour=colour)
    return Thing(f"{colour} {shape}", cell, marks=(mark,))
