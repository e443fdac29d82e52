"""Who is shown to a model, how often, in which form and when: drawn at random, and published.

The ledger is what makes every effect causal and every chance exact: people differ in their row of
it and, for the rest, are exchangeable. Quotas are exact; people are dealt to them in blocks of one
culture and one kind of name, so that no level of the design has more misleading names than another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import pyarrow as pa

from heptathlon.builders.facts.values import TOLD, Attribute
from heptathlon.builders.facts.wordings import TRAINED, WORDINGS
from heptathlon.builders.facts.world import Person, World
from heptathlon.seeding import Stream

Form = Literal["single", "multi", "permute", "fullname"]
Phase = Literal["early", "late"]

L = TypeVar("L")

EXPOSURES = (0, 1, 3, 10, 30, 100)
SHARES: Mapping[int, float] = {0: 0.30, 1: 0.20, 3: 0.20, 10: 0.16, 30: 0.10, 100: 0.04}
"""Share of people at each number of exposures: few where each costs much, so that one person costs
9.4 biographies on average."""
FEW: Mapping[int, float] = {0: 0.30, 1: 0.21, 3: 0.21, 10: 0.17, 30: 0.08, 100: 0.03}
"""The same in the smallest tier, which a laptop should be able to train on: six people at 100."""
FORMS: tuple[Form, ...] = ("single", "multi", "permute", "fullname")
"""One wording in one order; several wordings; several wordings and orders; the same with the full
name in every sentence. With one exposure the first three are one, and count as what was dealt."""
FORM_SHARES: Mapping[Form, float] = {"single": 0.3, "multi": 0.2, "permute": 0.3, "fullname": 0.2}
RUNS = 20
"""Training runs of the ``subsets`` study; each leaves out half of the people, each person half of
the runs."""
FORGOTTEN = 0.2
"""Share of the people with ten and more exposures who are marked to be unlearned."""
LEARNT = 10
"""Exposures from which on somebody can be marked to be forgotten."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's row.

    Attributes:
        person: key of the person.
        exposures: how many biographies of the person the corpus holds.
        form: how they are worded.
        phase: the half of the corpus in which they stand.
        asked: whether the person's questions are in the question files for training; never for
            somebody without exposures.
        runs: in which of the :data:`RUNS` runs the person takes part.
        forget: whether the person is marked to be unlearned.
        wordings: for each attribute of ``TOLD`` all wordings in an order drawn for this person:
            the first :data:`~heptathlon.builders.facts.wordings.TRAINED` may be trained on
            (the very first alone in the form ``single``), the last one never is.
        order: the order of telling of the form ``single`` and ``multi``.
    """

    person: str
    exposures: int
    form: Form
    phase: Phase
    asked: bool
    runs: tuple[bool, ...]
    forget: bool
    wordings: tuple[tuple[int, ...], ...]
    order: tuple[int, ...]

    def telling(self, exposure: int, stream: Stream) -> tuple[list[Attribute], list[int]]:
        """Return order and wordings of one of the person's biographies.

        Args:
            exposure: its number; the forms with several wordings use each as often as any other.
            stream: draws the order where the form permutes it.
        """
        order = list(self.order)
        if self.form in {"permute", "fullname"}:
            stream.shuffle(order)
        turn = 0 if self.form == "single" else exposure % TRAINED
        return [TOLD[i] for i in order], [self.wordings[i][turn] for i in order]

    def untold_wordings(self) -> list[int]:
        """Return the wording of each attribute, in the order of ``TOLD``, that is never trained."""
        return [wordings[-1] for wordings in self.wordings]


def draw(world: World, shares: Mapping[int, float] = SHARES) -> tuple[Entry, ...]:
    """Return the ledger of a world: one row a person, in the order of the people.

    Args:
        world: the world.
        shares: share of the people at each number of exposures.
    """
    plan = world.plan
    stream = plan.stream("ledger")
    ordered = _blocks(world.people, stream)
    exposures = _spread(dict(shares), len(ordered), stream)
    form: dict[int, Form] = {}
    phase: dict[int, Phase] = {}
    asked: dict[int, bool] = {}
    forget: dict[int, bool] = {}
    for level in EXPOSURES:
        members = [i for i, e in zip(ordered, exposures, strict=True) if e == level]
        form |= zip(members, _spread(dict(FORM_SHARES), len(members), stream), strict=True)
        for one in FORMS:
            cell = [i for i in members if form[i] == one]
            phase |= zip(cell, _alternating(("early", "late"), len(cell), stream), strict=True)
            # Two and two, so that asking and phase are crossed.
            turns = _alternating((True, True, False, False), len(cell), stream)
            asked |= {i: turn and level > 0 for i, turn in zip(cell, turns, strict=True)}
            marks = _spread({True: FORGOTTEN, False: 1 - FORGOTTEN}, len(cell), stream)
            forget |= {i: mark and level >= LEARNT for i, mark in zip(cell, marks, strict=True)}
    level_of = dict(zip(ordered, exposures, strict=True))
    return tuple(
        Entry(
            person=person.key,
            exposures=level_of[i],
            form=form[i],
            phase=phase[i],
            asked=asked[i],
            runs=_halves(plan.stream("runs", i)),
            forget=forget[i],
            wordings=tuple(
                tuple(plan.stream("wordings", i, a).sample(range(WORDINGS), WORDINGS))
                for a in range(len(TOLD))
            ),
            order=tuple(plan.stream("order", i).sample(range(len(TOLD)), len(TOLD))),
        )
        for i, person in enumerate(world.people)
    )


def _blocks(people: Sequence[Person], stream: Stream) -> list[int]:
    """Return the people's numbers block by block, in random order within each."""
    keyed = [(p.culture, p.by_name, stream.word(), p.number) for p in people]
    return [number for *_, number in sorted(keyed)]


