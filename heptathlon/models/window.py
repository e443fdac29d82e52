"""Which prompts a model would see only in part: lm-eval cuts them from the left and only warns.

A window counts only if the model or its user tells it. lm-eval gives every API model one of 2,048
tokens, and some of its older classes another constant; nothing is cut there, and a server that
cannot take a prompt says so itself.
"""

import logging
import math
from bisect import bisect
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from heptathlon.errors import HeptathlonError

logger = logging.getLogger("heptathlon")

FLAG = "--skip_too_long"
INVENTED = frozenset({"AnthropicLM", "DummyLM", "GGUFLM", "TextSynthLM", "WatsonxLLM"})
"""lm-eval's classes whose window is a constant of their code."""
ROOMS = {"VLLM": -1, "SGLangLM": 0}
"""Tokens of prompt and option beyond the window, by class; most do not read the last one."""
SLACK = 32
"""Tokens by which a text in one piece may have more than its two parts."""


def window_of(lm: Any) -> int | None:
    """Return how many tokens a model reads at most; None if that is not known."""
    if hasattr(lm, "window"):
        told: int | None = lm.window
        return told
    if type(lm).__name__ in INVENTED:
        return None
    try:
        return int(getattr(lm, "max_length", None) or 0) or None
    except (NotImplementedError, AttributeError, TypeError, ValueError):
        return None


def _is_default(lm: Any) -> bool:
    """Tell whether a window is lm-eval's own, of a model whose files name none.

    Prompts are cut there all the same.
    """
    default = getattr(lm, "_DEFAULT_MAX_LENGTH", None)
    config = getattr(getattr(lm, "model", None), "config", None)
    if default is None or config is None or getattr(lm, "_max_length", None):
        return False
    names = ("n_positions", "max_position_embeddings", "n_ctx", "max_seq_len", "seq_length")
    told = [getattr(config, name, None) for name in names]
    return bool(lm.max_length == default and not any(told))


class Lengths:
    """Counts of tokens, of each text once."""

    def __init__(self, lm: Any) -> None:
        self._lm = lm
        self._known: dict[int, int] = {}
        self._last = ("", 0)

    @staticmethod
    def can(lm: Any) -> bool:
        """Tell whether a model says how it encodes text, in this process."""
        if not callable(getattr(lm, "tok_encode", None)):
            return False
        if not hasattr(lm, "server"):
            return True
        # Of a model behind a server, only a tokenizer that was loaded here counts.
        return getattr(lm, "tokenizer", None) is not None and (
            getattr(lm, "tokenizer_backend", "huggingface") != "remote"
            and not getattr(lm, "chats", False)
        )

    def of(self, text: str) -> int:
        """Return how many tokens a text has."""
        key = hash(text)
        if key not in self._known:
            self._known[key] = len(self._lm.tok_encode(text))
            self._last = (text, self._known[key])
        return self._known[key]

    def _at_most(self, text: str) -> int:
        """Return more tokens than a text can have, by the text counted last.

        Many prompts ask several things of one long text. What they begin with in common is not
        counted again; what differs has at most as many tokens as bytes.
        """
        last, tokens = self._last
        common = bisect(range(len(last)), False, key=lambda at: last[: at + 1] != text[: at + 1])
        return tokens + len(text[common:].encode()) + SLACK

    def cut(self, request: Any, window: int) -> int:
        """Return how many tokens of a request's prompt a window cuts off; 0 if it fits."""
        context, second = request.args[0], request.args[1] if len(request.args) > 1 else ""
        if not isinstance(context, str):
            return 0
        option = second if isinstance(second, str) else ""
        if request.request_type == "generate_until":
            options: Mapping[str, Any] = second if isinstance(second, Mapping) else {}
            answer = options.get("max_gen_toks") or getattr(self._lm, "max_gen_toks", 0) or 0
            room = window - int(answer)
        else:
            # The last token is only predicted, so one more than the window holds can be asked; vLLM
            # wants one to generate.
            room = window + ROOMS.get(type(self._lm).__name__, 1)
        # No tokenizer makes more tokens of a text than it has bytes.
        long = len(option.encode())
        if len(context) + long < room and len(context.encode()) + long < room:
            return 0
        text = context + option
        if self._at_most(text) < room:
            return 0
        return max(0, self.of(text) - max(room, 0))


