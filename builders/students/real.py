"""The paper edition: real students' answers, one yes-or-no decision an option.

The answers are Eedi's, or those of a file that ``HEPTATHLON_STUDENTS_DATA`` names (the form is that
of :mod:`.answers`). Four configurations ask about the same kind of answer: ``option`` (the paper's
form: will the student choose this option?) and ``answer`` (which option?), and both again as
``option_new`` and ``answer_new`` for questions that are held out of training and history.

Protocol: split by student; all history strictly earlier than the answer; item statistics from the
training students only. :func:`refuse_leaks` checks every build for it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from heptathlon.builders import sources, store
from heptathlon.builders.students.adapters import EEDI, eedi, left_out_file
from heptathlon.builders.students.answers import Answer, Answers, Question, read_answers
from heptathlon.builders.students.forecasts import Ask, Step, Training, rounded
from heptathlon.builders.students.records import (
    Answered,
    ChoiceRecord,
    Forecasts,
    OptionRecord,
)
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.families import FAMILIES
from heptathlon.files import read_json_strict, sha256_file
from heptathlon.records import Record, content_id
from heptathlon.seeding import Stream

Built = dict[tuple[str, str], list[Record]]

FAMILY = "students"
VERSION = FAMILIES[FAMILY].version
LETTERS = "ABCDEFGHIJ"
CONFIGS: dict[str, type[ChoiceRecord]] = {
    "option": OptionRecord,
    "option_new": OptionRecord,
    "answer": ChoiceRecord,
    "answer_new": ChoiceRecord,
}
TEST_SHARE = 0.2
"""Of the students, where the file does not say who is tested."""
NEW_SHARE = 0.1
"""Of the questions, those held out in the second split."""
QUOTA: dict[str, dict[str, int]] = {
    "smoke": dict.fromkeys(CONFIGS, 5) | {"option": 20},
    "lite": dict.fromkeys(CONFIGS, 60) | {"option": 240},
    "full": dict.fromkeys(CONFIGS, 500) | {"option": 1_500},
}
"""Answers asked about; each makes a record an option, or up to four rotations."""
FEWSHOT_QUOTA = 4
SHOWN = {"smoke": 4, "lite": 20, "full": 20}
"""Earlier answers in a prompt, the latest; the paper shows 10 to 40."""
ROTATIONS = 4
HISTORY_BINS = ((1, "1-15"), (16, "16-63"), (64, "64+"))
MIN_TRAINING = 2
"""Training students below which nothing can be fitted."""
MAX_LEFT_OUT_BYTES = 2**20

ONE_ANSWER = "students with one answer, who have no history"
NO_HISTORY = "answers of test students without a strictly earlier one"
NOT_ASKED = "answers of test students that are not asked about in this tier (form option)"
HELD_OUT = "training answers to held-out questions (second split only)"


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
def _loaded(own: Path | None, digest: str) -> Answers:
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
    return _loaded(own, sha256_file(own) if own else "")


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


def forecasts_of(training: Training, target: Target, answers: Answers) -> Forecasts:
    """Return what the reference forecasters say, in the order of the question's own options."""
    question = answers.questions[target.answer.question]
    topic = " > ".join(question.topic)
    ask = Ask(question.name, topic, len(question.options), question.key)
    past = [step_of(answers.questions[a.question], a) for a in target.past]
    return Forecasts(
        popularity=rounded(training.popularity(ask)),
        mastery=rounded(training.mastery(past, ask)),
        tracing=rounded(training.tracing(past, ask)),
        rasch=rounded(training.rasch(past, ask)),
        neighbours=rounded(training.neighbours(past, ask)),
    )


# --- records -------------------------------------------------------------------------------------


def shards(tier: str) -> list[str]:
    """Return the shards of a tier, one a configuration."""
    if tier not in QUOTA:
        raise UnknownNameError(f"tier of {FAMILY}'s paper edition", tier, QUOTA)
    return list(CONFIGS)


