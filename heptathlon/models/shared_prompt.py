"""lm-eval's ``hf`` that reads a prompt once for all its options: ``--model heptathlon-hf``.

lm-eval 0.4.13 reads prompt and option in one piece, so ten options cost ten prompts unless each is
a single token. Here the prompt's keys and values are kept, and the options are read after them.

White space that ends a prompt stays in the prompt. lm-eval counts it to the option, and many chat
templates end in a newline that tuning does not teach a model to predict. The options' shares stay
the same, but the greedy one is no longer known as such, and every likelihood is too low (by 11 to
15 nats with Qwen2.5-Coder-0.5B-Instruct).

Everything else, arguments and generation among it, is lm-eval's own.
"""

import inspect
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from lm_eval.models.huggingface import HFLM
from tqdm import tqdm
from transformers.cache_utils import DynamicLayer

from heptathlon.errors import HeptathlonError
from heptathlon.models import SHARED_PROMPT as NAME
from heptathlon.models import pairs, ranks

LIKELIHOOD = "loglikelihood"
TOLERANCE = {torch.float32: 1e-3, torch.float64: 1e-3}
"""Nats a token by which the first prompt's answers may differ from lm-eval's own; a cache that is
not kept rightly is off by more."""
TOLERANCE_OF_HALVES = 0.1

Request = tuple[Any, list[int], list[int]]
"""As lm-eval has it: the request's key or None, tokens of the prompt, tokens of the option."""
Answer = tuple[float, bool]


class Prompt(NamedTuple):
    """A prompt and some of the options that follow it.

    Attributes:
        tokens: of the prompt, as many as the window leaves room for.
        places: of the requests that ask for it.
    """

    tokens: tuple[int, ...]
    places: list[int]


