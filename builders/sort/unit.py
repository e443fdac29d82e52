"""A unit of the fresh edition: a chronicle in order, one out of order, and their questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from typing import Any

from heptathlon.builders.sort import spans
from heptathlon.builders.sort.asking import FAMILY, VERSION, both_orders
from heptathlon.builders.sort.chronicle import Chronicle, Event, write
from heptathlon.builders.sort.records import LABELS, SEGMENTS, WORDINGS, Form
from heptathlon.seeding import Stream

BINS = 4
PAIRS = {50: 1, 100: 2}
"""Pairs that a text is asked about in a round, where it is too short for one in every bin."""
BETWEEN = (2, 5)
"""Other chronicles between a text and its question: the fewest and the most."""
MAX_CHRONICLES = 2_000
"""Chronicles written for a unit before giving up: of 250 words and segments of 50, one in thirty
has a pair in every bin."""
MAX_DRAWS = 100
"""Pairs drawn before another distance is tried."""
MIN_EVENTS = 6
"""Events that a text in order must tell: enough for every form to have a choice of questions."""
FARTHER = 2
"""In ``nearer`` the farther event is at least so many times as far off as the nearer one, so that
it is farther by any measure: words, sentences or events."""
BEFORE, AFTER = "before", "after"
ASKS = ("first", "last")

Taken = set[tuple[int, ...]]
"""Where the pairs and triples begin that were asked about already."""


@dataclass(frozen=True)
class Unit:
    """One index of one length, with its chronicles' streams."""

    season: str
    salt: str
    split: str
    length: int
    index: int
    rounds: int

    def paraphrased(self) -> list[dict[str, Any]]:
        """Return the ``order`` questions: pairs of events in other words, every bin once a round.

        Texts that are too short for that are asked about pairs at any distance.
        """
        chronicle, pairs = self._chronicle[0], self._pairs
        return [
            one
            for place, pair in enumerate(pairs)
            for one in self._ordered(
                self._fields(chronicle, "order", [e.start for e in pair]),
                [e.gist for e in pair],
                place,
            )
        ]

    def quoted(self) -> list[dict[str, Any]]:
        """Return the ``first`` questions: pairs of segments, every bin once a round."""
        segment, (chronicle, drawn) = self._segment, self._chronicle
        words = chronicle.words
        out = []
        for place, (number, pair) in enumerate(drawn):
            segments = [" ".join(words[at : at + segment]) for at in pair]
            out += self._ordered(
                self._fields(chronicle, "first", pair, segment=str(segment), number=number),
                segments,
                place,
            )
        return out

    def in_order(self) -> list[dict[str, Any]]:
        """Return the other questions about events in a chronicle in order."""
        chronicle, _ = self._chronicle
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
                place = 2 * r + opposed
                fields = self._fields(chronicle, "told", [e.start for e in pair])
                fields["agreement"] = "opposed" if opposed else "same"
                out += self._ordered(fields, [e.gist for e in pair], place)
                by_time = sorted(pair, key=lambda e: e.when)
                fields = {**fields, "form": "happened"}
                out += self._ordered(fields, [e.gist for e in by_time], place)
        return out

    def interrupted(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Return a question with other chronicles of other towns between the text and itself."""
        return {**question, "between": self._others, "others": len(self._others)}

    def _ordered(
        self, fields: Mapping[str, Any], texts: Sequence[str], place: int
    ) -> list[dict[str, Any]]:
        """Return a pair in both orders, asked for the first or the last of the two.

        Args:
            fields: all else.
            texts: the earlier one and the later one.
            place: number of the pair among the unit's pairs of this form.
        """
        asks, wording, labels = self._style(str(fields["form"]), place)
        styled = {**fields, "asks": asks, "wording": wording, "labels": list(labels[:2])}
        return both_orders(styled, texts if asks == "first" else texts[::-1])

    def _style(self, form: str, place: int) -> tuple[str, int, tuple[str, ...]]:
        """Return what a pair is asked for, in which wording, under which labels.

        All that are possible take turns, over all units of a length, in an order that is drawn.
        """
        styles = list(product(ASKS, range(WORDINGS), LABELS))
        Stream(
            *(FAMILY, VERSION, self.season, self.split, self.length, "styles", form),
            salt=self.salt,
        ).shuffle(styles)
        each = self.rounds * (2 if form in ("told", "happened") else PAIRS.get(self.length, BINS))
        return styles[(self.index * each + place) % len(styles)]

    def _middle(
        self, chronicle: Chronicle, triple: Sequence[Event], stream: Stream
    ) -> list[dict[str, Any]]:
        """Return one question with the middle event at each of the three places."""
        fields = self._fields(chronicle, "middle", [e.start for e in triple])
        first, middle, last = (e.gist for e in triple)
        outer = [first, last]
        stream.shuffle(outer)
        fields["labels"] = list(stream.choice(LABELS))
        return [
            {**fields, "options": [*outer[:at], middle, *outer[at:]], "gold": at} for at in range(3)
        ]

    def _before(self, chronicle: Chronicle, pair: Sequence[Event]) -> list[dict[str, Any]]:
        fields = self._fields(chronicle, "before", [e.start for e in pair])
        x, y = (e.gist for e in pair)
        options = [BEFORE, AFTER]
        fields["labels"] = options
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
            fields["labels"] = list(stream.choice(LABELS)[:2])
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
    def _chronicle(self) -> tuple[Chronicle, list[tuple[int, tuple[int, int]]]]:
        """The unit's chronicle in order, and the quoted pairs in every bin of all but short ones.

        It is the first one that can be asked about in every form.
        """
        bounds = spans.edges(self.length, self._segment)
        for draw in range(MAX_CHRONICLES):
            chronicle = write(self.length, self._stream("in order", draw), in_order=True)
            events = chronicle.events
            if self.length in PAIRS:
                if len(list(combinations(events, 2))) >= PAIRS[self.length]:
                    return chronicle, []
                continue
            if len(events) < MIN_EVENTS or not self._serves(events):
                continue
            roles = spans.quotable(chronicle.words, chronicle.sentences, self._segment)
            drawn = spans.draw_pairs(roles, bounds, self.rounds, self._stream("pairs", draw))
            if drawn:
                return chronicle, drawn
        raise RuntimeError(f"no chronicle of {self.length} words serves every distance bin")

    def _serves(self, events: Sequence[Event]) -> bool:
        """Tell whether there are pairs of events for every bin, a different one each round."""
        bounds = spans.edges(self.length, SEGMENTS[0])
        bins = [spans.nearest_bin(b.start - a.start, bounds) for a, b in combinations(events, 2)]
        return all(bins.count(number) >= self.rounds for number in range(BINS))

    @cached_property
    def _pairs(self) -> list[tuple[Event, Event]]:
        """The pairs of events that are asked about, each in the order of telling."""
        events = self._chronicle[0].events
        pairs = list(combinations(events, 2))
        stream = self._stream("pairs of events")
        stream.shuffle(pairs)
        if self.length in PAIRS:
            return pairs[: PAIRS[self.length]]
        bounds = spans.edges(self.length, SEGMENTS[0])
        by_bin: list[list[tuple[Event, Event]]] = [[] for _ in range(BINS)]
        for a, b in pairs:
            by_bin[spans.nearest_bin(b.start - a.start, bounds)].append((a, b))
        return [by_bin[number][r] for r in range(self.rounds) for number in range(BINS)]

    @cached_property
    def _others(self) -> list[str]:
        """Other chronicles of the same length, each with its title, of towns of other names."""
        stream = self._stream("between")
        number = stream.between(*BETWEEN)
        titles = {self._chronicle[0].title}
        out: list[str] = []
        for draw in range(MAX_CHRONICLES):
            if len(out) == number:
                break
            other = write(self.length, self._stream("between", draw), in_order=True)
            if other.title not in titles:
                titles.add(other.title)
                out.append(f"{other.title}\n\n{other.text}")
        return out

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
