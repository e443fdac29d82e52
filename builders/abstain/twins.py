"""Twins: a passage and a question that it answers, and the same with one edit and no answer.

A passage tells two of five attributes of each of its people, and who taught whom. The kinds:

- ``missing``: the needed sentence is replaced by one about another attribute of the same person;
- ``negated``: the same, and the passage says of the person what the asked attribute is *not*;
- ``ambiguous``: somebody else in the passage gets the given name that the question asks by;
- ``swapped``: the question asks for somebody or something that the passage does not tell of;
- ``premise``: the question takes for granted what the passage says of somebody else.

What an edit makes is made in the other twin too, elsewhere: every passage denies something, has two
people of one given name and leaves most attributes out, so no word of it tells what it answers. A
question is asked by given name. With two hops it asks about *the teacher of* the one it names.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from heptathlon.builders.abstain.records import FAMILY, Edit, Kind
from heptathlon.builders.abstain.wordings import (
    ASKED,
    ATTRIBUTES,
    DENIED,
    FIXED,
    GIVEN_THAT,
    SAID,
    TAUGHT,
    TEACHER,
    TOWNS,
)
from heptathlon.builders.facts.names import CULTURES, Namer
from heptathlon.builders.facts.values import fixed_words
from heptathlon.seeding import Stream

OWN = 8
"""Values of each attribute that only the first four people, and what is denied, may have; those of
everybody else may recur, because a closed list is shorter than a long passage."""
KINDS: dict[Kind, Edit] = {
    "missing": "passage",
    "negated": "passage",
    "ambiguous": "passage",
    "swapped": "question",
    "premise": "question",
}


@dataclass(frozen=True)
class Somebody:
    """One of a passage's people.

    Attributes:
        given: given name.
        family: family name.
        facts: what the passage tells, by attribute.
        teacher: place of the teacher among the people.
    """

    given: str
    family: str
    facts: dict[str, str] = field(default_factory=dict)
    teacher: int = 0

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.given} {self.family}"


@dataclass(frozen=True)
class Asked:
    """A question: of whom, what, and what it takes for granted.

    Attributes:
        who: place of the person who is named.
        attribute: what is asked for.
        premise: attribute and value that the question takes for granted; empty without.
    """

    who: int
    attribute: str
    premise: tuple[str, str] | None = None


@dataclass(frozen=True)
class Twin:
    """One of two twins.

    Attributes:
        people: everybody in the passage.
        denied: place, attribute and value of the sentence that denies something.
        asked: the question.
        answer: the value asked for; empty if there is none.
        trap: a wrong answer of the type that the passage names.
    """

    people: tuple[Somebody, ...]
    denied: tuple[int, str, str]
    asked: Asked
    answer: str
    trap: str


@dataclass(frozen=True)
class Pair:
    """Both twins, and what they share.

    Attributes:
        kind: why the second has no answer.
        hops: 1 or 2.
        twins: the one with an answer, and the one without.
        outsiders: for each twin a value of the type asked for that its passage does not name.
    """

    kind: Kind
    hops: int
    twins: tuple[Twin, Twin]
    outsiders: tuple[str, str]


def pair(kind: Kind, hops: int, count: int, stream: Stream) -> Pair:
    """Draw a pair.

    Args:
        kind: why the second twin has no answer.
        hops: 1 or 2.
        count: people of the passage, four at least.
        stream: source of everything drawn.
    """
    values = _values(stream)
    people = _people(count, stream)
    # The first two teach each other, so that one of them is asked about and the other is not.
    named, target = 0, 0 if hops == 1 else 1
    other = 1 - target
    asked, told, *rest = stream.sample(ATTRIBUTES, len(ATTRIBUTES))
    own = {a: stream.sample(values[a], OWN) for a in ATTRIBUTES}
    common = {a: [v for v in values[a] if v not in own[a]] for a in ATTRIBUTES}

    def value(attribute: str) -> str:
        """Return a value that nobody in the passage has."""
        return own[attribute].pop()

    # Both who share a name tell what is asked for, and what it may be swapped for.
    spare = rest[0]
    fixed = {
        target: (asked, told),
        other: (told, stream.choice(rest)),
        2: (asked, spare),
        3: (asked, spare),
    }
    attributes = [
        fixed[i] if i in fixed else tuple(stream.sample(ATTRIBUTES, 2)) for i in range(count)
    ]
    people = [
        replace(one, facts={a: value(a) if i < 4 else stream.choice(common[a]) for a in told_of})
        for i, (one, told_of) in enumerate(zip(people, attributes, strict=True))
    ]
    denied = (target, asked, value(asked))
    if kind != "negated":
        # Of somebody else, or of something else, something is denied.
        who = stream.below(count)
        free = [a for a in ATTRIBUTES if a not in people[who].facts and a != asked]
        attribute = stream.choice(free)
        denied = (who, attribute, value(attribute))
    question = Asked(named, asked)
    answer = people[target].facts[asked]
    twin = Twin(tuple(people), denied, question, answer, people[2].facts[asked])
    if kind in {"missing", "negated"}:
        instead = stream.choice(rest)
        facts = {(instead if a == asked else a): v for a, v in people[target].facts.items()}
        facts[instead] = value(instead)
        lost = _with(twin, target, facts=facts)
        trap = denied[2] if kind == "negated" else twin.trap
        twins = (replace(twin, trap=trap), replace(lost, answer="", trap=trap))
    elif kind == "ambiguous":
        # The namesake, whose name is another's in the first twin, is the asked one's in the second.
        bearer = 2 if hops == 1 else 3
        other_answer = people[bearer].facts[asked]
        lost = _with(twin, 2, given=people[named].given)
        twins = (replace(twin, trap=other_answer), replace(lost, answer="", trap=answer))
    elif kind == "swapped":
        if stream.below(2):
            lost = replace(twin, asked=replace(question, who=1 - named), trap=answer)
        else:
            lost = replace(twin, asked=replace(question, attribute=spare))
            lost = replace(lost, trap=people[2].facts[spare])
        twins = (twin, replace(lost, answer=""))
    else:
        true = people[target].facts[told]
        # Somebody else's, so that a search for the premise's words finds them.
        false = people[other].facts[told]
        twins = (
            replace(twin, asked=replace(question, premise=(told, true))),
            replace(twin, asked=replace(question, premise=(told, false)), answer="", trap=answer),
        )
    found = {a: value(a) for a in sorted({one.asked.attribute for one in twins})}
    first, second = (found[one.asked.attribute] for one in twins)
    return Pair(kind, hops, twins, (first, second))


def _with(twin: Twin, place: int, **changes: object) -> Twin:
    people = list(twin.people)
    people[place] = replace(people[place], **changes)  # type: ignore[arg-type]
    return replace(twin, people=tuple(people))


def _values(stream: Stream) -> dict[str, tuple[str, ...]]:
    namer = Namer(fixed_words())
    towns = []
    for _ in range(TOWNS):
        culture = stream.choice(CULTURES)
        towns.append(namer.draw(culture, culture.place, stream))
    return {**FIXED, "town": tuple(towns)}


def _people(count: int, stream: Stream) -> list[Somebody]:
    """Return people of different names, but that the third and fourth share a given one.

    The first two teach each other, and so do those two; everybody else has any teacher.
    """
    namer = Namer(fixed_words())
    people = []
    for i in range(count):
        culture = stream.choice(CULTURES)
        given = namer.draw(culture, culture.given, stream)
        family = namer.draw(culture, culture.family, stream)
        teacher = i ^ 1 if i < 4 else stream.choice([j for j in range(count) if j != i])
        people.append(Somebody(given, family, teacher=teacher))
    people[2] = replace(people[2], given=people[3].given)
    return people


@dataclass(frozen=True)
class Saying:
    """By which wording, and in which order, a passage says what it says; twins share it."""

    wordings: tuple[int, ...]
    order: tuple[int, ...]
    ask: int

    @staticmethod
    def draw(count: int, stream: Stream) -> "Saying":
        """Draw how a passage of so many people is told: three sentences each, and a denial."""
        size = 3 * count + 1
        order = list(range(size))
        stream.shuffle(order)
        return Saying(tuple(stream.below(3) for _ in range(size)), tuple(order), stream.below(2))


def sentences(twin: Twin, saying: Saying) -> tuple[str, ...]:
    """Return a twin's passage."""
    lines = list(_lines(twin, saying))
    return tuple(_capital(lines[i]) for i in saying.order)


