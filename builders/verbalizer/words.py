"""Verbalizer sets: which word stands for which class, and the rules that words must keep.

Each set says what its words mean for the classes (``pull``). The three natural, six neutral and
three unnatural sets of two classes follow Li et al.; words that are ours say so in the card.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from heptathlon.builders.verbalizer.records import Form, Pull
from heptathlon.errors import HeptathlonError
from heptathlon.seeding import Stream


@dataclass(frozen=True)
class Verbalizer:
    """One set of words, a word for each class.

    Attributes:
        name: name of the set, such as ``foo_bar``.
        form: the kind of question that it makes.
        pull: what the words mean for the classes.
        words: word of each class.
        natural: natural word of each class in this vocabulary.

    Raises:
        HeptathlonError: if the words break the rules of :func:`check_words`.
    """

    name: str
    form: Form
    pull: Pull
    words: tuple[str, ...]
    natural: tuple[str, ...]

    def __post_init__(self) -> None:
        check_words(self.name, self.words)
        check_words(f"{self.name} (natural words)", self.natural)


def check_words(name: str, words: Sequence[str]) -> None:
    """Refuse words that an answer could not be told apart by.

    Args:
        name: name of the set, for the message.
        words: its words.

    Raises:
        HeptathlonError: if a word is empty or has blanks round it, if two are equal but for case,
            or if one contains another.
    """
    for word in words:
        if not word or word != word.strip():
            raise HeptathlonError(
                f"verbalizer {name!r}: the word {word!r} is empty or has blanks round it."
            )
    for i, one in enumerate(words):
        for other in words[i + 1 :]:
            a, b = one.casefold(), other.casefold()
            if a == b:
                raise HeptathlonError(
                    f"verbalizer {name!r}: two classes have the same word {one!r}; "
                    "give each class its own."
                )
            if a in b or b in a:
                raise HeptathlonError(
                    f"verbalizer {name!r}: {one!r} and {other!r} contain each other, so an answer "
                    "could be read as either; choose words that do not."
                )


@dataclass(frozen=True)
class Vocabulary:
    """A dataset's own words.

    Attributes:
        names: the classes' natural names.
        congruent: other words that fit the classes; empty if there is no such set.
        same_field: wrong words of the same field: names for neither class.
        opposite: whether the classes are opposites of each other, so that exchanged names are
            antonyms and not merely wrong.
    """

    names: tuple[str, ...]
    congruent: tuple[str, ...]
    same_field: tuple[str, ...]
    opposite: bool = True


_NEUTRAL_PAIRS = (("foo", "bar"), ("sfo", "lax"), ("lake", "river"))
NEUTRAL_WORDS = ("lamp", "river", "chair", "cloud", "button", "stone")
"""Everyday nouns that name none of the datasets' classes."""
MOST_NEUTRAL = len(NEUTRAL_WORDS)
"""Classes up to which neutral words are asked too."""


def two_class_sets(own: Vocabulary) -> tuple[Verbalizer, ...]:
    """Return the sets of a task with two classes: 3 natural, 6 neutral, 3 unnatural, 3 of pull."""
    names, swapped = own.names, own.names[::-1]
    wrong: Pull = "antonym" if own.opposite else "same_field"
    sets = [
        Verbalizer("names", "natural", "congruent", names, names),
        Verbalizer("one_zero", "natural", "congruent", ("1", "0"), ("1", "0")),
        Verbalizer("yes_no", "natural", "congruent", ("yes", "no"), ("yes", "no")),
    ]
    for a, b in _NEUTRAL_PAIRS:
        sets += [
            Verbalizer(f"{a}_{b}", "neutral", "neutral", (a, b), names),
            Verbalizer(f"{b}_{a}", "neutral", "neutral", (b, a), names),
        ]
    return (
        *sets,
        Verbalizer("names_swapped", "unnatural", wrong, swapped, names),
        Verbalizer("zero_one", "unnatural", "antonym", ("0", "1"), ("1", "0")),
        Verbalizer("no_yes", "unnatural", "antonym", ("no", "yes"), ("yes", "no")),
        Verbalizer("congruent", "congruent", "congruent", own.congruent, own.congruent),
        Verbalizer("same_field", "same_field", "same_field", own.same_field, names),
        Verbalizer("antonym", "antonym", wrong, own.congruent[::-1], own.congruent),
    )


def class_name_sets(names: tuple[str, ...], stream: Stream) -> tuple[Verbalizer, ...]:
    """Return the sets of a task whose classes trade names: 1 natural, 2 neutral, 2 derangements.

    In a derangement every class is called by another's name, so with three and more an answer shows
    whether the model mapped, took the class's own name (prior capture), or confused the classes.
    Two classes have one derangement; more than :data:`MOST_NEUTRAL` have no neutral set.

    Args:
        names: the classes' natural names.
        stream: where the derangements, which differ from item to item, come from.
    """
    orders = [derangement(len(names), stream)]
    while len(names) > 2 and len(orders) < 2:
        orders = list(dict.fromkeys([*orders, derangement(len(names), stream)]))
    sets = [Verbalizer("names", "natural", "congruent", names, names)]
    if len(names) <= MOST_NEUTRAL:
        nouns = NEUTRAL_WORDS[: len(names)]
        turned = (*nouns[1:], nouns[0])
        sets += [
            Verbalizer("nouns", "neutral", "neutral", nouns, names),
            Verbalizer("nouns_turned", "neutral", "neutral", turned, names),
        ]
    return (
        *sets,
        *(
            Verbalizer(
                f"derangement_{n}",
                "derangement",
                "same_field",
                tuple(names[i] for i in order),
                names,
            )
            for n, order in enumerate(orders, start=1)
        ),
    )


def derangement(n: int, stream: Stream) -> tuple[int, ...]:
    """Return a permutation of ``0 .. n - 1`` that leaves nothing in place, all equally likely.

    Raises:
        ValueError: if ``n`` is 1, of which there is none.
    """
    if n < 2:
        raise ValueError("a single class cannot be deranged")
    order = list(range(n))
    while any(i == place for place, i in enumerate(order)):
        stream.shuffle(order)
    return tuple(order)
