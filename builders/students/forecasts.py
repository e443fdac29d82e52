"""The reference forecasters: fitted on training students, for simulated and real data alike.

All forecast the whole distribution of the chosen option from a student's earlier answers. Fits run
a fixed number of steps from a fixed start and what is stored is rounded to ``DIGITS``, so that
platforms agree on every byte.

Sources: Rasch 1960 (one difficulty a question, one ability a student; here with normal priors);
Corbett and Anderson 1995, *User Model. User-Adapt. Interact.* 4:253 (Bayesian knowledge tracing).
"""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Probabilities = tuple[float, ...]

DIGITS = 4
PSEUDO_COUNT = 1.0
"""Answers that an option is given before the first is counted."""
SHRINKAGE = 2.0
"""Answers of average success that a student's own record is mixed with."""
RASCH_SWEEPS = 40
ABILITY_PRIOR = 1.0
"""Precision of a student's ability (logits)."""
DIFFICULTY_PRIOR = 0.25
"""Precision of a question's difficulty about the mean of its topic."""
BKT_SWEEPS = 25
BKT_START = (0.5, 0.1, 0.25, 0.1)
"""First guess at: known before the first exercise, learned at one, guessed, slipped."""
BKT_LIMITS = (0.01, 0.99)
NEIGHBOUR_PULL = 0.7
"""A neighbour's weight is multiplied by e to this power for every unit of likeness."""
NEIGHBOUR_PRIOR = 5.0
"""Weight of option popularity beside the neighbours' votes, in neighbours of average likeness."""

REMEMBERED = 1_000
"""Findings on histories kept at a time."""


class Step(NamedTuple):
    """One answer.

    Attributes:
        question: name of the question.
        topic: name of its skill or topic.
        options: how many options it has.
        key: index of the right one.
        chosen: index of the chosen one.
    """

    question: str
    topic: str
    options: int
    key: int
    chosen: int

    @property
    def right(self) -> bool:
        """Whether the student was right."""
        return self.chosen == self.key


class Ask(NamedTuple):
    """A question whose answer is to be forecast.

    Attributes:
        question: name of the question.
        topic: name of its skill or topic.
        options: how many options it has.
        key: index of the right one.
        keep: which of the question's own options are offered, where some were taken away or, for
            -1, put in; empty if it is as it always was.
    """

    question: str
    topic: str
    options: int
    key: int
    keep: tuple[int, ...] = ()


def with_success(popular: Sequence[float], key: int, success: float) -> Probabilities:
    """Return popularity with the key's share set to a chance of success."""
    rest = sum(popular) - popular[key]
    if rest <= 0:
        return tuple(popular)
    return tuple(success if i == key else (1 - success) * p / rest for i, p in enumerate(popular))


def rounded(forecast: Sequence[float]) -> Probabilities:
    """Return a forecast as it is stored: a few digits, no certainty, summing to about 1."""
    return tuple(min(max(round(p, DIGITS), 10.0**-DIGITS), 1.0) for p in forecast)


