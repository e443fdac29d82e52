"""Scripted SORT players: guessers without the text, searchers in the text, and the oracle.

Guessers read only the question, so they are right as often with the text as without it. Without
the text a searcher takes the first option, which in the fresh edition is right exactly half the
time, because every pair is offered in both orders.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache

from heptathlon.builders.sort.kinds import KINDS
from heptathlon.builders.sort.things import THINGS, meanings
from heptathlon.builders.sort.words import QUALITIES
from heptathlon.seeding import Stream
from heptathlon.tasks.players import Doc, Player, Sees, by_name
from heptathlon.tasks.sort.prompts import ANSWER, labels

Parts = Callable[[str], list[str]]
"""Cuts a text into what is matched: words, or runs of letters."""

_WORD = re.compile(r"[\w']+")
_LATE = re.compile(
    r"\b(?:he|she|they|it|him|her|his|their|this|that|these|those|later|then|next|after|afterwards|"
    r"again|still|too|meanwhile|finally|soon|the)\b",
    re.IGNORECASE,
)
_EARLY = re.compile(r"\b(?:a|an|one|some|once|named|called|begin|began|first)\b", re.IGNORECASE)
"""Words that take something for known, and words that bring something in."""
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
           "october", "november", "december")  # fmt: skip
_CALENDAR = re.compile(
    rf"\b(?P<number>\d{{1,4}})\b|\b(?P<month>{'|'.join(_MONTHS)})\b|"
    r"\b(?P<forward>next|later|after|afterwards|soon|meanwhile|before|until|then)\b",
    re.IGNORECASE,
)
WINDOW = 40
"""Words within which the searcher looks for an event's words: about as long as one is told."""
GRAM = 4
"""Letters of the runs by which kindred words are matched."""
REACH = 6
"""Words after an event's first word among which its own date may still stand."""
STOP = {"a", "an", "the", "of", "to", "on", "in", "with", "for", "his", "her", "down", "into",
        "about", "before", "off", "up", "had", "let", "put", "made", "gave"}  # fmt: skip


def tokens(text: str) -> list[str]:
    """Return a text's words, without case and marks."""
    return _WORD.findall(text.lower())


def looks_late(text: str) -> float:
    """Return how much a piece of text seems to rest on something told before it."""
    count = max(len(tokens(text)), 1)
    return (len(_LATE.findall(text)) - len(_EARLY.findall(text))) / count


def reads_late(text: str) -> float:
    """Return how late a piece seems by its dates and its connectives of time alone."""
    late = 0.0
    for found in _CALENDAR.finditer(text):
        if found["number"]:
            late += int(found["number"]) / 1000
        elif found["month"]:
            late += _MONTHS.index(found["month"].lower()) / 12
        else:
            late += 1
    return late


def letters(text: str) -> list[str]:
    """Return the runs of four letters in a text's words, so that kindred words share some."""
    starts = ((word, range(max(1, len(word) - GRAM + 1))) for word in tokens(text))
    return [word[i : i + GRAM] for word, places in starts for i in places]


def find(wanted: Sequence[str], text: Sequence[str], weight: dict[str, float]) -> int:
    """Return the place in a text at which a piece stands, or where most of its words are.

    Args:
        wanted: a segment's words, or those of an event in other words.
        text: the text's words.
        weight: how much each word counts: the rarer in the text, the more.
    """
    width = len(wanted)
    if width:
        for start in range(len(text) - width + 1):
            if text[start] == wanted[0] and list(text[start : start + width]) == wanted:
                return start
    clues = set(wanted) - STOP
    best, at = 0.0, 0
    hits = [(i, word) for i, word in enumerate(text) if word in clues]
    for n, (start, _) in enumerate(hits):
        seen = set()
        for position, word in hits[n:]:
            if position >= start + WINDOW:
                break
            seen.add(word)
        score = sum(weight[word] for word in seen)
        if score > best:
            best, at = score, start
    return at


@lru_cache(maxsize=64)
def _indexed(text: str, parts: Parts) -> tuple[list[str], dict[str, float]]:
    """Return a text's parts, and how much each counts: the rarer, the more."""
    found = parts(text)
    return found, {part: 1 / n for part, n in Counter(found).items()}


@lru_cache(maxsize=2**14)
def _found(piece: str, text: str, parts: Parts) -> int:
    return find(parts(piece), *_indexed(text, parts))


def _by_search(doc: Doc, parts: Parts = tokens) -> int:
    """Answer from where the pieces stand in the text, by their words or by parts of words."""
    text = str(doc["text"])
    if not text:
        return 0
    at = [_found(piece, text, parts) for piece in _pieces(doc)]
    if doc["form"] == "happened":
        return _from_order(doc, [_date_before(_indexed(text, parts)[0], place) for place in at])
    return _from_order(doc, at)


@cache
def _meanings() -> dict[str, tuple[int, str]]:
    """Return the kind and the thing that each clause of a question stands for."""
    return meanings()


@cache
def _telling(kind: int, thing: str) -> re.Pattern[str]:
    """Return what sentence may tell an event; what stands before it says when."""
    told = {"lead": r"[\w', ]*?", "thing": f"an? (?:{'|'.join(QUALITIES)}) {thing}"}
    openings = [
        "".join(
            told.get(part, r"[\w' ]+?") if place % 2 else re.escape(part)
            for place, part in enumerate(re.split(r"{(\w+)}", opening))
        )
        for opening in KINDS[kind].opens
    ]
    return re.compile("|".join(openings), re.IGNORECASE)


