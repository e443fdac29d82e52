"""Tokens that ``heptathlon-hf`` reads, beside those sent and the least that there could be.

``python -m benchmarks.prefixes`` asks every event's smoke tier of a tiny transformer of random
weights and counts what goes through it: tokens of prompts and options, without padding, every time
that they are read; of a written answer the prompt alone. The least is the size of the trie over the
texts of a task, in which every shared beginning is read once. The goal is 1.15 times as much.
"""

import argparse
import logging
import shutil
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import gpu
from benchmarks._timing import table
from heptathlon.families import FAMILIES
from heptathlon.models.shared_prompt import SharedPromptLM
from heptathlon.running import evaluating, noise, planning, tokenizing
from heptathlon.tasks import catalog

GOAL = 1.15


class Count:
    """Counts the tokens that a model reads.

    Attributes:
        read: tokens so far.
    """

    def __init__(self, model: Any) -> None:
        self.read = 0
        model.register_forward_pre_hook(self._hook, with_kwargs=True)

    def _hook(self, _module: Any, args: Any, options: dict[str, Any]) -> None:
        tokens = options["input_ids"] if "input_ids" in options else args[0]
        mask = options.get("attention_mask")
        own = tokens.numel() if mask is None else int(mask[:, -tokens.shape[1] :].sum())
        self.read += own


def ask(lm: Any, tasks: dict[str, Any]) -> None:
    """Ask all requests of tasks; of a written answer only the first token."""
    for task in tasks.values():
        kinds: dict[str, list[Any]] = {}
        for request in task.instances:
            if request.request_type == "generate_until":
                request.arguments = (request.args[0], {**request.args[1], "max_gen_toks": 1})
            kinds.setdefault(request.request_type, []).append(request)
        for kind, requests in kinds.items():
            getattr(lm, kind)(requests, disable_tqdm=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("events", nargs="*", metavar="EVENT")
    parser.add_argument("--tier", default="smoke")
    parser.add_argument("--batch-size", type=int, default=16)
    args = parser.parse_args()
    noise.hush()
    logging.disable(logging.WARNING)
    folder = Path(tempfile.mkdtemp(prefix="heptathlon-benchmark-"))
    try:
        gpu.make(folder, "tiny", "cpu")
        lm = SharedPromptLM(pretrained=str(folder), device="cpu", batch_size=args.batch_size)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    count = Count(lm.model)
    reader = tokenizing.Reader("tiny", lm.tokenizer)
    rows: list[tuple[object, ...]] = [
        ("event", "sent", "least", "read", "read / least", f"at most {GOAL:g}")
    ]
    chosen = args.events or [f.name for f in FAMILIES.values() if not f.package]
    for name in chosen:
        tasks = {
            task: found
            for task, found in planning.loaded(catalog.asked(name, args.tier)).items()
            if not getattr(found, "MULTIMODAL", False)
        }
        evaluating.prepare(reader, tasks, planning.config_of(planning.PLAIN))
        told = sum((planning.of_task(t, reader) for t in tasks.values()), planning.Tokens())
        count.read = 0
        ask(lm, tasks)
        ratio = count.read / told.distinct_tokens
        figures = (told.prompt_tokens, told.distinct_tokens, count.read)
        shown = (f"{ratio:.2f}", "yes" if ratio <= GOAL else "no")
        rows.append((name, *(f"{x:,}" for x in figures), *shown))
    print(table(rows))


if __name__ == "__main__":
    main()
