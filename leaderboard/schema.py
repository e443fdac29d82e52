"""What a submission says of itself: the envelope beside lm-eval's own files, typed and closed.

The envelope claims nothing that cannot be computed from the files: :mod:`.validate` computes all of
it again. ``submission.schema.json`` beside this module is generated from the model here, by
``python -m heptathlon.leaderboard.schema``.
"""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from heptathlon.errors import HeptathlonError
from heptathlon.files import dump_json, write_text_atomic
from heptathlon.harmless import label, look_of
from heptathlon.leaderboard.allowed import (
    BACKENDS,
    BATCH_SIZE,
    MODEL_NAME,
    PLAYER_NAME,
    argument_refused,
    generation_refused,
)
from heptathlon.leaderboard.dropped import FIELDS
from heptathlon.running.runs import Run
from heptathlon.scoring.cards import Estimate, Scorecard, Settings

ENVELOPE = "submission.json"
"""Name of the envelope in a submission's folder."""
SCHEMA = Path(__file__).with_name("submission.schema.json")

HTTPS_URL = (
    r"^https://[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+"
    r"(?:[/?#][A-Za-z0-9._~/?#=&%+:,;@!-]*)?$"
)
FILE_NAME = r"^(?:results_[0-9T.-]+\.json|samples_[A-Za-z0-9_]+_[0-9T.-]+\.jsonl)$"
SHA256 = r"^[0-9a-f]{64}$"
MAX_COMMAND = 8000
"""Characters shown of a command; each may be an escape of up to six."""


def unprintable(text: str) -> str:
    """Return the first character that hides, turns or breaks the text around it; "" if none."""
    return next((c for c in text if label(c) != c), "")


def _plain(text: str) -> str:
    if found := unprintable(text):
        raise ValueError(f"holds the invisible character U+{ord(found):04X}")
    if text != text.strip():
        raise ValueError("begins or ends with a space")
    return text


def _person(text: str) -> str:
    if fault := look_of(text):
        raise ValueError(fault)
    return text


