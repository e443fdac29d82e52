"""The two text tasks: what a script that does not read the whole question can win in them."""

import re
from collections import Counter, defaultdict
from itertools import combinations

import pytest

from heptathlon.builders.mllm_ct import policy, stories
from heptathlon.builders.mllm_ct.scene import Scene
from heptathlon.seeding import Stream

DRAWS = 1_800


def drawn(make, count: int = DRAWS) -> list[Scene]:
    out: list[Scene] = []
    for index in range(count):
        stream = Stream("test", make.__name__, index)
        while (scene := make(stream, index)) is None:
            pass
        out.append(scene)
    return out


@pytest.fixture(scope="module")
def stances() -> list[Scene]:
    return drawn(policy.economics)


@pytest.fixture(scope="module")
def problems() -> list[Scene]:
    return drawn(stories.numeric)


def won(keys: list[object], answers: list[str]) -> tuple[float, float]:
    """Return what the best table from keys to answers wins on one half, fitted on the other."""
    half = len(keys) // 2
    table: dict[object, Counter[str]] = defaultdict(Counter)
    for key, answer in zip(keys[:half], answers[:half], strict=True):
        table[key][answer] += 1
    common = Counter(answers[:half]).most_common(1)[0][0]
    guess = [table[k].most_common(1)[0][0] if k in table else common for k in keys[half:]]
    rate = sum(g == a for g, a in zip(guess, answers[half:], strict=True)) / (len(keys) - half)
    return rate, (1 / 3 * 2 / 3 / (len(keys) - half)) ** 0.5


def places_and_moves(scene: Scene) -> tuple[list[int], list[int]]:
    given = [m.numbers for m in scene.marks if m.kind == "given"]
    places = [(v >= low) + (v > high) for v, low, high, *_ in given]
    return places, [moves[p] for (_, _, _, *moves), p in zip(given, places, strict=True)]


@pytest.mark.parametrize("depth", range(1, 7))
def test_no_part_of_a_banks_figures_tells_its_stance(stances: list[Scene], depth: int):
    scenes = [s for s in stances if s.depth == depth]
    answers = [s.content for s in scenes]
    ring = [s.marks[-1].label for s in scenes]
    of = [places_and_moves(s) for s in scenes]
    cues = {
        "every comparison, without the moves": [
            (r, *p) for r, (p, _) in zip(ring, of, strict=True)
        ],
        "the ring": ring,
        "the wording": [s.kind for s in scenes],
        "the largest figure": [max(m.numbers[0] for m in s.marks[:-1]) // 8 for s in scenes],
    }
    for place in range(depth):
        cues[f"figure {place} alone"] = [p[place] for p, _ in of]
        cues[f"value of figure {place}"] = [s.marks[place].numbers[0] // 5 for s in scenes]
    for left_out in range(depth):
        cues[f"all moves but that of figure {left_out}"] = [
            (r, (sum(m) - m[left_out]) % 3) for r, (_, m) in zip(ring, of, strict=True)
        ]
    for name, keys in cues.items():
        rate, error = won(keys, answers)
        assert rate < 1 / 3 + 3.5 * error, (name, rate)
    whole = [(r, sum(m) % 3) for r, (_, m) in zip(ring, of, strict=True)]
    assert won(whole, answers)[0] == 1.0


def test_stances_and_depths_come_equally_often(stances: list[Scene]):
    counts = Counter((s.depth, s.content) for s in stances)
    assert len(counts) == 18
    assert set(counts.values()) == {DRAWS // 18}
    tellings = {(s.kind, m.label) for s in stances for m in s.marks if m.kind == "given"}
    assert len(tellings) == len(policy.WORDINGS) * len(policy.INDICATORS) >= 20


def test_a_result_stands_nowhere_in_its_story(problems: list[Scene]):
    for scene in problems:
        figures = re.findall(r"\d+", scene.context)
        assert scene.content not in figures
        assert len(set(figures)) == len(figures)
    assert len({s.kind for s in problems}) == len(stories.SETTINGS) >= 20
    assert set(Counter(len(s.steps) for s in problems).values()) == {DRAWS // 6}


def test_one_computation_for_all_stories_wins_little(problems: list[Scene]):
    """Any two of the figures under any sign, the best of them all, at each depth."""
    for depth in range(1, 7):
        scenes = [s for s in problems if len(s.steps) == depth]
        best = 0.0
        for a, b in combinations(range(depth + 2), 2):
            for sign in "+-*/":
                hits = 0
                for scene in scenes:
                    x, y = (int(re.findall(r"\d+", scene.context)[i]) for i in (a, b))
                    made = {"+": x + y, "-": x - y, "*": x * y, "/": x / y}[sign]
                    hits += made == int(scene.content)
                best = max(best, hits / len(scenes))
        assert best < (0.25 if depth == 1 else 0.06), (depth, best)


def test_neither_setting_nor_magnitude_tells_what_happens(problems: list[Scene]):
    first = [(s.kind, s.marks[0].numbers[0] // 100, s.steps[0].formula.split()[1])
             for s in problems]  # fmt: skip
    signs = Counter(sign for _, _, sign in first)
    half = len(first) // 2
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, _, sign in first[:half]:
        table[kind][sign] += 1
    right = sum(table[kind].most_common(1)[0][0] == sign for kind, _, sign in first[half:])
    assert right / (len(first) - half) < max(signs.values()) / len(first) + 0.04
