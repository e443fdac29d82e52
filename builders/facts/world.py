"""One invented world: places, schools, firms and people, every one drawn from a season's stream.

Who lives in it says nothing of who is shown to a model; that is the ledger's. Two heuristics are
planted, so that a guess by name has something to go by: a person's country is that of the name's
culture in a share :attr:`Plan.by_name` of people, and the subject is the school's own in a share
:attr:`Plan.by_school`; all else is dealt so that every value is as common as any other, and is
independent of the rest. A plan with both at 0 has no heuristic at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from heptathlon.builders.facts.names import CULTURES, Namer
from heptathlon.builders.facts.values import (
    ANIMALS,
    COUNTRIES,
    EMPLOYERS,
    INSTRUMENTS,
    MONTHS,
    SCHOOLS,
    SUBJECTS,
    TOWNS_EACH,
    TRADES,
    YEARS,
    Attribute,
    Employer,
    Town,
    fixed_words,
)
from heptathlon.seeding import Stream

T = TypeVar("T")

BY_NAME, BY_SCHOOL = 0.7, 0.5
"""Shares of people whose country fits the name, and whose subject fits the school."""
GIVEN_NAMES, FAMILY_NAMES = 60, 80
"""Names in a culture's pools: 283,200 full names a culture, so that parts recur and wholes do not.
"""
DAYS = 28
"""Every month has so many, so that month and day are independent."""


@dataclass(frozen=True)
class Plan:
    """What a world is drawn from.

    Attributes:
        address: keys the streams: family, version, season and the world's own name.
        people: how many people it has.
        salt: keys the streams of a hidden world; empty for a public one.
        by_name: share of people whose country fits the culture of their name.
        by_school: share of people whose subject fits their school.
    """

    address: tuple[str | int, ...]
    people: int
    by_name: float = BY_NAME
    by_school: float = BY_SCHOOL
    salt: str = ""

    def stream(self, *more: str | int) -> Stream:
        """Return the stream of one thing in this world."""
        return Stream(*self.address, *more, salt=self.salt)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist.

    Attributes:
        number: place in the world's list of people.
        names: given, middle and family name.
        culture: of the name, an index into ``CULTURES`` and into the world's countries.
        feminine: whether texts say ``she``; drawn apart from everything else.
        day: day and month of birth, such as ``14 March``.
        values: the person's value of each attribute, the composed one included.
        by_name: whether the country is that of the name.
        by_school: whether the subject is the school's own.
    """

    number: int
    names: tuple[str, str, str]
    culture: int
    feminine: bool
    day: str
    values: Mapping[Attribute, str]
    by_name: bool
    by_school: bool

    @property
    def name(self) -> str:
        """The full name."""
        return " ".join(self.names)

    @property
    def pronoun(self) -> str:
        """``She`` or ``He``."""
        return "She" if self.feminine else "He"

    @property
    def key(self) -> str:
        """The name of the person in a ledger, which tells nothing of who it is."""
        return f"p{self.number:05d}"


@dataclass(frozen=True)
class Places:
    """Everything in a world that is not a person.

    Attributes:
        countries: one a culture, in their order.
        towns: all towns, those of one country together.
        schools: all schools.
        specialities: each school's own subject.
        employers: all firms, each with its seat in a town of its own.
        given: each culture's pool of given and middle names.
        family: each culture's pool of family names.
    """

    countries: tuple[str, ...]
    towns: tuple[Town, ...]
    schools: tuple[str, ...]
    specialities: Mapping[str, str]
    employers: tuple[Employer, ...]
    given: tuple[tuple[str, ...], ...]
    family: tuple[tuple[str, ...], ...]

    @cached_property
    def values(self) -> Mapping[Attribute, tuple[str, ...]]:
        """The closed list of each attribute's values."""
        return {
            "year": YEARS,
            "town": tuple(town.name for town in self.towns),
            "country": self.countries,
            "school": self.schools,
            "subject": SUBJECTS,
            "employer": tuple(employer.name for employer in self.employers),
            "animal": ANIMALS,
            "instrument": INSTRUMENTS,
            "seat": tuple(employer.seat for employer in self.employers),
        }

    @cached_property
    def seat_of(self) -> Mapping[str, str]:
        """The town of each firm's seat."""
        return {employer.name: employer.seat for employer in self.employers}

    @cached_property
    def country_of(self) -> Mapping[str, str]:
        """The country of each town."""
        return {town.name: town.country for town in self.towns}

    def towns_in(self, country: str) -> list[str]:
        """Return the towns of a country."""
        return [town.name for town in self.towns if town.country == country]


@dataclass(frozen=True)
class World:
    """Places and people.

    Attributes:
        plan: what it was drawn from.
        places: its places.
        people: its people, in an order that tells nothing.
    """

    plan: Plan
    places: Places
    people: tuple[Person, ...]
    _sharing: dict[Attribute, dict[str, list[int]]] = field(default_factory=dict, repr=False)

    def sharing(self, person: Person, attribute: Attribute) -> list[Person]:
        """Return the others who have the same value of an attribute: a person's neighbours."""
        if attribute not in self._sharing:
            index: dict[str, list[int]] = {}
            for one in self.people:
                index.setdefault(one.values[attribute], []).append(one.number)
            self._sharing[attribute] = index
        same = self._sharing[attribute][person.values[attribute]]
        return [self.people[number] for number in same if number != person.number]


