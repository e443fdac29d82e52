"""What the training examples share: the base model with a fresh adapter, and their numbers."""

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM

WARM_UP = 20
"""Steps in which the learning rate rises."""


def positive(text: str) -> int:
    """Return a positive whole number of the command line."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def adapted(
    base: str, layers_from: int, dtype: str, *, modules: tuple[str, ...], rank: int = 16
) -> Any:
    """Return the base model with a fresh LoRA adapter on its layers from ``layers_from`` on."""
    model = AutoModelForCausalLM.from_pretrained(base, dtype=getattr(torch, dtype))
    return with_adapter(model, layers_from, modules=modules, rank=rank)


def with_adapter(
    model: Any, layers_from: int = 0, *, modules: tuple[str, ...], rank: int = 16
) -> Any:
    """Return a model with a fresh LoRA adapter on its layers from ``layers_from`` on."""
    layers = list(range(layers_from, model.config.num_hidden_layers))
    config = LoraConfig(task_type=TaskType.CAUSAL_LM, r=rank, lora_alpha=2 * rank,
                        target_modules=list(modules), layers_to_transform=layers)  # fmt: skip
    return get_peft_model(model, config)


def device_flags() -> list[str]:
    """Return the flags of ``heptathlon run`` that name the device."""
    return [] if torch.cuda.is_available() else ["--device", "cpu"]


def windows(tokenizer: Any, texts: Sequence[str], length: int) -> torch.Tensor:
    """Return the texts' tokens one after another, cut into windows of shape (windows, length)."""
    ids = [i for text in texts for i in (*tokenizer(text)["input_ids"], tokenizer.eos_token_id)]
    whole = len(ids) // length * length
    return torch.tensor(ids[:whole]).view(-1, length)


class NextToken:
    """Next-token training in the order of the text; nothing is shuffled here."""

    def __init__(self, model: Any, rate: float, batch: int) -> None:
        self.model, self.batch = model, batch
        learned = [w for w in model.parameters() if w.requires_grad]
        self.optimizer = torch.optim.AdamW(learned, lr=rate, weight_decay=0.0)
        rising = torch.optim.lr_scheduler.LinearLR
        self.schedule = rising(self.optimizer, start_factor=1 / WARM_UP, total_iters=WARM_UP)

    def steps(self, read: torch.Tensor) -> Iterator[int]:
        """Take one step a batch and yield its number, from 1."""
        self.model.train()
        for step, ids in enumerate(
            read[: len(read) // self.batch * self.batch].split(self.batch), 1
        ):
            loss = self.model(input_ids=ids, labels=ids, use_cache=False).loss
            loss.backward()
            self.optimizer.step()
            self.schedule.step()
            self.optimizer.zero_grad()
            if step % 20 == 0:
                print(f"step {step}: loss {loss.item():.3f}", flush=True)
            yield step
