"""Train a re-ranker on generated problems, to be tested on the published multiple choice.

A cross-encoder sees a query and one document and gives them a score; among the eight documents of a
problem the right one is to score highest (softmax over the eight). The problems come from the
suite's generator under a salt of their own, so no public item is among them. See README.md.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, set_seed

sys.path.append(str(Path(__file__).parents[1]))
from tuning import WARM_UP, positive

from heptathlon import salts
from heptathlon.builders.rarb import build
from heptathlon.families import CURRENT_SEASON
from heptathlon.seeding import Stream

HELD_OUT = 10
"""One block of problems in so many is kept back, to show whether training helps."""


def main(arguments: Sequence[str] | None = None) -> Path:
    """Train as the command line says and return the folder of the re-ranker."""
    args = parser().parse_args(arguments)
    set_seed(args.seed)
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    model: Any = AutoModelForSequenceClassification.from_pretrained(args.base, num_labels=1)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    model.config.pad_token_id = tokenizer.pad_token_id
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.to(device)

    def scores(problems: Sequence[dict[str, Any]]) -> torch.Tensor:
        """Return the scores of the problems' documents, shape (problems, documents)."""
        pairs = [(with_instruction(p, args), text) for p in problems for text in p["candidates"]]
        inputs = tokenizer([q for q, _ in pairs], [d for _, d in pairs], padding=True,
                           truncation=True, max_length=args.length,
                           return_tensors="pt").to(device)  # fmt: skip
        return model(**inputs).logits.view(len(problems), -1)

    train, held = problems_of(args.salt or salts.new(), args.tier)
    print(f"{len(train)} problems to train on, {len(held)} kept back", flush=True)
    print(f"before: {right(model, scores, held, args.batch):.3f} right of those kept back")
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.rate)
    rising = torch.optim.lr_scheduler.LinearLR(
        optimizer, start_factor=1 / WARM_UP, total_iters=WARM_UP
    )
    started = time.monotonic()
    for step, some in enumerate(batches(train, args.batch, args.epochs, args.seed), 1):
        model.train()
        gold = torch.tensor([p["gold"] for p in some], device=device)
        loss = torch.nn.functional.cross_entropy(scores(some), gold)
        loss.backward()
        optimizer.step()
        rising.step()
        optimizer.zero_grad()
        if step % 20 == 0:
            print(f"step {step}: loss {loss.item():.3f}, {time.monotonic() - started:.0f} s")
        if step == args.steps:
            break
    print(f"after: {right(model, scores, held, args.batch):.3f} right of those kept back")
    model.save_pretrained(args.out)
    tokenizer.save_pretrained(args.out)
    tasks = "heptathlon_rarb_mcr_inst_lite" if args.instruction else "heptathlon_rarb_mcr_lite"
    print(
        "next: heptathlon run --model heptathlon-encoder --model_args "
        f"pretrained={args.out},max_length={args.length} --tasks {tasks} --output_path runs"
    )
    return Path(args.out)


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    out = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    add = out.add_argument
    add("--base", required=True, help="model folder or Hub name")
    add("--out", type=Path, default=Path("reranker"), help="folder of the trained re-ranker")
    add("--tier", choices=tuple(build.SIZES), default="lite", help="how many problems to make")
    add("--salt", default="", help="salt of the problems; a new one if left out")
    add("--instruction", action="store_true", help="put the instruction before each query")
    add("--rate", type=float, default=2e-5, help="learning rate")
    add("--batch", type=positive, default=4, help="problems a step, of eight documents each")
    add("--epochs", type=positive, default=1, help="how often each problem is seen")
    add("--steps", type=positive, help="stop after so many steps")
    add("--length", type=positive, default=512, help="tokens of query and document together")
    add("--seed", type=int, default=0)
    return out


def problems_of(salt: str, tier: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return generated problems of all kinds: to train on, and kept back, no block in both."""
    if not salt:
        raise SystemExit("the problems of no salt are the public ones, and must not be learnt")
    problems: list[dict[str, Any]] = []
    for kind in build.shards("fresh", tier):
        made = build.generate("fresh", tier, kind, CURRENT_SEASON, salt)
        problems += [record.model_dump() for record in made["choose", "test"]]
    blocks = sorted({p["cluster_id"] for p in problems})
    held = set(blocks[::HELD_OUT])
    return (
        [p for p in problems if p["cluster_id"] not in held],
        [p for p in problems if p["cluster_id"] in held],
    )


def with_instruction(problem: dict[str, Any], args: argparse.Namespace) -> str:
    """Return the query as the tasks ask it."""
    query = str(problem["query"])
    return f"{problem['instruction']} {query}" if args.instruction else query


def batches(
    problems: Sequence[dict[str, Any]], size: int, epochs: int, seed: int
) -> Iterator[list[dict[str, Any]]]:
    """Yield the problems in batches, in another order each time they are gone through."""
    for epoch in range(epochs):
        order = list(problems)
        Stream("reranker", seed, epoch).shuffle(order)
        yield from (order[i : i + size] for i in range(0, len(order), size))


def right(model: Any, scores: Any, problems: Sequence[dict[str, Any]], size: int) -> float:
    """Return the share of problems whose right document scores highest."""
    model.eval()
    found = 0
    with torch.inference_mode():
        for i in range(0, len(problems), size):
            some = problems[i : i + size]
            best = scores(some).argmax(dim=1).tolist()
            found += sum(b == p["gold"] for b, p in zip(best, some, strict=True))
    return found / len(problems)


if __name__ == "__main__":
    main()
