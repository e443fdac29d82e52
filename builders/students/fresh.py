"""The fresh edition: simulated students, each asked one question whose answer is to be forecast.

Three configurations of twins, three students with the same questions and different wrong rules:
``choice`` (the headline), ``peers`` (other students' answers are shown) and ``several`` (questions
with several right options). Six of a population: ``population``, ``hidden`` (the same students, the
prompt does not say which answers were right), ``added`` and ``removed`` (a question that the
student has answered, with one option more or fewer), ``new_question`` (one that no student has
met), ``new_student`` (after 1, 2, 4 or 8 answers). A smaller tier is a part of a larger one.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, Literal, cast

from heptathlon.builders.students.forecasts import Ask, Step, Training, rounded
from heptathlon.builders.students.records import ChoiceRecord, Forecasts
from heptathlon.builders.students.several import several
from heptathlon.builders.students.skills import SCHOOL, SKILLS
from heptathlon.builders.students.skills_meaning import KINDS
from heptathlon.builders.students.twins import HISTORIES as HISTORY_OF_TWINS
from heptathlon.builders.students.twins import STEPS, TWINS, WORDINGS, Group, answered, group, twins
from heptathlon.builders.students.world import (
    BUG_SHARE,
    CLASSES,
    FAMILY,
    SLIP,
    Bearing,
    Belief,
    ClassOf,
    Exercise,
    Student,
    World,
)
from heptathlon.errors import UnknownNameError
from heptathlon.records import Record, content_id
from heptathlon.seeding import Stream

Built = dict[tuple[str, str], list[Record]]
Order = Literal["blocked", "interleaved"]

HISTORIES = (4, 16, 48)
COLD = (1, 2, 4, 8)
"""Earlier answers of the students in ``new_student``."""
SKILLS_OF = {1: 1, 2: 1, 4: 2, 8: 2, 16: 4, 48: 6}
"""Skills that a history of a length goes through, each equally often."""
BEARINGS: tuple[Bearing, ...] = ("one", "all")
ORDERS: tuple[Order, ...] = ("blocked", "interleaved")
ROTATIONS = 4
TWINNED = ("choice", "peers", "several")
POPULATION = ("population", "hidden", "added", "removed", "new_question", "new_student")
CONFIGS = TWINNED + POPULATION

QUOTA: dict[str, dict[str, int]] = {
    "smoke": dict.fromkeys(POPULATION, 5) | {"choice": 18, "peers": 6, "several": 8},
    "lite": dict.fromkeys(POPULATION, 32)
    | {"population": 48, "choice": 144, "peers": 36, "several": 48},
    "full": {"choice": 432, "peers": 144, "several": 192, "population": 720, "hidden": 192,
             "added": 144, "removed": 144, "new_question": 144, "new_student": 192},
}  # fmt: skip
"""Groups of three twins, or students of a population; the question of one of these makes up to four
records."""
FEWSHOT_QUOTA = 4

TRAINING_STUDENTS = 1_000
"""Training students of each class."""
TRAINING_SKILLS, TRAINING_EACH = 4, 6


@dataclass(frozen=True)
class Cell:
    """What decides how hard a student is to forecast."""

    history: int
    of: ClassOf
    bearing: Bearing
    order: Order


def cell(config: str, index: int) -> Cell:
    """Return the cell of a student; every cell comes round equally often."""
    histories = COLD if config == "new_student" else HISTORIES
    rest, history = divmod(index, len(histories))
    cells = list(product(BUG_SHARE, BEARINGS, SLIP, ORDERS))
    misconceptions, bearing, slips, order = cells[rest % len(cells)]
    return Cell(histories[history], ClassOf(misconceptions, slips), bearing, order)


def wanted(tier: str, config: str) -> list[int]:
    """Return which students of a configuration belong to a tier.

    Raises:
        UnknownNameError: if there is no such tier.
    """
    if tier not in QUOTA:
        raise UnknownNameError(f"tier of {FAMILY}", tier, QUOTA)
    count = QUOTA[tier][config]
    if tier != "smoke":
        return list(range(count))
    # Only the short histories, so that a prompt stays short.
    if config == "choice":
        short = [i for i in range(8 * count) if _is_short(group(config, i))]
        return short[:count]
    if config in TWINNED:
        # Every rung (or skill) once, with the wordings in turn.
        rungs = len(STEPS) if config == "peers" else len(KINDS)
        return [i + i % WORDINGS * rungs for i in range(count)]
    return [i for i in range(4 * count) if cell(config, i).history <= HISTORIES[0]][:count]


def _is_short(make: Group) -> bool:
    return make.history == HISTORY_OF_TWINS[0] and not make.others


def shards(tier: str) -> list[str]:
    """Return the shards of a tier, one a configuration; ``hidden`` shares its students' shard."""
    if tier not in QUOTA:
        raise UnknownNameError(f"tier of {FAMILY}", tier, QUOTA)
    return ["fewshot", *(c for c in CONFIGS if c != "hidden")]


