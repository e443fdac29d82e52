"""Laws of memory, asked about invented study lists: which of two words will more people remember?

Two groups study, and in every design the law favours one word in one group and the other word in
the other. Each group is asked about once. So the words themselves, how often they stand in the
prompt, and any habit that does not look at the group asked about are right in one of the two.
Which word is favoured is asked in one half of the designs, which is not in the other.

The laws, and where they were found:
    isolation: von Restorff 1933, *Psychol. Forsch.* 18:299; Hunt 1995, *Psychon. Bull. Rev.* 2:105.
    primacy: Murdock 1962, *J. Exp. Psychol.* 64:482.
    delay: Glanzer and Cunitz 1966, *J. Verb. Learn. Verb. Behav.* 5:351. Counting backwards takes
        away the advantage of the last words (recency) and leaves that of the first (primacy).
    spacing: Melton 1970, *J. Verb. Learn. Verb. Behav.* 9:596; Cepeda and others 2006,
        *Psychol. Bull.* 132:354.
    repetition: Hintzman 1976, *Psychol. Learn. Motiv.* 10:47.
    concreteness: Paivio 1969, *Psychol. Rev.* 76:241.
    frequency: Hall 1954, *Am. J. Psychol.* 67:138, for recall; Shepard 1967, *J. Verb. Learn. Verb.
        Behav.* 6:156, for recognition; Kinsbourne and George 1974, *J. Verb. Learn. Verb. Behav.*
        13:63, for both. In lists of one kind each, because in mixed lists the advantage of frequent
        words in recall may vanish (Watkins, LeCompte and Kim 2000, *J. Exp. Psychol. Learn. Mem.
        Cogn.* 26:239).
"""

from collections.abc import Callable
from dataclasses import dataclass

from heptathlon.builders.memorability.laws_words import ABSTRACT, CONCRETE, FREQUENT, KINDS, RARE
from heptathlon.builders.memorability.lists import WORDINGS
from heptathlon.builders.memorability.records import LawRecord
from heptathlon.records import content_id
from heptathlon.seeding import Stream

FAMILY = "memorability"

AT_ONCE, COUNTING, LATER, RECOGNISE = "at_once", "counting", "later", "recognise"
"""What a group does after the list: free recall at once, after half a minute of counting backwards,
or some minutes later; or recognition among new words some minutes later."""

Words = list[str]


@dataclass(frozen=True)
class Design:
    """What two groups study, and which of two words each remembers better.

    Attributes:
        lists: the groups' study lists; of ``frequency``, the two lists that halves of both groups
            study.
        tests: what each group does after the list.
        words: the two words that are asked about.
        better: place of the favoured word in each group.
        turned: whether it is the question that tells the two groups apart, which word is
            remembered and which forgotten, because the law favours the same word in both.
    """

    lists: tuple[Words, Words]
    tests: tuple[str, str]
    words: tuple[str, str]
    better: tuple[int, int]
    turned: bool = False