@lru_cache(maxsize=4)
def _prepared(
    own: Path | None, digest: str, season: str, new_questions: bool
) -> tuple[Split, Training, tuple[Target, ...]]:
    parts = split(_loaded(own, digest), season, new_questions=new_questions)
    every = targets(parts)
    refuse_leaks(parts, every)
    return parts, training_of(parts), tuple(every)


def prepared(season: str, *, new_questions: bool) -> tuple[Split, Training, tuple[Target, ...]]:
    """Return a split of the answers, what is fitted on it, and every target."""
    own = own_file()
    return _prepared(own, sha256_file(own) if own else "", season, new_questions)


def generate(tier: str, shard: str, season: str) -> Built:
    """Generate one configuration.

    Raises:
        HeptathlonError: if the answers are not of the documented form or cannot be split.
    """
    if shard not in shards(tier):
        raise UnknownNameError(f"shard of {FAMILY}'s paper edition", shard, CONFIGS)
    parts, training, every = prepared(season, new_questions=shard.endswith("_new"))
    asked = chosen_targets(every, season, QUOTA[tier][shard])
    if not asked:
        raise HeptathlonError(
            f"No answer can be asked about in {shard!r}: no test student has an answer "
            f"{'to a held-out question ' if parts.new is not None else ''}with an earlier one."
        )
    cuts = _terciles(parts)
    built: Built = {(shard, "test"): []}
    for target in asked:
        built[shard, "test"] += _records(shard, tier, season, parts, training, target, cuts)
    built[shard, "fewshot"] = _fewshot(shard, season, parts, training, cuts)
    return built


def left_out(tier: str, season: str) -> dict[str, int]:
    """Return what of the answers is not asked about, and why."""
    parts, _, every = prepared(season, new_questions=False)
    answers = parts.answers
    counts = dict(answers.left_out)
    single = sum(len(given) == 1 for given in answers.students.values())
    given = sum(len(answers.students[s]) for s in parts.test)
    held = prepared(season, new_questions=True)[0]
    counts |= {
        ONE_ANSWER: single,
        NO_HISTORY: given - len(every),
        NOT_ASKED: len(every) - len(chosen_targets(every, season, QUOTA[tier]["option"])),
        HELD_OUT: sum(
            a.question in (held.new or ()) for s in held.train for a in answers.students[s]
        ),
    }
    return {reason: n for reason, n in counts.items() if n}


def _fewshot(
    shard: str, season: str, parts: Split, training: Training, cuts: tuple[float, float]
) -> list[Record]:
    """Return examples of training students, one record each, so that no test student is shown.

    Their history is what stands before in the file: Eedi's training answers have no times.
    """
    new = parts.new or frozenset()
    out: list[Record] = []
    for student in parts.train:
        if len(out) == FEWSHOT_QUOTA:
            break
        given = [a for a in parts.answers.students[student] if a.question not in new]
        if len(given) < 2:
            continue
        target = Target(student, given[-1], tuple(given[:-1]))
        made = _records(shard, "smoke", season, parts, training, target, cuts, split="fewshot")
        out.append(made[len(out) % len(made)])
    return out


