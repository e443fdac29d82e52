"""How fast a model reads and writes on this machine: a few of the requests of a plan, timed.

Each is asked twice, for one token and for more of them; what the second takes longer is writing.
Batches are as large as the run's.
"""

import time
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from heptathlon import models
from heptathlon.errors import HeptathlonError
from heptathlon.running import preflight, tokenizing

REQUESTS = 8
"""Requests that are timed, at least."""
WRITTEN = 32
"""Tokens that each may write, at most."""


def rates(
    tasks: Mapping[str, Any],
    reader: tokenizing.Reader,
    model: str,
    model_args: Mapping[str, Any],
    batch_size: int,
    device: str | None,
) -> tokenizing.Rates:
    """Load a model and return how many tokens a second it reads and writes.

    Args:
        tasks: leaf tasks by name, whose requests are built.
        reader: the model's tokenizer.
        model: class of models.
        model_args: its arguments.
        batch_size: requests at a time.
        device: where it runs; the class's own choice if None.

    Raises:
        HeptathlonError: if the model cannot be loaded, or ends its answers before they can be
            timed.
    """
    models.register()
    config = SimpleNamespace(
        model=model,
        model_args=dict(model_args),
        batch_size=batch_size,
        max_batch_size=None,
        device=device,
    )
    lm = preflight.create(config)
    requests = [one for task in tasks.values() for one in task.instances]
    rated = [one for one in requests if one.request_type == "loglikelihood"]
    spoken = [one for one in requests if one.request_type == "generate_until"]
    count = max(REQUESTS, batch_size)
    read = _reading(lm, _spread(_one_a_prompt(rated), count), reader) if rated else None
    if not spoken:
        return tokenizing.Rates(read)
    also, write = _writing(lm, _spread(spoken, count), reader)
    return tokenizing.Rates(read or also, write)


def _one_a_prompt(requests: Sequence[Any]) -> list[Any]:
    """Return a request of each prompt: a class that shares prompts reads the others' for less."""
    return list({request.args[0]: request for request in requests}.values())


def _spread(requests: Sequence[Any], count: int) -> list[Any]:
    """Return requests of all lengths: every so many-th of them by length."""
    ordered = sorted(requests, key=lambda one: len(tokenizing.text_of(one)))
    step = max(1, len(ordered) // count)
    return ordered[step // 2 :: step][:count]


def _reading(lm: Any, requests: Sequence[Any], reader: tokenizing.Reader) -> float:
    lm.loglikelihood(requests[:1], disable_tqdm=True)
    start = time.perf_counter()
    lm.loglikelihood(requests, disable_tqdm=True)
    return _tokens(map(tokenizing.text_of, requests), reader) / (time.perf_counter() - start)


def _writing(lm: Any, requests: Sequence[Any], reader: tokenizing.Reader) -> tuple[float, float]:
    _written(lm, requests[:1], 1)
    short, answers = _written(lm, requests, 1)
    long, longer = _written(lm, requests, WRITTEN)
    read = _tokens(map(tokenizing.text_of, requests), reader) / short
    more = _tokens(longer, reader) - _tokens(answers, reader)
    if more < len(requests) or long <= short:
        raise HeptathlonError(
            "plan: --calibrate found answers too short to be timed; give --prompt-rate and "
            "--generation-rate instead."
        )
    return read, more / (long - short)


def _written(lm: Any, requests: Sequence[Any], most: int) -> tuple[float, list[str]]:
    """Return the seconds that answers of at most so many tokens take, and the answers."""
    asked = []
    for request in requests:
        prompt, options, *more = request.args
        # Without its stops, an answer is as long as it may be.
        told = options | {"max_gen_toks": most, "until": []}
        one = type(request)(
            request.request_type, request.doc, (prompt, told, *more), 0, request.metadata
        )
        asked.append(one)
    start = time.perf_counter()
    answers = lm.generate_until(asked, disable_tqdm=True)
    return time.perf_counter() - start, list(answers)


def _tokens(texts: Any, reader: tokenizing.Reader) -> int:
    return sum(map(len, reader.encode(list(texts))))
