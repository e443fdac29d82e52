"""Tune a model on one task of the stream after another, and write the study that measures it.

One LoRA adapter goes through the tasks in order and is saved after each. ``heptathlon study run``
then asks the base model and every adapter the test questions. See README.md beside this file.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import yaml
from datasets import Dataset
from torch.nn import functional
from transformers import AutoTokenizer, set_seed
from trl import GRPOConfig, GRPOTrainer, SFTConfig, SFTTrainer

sys.path.append(str(Path(__file__).parents[1]))
from tuning import adapted, device_flags, positive

from heptathlon.builders import mllm_ct
from heptathlon.builders.mllm_ct.records import TEXT_TASKS
from heptathlon.families import task_name
from heptathlon.scorers.mllm_ct import verdict
from heptathlon.seeding import Stream
from heptathlon.tasks.mllm_ct.prompts import prompt, target

METHODS = ("sft", "replay", "ewc", "lwf", "grpo", "grpo-kl")
ADAPTER, BEFORE = "default", "before"
"""The adapter that learns, and LwF's frozen copy of it as it was before the task."""
LORA_LAYERS = ("q_proj", "v_proj", "up_proj", "down_proj")
ANSWER_TOKENS = 96
"""The longest gold reply has 75 tokens of SmolLM2's tokenizer; the tier smoke allows 96."""
REPLAYED = 0.25
"""Share of the rows of a later task that come from the tasks before it."""
MEMORY = 100
"""Rows a former task that replay may see again."""
EWC_WEIGHT, FISHER_ROWS = 1_000.0, 64
LWF_WEIGHT, TEMPERATURE = 1.0, 2.0
"""Weight and softening of the distillation, as in arXiv 1606.09282."""
GRPO_BETA, GENERATIONS = 0.04, 4
"""KL weight of ``grpo-kl`` (0 without) and replies a question."""

SFT_RATE, GRPO_RATE = 1e-3, 2e-5
"""Learning rates of a small adapter in few steps, and where a reward decides."""

Rows = list[dict[str, Any]]


def main(arguments: Sequence[str] | None = None) -> Path:
    """Train as the command line says and return the study file."""
    args = parser().parse_args(arguments)
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
            model.save_pretrained(folder, selected_adapters=[ADAPTER])
            print(f"{task}: {args.steps} steps in {time.monotonic() - started:.0f} s")
        method.remember(task)
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
    add("--method", choices=METHODS, default="sft")
    add("--out", type=Path, default=Path("continual"), help="folder of adapters and study files")
    add("--first", type=Path, help="adapter after the first task, made before: sft, replay, ewc "
        "and lwf are the same until then")  # fmt: skip
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


def train_rows(task: str) -> Rows:
    """Return a task's training rows: question, gold reply, and the record for the reward.

    They are of the tier ``full``: no training scene of it is a test scene of any tier.
    """
    records = mllm_ct.dataset(config=task)["train"]
    return [
        {
            "prompt": [{"role": "user", "content": prompt(record)}],
            "completion": [{"role": "assistant", "content": target(record)}],
            "record": json.dumps(record),
        }
        for record in records
    ]


def mixed(new: Rows, old: Rows, count: int, stream: Stream) -> Rows:
    """Return ``count`` rows in random order, of which a share is old, if there are any."""
    replayed = round(REPLAYED * count) if old else 0
    rows = cycled(new, count - replayed, stream) + cycled(old, replayed, stream)
    return stream.sample(rows, count)


def cycled(rows: Rows, count: int, stream: Stream) -> Rows:
    """Return ``count`` rows, each as often as any other give or take one."""
    out: Rows = []
    while len(out) < count:
        out += stream.sample(rows, min(len(rows), count - len(out)))
    return out


def strict_reward(completions: list[Any], record: list[str], **_: Any) -> list[float]:
    """Return the suite's strict score of each reply: training and test read answers alike."""
    replies = [messages[-1]["content"] for messages in completions]
    return [
        verdict(json.loads(doc), [reply]).metrics["strict"]
        for doc, reply in zip(record, replies, strict=True)
    ]