def _lines(twin: Twin, saying: Saying) -> Iterator[str]:
    for i, one in enumerate(twin.people):
        for k, (attribute, value) in enumerate(one.facts.items()):
            yield SAID[attribute][saying.wordings[3 * i + k]].format(n=one.name, v=value)
        teacher = twin.people[one.teacher].name
        yield TAUGHT[saying.wordings[3 * i + 2]].format(n=one.name, v=teacher)
    place, attribute, value = twin.denied
    yield DENIED[attribute].format(n=twin.people[place].name, v=value)


def question(twin: Twin, hops: int, saying: Saying) -> str:
    """Return a twin's question."""
    asked = twin.asked
    given = twin.people[asked.who].given
    who = given if hops == 1 else TEACHER.format(n=given)
    text = ASKED[asked.attribute][saying.ask].format(n=who)
    if asked.premise is None:
        return text
    attribute, value = asked.premise
    fact = SAID[attribute][0].format(n=who, v=value).rstrip(".")
    return GIVEN_THAT.format(fact=fact, question=text[0].lower() + text[1:])


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def named_values(twin: Twin) -> tuple[str, ...]:
    """Return the values of the asked attribute that a passage names, denied ones included."""
    attribute = twin.asked.attribute
    found = [one.facts[attribute] for one in twin.people if attribute in one.facts]
    if twin.denied[1] == attribute:
        found.append(twin.denied[2])
    return tuple(found)


__all__ = ["FAMILY", "KINDS", "Pair", "Saying", "Twin", "named_values", "pair", "question",
           "sentences"]  # fmt: skip
