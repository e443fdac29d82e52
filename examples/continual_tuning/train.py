"""Tune a model on one task of the stream after another, and write the study that measures it.

One LoRA adapter goes through the tasks in order and is saved after each. ``heptathlon study run``
then asks the base model and every adapter the test questions. See README.md beside this file.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import yaml
from methods import ANSWER_TOKENS, GRPO_RATE, METHODS, SFT_RATE, Method
from trainers import ADAPTER
from transformers import AutoTokenizer, set_seed

sys.path.append(str(Path(__file__).parents[1]))
from tuning import adapted, device_flags, positive

from heptathlon.builders.mllm_ct.records import TEXT_TASKS
from heptathlon.families import task_name

LORA_LAYERS = ("q_proj", "v_proj", "up_proj", "down_proj")


def main(arguments: Sequence[str] | None = None) -> Path:
    """Train as the command line says and return the study file."""
    args = parser().parse_args(arguments)
    if args.order == "reverse":
        args.tasks = args.tasks[::-1]
    args.out = args.out / args.order
    set_seed(args.seed)
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    if tokenizer.chat_template is None:
        raise SystemExit(f"{args.base}: has no chat template; choose an instruction-tuned model.")
    model = adapted(args.base, args.lora_from, args.dtype, modules=LORA_LAYERS)
    method = Method(args.method, model, tokenizer, args)
    done: list[tuple[str, Path]] = []
    for place, task in enumerate(args.tasks, start=1):
        folder = args.out / args.method / f"{place}-{task}"
        started = time.monotonic()
        if place == 1 and args.first:
            folder = args.first
            model.load_adapter(folder, ADAPTER, is_trainable=True)
            print(f"{task}: adapter of {folder}")
        else:
            method.learn(task, str(args.out / args.method / "trainer"))
            print(f"{task}: {args.steps} steps in {time.monotonic() - started:.0f} s")
        method.remember(task)
        if not (place == 1 and args.first):
            with method.shown():
                model.save_pretrained(folder, selected_adapters=[ADAPTER])
        done.append((task, folder.resolve()))
    study = write_study(args, done)
    print(f"next: heptathlon study run {study}")
    return study


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    out = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    add = out.add_argument
    add("--base", required=True, help="model folder or Hub name, with a chat template")
    add("--tasks", nargs="+", choices=TEXT_TASKS, default=list(TEXT_TASKS),
        help="text tasks of the stream, in the order of learning")  # fmt: skip
    add("--order", choices=("forward", "reverse"), default="forward",
        help="learn the tasks as they are named, or from the last to the first")  # fmt: skip
    add("--method", choices=METHODS, default="sft")
    add("--out", type=Path, default=Path("continual"), help="folder of adapters and study files")
    add("--first", type=Path, help="adapter after the first task, made before: all methods but "
        "grpo are the same until then")  # fmt: skip
    add("--steps", type=positive, default=60, help="optimizer steps a task")
    add("--batch", type=positive, default=4, help="rows a step; for grpo a multiple of 4")
    add("--rate", type=float, help=f"learning rate; {SFT_RATE:g}, or {GRPO_RATE:g} for grpo")
    add("--lora-from", type=int, default=0, help="first layer with LoRA; the rest learns nothing")
    add("--dtype", choices=("bfloat16", "float32"), default="bfloat16",
        help="of the base weights, in training and in the study; processors without instructions "
        "for bfloat16 are several times faster with float32")  # fmt: skip
    add("--tier", choices=("smoke", "lite", "full"), default="smoke", help="test questions")
    add("--seed", type=int, default=0)
    return out


def write_study(args: argparse.Namespace, done: Sequence[tuple[str, Path]]) -> Path:
    """Write the study file of a sequence; studies in one folder share the base model's run."""
    base = str(Path(args.base).resolve()) if Path(args.base).is_dir() else args.base
    names = {task: task_name(f"mllm_ct_{task}", args.tier) for task, _ in done}
    study = {
        "study": f"{args.method}: {', then '.join(names)}",
        "kind": "continual",
        "method": args.method,
        "base": Path(args.base).name,
        "order": f"{args.order}, seed {args.seed}",
        "model": "hf",
        "model_args": {"pretrained": base, "dtype": args.dtype},
        "flags": ["--apply_chat_template", "--batch_size", "16", *device_flags(),
                  "--gen_kwargs", f"max_gen_toks={ANSWER_TOKENS}"],
        "tasks": list(names.values()),
        "checkpoints": [
            {"name": "base"},
            *(
                {
                    "name": f"{folder.parent.name}-{folder.name}",
                    "after": names[task],
                    "model_args": {"peft": str(folder)},
                }
                for task, folder in done
            ),
        ],
    }  # fmt: skip
    path: Path = args.out / f"{args.method}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    return path


if __name__ == "__main__":
    main()
