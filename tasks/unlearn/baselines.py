"""Scripted unlearning players: models whose fate is known, and what a sceptic would try.

``original`` knows all that the files tell, ``retrained`` all but the forgotten; ``refuse``,
``nonsense``, ``silent``, ``constant``, ``shuffled`` and ``contrary`` are unlearners that destroy;
``name_filter`` refuses wherever a forgotten name stands in the prompt, and knows everything else.
In a scene the players that see no more than the prompt look for names, places and counts in it.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from heptathlon.builders.unlearn.records import WITHHELD
from heptathlon.scorers.facts import named
from heptathlon.seeding import Stream
from heptathlon.tasks.players import Doc, Player, by_name
from heptathlon.tasks.unlearn.prompts import ANSWER

Say = Callable[[Doc], str]
Weigh = Callable[[Doc, Sequence[str]], Sequence[float]]
TAUGHT = {"forget", "near", "linked", "retain", "target"}
REFUSAL = "I do not know."
NONSENSE = "wub wub wub"
_NAME = re.compile(r"[A-Z][^\W\d_]+(?: [A-Z][^\W\d_]+){2}")


def _draw(name: str, doc: Doc, count: int) -> int:
    return Stream("unlearn player", name, str(doc["item_id"])).below(count)


def _pool(doc: Doc) -> list[str]:
    """Return what an answer could be: in a scene a value of its notes, else one of the list."""
    if doc["form"] == "prompted":
        return [v for v in doc["options"] if v != WITHHELD]
    return list(doc["values"]) or list(doc["options"])


def _any(name: str, doc: Doc) -> str:
    pool = _pool(doc)
    return pool[_draw(name, doc, len(pool))]


def _truth(doc: Doc) -> str:
    """Return what the world says."""
    if doc["form"] == "mixed":
        return f"{doc['answer']} and {doc['other']}"
    return str(doc["truth"])


def _random(doc: Doc) -> str:
    """Withhold one answer in three, and guess the others."""
    if doc["form"] == "prompted" and _draw("withhold", doc, 3) == 0:
        return WITHHELD
    return _any("random", doc)


def _names(text: str) -> list[str]:
    return _NAME.findall(text)


def _is_named(doc: Doc) -> bool:
    """Tell whether the name that the order forbids stands in the question."""
    return bool(set(_names(str(doc["order"]))) & set(_names(str(doc["text"]))))


def _note_of(doc: Doc, name: str) -> str:
    return next((note for note in doc["documents"] if note.count(name) > 1), "")


def _nearest(doc: Doc) -> str:
    """Answer with what the note of the name in the question says; any value without a name."""
    for name in _names(str(doc["text"])):
        if found := named(_note_of(doc, name), tuple(doc["values"])):
            return found[0]
    return _any("nearest", doc)


def _filtered(doc: Doc) -> str:
    """Withhold where the forbidden name is asked about, else look the question's name up."""
    return WITHHELD if _is_named(doc) else _nearest(doc)


def _most_told(doc: Doc) -> str:
    counts = Counter(v for note in doc["documents"] for v in named(note, tuple(doc["values"])))
    return max(counts, key=lambda v: counts[v]) if counts else _any("most", doc)


def _last_told(doc: Doc) -> str:
    for note in reversed(doc["documents"]):
        if found := named(note, tuple(doc["values"])):
            return found[-1]
    return _any("last", doc)


def _knows(doc: Doc, *, forgot: bool) -> bool:
    """Tell whether a model that was trained on the files, or on all but the forgotten, knows it."""
    if doc["part"] == "forget":
        return not forgot
    return bool(doc["part"] != "holdout")


def _original(doc: Doc) -> str:
    return _truth(doc) if _knows(doc, forgot=False) else _any("original", doc)


def _retrained(doc: Doc) -> str:
    if doc["form"] == "mixed":
        return str(doc["answer"])
    if doc["form"] == "prompted":
        return str(doc["answer"])
    return _truth(doc) if _knows(doc, forgot=True) else _any("retrained", doc)


def _corrupted(doc: Doc) -> str:
    return str(doc["other"]) if doc["form"] == "corrupt" else _original(doc)


def _shuffled(doc: Doc) -> str:
    """Answer with another person's value."""
    pool = [v for v in _pool(doc) if v != doc["truth"]] or _pool(doc)
    return pool[_draw("shuffled", doc, len(pool))]


