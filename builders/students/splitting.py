"""Who is trained on and who is asked, in the paper edition: split by student, history earlier.

:func:`refuse_leaks` checks what comes of it: nothing that is asked about can be known before.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from heptathlon.builders import sources, store
from heptathlon.builders.students.adapters import EEDI, eedi, left_out_file
from heptathlon.builders.students.answers import Answer, Answers, Question, read_answers
from heptathlon.builders.students.forecasts import Step, Training
from heptathlon.errors import HeptathlonError
from heptathlon.families import FAMILIES
from heptathlon.files import read_json_strict, sha256_file
from heptathlon.seeding import Stream

FAMILY = "students"
VERSION = FAMILIES[FAMILY].version
TEST_SHARE = 0.2
"""Of the students, where the file does not say who is tested."""
NEW_SHARE = 0.1
"""Of the questions, those held out in the second split."""
MIN_TRAINING = 2
"""Training students below which nothing can be fitted."""
MAX_LEFT_OUT_BYTES = 2**20


@dataclass(frozen=True)
class Target:
    """An answer to forecast, with everything that may be known of it.

    Attributes:
        student: whose answer.
        answer: the answer.
        past: the student's strictly earlier answers, oldest first.
    """

    student: str
    answer: Answer
    past: tuple[Answer, ...]


@dataclass(frozen=True)
class Split:
    """Who is trained on and who is asked.

    Attributes:
        answers: the file.
        train: training students.
        test: students who are asked.
        new: questions that are held out; None in the first split, where none is.
    """

    answers: Answers
    train: tuple[str, ...]
    test: tuple[str, ...]
    new: frozenset[str] | None


def own_file() -> Path | None:
    """Return the file of answers that the user brings; None for Eedi's."""
    return store.own_data(FAMILY, "paper")


@lru_cache(maxsize=1)
def answers_of(own: Path | None, digest: str) -> Answers:
    """Return the answers of a file of a known checksum, or Eedi's."""
    del digest  # A changed file is another file.
    if own is None:
        return eedi(*map(sources.fetch, EEDI))
    out = read_answers(own)
    beside = left_out_file(own)
    if beside.is_file():
        for reason, count in read_json_strict(beside, max_bytes=MAX_LEFT_OUT_BYTES).items():
            out.leave_out(str(reason), int(count))
    return out


def loaded() -> Answers:
    """Return the answers that the paper edition is made of."""
    own = own_file()
    return answers_of(own, sha256_file(own) if own else "")


def split(answers: Answers, season: str, *, new_questions: bool) -> Split:
    """Split by student, and in the second split by question too.

    Raises:
        HeptathlonError: if one of the sides would be empty.
    """

    def coin(kind: str, name: str, share: float) -> bool:
        return Stream(FAMILY, VERSION, season, "paper", kind, name).uniform() < share

    students = [s for s, given in answers.students.items() if len(given) > 1]
    if answers.part:
        test = [s for s in students if answers.part.get(s) == "test"]
    else:
        test = [s for s in students if coin("student", s, TEST_SHARE)]
    chosen = set(test)
    train = [s for s in students if s not in chosen]
    if len(train) < MIN_TRAINING or not test:
        raise HeptathlonError(
            f"The answers give {len(train)} training and {len(test)} test students with more than "
            "one answer; bring more students, or say who is who in the column part."
        )
    new = None
    if new_questions:
        new = frozenset(q for q in answers.questions if coin("question", q, NEW_SHARE))
    return Split(answers, tuple(train), tuple(test), new)


def training_of(parts: Split) -> Training:
    """Return what is fitted on the training students."""
    new = parts.new or frozenset()
    return Training(
        [
            [
                step_of(parts.answers.questions[a.question], a)
                for a in parts.answers.students[student]
                if a.question not in new
            ]
            for student in parts.train
        ]
    )


def step_of(question: Question, answer: Answer) -> Step:
    """Return an answer as the forecasters count it."""
    return Step(
        question.name,
        " > ".join(question.topic),
        len(question.options),
        question.key,
        answer.chosen,
    )


def targets(parts: Split) -> list[Target]:
    """Return every answer that can be asked about, with its strictly earlier history."""
    new = parts.new
    out = []
    for student in parts.test:
        given = parts.answers.students[student]
        for answer in given:
            if new is not None and answer.question not in new:
                continue
            past = tuple(
                a for a in given if a.time < answer.time and (new is None or a.question not in new)
            )
            if past:
                out.append(Target(student, answer, past))
    return out


def refuse_leaks(parts: Split, asked: Iterable[Target]) -> None:
    """Check that no answer to forecast can be known before.

    The two faults of the released protocol are what this finds: an answer in its own history
    window, and students or questions on both sides of the split.

    Raises:
        HeptathlonError: naming the student and the row of the first leak.
    """
    train = set(parts.train)
    for target in asked:
        where = f"student {target.student!r}, row {target.answer.row}"
        if target.student in train:
            raise HeptathlonError(f"Leak: {where} belongs to a training student.")
        for earlier in target.past:
            if earlier.row == target.answer.row:
                raise HeptathlonError(f"Leak: {where} stands in its own history.")
            if earlier.time >= target.answer.time:
                raise HeptathlonError(
                    f"Leak: the history of {where} holds row {earlier.row}, which is not earlier."
                )
            if parts.new is not None and earlier.question in parts.new:
                raise HeptathlonError(
                    f"Leak: the history of {where} holds row {earlier.row}, an answer to a "
                    "held-out question."
                )
        if parts.new is not None and target.answer.question not in parts.new:
            raise HeptathlonError(f"Leak: {where} answers a question that is not held out.")


def chosen_targets(every: Sequence[Target], season: str, count: int) -> list[Target]:
    """Return targets spread over the students, a smaller count being a part of a larger one."""
    by_student: dict[str, list[tuple[float, Target]]] = defaultdict(list)
    for target in every:
        key = (FAMILY, VERSION, season, "paper", "ask", target.student, target.answer.row)
        by_student[target.student].append((Stream(*key).uniform(), target))
    ranked = [
        (rank, draw, target)
        for drawn in by_student.values()
        for rank, (draw, target) in enumerate(sorted(drawn, key=lambda pair: pair[0]))
    ]
    return [target for *_, target in sorted(ranked, key=lambda r: r[:2])[:count]]
