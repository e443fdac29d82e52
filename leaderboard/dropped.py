"""The one list of what is left out of a run's results before they are published, and why.

Everything else stays byte for byte as lm-eval wrote it. The envelope lists what was left out, and
validation refuses results that still hold any of it.
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from heptathlon.leaderboard.allowed import ADDRESSES, MODEL_NAME

FIELDS: Mapping[str, str] = {
    "configs": "source text and places of the suite's own files (config_source) on that machine",
    "pretty_env_info": "the machine, its drivers and packages",
    "git_hash": "the commit of whatever folder the run was started in",
    "upper_git_hash": "the commit of the folder above",
    "config.files": "names and times of a local model's files",
    "config.model_args.key_variable": "the variable of that machine that holds a key",
    "config.model_args.base_url": "the address of a server",
    "config.model_args.pretrained": "the folder of local weights",
    "config.model_args.tokenizer": "the folder of a local tokenizer",
    "config.model_args.model": "the folder of local weights, by a server's name for them",
    "model_name": "the folder of local weights",
    "model_name_sanitized": "the folder of local weights",
}
"""Place in a results file -> what stands there. The last six only where they name a folder or a
host: a name on the Hub stays."""
_LOCAL = ("pretrained", "tokenizer", "model")
NOT_WEIGHTS = frozenset(("bm25", "bm25_stemmed", "tiktoken"))


def is_local(value: object) -> bool:
    """Tell whether weights have a place on someone's disk, and no name on the Hub.

    Example:
        >>> is_local("/home/zoe/weights"), is_local("Qwen/Qwen3-0.6B")
        (True, False)
    """
    return (
        isinstance(value, str)
        and value not in NOT_WEIGHTS
        and re.fullmatch(MODEL_NAME, value) is None
    )


def held(results: Mapping[str, Any]) -> list[str]:
    """Return which of the fields a results file holds, in the order of the list."""
    out = []
    config = results.get("config")
    args = config.get("model_args") if isinstance(config, dict) else None
    args = args if isinstance(args, dict) else {}
    for place in FIELDS:
        *above, name = place.split(".")
        if above == ["config", "model_args"]:
            found = name in args and (name in ADDRESSES or _names_a_folder(name, args[name]))
        elif above == ["config"]:
            found = isinstance(config, dict) and name in config
        elif name.startswith("model_name"):
            found = name in results and _is_unnamed(args)
        elif name == "configs":
            # lm-eval's files always have it, and its readers look for it: it is left empty.
            found = bool(results.get(name))
        else:
            found = name in results
        if found:
            out.append(place)
    return out


def _names_a_folder(name: str, value: object) -> bool:
    # A server's name for its model need not be one on the Hub, but a path is none.
    if name == "model":
        return isinstance(value, str) and re.search(r"^[./~]|[\\]|/.*/", value) is not None
    return is_local(value)


def _is_unnamed(args: Mapping[str, Any]) -> bool:
    """Tell whether lm-eval's name of the model is a folder: it takes it from these arguments."""
    if "pretrained" in args:
        return is_local(args["pretrained"])
    if "model" in args:
        return _names_a_folder("model", args["model"])
    return "player" not in args


def without(results: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return results without the fields of the list, and the names of those left out."""
    out = deepcopy(dict(results))
    names = held(results)
    for place in names:
        *above, name = place.split(".")
        node = out
        for part in above:
            node = node[part]
        if name == "configs":
            node[name] = {}
        else:
            del node[name]
    return out, names
