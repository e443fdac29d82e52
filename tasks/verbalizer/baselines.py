"""Scripted verbalizer players: what a sceptic would try, and the oracle.

They read the document, not the prompt, and answer with a word. What looks random is drawn afresh
for every document, from a stream keyed by the player's name and the document.
"""

from collections.abc import Callable, Sequence

from heptathlon.seeding import Stream
from heptathlon.tasks.players import Doc, Player, by_name
from heptathlon.tasks.verbalizer.prompts import gold_option, target


def _stream(name: str, doc: Doc) -> Stream:
    return Stream("verbalizer player", name, str(doc["item_id"]))


def _first_word(doc: Doc) -> int:
    return int(doc["order"][0])


def _last_word(doc: Doc) -> int:
    return int(doc["order"][-1])


def _random(doc: Doc) -> int:
    return _stream("random", doc).below(doc["classes"])


def _mapping_only(doc: Doc) -> int:
    """Map a class that is guessed anew for every document: the mapping without the knowledge."""
    return _stream("mapping_only", doc).below(doc["classes"])


def _constant(doc: Doc) -> int:
    """Mean the class that comes first by its name, whatever it is to be called."""
    return min(range(doc["classes"]), key=lambda i: str(doc["conditions"][i]))


def _kept_guess(doc: Doc) -> int:
    """Map a class that is guessed once an item: the strategy that fools a conditional figure."""
    return Stream("verbalizer player", "kept_guess", str(doc["cluster_id"])).below(doc["classes"])


def _prior_only(doc: Doc) -> str:
    """Say the natural word of the right class, whatever was asked for."""
    return str(doc["natural"][doc["gold"]])


def _prior_choice(doc: Doc, options: Sequence[str]) -> int:
    """Choose the natural word of the right class; where it is no option, a wrong one.

    The prior says nothing about words that mean nothing. A random choice among them would stand
    at chance by luck, so it is made to fail, as its generated answer does.
    """
    words = [option.strip() for option in options[: doc["classes"]]]
    natural = _prior_only(doc)
    return words.index(natural) if natural in words else (int(doc["gold"]) + 1) % len(words)


def _contrary(doc: Doc) -> str:
    """Say another class's natural word, whatever was asked for."""
    return str(doc["natural"][(doc["gold"] + 1) % doc["classes"]])


def _contrary_choice(doc: Doc, options: Sequence[str]) -> int:
    """Choose another class's natural word, and what stands in its place where it is no option."""
    words = [option.strip() for option in options[: doc["classes"]]]
    said = _contrary(doc)
    return words.index(said) if said in words else (int(doc["gold"]) + 1) % len(words)


def _answering(choose: Callable[[Doc], int]) -> Callable[[Doc], str]:
    return lambda doc: str(doc["words"][choose(doc)])


def _choosing(choose: Callable[[Doc], int]) -> Callable[[Doc, Sequence[str]], int]:
    return lambda doc, options: choose(doc)


def _by_index(
    name: str, says: str, choose: Callable[[Doc], int], *, oracle: bool = False
) -> Player:
    return Player(name, says, _answering(choose), _choosing(choose), oracle)


PLAYERS = by_name(
    _by_index("first_word", "the word that the instruction names first", _first_word),
    _by_index("last_word", "the word that the instruction names last", _last_word),
    _by_index("random", "one of the allowed words at random", _random),
    _by_index("constant", "maps one class, the same for all items", _constant),
    _by_index("mapping_only", "maps a class that it guesses anew for every prompt", _mapping_only),
    _by_index("kept_guess", "maps a class that it guesses once an item, and keeps it", _kept_guess),
    Player(
        "prior_only",
        "knows the class, says its natural word, ignores the mapping",
        _prior_only,
        _prior_choice,
        sees="document",
    ),
    Player(
        "contrary",
        "knows the class, says another's natural word, ignores the mapping",
        _contrary,
        _contrary_choice,
        sees="document",
    ),
    Player("oracle", "the asked word", target, lambda doc, options: gold_option(doc), oracle=True),
)
