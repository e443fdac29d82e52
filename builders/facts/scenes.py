"""In-context twins: the same probes with the texts in the prompt, for any model, untrained.

A scene has six people, each told equally often, so that no count of words and no place gives the
answer away: in every scene the six live in six countries and differ in every value, and in the last
round each is as likely as any other to be told last. Only who finds the person asked about and
keeps to what is said there is right.

A ``guess`` is a pair of scenes that tell the same of the same six, but that two of them have
changed their homes. In one the country is that of the name, in the other it is not, and the prompt
says which names are common where. Whoever goes by the name is wrong in one of the two, whoever goes
against it in the other, and both scenes hold the same words as often: only their order is drawn
for each, so that who goes by a place in it is right in one of the two by luck alone.

Long because every form of question is drawn from one scene, whose balance it must keep.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from heptathlon.builders.facts.corpus import FAMILY, Setting
from heptathlon.builders.facts.names import CULTURES
from heptathlon.builders.facts.records import NONE, Distance, FactsRecord, Telling
from heptathlon.builders.facts.traps import BUILDINGS
from heptathlon.builders.facts.values import COMPOSED, COUNTRIES, MONTHS, Attribute
from heptathlon.builders.facts.wordings import (
    BORN_IN,
    HAS_SEAT,
    LIES_IN,
    QUESTIONS,
    TRAINED,
    WORDINGS,
    biography,
    question,
)
from heptathlon.builders.facts.world import DAYS, Person, Places, make_places
from heptathlon.records import content_id
from heptathlon.seeding import Stream

CAST = 6
"""People in a scene, each of another of the eight countries."""
TOLD_EACH = 3
"""Facts in a text: enough for the one asked about to be among others."""
FILLER: Mapping[Distance, int] = {"near": 0, "middle": 8, "far": 32}
"""Texts about nobody between the last text about anybody and the question."""
BY_NAME = 0.7
"""Share of the others whose names fit their country, as in the corpus."""
HOPS = ("direct", "by town")
FOILS = ("swap", "wording", "person")
DISTINCT: tuple[Attribute, ...] = (
    "year", "school", "subject", "employer", "animal", "instrument", "seat",
)  # fmt: skip
ASKED: tuple[Attribute, ...] = ("year", "school", "subject", "employer", "animal", "instrument")

_HOME: tuple[Attribute, ...] = ("country", "town")

_COMMON = "Family names that end in -{a} or -{b} are common in {c}."
_NEWS = (
    "The {b} of {t} was closed in {m} for repairs. It opened again before the snow came.",
    "In {m} the roof of the {b} in {t} was struck by lightning. Nobody was hurt.",
    "The {b} in {t} has new windows since {m}. The old ones were sold.",
    "A flood reached the steps of the {b} in {t} in {m}. The cellar is dry by now.",
    "Painters worked on the {b} of {t} until {m}. It is yellow again.",
    "Since {m} the {b} in {t} has a clock. It runs four minutes late.",
)


@dataclass(frozen=True)
class Cell:
    """A setting of what is varied.

    Attributes:
        exposures: texts about each person.
        telling: how they are worded.
        distance: how far back the last of them is.
    """

    exposures: int
    telling: Telling
    distance: Distance


@dataclass(frozen=True)
class Asks:
    """How much a tier asks in each cell.

    Attributes:
        exposures: the numbers of texts a person.
        distances: the distances.
        pairs: pairs of ``guess`` for each number of hops.
        recognition: of each kind of foil.
        recall: texts to go on with.
        extraction: questions for a fact.
        composition: questions for two facts.
    """

    exposures: tuple[int, ...]
    distances: tuple[Distance, ...]
    pairs: int
    recognition: int
    recall: int
    extraction: int
    composition: int

    def cells(self) -> list[Cell]:
        """Return the cells; one text has one wording, so it is never permuted."""
        tellings: tuple[Telling, ...] = ("single", "several", "permuted")
        return [
            Cell(k, telling, distance)
            for k in self.exposures
            for telling in (tellings if k > 1 else tellings[:1])
            for distance in self.distances
        ]


ALL: tuple[Distance, ...] = ("near", "middle", "far")
SIZES: Mapping[str, Asks] = {
    "smoke": Asks((1, 3), ("near", "middle"), 1, 1, 2, 3, 2),
    "lite": Asks((1, 3, 10), ALL, 5, 2, 4, 6, 4),
    "full": Asks((1, 3, 10), ALL, 20, 8, 12, 18, 12),
}
CONFIGS = ("guess", "context_recognition", "context_recall", "context_extraction",
           "context_composition")  # fmt: skip


def generate(tier: str, season: str, salt: str) -> dict[str, list[FactsRecord]]:
    """Return the in-context probes of a tier by config."""
    asks = SIZES[tier]
    out: dict[str, list[FactsRecord]] = {config: [] for config in CONFIGS}
    for number, cell in enumerate(asks.cells()):
        scenes = Scenes(tier, season, salt, number, cell)
        for hops in HOPS:
            for n in range(asks.pairs):
                out["guess"] += scenes.guess(hops, n)
        for kind in FOILS:
            out["context_recognition"] += [
                scenes.recognition(kind, n) for n in range(asks.recognition)
            ]
        out["context_recall"] += [scenes.recall(n) for n in range(asks.recall)]
        out["context_extraction"] += [scenes.extraction(n) for n in range(asks.extraction)]
        out["context_composition"] += [scenes.composition(n) for n in range(asks.composition)]
    return out


Told = tuple[tuple[Attribute, ...], tuple[int, ...]]
"""The facts of one text in their order, and the wording of each."""


@dataclass(frozen=True)
class Scene:
    """Six people, and what is told of each.

    Attributes:
        cast: the people; the first is asked about.
        order: the attributes that each text tells.
        texts: for each person the texts, in the order of telling.
        facts: for each person and text the order and the wordings of its facts.
    """

    cast: tuple[Person, ...]
    order: tuple[Attribute, ...]
    texts: tuple[tuple[str, ...], ...]
    facts: tuple[tuple[Told, ...], ...]


class Scenes:
    """Makes the documents of one cell of a tier."""

    def __init__(self, tier: str, season: str, salt: str, number: int, cell: Cell) -> None:
        """Take a cell with its number."""
        self.setting = Setting(tier, season, salt)
        self.cell, self.number = cell, number

    @cached_property
    def places(self) -> Places:
        """The places of the tier's world; the people of a scene are its own."""
        return _places(self.setting)

    def guess(self, hops: str, n: int) -> list[FactsRecord]:
        """Return a pair of scenes: the name fits the country, and it misleads."""
        stream = self._stream("guess", hops, n)
        cast = self._strangers(stream)
        asked: Attribute = "country" if hops == HOPS[0] else "town"
        seed = f"{hops} {n}"
        rest = stream.sample(ASKED, TOLD_EACH - 1)
        towns = {p.values["country"]: p.values["town"] for p in cast}
        for country in self.places.countries:
            towns.setdefault(country, stream.choice(self.places.towns_in(country)))
        notes = [
            _COMMON.format(a=c.family[0], b=c.family[1], c=country)
            for c, country in zip(CULTURES, self.places.countries, strict=True)
        ]
        if hops != HOPS[0]:
            frames = stream.sample(range(len(LIES_IN)), len(LIES_IN))
            notes += [
                LIES_IN[frames[i % len(frames)]].format(p=town, c=country)
                for i, (country, town) in enumerate(sorted(towns.items()))
            ]
        stream.shuffle(notes)
        partner = stream.between(1, CAST - 1)
        out = []
        for name, people in (("fits", cast), ("misleads", _exchanged(cast, partner))):
            scene = self._scene(people, (asked, *rest), f"guess {seed}")
            target = people[0]
            wording = BORN_IN if hops != HOPS[0] else QUESTIONS["country"][0]
            out.append(
                self._record(
                    "guess",
                    scene,
                    seed,
                    notes=notes,
                    order=name,
                    attribute="country",
                    kind=hops,
                    text=wording.format(n=target.name),
                    options=self.places.countries,
                    gold=self.places.countries.index(target.values["country"]),
                    answer=target.values["country"],
                    values=self.places.countries,
                    name=name,
                )
            )
        return out

    def recognition(self, kind: str, n: int) -> FactsRecord:
        """Return which of two texts stands in the prompt."""
        stream = self._stream("recognition", kind, n)
        scene = self._scene(self._strangers(stream), tuple(stream.sample(ASKED, TOLD_EACH)),
                            f"recognition {kind} {n}")  # fmt: skip
        person = scene.cast[0]
        number = stream.below(self.cell.exposures)
        order, wordings = scene.facts[0][number]
        seen = scene.texts[0][number]
        if kind == "swap":
            # The other value is that of another person of the scene: both stand in the prompt.
            attribute = stream.choice(order)
            other = stream.choice(scene.cast[1:]).values[attribute]
            altered = replace(person, values={**person.values, attribute: other})
            foil = _text(altered, order, wordings)
        elif kind == "person":
            culture = person.culture
            stranger = self._person(culture, self._country(person), stream, avoid=scene.cast)
            foil = _text(replace(person, names=stranger.names), order, wordings)
        else:
            place = stream.below(len(order))
            # A wording in which the fact is told to nobody: the last of the person's own list.
            untold = self._wordings(f"recognition {kind} {n}", order[place])[-1]
            foil = _text(person, order, [untold if i == place else w
                                         for i, w in enumerate(wordings)])  # fmt: skip
        first = bool(stream.below(2))
        return self._record(
            "recognition",
            scene,
            f"{kind} {n}",
            attribute="text",
            kind=kind,
            text="",
            options=(seen, foil) if first else (foil, seen),
            gold=0 if first else 1,
            answer=seen,
        )

    def recall(self, n: int) -> FactsRecord:
        """Return the beginning of a text of the prompt, to be continued."""
        stream = self._stream("recall", n)
        scene = self._scene(self._strangers(stream), tuple(stream.sample(ASKED, TOLD_EACH)),
                            f"recall {n}")  # fmt: skip
        person = scene.cast[0]
        number = stream.below(self.cell.exposures)
        order, _ = scene.facts[0][number]
        words = scene.texts[0][number].split()
        named = next(i for i, w in enumerate(words) if w.rstrip(".,") == person.names[2])
        half = max(len(words) // 2, named + 2)
        last = order[-1]
        return self._record(
            "recall",
            scene,
            str(n),
            attribute=last,
            kind="verbatim",
            text=" ".join(words[:half]),
            options=(person.values[last],),
            gold=0,
            answer=" ".join(words[half:]),
            values=self.places.values[last],
        )

    def extraction(self, n: int) -> FactsRecord:
        """Return a question for a fact that the prompt holds."""
        stream = self._stream("extraction", n)
        told = stream.sample(ASKED, TOLD_EACH)
        scene = self._scene(self._strangers(stream), tuple(told), f"extraction {n}")
        return self._question("extraction", scene, told[0], n, stream)

    def composition(self, n: int) -> FactsRecord:
        """Return a question for the seat of a firm, which another text of the prompt holds."""
        stream = self._stream("composition", n)
        rest = [a for a in ASKED if a != "employer"]
        told: list[Attribute] = ["employer", *stream.sample(rest, TOLD_EACH - 1)]
        scene = self._scene(self._strangers(stream), tuple(told), f"composition {n}")
        frames = stream.sample(range(len(HAS_SEAT)), len(HAS_SEAT))
        firms = [p.values["employer"] for p in scene.cast]
        notes = [
            HAS_SEAT[frames[i % len(frames)]].format(p=firm, c=self.places.seat_of[firm])
            for i, firm in enumerate(firms)
        ]
        stream.shuffle(notes)
        return self._question("composition", scene, COMPOSED, n, stream, notes=notes)

    def _question(
        self,
        form: str,
        scene: Scene,
        attribute: Attribute,
        n: int,
        stream: Stream,
        notes: Sequence[str] = (),
    ) -> FactsRecord:
        person = scene.cast[0]
        options = [p.values[attribute] for p in scene.cast]
        stream.shuffle(options)
        return self._record(
            form,
            scene,
            str(n),
            notes=notes,
            attribute=attribute,
            kind="trained",
            text=question(person.name, attribute, 0),
            options=tuple(options),
            gold=options.index(person.values[attribute]),
            answer=person.values[attribute],
            values=self.places.values[attribute],
        )

    def _strangers(self, stream: Stream) -> tuple[Person, ...]:
        culture, *homes = stream.sample(range(COUNTRIES), CAST)
        return self._cast(culture, culture, homes, stream)

    def _cast(
        self, culture: int, home: int, others: Sequence[int], stream: Stream
    ) -> tuple[Person, ...]:
        """Return people of different countries who share no value and no family name's ending."""
        out = [self._person(culture, home, stream)]
        for country in others:
            own = country if stream.uniform() < BY_NAME else stream.choice(
                [c for c in range(COUNTRIES) if c not in {country, culture}]
            )  # fmt: skip
            out.append(self._person(own, country, stream, avoid=out))
        return tuple(out)

    def _person(
        self, culture: int, home: int, stream: Stream, avoid: Sequence[Person] = ()
    ) -> Person:
        """Return somebody with a name of a culture, at home in a country, unlike the others."""
        places = self.places
        taken = {a: {p.values[a] for p in avoid} for a in DISTINCT}
        names = {name for p in avoid for name in p.names}
        towns = {p.values["town"] for p in avoid} | taken[COMPOSED]
        country = places.countries[home]
        free = [t for t in places.towns_in(country) if t not in towns] or places.towns_in(country)
        town = stream.choice(free)
        firms = [
            f for f in places.employers
            if f.name not in taken["employer"] and f.seat != town and f.seat not in towns
        ]  # fmt: skip
        firm = stream.choice(firms)
        given = [n for n in places.given[culture] if n not in names]
        family = [n for n in places.family[culture] if n not in names]
        first, middle = stream.sample(given, 2)
        values: dict[Attribute, str] = {
            a: stream.choice([v for v in places.values[a] if v not in taken[a]])
            for a in ("year", "school", "subject", "animal", "instrument")
        }
        values |= {"country": country, "town": town, "employer": firm.name, "seat": firm.seat}
        return Person(
            number=0,
            names=(first, middle, stream.choice(family)),
            culture=culture,
            feminine=bool(stream.below(2)),
            day=f"{1 + stream.below(DAYS)} {stream.choice(MONTHS)}",
            values=values,
            by_name=culture == home,
            by_school=False,
        )

    def _country(self, person: Person) -> int:
        return self.places.countries.index(person.values["country"])

    def _wordings(self, address: str, attribute: Attribute) -> list[int]:
        """Return the wordings of a fact in a scene: the first ones are told, the last never."""
        stream = self._stream("wordings", address, attribute)
        return stream.sample(range(WORDINGS), WORDINGS)

    def _scene(
        self, cast: tuple[Person, ...], attributes: tuple[Attribute, ...], address: str
    ) -> Scene:
        """Return what is told of each of the cast; the same address tells in the same way."""
        stream = self._stream("telling", address)
        base = stream.sample(attributes, len(attributes))
        lists = {a: self._wordings(address, a) for a in attributes}
        texts, facts = [], []
        for place, person in enumerate(cast):
            own = []
            for number in range(self.cell.exposures):
                order = list(base)
                if self.cell.telling == "permuted":
                    stream.shuffle(order)
                turn = 0 if self.cell.telling == "single" else (number + place) % TRAINED
                own.append((tuple(order), tuple(lists[a][turn] for a in order)))
            facts.append(tuple(own))
            texts.append(tuple(_text(person, order, wordings) for order, wordings in own))
        return Scene(cast, tuple(base), tuple(texts), tuple(facts))

    def _record(
        self,
        form: str,
        scene: Scene,
        address: str,
        *,
        notes: Sequence[str] = (),
        order: str = "",
        **fields: Any,
    ) -> FactsRecord:
        cell = self.cell
        documents = (*notes, *self._documents(scene, f"{form} {address}", order))
        pair = content_id(FAMILY, self.setting.world_id, form, self.number, address)
        whole: dict[str, Any] = {
            "season": self.setting.season,
            "form": form,
            "world": self.setting.world_id,
            "person": "",
            "pair_id": pair,
            "documents": documents,
            "exposures": str(cell.exposures),
            "telling": cell.telling,
            "distance": cell.distance,
            "phase": NONE,
            "asked": NONE,
            "runs": (),
            "links": (),
            "forget": False,
            "bits": 0,
            "values": (),
            "name": NONE,
            **fields,
        }
        return FactsRecord(item_id=content_id(FAMILY, whole), cluster_id=pair, **whole)

    def _documents(self, scene: Scene, address: str, order: str) -> Iterator[str]:
        """Yield the texts in rounds, everybody once a round in any order, and what follows."""
        stream = self._stream("order", address, order)
        for number in range(self.cell.exposures):
            for place in stream.sample(range(CAST), CAST):
                yield scene.texts[place][number]
        # What follows is the same in both scenes of a pair.
        news = self._stream("news", address)
        for _ in range(FILLER[self.cell.distance]):
            yield news.choice(_NEWS).format(
                b=news.choice(BUILDINGS),
                t=news.choice(self.places.towns).name,
                m=news.choice(MONTHS),
            )

    def _stream(self, *address: str | int) -> Stream:
        return self.setting.plan.stream("scenes", self.number, *address)


def _exchanged(cast: Sequence[Person], partner: int) -> tuple[Person, ...]:
    """Return the cast after its first person and another one have changed their homes."""
    first, other = cast[0], cast[partner]

    def moved(person: Person, to: Person) -> Person:
        home: dict[Attribute, str] = {a: to.values[a] for a in _HOME}
        return replace(person, values={**person.values, **home}, by_name=False)

    out = list(cast)
    out[0], out[partner] = moved(first, other), moved(other, first)
    return tuple(out)


def _text(person: Person, order: Sequence[Attribute], wordings: Sequence[int]) -> str:
    return " ".join(biography(person, order, wordings, full_name=False))


_PLACES: dict[tuple[str, str, str], Places] = {}


def _places(setting: Setting) -> Places:
    """Return the places of a world, made once: the cells of a tier share them."""
    key = (setting.tier, setting.season, setting.salt)
    if key not in _PLACES:
        _PLACES.clear()
        _PLACES[key] = make_places(setting.plan)
    return _PLACES[key]
