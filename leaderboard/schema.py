"""What a submission says of itself: the envelope beside lm-eval's own files, typed and closed.

The envelope claims nothing that cannot be computed from the files: :mod:`.validate` computes all of
it again. ``submission.schema.json`` beside this module is generated from the model here, by
``python -m heptathlon.leaderboard.schema``.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from heptathlon.errors import HeptathlonError
from heptathlon.files import dump_json, write_text_atomic
from heptathlon.harmless import label
from heptathlon.models import SHARED_PROMPT
from heptathlon.running.runs import Run
from heptathlon.scoring.cards import Estimate, Scorecard, Settings

ENVELOPE = "submission.json"
"""Name of the envelope in a submission's folder."""
SCHEMA = Path(__file__).with_name("submission.schema.json")

# Both of a name's parts begin and end with a letter or digit, so no part is ".." or hidden.
_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?"
MODEL_NAME = rf"^{_PART}/{_PART}$"
PLAYER_NAME = r"^[a-z][a-z0-9_]{0,63}$"
HTTPS_URL = (
    r"^https://[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+"
    r"(?:[/?#][A-Za-z0-9._~/?#=&%+:,;@!-]*)?$"
)
FILE_NAME = r"^(?:results_[0-9T.-]+\.json|samples_[A-Za-z0-9_]+_[0-9T.-]+\.jsonl)$"
SHA256 = r"^[0-9a-f]{64}$"
MAX_COMMAND = 8000
"""Characters shown of a command; each may be an escape of up to six."""


SAFE_BACKENDS = ("hf", SHARED_PROMPT, "heptathlon", "vllm")
"""Model classes that run weights on this machine, or none."""
SAFE_ARGUMENTS = frozenset(
    ("pretrained", "dtype", "revision", "max_length", "add_bos_token", "player", "parallelize")
)
"""Model arguments of a stranger that a maintainer's machine follows: ``trust_remote_code`` and
addresses of servers are not among them."""


def unprintable(text: str) -> str:
    """Return the first character that hides, turns or breaks the text around it; "" if none."""
    return next((c for c in text if label(c) != c), "")


def _plain(text: str) -> str:
    if found := unprintable(text):
        raise ValueError(f"holds the invisible character U+{ord(found):04X}")
    if text != text.strip():
        raise ValueError("begins or ends with a space")
    return text


Plain = Annotated[str, AfterValidator(_plain)]


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
    revision: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,64}$")
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

    edition: Literal["fresh", "paper"]
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
        command: the call that would make these files again.
        settings: how the model was asked.
        files: every other file of the folder.
        claims: the figures, by the family's name in the scorecard.
    """

    schema_version: Literal[1] = 1
    model: Entrant
    submitter: Plain = Field(default="", max_length=80)
    command: Plain = Field(max_length=6 * MAX_COMMAND)
    settings: Settings
    files: list[FileEntry] = Field(min_length=2, max_length=2000)
    claims: dict[str, Claim] = Field(min_length=1, max_length=100)


def claims_of(card: Scorecard) -> dict[str, Claim]:
    """Return the figures of a scorecard that a submission claims."""
    return {
        name: Claim.model_validate({field: getattr(family, field) for field in Claim.model_fields})
        for name, family in card.families.items()
    }


def command_of(run: Run, name: str) -> str:
    """Return the command that repeats a run, from what lm-eval recorded of it.

    A path to weights on someone's disk helps nobody: the model's public name takes its place.

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


def model_of(run: Run, name: str) -> tuple[str, dict[str, str]]:
    """Return lm-eval's model class and its arguments, as recorded.

    Args:
        run: the run as read.
        name: the model's public name, which stands for weights on someone's disk.
    """
    newest = run.results[-1]
    config: Mapping[str, Any] = newest["config"]
    args = _pairs(config.get("model_args"))
    if _is_local(args.get("pretrained", "")):
        args["pretrained"] = name
    return str(newest.get("model_source") or config.get("model")), args


def arguments_of(run: Run, name: str, model_args: str = "") -> list[str]:
    """Return the flags that ask the same model the same way, the tasks left out.

    Args:
        run: the run as read.
        name: the model's public name.
        model_args: arguments of the model in the place of the recorded ones.

    Raises:
        HeptathlonError: if a recorded argument is not one that can do no harm.
    """
    backend, args = model_of(run, name)
    if backend not in SAFE_BACKENDS:
        raise HeptathlonError(f"--model {backend!r:.60}: is none of {', '.join(SAFE_BACKENDS)}.")
    if not model_args:
        if unsafe := sorted(args.keys() - SAFE_ARGUMENTS):
            raise HeptathlonError(
                f"the submission's model argument {unsafe[0]!r:.60} is not used on trust; look at "
                "its command, and give --model-args yourself."
            )
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
    if newest.get("chat_template"):
        words += ["--apply_chat_template"]
    if newest.get("fewshot_as_multiturn"):
        words += ["--fewshot_as_multiturn"]
    if newest.get("system_instruction"):
        words += ["--system_instruction", str(newest["system_instruction"])]
    if gen := _pairs(config.get("gen_kwargs")):
        words += ["--gen_kwargs", _joined(gen)]
    if config.get("batch_size"):
        words += ["--batch_size", str(config["batch_size"])]
    if config.get("limit"):
        words += ["--limit", f"{config['limit']:g}"]
    seeds = [config.get(f"{n}_seed") for n in ("random", "numpy", "torch", "fewshot")]
    if all(isinstance(seed, int) for seed in seeds):
        words += ["--seed", ",".join(map(str, seeds))]
    return words


def _pairs(recorded: object) -> dict[str, str]:
    """Return model or generation arguments, which lm-eval records as a mapping or as text."""
    if isinstance(recorded, str):
        return dict(pair.split("=", 1) for pair in recorded.split(",") if "=" in pair)
    return {str(k): str(v) for k, v in recorded.items()} if isinstance(recorded, dict) else {}


def _joined(pairs: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in pairs.items())


def _is_local(weights: str) -> bool:
    return weights.startswith(("/", ".", "~")) or "\\" in weights or weights.count("/") > 1


def json_schema() -> str:
    """Return the envelope's JSON schema as it stands beside this module."""
    return dump_json(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **Envelope.model_json_schema()}
    )


if __name__ == "__main__":
    write_text_atomic(SCHEMA, json_schema())
