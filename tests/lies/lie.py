"""What a lie is, and how one is planted in several submissions, or after all else has followed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heptathlon.families import of_role
from tests import forge
from tests.lies.forger import Forged, Row

FAMILIES = (*of_role("scored"), *of_role("exhibition"))
Plant = Callable[[Forged], Any]


@dataclass(frozen=True)
class Lie:
    """One lie.

    Attributes:
        name: what it says, in a few words.
        seed: the honest submission it is planted into: a family, ``chat``, ``player`` or ``short``.
        plant: plants it.
        follow: whether claims, settings and command are made to follow.
        told: whether it may be accepted if the row loses its rank and says why.
    """

    name: str
    seed: str
    plant: Plant
    follow: bool = True
    told: bool = False


def every(name: str, plant: Plant, seeds: tuple[str, ...] = FAMILIES, **more: Any) -> Iterator[Lie]:
    """Yield a lie in each of several submissions."""
    for seed in seeds:
        yield Lie(name, seed, plant, **more)


def arguments(row: Row) -> dict[str, Any]:
    """Return a sample's first request."""
    found: dict[str, Any] = row["arguments"]["gen_args_0"]
    return found


def line(change: Callable[[Row], Any]) -> Plant:
    """Return a plant that changes the first sample of a headline task."""
    return lambda one: change(one.one())


def late(change: Callable[[Forged], Any]) -> Plant:
    """Return a plant that changes the results when all else has followed."""

    def plant(one: Forged) -> None:
        def act(folder: Path) -> None:
            (name,) = one.results
            one.results[name] = json.loads((folder / name).read_text())
            change(one)
            (folder / name).write_text(json.dumps(one.result, indent=2, ensure_ascii=False))
            forge.listed(folder)

        one.after.append(act)

    return plant


def enveloped(change: Callable[[dict[str, Any]], Any]) -> Plant:
    """Return a plant that alters the envelope when all has followed."""

    def plant(one: Forged) -> None:
        one.after.append(lambda folder: forge.enveloped(folder, change))

    return plant