@dataclass(frozen=True, eq=False)
class Training:
    """Training students, and what is fitted on them.

    Attributes:
        students: each student's answers in order.
    """

    students: Sequence[Sequence[Step]]

    @cached_property
    def success(self) -> float:
        """Share of right answers."""
        steps = [s for student in self.students for s in student]
        return sum(s.right for s in steps) / len(steps) if steps else 0.5

    @cached_property
    def _topic_success(self) -> dict[str, float]:
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for student in self.students:
            for step in student:
                counts[step.topic][0] += step.right
                counts[step.topic][1] += 1
        return {
            topic: (right + SHRINKAGE * self.success) / (n + SHRINKAGE)
            for topic, (right, n) in counts.items()
        }

    @cached_property
    def _counts(self) -> dict[str, list[float]]:
        counts: dict[str, list[float]] = {}
        for student in self.students:
            for step in student:
                row = counts.setdefault(step.question, [PSEUDO_COUNT] * step.options)
                row[step.chosen] += 1
        return counts

    def knows(self, question: str) -> bool:
        """Tell whether any training student answered a question."""
        return question in self._counts

    # --- without the student -------------------------------------------------------------------

    def popularity(self, ask: Ask) -> Probabilities:
        """Forecast the shares of the training students who chose each option.

        A question that no training student answered gets the success of its topic, and equal
        shares of the rest; an option that was put into a known question gets a mean share of its
        wrong options.
        """
        known = self._counts.get(ask.question)
        if known is None:
            success = self._topic_success.get(ask.topic, self.success)
            return with_success([1.0] * ask.options, ask.key, success)
        counts = list(known)
        if ask.keep:
            wrong = [c for i, c in enumerate(known) if ask.keep[ask.key] != i]
            counts = [sum(wrong) / len(wrong) if at < 0 else known[at] for at in ask.keep]
        total = sum(counts)
        return tuple(c / total for c in counts)

    # --- with the student ----------------------------------------------------------------------

    def mastery(self, history: Sequence[Step], ask: Ask) -> Probabilities:
        """Forecast the student's own success on the topic, else at large, times popularity."""
        overall = _shrunk([s.right for s in history], self.success)
        same = _shrunk([s.right for s in history if s.topic == ask.topic], overall)
        return with_success(self.popularity(ask), ask.key, same)

    def rasch(self, history: Sequence[Step], ask: Ask) -> Probabilities:
        """Forecast success by a Rasch model, and the wrong options by popularity."""
        ability = self._remembered("ability", history, self._ability)
        success = 1 / (1 + math.exp(self._difficulty(ask.question, ask.topic) - ability))
        return with_success(self.popularity(ask), ask.key, success)

    def tracing(self, history: Sequence[Step], ask: Ask) -> Probabilities:
        """Forecast success by Bayesian knowledge tracing on the topic, the rest by popularity."""
        known, learn, guess, slip = self._tracing.get(ask.topic, BKT_START)
        for step in history:
            if step.topic == ask.topic:
                known = _traced(known, step.right, learn, guess, slip)
        success = known * (1 - slip) + (1 - known) * guess
        return with_success(self.popularity(ask), ask.key, success)

    def neighbours(self, history: Sequence[Step], ask: Ask) -> Probabilities:
        """Forecast by the votes of training students, weighted by how alike their answers are."""
        popular = self.popularity(ask)
        column = self._columns.get(ask.question)
        if column is None:
            return popular
        voters = np.flatnonzero(self._answers[:, column] >= 0)
        likeness = self._remembered("likeness", history, self._likeness)[voters]
        weights = np.exp(NEIGHBOUR_PULL * (likeness - likeness.max(initial=0)))
        votes = self._answers[voters, column]
        keep = ask.keep or tuple(range(ask.options))
        prior = NEIGHBOUR_PRIOR * float(np.mean(weights)) if len(voters) else 1.0
        counts = [
            prior * p + (float(np.sum(weights[votes == at])) if at >= 0 else 0.0)
            for p, at in zip(popular, keep, strict=True)
        ]
        total = sum(counts)
        return tuple(c / total for c in counts)

    def _ability(self, history: Sequence[Step]) -> float:
        difficulties = np.array([self._difficulty(s.question, s.topic) for s in history])
        return ability_of(difficulties, np.array([s.right for s in history], dtype=np.float64))

    def _likeness(self, history: Sequence[Step]) -> Floats:
        """Return every training student's likeness, in standard deviations of a fair coin.

        That is the number of equal answers less that of different ones to the questions that
        both answered, over the root of their number (and one).
        """
        out = np.zeros(len(self.students))
        shared = np.ones(len(self.students))
        for step in history:
            place = self._columns.get(step.question)
            if place is not None:
                theirs = self._answers[:, place]
                out += np.where(theirs < 0, 0, np.where(theirs == step.chosen, 1, -1))
                shared += theirs >= 0
        return out / np.sqrt(shared)

    @cached_property
    def _memory(self) -> dict[tuple[str, tuple[Step, ...]], Any]:
        return {}

    def _remembered(self, kind: str, history: Sequence[Step], find: Callable[..., Any]) -> Any:
        """Return what is found from a history, kept for its student's next question."""
        key = (kind, tuple(history))
        if key not in self._memory:
            if len(self._memory) >= REMEMBERED:
                self._memory.clear()
            self._memory[key] = find(history)
        return self._memory[key]

    # --- fits ----------------------------------------------------------------------------------

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {question: i for i, question in enumerate(self._counts)}

    @cached_property
    def _answers(self) -> NDArray[np.int16]:
        """Chosen options, shape (students, questions); -1 where there is no answer."""
        out = np.full((len(self.students), len(self._columns)), -1, dtype=np.int16)
        for row, student in enumerate(self.students):
            for step in student:
                out[row, self._columns[step.question]] = step.chosen
        return out

    def _difficulty(self, question: str, topic: str) -> float:
        """Return a question's difficulty in logits; its topic's mean if it was never answered."""
        questions, topics = self._difficulties
        return questions.get(question, topics.get(topic, -_logit(self.success)))

    @cached_property
    def _difficulties(self) -> tuple[dict[str, float], dict[str, float]]:
        steps = [(i, s) for i, student in enumerate(self.students) for s in student]
        topic_of = {s.question: s.topic for _, s in steps}
        who = np.array([i for i, _ in steps], dtype=np.intp)
        what = np.array([self._columns[s.question] for _, s in steps], dtype=np.intp)
        right = np.array([s.right for _, s in steps], dtype=np.float64)
        centres = {t: -_logit(p) for t, p in self._topic_success.items()}
        centre = np.array([centres[topic_of[q]] for q in self._columns])
        difficulty = rasch_difficulties(who, what, right, len(self.students), centre)
        return (
            {q: float(difficulty[i]) for q, i in self._columns.items()},
            centres,
        )

    @cached_property
    def _tracing(self) -> dict[str, tuple[float, float, float, float]]:
        sequences: dict[str, list[list[bool]]] = defaultdict(list)
        for student in self.students:
            by_topic: dict[str, list[bool]] = defaultdict(list)
            for step in student:
                by_topic[step.topic].append(step.right)
            for topic, answers in by_topic.items():
                sequences[topic].append(answers)
        return {topic: fit_tracing(answers) for topic, answers in sequences.items()}


