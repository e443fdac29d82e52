"""A chronicle: events of a town, drawn independently, told in prose, in or out of order.

Events are exchangeable: what is told at one place could as well be told at any other. So the order
of two of them can be known only by having read the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from heptathlon.builders.sort import words as w
from heptathlon.builders.sort.kinds import KINDS, Kind
from heptathlon.builders.sort.things import THINGS, paraphrased
from heptathlon.seeding import Stream

WORDS_PER_EVENT = 37
"""About as long as an event is told; decides the size of the cast."""
MAX_CAST = 48
EVENTS_PER_PARAGRAPH = (2, 4)
ASIDE_SHARE = 0.7
"""Share of events that are followed by a sentence about something else."""
FEAST_SHARE = 0.3
"""Share of events in a chronicle in order that name a feast day."""
FIRST_YEAR, YEARS = 1290, 60
EVENTS_PER_YEAR = 6
ASIDE = 2
"""Role of a sentence about something else."""
PLAIN = 100
"""Texts of at most so many words tell events and nothing else."""
FILL_WITHIN = 14
"""A text ends when fewer than this many of its words are left: no sentence is longer by much."""


@dataclass(frozen=True)
class Person:
    """A name with its pronouns."""

    name: str
    he: str
    him: str
    his: str


@dataclass(frozen=True)
class Event:
    """An event as it is told.

    Attributes:
        gist: it in other words, for a question.
        start: word of the text at which it begins.
        when: its rank in time among the chronicle's events, from 0.
    """

    gist: str
    start: int
    when: int


@dataclass
class Chronicle:
    """A text with its events and sentences.

    Attributes:
        title: its title.
        text: paragraphs, separated by blank lines.
        events: in the order in which they are told.
        sentences: role of each sentence of the events (0 opening, 1 detail, 2 aside), by the word
            at which it starts.
    """

    title: str
    text: str = ""
    events: list[Event] = field(default_factory=list)
    sentences: dict[int, int] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """The text's words, as the distances count them."""
        return self.text.split()


class _Deck:
    """Numbers dealt in random order, and shuffled anew when all are dealt.

    Dealing keeps repetitions apart, and is as likely to give one order of two cards as the other.
    """

    def __init__(self, size: int, stream: Stream) -> None:
        self.size, self.stream = size, stream
        self.left: list[int] = []

    def deal(self) -> int:
        if not self.left:
            self.left = list(range(self.size))
            self.stream.shuffle(self.left)
        return self.left.pop()


