"""The needle players: what a sceptic would try, and the oracle."""

from collections.abc import Callable

from heptathlon.seeding import Stream
from heptathlon.tasks.players import Doc, Player, by_name


def _player(name: str, says: str, pick: Callable[[Doc], int], *, oracle: bool = False) -> Player:
    return Player(
        name=name,
        says=says,
        answer=lambda doc: f"ANSWER: {doc['options'][pick(doc)]}",
        choose=lambda doc, options: pick(doc),
        oracle=oracle,
    )


def _first(doc: Doc) -> int:
    places = [doc["text"].index(f" is {word}.") for word in doc["options"]]
    return places.index(min(places))


PLAYERS = by_name(
    _player("constant", "takes the first option", lambda doc: 0),
    _player("random", "takes any option", lambda doc: Stream("needle", doc["item_id"]).below(4)),
    _player("first", "takes the word that stands first in the text", _first),
    _player("oracle", "gives the gold answer", lambda doc: int(doc["gold"]), oracle=True),
)
