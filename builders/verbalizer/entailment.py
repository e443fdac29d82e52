"""The entailment grammar: labels that depend on who, in which order and under what negation.

Every construction uses the same words for all labels (or words whose presence says nothing unless
two of them are combined), so that neither the words of the pair nor those of the hypothesis alone
give the label away. A bag-of-words classifier as a control stands in the tests.
"""

from collections.abc import Callable

from heptathlon.builders.verbalizer.grammar import Draft, Filler
from heptathlon.seeding import Stream

ENTAILMENT, CONTRADICTION, NEUTRAL = 0, 1, 2

_LEXICON: dict[str, tuple[str, ...]] = {
    "person": (
        "Adele", "Bruno", "Celia", "Dmitri", "Esther", "Felix", "Gloria", "Hassan", "Irene",
        "Joel", "Kofi", "Laura", "Marcel", "Nina", "Otto", "Paula", "Ravi", "Sofia", "Theo",
        "Ursula", "Viktor", "Wanda", "Yusuf", "Zora",
    ),
    "role": (
        "nurse", "driver", "baker", "teacher", "lawyer", "plumber", "singer", "farmer", "pilot",
        "dentist", "carpenter", "librarian", "gardener", "chemist", "butcher", "tailor",
    ),
    "deed": (
        "thanked", "phoned", "interviewed", "photographed", "paid", "recognised", "visited",
        "congratulated", "warned", "hired", "helped", "followed", "greeted", "consulted",
    ),
    "building": (
        "library", "museum", "theatre", "bakery", "station", "swimming pool", "town hall",
        "chapel", "post office", "school", "cinema", "market hall", "harbour office", "clinic",
    ),
    "built": ("finished", "opened", "repaired", "repainted", "sold", "insured", "surveyed"),
    "thing": (
        "stamps", "marbles", "postcards", "records", "coins", "puppets", "novels", "medals",
        "seashells", "teapots", "maps", "masks", "badges", "kites",
    ),
    "quality": (
        "taller", "older", "faster", "heavier", "richer", "stronger", "lighter", "younger",
    ),
    "group": (
        "singer in the choir", "member of the rowing club", "guest at the inn",
        "pupil in the chess class", "volunteer at the fire station", "tenant of the corner house",
        "player in the brass band", "cook at the canteen", "clerk at the customs office",
        "subscriber to the weekly paper", "apprentice at the shipyard", "driver for the dairy",
    ),
    "habit": (
        "owns a bicycle", "speaks Italian", "keeps bees", "has a fishing licence",
        "lives by the canal", "works on Saturdays", "plays the accordion", "drinks coffee",
        "takes the early train", "grows potatoes", "reads the local news", "owns a dog",
    ),
    "when": (
        "on Tuesday", "before lunch", "last winter", "at the fair", "in the rain", "on Sunday",
        "after work", "at the conference", "in June", "at the harbour",
    ),
}  # fmt: skip

_DENIALS = {
    "owns": "does not own", "speaks": "does not speak", "keeps": "does not keep",
    "has": "does not have", "lives": "does not live", "works": "does not work",
    "plays": "does not play", "drinks": "does not drink", "takes": "does not take",
    "grows": "does not grow", "reads": "does not read",
}  # fmt: skip
_BASE_FORMS = {
    "thanked": "thank", "phoned": "phone", "interviewed": "interview",
    "photographed": "photograph", "paid": "pay", "recognised": "recognise",
    "visited": "visit", "congratulated": "congratulate", "warned": "warn", "hired": "hire",
    "helped": "help", "followed": "follow", "greeted": "greet", "consulted": "consult",
}  # fmt: skip


def denied(habit: str) -> str:
    """Return a habit's negation: ``keeps bees`` becomes ``does not keep bees``."""
    verb, _, rest = habit.partition(" ")
    return f"{_DENIALS[verb]} {rest}"


def _order(gold: int, filler: Filler, stream: Stream) -> tuple[str, str, str]:
    """Three buildings in time: two steps make a third, unless both end (or begin) in the middle."""
    done = filler["built"]
    first, middle, last = (f"the {filler[f'building{i}']}" for i in range(3))
    if gold == NEUTRAL:
        # Both before the middle one, or both after it: nothing follows about the two.
        both_before = stream.below(2)
        steps = [(first, middle), (last, middle)] if both_before else [(middle, first),
                                                                       (middle, last)]  # fmt: skip
        asked = (first, last)
    else:
        steps = [(first, middle), (middle, last)]
        asked = (first, last) if gold == ENTAILMENT else (last, first)
    stream.shuffle(steps)
    said = [_before_or_after(a, b, done, stream) for a, b in steps]
    premise = filler(f"{said[0]}, and {said[1]}.")
    return "order", premise, filler(f"{_before_or_after(*asked, done, stream)}.")


def _before_or_after(early: str, late: str, done: str, stream: Stream) -> str:
    if stream.below(2):
        return f"{early} was {done} before {late}"
    return f"{late} was {done} after {early}"


_OPPOSITE = {
    "taller": "shorter", "older": "younger", "faster": "slower", "heavier": "lighter",
    "richer": "poorer", "stronger": "weaker", "lighter": "heavier", "younger": "older",
}  # fmt: skip


