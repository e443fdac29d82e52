"""What every study file holds; each kind of study adds its own fields."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

BASE = "base"
"""Key of the validation's context: the folder of the study file."""

Arguments = dict[str, str | int | float | bool]
"""lm-eval's model arguments."""


def _beside(path: Path, info: ValidationInfo) -> Path:
    base: Path = (info.context or {}).get(BASE, Path())
    return base / path


BesideFile = Annotated[Path, AfterValidator(_beside)]
"""A path that is relative to the study file."""


class Closed(BaseModel):
    """A part of a study file or of a card."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Card(Closed):
    """What a study found out.

    Attributes:
        kind: the kind of study.
        study: its title.
    """

    kind: str
    study: str


class Member(Closed):
    """One of a study's runs.

    Attributes:
        name: its name, which is also the name of its folder.
        model_args: lm-eval's model arguments, added to the study's own.
        flags: further flags of ``heptathlon run``, added to the study's own.
        run: folder of a run that was made before; the study's own folder for it if left out.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    model_args: Arguments = {}
    flags: tuple[str, ...] = ()
    run: BesideFile | None = None


class Study(Closed):
    """A study file.

    Attributes:
        study: its title.
        kind: one of the kinds that are registered.
        model: lm-eval's model class.
        model_args: model arguments of every run.
        flags: further flags of ``heptathlon run``, the same for every run.
        tasks: lm-eval names of the tasks.
        output: folder below which the runs are made, relative to the study file.
        cpus: processors that a run takes on a cluster.
        gpus: accelerators that a run takes on a cluster.
    """

    study: str
    kind: str
    model: str = "hf"
    model_args: Arguments = {}
    flags: tuple[str, ...] = ()
    tasks: tuple[str, ...] = Field(min_length=1)
    output: BesideFile = Field(default=Path("runs"), validate_default=True)
    cpus: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    gpus: float = Field(default=0.0, ge=0, allow_inf_nan=False)

    @property
    def members(self) -> tuple[Member, ...]:
        """The study's runs, in the order in which they are made."""
        raise NotImplementedError

    def folder_of(self, member: Member) -> Path:
        """Return the folder of one of its runs."""
        return member.run or self.output / member.name
