"""Scripted abstain players: those who know no doubt, those who only doubt, and searchers."""

import re
from collections.abc import Callable, Sequence

from heptathlon.builders.abstain.wordings import ASKED
from heptathlon.scorers.facts import named
from heptathlon.seeding import Stream
from heptathlon.tasks.abstain import NOT_STATED
from heptathlon.tasks.abstain.prompts import ANSWER
from heptathlon.tasks.players import Doc, Player, by_name

Say = Callable[[Doc], str]
ENOUGH = 0.25
"""Share of the question's words that the best sentence must have, for the searcher that doubts."""
DOUBTS, CERTAIN = ("search_doubting", "by_name"), ("search", "answer_all")
"""How players that know values alone go about a question of SQuAD 2.0."""
_WORD = re.compile(r"[^\W_]+")


def _draw(name: str, doc: Doc, count: int) -> int:
    return Stream("abstain player", name, str(doc["item_id"])).below(count)


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def _shown(doc: Doc) -> list[str]:
    """Return the values of the asked type that the passage names, which a reader tells by sense."""
    return named(" ".join(doc["sentences"]), tuple(doc["values"]))


def _any(name: str, doc: Doc) -> str:
    shown = _shown(doc)
    return shown[_draw(name, doc, len(shown))]


def _random(doc: Doc) -> str:
    """Abstain half of the time, else guess."""
    return NOT_STATED if _draw("doubt", doc, 2) else _any("random", doc)


def _name(doc: Doc) -> str:
    """Return the name in the question: its first capitalised word that is no value."""
    passage = _words(" ".join(doc["sentences"]))
    capital = [w for w in _WORD.findall(str(doc["text"]))[1:] if w[0].isupper()]
    found = [w for w in capital if w.casefold() in passage and w not in set(doc["values"])]
    return found[0] if found else ""


def _about(doc: Doc, name: str) -> list[str]:
    """Return the values of the asked type in sentences that hold a name and deny nothing."""
    lines = [s for s in doc["sentences"] if name and name in s and " not " not in s]
    return [v for s in lines for v in named(s, tuple(doc["values"]))]


def _overlap(doc: Doc) -> tuple[float, str]:
    """Return the share of the question's words in the best sentence with a value, and the value."""
    asked = _words(str(doc["text"]))
    best = (0.0, "")
    for sentence in doc["sentences"]:
        found = named(sentence, tuple(doc["values"]))
        if found:
            best = max(best, (len(asked & _words(sentence)) / len(asked), found[0]))
    return best


def _search(doc: Doc) -> str:
    """Answer with the value in the sentence that shares most words with the question."""
    return _overlap(doc)[1] or _any("search", doc)


def _search_doubting(doc: Doc) -> str:
    """The same, but abstain where the best sentence shares too few words."""
    share, value = _overlap(doc)
    return value if share >= ENOUGH and value else NOT_STATED


def _by_name(doc: Doc) -> str:
    """Answer if a sentence with the question's name has exactly one value of the type."""
    found = _about(doc, _name(doc))
    return found[0] if len(set(found)) == 1 else NOT_STATED


def _question_alone(doc: Doc) -> str:
    """Abstain by the question: where it takes something for granted or asks of a teacher."""
    text = str(doc["text"])
    return NOT_STATED if text.startswith("Given") or "teacher" in text else _any("question", doc)


def _first_wording(doc: Doc) -> str:
    """Abstain by the question's verb."""
    heads = {ask[0].split("{")[0] for ask in ASKED.values()}
    first = any(str(doc["text"]).startswith(head) for head in heads)
    return NOT_STATED if first else _any("wording", doc)


def _passage(name: str, doc: Doc) -> str:
    """Answer a question of SQuAD 2.0: a whole sentence of the passage, or that there is none.

    Who doubts a sentence with too few of the question's words declines; who abstains by a coin or
    by the question's words does so by a coin.
    """
    best = max(
        re.split(r"(?<=[.!?])\s+", " ".join(doc["sentences"])),
        key=lambda sentence: len(_words(sentence) & _words(str(doc["text"]))),
    )
    if name in DOUBTS:
        asked = _words(str(doc["text"]))
        return best if len(asked & _words(best)) >= ENOUGH * len(asked) else NOT_STATED
    if name in CERTAIN:
        return best
    return NOT_STATED if _draw(f"squad {name}", doc, 2) else best


def _player(name: str, says: str, say_twin: Say, **more: object) -> Player:
    def say(doc: Doc) -> str:
        if doc["form"] == "squad" and name not in ("constant", "oracle"):
            return _passage(name, doc)
        return say_twin(doc)

    def choose(doc: Doc, options: Sequence[str]) -> int:
        named_ = list(doc["options"]) or list(options)
        said = say(doc)
        return named_.index(said) if said in named_ else _draw(name, doc, len(named_))

    return Player(name, says, lambda doc: f"{ANSWER} {say(doc)}", choose, **more)  # type: ignore[arg-type]


PLAYERS = by_name(
    _player("constant", "always abstains", lambda doc: NOT_STATED),
    _player("random", "abstains by a coin, else gives any value of the type", _random),
    _player("answer_all", "never abstains: any value of the type", lambda doc: _any("all", doc)),
    _player("search", "gives the value of the sentence that shares most words", _search),
    _player("search_doubting", "the same, but abstains where it shares too few", _search_doubting),
    _player("by_name", "gives the one value beside the question's name, else abstains", _by_name),
    _player("question_alone", "abstains by the kind of the question", _question_alone),
    _player("wording", "abstains by the words of the question", _first_wording),
    _player("oracle", "gives the gold answer", lambda doc: str(doc["answer"]), oracle=True),
)