def _comparison(gold: int, filler: Filler, stream: Stream) -> tuple[str, str, str]:
    """Three people on one scale: as :func:`_order`, with ``than``."""
    quality = filler["quality"]
    top, middle, bottom = (filler[f"person{i}"] for i in range(3))
    if gold == NEUTRAL:
        above = stream.below(2)
        steps = [(top, middle), (bottom, middle)] if above else [(middle, top), (middle, bottom)]
        asked = (top, bottom)
    else:
        steps = [(top, middle), (middle, bottom)]
        asked = (top, bottom) if gold == ENTAILMENT else (bottom, top)
    stream.shuffle(steps)

    def said(more: str, less: str) -> str:
        if stream.below(2):
            return f"{more} is {quality} than {less}"
        return f"{less} is {_OPPOSITE[quality]} than {more}"

    premise = filler(f"{said(*steps[0])}, and {said(*steps[1])}.")
    return "comparison", premise, filler(f"{said(*asked)}.")


def _deed(gold: int, filler: Filler, stream: Stream) -> tuple[str, str, str]:
    """Who did it to whom, asserted or denied: the label is in the pairing of the two sentences.

    One sentence is active and one passive, so that none is the other's copy.
    """
    doer, done_to = f"the {filler['role1']}", f"the {filler['role2']}"
    deed, when = filler["deed"], filler["when"]
    holds, active = bool(stream.below(2)), bool(stream.below(2))
    if gold == NEUTRAL:
        claim = _told(done_to, doer, deed, bool(stream.below(2)), not active)
    else:
        claim = _told(doer, done_to, deed, holds == (gold == ENTAILMENT), not active)
    premise = _told(doer, done_to, deed, holds, active)
    return "deed", filler(f"{premise} {when}."), filler(f"{claim} {when}.")


def _told(doer: str, done_to: str, deed: str, holds: bool, active: bool) -> str:
    if active:
        return f"{doer} {deed if holds else f'did not {_BASE_FORMS[deed]}'} {done_to}"
    return f"{done_to} was {'' if holds else 'not '}{deed} by {doer}"


_NUMBERS = (
    "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
)  # fmt: skip


def _counts(gold: int, filler: Filler, stream: Stream) -> tuple[str, str, str]:
    """Two collections are counted, a third is only compared: the hypothesis compares two."""
    one, two, third = (filler[f"person{i}"] for i in range(3))
    thing = filler["thing"]
    # A gap of two leaves room for the third between them; without it nothing would be left open.
    low = stream.between(1, len(_NUMBERS) - 4)
    high = stream.between(low + 2, len(_NUMBERS) - 2)
    filler.chosen |= {"high": _NUMBERS[high], "low": _NUMBERS[low]}
    owned = [(one, _NUMBERS[high]), (two, _NUMBERS[low])]
    stream.shuffle(owned)
    # The third has more than the smaller (or fewer than the larger) collection: no rank follows.
    known, word = ((two, "more"), (one, "fewer"))[stream.below(2)]
    premise = filler(
        f"{owned[0][0]} has {owned[0][1]} {thing}, {owned[1][0]} has {owned[1][1]}, and {third} "
        f"has {word} than {known}."
    )
    if gold == NEUTRAL:
        more, less = (third, one) if word == "more" else (third, two)
        if stream.below(2):
            more, less = less, more
    else:
        more, less = (one, two) if gold == ENTAILMENT else (two, one)
    if stream.below(2):
        return "counts", premise, filler(f"{more} has more {thing} than {less}.")
    return "counts", premise, filler(f"{less} has fewer {thing} than {more}.")


def _rule(gold: int, filler: Filler, stream: Stream) -> tuple[str, str, str]:
    """A rule for all or for none of a group, one person in it, and another in another group."""
    group, other, habit = filler["group1"], filler["group2"], filler["habit"]
    member, stranger = filler["person1"], filler["person2"]
    every = bool(stream.below(2))
    rule = filler(f"{'every' if every else 'no'} {group} {habit}.")
    people = [f"{member} is a {group}", f"{stranger} is a {other}"]
    stream.shuffle(people)
    premise = [rule, filler(f"{people[0]}, and {people[1]}.")]
    stream.shuffle(premise)
    if gold == NEUTRAL:
        person, asserted = stranger, bool(stream.below(2))
    else:
        person, asserted = member, every == (gold == ENTAILMENT)
    claim = filler(f"{person} {habit if asserted else denied(habit)}.")
    return "rule", " ".join(premise), claim


_CONSTRUCTIONS: tuple[Callable[[int, Filler, Stream], tuple[str, str, str]], ...] = (
    _order, _comparison, _deed, _counts, _rule,
)  # fmt: skip


def draw(gold: int, stream: Stream) -> Draft:
    """Draw a premise and a hypothesis.

    Args:
        gold: ``ENTAILMENT``, ``CONTRADICTION`` or ``NEUTRAL``.
        stream: where the choices come from.
    """
    filler = Filler(_LEXICON, stream)
    template, premise, hypothesis = stream.choice(_CONSTRUCTIONS)(gold, filler, stream)
    return Draft(template, (premise, hypothesis), filler.slots)
