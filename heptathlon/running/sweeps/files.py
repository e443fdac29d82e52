"""The file of a sweep and the cells that it asks for; what is wrong is refused before any runs."""

import contextlib
import io
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.files import read_yaml
from heptathlon.private import refuse_secrets
from heptathlon.running import settings, tokenizing
from heptathlon.running.sweeps.cells import TOGETHER, Cell, refuse_changed
from heptathlon.tasks import catalog

MAX_BYTES = 2**20
FOLDERS = ("pretrained", "peft", "delta", "path")
"""Arguments that may name folders, relative to the file and with wildcards."""
NAMING = ("pretrained", "model", "player", "path")
"""Arguments of which the first that is given names a model."""
REVISION = "revision"
SET_HERE = ("model", "model_args", "tasks", "output_path", "config")
"""Flags of ``heptathlon run`` that a sweep sets itself."""
_WILD = re.compile(r"[*?\[]")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
_NUMBERS = re.compile(r"(\d+)")

Value = str | int | float | bool
Arguments = dict[str, Value | list[Value]]
"""Arguments of a model class; of a list, each value is a model."""


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(_Closed):
    """Models that differ in their arguments alone.

    Attributes:
        name: begins their names; the last part of ``pretrained`` (or ``model``, ``player``) if left
            out.
        model: class of models, as ``heptathlon run`` takes it.
        model_args: its arguments, added to the sweep's own.
        flags: further flags of ``heptathlon run``, added to the sweep's own.
        cpus: processors that a cell takes.
        gpus: accelerators that a cell takes; a part of one where several fit.
    """

    name: str = Field(default="", pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,99})?$")
    model: str = "heptathlon-hf"
    model_args: Arguments = {}
    flags: tuple[str, ...] = ()
    cpus: float = Field(default=1.0, gt=0, le=4096, allow_inf_nan=False)
    gpus: float = Field(default=0.0, ge=0, le=4096, allow_inf_nan=False)


class Sweep(_Closed):
    """A sweep's file.

    Attributes:
        sweep: its title.
        models: who is asked.
        tasks: what is asked: families, variants, tasks or groups.
        tier: size of the sets, where the tasks do not say it.
        model_args: arguments of all models.
        flags: flags of all runs.
        output: folder of the cells, relative to the file; on a cluster, one that all nodes see.
    """

    sweep: str = Field(min_length=1)
    models: tuple[Asked, ...] = Field(min_length=1)
    tasks: tuple[str, ...] = Field(min_length=1)
    tier: str = ""
    model_args: Arguments = {}
    flags: tuple[str, ...] = ()
    output: Path = Path("runs")


def read(path: Path) -> list[Cell]:
    """Return the cells that a file asks for, in its order, the events of a model together.

    Raises:
        UnknownNameError: for an unknown key, class of models, task or revision, with the nearest.
        HeptathlonError: naming the file, and what is wrong with it.
    """
    sweep = read_file(path)
    try:
        cells = list(_cells(sweep, path.resolve().parent))
        _refuse_shared_folders(cells)
        for cell in cells:
            refuse_changed(cell)
    except HeptathlonError as error:
        raise HeptathlonError(f"{path}: {error}") from None
    return cells


def read_file(path: Path) -> Sweep:
    """Return a sweep's file, of which the names are not looked up yet.

    Raises:
        UnknownNameError: for an unknown key, with the nearest.
        HeptathlonError: naming the file and the field.
    """
    otherwise = "holds no sweep; docs/sweep.md lists its keys."
    data = read_yaml(path, max_bytes=MAX_BYTES, otherwise=otherwise)
    try:
        return Sweep.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        *outer, last = map(str, first["loc"])
        if first["type"] == "extra_forbidden":
            known = Asked.model_fields if outer else Sweep.model_fields
            unknown = UnknownNameError("key", last, known)
            raise HeptathlonError(f"{path}: {'.'.join(outer) or 'the sweep'}: {unknown}") from None
        where = ".".join([*outer, last])
        raise HeptathlonError(f"{path}: {where}: {first['msg']}.") from None


def _cells(sweep: Sweep, base: Path) -> Iterator[Cell]:
    parts = _parts([task for name in sweep.tasks for task in catalog.asked(name, sweep.tier)])
    output = base / sweep.output
    for row in sweep.models:
        tokenizing.check_class(row.model)
        flags = (*sweep.flags, *row.flags)
        _check_flags(flags)
        for name, arguments in _models(row, sweep.model_args, base):
            refuse_secrets({"model_args": arguments}, name)
            for part, tasks in parts.items():
                yield Cell(
                    name=f"{name}/{part}",
                    folder=output / name / part,
                    model=row.model,
                    model_args=arguments,
                    tasks=tasks,
                    flags=flags,
                    cpus=row.cpus,
                    gpus=row.gpus,
                )