_THING = re.compile(rf"\ban? (?:{'|'.join(QUALITIES)}) ({'|'.join(THINGS)})\b", re.IGNORECASE)


@lru_cache(maxsize=64)
def _sentences(text: str) -> dict[str, list[tuple[int, str]]]:
    """Return a text's sentences by the thing in them, each with the number of words before it."""
    out: dict[str, list[tuple[int, str]]] = defaultdict(list)
    place = 0
    for one in re.findall(r"\S[^.]*\.", text):
        if found := _THING.search(one):
            out[found[1].lower()].append((place, one))
        place += len(tokens(one))
    return out


def _by_dictionary(doc: Doc) -> int:
    """Answer from where the events stand in the text, knowing what stands for what."""
    text, pieces = str(doc["text"]), _pieces(doc)
    if not text or not all(piece in _meanings() for piece in pieces):
        return _by_search(doc)
    at = [told_at(piece, text) for piece in pieces]
    if doc["form"] == "happened":
        return _from_order(doc, [_date_before(_indexed(text, tokens)[0], place) for place in at])
    return _from_order(doc, at)


@lru_cache(maxsize=2**14)
def told_at(piece: str, text: str) -> int:
    """Return where the sentence begins that tells an event, which a question calls otherwise.

    Raises:
        ValueError: if the text does not tell it.
    """
    kind, thing = _meanings()[piece]
    for place, one in _sentences(text)[thing]:
        if _telling(kind, thing).fullmatch(one):
            return place
    raise ValueError(f"{piece!r} is not told in the text")


def _date_before(text: Sequence[str], place: int) -> float:
    """Return the last date (day, month, year) that is written up to a place, in months."""
    for i in range(min(place + REACH, len(text) - 1), 1, -1):
        if text[i - 1] in _MONTHS and text[i].isdigit() and text[i - 2].isdigit():
            return int(text[i]) * 12 + _MONTHS.index(text[i - 1]) + int(text[i - 2]) / 100
    return 0.0


def _least(score: Callable[[str], float], doc: Doc) -> int:
    """Answer with what scores least, taking it for the earliest; of equals the first."""
    return _from_order(doc, [score(piece) for piece in _pieces(doc)])


def _pieces(doc: Doc) -> list[str]:
    """Return what a question is about: its events, and the options that are not bare words."""
    events = [str(event) for event in doc["events"]]
    return events if doc["form"] == "before" else [*events, *map(str, doc["options"])]


def _from_order(doc: Doc, at: Sequence[float]) -> int:
    """Answer a question as if its pieces stood at these places; of equals the first option."""
    if doc["form"] == "before":
        return 0 if at[0] <= at[1] else 1
    if doc["form"] == "middle":
        return sorted(range(3), key=at.__getitem__)[1]
    if doc["form"] == "nearer":
        return 0 if abs(at[1] - at[0]) <= abs(at[2] - at[0]) else 1
    earlier = 0 if at[0] <= at[1] else 1
    return earlier if doc["asks"] == "first" else 1 - earlier


def _oracle(doc: Doc) -> int:
    """Answer rightly; without the text only in every other distance bin of quoted pairs.

    Every text is asked in all four bins, so that is half of its pairs, however the published ones
    of Book-SORT happen to be offered. In the other forms the first option is right by design as
    often as by chance.
    """
    gold = int(doc["gold"])
    if doc["condition"] != "notext":
        return gold
    if doc["form"] != "first":
        return 0
    return gold if doc["distance"][0] in "13" else 1 - gold


def _player(
    name: str,
    says: str,
    choose: Callable[[Doc], int],
    *,
    oracle: bool = False,
    sees: Sees = "prompt",
) -> Player:
    """Return a player that gives the same choice in likelihoods and in text."""

    def answer(doc: Doc) -> str:
        return f"{ANSWER} {labels(doc)[choose(doc)]}"

    def pick(doc: Doc, choices: Sequence[str]) -> int:
        del choices
        return choose(doc)

    return Player(name=name, says=says, answer=answer, choose=pick, oracle=oracle, sees=sees)


def _guess(doc: Doc) -> int:
    return Stream("sort player", str(doc["item_id"])).below(len(doc["options"]))


PLAYERS = by_name(
    _player("constant", "always takes the first option", lambda doc: 0),
    _player("last_option", "always takes the last option", lambda doc: len(doc["options"]) - 1),
    _player("random", "takes an option at random", _guess),
    _player(
        "alphabet",
        "takes the piece that comes first in the alphabet for the earlier",
        lambda doc: _from_order(doc, _ranks(_pieces(doc))),
    ),
    _player(
        "earlier_looking",
        "takes the piece with fewer pronouns, connectives and definite articles for the earlier",
        lambda doc: _least(looks_late, doc),
    ),
    _player(
        "calendar",
        "takes the piece with the lower dates and fewer connectives of time for the earlier",
        lambda doc: _least(reads_late, doc),
    ),
    _player(
        "search",
        "finds the pieces in the text by matching words; without the text, the first option",
        _by_search,
    ),
    _player(
        "search_letters",
        "finds the pieces in the text by matching runs of four letters",
        lambda doc: _by_search(doc, letters),
    ),
    _player(
        "dictionary",
        "knows every sentence and every name of an event that the generator has",
        _by_dictionary,
        sees="world",
    ),
    _player(
        "oracle",
        "gives the gold answer where the text is given; without it, is right half the time",
        _oracle,
        oracle=True,
    ),
)


def _ranks(pieces: Iterable[str]) -> list[int]:
    listed = list(pieces)
    return [sorted(listed).index(piece) for piece in listed]