def _terciles(parts: Split) -> tuple[float, float]:
    """Return the terciles of the training students' share of right answers."""
    questions = parts.answers.questions
    shares = sorted(
        sum(a.chosen == questions[a.question].key for a in given) / len(given)
        for given in (parts.answers.students[s] for s in parts.train)
    )
    return shares[len(shares) // 3], shares[2 * len(shares) // 3]


def _records(
    shard: str,
    tier: str,
    season: str,
    parts: Split,
    training: Training,
    target: Target,
    cuts: tuple[float, float],
    split: str = "test",
) -> list[Record]:
    answers = parts.answers
    question = answers.questions[target.answer.question]
    forecasts = forecasts_of(training, target, answers)
    past_right = sum(a.chosen == answers.questions[a.question].key for a in target.past)
    share = past_right / len(target.past)
    form = "option" if shard.startswith("option") else "choice"
    shared: dict[str, Any] = {
        "cluster_id": f"student {target.student}",
        "season": season,
        "form": form,
        "half": Stream(FAMILY, VERSION, season, "paper", "half", target.student).below(2),
        "past": tuple(
            _answered(answers.questions[a.question], a, training)
            for a in _shown(target, answers, SHOWN[tier])
        ),
        "past_right": past_right,
        "past_total": len(target.past),
        "topic": question.topic[-1] if question.topic else "",
        "key_shown": True,
        "exact": False,
        "history": next(name for low, name in HISTORY_BINS[::-1] if len(target.past) >= low),
        "misconceptions": "real",
        "bearing": "real",
        "slips": "real",
        "order": "real",
        "area": question.topic[0] if question.topic else "none given",
        "mastery": "low" if share < cuts[0] else "middle" if share < cuts[1] else "high",
    }
    ask_id = content_id(FAMILY, "paper", shard, split, season, target.student, target.answer.row,
                        question.name, question.options)  # fmt: skip
    n = len(question.options)
    known = training.knows(question.name)
    out: list[Record] = []
    for rotation in range(1 if form == "option" else min(ROTATIONS, n)):
        order = [(i + rotation) % n for i in range(n)]
        turned = {
            name: tuple(getattr(forecasts, name)[i] for i in order)
            for name in Forecasts.model_fields
        }
        key = order.index(question.key)
        fields: dict[str, Any] = {
            **shared,
            "ask_id": ask_id,
            "rotation": rotation,
            "question": _wording(question, key, known),
            "options": _option_texts(question, order, known, turned["popularity"]),
            "key": key,
            "carries": tuple("key" if i == key else "" for i in range(n)),
            "chosen": order.index(target.answer.chosen),
            "base": turned["popularity"],
            "top": turned["rasch"],
            "forecasts": Forecasts(**turned),
        }
        if form == "choice":
            item = content_id(ask_id, tier, rotation, fields["chosen"])
            out.append(ChoiceRecord(item_id=item, **fields))
            continue
        for option in range(n):
            item = content_id(ask_id, tier, option, fields["chosen"])
            out.append(OptionRecord(item_id=item, option=option, **fields))
    return out


def _shown(target: Target, answers: Answers, count: int) -> list[Answer]:
    """Return the latest answers of a history; among equally late ones, those nearest in topic."""
    topic = answers.questions[target.answer.question].topic

    def near(answer: Answer) -> int:
        other = answers.questions[answer.question].topic
        return next(
            (i for i, (a, b) in enumerate(zip(topic, other, strict=False)) if a != b),
            min(len(topic), len(other)),
        )

    latest = sorted(target.past, key=lambda a: (a.time, near(a), a.row))[-count:]
    return sorted(latest, key=lambda a: (a.time, a.row))


def _wording(question: Question, key: int, known: bool) -> str:
    """Return a question as it is shown; without wording, what else is known of it.

    A question without wording cannot be solved, so its key is told: the task is to know the
    student, not the answer. What other students chose is all that is known of its options.
    """
    if question.text:
        return question.text
    options = (
        "The options are shown as the shares of other students who chose them."
        if known
        else "No other student's answer to it is known."
    )
    return f"{_about(question)}. Its right option is {LETTERS[key]}. {options}"


def _about(question: Question) -> str:
    return f"a question on {question.topic[-1]}" if question.topic else "a question"


def _option_texts(
    question: Question, order: Sequence[int], known: bool, popularity: Sequence[float]
) -> tuple[str, ...]:
    """Return the options as they are shown: texts; without wording shares, or letters alone."""
    if question.text:
        return tuple(question.options[i] for i in order)
    return tuple(f"{100 * p:.0f} %" for p in popularity) if known else tuple(LETTERS[: len(order)])


def _answered(question: Question, answer: Answer, training: Training) -> Answered:
    text = question.text or _about(question)
    if not question.text and training.knows(question.name):
        ask = Ask(question.name, " > ".join(question.topic), len(question.options), question.key)
        right = training.popularity(ask)[question.key]
        text += f" ({100 * right:.0f} % of other students are right)"
    return Answered(
        question=text,
        topic=question.topic[-1] if question.topic else "",
        options=question.options if question.text else (),
        key=question.key,
        chosen=answer.chosen,
        carries=tuple("key" if i == question.key else "" for i in range(len(question.options))),
    )
