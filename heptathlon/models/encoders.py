"""The kinds of retriever behind ``--model heptathlon-encoder``, each behind one small face.

An encoder turns texts into vectors (sentence-transformers, static embeddings, pooled hidden states
of any transformer); a pair scorer looks at query and document together (cross-encoders, BM25).
"""

import json
import logging
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.models.bm25 import EXTRA, LEXICAL

Floats = NDArray[np.floating]

BACKENDS = ("sentence-transformers", "static", "cross-encoder", "transformers", *LEXICAL)
POOLINGS = ("mean", "weighted_mean", "last", "cls")
"""How a text's hidden states become one vector: their mean; their mean weighed by position
(Muennighoff 2022, SGPT); the last token's; the first token's."""
ATTENTIONS = ("causal", "both")
"""What a token sees: as the model has it, or the tokens on both sides of it (GritLM)."""

logger = logging.getLogger("heptathlon")


class Encoder(Protocol):
    """Texts to vectors."""

    window: int
    """Longest text in tokens that is read whole; 0 if there is no limit."""

    def encode(self, texts: Sequence[str], unpooled: str = "") -> Floats:
        """Return vectors of shape (texts, dimensions).

        Args:
            texts: any texts.
            unpooled: what all of them begin with, if its tokens are read but not pooled.
        """

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """Return the texts' lengths in tokens."""


class PairScorer(Protocol):
    """Scores of a query and a document looked at together."""

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return one score a (query, document) pair; higher is closer."""


def model_folder(pretrained: str, revision: str | None) -> Path:
    """Return the folder of a model's files, from disk or from the Hub's cache.

    Raises:
        HeptathlonError: if it cannot be had.
    """
    folder = Path(pretrained).expanduser()
    if folder.is_dir():
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    try:
        return Path(snapshot_download(pretrained, revision=revision))
    except (HfHubHTTPError, OSError, ValueError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise HeptathlonError(
            f"{pretrained}: is neither a folder nor a model that could be downloaded ({reason})."
        ) from None


def refuse_remote_code(folder: Path) -> None:
    """Refuse a model that brings code of its own to be run.

    Raises:
        HeptathlonError: naming the file that asks for it.
    """
    config = _json(folder / "config.json")
    if isinstance(config, dict) and config.get("auto_map"):
        raise HeptathlonError(
            f"{folder / 'config.json'}: the model runs code from its own repository (auto_map), "
            "which would be run with your rights; it is refused. Use a model whose architecture "
            "transformers knows."
        )
    modules = _json(folder / "modules.json")
    for module in modules if isinstance(modules, list) else []:
        kind = str(module.get("type", ""))
        if not kind.startswith("sentence_transformers."):
            raise HeptathlonError(
                f"{folder / 'modules.json'}: the module {kind!r} is not one of "
                "sentence-transformers but code of the model's repository; it is refused."
            )


def backend_of(folder: Path) -> str:
    """Return the backend that a model's files ask for."""
    if (folder / "modules.json").is_file():
        return "sentence-transformers"
    config = _json(folder / "config.json")
    if not isinstance(config, dict):
        raise HeptathlonError(f"{folder}: has no config.json; it is not a model.")
    if config.get("model_type") == "model2vec":
        return "static"
    architectures = config.get("architectures") or []
    if any(str(a).endswith("ForSequenceClassification") for a in architectures):
        return "cross-encoder"
    return "transformers"


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def load_encoder(
    backend: str,
    folder: Path,
    *,
    pooling: str,
    attention: str = "causal",
    device: str,
    dtype: str,
    batch: int,
    window: int,
) -> Encoder:
    """Return an encoder.

    Args:
        backend: ``sentence-transformers``, ``static`` or ``transformers``.
        folder: the model's files.
        pooling: one of ``POOLINGS``, for ``transformers``; empty for the model's own.
        attention: one of ``ATTENTIONS``, for ``transformers``.
        device: torch device.
        dtype: torch number format of the weights, such as ``bfloat16``.
        batch: texts in a batch.
        window: tokens read of a text; 0 for the model's own limit.

    Raises:
        HeptathlonError: if a needed library is not installed.
    """
    if backend == "sentence-transformers":
        if pooling:
            raise HeptathlonError(
                "pooling=… goes with backend=transformers; a sentence-transformers model brings "
                "its own."
            )
        if attention != "causal":
            raise HeptathlonError(f"attention={attention} goes with backend=transformers.")
        return SentenceTransformerEncoder(folder, device, dtype, batch, window)
    if backend == "static":
        return StaticEncoder(folder)
    return PooledEncoder(folder, pooling or "mean", attention, device, dtype, batch, window)


