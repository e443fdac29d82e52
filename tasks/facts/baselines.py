"""Scripted facts players: what a name, a place, a length or a frame is worth without reading.

``name_bias`` and ``contrary_name`` go by the name, for it and against it; ``most_told`` and
``last_told`` by counts and places in the prompt; ``shorter``, ``zlib`` and ``filler_ngram`` by how
a text looks; ``template`` knows every wording and guesses what belongs into it. ``corpus_ngram``
knows the texts by heart, the prompt's or the corpus', and nothing else.
"""

import re
import zlib
from collections import Counter
from collections.abc import Callable, Sequence

from heptathlon.builders.facts.names import CULTURES
from heptathlon.builders.facts.values import TRADES
from heptathlon.builders.facts.wordings import SENTENCES
from heptathlon.scorers.facts import named
from heptathlon.seeding import Stream
from heptathlon.tasks.facts import ngrams
from heptathlon.tasks.facts.prompts import ANSWER, target
from heptathlon.tasks.players import Doc, Player, by_name

Choose = Callable[[Doc, Sequence[str]], int]
Weigh = Callable[[Doc, Sequence[str]], Sequence[float]]
SHORT = 16
"""Words below which a text is a note about a firm or a town, and not about a person."""


def _culture(doc: Doc) -> int | None:
    """Return the culture that a name in the question belongs to, by its ending."""
    for word in re.findall(r"[^\W\d_]+", str(doc["text"])):
        for number, culture in enumerate(CULTURES):
            if word[0].isupper() and word.endswith(culture.family):
                return number
    return None


def _mentions(doc: Doc, values: Sequence[str]) -> list[str]:
    """Return every mention of a value in the prompt's texts about people, in order."""
    texts = [t for t in doc["documents"] if not t.startswith("Family names")]
    return [value for text in texts for value in named(text, tuple(values))]


def _random(doc: Doc, count: int) -> int:
    return Stream("facts player", str(doc["item_id"])).below(count)


def _pool(doc: Doc) -> list[str]:
    """Return what the answer is one of; whole texts are no values."""
    return list(doc["values"]) or [o for o in doc["options"] if doc["attribute"] != "text"] or [""]


def _by_random(doc: Doc) -> str:
    pool = _pool(doc)
    return pool[_random(doc, len(pool))]


def _by_name(doc: Doc) -> str:
    """Answer with the country of the name, whatever is told."""
    pool, culture = _pool(doc), _culture(doc)
    if doc["attribute"] != "country" or culture is None or len(pool) != len(CULTURES):
        return _by_random(doc)
    return pool[culture]


def _against_name(doc: Doc) -> str:
    """Answer with a country that is told of last and is not that of the name."""
    pool, by_name_ = _pool(doc), _by_name(doc)
    told = [v for v in _mentions(doc, pool) if v != by_name_]
    others = [v for v in pool if v != by_name_]
    return told[-1] if told else others[_random(doc, len(others))] if others else by_name_


def _most_told(doc: Doc) -> str:
    """Answer with the value that the prompt names most often, the first of equals."""
    counts = Counter(_mentions(doc, _pool(doc)))
    return max(counts, key=lambda v: counts[v]) if counts else _pool(doc)[0]


def _last_told(doc: Doc) -> str:
    told = _mentions(doc, _pool(doc))
    return told[-1] if told else _pool(doc)[-1]


def _template(doc: Doc) -> str:
    """Go on with the frame of the wording, and guess what belongs into it."""
    value = _by_random(doc)
    last = str(doc["text"]).rpartition(". ")[2]
    for attribute, sentences in SENTENCES.items():
        for sentence in sentences:
            fixed = re.sub(r"\{[no]\}", "@", sentence).split("@")[-1]
            before, _, _ = fixed.partition("{v}")
            words = before.split()
            for cut in range(len(words), 0, -1):
                if last.endswith(" " + " ".join(words[:cut])):
                    rest = " ".join(words[cut:])
                    slot = value if attribute == doc["attribute"] else _by_random(doc)
                    return f"{rest} {slot}.".strip().replace("{d}", "1 January")
    return f"{value}."


def _copy(doc: Doc) -> str:
    """Say the last text of the prompt again, or the question."""
    texts = doc["documents"] or [doc["text"]]
    return str(texts[-1])


def _heart(doc: Doc) -> ngrams.ByHeart:
    if doc["documents"]:
        return ngrams.ByHeart(doc["documents"])
    return ngrams.by_heart(str(doc["season"]), str(doc["world"]))


def _from_heart(doc: Doc) -> str:
    """Go on with a text known by heart; a question is answered by luck."""
    if doc["form"] == "recall":
        return _heart(doc).continued(str(doc["text"])) or f"{_by_random(doc)}."
    return _by_random(doc)


