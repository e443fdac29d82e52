"""Problems solved again from their queries' words, without the builder's code."""

import re
from itertools import combinations

from heptathlon.builders.rarb import build, causal
from heptathlon.builders.rarb.problem import Problem
from heptathlon.builders.rarb.temporal import MONTHS
from heptathlon.builders.rarb.words import in_words

NUMBERS = {in_words(n): n for n in range(1000)}
TOWNS = 3


def problems(kind: str, towns: int = TOWNS, season: str = "2026.1") -> list[Problem]:
    """Return the problems of some towns, two dozen each."""
    made = build._Kind(kind, season, "", "full")
    return made._problems("test", made._places[:towns], build.BLOCKS)


def of_topic(kind: str, topic: str, towns: int = TOWNS) -> list[Problem]:
    """Return those about one topic."""
    return [p for p in problems(kind, towns) if p.asked.topic == topic]


def solve(p: Problem) -> str:
    """Return what distinguishes the right document, worked out from the query."""
    return SOLVERS[p.asked.topic](p.query)


def said(p: Problem, text: str) -> str:
    """Return the same of a document."""
    return SAYS[p.asked.topic](text)


# --- sums ----------------------------------------------------------------------------------------


def _span(text: str) -> int:
    found = re.findall(r"([a-z-]+) (year|month)s?", text.lower())
    return sum(NUMBERS[n] * (12 if unit == "year" else 1) for n, unit in found)


def date_terms(query: str) -> tuple[int, list[int]]:
    """Return the start in months, and the months of each link of the chain in order."""
    month, year = re.search(
        r"(?:in|of|in its|Start:|start in) ([A-Z][a-z]+) (\d+)\.", query
    ).groups()
    links = {}
    for sentence in query.split(". "):
        for form in (
            r"The (\w+) came (.+) (after|before) the (\w+)$",
            r"(\w+): (.+) (after|before) the (\w+)$",
        ):
            if found := re.match(form, sentence):
                links[found[4].lower()] = (found[1].lower(), found[2], found[3])
        if found := re.match(r"(.+) (after|before) the (\w+) came the (\w+)$", sentence):
            links[found[3].lower()] = (found[4].lower(), found[1], found[2])
    terms, at = [], "start"
    while at in links:
        at, span, way = links[at]
        terms.append(_span(span) * (1 if way == "after" else -1))
    return 12 * int(year) + MONTHS.index(month), terms


def _date(query: str) -> str:
    start, terms = date_terms(query)
    month = start + sum(terms)
    return f"{MONTHS[month % 12]} {month // 12}"


OUT = ("sold", "given away", "lent out", "broken", "sent back")


def stock_terms(query: str) -> tuple[int, list[int]]:
    """Return the stock at first, and each change."""
    word = r"([a-z]+(?:-[a-z]+)?(?: hundred(?: and [a-z]+(?:-[a-z]+)?)?)?)"
    first = re.search(rf"(?:had|there were|In the morning:) {word} \w+", query)[1]
    terms = []
    for sentence in re.split(r"\. ", query):
        told = re.match(rf"(?:Then )?{word} \w+ were ([a-z ]+)\.?$", sentence, re.IGNORECASE)
        if told:
            count, how = told[1].lower(), told[2]
        elif (told := re.match(rf"([A-Z][a-z ]+): {word}\.?$", sentence)) and told[
            1
        ] != "In the morning":
            how, count = told[1].lower(), told[2]
        else:
            continue
        terms.append(NUMBERS[count] * (-1 if how in OUT else 1))
    return NUMBERS[first], terms


def _stock(query: str) -> str:
    start, terms = stock_terms(query)
    return str(start + sum(terms))


def walk_legs(query: str) -> list[tuple[int, str]]:
    """Return the legs of a walk."""
    return [
        (NUMBERS[n], way)
        for n, way in re.findall(r"([a-z-]+) blocks? (north|south|east|west)", query)
    ]


def _walk(query: str) -> str:
    legs = walk_legs(query)
    up = sum(n * {"north": 1, "south": -1}.get(way, 0) for n, way in legs)
    right = sum(n * {"east": 1, "west": -1}.get(way, 0) for n, way in legs)
    return f"{up} {right}"


def _walk_said(text: str) -> str:
    y, above, x, side = re.search(
        r"(\d+) squares (above|below) and (\d+) squares to the (left|right)", text
    ).groups()
    return f"{int(y) * (1 if above == 'above' else -1)} {int(x) * (1 if side == 'right' else -1)}"


def _code(query: str) -> str:
    rule, border = (
        re.search(form, query)[1]
        for form in (
            r"(?:from nothing: |With all others, begin at nought and |one has to )([^.]+)\.",
            r"(?:made up too: |limit counts: begin at nought and |find the limit, )([^.]+)\.",
        )
    )
    side = re.search(r"(above|below) (?:the limit|it|a limit)", query)[1]
    factor = constant = 0
    for sign, what in _signed(rule):
        if what.endswith("number itself"):
            factor += sign
        elif what.endswith("the number"):
            times = what.removesuffix(" the number").removesuffix(" times")
            factor += sign * (2 if times == "twice" else NUMBERS[times])
        else:
            constant += sign * NUMBERS[what]
    limit = sum(sign * NUMBERS[what] for sign, what in _signed(border))
    return f"{'>' if side == 'above' else '<'} {limit} {factor} {constant}"


