"""Likelihoods of options after one prompt: ``heptathlon-hf`` beside lm-eval's own ``hf``.

``python -m benchmarks.shared_prompt MODEL`` asks both classes, around the same weights, for the
likelihoods of the same documents of several tasks, in turns, and prints how long each took and by
how much their log-likelihoods differ at most.
"""

import argparse
import logging
import statistics
import time
from collections.abc import Sequence
from typing import Any

from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager

from benchmarks._timing import Timing, table
from heptathlon.models import SHARED_PROMPT
from heptathlon.models.shared_prompt import SharedPromptLM
from heptathlon.tasks import derived

TASKS = (
    "heptathlon_memorability_lists_smoke",
    "heptathlon_memorability_world_smoke",
    "heptathlon_students_new_student_smoke",
    "heptathlon_verbalizer_choice_smoke",
    "heptathlon_rarb_choose_smoke",
)
"""Items of a few words; whole advertisements; options of a few words; whole documents."""


def requests_of(task: Any, documents: int) -> list[Any]:
    """Return the requests for a task's first documents."""
    task.build_all_requests(limit=documents)
    return list(task.instances)


def timed(model: Any, requests: Sequence[Any]) -> tuple[float, list[tuple[float, bool]]]:
    """Return the seconds that a model took, and its answers."""
    start = time.perf_counter()
    answers = model.loglikelihood(requests, disable_tqdm=True)
    return time.perf_counter() - start, answers


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="folder or Hub name")
    parser.add_argument("--tasks", nargs="+", default=list(TASKS))
    parser.add_argument("--documents", type=int, default=8, help="of each task")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch-size", type=int, default=16)
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    options = {"dtype": args.dtype, "device": args.device, "batch_size": args.batch_size}
    theirs = HFLM(pretrained=args.model, **options)
    ours = SharedPromptLM(pretrained=theirs.model, tokenizer=theirs.tokenizer, **options)
    manager = TaskManager(include_path=str(derived.include_path()), include_defaults=False)
    lines: list[Sequence[object]] = [
        ("task", "options", "lm-eval's hf", SHARED_PROMPT, "as fast", "differ by at most")
    ]
    for name in args.tasks:
        asked = requests_of(manager.load([name])["tasks"][name], args.documents)
        times: dict[Any, list[float]] = {theirs: [], ours: []}
        for number in range(args.runs + 1):
            found = {}
            for model in (theirs, ours):
                seconds, found[model] = timed(model, asked)
                if number:  # the first run warms up
                    times[model].append(seconds)
        off = max(abs(a[0] - b[0]) for a, b in zip(found[theirs], found[ours], strict=True))
        ratio = statistics.median(
            slow / fast for slow, fast in zip(times[theirs], times[ours], strict=True)
        )
        spans = [Timing(statistics.median(t), min(t), max(t)) for t in (times[theirs], times[ours])]
        lines.append((name, len(asked), *spans, f"{ratio:.1f}x", f"{off:.1e}"))
    print(
        f"{args.model}, {args.dtype}, {args.device}, batches of {args.batch_size}, "
        f"{args.documents} documents a task; median (least to most) of {args.runs} runs.\n\n"
        f"{table(lines)}"
    )


if __name__ == "__main__":
    main()