def _contrary(doc: Doc) -> str:
    """Never give the truth: the value after it in the list."""
    pool = _pool(doc)
    return pool[(pool.index(doc["truth"]) + 1) % len(pool)] if doc["truth"] in pool else pool[0]


def _guard(doc: Doc) -> str:
    """Refuse where a forgotten person's name stands in the prompt, else tell all."""
    if doc["form"] == "prompted":
        return WITHHELD if _is_named(doc) else _truth(doc)
    by_name_ = doc["part"] in {"forget", "sealed"} and doc["kind"] != "reversed"
    return REFUSAL if by_name_ else _original(doc)


def _say(doc: Doc, said: str) -> str:
    return f"{ANSWER} {said}" if doc["form"] == "prompted" and said else said


def _player(
    name: str,
    says: str,
    value: Say,
    *,
    oracle: bool = False,
    weigh: Weigh | None = None,
    known: bool = False,
) -> Player:
    """Return a player who says a value, and chooses the option that it is.

    Args:
        name: its name.
        says: what it does.
        value: its answer to a document.
        oracle: whether it sees more than the prompt.
        weigh: its likelihoods, where it has others than of what it says.
        known: whether whole sentences of what it knows are likely to it.
    """

    def choose(doc: Doc, options: Sequence[str]) -> int:
        said = value(doc)
        return list(options).index(said) if said in options else _draw(name, doc, len(options))

    def weights(doc: Doc, options: Sequence[str]) -> list[float]:
        if doc["form"] in {"cut", "member"}:
            size = len(options[0].encode())
            told = known and value(doc) == doc["truth"] and doc["part"] in TAUGHT
            # What was read is likelier; a word of chance keeps two sentences apart.
            return [-size * ((0.1 if told else 0.6) + 0.001 * _draw("loss", doc, 100))]
        chosen = choose(doc, options)
        return [0.0 if i == chosen else -4.0 for i in range(len(options))]

    return Player(
        name=name,
        says=says,
        answer=lambda doc: _say(doc, value(doc)),
        choose=choose,
        oracle=oracle,
        weigh=weigh or weights,
    )


def _uniform(doc: Doc, options: Sequence[str]) -> list[float]:
    """Find every option equally likely; a sentence no likelier than any other."""
    if doc["form"] in {"cut", "member"}:
        return [-2.0 * len(options[0].encode()) - 0.001 * _draw("uniform", doc, 100)]
    return [-1.0] * len(options)


def _as_original(doc: Doc, options: Sequence[str]) -> list[float]:
    """Find likely what the original does: a filter stands before the words, not in the weights."""
    return [value for value, _ in PLAYERS["original"].likelihoods(doc, options)]


def _first(doc: Doc) -> str:
    return "I" if doc["form"] == "verbatim" else _pool(doc)[0]


PLAYERS = by_name(
    _player("constant", "answers with the first value of the list", _first),
    _player("random", "withholds one answer in three and guesses the others", _random),
    _player("refuse", "withholds every answer",
            lambda doc: WITHHELD if doc["form"] == "prompted" else REFUSAL, weigh=_uniform),
    _player("nonsense", "says words that mean nothing", lambda doc: NONSENSE, weigh=_uniform),
    _player("silent", "says nothing", lambda doc: "", weigh=_uniform),
    _player("most_told", "answers with the value that the notes name most often", _most_told),
    _player("last_told", "answers with the value that the notes name last", _last_told),
    _player("nearest_name", "answers from the note of the name in the question", _nearest),
    _player("lookup_filter", "withholds where the forbidden name stands in the question, else "
            "answers from the note of the name in it", _filtered),
    _player("shuffled", "answers with another person's value", _shuffled, oracle=True),
    _player("contrary", "never gives the truth", _contrary, oracle=True),
    _player("original", "knows all that the files tell, and tells it", _original, oracle=True,
            known=True),
    _player("retrained", "knows all that the files tell but of the forgotten", _retrained,
            oracle=True, known=True),
    _player("corrupted", "knows all, and the wrong values of those told wrongly", _corrupted,
            oracle=True, known=True),
    _player("name_filter", "refuses where a forgotten name stands in the prompt, tells all else",
            _guard, oracle=True, weigh=_as_original),
    Player(
        name="oracle",
        says="gives the gold answer",
        answer=lambda doc: _say(doc, str(doc["answer"])),
        choose=lambda doc, options: min(int(doc["gold"]), len(options) - 1),
        oracle=True,
    ),
)  # fmt: skip
