"""Twins: three students, the same questions, three different wrong rules.

All that a prompt shows is the same for the three but what the student chose before, so whatever is
forecast from the question, its options or their order is the same for all and says nothing of the
difference between them. Each of the skill's wrong rules is held by one of the three. Who holds a
rule chooses its answer with ``FAITHFUL``, and else guesses by the options' appeal, so that the
posterior of the three rules is a product over the answers: exact.

Two configurations: ``choice``, the headline, and ``peers``, where other students' answers to the
same questions are shown as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from heptathlon.builders.students.drafts import BUGS_EACH
from heptathlon.builders.students.records import Answered, Peer, Probabilities, TwinRecord
from heptathlon.builders.students.skills import SKILLS
from heptathlon.builders.students.world import (
    FAMILY,
    MAX_DRAFTS,
    Exercise,
    World,
    drawn,
)
from heptathlon.errors import HeptathlonError
from heptathlon.records import Record, content_id
from heptathlon.seeding import Stream

STEPS = (0, 1, 2, 3, 4, 6)
"""Rungs of the ladder: operations that the wrong rules of a skill take."""
HISTORIES = (4, 8)
"""Earlier answers in the asked skill."""
OTHERS = (0, 4)
"""Earlier answers in another skill, strewn among them."""
WORDINGS = 3
TWINS = BUGS_EACH
PEERS = (3, 6)
NAMES = ("Ana", "Ben", "Cleo", "Dan", "Eva", "Finn")
FIRST_BUG = 2
"""State of a student who holds a skill's first wrong rule; see :mod:`.world`."""
UNREPEATED = frozenset({"meaning", "grammar"})
"""Areas in which no option may stand twice in a record, because a word can be recognised."""


@dataclass(frozen=True)
class Group:
    """What decides how hard a group of twins is to forecast.

    Attributes:
        steps: rung of the ladder.
        history: earlier answers in the asked skill.
        others: earlier answers in another one.
        wording: which wording its prompts have.
        half: its half, for the cross-fit of the recalibration.
    """

    steps: int
    history: int
    others: int
    wording: int
    half: int


