"""Train a tiny mixture of experts on prompts of icl and write the study of its routes.

The weights are random at first; eight checkpoints are kept, at steps that grow by a constant
factor. Read are prompts of seasons that no set has, with their answers. See README.md.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from tokenizers import ByteLevelBPETokenizer
from transformers import OlmoeConfig, OlmoeForCausalLM, PreTrainedTokenizerFast, set_seed

from heptathlon.builders.icl import generate
from heptathlon.families import task_name
from heptathlon.tasks.icl import prompts

END = "<|endoftext|>"
VOCABULARY = 512
CHECKPOINTS = 8
LENGTH = 256
"""Tokens of a row; the longest prompts lose their beginning."""


def main(arguments: Sequence[str] | None = None) -> Path:
    """Train as the command line says and return the study file."""
    args = parser().parse_args(arguments)
    set_seed(args.seed)
    rows = list(texts(args.seasons))
    tokenizer = tokenizer_of(rows)
    model = OlmoeForCausalLM(config(len(tokenizer), args))
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.rate)
    first = max(1, args.steps // 50)
    kept = {round(one) for one in np.geomspace(first, args.steps, CHECKPOINTS)}
    order = np.random.default_rng(args.seed)
    for step in range(1, args.steps + 1):
        batch = [rows[int(n)] for n in order.integers(len(rows), size=args.batch)]
        found = tokenizer(batch, return_tensors="pt", padding=True)
        ids, mask = (found[key][:, -LENGTH:] for key in ("input_ids", "attention_mask"))
        # Its loss holds the one that keeps experts in balance.
        out = model(input_ids=ids, attention_mask=mask, labels=ids.masked_fill(mask == 0, -100),
                    output_router_logits=True, use_cache=False)  # fmt: skip
        out.loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if step in kept:
            model.save_pretrained(args.out / f"step-{step}")
            tokenizer.save_pretrained(args.out / f"step-{step}")
            print(f"step {step}: loss {out.loss.item():.3f}", flush=True)
    return write_study(args, sorted(kept))


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    out = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    add = out.add_argument
    add("--out", type=Path, default=Path("expert-routes"), help="folder of checkpoints and study")
    add("--steps", type=int, default=600)
    add("--batch", type=int, default=16, help="prompts a step")
    add("--seasons", type=int, default=20, help="sets of 384 prompts to draw from")
    add("--width", type=int, default=96)
    add("--layers", type=int, default=4)
    add("--experts", type=int, default=8)
    add("--chosen", type=int, default=2, help="experts that a token goes to")
    add("--rate", type=float, default=2e-3, help="learning rate")
    add("--tier", default="smoke", help="tier that is scored beside the routes")
    add("--seed", type=int, default=0)
    return out


def texts(seasons: int) -> Iterator[str]:
    """Yield prompts with their labels, of seasons that no set has."""
    for n in range(seasons):
        for record in generate("fresh", "lite", "forced", f"training-{n}", "")["forced", "test"]:
            doc = record.model_dump(mode="json")
            yield f"{prompts.prompt(doc)} {doc['options'][doc['gold']]}{END}"


def tokenizer_of(rows: Sequence[str]) -> Any:
    """Return a tokenizer of few tokens that knows the words of the prompts."""
    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator(rows, vocab_size=VOCABULARY, special_tokens=[END],
                                show_progress=False)  # fmt: skip
    return PreTrainedTokenizerFast(tokenizer_object=trained._tokenizer, eos_token=END,
                                   pad_token=END, bos_token=END)  # fmt: skip


def config(vocabulary: int, args: argparse.Namespace) -> OlmoeConfig:
    """Return the form of the model: OLMoE's, made small."""
    return OlmoeConfig(
        vocab_size=vocabulary,
        hidden_size=args.width,
        intermediate_size=args.width,
        num_hidden_layers=args.layers,
        num_attention_heads=4,
        num_key_value_heads=4,
        num_experts=args.experts,
        num_experts_per_tok=args.chosen,
        norm_topk_prob=True,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=0,
    )


def write_study(args: argparse.Namespace, steps: Sequence[int]) -> Path:
    """Write the study file and return its path."""
    study: dict[str, Any] = {
        "study": f"a tiny mixture of {args.experts} experts on prompts of icl",
        "kind": "pathways",
        "model": "heptathlon-hf",
        "model_args": {"dtype": "float32"},
        "flags": ["--batch_size", "16", "--device", "cpu"],
        "tasks": [task_name("icl_forced", args.tier)],
        "metric": "pair",
        "checkpoints": [
            {"name": f"step-{n}", "step": n, "model_args": {"pretrained": str(path)}}
            for n in steps
            for path in [(args.out / f"step-{n}").resolve()]
        ],
    }
    path = Path(args.out / "pathways.yaml")
    path.write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    print(f"next: heptathlon study run {path} && heptathlon study score {path}")
    return path


if __name__ == "__main__":
    main()
