"""The simulated students: what they know, how they answer, and what can be known of them.

A student has an ability (three levels, equally likely) and, in every skill, one of five states:
mastered, guessing, or holding one of the skill's three bugs. The state answers an exercise with a
known distribution, and each exercise of a skill may teach it. Given the ability, skills are
independent, so the posterior of everything is exact: :class:`Belief` is the Bayes oracle.

All of it is sums, products and quotients of floats in a fixed order, so that every platform
computes the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from heptathlon.builders.students.drafts import BUGS_EACH, LEVELS, Draft, value_of
from heptathlon.builders.students.skills import SCHOOL, SKILLS
from heptathlon.errors import HeptathlonError
from heptathlon.families import FAMILIES
from heptathlon.seeding import Stream

FAMILY = "students"
VERSION = FAMILIES[FAMILY].version

Misconceptions = Literal["few", "many"]
Bearing = Literal["one", "all"]
Slips = Literal["rare", "frequent"]

ABILITIES = ("low", "middle", "high")
"""Terciles of mastery: a third of the students each."""
MASTERED_SHARE = {"low": 0.25, "middle": 0.55, "high": 0.85}
"""Chance that a student of an ability has mastered a skill before the first exercise."""
BUG_SHARE: dict[Misconceptions, float] = {"few": 0.5, "many": 0.9}
"""Of the skills that are not mastered, the share in which a bug is held; the rest is guessed."""
BUG_POPULARITY = (0.5, 0.3, 0.2)
"""How the bugs of a skill share its holders, the commonest first."""
LEARNING = 0.04
"""Chance that one exercise turns a skill that is not mastered into a mastered one."""
SLIP: dict[Slips, float] = {"rare": 0.04, "frequent": 0.12}
SLIP_AT = (0.5, 1.0, 2.0)
"""Factor on the chance of a slip by level of difficulty."""
FAITHFUL = 0.9
"""Chance that who holds a bug chooses the bug's answer, where it is among the options."""
KEY_APPEAL = 2.0
APPEALS = (1.0, 2.0, 3.0)
"""How strongly an option draws a guess; a wrong option has one of these."""

OPTIONS = 4
BANK_SIZE = 12
"""Exercises of each skill and bearing that all students of a season choose from."""
MAX_DRAFTS = 2_000

MASTERED, GUESSING = 0, 1
STATES = 2 + BUGS_EACH


@dataclass(frozen=True)
class Exercise:
    """A multiple-choice exercise.

    Attributes:
        name: its name among all exercises of a season.
        skill: key of ``SKILLS``.
        level: index into ``LEVELS``.
        text: the question.
        options: the answers to choose from, in their canonical order.
        key: index of the right one.
        bug_at: for each of the skill's bugs, the index of the option that it leads to; -1 if its
            answer is not among them.
        appeal: weight of each option in a guess.
    """

    name: str
    skill: str
    level: int
    text: str
    options: tuple[str, ...]
    key: int
    bug_at: tuple[int, int, int]
    appeal: tuple[float, ...]

    @cached_property
    def carries(self) -> tuple[str, ...]:
        """What stands behind each option: ``key``, the name of a bug, or nothing."""
        out = [""] * len(self.options)
        for bug, place in zip(SKILLS[self.skill].bugs, self.bug_at, strict=True):
            if place >= 0:
                out[place] = bug
        out[self.key] = "key"
        return tuple(out)

    def with_options(self, keep: Sequence[int]) -> "Exercise":
        """Return the exercise with some of its options only, in the given order."""
        place = {old: new for new, old in enumerate(keep)}
        first, second, third = (place.get(at, -1) for at in self.bug_at)
        return Exercise(
            self.name,
            self.skill,
            self.level,
            self.text,
            tuple(self.options[i] for i in keep),
            place[self.key],
            (first, second, third),
            tuple(self.appeal[i] for i in keep),
        )

    def chances(self, state: int, slips: Slips) -> tuple[float, ...]:
        """Return the distribution of the chosen option in a state of its skill."""
        return self._chances[slips][state]

    @cached_property
    def _chances(self) -> dict[Slips, list[tuple[float, ...]]]:
        return {s: [self._chance(state, s) for state in range(STATES)] for s in SLIP}

    def _chance(self, state: int, slips: Slips) -> tuple[float, ...]:
        if state == MASTERED:
            slip = SLIP[slips] * SLIP_AT[self.level]
            return self._mostly(self.key, 1 - slip)
        target = -1 if state == GUESSING else self.bug_at[state - 2]
        if target >= 0:
            return self._mostly(target, FAITHFUL)
        total = sum(self.appeal)
        return tuple(a / total for a in self.appeal)

    def _mostly(self, target: int, share: float) -> tuple[float, ...]:
        """Return a distribution with ``share`` on one option and the rest by appeal."""
        rest = sum(self.appeal) - self.appeal[target]
        return tuple(
            share if i == target else (1 - share) * a / rest for i, a in enumerate(self.appeal)
        )


