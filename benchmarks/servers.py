"""Asking a real server: ``--model api`` beside lm-eval's own class, and the suite through it.

``python -m benchmarks.servers MODEL.gguf`` starts llama.cpp's server (the package ``xllamacpp``) on
this machine, asks it the same questions through both classes at several numbers of questions at
once, and prints how long each took and whether the answers are the same.
"""

import argparse
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lm_eval.models.openai_completions import LocalChatCompletion
from lm_eval.tasks import TaskManager

from benchmarks._server import serving
from benchmarks._timing import table
from heptathlon.models.api import ApiLM
from heptathlon.tasks import derived

TASK = "heptathlon_verbalizer_pairs_smoke"


def requests_of(model: Any, documents: int, tokens: int) -> list[Any]:
    """Return the requests for a task's first documents, as a model's class takes them."""
    manager = TaskManager(include_path=str(derived.include_path()), include_defaults=False)
    task = manager.load([TASK])["tasks"][TASK]
    task.set_config(key="num_fewshot", value=0)
    task.set_config(key="generation_kwargs", value={"max_gen_toks": tokens}, update=True)
    task.build_all_requests(
        limit=documents, apply_chat_template=True, chat_template=model.apply_chat_template
    )
    return list(task.instances)


def timed(model: Any, requests: Sequence[Any]) -> tuple[float, list[str]]:
    """Return the seconds that a model took, and its answers."""
    start = time.perf_counter()
    answers = model.generate_until(requests, disable_tqdm=True)
    return time.perf_counter() - start, [str(answer) for answer in answers]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gguf", type=Path)
    parser.add_argument("--documents", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=16)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    rows: list[Sequence[object]] = [("questions at once", "--model api", "lm-eval's", "the same")]
    for at_once in (1, 2, 4):
        with serving(args.gguf, at_once=at_once, threads=args.threads) as url:
            ours: Any = ApiLM(model=args.gguf.stem, base_url=url, concurrency=at_once)
            theirs: Any = LocalChatCompletion(
                model=args.gguf.stem, base_url=f"{url}/chat/completions", num_concurrent=at_once
            )
            asked = [requests_of(model, args.documents, args.tokens) for model in (ours, theirs)]
            timed(ours, asked[0][:1])
            # In turns, each first once, so that a warm cache of prompts favours neither.
            took = [timed(ours, asked[0]), timed(theirs, asked[1]), timed(theirs, asked[1]),
                    timed(ours, asked[0])]  # fmt: skip
        same = sum(a == b for a, b in zip(took[3][1], took[2][1], strict=True))
        ours_s, theirs_s = (took[0][0] + took[3][0]) / 2, (took[1][0] + took[2][0]) / 2
        rows.append(
            (at_once, f"{ours_s:.1f} s", f"{theirs_s:.1f} s", f"{same} of {args.documents}")
        )
    print(table(rows))


if __name__ == "__main__":
    main()
