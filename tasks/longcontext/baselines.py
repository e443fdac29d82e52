"""The longcontext players: who matches words, counts, or takes what stands first or last.

All go by the sentences that name an option. What they cannot decide, a coin does. ``reader`` knows
the links and the templates of this event and nothing of the answers: that it is always right shows
that every question can be answered from its text.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from heptathlon.builders.longcontext.checks import FUNCTION
from heptathlon.builders.longcontext.links import TABLES
from heptathlon.builders.longcontext.nested import OPERATORS
from heptathlon.builders.longcontext.passages import passages_of
from heptathlon.builders.longcontext.rag import UNSAID
from heptathlon.builders.longcontext.text import Recipe, recipe_of, text_by, text_of
from heptathlon.builders.longcontext.units import NOBODY
from heptathlon.errors import HeptathlonError
from heptathlon.lexical import Bm25, tokens
from heptathlon.seeding import Stream
from heptathlon.tasks.longcontext.prompts import ANSWER
from heptathlon.tasks.players import Doc, Player, Sees, by_name

Weights = list[float]
_END = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"\u201d\u2019\xbb)]))\s+")
_DATE = re.compile(r"\b\d{2} [A-Z][a-z]+\b")
_YEAR = re.compile(r"\b\d{4}\b")
_UNTRUE = re.compile(r"^No |not true|turned it down|Some day|next year|A liar|falsely")
"""What the templates of a change that is none have, and no others."""


Named = tuple[tuple[int, str, str], ...]
NAMED = 20_000
"""Questions whose sentences are kept: each player asks for those of all documents in turn."""


@lru_cache(maxsize=4)
def _sentences(text: str) -> tuple[str, ...]:
    return tuple(_END.split(text))


@lru_cache(maxsize=4)
def _index(text: str) -> Bm25:
    return Bm25(_sentences(text))


def _named(doc: Doc) -> Named:
    """Return number, sentence and option of every sentence that names one, as often as it does."""
    if doc["form"] == "which":
        return tuple((at, told, str(at + 1)) for at, told in enumerate(doc["told"])
                     if str(at + 1) in doc["options"])  # fmt: skip
    if "passages" in doc:
        found = _pattern(tuple(o for o in doc["options"] if o != UNSAID))
        return tuple((at, told, match[0]) for at, told in enumerate(doc["told"])
                     if (match := found.search(told)))  # fmt: skip
    offered = doc.get("values") or doc["options"]
    options = tuple(sorted(o for o in offered if o != NOBODY))
    return _found(recipe_of(doc), doc["digest"], options)


@lru_cache(maxsize=64)
def _pattern(options: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, options))})\b")


@lru_cache(maxsize=NAMED)
def _found(recipe: Recipe, digest: str, options: tuple[str, ...]) -> Named:
    pattern = _pattern(options)
    return tuple(
        (at, sentence, match[0])
        for at, sentence in enumerate(_sentences(text_by(recipe, digest)))
        for match in pattern.finditer(sentence)
    )


def _shared(doc: Doc, sentence: str) -> int:
    """Return how many of the question's words, but for little ones, a sentence has."""
    return len((set(tokens(doc["question"])) - FUNCTION) & set(tokens(sentence)))


def _best(doc: Doc) -> list[str]:
    """Return the options of the sentences that share most words with the question, in their order.

    None if no sentence shares any.
    """
    scored = [(_shared(doc, sentence), option) for _, sentence, option in _named(doc)]
    most = max((score for score, _ in scored), default=0)
    return [option for score, option in scored if score == most] if most else []


def _even(doc: Doc) -> Weights:
    return [1.0] * len(doc["options"])


def _first_option(doc: Doc) -> Weights:
    return [float(not at) for at in range(len(doc["options"]))]


def _only(doc: Doc, chosen: Sequence[str]) -> Weights:
    """Return how often each option is among some; if there are none, ``nobody`` or all alike.

    A set counts with all its values.
    """
    if not chosen:
        return _unknown(doc)
    counts = Counter(chosen)
    if doc.get("values"):
        return [float(sum(counts[v] for v in o.split(", "))) for o in doc["options"]]
    return [float(counts[option]) for option in doc["options"]]


