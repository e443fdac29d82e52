"""Unlearners, each a loss of a few lines, on a causal model with a fresh adapter.

Sources: gradient ascent and difference (TOFU, arXiv 2401.06121), negative preference optimization
(NPO, arXiv 2404.05868), refusal tuning and other answers as supervised tuning on both halves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch.nn import functional

from heptathlon.builders.unlearn.corpus import Line

IGNORED = -100
BETA = 0.1
"""NPO's temperature, as its authors take it."""


@dataclass(frozen=True)
class Row:
    """A line as tokens.

    Attributes:
        ids: its tokens, shape (length,).
        states: what the frozen layers make of them, shape (length, width).
        begun: number of tokens before those that the loss is taken over.
        reference: log-likelihood of those in the model before it unlearns.
    """

    ids: torch.Tensor
    states: torch.Tensor
    begun: int
    reference: float = 0.0


@dataclass(frozen=True)
class Batch:
    """Rows padded on the right.

    Attributes:
        states: what enters the first layer that learns, shape (rows, length, width).
        mask: 1 where there is a token, shape (rows, length).
        labels: tokens that the loss is taken over; ``IGNORED`` elsewhere, shape (rows, length).
        reference: log-likelihoods in the model before it unlearns, shape (rows,).
    """

    states: torch.Tensor
    mask: torch.Tensor
    labels: torch.Tensor
    reference: torch.Tensor


class Split:
    """A causal model whose lower layers are frozen: they see each line once, whatever is learnt.

    Args:
        model: a model of transformers with ``model.layers``.
        first: number of its first layer that learns.
    """

    def __init__(self, model: Any, first: int) -> None:
        self.model, layers = model, model.model.layers
        self.lower, self.upper = layers[:first], layers[first:]

    def rows(self, tokenizer: Any, lines: Sequence[Line], *, answers_only: bool) -> list[Row]:
        """Return lines as rows; the loss is over the whole text, or over the answer alone."""
        inner, out = self.model.model, []
        norm, inner.norm, inner.layers = inner.norm, torch.nn.Identity(), self.lower
        with torch.no_grad():
            for line in lines:
                ids = [*tokenizer(line.text)["input_ids"], tokenizer.eos_token_id]
                begun = len(tokenizer(line.prompt)["input_ids"]) if answers_only else 0
                told = torch.tensor(ids)
                states = inner(input_ids=told[None], use_cache=False).last_hidden_state[0]
                out.append(Row(told, states, begun))
        inner.norm, inner.layers = norm, self.upper
        return out

    def whole(self, merged: Any) -> Any:
        """Return the model with all of its layers again, those that learnt as they are now."""
        merged.model.layers = torch.nn.ModuleList([*self.lower, *merged.model.layers])
        return merged


def referred(model: Any, rows: Sequence[Row]) -> list[Row]:
    """Return rows with their likelihoods in the model as it is now."""
    with torch.no_grad():
        return [replace(row, reference=float(likelihoods(model, batch_of([row])))) for row in rows]


def batch_of(rows: Sequence[Row]) -> Batch:
    """Return rows as a batch."""
    pad = torch.nn.utils.rnn.pad_sequence
    labels = [torch.where(torch.arange(len(r.ids)) < r.begun, IGNORED, r.ids) for r in rows]
    return Batch(
        states=pad([r.states for r in rows], batch_first=True),
        mask=pad([torch.ones_like(r.ids) for r in rows], batch_first=True),
        labels=pad(labels, batch_first=True, padding_value=IGNORED),
        reference=torch.tensor([r.reference for r in rows]),
    )


def likelihoods(model: Any, batch: Batch) -> torch.Tensor:
    """Return each row's log-likelihood over its labels, shape (rows,)."""
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    states = inner.model(
        inputs_embeds=batch.states, attention_mask=batch.mask, use_cache=False
    ).last_hidden_state[:, :-1]
    labels = batch.labels[:, 1:]
    asked = labels != IGNORED
    # The vocabulary is most of a small model's work: only where the loss is taken.
    lost = functional.cross_entropy(inner.lm_head(states[asked]), labels[asked], reduction="none")
    rows = asked.nonzero()[:, 0]
    return -torch.zeros(len(labels)).index_add(0, rows, lost)


def loss(model: Any, batch: Batch) -> torch.Tensor:
    """Return the mean loss of a token."""
    return -likelihoods(model, batch).sum() / (batch.labels[:, 1:] != IGNORED).sum()


def ascent(model: Any, forget: Batch, kept: Batch) -> torch.Tensor:
    """Gradient ascent on what is to be forgotten, and nothing else."""
    del kept
    return -loss(model, forget)


def difference(model: Any, forget: Batch, kept: Batch) -> torch.Tensor:
    """Gradient difference: ascent on what is to be forgotten, descent on what is to be kept."""
    return loss(model, kept) - loss(model, forget)


def npo(model: Any, forget: Batch, kept: Batch) -> torch.Tensor:
    """Negative preference optimization against the model as it was, and what is kept."""
    ratio = likelihoods(model, forget) - forget.reference
    return -functional.logsigmoid(-BETA * ratio).mean() * 2 / BETA + loss(model, kept)


def both(model: Any, forget: Batch, kept: Batch) -> torch.Tensor:
    """Supervised tuning on other answers for what is to be forgotten, and on what is to be kept."""
    return loss(model, forget) + loss(model, kept)


@dataclass(frozen=True)
class Method:
    """An unlearner.

    Attributes:
        file: what of the forgotten it reads.
        step: its loss on a batch of that file and one of what is to be kept.
    """

    file: str
    step: Callable[[Any, Batch, Batch], torch.Tensor]


METHODS = {
    "ascent": Method("forget", ascent),
    "difference": Method("forget", difference),
    "npo": Method("forget", npo),
    "refusal": Method("refusals", both),
    "random": Method("alternatives", both),
}