def _searched(doc: Doc) -> str:
    """Answer with what stands in the text that names whom the question names."""
    if doc["form"] == "recall" or not doc["documents"]:
        return _from_heart(doc)
    pool = tuple(_pool(doc))
    words = re.findall(r"[A-Z][^\W\d_]+(?: [A-Z][^\W\d_]+){2}", str(doc["text"]))
    heart = _heart(doc)
    text = heart.first(words[0]) if words else ""
    if found := named(text, pool):
        return found[-1]
    # The rest stands in a note about the firm or the town that the text names.
    clues = set(re.findall(r"[A-Z][^\W\d_]{3,}", text)) - set(words[0].split() if words else ())
    clues -= {word for trade in TRADES for word in trade.split()}
    for note in doc["documents"]:
        if note != text and clues & set(re.findall(r"[^\W\d_]+", note)):
            found = named(note, pool)
            if found and len(note.split()) < SHORT:
                return found[-1]
    return _by_random(doc)


def _say(doc: Doc, value: str) -> str:
    return f"{ANSWER} {value}" if doc["documents"] and doc["form"] != "recall" else value


def _speaker(
    name: str, says: str, value: Callable[[Doc], str], *, oracle: bool = False,
    weigh: Weigh | None = None,
) -> Player:  # fmt: skip
    """Return a player who says a value, and chooses the option that is it, or the first."""

    def choose(doc: Doc, options: Sequence[str]) -> int:
        said = value(doc)
        return options.index(said) if said in options else _random(doc, len(options))

    return Player(name=name, says=says, answer=lambda doc: _say(doc, value(doc)), choose=choose,
                  weigh=weigh, oracle=oracle)  # fmt: skip


def _weigher(name: str, says: str, weigh: Weigh, *, oracle: bool = False) -> Player:
    """Return a player who weighs texts, and says the value that it finds likeliest."""

    def choose(doc: Doc, options: Sequence[str]) -> int:
        weights = list(weigh(doc, options))
        return weights.index(max(weights))

    def answer(doc: Doc) -> str:
        pool = _pool(doc)
        return _say(doc, pool[choose(doc, pool)])

    return Player(name=name, says=says, answer=answer, choose=choose, weigh=weigh, oracle=oracle)


def _length(doc: Doc, options: Sequence[str]) -> list[float]:
    del doc
    return [-float(len(option.encode())) for option in options]


def _zlib(doc: Doc, options: Sequence[str]) -> list[float]:
    del doc
    return [-len(zlib.compress(o.encode(), 9)) / max(len(o.encode()), 1) for o in options]


def _characters(doc: Doc, options: Sequence[str]) -> list[float]:
    model = ngrams.filler(str(doc["season"]), str(doc["world"]))
    return [model.log_likelihood(" " + option, str(doc["text"])) for option in options]


def _known(doc: Doc, options: Sequence[str]) -> list[float]:
    heart, text = _heart(doc), str(doc["text"])
    whole = [f"{text} {option}".strip() for option in options]
    return [10.0 * heart.begins(w) + heart.known(w) for w in whole]


def _gold(doc: Doc) -> str:
    return str(doc["answer"])


def _gold_weights(doc: Doc, options: Sequence[str]) -> list[float]:
    if doc["form"] == "trap":
        return [-0.1 * len(option.split()) for option in options]
    return [0.0 if i == doc["gold"] else -9.0 for i in range(len(options))]


PLAYERS = by_name(
    _speaker("random", "answers at random", _by_random),
    _speaker("name_bias", "answers with the country of the name", _by_name),
    _speaker(
        "contrary_name",
        "answers with the last country told of that is not the name's",
        _against_name,
    ),
    _speaker("most_told", "answers with the value that the prompt names most often", _most_told),
    _speaker("last_told", "answers with the value that the prompt names last", _last_told),
    _speaker("template", "goes on in the frame of the wording, with a value at random", _template),
    _speaker("copy", "says the last text again", _copy),
    _weigher("shorter", "prefers the shorter text", _length),
    _weigher("zlib", "prefers the text that is compressed better", _zlib),
    _weigher(
        "filler_ngram",
        "prefers what a character model of texts about others finds likelier",
        _characters,
    ),
    _speaker(
        "corpus_ngram",
        "knows the texts by heart, and answers questions at random",
        _from_heart,
        oracle=True,
        weigh=_known,
    ),
    _speaker(
        "search",
        "looks up in the prompt's texts whom the question names",
        _searched,
        oracle=True,
        weigh=_known,
    ),
    Player(
        name="oracle",
        says="gives the gold answer",
        answer=target,
        choose=lambda doc, options: min(int(doc["gold"]), len(options) - 1),
        weigh=_gold_weights,
        oracle=True,
    ),
)
ALSO = {"constant": _speaker("constant", "says the first possible value", lambda d: _pool(d)[0])}
"""A player that every family has; it is no rung of this one's ladder."""