@dataclass
class Anchor:
    """What EWC holds on to: the adapter's weights after a task, and how much each mattered.

    Attributes:
        weights: by name, as the parameters.
        fisher: diagonal of the empirical Fisher information, summed over the tasks so far.
    """

    weights: dict[str, torch.Tensor]
    fisher: dict[str, torch.Tensor]

    def penalty(self, model: Any) -> torch.Tensor:
        """Return half the weighted squared distance from the anchor."""
        terms = [
            (self.fisher[name] * (weight - self.weights[name]) ** 2).sum()
            for name, weight in trained(model)
        ]
        return torch.stack(terms).sum() / 2


class EwcTrainer(SFTTrainer):  # type: ignore[misc]
    """SFT with elastic weight consolidation (arXiv 1612.00796) on the adapter's own weights."""

    anchor: Anchor

    def compute_loss(self, model: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the pull towards the anchor to the loss."""
        loss = super().compute_loss(model, inputs, *args, **kwargs)
        pull = EWC_WEIGHT * self.anchor.penalty(model)
        return (loss[0] + pull, *loss[1:]) if isinstance(loss, tuple) else loss + pull


class LwfTrainer(SFTTrainer):  # type: ignore[misc]
    """SFT with distillation from the adapter before the task, on the new task's own rows."""

    def compute_loss(self, model: Any, inputs: Any, return_outputs: bool = False, **_: Any) -> Any:
        """Return the mean loss of the answers' tokens with the distillation of the same tokens."""
        asked = {k: v for k, v in inputs.items() if k != "labels"} | {"use_cache": False}
        labels = inputs["labels"][:, 1:]
        counted = labels != -100
        with torch.no_grad(), switched(model, BEFORE):
            before = model(**asked).logits[:, :-1][counted].float()
        outputs = model(**asked)
        now = outputs.logits[:, :-1][counted].float()
        told = functional.kl_div(
            (now / TEMPERATURE).log_softmax(-1),
            (before / TEMPERATURE).log_softmax(-1),
            log_target=True,
            reduction="batchmean",
        )
        loss = functional.cross_entropy(now, labels[counted])
        loss = loss + LWF_WEIGHT * TEMPERATURE**2 * told
        return (loss, outputs) if return_outputs else loss


@contextmanager
def switched(model: Any, name: str) -> Iterator[None]:
    """Answer with another adapter inside the block."""
    model.set_adapter(name)
    try:
        yield
    finally:
        model.set_adapter(ADAPTER)


def trained(model: Any) -> Iterator[tuple[str, torch.nn.Parameter]]:
    """Yield name and value of the weights that learn."""
    return ((name, w) for name, w in model.named_parameters() if w.requires_grad)


class Method:
    """A way of tuning, with what it keeps of former tasks."""

    def __init__(self, name: str, model: Any, tokenizer: Any, args: argparse.Namespace) -> None:
        """Begin without former tasks."""
        self.name, self.model, self.tokenizer, self.args = name, model, tokenizer, args
        self.old: Rows = []
        self.anchor: Anchor | None = None
        self.tasks = 0
        self._reinforces = name.startswith("grpo")

    def learn(self, task: str, folder: str) -> None:
        """Tune the adapter on a task."""
        args = self.args
        stream = Stream("continual_tuning", args.seed, task)
        count = args.steps * args.batch
        rows = mixed(train_rows(task), self.old, count, stream)
        shared: dict[str, Any] = {
            "output_dir": folder,
            "max_steps": args.steps,
            "per_device_train_batch_size": args.batch,
            "learning_rate": args.rate or (GRPO_RATE if self._reinforces else SFT_RATE),
            "warmup_steps": min(5, args.steps // 10),
            "gradient_checkpointing": False,
            "bf16": False,
            "use_cpu": not torch.cuda.is_available(),
            "save_strategy": "no",
            "report_to": "none",
            "disable_tqdm": True,
            "logging_steps": 10,
            "seed": args.seed,
        }
        if self._reinforces:
            self._reinforce(rows, shared)
            return
        kinds: dict[str, Callable[..., Any]] = {"ewc": EwcTrainer, "lwf": LwfTrainer}
        # There is nothing to keep before the first task: every method is SFT there.
        kind = kinds.get(self.name, SFTTrainer) if self.tasks else SFTTrainer
        if kind is LwfTrainer:
            self._copy_adapter()
        trainer = kind(
            model=self.model,
            args=SFTConfig(max_length=None, **shared),
            train_dataset=Dataset.from_list([without_record(row) for row in rows]),
            processing_class=self.tokenizer,
        )
        if kind is EwcTrainer:
            trainer.anchor = self.anchor
        trainer.train()

    def remember(self, task: str) -> None:
        """Keep of a learned task what the method needs later."""
        self.tasks += 1
        if self.tasks == len(self.args.tasks):
            return
        if self.name == "replay":
            stream = Stream("continual_tuning", self.args.seed, task, "memory")
            rows = train_rows(task)
            self.old += stream.sample(rows, min(MEMORY, len(rows)))
        if self.name == "ewc":
            self._anchor(task)

    def _reinforce(self, rows: Rows, shared: dict[str, Any]) -> None:
        """Tune with GRPO; its reference is the adapter before the task, as TRL copies it."""
        beta = GRPO_BETA if self.name == "grpo-kl" else 0.0
        config = GRPOConfig(
            beta=beta,
            num_generations=GENERATIONS,
            max_completion_length=ANSWER_TOKENS,
            **shared,
        )
        trainer = GRPOTrainer(
            model=self.model,
            reward_funcs=strict_reward,
            args=config,
            train_dataset=Dataset.from_list(
                [{"prompt": row["prompt"], "record": row["record"]} for row in rows]
            ),
            processing_class=self.tokenizer,
        )
        trainer.train()
        if "ref" in self.model.peft_config:
            self.model.delete_adapter("ref")

    def _copy_adapter(self) -> None:
        """Freeze a copy of the adapter under another name; the base weights are not copied."""
        if BEFORE in self.model.peft_config:
            self.model.delete_adapter(BEFORE)
        self.model.add_adapter(BEFORE, self.model.peft_config[ADAPTER])
        weights = dict(self.model.named_parameters())
        with torch.no_grad():
            for name, weight in weights.items():
                if f".{ADAPTER}." in name:
                    weights[name.replace(f".{ADAPTER}.", f".{BEFORE}.")].copy_(weight)
        self.model.set_adapter(ADAPTER)

    def _anchor(self, task: str) -> None:
        """Add a task's squared gradients, one row at a time, to the anchor."""
        stream = Stream("continual_tuning", self.args.seed, task, "fisher")
        rows = [without_record(row) for row in cycled(train_rows(task), FISHER_ROWS, stream)]
        trainer = SFTTrainer(
            model=self.model,
            args=SFTConfig(output_dir=str(self.args.out / self.name / "trainer"),
                           per_device_train_batch_size=1, max_length=None, bf16=False,
                           gradient_checkpointing=False, report_to="none",
                           use_cpu=not torch.cuda.is_available()),
            train_dataset=Dataset.from_list(rows),
            processing_class=self.tokenizer,
        )  # fmt: skip
        self.model.eval()
        former = self.anchor.fisher if self.anchor else {}
        fisher = {n: former.get(n, torch.zeros_like(w)) for n, w in trained(self.model)}
        for inputs in trainer.get_train_dataloader():
            self.model.zero_grad()
            trainer.compute_loss(self.model, dict(inputs)).backward()
            for name, weight in trained(self.model):
                if weight.grad is not None:
                    fisher[name] = fisher[name] + weight.grad**2 / len(rows)
        self.model.zero_grad()
        weights = {name: weight.detach().clone() for name, weight in trained(self.model)}
        self.anchor = Anchor(weights, fisher)


def without_record(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as SFT takes it."""
    return {key: row[key] for key in ("prompt", "completion")}


def write_study(args: argparse.Namespace, done: Sequence[tuple[str, Path]]) -> Path:
    """Write the study file of a sequence; studies in one folder share the base model's run."""
    base = str(Path(args.base).resolve()) if Path(args.base).is_dir() else args.base
    names = {task: task_name(f"mllm_ct_{task}", args.tier) for task, _ in done}
    study = {
        "study": f"{args.method}: {', then '.join(names)}",
        "kind": "continual",
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
