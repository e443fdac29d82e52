"""The parts of a record agree with one another: what two of them say is said alike.

A part may have its right form and still be untrue beside the next: a format of numbers that was not
asked for, a commit of weights that have no name, a number of documents below those that were
answered, a list of what was left out with something that is still there.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from heptathlon.leaderboard import allowed, dropped
from heptathlon.leaderboard.schema import ENVELOPE
from heptathlon.leaderboard.validate.case import Case, Finding, finding
from heptathlon.leaderboard.validate.files import results_of
from heptathlon.leaderboard.validate.recorded import Config, Recorded

ALWAYS = ("configs", "pretty_env_info", "git_hash", "upper_git_hash")
"""What lm-eval writes into every results file, and no submission holds."""
_FORMATS = {"half": "float16", "float": "float32", "double": "float64"}
_COMMIT = re.compile(r"[0-9a-f]{40}")


def settings_agree(case: Case) -> Iterator[Finding]:
    """What the model says of itself is what its arguments ask for."""
    for path, recorded in zip(results_of(case), case.recorded, strict=True):
        for place, agrees in _of(recorded).items():
            if not agrees:
                yield finding(
                    "settings_agree",
                    path,
                    place,
                    f"{case.folder / path}: {place} contradicts what else is recorded of the run; "
                    "submit the file as lm-eval wrote it.",
                )


def _of(recorded: Recorded) -> dict[str, bool]:
    config = recorded.config
    most = max((n.get("effective", 0) for n in recorded.n_samples.values()), default=0)
    return {
        "config.limit": config.limit is None or config.limit >= most,
        "config.model_dtype": _format_agrees(config),
        "config.model_revision": config.model_revision
        in (None, config.model_args.get("revision", "main")),
        "config.model_sha": _commit_agrees(config),
    }


def _format_agrees(config: Config) -> bool:
    """Tell whether the weights' format of numbers is the one asked for, where one was."""
    asked = str(config.model_args.get("dtype") or "auto").removeprefix("torch.")
    packed = any(config.model_args.get(f"load_in_{bits}bit") for bits in (4, 8))
    if asked == "auto" or packed or not config.model_dtype:
        return True
    return config.model_dtype.removeprefix("torch.") == _FORMATS.get(asked, asked)


def _commit_agrees(config: Config) -> bool:
    """Tell whether a commit is of weights with a name on the Hub, and the one asked for."""
    args = config.model_args
    if not config.model_sha:
        return True
    if dropped.is_local(args.get("pretrained", "")):
        return False
    asked = str(args.get("revision", ""))
    return _COMMIT.fullmatch(asked) is None or asked == config.model_sha


def what_was_left_out_agrees(case: Case) -> Iterator[Finding]:
    """The envelope lists what was left out: nothing that is there, and all that must be missing."""
    listed = case.envelope.dropped
    for path, recorded in zip(results_of(case), case.recorded, strict=True):
        there = recorded.model_dump(by_alias=True, exclude_unset=True)
        for place in listed:
            if place != "configs" and _stands(there, place):
                yield finding(
                    "what_was_left_out_agrees",
                    ENVELOPE,
                    "dropped",
                    f"{case.folder}/{ENVELOPE}: dropped lists {place}, which stands in {path}; "
                    "prepare the submission again.",
                )
        for place in (*ALWAYS, *_missing(recorded)):
            if place not in listed:
                yield finding(
                    "what_was_left_out_agrees",
                    ENVELOPE,
                    "dropped",
                    f"{case.folder}/{ENVELOPE}: dropped does not list {place}, which lm-eval "
                    f"writes and {path} does not hold; prepare the submission again.",
                )


def _missing(recorded: Recorded) -> Iterator[str]:
    """Yield what a run of its class has, and this record has not."""
    args, model = recorded.config.model_args, recorded.config.model
    forms = allowed.BACKENDS[model].arguments
    if "pretrained" in forms and "pretrained" not in args and model != "heptathlon-memory":
        yield "config.model_args.pretrained"
    if (
        model != "heptathlon-memory"
        and "model" in forms
        and not args.keys() & {"model", "pretrained"}
    ):
        yield "config.model_args.model"
    if model.startswith("local-"):
        yield "config.model_args.base_url"
    if not recorded.model_name:
        yield "model_name"


def _stands(results: Mapping[str, Any], place: str) -> bool:
    node: Any = results
    for part in place.split("."):
        if not isinstance(node, dict) or part not in node:
            return False
        node = node[part]
    return True