def draw_exercise(name: str, skill: str, bearing: Bearing, number: int, stream: Stream) -> Exercise:
    """Draw an exercise of four options.

    Args:
        name: its name.
        skill: key of ``SKILLS``.
        bearing: whether one wrong option carries a bug, or all three.
        number: decides level and, with ``one``, the bug, so that they are balanced.
        stream: where the rest is drawn from.

    Raises:
        HeptathlonError: if no draft serves, which the choice of skills excludes.
    """
    level = number // BUGS_EACH % len(LEVELS)
    carried = (number % BUGS_EACH,) if bearing == "one" else tuple(range(BUGS_EACH))
    for _ in range(MAX_DRAFTS):
        draft = SKILLS[skill].draw(stream, level, carried)
        answers = _answers(draft, carried)
        if answers is None:
            continue
        order = list(range(OPTIONS))
        stream.shuffle(order)
        options = tuple(answers[i] for i in order)
        first, second, third = (options.index(w) if w in options else -1 for w in draft.wrong)
        appeal = tuple(KEY_APPEAL if i == 0 else stream.choice(APPEALS) for i in order)
        key = order.index(0)
        return Exercise(
            name, skill, level, draft.text, options, key, (first, second, third), appeal
        )
    raise HeptathlonError(f"{MAX_DRAFTS:,} drafts gave no exercise of {skill!r} ({name}).")


def _answers(draft: Draft, carried: Sequence[int]) -> list[str] | None:
    """Return the key and three wrong options of different worth; None if a draft has no such."""
    answers = [draft.key, *(draft.wrong[bug] for bug in carried)]
    taken = {value_of(a) for a in answers}
    if len(taken) < len(answers):
        return None
    hidden = {value_of(w) for bug, w in enumerate(draft.wrong) if bug not in carried}
    for noise in draft.noise:
        if len(answers) < OPTIONS and value_of(noise) not in taken | hidden:
            answers.append(noise)
            taken.add(value_of(noise))
    # An option must not stand for a second bug beside the one that it carries.
    doubled = {value_of(a) for a in answers[1:]} & hidden
    return answers if len(answers) == OPTIONS and not doubled else None


@dataclass(frozen=True)
class ClassOf:
    """What the students of one class share; a forecaster may know it.

    Attributes:
        misconceptions: how often a skill that is not mastered comes with a bug.
        slips: how often a mastered skill fails.
    """

    misconceptions: Misconceptions
    slips: Slips

    def priors(self, ability: str) -> tuple[float, ...]:
        """Return the distribution of a skill's state before the first exercise."""
        mastered = MASTERED_SHARE[ability]
        held = (1 - mastered) * BUG_SHARE[self.misconceptions]
        return (
            mastered,
            (1 - mastered) * (1 - BUG_SHARE[self.misconceptions]),
            *(held * share for share in BUG_POPULARITY),
        )


CLASSES = tuple(ClassOf(m, s) for m in BUG_SHARE for s in SLIP)


class Student:
    """A simulated student.

    Args:
        of: the class.
        stream: where ability, states and answers are drawn from.
    """

    def __init__(self, of: ClassOf, stream: Stream) -> None:
        self.of = of
        self.ability = stream.choice(ABILITIES)
        self._stream = stream
        self._states: dict[str, int] = {}

    def answer(self, exercise: Exercise) -> int:
        """Return the option that the student chooses, and let the exercise teach."""
        skill = exercise.skill
        if skill not in self._states:
            self._states[skill] = drawn(self.of.priors(self.ability), self._stream)
        state = self._states[skill]
        chosen = drawn(exercise.chances(state, self.of.slips), self._stream)
        if state != MASTERED and self._stream.uniform() < LEARNING:
            self._states[skill] = MASTERED
        return chosen


