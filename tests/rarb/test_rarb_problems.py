"""The generated problems: gold by construction, fair near misses, no cheap cue."""

import ast
import hashlib
import math
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable

import pytest

from heptathlon.builders.rarb import build, causal, programs
from heptathlon.builders.rarb.problem import CUBE, Problem, evenly_worded
from heptathlon.builders.rarb.words import PLACES, in_words
from heptathlon.lexical import Bm25, tokens
from tests.rarb import solving

KINDS = sorted(build.KINDS)
TOPICS = {topic: kind for kind, module in build.KINDS.items() for topic in module.TOPICS}


@pytest.mark.parametrize("topic", TOPICS)
def test_the_right_document_is_what_the_query_says(topic: str):
    """Worked out from the words; no other document of the eight says the same."""
    found = solving.of_topic(TOPICS[topic], topic)
    assert len(found) >= 18
    for p in found:
        right = solving.solve(p)
        assert [solving.said(p, text) == right for text in p.documents] == [True] + 7 * [False]


@pytest.mark.parametrize("kind", KINDS)
def test_near_misses_are_fair(kind: str):
    for p in solving.problems(kind):
        assert len(set(p.documents)) == 8
        assert evenly_worded(p.query, p.documents)
        assert len(set(p.faults)) == 8, "each document has faults of its own"
        assert p.faults[0] == ""
        assert p.nearest in p.faults
        assert "+" not in p.nearest
        assert len(set(Bm25(p.documents).scores([p.query])[0].tolist())) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_steps_are_counted(kind: str):
    for p in solving.problems(kind, 1):
        match p.asked.topic:
            case "date_shift":
                assert len(solving.date_terms(p.query)[1]) == p.asked.steps
            case "stock":
                assert len(solving.stock_terms(p.query)[1]) == p.asked.steps
            case "walk":
                assert len(solving.walk_legs(p.query)) == 2 * p.asked.steps
            case "event_order" | "row":
                assert len(solving.order_clues(p.query)) == 3 * p.asked.steps


@pytest.mark.parametrize("kind", KINDS)
def test_a_town_deals_all_steps_and_wordings_alike(kind: str):
    for topic in build.KINDS[kind].TOPICS:
        found = solving.of_topic(kind, topic, 15)
        cells = Counter((p.asked.steps, p.asked.wording) for p in found[:15])
        assert set(cells.values()) == {1}
        assert len(cells) == len(build.STEPS) * build.WORDINGS


@pytest.mark.parametrize("kind", KINDS)
def test_a_block_shares_its_facts_and_a_town_has_two_dozen_problems(kind: str):
    found = solving.problems(kind)
    towns = Counter(p.asked.place for p in found)
    assert set(towns.values()) == {24}
    blocks = defaultdict(set)
    for p in found:
        asked = p.asked
        blocks[asked.place, asked.facts, frozenset({asked.mark, *asked.others})].add(asked.mark)
    assert {len(marks) for marks in blocks.values()} == {3}


# --- cues that do not read ----------------------------------------------------------------------

LIMIT = 4.5
"""Standard errors: chance alone goes so far once in 150,000 comparisons."""


def beyond(hits: float, n: int, chance: float) -> float:
    """Return standard errors between a share and chance."""
    return (hits - n * chance) / math.sqrt(n * chance * (1 - chance))


@pytest.mark.parametrize("topic", TOPICS)
def test_no_place_among_the_eight_is_likelier(topic: str):
    """By the alphabet, the first figure, and how much a document is like the others."""
    orders: list[Callable[[str], object]] = [
        str,
        lambda text: ([int(n) for n in re.findall(r"\d+", text)], text),
        lambda text: text[::-1],
    ]
    found = solving.of_topic(TOPICS[topic], topic, 12)
    for order in orders:
        places = Counter(sorted(p.documents, key=order).index(p.documents[0]) for p in found)
        for count in (places[i] for i in range(8)):
            assert abs(beyond(count, len(found), 1 / 8)) < LIMIT
    likeness = Counter(_most_typical(p) for p in found)
    assert abs(beyond(likeness[True], len(found), 1 / 8)) < LIMIT


def _most_typical(p: Problem) -> bool:
    bags = [tokens(text) for text in p.documents]
    alike = [sum(x == y for b in bags for x, y in zip(a, b, strict=False)) for a in bags]
    # Of equals, one by lot.
    best = min(
        (text for text, a in zip(p.documents, alike, strict=True) if a == max(alike)), key=hash_of
    )
    return best == p.documents[0]


