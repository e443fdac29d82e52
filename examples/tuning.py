"""What the training examples share: the base model with a fresh adapter, and their numbers."""

import argparse
from typing import Any

import torch
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM


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
    layers = list(range(layers_from, model.config.num_hidden_layers))
    config = LoraConfig(task_type=TaskType.CAUSAL_LM, r=rank, lora_alpha=2 * rank,
                        target_modules=list(modules), layers_to_transform=layers)  # fmt: skip
    return get_peft_model(model, config)


def device_flags() -> list[str]:
    """Return the flags of ``heptathlon run`` that name the device."""
    return [] if torch.cuda.is_available() else ["--device", "cpu"]