class SentenceTransformerEncoder:
    """A sentence-transformers model, on several GPUs by the library's own pool."""

    def __init__(self, folder: Path, device: str, dtype: str, batch: int, window: int) -> None:
        try:
            import torch
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise HeptathlonError(f"{folder.name}: needs {error.name}; {EXTRA}.") from None
        self._model = SentenceTransformer(
            str(folder), device=device, trust_remote_code=False, model_kwargs={"dtype": dtype}
        )
        if window:
            self._model.max_seq_length = window
        # Static embeddings have none, which the library writes as infinity.
        own = self._model.max_seq_length
        self.window = int(own) if own and math.isfinite(own) else 0
        self._batch = batch
        several = device.startswith("cuda") and torch.cuda.device_count() > 1
        self._pool = self._model.start_multi_process_pool() if several else None

    def encode(self, texts: Sequence[str], unpooled: str = "") -> Floats:
        """Return vectors of shape (texts, dimensions)."""
        options: dict[str, Any] = {"batch_size": self._batch, "show_progress_bar": False}
        if self._pool:
            options["pool"] = self._pool
        if unpooled:
            self._model.set_pooling_include_prompt(False)
            options["prompt"] = unpooled
        given = [text.removeprefix(unpooled) for text in texts]
        found: Floats = np.asarray(self._model.encode(given, **options), dtype=np.float32)
        return found

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """Return the texts' lengths in tokens, special ones included."""
        return _token_counts(self._model.tokenizer, texts)


class StaticEncoder:
    """Static embeddings (model2vec): the mean of the words' fixed vectors."""

    window = 0

    def __init__(self, folder: Path) -> None:
        try:
            from model2vec import StaticModel
        except ImportError as error:
            raise HeptathlonError(f"{folder.name}: needs {error.name}; {EXTRA}.") from None
        self._model = StaticModel.from_pretrained(str(folder))

    def encode(self, texts: Sequence[str], unpooled: str = "") -> Floats:
        """Return vectors of shape (texts, dimensions); a prompt cannot be left out of them."""
        if unpooled:
            raise HeptathlonError("static embeddings pool all words; pool_prompt=False cannot be.")
        # Without a limit: the library's default of 512 tokens would cut texts silently.
        found: Floats = np.asarray(self._model.encode(list(texts), max_length=None))
        return found

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """Return zeros: nothing is ever cut."""
        return [0] * len(texts)


