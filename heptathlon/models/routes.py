"""The routes of fixed texts through one checkpoint's experts, as a file (``*.routes.json``).

Written by :mod:`.routers`, which loads the model; read by studies, which need none.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from heptathlon.builders.icl import FAMILY, generate
from heptathlon.errors import HeptathlonError
from heptathlon.files import (
    canonical_json,
    dump_json,
    loads_strict,
    read_json_strict,
    read_text_limited,
    write_text_atomic,
)
from heptathlon.scorers.pathways import FEWEST_TEXTS
from heptathlon.tasks.icl.prompts import prompt

M = TypeVar("M", bound=BaseModel)

MAX_BYTES = 2**28
MAX_TEXTS_BYTES = 2**24
DIGITS = 7
SEASON = "pathways"
"""Of the event's own texts: no season's sets have them."""
OFF = 1e-3
"""By how much a layer's rounded shares may miss 1."""


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Closed):
    """A text to be routed.

    Attributes:
        text: the text.
        group: texts of one group are compared with one another.
    """

    text: str = Field(min_length=1)
    group: str = ""


class Route(_Closed):
    """What one text did in one checkpoint.

    Attributes:
        group: its group.
        tokens: number of tokens read.
        loss: mean negative log-likelihood of a token given those before it, in nats.
        shares: share of its tokens that each expert has, by layer and expert; rows add up to 1.
        entropies: entropy of one token's shares in nats, by layer, mean over its tokens.
        cosines: cosines of successive layers' mixtures of router rows.
    """

    group: str
    tokens: int = Field(ge=2)
    loss: float = Field(ge=0, allow_inf_nan=False)
    shares: list[list[float]]
    entropies: list[float]
    cosines: list[float]


class RouteFile(_Closed):
    """Routes through one checkpoint.

    Attributes:
        model: what it was called where it was read, for people; never compared.
        architecture: transformers' ``model_type``.
        router: class of its routers.
        layers: names of the layers' routers, in order.
        experts: experts of a layer.
        chosen: experts that a token goes to.
        texts: SHA-256 of the texts and their groups.
        tokens: SHA-256 of their tokens, as far as they were read.
        routes: the texts, in order.
    """

    schema_version: Literal[1] = 1
    model: str
    architecture: str
    router: str
    layers: tuple[str, ...] = Field(min_length=1)
    experts: int = Field(ge=2)
    chosen: int = Field(ge=1)
    texts: str = Field(pattern=r"^[0-9a-f]{64}$")
    tokens: str = Field(pattern=r"^[0-9a-f]{64}$")
    routes: tuple[Route, ...] = Field(min_length=FEWEST_TEXTS)

    @model_validator(mode="after")
    def _whole(self) -> "RouteFile":
        deep = len(self.layers)
        groups = [one.group for one in self.routes]
        if few := [group for group in groups if groups.count(group) < FEWEST_TEXTS]:
            raise ValueError(f"the group {few[0]!r} has fewer than {FEWEST_TEXTS} texts")
        for place, one in enumerate(self.routes):
            if (len(one.shares), len(one.entropies), len(one.cosines)) != (deep, deep, deep - 1):
                raise ValueError(f"routes.{place} has not {deep} layers")
            for layer in one.shares:
                right = len(layer) == self.experts and min(layer) >= 0
                if not right or not abs(sum(layer) - 1) < OFF:
                    raise ValueError(f"routes.{place}: a layer's shares do not add up to 1")
        return self


def write(path: Path, routes: RouteFile) -> None:
    """Write routes, as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text_atomic(path, dump_json(routes.model_dump()))


def read(path: Path) -> RouteFile:
    """Read routes.

    Raises:
        HeptathlonError: if there are none, or the file is damaged.
    """
    if not path.is_file():
        raise HeptathlonError(
            f"{path}: holds no routes; 'heptathlon study run' or 'heptathlon pathways' writes them."
        )
    return _checked(RouteFile, read_json_strict(path, max_bytes=MAX_BYTES), str(path))


def read_texts(path: Path | None) -> list[Text]:
    """Return the texts of a file with one JSON object a line, or the event's own.

    Raises:
        HeptathlonError: naming the line that is wrong, or a group of fewer than three texts.
    """
    if path is None:
        return _own()
    out = []
    said = read_text_limited(path, max_bytes=MAX_TEXTS_BYTES)
    for number, line in enumerate(said.splitlines(), start=1):
        if line.strip():
            where = f"{path}: line {number}"
            out.append(_checked(Text, loads_strict(line, where=where), where))
    groups = [one.group for one in out]
    few = next((g for g in groups or [""] if groups.count(g) < FEWEST_TEXTS), None)
    if few is not None:
        raise HeptathlonError(
            f"{path}: the group {few!r} has {groups.count(few)} texts; give each group "
            f"{FEWEST_TEXTS} at least, as lines with the keys text and group."
        )
    return out


def _own() -> list[Text]:
    """Return prompts of icl that do not say the class, in groups of one class of rules each."""
    made = generate("fresh", "lite", "forced", SEASON, "")["forced", "test"]
    docs = [record.model_dump(mode="json") for record in made]
    # One twin of each: both have the same examples.
    chosen = [doc for doc in docs[::2] if doc["told"] == "untold"]
    return [Text(text=prompt(doc), group=f"{FAMILY}, {doc['rule']}") for doc in chosen]


def digest(parts: Sequence[Any]) -> str:
    """Return a SHA-256 of plain values."""
    return hashlib.sha256(canonical_json(list(parts)).encode()).hexdigest()


def refuse_others(files: dict[str, RouteFile]) -> None:
    """Refuse checkpoints whose routes cannot be compared.

    Args:
        files: routes by the checkpoint's name.

    Raises:
        HeptathlonError: naming two of them and what differs.
    """
    first_name, first = next(iter(files.items()))
    for name, one in files.items():
        for what, mine, its in (
            ("routes of other texts", one.texts, first.texts),
            ("texts in other tokens", one.tokens, first.tokens),
            ("another architecture", one.architecture, first.architecture),
            ("routers of another class", one.router, first.router),
            ("other layers of experts", one.layers, first.layers),
            ("another number of experts", one.experts, first.experts),
            ("another number of experts a token", one.chosen, first.chosen),
        ):
            if mine != its:
                plain = f" ({mine} and {its})" if isinstance(mine, int) else ""
                raise HeptathlonError(
                    f"{name} has {what} than {first_name}{plain}; a study follows one model's "
                    "routers over its training, on the same texts."
                )


def _checked(kind: type[M], data: Any, where: str) -> M:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        said = f"{key}: {first['msg']}" if key else first["msg"]
        raise HeptathlonError(f"{where}: {said:.200}.") from None
