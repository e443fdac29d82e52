"""What makes two runs the same run: who answered and how it was asked, as lm-eval recorded it.

A folder may hold the files of several runs: two revisions, a chat template on and off, one task
asked again. Which of them belong together follows from their content; a file's name is local time,
which a clock that is set back, or another time zone, turns round.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from heptathlon.running.arguments import as_mapping

MANNERS = frozenset(
    {"concurrency", "num_concurrent", "tries", "max_retries", "timeout", "verify_certificate",
     "key_variable"}
)  # fmt: skip
"""Arguments that say how a server is asked and not what: a run may go on with others."""
MACHINE = MANNERS | {
    "batch_size", "cache_dir", "data_parallel_size", "device", "device_map", "download_dir",
    "dp_size", "gpu_memory_utilization", "gpus", "max_batch_size", "max_cpu_memory",
    "max_memory_per_gpu", "max_num_seqs", "mem_fraction_static", "offload_folder", "parallelize",
    "swap_space", "tensor_parallel_size", "token", "tp_size",
}  # fmt: skip
"""Arguments that say on what a model ran and how many answers at once, not which model it was."""

_WORDS = 60
"""Characters of a value that a sentence shows."""


@dataclass(frozen=True)
class Identity:
    """Who answered, and how it was asked.

    Attributes:
        model: what tells one model from another, by name: class, name, arguments, revision, dtype.
        settings: how it was asked, by name: template, system instruction, generation, seeds.
    """

    model: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        """Eight hexadecimal digits that are the same for two runs of one identity."""
        return hashlib.sha256(repr((self.model, self.settings)).encode()).hexdigest()[:8]


def identity_of(results: Mapping[str, Any]) -> Identity:
    """Return the identity that one of lm-eval's results files records."""
    config = results.get("config") or {}
    args = as_mapping(config.get("model_args"))
    model = {
        "model class": _text(results.get("model_source") or config.get("model")),
        "model": _text(results.get("model_name")),
        "revision": _text(config.get("model_sha") or config.get("model_revision")),
        "dtype": _text(config.get("model_dtype")),
    }
    for name, value in args.items():
        if name not in MACHINE:
            model[f"model argument {name}"] = address(value) if name == "base_url" else value
    settings = {
        "chat template": _text(results.get("chat_template_sha")),
        "system instruction": _text(
            results.get("system_instruction_sha") or results.get("system_instruction")
        ),
        "examples as turns": str(bool(results.get("fewshot_as_multiturn"))),
        "seed of examples": _text(config.get("fewshot_seed")),
    }
    for name, value in as_mapping(config.get("gen_kwargs")).items():
        settings[f"generation argument {name}"] = value
    return Identity(tuple(sorted(model.items())), tuple(sorted(settings.items())))


def differences(
    mine: tuple[tuple[str, str], ...], others: tuple[tuple[str, str], ...]
) -> list[tuple[str, str, str]]:
    """Return (what, mine, other's) for all that differs between two halves of identities.

    Example:
        >>> differences((("dtype", "float32"),), (("dtype", "float16"), ("peft", "x")))
        [('dtype', 'float32', 'float16'), ('peft', '', 'x')]
    """
    a, b = dict(mine), dict(others)
    return [
        (name, a.get(name, ""), b.get(name, ""))
        for name in sorted(a.keys() | b.keys())
        if a.get(name, "") != b.get(name, "")
    ]


def in_words(found: list[tuple[str, str, str]]) -> str:
    """Return differences for a person.

    Example:
        >>> in_words([("dtype", "float32", "float16"), ("model argument peft", "", "x")])
        'dtype (float32 and float16), model argument peft (none and x)'
    """
    return ", ".join(f"{name} ({_short(mine)} and {_short(other)})" for name, mine, other in found)


def time_of(results: Mapping[str, Any]) -> float:
    """Return when a run was started, as seconds since 1970 in UTC; 0 if it does not say."""
    date = results.get("date")
    return float(date) if isinstance(date, int | float) and not isinstance(date, bool) else 0.0


def moment_of(results: Mapping[str, Any]) -> datetime | None:
    """Return when a run was started, in UTC; None if it does not say, or not sensibly."""
    try:
        return datetime.fromtimestamp(time_of(results), UTC) if time_of(results) > 0 else None
    except (OverflowError, ValueError, OSError):
        return None


def _text(value: object) -> str:
    return "" if value is None else str(value)


def address(url: str) -> str:
    """Return an address without its port, which a server that is started again may change.

    Example:
        >>> address("http://gpu-1:8000/v1/"), address("http://gpu-1:8080/v1")
        ('gpu-1/v1', 'gpu-1/v1')
    """
    try:
        parts = urlsplit(url)
        return f"{parts.hostname or ''}{parts.path.rstrip('/')}"
    except ValueError:
        return url


def _short(value: str) -> str:
    return value if 0 < len(value) <= _WORDS else f"{value[: _WORDS - 1]}…" if value else "none"