def _shrunk(right: Sequence[bool], centre: float) -> float:
    return (sum(right) + SHRINKAGE * centre) / (len(right) + SHRINKAGE)


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def ability_of(difficulties: Floats, right: Floats) -> float:
    """Return the most likely ability in logits, given difficulties and a normal prior about 0."""
    ability = 0.0
    for _ in range(RASCH_SWEEPS):
        p = 1 / (1 + np.exp(difficulties - ability))
        slope = float(np.sum(right - p)) - ABILITY_PRIOR * ability
        curve = float(np.sum(p * (1 - p))) + ABILITY_PRIOR
        ability += min(max(slope / curve, -1.0), 1.0)
    return ability


def rasch_difficulties(
    who: NDArray[np.intp], what: NDArray[np.intp], right: Floats, students: int, centre: Floats
) -> Floats:
    """Return the most likely difficulties of a Rasch model with normal priors on both sides.

    Args:
        who: student of each answer.
        what: question of each answer.
        right: 1 for a right answer, else 0.
        students: number of students.
        centre: each question's difficulty before its answers are seen; shape (questions,).
    """
    ability, difficulty = np.zeros(students), centre.copy()
    for _ in range(RASCH_SWEEPS):
        for axis in ("student", "question"):
            p = 1 / (1 + np.exp(difficulty[what] - ability[who]))
            index = who if axis == "student" else what
            size = students if axis == "student" else len(centre)
            residual = np.bincount(index, right - p, size)
            curve = np.bincount(index, p * (1 - p), size)
            if axis == "student":
                step = (residual - ABILITY_PRIOR * ability) / (curve + ABILITY_PRIOR)
                ability += np.clip(step, -1, 1)
            else:
                pull = DIFFICULTY_PRIOR * (difficulty - centre)
                step = (-residual - pull) / (curve + DIFFICULTY_PRIOR)
                difficulty += np.clip(step, -1, 1)
    return difficulty