def hash_of(text: str) -> bytes:
    """Return a text's place in an order that says nothing of it."""
    return hashlib.sha256(text.encode()).digest()


CUES: dict[str, Callable[[list[int]], int]] = {
    "nothing": lambda terms: 0,
    "the first": lambda terms: terms[0],
    "the last": lambda terms: terms[-1],
    "the largest": lambda terms: max(terms, key=abs),
    "the signs": lambda terms: sum(10 if t > 0 else -10 for t in terms),
}


@pytest.mark.parametrize("cue", CUES)
def test_one_term_does_not_tell_a_sum(cue: str):
    """From three terms on: whoever adds one of them only is at chance among the eight."""
    hits, n = 0.0, 0
    for kind in ("temporal", "numerical"):
        for p in solving.problems(kind, 12):
            topic = p.asked.topic
            if p.asked.steps < 3 or topic == "event_order":
                continue
            read = solving.date_terms if topic == "date_shift" else solving.stock_terms
            start, terms = read(p.query)
            guess = start + CUES[cue](terms)
            far = [abs(_figure(p, text) - guess) for text in p.documents]
            hits += (far[0] == min(far)) / far.count(min(far))
            n += 1
    assert n > 200
    assert beyond(hits, n, 1 / 8) < LIMIT


def _figure(p: Problem, text: str) -> int:
    said = solving.said(p, text)
    if p.asked.topic == "stock":
        return int(said)
    month, year = said.split()
    return 12 * int(year) + solving.MONTHS.index(month)


def test_what_is_named_first_does_not_tell_an_order():
    """The four in the order in which the clues, or the question, name them: at chance."""
    hits = Counter[str]()
    found = solving.of_topic("temporal", "event_order", 12) + solving.of_topic("spatial", "row", 12)
    for p in found:
        low = p.query.lower()
        for name, find in (("first", low.find), ("last", low.rfind)):
            order = sorted((f.lower() for f in p.asked.facts), key=find)
            hits[name] += solving.said(p, p.documents[0]) == " ".join(order)
    for count in hits.values():
        assert beyond(count, len(found), 1 / 8) < LIMIT


# --- words and programs ---------------------------------------------------------------------------


def test_chains_say_nothing_twice():
    """A document's words are not the query's, and a clause is about one part only."""
    parts = (*causal.DEVICES, *causal.ENDS)
    clauses = [clause for part in parts for clause in (part.on, part.off)]
    assert len(set(clauses)) == len(clauses)
    asked = {t for c in clauses for t in tokens(c)}
    for part in causal.ENDS:
        states = {*tokens(part.states[0]), *tokens(part.states[1])}
        assert not asked & states
        assert [len(tokens(s)) for s in part.states] == [1, 1]


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_programs_run_as_they_say(language: str):
    """The texts are executed; :meth:`Program.run` and the other languages follow one value."""
    lines, expected = [], []
    for p in solving.of_topic("code", language):
        for text in p.documents:
            test, *figures = solving.said(p, text).split()
            program = programs.Program(test == ">", *map(int, figures))
            numbers = [program.limit + d for d in (-7, -1, 0, 1, 7)]
            expected += [program.run(n) for n in numbers]
            name = re.search(r"(?:def|function) (\w+)", text)[1]
            lines.append((text, name, numbers))
    if language == "python":
        said = []
        for text, name, numbers in lines:
            assert ast.parse(text)
            space: dict[str, Callable[[int], int]] = {}
            exec(text, space)
            said += [space[name](n) for n in numbers]
    else:
        if shutil.which("node") is None:
            pytest.skip("node is not installed")
        code = "\n".join(
            f"{{ {t}\nfor (const n of {ns}) console.log({f}(n)); }}" for t, f, ns in lines
        )
        done = subprocess.run(
            ["node", "-"], input=code, capture_output=True, text=True, check=True, timeout=60
        )
        said = [int(n) for n in done.stdout.split()]
    assert said == expected
    assert len(said) > 500


def test_words():
    assert in_words(0) == "zero"
    assert in_words(110) == "one hundred and ten"
    assert len({in_words(n) for n in range(1000)}) == 1000
    assert len(set(PLACES)) == 1000
    assert len(CUBE) == 8
    with pytest.raises(ValueError, match="0 to 999"):
        in_words(1000)