class _Cast:
    """The people, things and places of one chronicle, each event with a plot of its own."""

    def __init__(self, length: int, stream: Stream) -> None:
        self.stream = stream
        count = min(6 + length // (6 * WORDS_PER_EVENT), MAX_CAST)
        surnames = stream.sample(w.SURNAMES, min(count, len(w.SURNAMES)))
        women = stream.sample(w.WOMEN, min(count, len(w.WOMEN)))
        men = stream.sample(w.MEN, min(count, len(w.MEN)))
        self.people = []
        for i in range(count):
            surname = surnames[i % len(surnames)]
            if i % 2:
                self.people.append(Person(f"{men[i // 2]} {surname}", "he", "him", "his"))
            else:
                self.people.append(Person(f"{women[i // 2]} {surname}", "she", "her", "her"))
        self.places = stream.sample(w.PLACES, min(5 + count // 3, len(w.PLACES)))
        self.used: set[tuple[int, str]] = set()
        self.kinds = _Deck(len(KINDS), stream)
        self.names = tuple(THINGS)
        self.things = _Deck(len(w.QUALITIES) * len(self.names), stream)
        self.asides = _Deck(len(w.ASIDES), stream)

    def plot(self) -> tuple[Kind, str, dict[str, str]]:
        """Return a kind of event, it in other words, and its slots.

        No kind meets the same thing twice, whatever the thing looks like, because a question names
        the two and nothing else.
        """
        stream = self.stream
        kind = self.kinds.deal()
        while True:
            quality, what = divmod(self.things.deal(), len(self.names))
            name = self.names[what]
            if (kind, name) not in self.used:
                break
        self.used.add((kind, name))
        thing = f"{w.QUALITIES[quality]} {name}"
        who, other = stream.sample(self.people, 2)
        return KINDS[kind], paraphrased(kind, name, stream), {
            "who": who.name, "he": who.he, "him": who.him, "his": who.his, "other": other.name,
            "thing": f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}",
            "place": stream.choice(self.places),
        }  # fmt: skip

    def aside(self) -> str:
        """Return a sentence about something else."""
        stream = self.stream
        slots = {"other": stream.choice(self.people).name, "place": stream.choice(self.places)}
        return sentence(w.ASIDES[self.asides.deal()], slots)


def sentence(template: str, slots: dict[str, str]) -> str:
    """Return a template's sentence, with a capital at its start.

    Example:
        >>> sentence("{lead}{who} slept.", {"lead": "one day ", "who": "Ivo Pike"})
        'One day Ivo Pike slept.'
    """
    text = template.format_map(slots)
    return text[0].upper() + text[1:]


def write(length: int, stream: Stream, *, in_order: bool) -> Chronicle:
    """Write a chronicle.

    Args:
        length: the most words that it has; it has at most ``FILL_WITHIN`` fewer, or as many as no
            sentence fits into. Up to ``PLAIN`` words there is no room for more than events.
        stream: where everything random comes from.
        in_order: whether it tells its events in the order in which they happened.
    """
    town = stream.choice(w.TOWN_HEADS) + stream.choice(w.TOWN_TAILS)
    cast = _Cast(length, stream)
    # More than are told: how many fit is known only once they are written.
    count = length // 20 + 4
    dates = [] if in_order else _dates(count, stream)
    plain = in_order and length <= PLAIN
    intro = "" if plain else _intro(town, stream, in_order=in_order)
    used = len(intro.split())
    out = Chronicle(f"The Chronicle of {town}")
    told: list[tuple[str, list[str]]] = []
    while len(told) < count:
        kind, gist, slots = cast.plot()
        slots["lead"] = _feast_or_lead(stream) if in_order else _date_lead(dates[len(told)])
        if plain:
            slots["lead"] = ""
        parts = [stream.choice(kind.opens), stream.choice(kind.details)]
        sentences = [sentence(part, slots) for part in parts]
        if stream.uniform() < ASIDE_SHARE and not plain:
            sentences.append(cast.aside())
        if used + _count(sentences) > length:
            break
        used += _count(sentences)
        told.append((gist, sentences))
    if not plain:
        _fill(told, length - used, cast, stream)
    rank = {when: n for n, when in enumerate(sorted(dates[: len(told)]))}
    paragraphs = [[intro]] if intro else []
    at, room = len(intro.split()), 0
    for number, (gist, sentences) in enumerate(told):
        if room == 0:
            paragraphs.append([])
            room = stream.between(*EVENTS_PER_PARAGRAPH)
        room -= 1
        out.events.append(Event(gist, at, rank[dates[number]] if dates else number))
        for role, text in enumerate(sentences):
            out.sentences[at] = min(role, ASIDE)
            at += len(text.split())
        paragraphs[-1] += sentences
    out.text = "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)
    return out


def _intro(town: str, stream: Stream, *, in_order: bool) -> str:
    told = w.IN_ORDER if in_order else w.OUT_OF_ORDER
    return f"{stream.choice(w.BEGINNINGS)} {told}".format(town=town)


def _count(sentences: Sequence[str]) -> int:
    return sum(len(text.split()) for text in sentences)


def _fill(told: Sequence[tuple[str, list[str]]], room: int, cast: _Cast, stream: Stream) -> None:
    """Fill a text up with asides, which go to events at random so that the end reads no other."""
    for _ in range(len(w.ASIDES)):
        if room < FILL_WITHIN:
            return
        aside = cast.aside()
        if len(aside.split()) <= room:
            stream.choice(told)[1].append(aside)
            room -= len(aside.split())


def _feast_or_lead(stream: Stream) -> str:
    if stream.uniform() < FEAST_SHARE:
        return stream.choice(w.FEASTS).format(saint=stream.choice(w.SAINTS))
    return stream.choice(w.LEADS)


def _dates(count: int, stream: Stream) -> list[tuple[int, int, int]]:
    """Return distinct (year, month, day) in random order, a few a year."""
    years = max(2, min(count // EVENTS_PER_YEAR, YEARS))
    start = FIRST_YEAR + stream.below(100)
    out: dict[tuple[int, int, int], None] = {}
    while len(out) < count:
        date = (start + stream.below(years), stream.below(12), stream.between(1, 28))
        out[date] = None
    return list(out)


def _date_lead(date: tuple[int, int, int]) -> str:
    year, month, day = date
    return f"on {day} {w.MONTHS[month]} {year} "
