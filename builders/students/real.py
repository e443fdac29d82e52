"""The paper edition: real students' answers, one yes-or-no decision an option.

The answers are Eedi's, or those of a file that ``HEPTATHLON_STUDENTS_DATA`` names (the form is that
of :mod:`.answers`). Four configurations ask about the same kind of answer: ``option`` (the paper's
form: will the student choose this option?) and ``answer`` (which option?), and both again as
``option_new`` and ``answer_new`` for questions that are held out of training and history.

Protocol: split by student; all history strictly earlier than the answer; item statistics from the
training students only. :func:`.splitting.refuse_leaks` checks every build for it.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from heptathlon.builders.students import splitting
from heptathlon.builders.students.answers import Answer, Answers, Question
from heptathlon.builders.students.forecasts import Ask, Training, rounded
from heptathlon.builders.students.records import (
    Answered,
    ChoiceRecord,
    Forecasts,
    OptionRecord,
)
from heptathlon.builders.students.splitting import (
    FAMILY,
    VERSION,
    Split,
    Target,
    chosen_targets,
    own_file,
    step_of,
    targets,
)
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.files import sha256_file
from heptathlon.records import Record, content_id
from heptathlon.seeding import Stream

Built = dict[tuple[str, str], list[Record]]

LETTERS = "ABCDEFGHIJ"
CONFIGS: dict[str, type[ChoiceRecord]] = {
    "option": OptionRecord,
    "option_new": OptionRecord,
    "answer": ChoiceRecord,
    "answer_new": ChoiceRecord,
}
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

ONE_ANSWER = "students with one answer, who have no history"
NO_HISTORY = "answers of test students without a strictly earlier one"
NOT_ASKED = "answers of test students that are not asked about in this tier (form option)"
HELD_OUT = "training answers to held-out questions (second split only)"


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
    answers = splitting.answers_of(own, digest)
    parts = splitting.split(answers, season, new_questions=new_questions)
    every = targets(parts)
    splitting.refuse_leaks(parts, every)
    return parts, splitting.training_of(parts), tuple(every)


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
