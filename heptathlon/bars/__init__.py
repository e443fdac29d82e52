"""Bars and ceilings: what 0 and 1 of a skill are, measured once on a large reference draw.

They are constants of a family's edition, tier and version, in one JSON file a family beside this
one. ``python -m benchmarks.bars FAMILY`` measures them, on sets that no one is asked: built with
salts of their own. So the bar is not chosen on the items that it is a bar for, and a row's skill
does not change with what else was played on them.
"""

import json
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from heptathlon.errors import HeptathlonError

FOLDER = Path(__file__).parent


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Mark(_Closed):
    """A bar and a ceiling, with their standard errors over independent sets.

    Attributes:
        player: the best player that sees what an entrant sees.
        bar: its expected headline.
        bar_se: standard error of the bar.
        ceiling: best reachable headline.
        ceiling_se: standard error of the ceiling; 0 where it is known.
        n: documents of the headline in all draws together.
    """

    player: str
    bar: float = Field(allow_inf_nan=False)
    bar_se: float = Field(ge=0, allow_inf_nan=False)
    ceiling: float = Field(allow_inf_nan=False)
    ceiling_se: float = Field(ge=0, allow_inf_nan=False)
    n: int = Field(ge=1)


class Measured(Mark):
    """What was measured for one edition and tier.

    Attributes:
        metric: the headline's metric.
        variants: task variants that make it up.
        digest: of the season's public set when this was measured, which tells when the documents
            have changed since.
        salts: what the sets' salts were made of, one an independent draw.
        players: expected headline of every player, those that are no bar included.
        rungs: bar and ceiling on each rung of the family's ladder, by the rung as text.
    """

    metric: str
    variants: tuple[str, ...]
    digest: str
    salts: tuple[str, ...] = Field(min_length=2)
    players: dict[str, float | None]
    rungs: dict[str, Mark] = {}

    @property
    def df(self) -> int:
        """Degrees of freedom of the standard errors."""
        return len(self.salts) - 1


class Bars(_Closed):
    """A family's bars and ceilings.

    Attributes:
        family: name in the registry.
        version: the family's version that they were measured at.
        editions: by edition and tier.
    """

    family: str
    version: int
    editions: dict[str, dict[str, Measured]]


def path_of(family: str) -> Path:
    """Return the file of a family's bars."""
    return FOLDER / f"{family}.json"


@cache
def bars_of(family: str) -> Bars | None:
    """Return a family's bars; None if none were ever measured.

    Raises:
        HeptathlonError: if the installation's file is not one of bars.
    """
    path = path_of(family)
    if not path.is_file():
        return None
    try:
        return Bars.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise HeptathlonError(
            f"{path}: is no file of bars ({str(error).splitlines()[0]}); measure them again with "
            f"python -m benchmarks.bars {family}."
        ) from None


def measured(
    family: str, version: int, edition: str, tier: str, metric: str, variants: tuple[str, ...]
) -> Measured | None:
    """Return what was measured for a headline; None if that is another version's or headline's."""
    found = bars_of(family)
    if found is None or found.version != version:
        return None
    one = found.editions.get(edition, {}).get(tier)
    if one is None or (one.metric, one.variants) != (metric, variants):
        return None
    return one
