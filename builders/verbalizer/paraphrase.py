"""The paraphrase grammar: the same words in another order, with the same meaning or another.

The two sentences of a pair always differ in form (active and passive, *sold to* and *bought from*,
*before* and *after*), whatever the label, so that neither the words nor their overlap give it away:
what matters is who stands where.
"""

from collections.abc import Callable

from heptathlon.builders.verbalizer.grammar import Draft, Filler
from heptathlon.seeding import Stream

EQUIVALENT, DIFFERENT = 0, 1

_LEXICON: dict[str, tuple[str, ...]] = {
    "person": (
        "Agnes", "Boris", "Clara", "Daniel", "Elif", "Frank", "Gita", "Henrik", "Ivo", "Judith",
        "Karim", "Lena", "Mateo", "Nadine", "Olga", "Pablo", "Renata", "Stefan", "Tamar", "Umar",
        "Vera", "Wim", "Yara", "Zeno",
    ),
    "item": (
        "the piano", "the old van", "the ladder", "the telescope", "the sewing machine",
        "the rowing boat", "the oak table", "the camera", "the tent", "the lawn mower",
        "the violin", "the cargo bike", "the globe", "the accordion",
    ),
    "role": (
        "the surgeon", "the waiter", "the editor", "the cyclist", "the mayor", "the coach",
        "the porter", "the painter", "the sheriff", "the tourist", "the soldier", "the actress",
        "the plumber", "the referee",
    ),
    "deed": (
        "photographed", "interrupted", "rescued", "praised", "questioned", "insulted",
        "embraced", "ignored", "misunderstood", "interviewed", "applauded", "outwitted",
    ),
    "task": (
        "watered the plants", "fed the cat", "posted the letter", "locked the shed",
        "cleaned the stove", "called the bank", "swept the stairs", "ironed the shirts",
        "charged the phone", "packed the suitcase", "mended the fence", "checked the oil",
    ),
    "object": (
        "bridge", "tunnel", "canal", "wall", "avenue", "footpath", "pier", "staircase", "hedge",
        "railway platform", "promenade", "cycle path", "dyke", "viaduct",
    ),
    "meal": (
        "the soup", "the salad", "the pancakes", "the fish", "the omelette", "the cheese plate",
        "the noodles", "the fruit tart", "the goulash", "the pea stew",
    ),
    "when": (
        "in the spring", "on Friday", "last year", "at the end of June", "during the strike",
        "before the holidays", "on the first day", "after the meeting", "in 2015", "at noon",
    ),
    "town": (
        "in Ghent", "in Kraków", "in Porto", "in Leeds", "in Graz", "in Tampere", "in Nantes",
        "in Zadar",
    ),
}  # fmt: skip

_GERUNDS = {
    "watered": "watering", "fed": "feeding", "posted": "posting", "locked": "locking",
    "cleaned": "cleaning", "called": "calling", "swept": "sweeping", "ironed": "ironing",
    "charged": "charging", "packed": "packing", "mended": "mending", "checked": "checking",
}  # fmt: skip
_TRADES = (
    ("sold {item} to", "bought {item} from"),
    ("lent {item} to", "borrowed {item} from"),
    ("rented {item} out to", "rented {item} from"),
    ("gave {item} to", "received {item} from"),
    ("handed {item} over to", "took {item} over from"),
)
_SCALES = (("longer", "shorter"), ("wider", "narrower"), ("newer", "older"))

Pair = tuple[str, str, str]


def _roles(gold: int, one: str, two: str) -> tuple[str, str]:
    return (one, two) if gold == EQUIVALENT else (two, one)


def _trade(gold: int, filler: Filler, stream: Stream) -> Pair:
    giver, taker, when = filler["person1"], filler["person2"], filler["when"]
    verbs = [verb.format(item=filler["item"]) for verb in stream.choice(_TRADES)]

    def told(form: int, source: str, target: str) -> str:
        doer, other = (source, target) if form == 0 else (target, source)
        return filler(f"{doer} {verbs[form]} {other} {when}.")

    one, two = stream.sample(range(2), 2)
    return "trade", told(one, giver, taker), told(two, *_roles(gold, giver, taker))


def _voice(gold: int, filler: Filler, stream: Stream) -> Pair:
    doer, done_to, deed = filler["role1"], filler["role2"], filler["deed"]
    tail = f"{filler['town']} {filler['when']}"

    def told(form: int, subject: str, target: str) -> str:
        if form == 0:
            return filler(f"{subject} {deed} {target} {tail}.")
        return filler(f"{target} was {deed} by {subject} {tail}.")

    one, two = stream.sample(range(2), 2)
    return "voice", told(one, doer, done_to), told(two, *_roles(gold, doer, done_to))


def _sequence(gold: int, filler: Filler, stream: Stream) -> Pair:
    person, when = filler["person"], filler["when"]
    first, second = filler["task1"], filler["task2"]

    def told(form: int, early: str, late: str) -> str:
        return filler(
            (
                f"{when}, {person} {early} before {_gerund(late)}.",
                f"{when}, {person} {late} after {_gerund(early)}.",
                f"{when}, before {_gerund(late)}, {person} {early}.",
                f"{when}, after {_gerund(early)}, {person} {late}.",
            )[form]
        )

    one, two = stream.sample(range(4), 2)
    return "sequence", told(one, first, second), told(two, *_roles(gold, first, second))


def _gerund(task: str) -> str:
    verb, _, rest = task.partition(" ")
    return f"{_GERUNDS[verb]} {rest}"


def _scale(gold: int, filler: Filler, stream: Stream) -> Pair:
    high, low = f"the {filler['object1']}", f"the {filler['object2']}"
    place = filler["town"]
    words = stream.choice(_SCALES)
    filler.chosen["scale"] = words[0]

    def told(form: int, top: str, bottom: str) -> str:
        subject, other = (top, bottom) if form == 0 else (bottom, top)
        return filler(f"{place}, {subject} is {words[form]} than {other}.")

    one, two = stream.sample(range(2), 2)
    return "scale", told(one, high, low), told(two, *_roles(gold, high, low))


def _orders(gold: int, filler: Filler, stream: Stream) -> Pair:
    people = (filler["person1"], filler["person2"])
    meals = (filler["meal1"], filler["meal2"])
    when = filler["when"]

    def told(form: int, guests: tuple[str, str]) -> str:
        a, b = form, 1 - form
        return filler(f"{when}, {guests[a]} ordered {meals[a]} and {guests[b]} ordered {meals[b]}.")

    one, two = stream.sample(range(2), 2)
    return "orders", told(one, people), told(two, _roles(gold, *people))


_CONSTRUCTIONS: tuple[Callable[[int, Filler, Stream], Pair], ...] = (
    _trade, _voice, _sequence, _scale, _orders,
)  # fmt: skip


def draw(gold: int, stream: Stream) -> Draft:
    """Draw a pair of sentences.

    Args:
        gold: ``EQUIVALENT`` or ``DIFFERENT``.
        stream: where the choices come from.
    """
    filler = Filler(_LEXICON, stream)
    template, one, two = stream.choice(_CONSTRUCTIONS)(gold, filler, stream)
    return Draft(template, (one, two), filler.slots)