def generate(tier: str, shard: str, season: str, salt: str) -> Built:
    """Generate one shard; see the builder's contract.

    Raises:
        UnknownNameError: if the tier or the shard does not exist.
    """
    if shard not in shards(tier):
        raise UnknownNameError(f"shard of {FAMILY}'s tier {tier!r}", shard, shards(tier))
    built: Built = {}
    if shard in TWINNED:
        world = World(season, salt)
        groups = (_twins(world, shard, "test", index) for index in wanted(tier, shard))
        built[shard, "test"] = [record for one in groups for record in one]
        return built
    world, training = season_of(season, salt)
    if shard == "fewshot":
        for config in TWINNED:
            # One student a group: two of one group would show what a question's options carry.
            built[config, "fewshot"] = [
                _twins(world, config, "fewshot", index)[index % TWINS]
                for index in range(FEWSHOT_QUOTA)
            ]
        for config in POPULATION:
            indices = [i for i in range(64) if cell(config, i).history <= HISTORIES[0]]
            few = (
                record
                for index in indices[:FEWSHOT_QUOTA]
                for record in asked(world, training, config, "fewshot", index)
                # One rotation an example, and all of them over the examples.
                if record.rotation == index // len(HISTORIES) % len(record.options)
            )
            built[config, "fewshot"] = list(few)
        return built
    for config in ("population", "hidden") if shard == "population" else (shard,):
        built[config, "test"] = [
            record
            for index in wanted(tier, config)
            for record in asked(world, training, config, "test", index)
        ]
    return built


def _twins(world: World, config: str, split: str, index: int) -> list[Record]:
    if config == "several":
        return several(world, split, index)
    return twins(world, config, split, index)


@lru_cache(maxsize=2)
def season_of(season: str, salt: str) -> tuple[World, dict[ClassOf, Training]]:
    """Return a season's world and its training students, by class."""
    world = World(season, salt)
    return world, {of: Training(_training(world, of)) for of in CLASSES}


