"""Trainers that keep of former tasks what their method keeps: anchors, distillation, old logits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional
from trl import SFTTrainer

from heptathlon.seeding import Stream

ADAPTER, BEFORE = "default", "before"
"""The adapter that learns, and LwF's frozen copy of it as it was before the task."""
LWF_WEIGHT, TEMPERATURE = 1.0, 2.0
"""Weight and softening of the distillation, as in arXiv 1606.09282."""
DER_WEIGHT = 0.5
"""Weight of the old logits, as in the code of MLLM-CTBench."""


@dataclass
class Anchor:
    """What EWC and MAS hold on to: the weights after a task, and how much each mattered.

    Attributes:
        weights: by name, as the parameters.
        importance: likewise, summed over the tasks so far. For EWC the diagonal of the empirical
            Fisher information; for MAS how much the squared length of the outputs moves with it.
        strength: weight of the penalty.
    """

    weights: dict[str, torch.Tensor]
    importance: dict[str, torch.Tensor]
    strength: float

    def penalty(self, model: Any) -> torch.Tensor:
        """Return half the weighted squared distance from the anchor, times the strength."""
        terms = [
            (self.importance[name] * (weight - self.weights[name]) ** 2).sum()
            for name, weight in trained(model)
        ]
        return self.strength * torch.stack(terms).sum() / 2


class AnchoredTrainer(SFTTrainer):  # type: ignore[misc]
    """SFT with a pull towards the weights before the task: EWC's and MAS's."""

    anchor: Anchor

    def compute_loss(self, model: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the pull towards the anchor to the loss."""
        loss = super().compute_loss(model, inputs, *args, **kwargs)
        pull = self.anchor.penalty(model)
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


@dataclass
class Dark:
    """What DER keeps of a row: the inputs, and the largest logits that answered it then.

    Attributes:
        inputs: the row as the model takes it, of batch size one.
        places: the answer's positions in it, shape (tokens,).
        tokens: the tokens of the largest logits at each, shape (tokens, kept).
        logits: those logits.
    """

    inputs: dict[str, torch.Tensor]
    places: torch.Tensor
    tokens: torch.Tensor
    logits: torch.Tensor

    def distance(self, model: Any) -> torch.Tensor:
        """Return the mean squared difference of the model's logits from those kept."""
        now = answer_logits(model, self.inputs, self.places)
        return functional.mse_loss(now.gather(1, self.tokens), self.logits)


class DerTrainer(SFTTrainer):  # type: ignore[misc]
    """SFT with dark experience replay (arXiv 2004.07211): old rows keep their old logits."""

    kept: list[Dark]
    stream: Stream

    def compute_loss(self, model: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Add how far the logits of an old row, drawn each time, have moved."""
        loss = super().compute_loss(model, inputs, *args, **kwargs)
        moved = DER_WEIGHT * self.stream.choice(self.kept).distance(model)
        return (loss[0] + moved, *loss[1:]) if isinstance(loss, tuple) else loss + moved


def answer_logits(model: Any, inputs: dict[str, Any], places: torch.Tensor) -> torch.Tensor:
    """Return the logits before each of the answer's tokens, shape (tokens, vocabulary)."""
    asked = {k: v for k, v in inputs.items() if k != "labels"} | {"use_cache": False}
    logits: torch.Tensor = model(**asked).logits[0, places - 1].float()
    return logits


def answer_places(inputs: dict[str, Any]) -> torch.Tensor:
    """Return the positions of the answer's tokens in a row of batch size one."""
    return (inputs["labels"][0] != -100).nonzero()[:, 0]


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
