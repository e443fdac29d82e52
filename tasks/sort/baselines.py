"""Scripted SORT players: guessers without the text, a searcher in the text, and the oracle.

Guessers read only the question, so they are right as often with the text as without it. Without
the text the searcher takes the first option, which in the fresh edition is right exactly half the
time, because every pair is offered in both orders.
"""

import re
from collections.abc import Callable, Sequence

from heptathlon.seeding import Stream
from heptathlon.tasks.players import Doc, Player, by_name
from heptathlon.tasks.sort.prompts import ANSWER, labels

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


def find(piece: str, text: Sequence[str], weight: dict[str, float]) -> int:
    """Return the word of a text at which a piece stands, or where most of its words are.

    Args:
        piece: a segment, or an event in other words.
        text: the text's words, as :func:`tokens` gives them.
        weight: how much each word counts: the rarer in the text, the more.
    """
    wanted = tokens(piece)
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


def _by_search(doc: Doc) -> int:
    """Answer from where the pieces stand in the text."""
    if not doc["text"]:
        return 0
    text = tokens(str(doc["text"]))
    count: dict[str, int] = {}
    for word in text:
        count[word] = count.get(word, 0) + 1
    weight = {word: 1 / n for word, n in count.items()}
    at = [find(piece, text, weight) for piece in _pieces(doc)]
    if doc["form"] == "happened":
        return _from_order(doc, [_date_before(text, place) for place in at])
    return _from_order(doc, at)


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
    return 0 if at[0] <= at[1] else 1


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


def _player(name: str, says: str, choose: Callable[[Doc], int], *, oracle: bool = False) -> Player:
    """Return a player that gives the same choice in likelihoods and in text."""

    def answer(doc: Doc) -> str:
        return f"{ANSWER} {labels(doc)[choose(doc)]}"

    def pick(doc: Doc, choices: Sequence[str]) -> int:
        del choices
        return choose(doc)

    return Player(name=name, says=says, answer=answer, choose=pick, oracle=oracle)


PLAYERS = by_name(
    _player("first_option", "always takes the first option", lambda doc: 0),
    _player("last_option", "always takes the last option", lambda doc: len(doc["options"]) - 1),
    _player(
        "random",
        "takes an option at random",
        lambda doc: Stream("sort player", str(doc["item_id"])).below(len(doc["options"])),
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
        oracle=True,
    ),
    _player(
        "oracle",
        "gives the gold answer where the text is given; without it, is right half the time",
        _oracle,
        oracle=True,
    ),
)
ALSO = {"constant": "first_option"}
"""Names that every family has, and which of the players they mean here."""