class PooledEncoder:
    """Pooled last hidden states of any transformer, a causal language model among them."""

    def __init__(
        self,
        folder: Path,
        pooling: str,
        attention: str,
        device: str,
        dtype: str,
        batch: int,
        window: int,
    ) -> None:
        if pooling not in POOLINGS:
            raise UnknownNameError("pooling", pooling, POOLINGS)
        if attention not in ATTENTIONS:
            raise UnknownNameError("attention", attention, ATTENTIONS)
        try:
            import torch
            from transformers import AutoModel, AutoTokenizer
        except ImportError as error:
            raise HeptathlonError(f"{folder.name}: needs {error.name}; {EXTRA}.") from None
        self._tokenizer = AutoTokenizer.from_pretrained(str(folder))
        self._tokenizer.padding_side = "right"
        if self._tokenizer.pad_token is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token or self._tokenizer.unk_token
        self._model = AutoModel.from_pretrained(str(folder), dtype=getattr(torch, dtype))
        self._model.to(device).eval()
        own = int(getattr(self._model.config, "max_position_embeddings", 0) or 0)
        self.window = window or own
        self._pooling, self._device, self._batch = pooling, device, batch
        self._both = attention == "both"

    def encode(self, texts: Sequence[str], unpooled: str = "") -> Floats:
        """Return vectors of shape (texts, dimensions)."""
        import torch

        out = []
        skipped = self._tokens_of(unpooled)
        for start in range(0, len(texts), self._batch):
            inputs = self._tokenizer(
                list(texts[start : start + self._batch]),
                padding=True,
                truncation=bool(self.window),
                max_length=self.window or None,
                return_tensors="pt",
            ).to(self._device)
            mask = inputs["attention_mask"]
            with torch.inference_mode():
                hidden = self._model(
                    input_ids=inputs["input_ids"],
                    attention_mask=_both_ways(mask, self._model.dtype) if self._both else mask,
                ).last_hidden_state.float()
            if self._pooling in {"mean", "weighted_mean"}:
                mask = _without(mask, skipped)
            out.append(_pooled(hidden, mask, self._pooling).cpu().numpy())
        return np.vstack(out)

    def _tokens_of(self, prompt: str) -> int:
        """Return how many tokens a text begins with that begins with a prompt."""
        if not prompt:
            return 0
        ids = self._tokenizer(prompt)["input_ids"]
        ends = {self._tokenizer.eos_token_id, self._tokenizer.sep_token_id} - {None}
        return len(ids) - (len(ids) > 1 and ids[-1] in ends)

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """Return the texts' lengths in tokens, special ones included."""
        return _token_counts(self._tokenizer, texts)


def _both_ways(mask: Any, dtype: Any) -> Any:
    """Return a mask of shape (texts, 1, tokens, tokens) by which each token sees all others."""
    import torch

    hidden = torch.zeros_like(mask, dtype=dtype).masked_fill(mask == 0, torch.finfo(dtype).min)
    return hidden[:, None, None, :].expand(-1, 1, mask.shape[1], -1)


def _without(mask: Any, skipped: int) -> Any:
    """Return a mask without each text's first tokens; of a text that is no longer, its last."""
    import torch

    ends = mask.sum(dim=1, keepdim=True)
    place = torch.arange(mask.shape[1], device=mask.device)[None, :]
    return mask * (place >= torch.minimum(ends - 1, torch.full_like(ends, skipped)))


def _pooled(hidden: Any, mask: Any, pooling: str) -> Any:
    """Return one vector a text from hidden states of shape (texts, tokens, dimensions)."""
    import torch

    if pooling == "cls":
        return hidden[:, 0]
    if pooling == "last":
        return hidden[torch.arange(len(hidden), device=hidden.device), mask.sum(dim=1) - 1]
    weights = mask.float()
    if pooling == "weighted_mean":
        weights = weights * torch.arange(1, mask.shape[1] + 1, device=hidden.device)
    return (hidden * weights[:, :, None]).sum(dim=1) / weights.sum(dim=1, keepdim=True)


def _token_counts(tokenizer: Any, texts: Sequence[str]) -> list[int]:
    found = tokenizer(list(texts), truncation=False, padding=False, verbose=False)["input_ids"]
    return [len(ids) for ids in found]


class CrossEncoderScorer:
    """A cross-encoder of sentence-transformers."""

    def __init__(self, folder: Path, device: str, batch: int, window: int) -> None:
        try:
            from sentence_transformers import CrossEncoder
        except ImportError as error:
            raise HeptathlonError(f"{folder.name}: needs {error.name}; {EXTRA}.") from None
        options = {"max_length": window} if window else {}
        self._model = CrossEncoder(str(folder), device=device, trust_remote_code=False, **options)
        self._batch = batch

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return the model's score of each pair; of several classes the last, as TART has it."""
        found = self._model.predict(
            [list(p) for p in pairs], batch_size=self._batch, show_progress_bar=False
        )
        scores = np.asarray(found, dtype=np.float64)
        return [float(x) for x in (scores[:, -1] if scores.ndim == 2 else scores)]