def _unknown(doc: Doc) -> Weights:
    if not {NOBODY, UNSAID}.isdisjoint(doc["options"]):
        return [float(option in (NOBODY, UNSAID)) for option in doc["options"]]
    return _even(doc)


def _grep(doc: Doc) -> Weights:
    return _only(doc, list(dict.fromkeys(_best(doc))))


def _last(doc: Doc) -> Weights:
    return _only(doc, (_best(doc) or [option for *_, option in _named(doc)])[-1:])


def _first(doc: Doc) -> Weights:
    return _only(doc, (_best(doc) or [option for *_, option in _named(doc)])[:1])


def _bag(doc: Doc) -> Weights:
    sums: Counter[str] = Counter()
    for _, sentence, option in _named(doc):
        sums[option] += _shared(doc, sentence)
    return _only(doc, list(sums.elements()))


def _bm25(doc: Doc) -> Weights:
    named = _named(doc)
    if not named:
        return _unknown(doc)
    index = Bm25(passages_of(doc)) if "passages" in doc else _index(text_of(doc))
    scores = index.scores([doc["question"]])[0]
    most = max((scores[at] for at, *_ in named), default=0.0)
    return _only(doc, [option for at, _, option in named if scores[at] == most > 0])


def _majority(doc: Doc) -> Weights:
    return _only(doc, [option for *_, option in _named(doc)])


def _reader(doc: Doc) -> Weights:
    """Return the answer by links and templates."""
    if doc["form"] == "count":
        dates = {_DATE.search(sentence) for sentence in _about(doc)}
        return _sure(doc, str(len({date[0] for date in dates if date})))
    if "passages" in doc:
        what = re.split(r" (?:was )?last ", doc["question"].partition(" the ")[2])[0]
        trusted = [s for _, s, _ in _named(doc) if f" the {what} was " in s]
        trusted = [s for s in trusted if not _UNTRUE.search(s)]
        newest = max(trusted, key=lambda s: int(_YEAR.findall(s)[-1]), default="")
        return _only(doc, [o for _, s, o in _named(doc) if s == newest])
    if doc["form"] == "order":
        years = [(int(_YEAR.findall(s)[-1]), option) for _, s, option in _named(doc)]
        return _sure(doc, (min if doc["asks"] == "earlier" else max)(years)[1])
    if doc["form"] == "hops":
        return _sure(doc, _followed(doc))
    if doc["form"] in ("latent", "absent", "rare"):
        back = {asked: told for told, asked in TABLES[doc["topic"]].links.items()}
        asked = next(one for one in sorted(back, key=len, reverse=True) if one in doc["question"])
        told = re.compile(rf"\b{re.escape(back[asked])}\b")
        found = [option for _, sentence, option in _named(doc) if told.search(sentence)]
    elif doc["form"] == "listops":
        return _sure(doc, str(_held(_holder(doc), text_of(doc))))
    elif doc["form"] == "set":
        person = doc["question"].partition(" of ")[2].removesuffix(".")
        found = [o for _, s, o in _named(doc) if person in s and not _UNTRUE.search(s)]
    elif doc["form"] == "update":
        person = doc["question"].partition(" of ")[2].removesuffix(" now?")
        found = [
            option
            for _, sentence, option in _named(doc)
            if person in sentence and not _UNTRUE.search(sentence)
        ][-1:]
    else:
        found = _best(doc)
    return _only(doc, found)


def _followed(doc: Doc) -> str:
    """Return the value at the end of the chain that the question names."""
    whole = text_of(doc)
    person = doc["question"].rpartition(" of ")[2].removesuffix("?")
    while match := re.search(rf"The landlord of {re.escape(person)} is ([^.]+)\.", whole):
        person = match[1]
    found = re.search(rf"The {doc['topic']} of {re.escape(person)} is ([^.]+)\.", whole)
    return found[1] if found else ""


def _holder(doc: Doc) -> str:
    """Return the person whose number is asked for."""
    return str(doc["question"]).removeprefix("Which number does ").removesuffix(" hold?")


def _held(person: str, whole: str) -> int:
    """Return the number that a person holds, by way of others'."""
    told = re.search(rf"{person} holds (.+?) of the numbers (of )?(.+?), (.+?) and (.+?)\.", whole)
    if told is None:
        raise HeptathlonError(f"longcontext: no number of {person} is told.")
    operator, nested, *of = told.groups()
    return OPERATORS[operator](tuple(_held(one, whole) if nested else int(one) for one in of))


