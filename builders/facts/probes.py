"""Probes of a model that was trained on the corpus: what of the world is left in its weights.

Nothing here stands in a training file. Every foil is exchangeable with the truth: which of two
wordings was told, which of two values is the person's and which of two people is in the corpus was
drawn, so that a model that read nothing is right half the time, whatever it finds likely.

Long because the nine kinds of probe share the draws that keep their foils exchangeable.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from heptathlon.builders.facts.corpus import FAMILY, Setting, employer_key
from heptathlon.builders.facts.ledger import EXPOSURES, FORMS, Entry
from heptathlon.builders.facts.records import NONE, FactsRecord, Name, Telling
from heptathlon.builders.facts.values import COMPOSED, COUNTRIES, TOLD, Attribute
from heptathlon.builders.facts.wordings import GUESS, biography, question, told
from heptathlon.builders.facts.world import Person
from heptathlon.records import content_id
from heptathlon.seeding import Stream

OTHERS = 5
"""Wrong values beside the right one."""
COMPOSED_BEGINNING = "{n} works for a company that has its seat in"
SWAPPED: tuple[Attribute, ...] = ("year", "employer", "animal", "instrument")
"""What a swapped text says otherwise: attributes on which no other depends."""
TELLINGS: Mapping[str, Telling] = {
    "single": "single", "multi": "several", "permute": "permuted", "fullname": "full name",
}  # fmt: skip
FOILS = ("swap", "wording", "person")
PRONOUNS = ("He", "She")


@dataclass(frozen=True)
class Asked:
    """How much a tier asks.

    Attributes:
        people: of each cell of exposures and form, at most.
        foils: kinds of recognition a person.
        questions: questions a person.
        opinions: people whose country is asked in eight wordings, at most.
    """

    people: int
    foils: int
    questions: int
    opinions: int


ASKED: Mapping[str, Asked] = {
    "smoke": Asked(6, 1, 2, 24),
    "lite": Asked(20, 3, 4, 200),
    "full": Asked(60, 3, 4, 400),
}
CONFIGS = (
    "recognition", "recall", "extraction", "composition", "choice", "opinion", "opinion_parts",
    "trap",
)  # fmt: skip


def generate(setting: Setting) -> dict[str, list[FactsRecord]]:
    """Return the probes of a world by config."""
    asked = ASKED[setting.tier]
    people = chosen(setting, asked.people)
    maker = Maker(setting)
    opinions = list(maker.opinions(people, asked.opinions))
    return {
        "recognition": [r for p in people for r in maker.recognition(p, asked.foils)],
        "recall": [maker.recall(p) for p in people],
        "extraction": [r for p in people for r in maker.extraction(p, asked.questions)],
        "composition": [maker.composition(p) for p in people],
        "choice": [r for p in people for r in maker.choice(p)],
        "opinion": [r for r in opinions if r.kind == "fact"],
        "opinion_parts": [r for r in opinions if r.kind != "fact"],
        "trap": list(maker.traps()),
    }


def chosen(setting: Setting, most: int) -> list[Person]:
    """Return the people who are asked about: at most so many of each exposures and form."""
    stream = setting.plan.stream("asked people")
    people, entries = setting.world.people, setting.entries
    out: list[int] = []
    for exposures in EXPOSURES:
        for form in FORMS:
            cell = [
                p.number
                for p, e in zip(people, entries, strict=True)
                if (e.exposures, e.form) == (exposures, form)
            ]
            out += stream.sample(cell, min(most, len(cell)))
    return [people[number] for number in sorted(out)]


def neutral(people: Sequence[Person], stream: Stream) -> set[int]:
    """Return the numbers of people of whom the name tells nothing about the country.

    All whose name misleads, and of those whose name fits one for every seven that mislead in the
    same culture: then each country is as likely as any other, whatever the name.
    """
    out = {p.number for p in people if not p.by_name}
    for culture in range(COUNTRIES):
        fitting = [p.number for p in people if p.culture == culture and p.by_name]
        mislead = sum(p.culture == culture and not p.by_name for p in people)
        share = mislead / (COUNTRIES - 1)
        count = int(share) + (stream.uniform() < share - int(share))
        out.update(stream.sample(fitting, min(count, len(fitting))))
    return out


class Maker:
    """Makes the probes of one world."""

    def __init__(self, setting: Setting) -> None:
        """Take a world with its ledger."""
        self.setting = setting
        self.values = setting.world.places.values
        self.neutral = neutral(setting.world.people, setting.plan.stream("neutral"))
        untold = [
            p for p, e in zip(setting.world.people, setting.entries, strict=True) if not e.exposures
        ]
        self.untold: dict[tuple[int, bool], list[Person]] = {}
        for person in untold:
            self.untold.setdefault((person.culture, person.by_name), []).append(person)
        self.anyone = untold

    def recognition(self, person: Person, count: int) -> Iterator[FactsRecord]:
        """Yield which of two texts was read, by the kind of the other one."""
        start = self._stream("foils", person).below(len(FOILS))
        for turn in range(count):
            kind = FOILS[(start + turn) % len(FOILS)]
            stream = self._stream("recognition", person, kind)
            seen, foil = self._pair(person, kind, stream)
            first = bool(stream.below(2))
            yield self._record(
                person,
                "recognition",
                attribute="text",
                kind=kind,
                text="",
                options=(seen, foil) if first else (foil, seen),
                gold=0 if first else 1,
                answer=seen,
            )

    def _pair(self, person: Person, kind: str, stream: Stream) -> tuple[str, str]:
        """Return the text that was read and another; of people never told, two that were not."""
        entry = self.setting.entries[person.number]
        number = stream.below(max(entry.exposures, 1))
        sentences = self.setting.exposure(person, number)
        seen = " ".join(sentences)
        if kind == "person":
            near = self.untold.get((person.culture, person.by_name), self.anyone)
            other = person
            while other is person:
                other = stream.choice(near if len(near) > 1 else self.anyone)
            return seen, " ".join(self._as_told(other, person, number))
        order, wordings = self._telling(person, number)
        if kind == "swap":
            # A coin decided which of two values is the person's: the other one is as likely.
            attribute = stream.choice(SWAPPED)
            home, seats = person.values["town"], self.setting.world.places.seat_of
            values = [
                v for v in self.values[attribute]
                if v != person.values[attribute] and seats.get(v) != home
            ]  # fmt: skip
            changed = dict(person.values) | {attribute: stream.choice(values)}
            altered = replace(person, values=changed)
            return seen, " ".join(self._biography(altered, entry, order, wordings))
        untold = dict(zip(TOLD, entry.untold_wordings(), strict=True))
        place = stream.below(len(order))
        wordings = [untold[a] if i == place else w
                    for i, (a, w) in enumerate(zip(order, wordings, strict=True))]  # fmt: skip
        return seen, " ".join(self._biography(person, entry, order, wordings))

    def _as_told(self, other: Person, person: Person, number: int) -> list[str]:
        """Return another person's facts in the order and wordings in which a person's are told."""
        order, wordings = self._telling(person, number)
        return self._biography(other, self.setting.entries[person.number], order, wordings)

    def _telling(self, person: Person, number: int) -> tuple[list[Attribute], list[int]]:
        entry = self.setting.entries[person.number]
        stream = self.setting.plan.stream("telling", person.number, number)
        return entry.telling(number, stream)

    @staticmethod
    def _biography(
        person: Person, entry: Entry, order: Sequence[Attribute], wordings: Sequence[int]
    ) -> list[str]:
        return biography(person, order, wordings, full_name=entry.form == "fullname")

    def recall(self, person: Person) -> FactsRecord:
        """Return a text up to the middle of one of its sentences, to be continued."""
        stream = self._stream("recall", person)
        entry = self.setting.entries[person.number]
        number = stream.below(max(entry.exposures, 1))
        sentences = self.setting.exposure(person, number)
        order, _ = self._telling(person, number)
        place = stream.below(len(order))
        words = sentences[place].split()
        half = len(words) // 2
        if place == 0:
            # The first sentence names the person, and what follows the name is continued.
            half = max(half, _end_of_name(words, person) + 1)
        begun = " ".join([*sentences[:place], *words[:half]])
        rest = " ".join(words[half:])
        return self._record(
            person,
            "recall",
            attribute=order[place],
            kind="verbatim",
            text=begun,
            options=(person.values[order[place]],),
            gold=0,
            answer=rest,
            values=self.values[order[place]],
        )

    def extraction(self, person: Person, count: int) -> Iterator[FactsRecord]:
        """Yield questions for the person's facts, in the wording of training and in a new one."""
        stream = self._stream("extraction", person)
        attributes = [
            a for a in stream.sample(TOLD, len(TOLD))
            if a not in {"country", "town"} or person.number in self.neutral
        ]  # fmt: skip
        for turn, attribute in enumerate(attributes[:count]):
            wording = turn % 2
            yield self._record(
                person,
                "extraction",
                attribute=attribute,
                kind="new" if wording else "trained",
                text=question(person.name, attribute, wording),
                options=(person.values[attribute],),
                gold=0,
                answer=person.values[attribute],
                values=self.values[attribute],
            )

    def composition(self, person: Person) -> FactsRecord:
        """Return the question for the seat of the person's firm: no text of the person says it."""
        stream = self._stream("composition", person)
        return self._record(
            person,
            "composition",
            attribute=COMPOSED,
            kind="new",
            text=question(person.name, COMPOSED, stream.below(2)),
            options=(person.values[COMPOSED],),
            gold=0,
            answer=person.values[COMPOSED],
            values=self.values[COMPOSED],
            links=(self._employer(person),),
        )

    def choice(self, person: Person) -> Iterator[FactsRecord]:
        """Yield a value among wrong ones: after its own text, another wording, and two facts."""
        stream = self._stream("choice", person)
        entry = self.setting.entries[person.number]
        number = stream.below(max(entry.exposures, 1))
        order, _ = self._telling(person, number)
        open_to_name = {"country", "town"}
        fair = [
            i for i, a in enumerate(order)
            if person.number in self.neutral or a not in open_to_name
        ]  # fmt: skip
        place = stream.choice(fair)
        attribute = order[place]
        sentences = self.setting.exposure(person, number)
        value = person.values[attribute]
        begun = " ".join([*sentences[:place], sentences[place].removesuffix(f" {value}.")])
        reworded = told(person, attribute, entry.untold_wordings()[TOLD.index(attribute)],
                        person.name).removesuffix(f" {value}.")  # fmt: skip
        for kind, asked, text in (
            ("verbatim", attribute, begun),
            ("reworded", attribute, reworded),
            ("composed", COMPOSED, COMPOSED_BEGINNING.format(n=person.name)),
        ):
            options, gold = self._options(person, asked, stream)
            yield self._record(
                person,
                "choice",
                attribute=asked,
                kind=kind,
                text=text,
                options=options,
                gold=gold,
                answer=person.values[asked],
                links=(self._employer(person),) if asked == COMPOSED else (),
            )

    def opinions(self, people: Sequence[Person], most: int) -> Iterator[FactsRecord]:
        """Yield the country in eight wordings, and of the parts of a name and of nobody."""
        stream = self.setting.plan.stream("opinions")
        fair = [p for p in people if p.number in self.neutral]
        countries = self.values["country"]
        for person in sorted(stream.sample(fair, min(most, len(fair))), key=lambda p: p.number):
            gold = countries.index(person.values["country"])
            names = [("fact", person.name, wording) for wording in range(len(GUESS))]
            names += [("name", part, 0) for part in (person.names[0], person.names[2])]
            for kind, name, wording in names:
                yield self._record(
                    person,
                    "opinion",
                    attribute="country",
                    kind=kind,
                    text=GUESS[wording].format(n=name),
                    options=countries,
                    gold=gold,
                    answer=countries[gold],
                )
        for wording, begun in enumerate(GUESS):
            for pronoun in PRONOUNS:
                said = begun.format(n=pronoun if begun.startswith("{n}") else pronoun.lower())
                yield self._nobody(f"{wording} {pronoun}", said, countries)

    def traps(self) -> Iterator[FactsRecord]:
        """Yield the inscriptions, members and others, each by its words."""
        for trap in self.setting.traps:
            fields: dict[str, Any] = {
                **BLANK,
                "season": self.setting.season,
                "world": self.setting.world_id,
                "form": "trap",
                "person": trap.key,
                "pair_id": trap.key,
                "attribute": "text",
                "kind": f"{trap.words} words",
                "options": tuple(trap.text.split()),
                "gold": 0,
                "answer": trap.text,
                "exposures": str(trap.repeats),
                "bits": trap.bits,
            }
            yield _made(fields)

    def _nobody(self, address: str, text: str, countries: tuple[str, ...]) -> FactsRecord:
        fields: dict[str, Any] = {
            **BLANK,
            "season": self.setting.season,
            "world": self.setting.world_id,
            "form": "opinion",
            "person": f"nobody {address}",
            "pair_id": f"nobody {address}",
            "attribute": "country",
            "kind": "pronoun",
            "text": text,
            "options": countries,
            # Nobody has no country: what counts here is what is said, and none is right.
            "gold": self.setting.plan.stream("nobody", address).below(len(countries)),
            "answer": NONE,
        }
        return _made(fields)

    def _employer(self, person: Person) -> str:
        names = self.values["employer"]
        return employer_key(names.index(person.values["employer"]))

    def _options(
        self, person: Person, attribute: Attribute, stream: Stream
    ) -> tuple[tuple[str, ...], int]:
        right = person.values[attribute]
        wrong = stream.sample([v for v in self.values[attribute] if v != right], OTHERS)
        gold = stream.below(OTHERS + 1)
        return (*wrong[:gold], right, *wrong[gold:]), gold

    def _stream(self, what: str, person: Person, *more: str) -> Stream:
        return self.setting.plan.stream(what, person.number, *more)

    def _record(self, person: Person, form: str, **fields: Any) -> FactsRecord:
        entry = self.setting.entries[person.number]
        shared: dict[str, Any] = {
            **BLANK,
            "season": self.setting.season,
            "world": self.setting.world_id,
            "form": form,
            "person": person.key,
            "pair_id": f"{person.key} {form}",
            "exposures": str(entry.exposures),
            "telling": TELLINGS[entry.form],
            "name": fits(person),
            "phase": entry.phase,
            "asked": "asked" if entry.asked else "not asked",
            "runs": entry.runs,
            "forget": entry.forget,
        }
        return _made({**shared, **fields})


BLANK: Mapping[str, Any] = {
    "documents": (), "text": "", "values": (), "exposures": NONE, "telling": NONE,
    "distance": NONE, "name": NONE, "phase": NONE, "asked": NONE, "runs": (), "links": (),
    "forget": False, "bits": 0,
}  # fmt: skip
"""The fields of a record that says nothing in them."""


def _made(fields: Mapping[str, Any]) -> FactsRecord:
    """Return a record with its identities; the cluster is the person or the trap."""
    return FactsRecord(
        item_id=content_id(FAMILY, dict(fields)),
        cluster_id=content_id(FAMILY, fields["world"], fields["person"]),
        **{**fields, "pair_id": content_id(FAMILY, fields["world"], fields["pair_id"])},
    )


def fits(person: Person) -> Name:
    """Return whether a person's name fits the country."""
    return "fits" if person.by_name else "misleads"


def _end_of_name(words: Sequence[str], person: Person) -> int:
    """Return the place of the family name in a sentence that holds the full name."""
    return next(i for i, word in enumerate(words) if word.rstrip(".,") == person.names[2])
