"""What the verbalizer grammars share: filling a template, and the rule that keeps items apart."""

import re
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from heptathlon.errors import HeptathlonError
from heptathlon.seeding import Stream

Lexicon = Mapping[str, Sequence[str]]

MAX_DRAWS = 2_000
"""Drafts drawn for one item before giving up; the grammars are far larger than any tier."""
SHARED_SLOTS = 0.5
"""Largest share of its slots that an item may have in common with another of its template."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_BEFORE_VOWEL = re.compile(r"\b([Aa]) (?=[aeiouAEIOU])")


@dataclass(frozen=True)
class Draft:
    """A sentence, or a pair of them, whose class is known because the grammar made it.

    Attributes:
        template: name of the construction.
        texts: the one or two texts of the input.
        slots: what was filled in, in order: two items of a template differ in these.
    """

    template: str
    texts: tuple[str, ...]
    slots: tuple[str, ...]


Grammar = Callable[[int, Stream], Draft]
"""Draws an item of a class, which is given by its index."""


@dataclass
class Filler:
    """Fills templates and remembers with what.

    A slot such as ``{person}`` or ``{person2}`` is filled from the lexicon's ``person``; slots of
    one kind get different words throughout the filler's life, and a slot keeps its word.

    Attributes:
        lexicon: words by kind of slot.
        stream: where the choices come from.
        chosen: word of each slot so far, in the order in which they were drawn.
    """

    lexicon: Lexicon
    stream: Stream
    chosen: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, slot: str) -> str:
        """Return a slot's word, drawing it if it has none yet."""
        if slot not in self.chosen:
            taken = set(self.chosen.values())
            kind = slot.rstrip(string.digits)
            options = [word for word in self.lexicon[kind] if word not in taken]
            self.chosen[slot] = self.stream.choice(options)
        return self.chosen[slot]

    def __call__(self, template: str) -> str:
        """Return the template with its slots filled, as a sentence that begins with a capital."""
        names = [name for _, name, _, _ in string.Formatter().parse(template) if name]
        return sentence(template.format(**{name: self[name] for name in names}))

    @property
    def slots(self) -> tuple[str, ...]:
        """The words so far."""
        return tuple(self.chosen.values())


def sentence(text: str) -> str:
    """Return a text with a capital in front and ``an`` before vowels.

    Example:
        >>> sentence("a otter saw a heron.")
        'An otter saw a heron.'
    """
    text = _BEFORE_VOWEL.sub(r"\1n ", text)
    return text[:1].upper() + text[1:]


def sentences_of(texts: Sequence[str]) -> set[str]:
    """Return the sentences of an item's texts."""
    return {part for text in texts for part in _SENTENCE_END.split(text)}


@dataclass
class Drawer:
    """Draws items of one dataset that share no more than a template with any before.

    Two items of a dataset have no sentence in common, and two of one template differ in more than
    half of their slots.

    Attributes:
        grammar: where the items come from.
        drawn: the items so far.
    """

    grammar: Grammar
    drawn: list[Draft] = field(default_factory=list)
    _sentences: set[str] = field(default_factory=set)

    def draw(self, gold: int, stream: Stream) -> Draft:
        """Return a new item of a class.

        Raises:
            HeptathlonError: if the grammar has no further item.
        """
        for _ in range(MAX_DRAWS):
            draft = self.grammar(gold, stream)
            said = sentences_of(draft.texts)
            if said & self._sentences or any(self._close(draft, other) for other in self.drawn):
                continue
            self._sentences |= said
            self.drawn.append(draft)
            return draft
        raise HeptathlonError(
            f"verbalizer: after {len(self.drawn)} items the grammar has no further one of class "
            f"{gold} that differs enough from them; ask for fewer items."
        )

    @staticmethod
    def _close(a: Draft, b: Draft) -> bool:
        if a.template != b.template:
            return False
        shared = len(set(a.slots) & set(b.slots))
        return shared > SHARED_SLOTS * min(len(a.slots), len(b.slots))