def _traced(known: float, right: bool, learn: float, guess: float, slip: float) -> float:
    """Return the chance that a skill is known after an answer and the exercise's teaching."""
    yes = known * ((1 - slip) if right else slip)
    no = (1 - known) * (guess if right else 1 - guess)
    after = yes / (yes + no)
    return after + (1 - after) * learn


def fit_tracing(sequences: Sequence[Sequence[bool]]) -> tuple[float, float, float, float]:
    """Fit Bayesian knowledge tracing to one topic by expectation and maximisation.

    Args:
        sequences: each student's answers on the topic, in order; True for right.

    Returns:
        The chances that the topic is known before the first exercise, is learned at one, is
        guessed right, and slips.
    """
    length = max(map(len, sequences), default=0)
    answers = np.full((len(sequences), length), -1, dtype=np.int8)
    for row, sequence in enumerate(sequences):
        answers[row, : len(sequence)] = sequence
    seen = answers >= 0
    known, learn, guess, slip = BKT_START
    for _ in range(BKT_SWEEPS):
        # Emission of each answer, shape (sequences, length), in the two states.
        no = np.where(seen, np.where(answers == 1, guess, 1 - guess), 1.0)
        yes = np.where(seen, np.where(answers == 1, 1 - slip, slip), 1.0)
        forward = np.empty((2, len(sequences), length))
        share = np.full(len(sequences), known)
        for t in range(length):
            a, b = (1 - share) * no[:, t], share * yes[:, t]
            forward[0, :, t], forward[1, :, t] = a / (a + b), b / (a + b)
            share = forward[1, :, t] + forward[0, :, t] * learn
        back = np.ones((2, len(sequences)))
        known_at = np.empty((len(sequences), length))
        moved = stayed = 0.0
        for t in range(length - 1, -1, -1):
            joint = forward[:, :, t] * back
            total = joint[0] + joint[1]
            known_at[:, t] = joint[1] / total
            if t:
                here = forward[0, :, t - 1]
                up = here * learn * yes[:, t] * back[1]
                flat = here * (1 - learn) * no[:, t] * back[0]
                other = forward[1, :, t - 1] * yes[:, t] * back[1]
                whole = up + flat + other
                live = seen[:, t]
                moved += float(np.sum(up[live] / whole[live]))
                stayed += float(np.sum(flat[live] / whole[live]))
                low = (1 - learn) * no[:, t] * back[0] + learn * yes[:, t] * back[1]
                high = yes[:, t] * back[1]
                back = np.stack([low, high]) / (low + high)
        unknown_at = np.where(seen, 1 - known_at, 0.0)
        known_at = np.where(seen, known_at, 0.0)
        right = answers == 1
        known = _inside(float(np.sum(known_at[:, 0])), float(len(sequences)))
        learn = _inside(moved, moved + stayed)
        guess = _inside(float(np.sum(unknown_at[right])), float(np.sum(unknown_at)))
        slip = _inside(float(np.sum(known_at[seen & ~right])), float(np.sum(known_at)))
    return known, learn, guess, slip


def _inside(part: float, whole: float) -> float:
    """Return a share within limits that keep every answer possible."""
    low, high = BKT_LIMITS
    return min(max((part + 0.5) / (whole + 1.0), low), high)