def _signed(rule: str) -> list[tuple[int, str]]:
    clauses = re.split(r", (?:and |then )?", rule)
    out = []
    for clause in clauses:
        how, what = re.match(r"(add|put on|take away|subtract|deduct) (.+)", clause).groups()
        out.append((1 if how in {"add", "put on"} else -1, what))
    return out


def _code_said(text: str) -> str:
    test, limit = re.search(r"if \(?n ([<>]) (\d+)", text).groups()
    factor, constant = re.search(r"return (\d+) \* n \+ (\d+)", text).groups()
    return f"{test} {limit} {factor} {constant}"


# --- orders --------------------------------------------------------------------------------------

_CLUES = (
    (r"(.+) came before (.+)", False), (r"(.+) came after (.+)", True),
    (r"(.+) preceded (.+)", False), (r"(.+) followed (.+)", True),
    (r"Later than (.+) came (.+)", False), (r"Earlier than (.+) came (.+)", True),
    (r"(.+) sat further left than (.+)", False), (r"(.+) sat further right than (.+)", True),
    (r"(.+) had a seat to the left of (.+)", False),
    (r"(.+) had a seat to the right of (.+)", True),
    (r"Right of (.+) sat (.+)", False), (r"Left of (.+) sat (.+)", True),
)  # fmt: skip


def order_clues(query: str) -> list[tuple[list[str], list[str]]]:
    """Return what comes before what, by each clue."""
    out = []
    for sentence in re.split(r"(?:\.|:) ", query):
        for form, turned in _CLUES:
            if found := re.fullmatch(form, sentence):
                groups = [_names(found[2]), _names(found[1])] if turned else [
                    _names(found[1]), _names(found[2])
                ]  # fmt: skip
                out.append((groups[0], groups[1]))
                break
    return out


def _names(text: str) -> list[str]:
    return [
        part.lower().removeprefix("the ") for part in re.sub("^[Bb]oth ", "", text).split(" and ")
    ]


def _order(query: str) -> str:
    before = {(a, b) for left, right in order_clues(query) for a in left for b in right}
    while more := {(a, d) for a, b in before for c, d in before if b == c} - before:
        before |= more
    four = _four(query)
    for a, b in combinations(four, 2):
        assert ((a, b) in before) != ((b, a) in before), "the clues decide"
    return " ".join(sorted(four, key=lambda one: sum((other, one) in before for other in four)))


def _four(query: str) -> list[str]:
    listed = re.findall(r"((?:the )?\w+(?:, (?:the )?\w+){2} and (?:the )?\w+)", query)
    return [one.lower().removeprefix("the ") for one in re.split(r", | and ", listed[-1])]


# --- rules ---------------------------------------------------------------------------------------

_CLAUSES = {
    clause: (part, value)
    for part in (*causal.DEVICES, *causal.ENDS)
    for clause, value in ((part.on, True), (part.off, False))
}


def _chain(query: str) -> str:
    low = query.lower()
    rules = [
        (_CLAUSES[cause], _CLAUSES[effect])
        for sentence in low.split(". ")
        for effect, cause in _rule(sentence)
    ]
    hand = re.search(r"whatever came before, (.+?); the rest", low)
    forced = dict(map(_CLAUSES.__getitem__, re.split(r", | and ", hand[1]))) if hand else {}
    happened = re.search(r"(?:that day, |the case is this\. |\. )((?:the [a-z ]+(?:, | and |\.))+)"
                         r"(?= ?(?:somebody|what was|how does|and these))", low)  # fmt: skip
    state = dict(map(_CLAUSES.__getitem__, re.split(r", | and ", happened[1].rstrip(". "))))
    state |= forced
    for _ in rules:
        for (cause, when), (effect, becomes) in rules:
            if cause in state and effect not in forced:
                state[effect] = becomes if state[cause] == when else not becomes
    return " ".join(sorted(
        f"{part.noun} {part.states[0 if state[part] else 1]}" for part in state if part.noun
    ))  # fmt: skip


def _rule(sentence: str) -> list[tuple[str, str]]:
    sentence = re.sub(r"^.*: (?=the .* exactly when)", "", sentence)
    for form, effect, cause in (
        (r"(the .+) exactly when (the .+)", 1, 2),
        (r"(?:.*)?if and only if (the .+), (the .+)", 2, 1),
        (r"(?:.*)?it takes that (the .+), and no more, for this: (the .+)", 2, 1),
    ):
        if found := re.fullmatch(form, sentence):
            return [(found[effect], found[cause])]
    return []


SOLVERS = {
    "date_shift": _date,
    "event_order": _order,
    "row": _order,
    "walk": _walk,
    "stock": _stock,
    "python": _code,
    "javascript": _code,
    "java": _code,
    "chain": _chain,
}
SAYS = {
    "date_shift": lambda text: text.split("dated ")[1].rstrip("."),
    "event_order": lambda text: text.split(": ")[1].rstrip(".").replace(", then ", " "),
    "row": lambda text: text.split(": ")[1].rstrip(".").replace(", ", " ").lower(),
    "walk": _walk_said,
    "stock": lambda text: text.split(": ")[1].rstrip("."),
    "python": _code_said,
    "javascript": _code_said,
    "java": _code_said,
    "chain": lambda text: " ".join(sorted(text.split(": ")[1].rstrip(".").split(", "))),
}