class SharedPromptLM(HFLM):  # type: ignore[misc]
    """A causal model of transformers; the arguments are those of lm-eval's ``hf``.

    The batch size counts options, each of which holds its prompt's keys and values.
    Log-likelihoods are summed in 32 bits unless ``softmax_dtype`` says otherwise.

    Raises:
        HeptathlonError: if the model is no decoder alone, or its weights are spread by FSDP.
    """

    keeps_last_blanks = True
    _parted: Mapping[tuple[str, str], tuple[list[int], list[int]]] = MappingProxyType({})

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.backend != "causal":
            raise HeptathlonError(f"{NAME}: takes decoder-only models; use --model hf.")
        if str(getattr(getattr(self, "accelerator", None), "distributed_type", "")).endswith(
            "FSDP"
        ):
            # Its processes have to call the model equally often, and do not.
            raise HeptathlonError(f"{NAME}: does not run under FSDP; use --model hf.")
        base = getattr(self.model, "get_base_model", lambda: self.model)()
        self._known = frozenset(inspect.signature(base.forward).parameters)
        self._checked = False

    def loglikelihood(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[Answer]:
        """Return for each request the option's log-likelihood, and whether it is the greedy one."""
        self._parted = pairs.parted_all(self, [request.args for request in requests])
        try:
            answers: list[Answer] = super().loglikelihood(requests, disable_tqdm)
        finally:
            self._parted = {}
        return answers

    def generate_until(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[str]:
        """Return what the model writes, or the ranks of a few next tokens where those are asked."""
        out: dict[int, str] = {
            place: self._ranks_after(request.args[0], request.doc["labels"])
            for place, request in enumerate(requests)
            if ranks.asked(request)
        }
        rest = [place for place in range(len(requests)) if place not in out]
        if rest:
            written = super().generate_until([requests[place] for place in rest], disable_tqdm)
            out |= dict(zip(rest, written, strict=True))
        return [out[place] for place in range(len(requests))]

    def _ranks_after(self, prompt: str, labels: Sequence[str]) -> str:
        start, wanted = ranks.tokens_of(self, prompt, labels)
        read = self._on_device(start[-self.max_length :])[None]
        with torch.inference_mode(), self._autocast():
            logits = self._call(read, torch.ones_like(read), keep=False).logits[0, -1]
        return ranks.line(logits.log_softmax(-1, dtype=torch.float32), wanted)

    def _encode_pair(self, context: str, continuation: str) -> tuple[list[int], list[int]]:
        """Return the tokens of prompt and option, parted where the prompt's text ends.

        Where a token holds characters of both, all options of the prompt have it in them.
        """
        known = self._parted.get((context, continuation))
        return known or pairs.parted(self, context, [continuation])[0]

    def _loglikelihood_tokens(
        self,
        requests: Sequence[Request],
        disable_tqdm: bool = False,
        override_bs: int | None = None,
    ) -> list[Answer]:
        """Return for each request the option's log-likelihood, and whether it is the greedy one.

        Raises:
            HeptathlonError: if the model keeps no keys and values, or reads otherwise after them.
        """
        answers: dict[int, Answer] = {}
        rows = self._rows(requests, override_bs) if requests else 1
        bar = tqdm(
            total=len(requests),
            disable=disable_tqdm or self.rank != 0,
            desc=f"Running {LIKELIHOOD} requests",
        )
        for batch in _batches(self._prompts(requests), rows):
            ends = [requests[place][2] for prompt in batch for place in prompt.places]
            found = self._after(batch, ends)
            places = [place for prompt in batch for place in prompt.places]
            if not self._checked:
                self._compare(requests[places[0]], found[0])
            for place, answer in zip(places, found, strict=True):
                answers[place] = answer
                # lm-eval asks for parts of a long text without a key, and keeps the sum itself.
                if (key := requests[place][0]) is not None:
                    self.cache_hook.add_partial(LIKELIHOOD, key, answer)
            bar.update(len(places))
        bar.close()
        return [answers[place] for place in range(len(requests))]

    def _rows(self, requests: Sequence[Request], override: int | None) -> int:
        if self.batch_size != "auto":
            return int(self.batch_size)
        longest = max(requests, key=lambda request: len(request[1]) + len(request[2]))
        return int(override or self._detect_batch_size([longest], 0))

    def _prompts(self, requests: Sequence[Request]) -> list[Prompt]:
        """Return the prompts, the longest first, so that memory fails at once or never."""
        places: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for place, (_, prompt, option) in enumerate(requests):
            # The last token is only predicted, never read.
            room = self.max_length + 1 - len(option)
            places[tuple(prompt[-room:])].append(place)
        prompts = [
            Prompt(prompt, sorted(found, key=lambda place: -len(requests[place][2])))
            for prompt, found in places.items()
        ]
        return sorted(prompts, key=lambda p: -len(p.tokens) - len(requests[p.places[0]][2]))

    def _after(self, batch: Sequence[Prompt], ends: Sequence[Sequence[int]]) -> list[Answer]:
        """Answer for every option of a batch of prompts, in order."""
        counts = torch.tensor([len(prompt.places) for prompt in batch], device=self.device)
        which = torch.arange(len(batch), device=self.device).repeat_interleave(counts)
        longest = max(len(prompt.tokens) for prompt in batch)
        tokens = torch.zeros(len(batch), longest, dtype=torch.long, device=self.device)
        mask = torch.zeros_like(tokens)
        for row, prompt in enumerate(batch):
            # On the left, so that every prompt's last token is the last column.
            tokens[row, longest - len(prompt.tokens) :] = self._on_device(prompt.tokens)
            mask[row, longest - len(prompt.tokens) :] = 1
        longest_end = max(map(len, ends))
        with torch.inference_mode(), self._autocast():
            start = self._call(tokens, mask, keep=longest_end > 1)
            logits = start.logits[:, -1:][which]
            if longest_end > 1:
                fed = torch.zeros(len(ends), longest_end - 1, dtype=torch.long, device=self.device)
                for row, end in enumerate(ends):
                    # Padded on the right, where no token of its own looks.
                    fed[row, : len(end) - 1] = self._on_device(end[:-1])
                cache = self._cache_of(start)
                cache.batch_select_indices(which)
                seen = torch.cat([mask[which], torch.ones_like(fed)], dim=1)
                rest = self._call(fed, seen, past=cache).logits
                logits = torch.cat([logits, rest], dim=1)
            scores = logits.log_softmax(-1, dtype=self.softmax_dtype or torch.float32)
        out = []
        for row, end in enumerate(ends):
            own, wanted = scores[row, : len(end)], self._on_device(end)
            total = own.gather(1, wanted[:, None]).sum()
            out.append((float(total), bool((own.argmax(-1) == wanted).all())))
        return out

    def _call(
        self, tokens: torch.Tensor, mask: torch.Tensor, *, keep: bool = True, past: Any = None
    ) -> Any:
        """Read tokens; without ``past``, as prompts, of whose logits only the last ones count.

        Args:
            tokens: ids, shape (rows, columns).
            mask: 1 for a token that counts, 0 for padding, the past's columns included.
            keep: keep keys and values.
            past: keys and values of what came before.
        """
        more: dict[str, Any] = {}
        if "position_ids" in self._known:
            places = (mask.cumsum(-1) - 1).clamp(min=0)
            more["position_ids"] = places[:, -tokens.shape[1] :]
        if past is not None:
            more["past_key_values"] = past
        elif "logits_to_keep" in self._known:
            more["logits_to_keep"] = 1
        return self.model(input_ids=tokens, attention_mask=mask, use_cache=keep, **more)

    def _cache_of(self, output: Any) -> Any:
        cache = getattr(output, "past_key_values", None)
        layers = getattr(cache, "layers", ())
        # Other layers keep a running state, which padding would change.
        if not layers or not all(isinstance(layer, DynamicLayer) for layer in layers):
            raise HeptathlonError(
                f"{self.config.model_type}: keeps no keys and values that options could share; use "
                "--model hf."
            )
        return cache

    def _compare(self, request: Request, found: Answer) -> None:
        """Refuse a model that reads an option after the kept prompt otherwise than in one piece."""
        _, prompt, option = request
        ((expected, _),) = super()._loglikelihood_tokens(
            [(None, prompt, option)], disable_tqdm=True, override_bs=1
        )
        allowed = TOLERANCE.get(self.model.dtype, TOLERANCE_OF_HALVES) * len(option)
        if math.isnan(expected) and math.isnan(found[0]):
            # The weights' fault and not the cache's: no class would do better.
            return
        if not abs(expected - found[0]) <= allowed:
            raise HeptathlonError(
                f"{self.config.model_type}: an option has a log-likelihood of {found[0]:.4f} after "
                f"the kept prompt, and of {expected:.4f} in one piece; use --model hf."
            )
        self._checked = True

    def _on_device(self, tokens: Sequence[int]) -> torch.Tensor:
        return torch.tensor(tokens, dtype=torch.long, device=self.device)

    def _autocast(self) -> AbstractContextManager[Any]:
        dtype = self.mixed_precision_dtype
        if dtype is None:
            return nullcontext()
        mixed: AbstractContextManager[Any] = torch.autocast(self.device.type, dtype=dtype)
        return mixed


def _batches(prompts: Sequence[Prompt], rows: int) -> Iterator[list[Prompt]]:
    """Yield prompts whose options together fill at most so many rows; at least one option each."""
    batch: list[Prompt] = []
    free = rows
    for prompt in prompts:
        for start in range(0, len(prompt.places), rows):
            part = Prompt(prompt.tokens, prompt.places[start : start + rows])
            if batch and len(part.places) > free:
                yield batch
                batch, free = [], rows
            batch.append(part)
            free -= len(part.places)
    if batch:
        yield batch
