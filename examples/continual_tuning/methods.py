"""Ways of tuning on one task after another: what each keeps of former tasks, and how it learns."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from datasets import Dataset
from rows import Rows, cycled, mixed, remembered, strict_reward, train_rows, without_record
from torch.nn import functional
from trainers import (
    ADAPTER,
    BEFORE,
    Anchor,
    AnchoredTrainer,
    Dark,
    DerTrainer,
    LwfTrainer,
    answer_logits,
    answer_places,
    trained,
)
from trl import GRPOConfig, GRPOTrainer, SFTConfig, SFTTrainer

from heptathlon.seeding import Stream

METHODS = (
    *("sft", "replay", "der", "ewc", "mas", "lwf", "freeze", "merge"),
    *("grpo", "grpo-kl"),
)
ANSWER_TOKENS = 160
"""The longest gold reply has about 130 tokens of SmolLM2's tokenizer."""
ANCHORED = {"ewc": 1_000.0, "mas": 100.0}
"""Weights of the penalties, as in the code of MLLM-CTBench."""
ANCHOR_ROWS = 64
DARK_ROWS, DARK_LOGITS = 64, 256
"""Rows of a former task that DER keeps, and logits a token: a whole vocabulary takes gigabytes."""
GRPO_BETA, GENERATIONS = 0.04, 4
"""KL weight of ``grpo-kl`` (0 without) and replies a question."""
SFT_RATE, GRPO_RATE = 1e-3, 2e-5
"""Learning rates of a small adapter in few steps, and where a reward decides."""


class Method:
    """A way of tuning, with what it keeps of former tasks."""

    def __init__(self, name: str, model: Any, tokenizer: Any, args: argparse.Namespace) -> None:
        """Begin without former tasks."""
        self.name, self.model, self.tokenizer, self.args = name, model, tokenizer, args
        self.old: Rows = []
        self.anchor: Anchor | None = None
        self.kept: list[Dark] = []
        self.start = weights_of(model)
        self.vectors: list[Weights] = []
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
        kinds: dict[str, Callable[..., Any]] = {
            "ewc": AnchoredTrainer,
            "mas": AnchoredTrainer,
            "lwf": LwfTrainer,
            "der": DerTrainer,
        }
        # There is nothing to keep before the first task: every method is SFT there.
        kind = kinds.get(self.name, SFTTrainer) if self.tasks else SFTTrainer
        if kind is LwfTrainer:
            self._copy_adapter()
        if self.name == "freeze" and self.tasks:
            self._freeze()
        trainer = kind(
            model=self.model,
            args=SFTConfig(max_length=None, **shared),
            train_dataset=Dataset.from_list([without_record(row) for row in rows]),
            processing_class=self.tokenizer,
        )
        if kind is AnchoredTrainer:
            trainer.anchor = self.anchor
        if kind is DerTrainer:
            trainer.kept, trainer.stream = self.kept, stream
        trainer.train()

    def remember(self, task: str) -> None:
        """Keep of a learned task what the method needs later."""
        self.tasks += 1
        if self.name == "merge":
            now = weights_of(self.model)
            self.vectors.append({name: now[name] - self.start[name] for name in now})
        if self.tasks == len(self.args.tasks):
            return
        if self.name == "replay":
            self.old += remembered(task, self.args.seed)
        if self.name in ANCHORED:
            self._anchor(task)
        if self.name == "der":
            self._keep_logits(task)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Hold the weights that are asked questions; those that learn come back afterwards.

        They are the same but for ``merge``: its adapter has, for each weight, the change that was
        the largest of all tasks so far (MagMax, arXiv 2407.06322; here of the adapter's weights).
        """
        if self.name != "merge":
            yield
            return
        own = weights_of(self.model)
        set_weights(self.model, merged(self.start, self.vectors))
        try:
            yield
        finally:
            set_weights(self.model, own)

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

    def _freeze(self) -> None:
        """Let only the upper half of the adapter's layers go on learning."""
        layers = sorted({layer_of(name) for name, _ in trained(self.model)})
        upper = set(layers[len(layers) // 2 :]) if self.tasks == 1 else set(layers)
        for name, weight in trained(self.model):
            weight.requires_grad_(layer_of(name) in upper)

    def _rows_one_by_one(self, task: str, count: int, key: str) -> Iterator[dict[str, Any]]:
        """Yield training rows of a task as the model takes them, in batches of one."""
        stream = Stream("continual_tuning", self.args.seed, task, key)
        rows = [without_record(row) for row in cycled(train_rows(task), count, stream)]
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
        for inputs in trainer.get_train_dataloader():
            yield dict(inputs)

    def _anchor(self, task: str) -> None:
        """Add how much each weight matters to a task to the anchor."""
        former = self.anchor.importance if self.anchor else {}
        total = {n: former.get(n, torch.zeros_like(w)) for n, w in trained(self.model)}
        for inputs in self._rows_one_by_one(task, ANCHOR_ROWS, "fisher"):
            self.model.zero_grad()
            logits = answer_logits(self.model, inputs, places := answer_places(inputs))
            if self.name == "ewc":
                functional.cross_entropy(logits, inputs["labels"][0, places]).backward()
            else:
                # MAS looks at what is said, not at whether it is right.
                logits.square().sum(dim=1).mean().backward()
            for name, weight in trained(self.model):
                if weight.grad is not None:
                    own = weight.grad**2 if self.name == "ewc" else weight.grad.abs()
                    total[name] = total[name] + own / ANCHOR_ROWS
        self.model.zero_grad()
        self.anchor = Anchor(weights_of(self.model), total, ANCHORED[self.name])

    def _keep_logits(self, task: str) -> None:
        """Keep rows of a task with the largest logits that the model gives their answers now."""
        with torch.no_grad():
            for inputs in self._rows_one_by_one(task, DARK_ROWS, "dark"):
                places = answer_places(inputs)
                logits, tokens = answer_logits(self.model, inputs, places).topk(
                    min(DARK_LOGITS, self.model.config.vocab_size)
                )
                self.kept.append(Dark(inputs, places, tokens, logits))


Weights = dict[str, torch.Tensor]


def weights_of(model: Any) -> Weights:
    """Return a copy of the learning adapter's weights."""
    return {n: w.detach().clone() for n, w in model.named_parameters() if f".{ADAPTER}." in n}


def set_weights(model: Any, weights: Weights) -> None:
    """Write weights into the learning adapter."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name in weights:
                weight.copy_(weights[name])


def merged(start: Weights, vectors: Sequence[Weights]) -> Weights:
    """Return the weights with, for each, the largest change of all tasks, its sign kept."""
    out = {}
    for name, weight in start.items():
        changes = torch.stack([vector[name] for vector in vectors])
        largest = changes.abs().argmax(dim=0, keepdim=True)
        out[name] = weight + changes.gather(0, largest)[0]
    return out


def layer_of(name: str) -> int:
    """Return the number of the layer that a weight belongs to."""
    return int(name.partition(".layers.")[2].partition(".")[0])
