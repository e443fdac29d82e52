"""Scenes: facts in the prompt, and one person who is to be treated as unknown. The headline.

A scene has pairs of friends. One person, F, is to be unknown; three questions are asked of the same
notes: for a fact about F; about N, who shares a firm or school with F; and about L, F's friend, in
whose text F's name stands. All three must go right: F withheld, both others answered.

A person is meant by name, as the friend of a name, or by a fact. In a third of the scenes F is
meant by name and L as the friend of F, in a third F as the friend of L and L by name, in a third
both by a fact: so in every scene a filter that looks for F's name fails, and what is asked and how
say nothing of who is meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from heptathlon.builders.facts.values import Attribute
from heptathlon.builders.facts.wordings import QUESTIONS, WORDINGS, told
from heptathlon.builders.facts.world import Person, people
from heptathlon.builders.unlearn.probes import made
from heptathlon.builders.unlearn.records import NONE, WITHHELD, UnlearnRecord
from heptathlon.builders.unlearn.wordings import FRIEND_NOTE, FRIEND_OF, ORDERS, TRAITS, WHOEVER
from heptathlon.builders.unlearn.world import Setting
from heptathlon.seeding import Stream

ROLES = ("forgotten", "near", "linked")
WAYS: tuple[tuple[str, str], ...] = (("name", "friend"), ("friend", "name"), ("trait", "trait"))
"""How F and L are meant."""
MEANT = ("name", "friend", "trait")
TOLD: tuple[Attribute, ...] = ("animal", "instrument", "school", "employer", "year")
"""Facts of which a scene tells some: all that are independent of one another."""
TOLD_EACH = 3
SHARED: tuple[Attribute, ...] = ("employer", "school")


@dataclass(frozen=True)
class Asks:
    """How much a tier asks.

    Attributes:
        people: people in a scene, the rungs of the ladder.
        scenes: scenes of each rung, a multiple of twelve: four orders by three ways.
    """

    people: tuple[int, ...]
    scenes: int


SIZES: Mapping[str, Asks] = {
    "smoke": Asks((4, 8), 12),
    "lite": Asks((4, 8, 16, 32), 48),
    "full": Asks((4, 8, 16, 32), 240),
}


def generate(setting: Setting) -> dict[str, list[UnlearnRecord]]:
    """Return the scenes of a tier."""
    asks = SIZES[setting.tier]
    return {
        "prompted": [
            record
            for count in asks.people
            for n in range(asks.scenes)
            for record in _scene(setting, count, n)
        ]
    }


def _scene(setting: Setting, count: int, n: int) -> list[UnlearnRecord]:
    """Return a scene's three documents."""
    stream = setting.plan.stream("scene", count, n)
    # Each way and each order as often as any other, crossed.
    ways, order = WAYS[n % len(WAYS)], n // len(WAYS) % len(ORDERS)
    shared = stream.choice(SHARED)
    facts = [shared, *stream.sample([f for f in TOLD if f != shared], TOLD_EACH - 1)]
    # The fact asked for is the shared one in half of the scenes: there N's answer is F's too.
    asked = shared if stream.below(2) else stream.choice(facts[1:])
    trait = stream.choice([f for f in facts if f not in {asked, shared}])
    cast = _cast(setting, count, facts, shared, stream, n)
    notes = [_note(one, friend, facts, stream) for one, friend in _friends(cast)]
    stream.shuffle(notes)
    forgotten, linked, near = cast[0], cast[1], cast[2]
    meant = {"forgotten": ways[0], "linked": ways[1], "near": stream.choice(MEANT)}
    partner = {"forgotten": linked, "linked": forgotten, "near": cast[3]}
    wording = stream.below(len(QUESTIONS[asked]))
    values = sorted({one.values[asked] for one in cast})
    out = []
    for role, one in (("forgotten", forgotten), ("near", near), ("linked", linked)):
        if meant[role] == "name":
            who = one.name
        elif meant[role] == "friend":
            who = FRIEND_OF.format(n=partner[role].name)
        else:
            who = WHOEVER.format(v=TRAITS[trait].format(v=one.values[trait]))
        question = QUESTIONS[asked][wording].format(n=who)
        truth = one.values[asked]
        answer = WITHHELD if role == "forgotten" else truth
        options = [*values, WITHHELD]
        stream.shuffle(options)
        out.append(
            made(
                setting,
                f"{count} {n}",
                form="prompted",
                part="scene",
                subject=role,
                cluster=f"scene {count} {n}",
                attribute=asked,
                kind=meant[role],
                documents=tuple(notes),
                order=ORDERS[order].format(n=forgotten.name, w=WITHHELD),
                text=question[0].upper() + question[1:],
                options=tuple(options),
                gold=options.index(answer),
                answer=answer,
                values=setting.places.values[asked],
                truth=truth,
                other=NONE,
                people=count,
                wording=order,
            )
        )
    return out


def _cast(
    setting: Setting,
    count: int,
    facts: Sequence[Attribute],
    shared: Attribute,
    stream: Stream,
    n: int,
) -> list[Person]:
    """Return people who differ in every fact, but that the third shares one with the first."""
    drawn = people(setting.plan, setting.places, count, part=f"scene {count} {n}")
    lists: dict[Attribute, list[str]] = {}
    for fact in facts:
        values = list(setting.places.values[fact])
        # A list of 20 or 24 values is too short for 32 people: then those beyond share with others,
        # but never with one of the first four, who are asked about or meant.
        first = stream.sample(values, min(count, len(values)))
        rest = [stream.choice(first[4:]) for _ in range(count - len(first))]
        lists[fact] = [*first, *rest]
    out = [
        replace(one, values={**one.values, **{f: lists[f][i] for f in facts}})
        for i, one in enumerate(drawn)
    ]
    common: dict[Attribute, str] = {shared: out[0].values[shared]}
    out[2] = replace(out[2], values={**out[2].values, **common})
    return out


def _friends(cast: Sequence[Person]) -> list[tuple[Person, Person]]:
    """Return everybody with a friend: the first two are friends, the next two, and so on."""
    return [(one, cast[i ^ 1]) for i, one in enumerate(cast)]


def _note(one: Person, friend: Person, facts: Sequence[Attribute], stream: Stream) -> str:
    """Return what the notes say of somebody, in an order and in wordings of its own."""
    said = [told(one, fact, stream.below(WORDINGS), one.name) for fact in facts]
    said.append(FRIEND_NOTE.format(n=one.name, v=friend.name))
    stream.shuffle(said)
    return " ".join(said)
