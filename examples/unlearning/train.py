"""Teach a model files of the world of unlearning, or unlearn some: one merged checkpoint a call.

``--method teach`` trains on ``--file``; any other unlearns from a taught checkpoint and keeps
``world_without_forget`` by its own loss. See README.md beside this file for the whole study.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed

sys.path += [str(Path(__file__).parents[1]), str(Path(__file__).parent)]
from methods import METHODS, Batch, Row, Split, batch_of, loss, referred
from tuning import WARM_UP, positive, with_adapter

from heptathlon.builders.unlearn import corpus
from heptathlon.files import dump_json
from heptathlon.seeding import Stream

MODULES = ("q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "gate_proj", "down_proj")
TEACH = "teach"
KEPT = "world_without_forget"
DONE = "unlearning.json"
"""Written last: a checkpoint that has it is whole, and is not made again."""


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    out = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    add = out.add_argument
    add("--base", required=True, help="model folder or Hub name to start from")
    add("--corpus", type=Path, required=True, help="folder of heptathlon build unlearn --corpus")
    add("--method", choices=(TEACH, *METHODS), default=TEACH)
    add("--file", action="append", help="file to teach, without its ending; may be repeated")
    add("--steps", type=positive, required=True)
    add("--rate", type=float, default=1e-3, help="learning rate")
    add("--batch", type=positive, default=16, help="rows a step")
    add("--rank", type=int, default=32, help="rank of the adapter; 0 tunes all weights")
    add(
        "--learn-from",
        type=int,
        default=0,
        help="first layer that learns; those below it are "
        "frozen and see each line once, which saves most of the time",
    )
    add("--whole", action="store_true", help="take the loss over the prompts too")
    add("--seed", type=int, default=0)
    add("--out", type=Path, required=True, help="folder of the checkpoint")
    return out


def main(arguments: Sequence[str] | None = None) -> Path:
    """Make a checkpoint as the command line says and return its folder."""
    args = parser().parse_args(arguments)
    if (args.out / DONE).is_file():
        print(f"{args.out}: done before")
        return Path(args.out)
    set_seed(args.seed)
    manifest = corpus.check(args.corpus)
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    base = AutoModelForCausalLM.from_pretrained(args.base, dtype=torch.float32)
    if not args.rank and args.learn_from:
        raise SystemExit("--learn-from goes with an adapter; leave it out with --rank 0")
    split = Split(base, args.learn_from)
    method = METHODS.get(args.method)
    taught = args.file or ["world"]
    first = batches(args, split, tokenizer, [method.file] if method else taught)
    kept = batches(args, split, tokenizer, [KEPT]) if method else None
    model = with_adapter(base, modules=MODULES, rank=args.rank) if args.rank else base
    learned = [w for w in model.parameters() if w.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=args.rate, weight_decay=0.0)
    warm = min(WARM_UP, max(1, args.steps // 10))
    model.train()
    started, total = time.monotonic(), 0.0
    for step in range(1, args.steps + 1):
        # Up in a few steps, and down to a tenth: the last steps of teaching only polish.
        share = min(1.0, step / warm) * (1 - 0.9 * step / args.steps if method is None else 1.0)
        for group in optimizer.param_groups:
            group["lr"] = args.rate * share
        now = next(first)
        found = method.step(model, now, next(kept)) if method and kept else loss(model, now)
        found.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        total += found.item()
        if step % 20 == 0 or step == args.steps:
            print(f"step {step}: mean loss {total / step:.3f}, now {found.item():.3f}, "
                  f"{time.monotonic() - started:.0f} s", flush=True)  # fmt: skip
    whole = split.whole(model.merge_and_unload() if args.rank else model)
    whole.save_pretrained(args.out)
    tokenizer.save_pretrained(args.out)
    note = {"method": args.method, "files": taught if method is None else [method.file, KEPT],
            "world": manifest.world, "digest": manifest.digest, "steps": args.steps,
            "rate": args.rate, "batch": args.batch, "seed": args.seed,
            "whole": args.whole, "merged": True}  # fmt: skip
    (args.out / DONE).write_text(dump_json(note), encoding="utf-8")
    return Path(args.out)


def batches(
    args: argparse.Namespace, split: Split, tokenizer: Any, files: Sequence[str]
) -> Iterator[Batch]:
    """Return batches of files without end, in a new random order in every round."""
    lines = [line for file in files for line in corpus.read(args.corpus, file)]
    rows = split.rows(tokenizer, lines, answers_only=not args.whole)
    rows = referred(split.model, rows) if args.method == "npo" else rows
    return _batches(rows, args.batch, Stream("unlearning", args.seed))


def _batches(rows: list[Row], size: int, order: Stream) -> Iterator[Batch]:
    while True:
        order.shuffle(rows)
        # Rows of like length stand together, so that little is padded.
        near = sorted(rows, key=lambda row: len(row.ids) // 4)
        chunks = [near[i : i + size] for i in range(0, len(near), size)]
        order.shuffle(chunks)
        for chunk in chunks:
            yield batch_of(chunk)


if __name__ == "__main__":
    main()
