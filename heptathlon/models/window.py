"""Which prompts a model would see only in part: lm-eval cuts them from the left and only warns."""

import math
from collections.abc import Mapping
from typing import Any

from heptathlon.errors import HeptathlonError

FLAG = "--skip_too_long"


def cut(lm: Any, request: Any) -> int:
    """Return how many tokens of a request's prompt would be cut off; 0 if it fits.

    Args:
        lm: the model; one that does not say how it encodes text is taken to cut nothing.
        request: one of lm-eval's instances.
    """
    if not _has_window(lm):
        return 0
    window: int = lm.max_length
    context, second = request.args[0], request.args[1] if len(request.args) > 1 else ""
    if request.request_type == "generate_until":
        options: Mapping[str, Any] = second if isinstance(second, Mapping) else {}
        answer = options.get("max_gen_toks") or getattr(lm, "max_gen_toks", 0) or 0
        room = window - answer
        text = context
    else:
        # The last token is only predicted, so one more than the window holds can be asked.
        room, text = window + 1, context + second
    if len(text.encode()) < room:
        # No tokeniser makes more tokens of a text than it has bytes.
        return 0
    return max(0, len(lm.tok_encode(text)) - max(room, 0))


def fitting(
    lm: Any, tasks: Mapping[str, Any], config: Any, *, skip: bool
) -> dict[str, list[int]] | None:
    """Return the documents to ask, as lm-eval's ``samples``; None for all of them.

    Args:
        lm: the model.
        tasks: leaf tasks by name.
        config: lm-eval's configuration of the run.
        skip: leave out what does not fit, instead of refusing the run.

    Raises:
        HeptathlonError: if a prompt does not fit and is not to be skipped, or if none fits.
    """
    if not _has_window(lm):
        return None
    wanted: dict[str, list[int]] = {}
    skipped = 0
    for name, task in tasks.items():
        if getattr(task, "MULTIMODAL", False):
            continue
        given = config.samples.get(name) if isinstance(config.samples, dict) else None
        task.build_all_requests(
            limit=None if given is not None else _count(task, config.limit),
            samples=sorted(given) if given is not None else None,
            system_instruction=config.system_instruction,
            apply_chat_template=bool(config.apply_chat_template),
            fewshot_as_multiturn=bool(config.fewshot_as_multiturn),
            chat_template=lm.apply_chat_template if config.apply_chat_template else None,
            tokenizer_name=getattr(lm, "tokenizer_name", "") if config.apply_chat_template else "",
        )
        excess: dict[int, int] = {}
        for request in task.instances:
            excess[request.doc_id] = max(excess.get(request.doc_id, 0), cut(lm, request))
        too_long = {doc: tokens for doc, tokens in excess.items() if tokens}
        if too_long and not skip:
            worst = max(too_long.values())
            raise HeptathlonError(
                f"{name}: {len(too_long):,} of {len(excess):,} prompts do not fit into the model's "
                f"window of {lm.max_length:,} tokens (by up to {worst:,} tokens); leave the task "
                f"out, or give {FLAG} to leave those prompts out."
            )
        if excess and len(too_long) == len(excess):
            raise HeptathlonError(
                f"{name}: no prompt fits into the model's window of {lm.max_length:,} tokens; "
                "leave the task out."
            )
        wanted[name] = sorted(set(excess) - set(too_long))
        skipped += len(too_long)
    return wanted if skipped else None


def _has_window(lm: Any) -> bool:
    return bool(getattr(lm, "max_length", None)) and callable(getattr(lm, "tok_encode", None))


def _count(task: Any, limit: float | None) -> int | None:
    """Return how many documents lm-eval's ``--limit`` leaves."""
    if limit is None:
        return None
    return math.ceil(len(task.eval_docs) * limit) if limit < 1 else int(limit)
