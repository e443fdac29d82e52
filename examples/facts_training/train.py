"""Train a model on an invented world's corpus, and write the studies of what it keeps.

One LoRA adapter reads the corpus once, in its order, with the questions on the asked half mixed in,
and then a retention stream about others; it is saved on the way, each time with a note of what was
read. See README.md beside this file.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from transformers import AutoTokenizer, set_seed

sys.path.append(str(Path(__file__).parents[1]))
from tuning import NextToken, adapted, device_flags, positive, windows

from heptathlon.builders.facts import corpus
from heptathlon.families import task_name
from heptathlon.seeding import Stream
from heptathlon.studies import notes

MODULES = ("q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "gate_proj", "down_proj")
RANK = 16
PROBES = ("recognition", "recall", "extraction", "choice")
MORE = ("composition", "opinion", "opinion_parts", "traps")
SHARES = (0.25, 0.5, 0.75, 1.0)
"""Shares of the corpus after which the model is saved."""
LATER = (3, 10, 30, 60, 100, 300, 1_000)
"""Steps in the retention stream after which it is saved."""


def main(arguments: Sequence[str] | None = None) -> Path:
    """Train as the command line says and return the folder of checkpoints and studies."""
    args = parser().parse_args(arguments)
    set_seed(args.seed)
    manifest = corpus.check(args.corpus)
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    model = adapted(args.base, args.lora_from, args.dtype, modules=MODULES, rank=RANK)
    own = [w.numel() for name, w in model.named_parameters() if "lora_" not in name]
    base = notes.Base(architecture=model.config.model_type, parameters=sum(own),
                      weights=Path(args.base).name,
                      tokenizer=notes.tokenizer_digest(tokenizer))  # fmt: skip
    done: list[notes.Note] = []
    started = time.monotonic()

    def save(phase: Any, step: int, share: float, after: int = 0) -> None:
        note = notes.Note(world=manifest.world, corpus=manifest.digest, design=manifest.design,
                          base=base, phase=phase, step=step, share=share, after=after,
                          run=args.run)  # fmt: skip
        if phase != "before":
            model.save_pretrained(args.out / name_of(note))
        notes.write(args.out / name_of(note), note)
        done.append(note)
        print(f"{name_of(note)}: {time.monotonic() - started:.0f} s", flush=True)

    save("before", 0, 0.0)
    trainer = NextToken(model, args.rate, args.batch)
    read = windows(tokenizer, mixed(args), args.length)
    end = len(read) // args.batch
    due = {max(1, round(share * end)): share for share in SHARES}
    for step in trainer.steps(read):
        if step in due:
            save("corpus", step, due[step])
    texts = [d["text"] for d in corpus.read_documents(args.corpus, corpus.RETENTION)]
    more = windows(tokenizer, texts, args.length)[: args.retention * args.batch]
    for after in trainer.steps(more):
        if after in LATER or after == len(more) // args.batch:
            save("retention", end + after, 1.0, after)
    write_studies(args, manifest, done)
    return Path(args.out)


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    out = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    add = out.add_argument
    add("--base", required=True, help="model folder or Hub name")
    add("--corpus", type=Path, required=True, help="folder of heptathlon build facts --corpus")
    add("--out", type=Path, default=Path("facts"), help="folder of adapters and study files")
    add("--run", type=int, help="read only about the people of this run of the study subsets")
    add("--rate", type=float, default=1e-3, help="learning rate")
    add("--batch", type=positive, default=2, help="windows a step")
    add("--length", type=positive, default=256, help="tokens a window")
    add("--retention", type=int, default=60, help="steps in the retention stream")
    add("--lora-from", type=int, default=0, help="first layer with LoRA")
    add("--dtype", choices=("bfloat16", "float32"), default="bfloat16")
    add("--seed", type=int, default=0)
    return out


def mixed(args: argparse.Namespace) -> list[str]:
    """Return the corpus in its order, with the questions spread over it."""
    documents: Sequence[Any] = corpus.read_documents(args.corpus)
    questions: Sequence[Any] = corpus.read_documents(args.corpus, corpus.QUESTIONS)
    if args.run is not None:
        listed = (args.corpus / corpus.subset_file(args.run)).read_text(encoding="utf-8")
        documents = corpus.only(documents, frozenset(listed.split()))
        questions = [q for q in questions if q["subject"] in set(listed.split())]
    stream = Stream("facts_training", args.seed)
    timed = [(i / len(documents), d["text"]) for i, d in enumerate(documents)]
    timed += [(stream.uniform(), q["text"]) for q in questions]
    return [text for _, text in sorted(timed, key=lambda one: one[0])]


def name_of(note: notes.Note) -> str:
    """Return the name of a checkpoint, which sorts in the order of training."""
    return f"{note.step:06d}-{note.phase}"


def write_studies(args: argparse.Namespace, manifest: Any, done: Sequence[notes.Note]) -> None:
    """Write the study files of before and after the corpus, and of all checkpoints."""
    last = next(n for n in reversed(done) if n.phase == "corpus")
    for kind, chosen, asked in (("exposure", [done[0], last], (*PROBES, *MORE)),
                                ("retention", done, PROBES)):  # fmt: skip
        members = []
        for note in chosen:
            adapter = {"peft": str((args.out / name_of(note)).resolve())}
            members.append({"name": name_of(note), "note": name_of(note),
                            "model_args": {} if note.phase == "before" else adapter})  # fmt: skip
        study = {
            "study": f"{kind}: {done[0].base.weights} on {manifest.world}",
            "kind": kind,
            "model": "heptathlon-hf",
            "model_args": {"pretrained": str(args.base), "dtype": args.dtype},
            "flags": ["--batch_size", "16", *device_flags()],
            "tasks": [task_name(f"facts_{probe}", manifest.tier) for probe in asked],
            "checkpoints": members,
        }
        path = args.out / f"{kind}.yaml"
        path.write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
        print(f"next: heptathlon study run {path}")


if __name__ == "__main__":
    main()
