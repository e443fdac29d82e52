"""The fresh edition: chronicles of a season and the questions about their order.

A unit is one index of one length: a chronicle in order, asked by quotation and by paraphrase, and a
chronicle out of order, asked for the order of telling and of happening. Every pair is offered in
both orders and every triple in three, so that a player who knows nothing earns chance exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

from heptathlon.builders.sort import spans
from heptathlon.builders.sort.chronicle import Chronicle, Event, write
from heptathlon.builders.sort.records import (
    EXTENDED,
    LENGTHS,
    SEGMENTS,
    STANDARD,
    Condition,
    Form,
    SortRecord,
)
from heptathlon.errors import UnknownNameError
from heptathlon.families import FAMILIES
from heptathlon.records import content_id
from heptathlon.seeding import Stream

FAMILY = "sort"
VERSION = FAMILIES[FAMILY].version
FORMS: tuple[Form, ...] = ("first", "middle", "before", "nearer", "told", "happened")
CONFIGS: dict[str, tuple[Form, Condition]] = {
    **{form: (form, "text") for form in FORMS},
    **{f"{form}_notext": (form, "notext") for form in FORMS},
    "first_memory": ("first", "memory"),
}


@dataclass(frozen=True)
class Size:
    """How much a tier asks.

    Attributes:
        lengths: lengths of the texts in words.
        units: units a length.
        rounds: how often each unit asks each form; long texts carry more questions, because
            reading them is what costs.
        paraphrased: units that ask more than ``first``; the quick tier asks little of it.
    """

    lengths: tuple[int, ...]
    units: int
    rounds: int
    paraphrased: int


SIZES = {
    "smoke": Size((STANDARD[0],), 5, 1, 2),
    "lite": Size(STANDARD, 12, 1, 12),
    "full": Size(STANDARD, 50, 1, 50),
    "long": Size(EXTENDED, 8, 3, 8),
}
FEWSHOT_LENGTH, FEWSHOT_UNITS = STANDARD[0], 2
MAX_CHRONICLES = 2_000
"""Chronicles written for a unit before giving up: of 250 words and segments of 50, one in twenty
has a pair in every bin."""
MAX_DRAWS = 100
"""Pairs drawn before another distance is tried."""
MIN_EVENTS = 6
"""Events that a text in order must tell: enough for every form to have a choice of questions."""
FARTHER = 2
"""In ``nearer`` the farther event is at least so many times as far off as the nearer one, so that
it is farther by any measure: words, sentences or events."""
BEFORE, AFTER = "before", "after"

Taken = set[tuple[int, ...]]
"""Where the pairs and triples begin that were asked about already."""


def shards(tier: str) -> list[str]:
    """Return the shards of a tier: the few-shot items, and one length each.

    Raises:
        UnknownNameError: if there is no such tier.
    """
    if tier not in SIZES:
        raise UnknownNameError("tier of sort", tier, SIZES)
    return ["fewshot", *(f"e{length}" for length in SIZES[tier].lengths)]


def generate(tier: str, shard: str, season: str, salt: str) -> dict[str, list[SortRecord]]:
    """Return a shard's records by config.

    Raises:
        UnknownNameError: if the tier has no such shard.
    """
    if shard not in shards(tier):
        raise UnknownNameError(f"shard of sort's tier {tier!r}", shard, shards(tier))
    out: dict[str, list[SortRecord]] = {config: [] for config in CONFIGS}
    few = shard == "fewshot"
    size = SIZES[tier]
    length = FEWSHOT_LENGTH if few else int(shard.removeprefix("e"))
    for index in range(FEWSHOT_UNITS if few else size.units):
        rounds = 1 if few else size.rounds
        unit = Unit(season, salt, "fewshot" if few else "test", length, index, rounds)
        asked = unit.quoted()
        if few or index < size.paraphrased:
            asked += unit.paraphrased() + unit.out_of_order()
        for config, (form, condition) in CONFIGS.items():
            out[config] += [record(q, condition, season) for q in asked if q["form"] == form]
    return out


def record(question: Mapping[str, Any], condition: Condition, season: str) -> SortRecord:
    """Return a question's record in a condition, with its identities.

    Args:
        question: every field of the record but condition, season and identities; ``pair`` names
            what is asked about.
        condition: see :class:`SortRecord`.
        season: the season.
    """
    fields = {k: v for k, v in question.items() if k != "pair"}
    asked = content_id(FAMILY, fields)
    pair = content_id(FAMILY, fields["form"], fields["text"], question["pair"])
    if condition == "notext":
        fields["text"] = ""
    return SortRecord(
        item_id=content_id(FAMILY, condition, fields, asked),
        cluster_id=content_id(FAMILY, question["title"], question["text"]),
        season=season,
        condition=condition,
        asked_id=asked,
        pair_id=pair,
        **fields,
    )


@dataclass(frozen=True)
class Unit:
    """One index of one length, with its chronicles' streams."""

    season: str
    salt: str
    split: str
    length: int
    index: int
    rounds: int

    def quoted(self) -> list[dict[str, Any]]:
        """Return the ``first`` questions: pairs of segments, every bin once a round."""
        segment, (chronicle, drawn) = self._segment, self._in_order
        words = chronicle.words
        out = []
        for number, pair in drawn:
            segments = [" ".join(words[at : at + segment]) for at in pair]
            out += both_orders(
                self._fields(chronicle, "first", pair, segment=str(segment), number=number),
                segments,
            )
        return out

    def paraphrased(self) -> list[dict[str, Any]]:
        """Return the questions about events in a chronicle in order."""
        chronicle, _ = self._in_order
        events = chronicle.events
        out: list[dict[str, Any]] = []
        taken: Taken = set()
        for r in range(self.rounds):
            stream = self._stream("events", r)
            out += self._middle(chronicle, self._triple(events, stream, taken), stream)
            out += self._before(chronicle, self._pair(events, stream, taken))
            out += self._nearer(chronicle, stream, taken)
        return out

    def out_of_order(self) -> list[dict[str, Any]]:
        """Return ``told`` and ``happened`` about the same pairs, half of them told against time."""
        chronicle = self._out_of_order
        out: list[dict[str, Any]] = []
        taken: Taken = set()
        for r in range(self.rounds):
            for opposed in (False, True):
                stream = self._stream("telling", r, int(opposed))
                pair = self._pair(chronicle.events, stream, taken, opposed=opposed)
                fields = self._fields(chronicle, "told", [e.start for e in pair])
                fields["agreement"] = "opposed" if opposed else "same"
                out += both_orders(fields, [e.gist for e in pair])
                by_time = sorted(pair, key=lambda e: e.when)
                out += both_orders({**fields, "form": "happened"}, [e.gist for e in by_time])
        return out

    def _middle(
        self, chronicle: Chronicle, triple: Sequence[Event], stream: Stream
    ) -> list[dict[str, Any]]:
        """Return one question with the middle event at each of the three places."""
        fields = self._fields(chronicle, "middle", [e.start for e in triple])
        first, middle, last = (e.gist for e in triple)
        outer = [first, last]
        stream.shuffle(outer)
        return [
            {**fields, "options": [*outer[:at], middle, *outer[at:]], "gold": at} for at in range(3)
        ]

    def _before(self, chronicle: Chronicle, pair: Sequence[Event]) -> list[dict[str, Any]]:
        fields = self._fields(chronicle, "before", [e.start for e in pair])
        x, y = (e.gist for e in pair)
        options = [BEFORE, AFTER]
        return [
            {**fields, "events": [x, y], "options": options, "gold": 0},
            {**fields, "events": [y, x], "options": options, "gold": 1},
        ]

    def _nearer(self, chronicle: Chronicle, stream: Stream, taken: Taken) -> list[dict[str, Any]]:
        """Return which of two events is told nearer to a third, in both orders."""
        while True:
            third, *others = stream.sample(chronicle.events, 3)
            near, far = sorted(others, key=lambda e: abs(e.start - third.start))
            key = (third.start, near.start, far.start)
            if key in taken or abs(far.start - third.start) < FARTHER * abs(
                near.start - third.start
            ):
                continue
            taken.add(key)
            fields = self._fields(chronicle, "nearer", sorted(key))
            fields |= {"events": [third.gist], "pair": list(key)}
            return both_orders(fields, [near.gist, far.gist])

    def _triple(self, events: Sequence[Event], stream: Stream, taken: Taken) -> list[Event]:
        """Return three events, not asked about together before, in the order of telling."""
        while True:
            triple = sorted(stream.sample(events, 3), key=lambda e: e.start)
            starts = tuple(e.start for e in triple)
            if starts not in taken:
                taken.add(starts)
                return triple

    def _pair(
        self,
        events: Sequence[Event],
        stream: Stream,
        taken: Taken,
        *,
        opposed: bool | None = None,
    ) -> list[Event]:
        """Return two events, not taken before, in the order of telling, from a random bin.

        Bins that nothing serves (a short text has few pairs of events) give way to others.
        """
        bounds = spans.edges(self.length, SEGMENTS[0])
        while True:
            wanted = stream.below(len(bounds) - 1)
            for _ in range(MAX_DRAWS):
                a, b = sorted(stream.sample(events, 2), key=lambda e: e.start)
                if (
                    spans.nearest_bin(b.start - a.start, bounds) == wanted
                    and opposed in (None, a.when > b.when)
                    and (a.start, b.start) not in taken
                ):
                    taken.add((a.start, b.start))
                    return [a, b]

    def _fields(
        self,
        chronicle: Chronicle,
        form: Form,
        starts: Sequence[int],
        *,
        segment: str = "event",
        number: int | None = None,
    ) -> dict[str, Any]:
        words = len(chronicle.words)
        span = max(starts) - min(starts)
        bounds = spans.edges(self.length, SEGMENTS[0])
        if number is None:
            number = spans.nearest_bin(span, bounds)
        return {
            "form": form,
            "title": chronicle.title,
            "text": chronicle.text,
            "events": [],
            "starts": list(starts),
            "words": words,
            "length": str(self.length),
            "segment": segment,
            "distance": spans.distance_name(number),
            "place": spans.place_of(starts, words),
            "agreement": "none",
            "source": "chronicle",
            "pair": list(starts),
        }

    @property
    def _segment(self) -> int:
        """Words of the unit's segments: the lengths take turns."""
        return SEGMENTS[self.index % len(SEGMENTS)]

    @cached_property
    def _in_order(self) -> tuple[Chronicle, list[tuple[int, tuple[int, int]]]]:
        """The unit's chronicle in order, the first with pairs in every bin, and those pairs."""
        bounds = spans.edges(self.length, self._segment)
        for draw in range(MAX_CHRONICLES):
            chronicle = write(self.length, self._stream("in order", draw), in_order=True)
            roles = spans.quotable(chronicle.words, chronicle.sentences, self._segment)
            drawn = spans.draw_pairs(roles, bounds, self.rounds, self._stream("pairs", draw))
            if drawn and len(chronicle.events) >= MIN_EVENTS:
                return chronicle, drawn
        raise RuntimeError(f"no chronicle of {self.length} words serves every distance bin")

    @cached_property
    def _out_of_order(self) -> Chronicle:
        """The unit's chronicle out of order: the first with events told in and against time."""
        for draw in range(MAX_CHRONICLES):
            chronicle = write(self.length, self._stream("out of order", draw), in_order=False)
            whens = [e.when for e in chronicle.events]
            if {a > b for a, b in combinations(whens, 2)} == {False, True}:
                return chronicle
        raise RuntimeError(f"no chronicle of {self.length} words is out of order")

    def _stream(self, *address: str | int) -> Stream:
        own = (self.split, self.length, self.index)
        return Stream(FAMILY, VERSION, self.season, *own, *address, salt=self.salt)


def both_orders(fields: Mapping[str, Any], texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return a question in both orders of its two options; the first text is the right one."""
    return [
        {**fields, "options": list(texts), "gold": 0},
        {**fields, "options": list(reversed(texts)), "gold": 1},
    ]


__all__ = ["CONFIGS", "FAMILY", "FORMS", "LENGTHS", "both_orders", "generate", "record", "shards"]