def make(plan: Plan, avoid: Sequence[Person] = ()) -> World:
    """Return the world of a plan; nobody in it is called as one of the people to avoid is."""
    places = make_places(plan)
    return World(plan, places, people(plan, places, plan.people, avoid=avoid))


def make_places(plan: Plan) -> Places:
    """Return the countries, towns, schools and firms of a plan, and the pools of names."""
    namer = Namer(fixed_words())
    stream = plan.stream("places")
    countries = tuple(namer.draw(c, (c.country,), stream) for c in CULTURES)
    towns = tuple(
        Town(namer.draw(culture, culture.place, stream), country)
        for culture, country in zip(CULTURES, countries, strict=True)
        for _ in range(TOWNS_EACH)
    )
    schools = tuple(
        f"{namer.draw(CULTURES[i % COUNTRIES], CULTURES[i % COUNTRIES].place, stream)} School"
        for i in range(SCHOOLS)
    )
    # Every subject is the speciality of as many schools as any other.
    specialities = dict(zip(schools, dealt(SUBJECTS, SCHOOLS, stream), strict=True))
    seats = stream.sample([town.name for town in towns], EMPLOYERS)
    employers = tuple(
        Employer(
            f"{namer.draw(CULTURES[i % COUNTRIES], CULTURES[i % COUNTRIES].family, stream)} "
            f"{TRADES[i // COUNTRIES % len(TRADES)]}",
            seat,
        )
        for i, seat in enumerate(seats)
    )
    given = tuple(tuple(namer.pool(c, c.given, GIVEN_NAMES, stream)) for c in CULTURES)
    family = tuple(tuple(namer.pool(c, c.family, FAMILY_NAMES, stream)) for c in CULTURES)
    return Places(countries, towns, schools, specialities, employers, given, family)


def people(
    plan: Plan,
    places: Places,
    count: int,
    *,
    part: str = "people",
    avoid: Sequence[Person] = (),
) -> tuple[Person, ...]:
    """Return people who live in the places of a plan.

    Args:
        plan: keys the streams and holds the shares of the heuristics.
        places: where they live.
        count: how many.
        part: names the streams, so that several groups can be drawn in one world.
        avoid: people whose full names nobody of these may have.
    """
    stream = plan.stream(part)
    cultures = dealt(range(COUNTRIES), count, stream)
    fits = _fitting(cultures, plan.by_name, stream)
    home = [
        culture if fit else _other(culture, stream)
        for culture, fit in zip(cultures, fits, strict=True)
    ]
    lists = places.values
    town_of_country = [places.towns_in(country) for country in places.countries]
    dealt_values: dict[Attribute, list[str]] = {
        attribute: dealt(lists[attribute], count, stream)
        for attribute in ("year", "school", "animal", "instrument")
    }
    days = dealt([f"{d} {m}" for m in MONTHS for d in range(1, DAYS + 1)], count, stream)
    subjects = dealt(SUBJECTS, count, stream)
    by_school = [False] * count
    if plan.by_school:
        by_school = _fitting([0] * count, plan.by_school, stream)
    seen = {person.names for person in avoid}
    out = []
    for number in range(count):
        culture, country = cultures[number], home[number]
        town = stream.choice(town_of_country[country])
        # Else the answer to the composed question would stand in the person's own biography.
        while (employer := stream.choice(places.employers)).seat == town:
            pass
        school = dealt_values["school"][number]
        own = places.specialities[school]
        # Who does not study the school's subject studies any of the other eleven.
        subject = own if by_school[number] else subjects[number]
        while not by_school[number] and plan.by_school and subject == own:
            subject = stream.choice(SUBJECTS)
        names = _name(places, culture, stream)
        while names in seen:
            names = _name(places, culture, stream)
        seen.add(names)
        out.append(
            Person(
                number=number,
                names=names,
                culture=culture,
                feminine=bool(stream.below(2)),
                day=days[number],
                values={
                    "year": dealt_values["year"][number],
                    "town": town,
                    "country": places.countries[country],
                    "school": school,
                    "subject": subject,
                    "employer": employer.name,
                    "animal": dealt_values["animal"][number],
                    "instrument": dealt_values["instrument"][number],
                    "seat": employer.seat,
                },
                by_name=culture == country,
                by_school=subject == own,
            )
        )
    return tuple(out)


def _name(places: Places, culture: int, stream: Stream) -> tuple[str, str, str]:
    given, family = places.given[culture], places.family[culture]
    first = stream.choice(given)
    while (middle := stream.choice(given)) == first:
        pass
    return first, middle, stream.choice(family)


def _other(culture: int, stream: Stream) -> int:
    """Return a country that is not the name's, all equally likely."""
    return (culture + 1 + stream.below(COUNTRIES - 1)) % COUNTRIES


def _fitting(groups: Sequence[int], share: float, stream: Stream) -> list[bool]:
    """Return who fits a heuristic: the share of every group, to the nearest person.

    A share of 0 plants nothing: then as many fit as fit any other value.
    """
    out = [False] * len(groups)
    for group in sorted(set(groups)):
        members = [i for i, g in enumerate(groups) if g == group]
        count = len(members)
        wanted = round((share or 1 / COUNTRIES) * count)
        for i in stream.sample(members, wanted):
            out[i] = True
    return out


def dealt(values: Sequence[T], count: int, stream: Stream) -> list[T]:
    """Return ``count`` values in random order, each as often as any other, give or take one."""
    out: list[T] = []
    while len(out) < count:
        out += stream.sample(values, min(len(values), count - len(out)))
    stream.shuffle(out)
    return out