Plain = Annotated[str, AfterValidator(_plain)]
Person = Annotated[str, AfterValidator(_plain), AfterValidator(_person)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entrant(_Closed):
    """Who answered.

    Attributes:
        name: ``org/name`` of a model; the name of a scripted player.
        kind: ``model`` or ``player``.
        revision: commit of the weights as lm-eval recorded it; empty if it did not.
        url: where the model can be found; empty for a player.
    """

    name: str = Field(pattern=rf"{MODEL_NAME}|{PLAYER_NAME}")
    kind: Literal["model", "player"]
    revision: str = Field(default="", pattern=r"^(?:[0-9a-f]{40})?$")
    url: str = Field(default="", max_length=300, pattern=rf"^$|{HTTPS_URL}")

    @model_validator(mode="after")
    def _name_suits_kind(self) -> Self:
        if (self.kind == "model") != ("/" in self.name):
            raise ValueError("a model is called org/name, and a player by its name alone")
        return self


class FileEntry(_Closed):
    """One of lm-eval's files, as it was written."""

    path: str = Field(max_length=200, pattern=FILE_NAME)
    bytes: int = Field(ge=1)
    sha256: str = Field(pattern=SHA256)


class Claim(_Closed):
    """One family's figures, and the set that they are about."""

    edition: Literal["fresh", "said", "paper"]
    tier: Literal["smoke", "lite", "full", "long"]
    season: str = Field(pattern=r"^[0-9]{4}\.[0-9]{1,3}$")
    version: int = Field(ge=1)
    digest: str = Field(pattern=SHA256)
    headline: Estimate
    skill: Estimate
    invalid_rate: Estimate


class Envelope(_Closed):
    """The small file beside lm-eval's results and samples.

    Attributes:
        schema_version: of this envelope.
        model: who answered.
        submitter: who vouches for it; may be empty.
        dropped: what of the run's results was left out, by :data:`.dropped.FIELDS`.
        command: the call that would make these files again.
        settings: how the model was asked.
        files: every other file of the folder.
        claims: the figures, by the family's name in the scorecard.
    """

    schema_version: Literal[1] = 1
    model: Entrant
    submitter: Person = Field(default="", max_length=80)
    dropped: list[str] = Field(default=[], max_length=len(FIELDS))
    command: Plain = Field(max_length=6 * MAX_COMMAND)
    settings: Settings
    files: list[FileEntry] = Field(min_length=2, max_length=2000)
    claims: dict[str, Claim] = Field(min_length=1, max_length=100)

    @field_validator("schema_version", mode="before")
    @classmethod
    def _is_a_whole_number(cls, value: object) -> object:
        if type(value) is not int:  # True and 1.0 are equal to 1
            raise ValueError("is no whole number")
        return value

    @field_validator("dropped")
    @classmethod
    def _is_of_the_list(cls, names: list[str]) -> list[str]:
        if names != [name for name in FIELDS if name in names]:
            raise ValueError("lists what is never left out, or twice")
        return names


def claims_of(card: Scorecard) -> dict[str, Claim]:
    """Return the figures of a scorecard that a submission claims."""
    return {
        name: Claim.model_validate({field: getattr(family, field) for field in Claim.model_fields})
        for name, family in card.families.items()
    }


def command_of(run: Run, name: str) -> str:
    """Return the command that repeats a run, from what lm-eval recorded of it.

    Whoever reads it may well call it, so it holds nothing but what :mod:`.allowed` allows. A path
    to weights on someone's disk helps nobody: the model's public name takes its place.

    Args:
        run: the run as read.
        name: the model's public name.
    """
    backend, args = model_of(run, name)
    words = ["heptathlon", "run", "--model", backend]
    if args:
        words += ["--model_args", _joined(args)]
    words += ["--tasks", ",".join(sorted(run.samples)), *_settings_of(run)]
    return label(shlex.join(words), MAX_COMMAND)


def model_of(run: Run, name: str) -> tuple[str, dict[str, Any]]:
    """Return lm-eval's model class and those of its recorded arguments that are allowed.

    Args:
        run: the run as read.
        name: the model's public name, which stands for weights on someone's disk.
    """
    newest = run.results[-1]
    backend = str(newest.get("model_source") or newest["config"].get("model"))
    if backend not in BACKENDS:
        return "hf", {}
    given = _pairs(newest["config"].get("model_args"))
    args = {k: v for k, v in given.items() if not argument_refused(backend, k, v)}
    for key in ("pretrained", "model"):
        # What was left out of a submission's files (:mod:`.dropped`) is what was local.
        needs = key in BACKENDS[backend].arguments and "player" not in given
        if needs and key not in args and (key == "pretrained" or "pretrained" not in args):
            args = {key: name, **args}
            break
    return backend, args


def arguments_of(run: Run, name: str, model_args: str = "", revision: str = "") -> list[str]:
    """Return the flags that ask the same model the same way, the tasks left out.

    Args:
        run: the run as read.
        name: the model's public name.
        model_args: arguments of the model in the place of the recorded ones.
        revision: commit of the weights that shall be run; the recorded one if left out.

    Raises:
        HeptathlonError: if the model class is none whose weights are run here, or a recorded
            argument is not allowed.
    """
    config = run.results[-1]["config"]
    backend, args = model_of(run, name)
    if config["model"] not in BACKENDS or not BACKENDS[config["model"]].weights:
        runs = ", ".join(k for k, v in BACKENDS.items() if v.weights)
        raise HeptathlonError(f"--model {config['model']!r:.60}: is none of {runs}.")
    if not model_args:
        given = _pairs(config.get("model_args"))
        unsafe = sorted(k for k, v in given.items() if argument_refused(backend, k, v))
        unsafe = [k for k in unsafe if k not in ("pretrained", "model")]
        if unsafe:
            raise HeptathlonError(
                f"the submission's model argument {unsafe[0]!r:.60} is not used on trust; look at "
                "its command, and give --model-args yourself."
            )
        if revision:
            args["revision"] = revision
        model_args = _joined(args)
    words = ["--model", backend, *(["--model_args", model_args] if model_args else [])]
    return words + _settings_of(run)


def _settings_of(run: Run) -> list[str]:
    """Return the flags that say how a model was asked."""
    newest = run.results[-1]
    config: Mapping[str, Any] = newest["config"]
    words: list[str] = []
    shots = {n for r in run.results for t, n in r["n-shot"].items() if t in run.samples}
    if len(shots) == 1 and shots != {0}:
        words += ["--num_fewshot", str(shots.pop())]
    if newest.get("chat_template") is not None:
        words += ["--apply_chat_template"]
    if newest.get("fewshot_as_multiturn"):
        words += ["--fewshot_as_multiturn"]
    if newest.get("system_instruction"):
        # One word with the flag, so that no instruction can begin another.
        words += [f"--system_instruction={newest['system_instruction']}"]
    gen = _pairs(config.get("gen_kwargs"))
    gen = {k: v for k, v in gen.items() if not generation_refused(k, v)}
    if gen:
        words += ["--gen_kwargs", _joined(gen)]
    if config.get("batch_size") and BATCH_SIZE(config["batch_size"]):
        words += ["--batch_size", str(config["batch_size"])]
    limit = config.get("limit")
    if isinstance(limit, int | float) and limit:
        words += ["--limit", f"{limit:g}"]
    seeds = [config.get(f"{n}_seed") for n in ("random", "numpy", "torch", "fewshot")]
    if all(type(seed) is int for seed in seeds):
        words += ["--seed", ",".join(map(str, seeds))]
    return words


def _pairs(recorded: object) -> dict[str, Any]:
    """Return model or generation arguments, which lm-eval records as a mapping or as text."""
    if isinstance(recorded, str):
        return dict(pair.split("=", 1) for pair in recorded.split(",") if "=" in pair)
    return {str(k): v for k, v in recorded.items()} if isinstance(recorded, dict) else {}


def _joined(pairs: Mapping[str, Any]) -> str:
    """Return arguments in the form that lm-eval reads: JSON where it is a list, else as text."""
    return ",".join(
        f"{key}={json.dumps(value) if isinstance(value, list | dict) else value}"
        for key, value in pairs.items()
    )


def json_schema() -> str:
    """Return the envelope's JSON schema as it stands beside this module."""
    return dump_json(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **Envelope.model_json_schema()}
    )


if __name__ == "__main__":
    write_text_atomic(SCHEMA, json_schema())