def _spread(shares: Mapping[L, float], count: int, stream: Stream) -> list[L]:
    """Return ``count`` levels in their shares, so that every stretch of the list has them too.

    The next level is always the one that lags most behind its share; among equals one is drawn.
    """
    total = sum(shares.values())
    wanted = {level: share / total for level, share in shares.items()}
    have = dict.fromkeys(wanted, 0)
    start = stream.uniform()
    out = []
    for place in range(count):
        lags = {level: wanted[level] * (place + 1 + start) - have[level] for level in wanted}
        most = max(lags.values())
        level = stream.choice([one for one, lag in lags.items() if lag > most - 1e-9])
        have[level] += 1
        out.append(level)
    return out


def _alternating(levels: Sequence[L], count: int, stream: Stream) -> list[L]:
    """Return the levels in turn, beginning anywhere."""
    start = stream.below(len(levels))
    return [levels[(start + i) % len(levels)] for i in range(count)]


def _halves(stream: Stream) -> tuple[bool, ...]:
    """Return membership in exactly half of the runs."""
    bits = [i < RUNS // 2 for i in range(RUNS)]
    stream.shuffle(bits)
    return tuple(bits)


def table(entries: Sequence[Entry]) -> pa.Table:
    """Return the ledger as it is published: the design of every person, and no name."""
    return pa.table(
        {
            "person": pa.array([e.person for e in entries]),
            "exposures": pa.array([e.exposures for e in entries], pa.int64()),
            "form": pa.array([e.form for e in entries]),
            "phase": pa.array([e.phase for e in entries]),
            "asked": pa.array([e.asked for e in entries]),
            "runs": pa.array([list(e.runs) for e in entries], pa.list_(pa.bool_())),
            "forget": pa.array([e.forget for e in entries]),
            "wordings": pa.array(
                [[list(w) for w in e.wordings] for e in entries], pa.list_(pa.list_(pa.int64()))
            ),
            "order": pa.array([list(e.order) for e in entries], pa.list_(pa.int64())),
        }
    )
