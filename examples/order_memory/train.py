"""Tune a model on unseen chronicles, and another on other ones, and write the study of memory.

Each of the two is a LoRA adapter (PEFT) on the same base. One reads the first texts of a season's
set again and again, the other as many others, its control. Neither reads a question. See README.md.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import yaml
from transformers import AutoTokenizer, set_seed

sys.path.append(str(Path(__file__).parents[1]))
from tuning import NextToken, adapted, device_flags, positive, windows

from heptathlon.builders import store
from heptathlon.families import task_name

MODULES = ("q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "gate_proj", "down_proj")


def main(arguments: Sequence[str] | None = None) -> Path:
    """Tune as the command line says and return the study file."""
    args = parser().parse_args(arguments)
    texts = chronicles(args.tier, args.words)
    if len(texts) < 2 * args.texts:
        raise SystemExit(f"the tier has {len(texts)} texts of {args.words} words, too few for two "
                         f"times {args.texts}")  # fmt: skip
    titles = sorted(texts)
    parts = {"after": titles[: args.texts], "control": titles[args.texts : 2 * args.texts]}
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    for name, chosen in parts.items():
        set_seed(args.seed)
        model = adapted(args.base, args.lora_from, args.dtype, modules=MODULES)
        read = windows(tokenizer, [f"{t}\n\n{texts[t]}" for t in chosen], args.length)
        trainer = NextToken(model, args.rate, args.batch)
        for step in trainer.steps(torch.cat([read] * args.epochs)):
            last = step
        model.save_pretrained(args.out / name)
        print(f"{name}: {len(chosen)} texts, {last} steps")
    return write_study(args, parts)


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    out = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    add = out.add_argument
    add("--base", required=True, help="model folder or Hub name")
    add("--out", type=Path, default=Path("memory"), help="folder of adapters and study file")
    add("--tier", default="lite", help="tier whose texts are read and asked about")
    add("--words", default="250", help="length of the texts in words")
    add("--texts", type=positive, default=10, help="texts that each of the two reads")
    add("--epochs", type=positive, default=20, help="how often each text is read")
    add("--rate", type=float, default=1e-3, help="learning rate")
    add("--batch", type=positive, default=2, help="windows a step")
    add("--length", type=positive, default=256, help="tokens a window")
    add("--lora-from", type=int, default=0, help="first layer with LoRA")
    add("--dtype", choices=("bfloat16", "float32"), default="bfloat16")
    add("--seed", type=int, default=0)
    return out


def chronicles(tier: str, words: str) -> dict[str, str]:
    """Return the texts of a length by their titles."""
    docs = store.read_docs(store.ensure(store.SetName("sort", tier=tier)), "order")
    return {str(d["title"]): str(d["text"]) for d in docs if d["length"] == words}


def write_study(args: argparse.Namespace, parts: dict[str, list[str]]) -> Path:
    """Write the study file and return its path."""
    study: dict[str, Any] = {
        "study": f"memory: {Path(args.base).name} after {args.epochs} readings",
        "kind": "memory",
        "model": "heptathlon-hf",
        "model_args": {"pretrained": str(args.base), "dtype": args.dtype},
        "flags": ["--batch_size", "16", *device_flags()],
        "tasks": [task_name(f"sort_notext_e{args.words}", args.tier)],
        "before": {"name": "before"},
        **{
            name: {"name": name, "model_args": {"peft": str((args.out / name).resolve())}}
            for name in parts
        },
        "read": parts["after"],
        "control_read": parts["control"],
    }
    path = Path(args.out / "memory.yaml")
    path.write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    print(f"next: heptathlon study run {path} && heptathlon study score {path}")
    return path


if __name__ == "__main__":
    main()