def group(config: str, index: int) -> Group:
    """Return the make of a group; every make comes round equally often."""
    rest, rung = divmod(index, len(STEPS))
    pairs = list(product(HISTORIES, OTHERS))
    round_, cell = divmod(rest, len(pairs))
    history, others = pairs[cell] if config == "choice" else (HISTORIES[0], 0)
    # The half goes with neither the rung nor the wording.
    return Group(
        STEPS[rung], history, others, (round_ if config == "choice" else rest) % WORDINGS,
        (rest // (len(pairs) if config == "choice" else 1) + rung) % 2,
    )  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A question that all students of a group were asked, in its place.

    Attributes:
        exercise: the question.
        rules: the wrong rule by which each twin answers it, as an index into ``Skill.bugs``.
    """

    exercise: Exercise
    rules: tuple[int, ...]


def twins(world: World, config: str, split: str, index: int) -> list[Record]:
    """Return the records of one group: one a student."""
    make = group(config, index)
    stream = world.stream(config, split, index)
    skill = stream.choice(sorted(s.name for s in SKILLS.values() if s.steps == make.steps))
    past, last = _plan(world, make, skill, stream)
    peers = _peers(PEERS[index // len(STEPS) % len(PEERS)], past, last, stream)
    cluster = content_id(FAMILY, config, split, index, world.season, last.exercise.text)
    out: list[Record] = []
    for student in range(TWINS):
        chosen = [_answer(one, student, stream) for one in past]
        top = posterior(past, last, chosen)
        fields: dict[str, Any] = {
            "cluster_id": cluster,
            "season": world.season,
            "form": "twin",
            "half": make.half,
            "wording": make.wording,
            "past": tuple(
                answered(one.exercise, choice) for one, choice in zip(past, chosen, strict=True)
            ),
            "peers": peers if config == "peers" else (),
            "question": last.exercise.text,
            "topic": SKILLS[skill].title,
            "options": last.exercise.options,
            "key": last.exercise.key,
            "carries": last.exercise.carries,
            "chosen": _answer(last, student, stream),
            "rule": SKILLS[skill].bugs[last.rules[student]],
            "base": mixed(last.exercise, [1 / BUGS_EACH] * BUGS_EACH),
            "top": top,
            "exact": True,
            "steps": make.steps,
            "history": str(make.history),
            "others": make.others,
            "area": SKILLS[skill].area,
        }
        dumped = TwinRecord(item_id="0" * 32, **fields).model_dump(exclude={"item_id"})
        out.append(TwinRecord(item_id=content_id(FAMILY, config, dumped), **fields))
    return out


def posterior(past: Sequence[Asked], last: Asked, chosen: Sequence[int]) -> Probabilities:
    """Return the exact forecast of the last answer, given the earlier ones.

    Only answers in the asked skill say anything: what rule is held in another one is drawn apart.
    """
    asked = last.exercise.skill
    weights = [
        prod(
            one.exercise.chances(FIRST_BUG + rule, "rare")[choice]
            for one, choice in zip(past, chosen, strict=True)
            if one.exercise.skill == asked
        )
        for rule in range(BUGS_EACH)
    ]
    total = sum(weights)
    return mixed(last.exercise, [w / total for w in weights])


def mixed(exercise: Exercise, weights: Sequence[float]) -> Probabilities:
    """Return the distribution of the chosen option if each wrong rule has a given chance."""
    rows = [exercise.chances(FIRST_BUG + rule, "rare") for rule in range(BUGS_EACH)]
    columns = zip(*rows, strict=True)
    out = [sum(w * p for w, p in zip(weights, column, strict=True)) for column in columns]
    total = sum(out)
    return tuple(p / total for p in out)


def _plan(world: World, make: Group, skill: str, stream: Stream) -> tuple[list[Asked], Asked]:
    """Draw the questions of a group: the earlier ones in their order, and the asked one."""
    rules = list(range(BUGS_EACH))
    stream.shuffle(rules)
    other = stream.choice(sorted(s for s in SKILLS if SKILLS[s].area != SKILLS[skill].area))
    theirs = list(range(BUGS_EACH))
    stream.shuffle(theirs)
    made: list[Exercise] = []
    for name, count in ((skill, make.history + 1), (other, make.others)):
        for _ in range(count):
            made.append(_new(world, name, len(made), made, stream))
    last, *rest = made
    stream.shuffle(rest)
    past = [Asked(e, tuple(rules if e.skill == skill else theirs)) for e in rest]
    return past, Asked(last, tuple(rules))


def _new(
    world: World, skill: str, number: int, known: Sequence[Exercise], stream: Stream
) -> Exercise:
    """Draw an exercise all of whose wrong options carry a rule, none of them used before."""
    for _ in range(MAX_DRAFTS):
        made = world.new_exercise(skill, "all", number, stream, known)
        used = {option for e in known for option in e.options}
        if SKILLS[skill].area not in UNREPEATED or not used & set(made.options):
            return made
    raise HeptathlonError(f"{MAX_DRAFTS:,} draws gave no exercise of {skill!r} with new options.")


def _answer(asked: Asked, student: int, stream: Stream) -> int:
    return drawn(asked.exercise.chances(FIRST_BUG + asked.rules[student], "rare"), stream)


def _peers(count: int, past: Sequence[Asked], last: Asked, stream: Stream) -> tuple[Peer, ...]:
    """Draw other students, of whom equally many hold each wrong rule of the asked skill."""
    rules = [i % TWINS for i in range(count)]
    stream.shuffle(rules)
    names = stream.sample(NAMES, count)
    return tuple(
        Peer(name=name, chosen=tuple(_answer(one, rule, stream) for one in [*past, last]))
        for name, rule in zip(names, rules, strict=True)
    )


def answered(exercise: Exercise, chosen: int) -> Answered:
    """Return an exercise as a prompt tells of it, with the option that a student chose."""
    return Answered(
        question=exercise.text,
        topic=SKILLS[exercise.skill].title,
        options=exercise.options,
        key=exercise.key,
        chosen=chosen,
        carries=exercise.carries,
    )