def cut(lm: Any, request: Any) -> int:
    """Return how many tokens of a request's prompt would be cut off; 0 if it fits.

    Args:
        lm: the model; one of unknown window, or that does not say how it encodes text, is taken to
            cut nothing.
        request: one of lm-eval's instances.
    """
    window = window_of(lm)
    return Lengths(lm).cut(request, window) if window and Lengths.can(lm) else 0


def fitting(
    lm: Any,
    tasks: Mapping[str, Any],
    config: Any,
    *,
    skip: bool,
    parts: Mapping[str, str] | None = None,
) -> dict[str, list[int]] | None:
    """Return the documents to ask, as lm-eval's ``samples``; None for all of them.

    Args:
        lm: the model.
        tasks: leaf tasks by name, whose requests are built.
        config: lm-eval's configuration of the run.
        skip: leave out what does not fit, instead of refusing the run.
        parts: field of a task's documents, such as a text's length, of whose values it is said
            which are left.

    Raises:
        HeptathlonError: if a prompt does not fit and is not to be skipped, or if none fits.
    """
    window = window_of(lm)
    if not window or not Lengths.can(lm):
        return None
    lengths = Lengths(lm)
    whose = f"the model's window of {window:,} tokens"
    if _is_default(lm):
        whose = f"{window:,} tokens, which lm-eval takes for the window of a model that names none"
    wanted: dict[str, list[int]] = {}
    skipped = 0
    for name, task in tasks.items():
        if getattr(task, "MULTIMODAL", False):
            continue
        excess = _excess(lengths, task.instances, window)
        too_long = {doc: tokens for doc, tokens in excess.items() if tokens}
        left = _left(task.instances, too_long, (parts or {}).get(name, ""))
        if too_long and not skip:
            worst = max(too_long.values())
            raise HeptathlonError(
                f"{name}: {len(too_long):,} of {len(excess):,} prompts do not fit into {whose} (by "
                f"up to {worst:,} tokens){left}; leave the task out, give {FLAG} to leave those "
                "prompts out, or max_length=… in --model_args if the window is another."
            )
        if excess and len(too_long) == len(excess):
            raise HeptathlonError(f"{name}: no prompt fits into {whose}; leave the task out.")
        if left:
            logger.warning("%s: prompts that do not fit into %s are left out%s", name, whose, left)
        given = config.samples.get(name) if isinstance(config.samples, dict) else None
        # lm-eval numbers the documents of a request by their place in the list that was given.
        number = sorted(given) if given is not None else range(max(excess, default=0) + 1)
        wanted[name] = sorted(number[doc] for doc in set(excess) - set(too_long))
        skipped += len(too_long)
    return wanted if skipped else None


def _left(requests: Iterable[Any], too_long: Collection[int], field: str) -> str:
    """Return of which values of a field no prompt fits, and which are left, in words."""
    if not field or not too_long:
        return ""
    values: dict[str, bool] = {}
    for request in requests:
        if field not in request.doc:
            return ""
        value = str(request.doc[field])
        values[value] = values.get(value, False) or request.doc_id not in too_long
    by_length = sorted(values, key=lambda value: (len(value), value))
    none = ", ".join(value for value in by_length if not values[value])
    some = ", ".join(value for value in by_length if values[value])
    if not none:
        return ""
    return f"; of {field} {none} none fits" + (f"; left are {some}" if some else "")


def _excess(lengths: Lengths, requests: Iterable[Any], window: int) -> dict[int, int]:
    """Return by how many tokens the longest request of each document does not fit."""
    out: dict[int, int] = {}
    for request in requests:
        out[request.doc_id] = max(out.get(request.doc_id, 0), lengths.cut(request, window))
    return out


def count(task: Any, limit: float | None) -> int | None:
    """Return how many documents lm-eval's ``--limit`` leaves."""
    if limit is None:
        return None
    return math.ceil(len(task.eval_docs) * limit) if limit < 1 else int(limit)
