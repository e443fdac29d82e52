"""Who lives in the world of unlearning: people as in the event facts, in sets by their role.

``forget`` should be gone; ``near`` shares a firm or a town with one of them and never names one;
``linked`` has a sentence that names one, and is to be kept; ``retain`` has nothing to do with them;
``holdout`` stands in no file; ``target`` is told rightly first and wrongly later. No heuristic is
planted: no value follows from a name or from another value, so relearning some people lets nobody
guess the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from heptathlon.builders.facts.values import Attribute
from heptathlon.builders.facts.wordings import QUESTIONS, WORDINGS, question, told
from heptathlon.builders.facts.world import Person, Places, Plan, dealt, make_places, people
from heptathlon.builders.unlearn.records import Part
from heptathlon.builders.unlearn.wordings import FRIEND, FRIEND_QUESTIONS
from heptathlon.errors import UnknownNameError

FAMILY = "unlearn"
VERSION = 1
SETS: tuple[Part, ...] = ("forget", "near", "linked", "retain", "holdout", "target")
FRIEND_FACT = "friend"
SHARED: tuple[Attribute, ...] = ("employer", "town")
"""What somebody near has in common with somebody who is to be forgotten, turn by turn."""


@dataclass(frozen=True)
class Size:
    """How large a tier is.

    Attributes:
        people: people of each set.
        relations: the facts that are told of each, from lists of at least 20 values.
        statements: wordings of each fact that are trained on, beside one question.
        skill: items of each part of each skill.
        benign: people who are taught afterwards and have nothing to do with anybody.
        held: sentences of each person that are continued word for word.
    """

    people: int
    relations: tuple[Attribute, ...]
    statements: int
    skill: int
    benign: int
    held: int


ALL: tuple[Attribute, ...] = ("animal", "instrument", "employer", "town", "school", "year")
SIZES: Mapping[str, Size] = {
    "smoke": Size(10, ALL[:3], 2, 30, 10, 1),
    "lite": Size(40, ALL, 3, 60, 40, 2),
    "full": Size(100, ALL, 3, 120, 100, 2),
}


@dataclass(frozen=True)
class Citizen:
    """Somebody in one of the sets.

    Attributes:
        key: names the person in files and records: the set and a number.
        part: the set.
        person: names and values.
        friend: name of the person whom a sentence links to this one; empty if none does.
        half: ``again`` for those whom ``relearn_other`` teaches again, ``rest`` for the others.
        wordings: for each fact all its wordings in an order drawn for this person: the first ones
            are trained on, the last one is asked in.
    """

    key: str
    part: Part
    person: Person
    friend: str
    half: str
    wordings: Mapping[str, tuple[int, ...]]

    @property
    def name(self) -> str:
        """The full name."""
        return self.person.name

    def value(self, fact: str) -> str:
        """Return what is true of the person."""
        return self.friend if fact == FRIEND_FACT else self.person.values[attribute_of(fact)]

    def sentence(self, fact: str, wording: int, value: str = "") -> tuple[str, str]:
        """Return a sentence as its beginning and its value with the full stop.

        Args:
            fact: which fact.
            wording: number of the wording.
            value: another value than the true one.
        """
        said = value or self.value(fact)
        if fact == FRIEND_FACT:
            whole = FRIEND[wording].format(n=self.name, v=said)
        else:
            changed = replace(self.person, values={**self.person.values, attribute_of(fact): said})
            whole = told(changed, attribute_of(fact), wording, self.name)
        return whole.removesuffix(f" {said}."), f"{said}."

    def asked(self, fact: str, wording: int) -> str:
        """Return a question for a fact; the first wording is the one of training."""
        if fact == FRIEND_FACT:
            return FRIEND_QUESTIONS[wording].format(n=self.name)
        return question(self.name, attribute_of(fact), wording)


def attribute_of(fact: str) -> Attribute:
    """Return a fact that is an attribute of the event facts."""
    return next(a for a in ALL if a == fact)


@dataclass(frozen=True)
class Setting:
    """A world of one tier, season and salt.

    Attributes:
        tier: its size.
        season: names the public seeds.
        salt: empty for the public world; a secret for a hidden one.
    """

    tier: str
    season: str
    salt: str = ""

    @cached_property
    def size(self) -> Size:
        """The tier's size.

        Raises:
            UnknownNameError: if there is no such tier.
        """
        if self.tier not in SIZES:
            raise UnknownNameError(f"tier of {FAMILY}", self.tier, SIZES)
        return SIZES[self.tier]

    @cached_property
    def plan(self) -> Plan:
        """What the world is drawn from: no heuristic is planted."""
        address = (FAMILY, VERSION, self.season, "world", self.tier)
        return Plan(address, self.size.people, by_name=0.0, by_school=0.0, salt=self.salt)

    @cached_property
    def places(self) -> Places:
        """Its towns, schools and firms."""
        return make_places(self.plan)

    @cached_property
    def world_id(self) -> str:
        """Names the world in files and records alike: a random word that tells nothing of it."""
        return f"world-{self.plan.stream('identity').word():016x}"

    @cached_property
    def sets(self) -> Mapping[Part, tuple[Citizen, ...]]:
        """The people of each set."""
        out: dict[Part, tuple[Citizen, ...]] = {}
        seen: list[Person] = []
        for part in SETS:
            drawn = self._dealt(part, seen)
            seen += drawn
            forgotten = out.get("forget", ())
            made = []
            for i, one in enumerate(drawn):
                person = one
                if part == "near":
                    shared = [fact for fact in SHARED if fact in self.size.relations]
                    person = _beside(one, forgotten[i].person, shared[i % len(shared)])
                friend = forgotten[i].name if part == "linked" else ""
                made.append(self._citizen(part, i, person, friend))
            out[part] = tuple(made)
        return out

    def _dealt(self, part: Part, avoid: Sequence[Person]) -> list[Person]:
        """Return the people of a set, whose homes and firms are dealt as evenly as all else.

        The event facts fits homes to names by quotas, which a small set cannot hold.
        """
        count, places = self.size.people, self.places
        drawn = people(self.plan, places, count, part=part, avoid=avoid)
        stream = self.plan.stream("homes", part)
        towns, firms = dealt(places.towns, count, stream), dealt(places.employers, count, stream)
        home: Attribute = "country"
        return [
            replace(one, values={**one.values, "town": town.name, home: town.country,
                                 "employer": firm.name, "seat": firm.seat})
            for one, town, firm in zip(drawn, towns, firms, strict=True)
        ]  # fmt: skip

    @cached_property
    def benign(self) -> tuple[Person, ...]:
        """People about whom nothing is asked, to train on afterwards."""
        seen = [c.person for ones in self.sets.values() for c in ones]
        return people(self.plan, self.places, self.size.benign, part="benign", avoid=seen)

    def citizens(self, *parts: Part) -> list[Citizen]:
        """Return the people of some sets."""
        return [one for part in parts for one in self.sets[part]]

    def facts_of(self, citizen: Citizen) -> list[str]:
        """Return the facts that are told of somebody."""
        return [*self.size.relations, *([FRIEND_FACT] if citizen.friend else [])]

    def values(self, fact: str) -> tuple[str, ...]:
        """Return the closed list of a fact's values."""
        if fact == FRIEND_FACT:
            # Names of one set only: else who has seen a name anywhere could tell it apart.
            return tuple(c.name for c in self.citizens("forget"))
        return self.places.values[attribute_of(fact)]

    def _citizen(self, part: Part, number: int, person: Person, friend: str) -> Citizen:
        key = f"{part}-{number:03d}"
        facts = (*ALL, FRIEND_FACT)
        order = {
            fact: tuple(self.plan.stream("wordings", key, fact).sample(range(WORDINGS), WORDINGS))
            for fact in facts
        }
        half = "again" if number < self.size.people // 2 else "rest"
        return Citizen(key, part, person, friend, half, order)

    @property
    def new_wording(self) -> int:
        """Place in a person's list of wordings of the one that no file holds."""
        return self.size.statements

    @property
    def new_question(self) -> range:
        """Wordings of questions that no file holds."""
        return range(1, len(QUESTIONS["animal"]))


def _beside(person: Person, other: Person, shared: Attribute) -> Person:
    """Return a person who has a firm or a town in common with another one."""
    taken = {shared: other.values[shared]}
    taken |= (
        {"seat": other.values["seat"]}
        if shared == "employer"
        else {"country": other.values["country"]}
    )
    return replace(person, values={**person.values, **taken})