def _mixed(stream: Stream, count: int) -> Words:
    """Return words of different kinds, as evenly as it goes."""
    kinds = [stream.sample(words, len(words)) for words in KINDS.values()]
    stream.shuffle(kinds)
    return [kinds[i % len(kinds)][i // len(kinds)] for i in range(count)]


def _swapped(words: Words, one: str, other: str) -> Words:
    return [{one: other, other: one}.get(word, word) for word in words]


def isolation(stream: Stream) -> Design:
    """One word is of another kind than all the rest; in the other group it is one of them."""
    one, other = (stream.sample(words, 11) for words in stream.sample(list(KINDS.values()), 2))
    first = stream.between(3, 5)
    places = [first, first + stream.between(2, 4)]
    stream.shuffle(places)

    def of(rest: Words) -> Words:
        out = list(rest)
        for place, word in sorted(zip(places, (one[0], other[0]), strict=True)):
            out.insert(place, word)
        return out

    words = (one[0], other[0])
    return Design((of(other[1:]), of(one[1:])), (LATER, LATER), words, (0, 1))


def primacy(stream: Stream) -> Design:
    """One word is the first, the other stands in the middle."""
    words = _mixed(stream, 16)
    one, other = words[0], words[stream.between(7, 9)]
    return Design((words, _swapped(words, one, other)), (COUNTING, COUNTING), (one, other), (0, 1))


def delay(stream: Stream) -> Design:
    """The first word against the last: at once the last is ahead, after counting the first."""
    words = _mixed(stream, 16)
    tests = [(COUNTING, 0), (AT_ONCE, 1)]
    stream.shuffle(tests)
    (one, first), (other, second) = tests
    return Design((words, list(words)), (one, other), (words[0], words[-1]), (first, second))


def spacing(stream: Stream) -> Design:
    """Both words stand twice, one in a row, the other some words apart, before or behind it."""
    filler = _mixed(stream, 16)
    massed, spaced, rest = filler[0], filler[1], filler[2:]
    apart = [spaced, *rest[:5], spaced]
    together = [massed, massed]
    parts = [together, apart] if stream.below(2) else [apart, together]
    words = [*rest[5:8], *parts[0], *rest[8:9], *parts[1], *rest[9:13]]
    return Design(
        (words, _swapped(words, massed, spaced)), (LATER, LATER), (massed, spaced), (1, 0)
    )


def repetition(stream: Stream) -> Design:
    """One word stands three times, the other once, before or behind it."""
    filler = _mixed(stream, 15)
    often, once, rest = filler[0], filler[1], filler[2:]
    parts = [[often, *rest[:2], often, *rest[2:4], often], [once]]
    if stream.below(2):
        parts.reverse()
    words = [*rest[4:7], *parts[0], *rest[7:9], *parts[1], *rest[9:12]]
    return Design((words, _swapped(words, often, once)), (LATER, LATER), (often, once), (0, 1))


def concreteness(stream: Stream) -> Design:
    """One word can be touched, the other only thought."""
    thought, touched = stream.sample(ABSTRACT, 6), stream.sample(CONCRETE, 6)
    first = [*thought, *touched]
    stream.shuffle(first)
    second = list(first)
    stream.shuffle(second)
    # The first and the last words have an advantage of their own.
    for words in (first, second):
        for word, place in ((thought[0], 4), (touched[0], 7)):
            at = words.index(word)
            words[at], words[place] = words[place], words[at]
    if stream.below(2):
        first, second = second, first
    second = _swapped(second, thought[0], touched[0])
    return Design((first, second), (LATER, LATER), (thought[0], touched[0]), (1, 1), turned=True)


def frequency(stream: Stream) -> Design:
    """A word of everyday use against a rare one: the first is recalled better, not recognised."""
    lists = [stream.sample(FREQUENT, 10), stream.sample(RARE, 10)]
    words = (lists[0][4], lists[1][4])
    stream.shuffle(lists)
    tests = [(LATER, 0), (RECOGNISE, 1)]
    stream.shuffle(tests)
    (one, first), (other, second) = tests
    return Design((lists[0], lists[1]), (one, other), words, (first, second))


LAWS: dict[str, Callable[[Stream], Design]] = {
    "isolation": isolation,
    "primacy": primacy,
    "delay": delay,
    "spacing": spacing,
    "repetition": repetition,
    "concreteness": concreteness,
    "frequency": frequency,
}


def law_records(law: str, stream: Stream, season: str) -> list[LawRecord]:
    """Draw a design of a law and ask about both its groups.

    Args:
        law: one of :data:`LAWS`.
        stream: source of the draw.
        season: for the records.
    """
    made = LAWS[law](stream)
    wording, forgotten = stream.below(WORDINGS), bool(stream.below(2))
    identity = content_id(FAMILY, "design", law, *made.lists, made.tests, made.words)
    out = []
    for group in range(2):
        turned = forgotten != (made.turned and group == 1)
        options = list(made.words)
        right = made.words[made.better[group] if not turned else 1 - made.better[group]]
        stream.shuffle(options)
        gold = options.index(right)
        out.append(
            LawRecord(
                item_id=content_id(FAMILY, "law", identity, group, turned, options, gold),
                cluster_id=identity,
                season=season,
                form="law",
                set=law,
                part="test",
                k=0,
                raters="none",
                shots=[],
                item=identity,
                wording=wording,
                lists=[list(words) for words in made.lists],
                tests=list(made.tests),
                asked=group,
                forgotten=turned,
                options=options,
                gold=gold,
                design=identity,
            )
        )
    return out
