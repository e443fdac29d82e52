"""How steady is a reading of memorability? One model, asked with and without its chat template.

``python -m benchmarks.steadiness MODEL`` asks the same items of each human set in both
frames, and prints for each reading (the written number; the expected value under
likelihoods) how many answers can be read, Spearman's correlation with the measured scores, and the
reading's steadiness: Spearman's correlation of the two frames' predictions.

Prompts, tasks and scorers are the suite's own, asked through lm-eval.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from lm_eval import simple_evaluate
from lm_eval.tasks import TaskManager
from numpy.typing import NDArray

from benchmarks._timing import table
from heptathlon.families import task_name
from heptathlon.models.shared_prompt import SharedPromptLM
from heptathlon.scorers import memorability, stats
from heptathlon.tasks import derived

SETS = ("words", "phrases", "sentences", "slogans", "lambda")
READINGS = {"": "written", "_ll": "likelihoods"}
FRAMES = {True: "with template", False: "without"}
Floats = NDArray[np.float64]
MAX_TOKENS = 16
"""Tokens of a written answer: a number and a few words around it."""


def asked(
    model: SharedPromptLM, tasks: Sequence[str], limit: int, template: bool
) -> dict[str, Any]:
    """Return lm-eval's samples of each task."""
    found = simple_evaluate(
        model=model,
        tasks=list(tasks),
        limit=limit,
        apply_chat_template=template,
        gen_kwargs={"max_gen_toks": MAX_TOKENS},
        task_manager=TaskManager(include_path=str(derived.include_path()), include_defaults=False),
        bootstrap_iters=0,
    )
    samples: dict[str, Any] = found["samples"]
    return samples


class Answers(NamedTuple):
    """One reading in one frame, in order of the items.

    Attributes:
        items: ids.
        clusters: word, sentence or brand of each item.
        predicted: scores, shape (n,).
        human: measured scores, shape (n,).
        readable: share of answers that give a score.
    """

    items: list[str]
    clusters: list[str]
    predicted: Floats
    human: Floats
    readable: float


def answers(samples: Sequence[Any]) -> Answers:
    """Return what the scorer reads in lm-eval's samples of a task."""
    rows = sorted(samples, key=lambda s: s["doc"]["item_id"])
    found = [memorability.process_results(s["doc"], s["filtered_resps"]) for s in rows]
    predicted, human, parsed = (
        np.array([m[name] for m in found]) for name in ("predicted", "human", "parsed")
    )
    docs = [s["doc"] for s in rows]
    return Answers(
        [d["item_id"] for d in docs],
        [d["cluster_id"] for d in docs],
        predicted,
        human,
        float(parsed.mean()),
    )


def correlation(left: Floats, right: Floats, clusters: Sequence[str]) -> str:
    """Return Spearman's correlation with its 95 % interval."""
    found = stats.cluster_bootstrap(
        np.stack([left, right], axis=1), clusters, memorability.spearman, resamples=2_000, seed=0
    )
    if found.low is None or found.high is None:
        return f"{found.value:.2f}"
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="folder or Hub name, with a chat template")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--items", type=int, default=200, help="of each set")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch-size", type=int, default=16)
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    model = SharedPromptLM(
        pretrained=args.model, dtype=args.dtype, device=args.device, batch_size=args.batch_size
    )
    head = ["set", "items", "reading", *(f"readable, {frame}" for frame in FRAMES.values())]
    head += [*(f"rho, {frame}" for frame in FRAMES.values()), "steadiness"]
    lines: list[Sequence[object]] = [head]
    for name in args.sets:
        tasks = {end: task_name(f"memorability_{name}{end}", "lite") for end in READINGS}
        runs = {frame: asked(model, [*tasks.values()], args.items, frame) for frame in FRAMES}
        for end, reading in READINGS.items():
            one, other = (answers(runs[frame][tasks[end]]) for frame in FRAMES)
            if one.items != other.items:
                raise RuntimeError(f"{tasks[end]}: the frames were asked other items")
            shares = [f"{found.readable:.0%}" for found in (one, other)]
            rhos = [correlation(f.predicted, f.human, f.clusters) for f in (one, other)]
            steady = correlation(one.predicted, other.predicted, one.clusters)
            lines.append([name, len(one.items), reading, *shares, *rhos, steady])
            print(f"{name}, {reading}: steadiness {steady}", file=sys.stderr, flush=True)
    print(f"{args.model}, {args.dtype}; intervals of 95 %.\n\n{table(lines)}")


if __name__ == "__main__":
    main()
