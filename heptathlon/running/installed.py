"""What is installed here, what of it is missing for what, and where things lie."""

import importlib.metadata
import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement

from heptathlon.environment import VARIABLES
from heptathlon.files import home
from heptathlon.version import __version__

PACKAGE = "heptathlon"
FOR = {
    "hf": "models that run here (--model hf, heptathlon-hf)",
    "vllm": "--model vllm; wants an environment of its own",
    "sglang": "--model sglang; wants an environment of its own",
    "api": "chat and completions servers (--model api, local-completions, openai-*), judges",
    "anthropic": "lm-eval's --model anthropic-completions",
    "inspect": "inspect eval heptathlon/… and from-inspect",
    "retrieval": "encoders and retrievers (--model heptathlon-encoder)",
    "image": "tasks with pictures",
    "sweep": "sweep and study run on a Ray cluster (--ray)",
    "recall": "real series of the event recall",
    "dev": "the tests",
}
"""Extras, and what each is for."""


class Missing(NamedTuple):
    """An extra of which packages are missing, or of another version than is wanted."""

    extra: str
    packages: list[str]


def versions() -> Iterator[tuple[str, str]]:
    """Yield the versions of what decides about a run."""
    yield PACKAGE, __version__
    yield "python", platform.python_version()
    for name in ("lm_eval", "torch", "transformers", "datasets", "huggingface_hub"):
        yield name, _version(name) or "not installed"


def wrong() -> list[str]:
    """Return what heptathlon itself needs and is not there in a version that it can use."""
    return [_words(one) for one in _requirements("") if not _there(one)]


def extras() -> list[Missing]:
    """Return every extra, with the packages that it lacks."""
    out = []
    for extra in FOR:
        wanted = list(_requirements(extra))
        lacking = [_words(one) for one in wanted if not _there(one)]
        # An installation that is older than this tree does not know each of its extras.
        out.append(Missing(extra, lacking if wanted else ["not known to what is installed"]))
    return out


def _requirements(extra: str, package: str = PACKAGE) -> Iterator[Requirement]:
    """Yield what an extra of a package needs beside the package, and what that brings along."""
    try:
        told = importlib.metadata.requires(package) or ()
    except importlib.metadata.PackageNotFoundError:
        return
    for one in map(Requirement, told):
        always = one.marker is None or one.marker.evaluate({"extra": ""})
        if bool(extra) == always:
            continue
        if always or (one.marker is not None and one.marker.evaluate({"extra": extra})):
            yield one
            for more in sorted(one.extras):
                yield from _requirements(more, one.name)


def _there(one: Requirement) -> bool:
    found = _version(one.name)
    return bool(found) and one.specifier.contains(found, prereleases=True)


def _words(one: Requirement) -> str:
    found = _version(one.name)
    return f"{one.name}{one.specifier}" + (f" (here: {found})" if found else "")


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def device() -> str:
    """Return on what models would run here, in words."""
    try:
        import torch
    except ImportError:
        return "none: torch is not installed"
    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
        return f"cuda: {', '.join(names)}"
    if torch.backends.mps.is_available():
        return "mps: this Mac's"
    return f"cpu: {os.cpu_count()} processors, {torch.get_num_threads()} of them for torch"


def places() -> Iterator[tuple[str, Path, str]]:
    """Yield each folder that is written to or read: what it is, where it lies, how it is."""
    from huggingface_hub.constants import HF_HOME

    yield "cache of the suite", home(), _state(home())
    yield "cache of the Hub", Path(HF_HOME), _state(Path(HF_HOME))
    if sources := os.environ.get("HEPTATHLON_SOURCES"):
        there = Path(sources).expanduser().is_dir()
        yield "mirror of sources", Path(sources), "there" if there else "no such folder"


def _state(folder: Path) -> str:
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if not os.access(there, os.W_OK):
        return "cannot be written to"
    free = shutil.disk_usage(there).free / 2**30
    return f"{'there' if folder.is_dir() else 'not there yet'}, {free:,.1f} GiB free"


def variables() -> Iterator[tuple[str, str]]:
    """Yield the environment variables that are set; of secret ones, that they are."""
    for one in VARIABLES:
        if value := os.environ.get(one.name):
            yield one.name, "set, and not shown" if one.secret else value