def drawn(chances: Sequence[float], stream: Stream) -> int:
    """Return a place drawn with the given chances."""
    u = stream.uniform()
    for i, chance in enumerate(chances):
        u -= chance
        if u < 0:
            return i
    return len(chances) - 1


class Belief:
    """What is known of a student of a known class: the exact posterior, updated step by step.

    Before any answer it is the population; :meth:`practise` says that an exercise was done and
    not what was answered, :meth:`see` says both.
    """

    def __init__(self, of: ClassOf) -> None:
        self.of = of
        self._weights = [1 / len(ABILITIES)] * len(ABILITIES)
        self._states: list[dict[str, list[float]]] = [{} for _ in ABILITIES]

    def _at(self, ability: int, skill: str) -> list[float]:
        known = self._states[ability].get(skill)
        return list(self.of.priors(ABILITIES[ability])) if known is None else known

    def forecast(self, exercise: Exercise) -> tuple[float, ...]:
        """Return the distribution of the option that the student will choose."""
        out = [0.0] * len(exercise.options)
        for ability, weight in enumerate(self._weights):
            for state, share in enumerate(self._at(ability, exercise.skill)):
                for i, chance in enumerate(exercise.chances(state, self.of.slips)):
                    out[i] += weight * share * chance
        total = sum(out)
        return tuple(p / total for p in out)

    def see(self, exercise: Exercise, chosen: int) -> None:
        """Learn which option the student chose, and let the exercise teach the student."""
        likelihoods = [exercise.chances(s, self.of.slips)[chosen] for s in range(STATES)]
        for ability in range(len(ABILITIES)):
            states = self._at(ability, exercise.skill)
            joint = [s * p for s, p in zip(states, likelihoods, strict=True)]
            total = sum(joint)
            self._weights[ability] *= total
            self._states[ability][exercise.skill] = [j / total for j in joint]
        whole = sum(self._weights)
        self._weights = [w / whole for w in self._weights]
        self.practise(exercise)

    def practise(self, exercise: Exercise) -> None:
        """Let an exercise teach the student, whatever was answered."""
        for ability in range(len(ABILITIES)):
            states = self._at(ability, exercise.skill)
            left = [s * (1 - LEARNING) for s in states[1:]]
            self._states[ability][exercise.skill] = [1 - sum(left), *left]


@dataclass(frozen=True)
class World:
    """A season's students and exercises.

    Attributes:
        season: names the public seeds.
        salt: empty for the public sets; a secret for a hidden draw.
    """

    season: str
    salt: str

    def stream(self, *address: str | int) -> Stream:
        """Return the stream of random numbers at an address."""
        return Stream(FAMILY, VERSION, self.season, *address, salt=self.salt)

    @cached_property
    def bank(self) -> dict[tuple[str, Bearing], tuple[Exercise, ...]]:
        """The exercises that all students choose from, by skill and bearing."""
        return {(skill.name, bearing): self._shelf(skill.name, bearing)
                for skill in SCHOOL for bearing in ("one", "all")}  # fmt: skip

    def _shelf(self, skill: str, bearing: Bearing) -> tuple[Exercise, ...]:
        shelf: list[Exercise] = []
        stream = self.stream("bank", skill, bearing)
        for number in range(BANK_SIZE):
            shelf.append(self.new_exercise(skill, bearing, number, stream, shelf))
        return tuple(shelf)

    def new_exercise(
        self,
        skill: str,
        bearing: Bearing,
        number: int,
        stream: Stream,
        known: Sequence[Exercise],
        prefix: str = "",
    ) -> Exercise:
        """Draw an exercise that differs in text, or else in options, from the known ones."""
        name = f"{prefix}{skill}-{bearing}-{number}"
        taken = {(e.text, frozenset(e.options)) for e in known}
        for _ in range(MAX_DRAFTS):
            made = draw_exercise(name, skill, bearing, number, stream)
            if (made.text, frozenset(made.options)) not in taken:
                return made
        raise HeptathlonError(f"No new exercise of {skill!r} ({name}) was found.")