def _training(world: World, of: ClassOf) -> list[list[Step]]:
    out = []
    for index in range(TRAINING_STUDENTS):
        stream = world.stream("training", of.misconceptions, of.slips, index)
        bearing, order = BEARINGS[index % 2], ORDERS[index // 2 % 2]
        count = TRAINING_SKILLS * TRAINING_EACH
        plan = planned(world, bearing, order, count, TRAINING_SKILLS, stream)
        student = Student(of, stream)
        out.append([step_of(exercise, student.answer(exercise)) for exercise in plan])
    return out


def planned(
    world: World, bearing: Bearing, order: Order, count: int, skills: int, stream: Stream
) -> list[Exercise]:
    """Return exercises of the bank, none twice, for a student to go through."""
    chosen = stream.sample(sorted(skill.name for skill in SCHOOL), skills)
    each = count // skills
    piles = [stream.sample(world.bank[skill, bearing], each) for skill in chosen]
    if order == "blocked":
        return [exercise for pile in piles for exercise in pile]
    plan = []
    for row in zip(*piles, strict=True):
        turn = list(row)
        stream.shuffle(turn)
        plan += turn
    return plan


def step_of(exercise: Exercise, chosen: int) -> Step:
    """Return an answer as the forecasters count it."""
    return Step(exercise.name, exercise.skill, len(exercise.options), exercise.key, chosen)


def asked(
    world: World, training: dict[ClassOf, Training], config: str, split: str, index: int
) -> list[ChoiceRecord]:
    """Return one student's records: one question in all rotations of its options."""
    # The students of `hidden` are those of `population`, so that the two can be compared in pairs.
    people = "population" if config == "hidden" else config
    at = cell(config, index)
    stream = world.stream(split, people, index)
    student = Student(at.of, stream)
    plan = planned(world, at.bearing, at.order, at.history, SKILLS_OF[at.history], stream)
    focus = stream.below(len(plan))
    whole = plan[focus]
    added = -1
    if config == "added":
        added = stream.choice([i for i in range(len(whole.options)) if i != whole.key])
        plan[focus] = whole.with_options([i for i in range(len(whole.options)) if i != added])
    oracle, blind = Belief(at.of), Belief(at.of)
    past = []
    for exercise in plan:
        chosen = student.answer(exercise)
        oracle.see(exercise, chosen)
        blind.practise(exercise)
        past.append((exercise, chosen))
    target, keep = _target(world, config, split, index, at, past, focus, whole, added, stream)
    top, base = oracle.forecast(target), blind.forecast(target)
    chosen = student.answer(target)
    fitted = training[at.of]
    # What the student chose among three options says the same of the four that others saw.
    steps = [_canonical(exercise, choice, whole, added) for exercise, choice in past]
    ask = Ask(target.name, target.skill, len(target.options), target.key, keep)
    forecasts = {
        "popularity": fitted.popularity(ask),
        "mastery": fitted.mastery(steps, ask),
        "tracing": fitted.tracing(steps, ask),
        "rasch": fitted.rasch(steps, ask),
        "neighbours": fitted.neighbours(steps, ask),
    }
    shared: dict[str, Any] = {
        "cluster_id": f"{split}-{people}-{index}",
        "season": world.season,
        "form": "choice",
        "half": stream.below(2),
        "past": tuple(answered(exercise, choice) for exercise, choice in past),
        "past_right": sum(exercise.key == choice for exercise, choice in past),
        "past_total": len(past),
        "question": target.text,
        "topic": SKILLS[target.skill].title,
        "key_shown": config != "hidden",
        "exact": True,
        "history": str(at.history),
        "misconceptions": at.of.misconceptions,
        "bearing": at.bearing,
        "slips": at.of.slips,
        "order": at.order,
        "area": SKILLS[target.skill].area,
        "mastery": student.ability,
    }
    ask_id = content_id(FAMILY, config, split, index, world.season, _dumped(shared), target.options)
    out = []
    for rotation in range(min(ROTATIONS, len(target.options))):
        n = len(target.options)
        order = [(i + rotation) % n for i in range(n)]
        turned = target.with_options(order)
        fields: dict[str, Any] = {
            **shared,
            "ask_id": ask_id,
            "rotation": rotation,
            "options": turned.options,
            "key": turned.key,
            "carries": turned.carries,
            "chosen": order.index(chosen),
            "base": tuple(base[i] for i in order),
            "top": tuple(top[i] for i in order),
            "forecasts": Forecasts(
                **{name: rounded([f[i] for i in order]) for name, f in forecasts.items()}
            ),
        }
        out.append(ChoiceRecord(item_id=content_id(FAMILY, config, _dumped(fields)), **fields))
    return out


def _target(
    world: World,
    config: str,
    split: str,
    index: int,
    at: Cell,
    past: list[tuple[Exercise, int]],
    focus: int,
    whole: Exercise,
    added: int,
    stream: Stream,
) -> tuple[Exercise, tuple[int, ...]]:
    """Return the question to forecast, and which of its usual options it has (see ``Ask.keep``)."""
    everything = range(len(whole.options))
    if config == "added":
        return whole, tuple(-1 if i == added else i for i in everything)
    if config == "removed":
        chosen = past[focus][1]
        wrong = [i for i in everything if i != whole.key]
        # The option that the student took, where it was wrong: where will the student go now?
        gone = chosen if chosen != whole.key else stream.choice(wrong)
        keep = [i for i in everything if i != gone]
        return whole.with_options(keep), tuple(keep)
    shelf = world.bank[whole.skill, at.bearing]
    if config == "new_question":
        draw = world.stream("new question", split, index)
        made = world.new_exercise(whole.skill, at.bearing, draw.below(len(shelf)), draw, shelf,
                                  prefix=f"new-{split}-{index}-")  # fmt: skip
        return made, ()
    met = {exercise.name for exercise, _ in past}
    return stream.choice([e for e in shelf if e.name not in met]), ()


def _canonical(exercise: Exercise, chosen: int, whole: Exercise, added: int) -> Step:
    if added < 0 or exercise.name != whole.name:
        return step_of(exercise, chosen)
    return step_of(whole, chosen + (chosen >= added))


def _dumped(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields as plain JSON values, for an id."""
    return cast(
        "dict[str, Any]",
        {
            name: [v.model_dump(mode="json") for v in value]
            if name == "past"
            else value.model_dump(mode="json")
            if isinstance(value, Forecasts)
            else value
            for name, value in fields.items()
        },
    )