def _operator(doc: Doc) -> Weights:
    """Return what an operator gives most often, of numbers that are drawn alike."""
    if doc["form"] != "listops":
        return _even(doc)
    told = next((s for s in _sentences(text_of(doc)) if s.startswith(f"{_holder(doc)} holds ")), "")
    return _sure(doc, next((most for said, most in MOST_LIKELY.items() if said in told), ""))


MOST_LIKELY = {"largest": "9", "smallest": "0", "middle": "4", "last digit": "0"}
"""The middle one of three is 4 as often as 5, and every last digit is alike."""


def _about(doc: Doc) -> list[str]:
    """Return the sentences that name both the person and the place of a question of days."""
    person, _, place = doc["question"].partition(" was ")[2].partition(" at the ")
    whole = _sentences(text_of(doc))
    return [s for s in whole if person in s and place.removesuffix("?") in s]


def _counted(doc: Doc) -> Weights:
    """Return how often the question's person and place stand in one sentence."""
    if doc["form"] != "count":
        return _majority(doc)
    return _sure(doc, str(len(_about(doc))))


def _newest(doc: Doc) -> Weights:
    """Return the option of the sentence with the highest year."""
    dated = [
        (int(years[-1]), option)
        for _, sentence, option in _named(doc)
        if (years := _YEAR.findall(sentence))
    ]
    return _only(doc, [max(dated)[1]] if dated else [])


def _sure(doc: Doc, answer: str) -> Weights:
    return [float(option == answer) for option in doc["options"]]


def _gold(doc: Doc) -> Weights:
    return [float(at == doc["gold"]) for at in range(len(doc["options"]))]


def _player(
    name: str,
    says: str,
    weigh: Callable[[Doc], Weights],
    *,
    sees: Sees = "prompt",
    oracle: bool = False,
    blind: bool = False,
) -> Player:
    """Return a player; of options alike a coin decides, for one who is blind without the text."""

    def choose(doc: Doc, options: Sequence[str]) -> int:
        weights = weigh(doc)
        best = [at for at in range(len(options)) if weights[at] == max(weights)]
        key = doc["question"] if blind else str(doc["item_id"])
        return best[Stream("longcontext player", name, key).below(len(best))]

    def answer(doc: Doc) -> str:
        if not doc.get("values") or oracle:
            return f"{ANSWER} {doc['options'][choose(doc, doc['options'])]}"
        # Which sets there are is not shown: all values that weigh most, or one if all weigh alike.
        values = doc["values"]
        alone = {**doc, "options": values}
        weights = weigh(alone)
        best = [v for v, weight in zip(values, weights, strict=True) if weight == max(weights)]
        if len(best) == len(values):
            best = [values[choose(alone, values)]]
        return f"{ANSWER} {', '.join(best)}"

    return Player(name, says, answer, choose, oracle=oracle, sees=sees)


def _all_said(doc: Doc) -> str:
    return f"{ANSWER} {', '.join(doc.get('values') or doc['options'])}"


PLAYERS = by_name(
    _player("constant", "takes the first option", _first_option),
    _player("random", "takes any option", _even),
    _player("closed_book", "guesses by the question, without the text", _even, blind=True),
    _player("grep", "takes the option of the sentence with most of the question's words", _grep),
    _player("last_mention", "of such sentences takes the last", _last),
    _player("first_mention", "of such sentences takes the first", _first),
    _player("bag_of_words", "takes the option whose sentences share most with the question", _bag),
    _player("bm25", "takes the option of the sentence that BM25 finds for the question", _bm25),
    _player("majority", "takes the option that the text names most often", _majority),
    _player("word_counter", "counts the sentences with the question's person and place", _counted),
    _player("root_operator", "takes what the operator of a question's person gives most often",
            _operator),
    _player("newest_date", "takes the option of the sentence with the highest year", _newest),
    _player("always_unknown", "says that nothing answers where that is offered", _unknown),
    Player("list_all", "names every option", _all_said, lambda doc, options: 0,
           weigh=lambda doc, options: [0.0] * len(options)),
    _player("reader", "knows the links and the templates", _reader, sees="world"),
    _player("oracle", "gives the gold answer", _gold, oracle=True),
)  # fmt: skip