def _parts(tasks: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return tasks by event, those with pictures apart: few models are asked both in one call."""
    found: dict[str, list[str]] = {}
    for task in dict.fromkeys(tasks):
        seen = "-pictures" if "doc_to_image" in catalog.definition(task) else ""
        found.setdefault(f"{catalog.task_data(task).family.name}{seen}", []).append(task)
    return {name: tuple(ones) for name, ones in found.items()}


def _models(row: Asked, shared: Arguments, base: Path) -> Iterator[tuple[str, dict[str, Value]]]:
    """Yield name and arguments of each model that a row stands for."""
    given = {**shared, **row.model_args}
    values = {
        key: _values(key, value if isinstance(value, list) else [value], given, base)
        for key, value in given.items()
    }
    many = [key for key in values if len(values[key]) > 1]
    called = row.name or ("" if set(NAMING) & set(many) else _called(row, values))
    for chosen in itertools.product(*values.values()):
        arguments = dict(zip(values, chosen, strict=True))
        varied = [_plain(str(arguments[key])) for key in many]
        yield "-".join(filter(None, [called, *varied])), arguments


def _called(row: Asked, values: Mapping[str, Sequence[Value]]) -> str:
    """Return the name of a model that has none: what its class is given, or the class."""
    given = next((str(values[key][0]) for key in NAMING if key in values), row.model)
    return _plain(given)


def _plain(text: str) -> str:
    return _PLAIN.sub("-", text.rstrip("/").rpartition("/")[2]).strip("-.")[:100] or "model"


def _values(key: str, given: list[Value], row: Arguments, base: Path) -> list[Value]:
    """Return the values that an argument takes, wildcards resolved."""
    if not given:
        raise HeptathlonError(f"model_args.{key}: is an empty list; give a value, or leave it out.")
    out: list[Value] = []
    for one in given:
        if key in FOLDERS and isinstance(one, str):
            out += _folders(key, one, base)
        elif key == REVISION:
            out += _revisions(str(one), row)
        else:
            out.append(one)
    return list(dict.fromkeys(out))


def _folders(key: str, given: str, base: Path) -> list[str]:
    """Return the folders that a path or a pattern names; what names none is left for the Hub."""
    path = Path(given).expanduser()
    if not _WILD.search(given):
        if (base / path).exists():
            return [str((base / path).resolve())]
        if path.is_absolute() or given.startswith("."):
            raise HeptathlonError(f"model_args.{key}: {given} is no folder; mend the path.")
        return [given]
    root = Path(path.anchor) if path.is_absolute() else base
    pattern = str(path.relative_to(path.anchor)) if path.is_absolute() else given
    found = [one for one in root.glob(pattern) if one.is_dir()]
    if not found:
        raise HeptathlonError(f"model_args.{key}: no folder fits {given}; mend the pattern.")
    return [str(one.resolve()) for one in sorted(found, key=_by_number)]


def _by_number(path: Path) -> list[tuple[bool, int, str]]:
    """Order step-200 before step-1000."""
    parts = _NUMBERS.split(str(path))
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]


def _revisions(given: str, row: Arguments) -> list[str]:
    """Return the revisions of a model on the Hub that a name or a pattern stands for."""
    if _COMMIT.fullmatch(given):
        return [given]
    models = row.get("pretrained")
    if not isinstance(models, str) or Path(models).is_dir():
        raise HeptathlonError(
            f"model_args.revision: {given!r} is of no one model of the Hub; name it in pretrained."
        )
    known = _known_revisions(models, given)
    found = [name for name in known if fnmatchcase(name, given)]
    if not found:
        raise UnknownNameError(f"revision of {models}", given, known)
    return sorted(found, key=lambda name: _by_number(Path(name)))


def _known_revisions(model: str, wanted: str) -> list[str]:
    """Return branches and tags of a model; the wanted one alone where it lies in the cache."""
    from huggingface_hub import HfApi, try_to_load_from_cache

    if isinstance(try_to_load_from_cache(model, "config.json", revision=wanted), str):
        return [wanted]
    try:
        refs = HfApi().list_repo_refs(model)
    except Exception as error:
        # Whatever a network or a repository that is not there says.
        said = " ".join(str(error).split())[:200].rstrip(".")
        raise HeptathlonError(
            f"model_args.revision: the revisions of {model} cannot be listed ({said}); name a "
            "commit, or mend the name of the model or the way to the Hub."
        ) from None
    return [ref.name for ref in (*refs.branches, *refs.tags)]


def _check_flags(flags: Sequence[str]) -> None:
    """Refuse flags that ``heptathlon run`` does not know, and those that a sweep sets."""
    said = io.StringIO()
    parser = settings.parser()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            given = parser.parse_args(["run", *flags])
    except SystemExit:
        last = said.getvalue().strip().rpartition("\n")[2].partition("error: ")[2]
        raise HeptathlonError(f"flags: {last or 'no flags of heptathlon run'}.") from None
    plain = parser.parse_args(["run"])
    for name in SET_HERE:
        if getattr(given, name, None) != getattr(plain, name, None):
            raise HeptathlonError(f"flags: --{name} is set by the sweep; leave it out.")


def _refuse_shared_folders(cells: Sequence[Cell]) -> None:
    seen: dict[str, Cell] = {}
    for cell in cells:
        # Some disks know no difference between large and small letters.
        other = seen.setdefault(str(cell.folder).lower(), cell)
        if other is not cell:
            raise HeptathlonError(
                f"two cells have the output folder {cell.folder} ({_who(other)} and {_who(cell)}); "
                "give one of the models a name of its own."
            )
        if cell.folder.name == TOGETHER:
            raise HeptathlonError(f"{cell.name}: the name {TOGETHER!r} is the sweep's own.")


def _who(cell: Cell) -> str:
    shown = ",".join(f"{key}={value}" for key, value in cell.model_args.items())
    return f"{cell.model} {shown}".strip()[:120]
