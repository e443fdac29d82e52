"""What ``--model_args`` may say to a retriever, checked before anything is loaded."""

from typing import Any

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.models import encoders
from heptathlon.models.bm25 import LEXICAL

NAME = "heptathlon-encoder"
SIMILARITIES = ("cos", "dot")
DEFAULT_BATCH = 32


def check(pretrained: str, backend: str, similarity: str, unknown: dict[str, Any]) -> None:
    """Refuse arguments that name nothing.

    Raises:
        HeptathlonError: if no model is named, or its own code would be run.
        UnknownNameError: for an unknown backend, similarity or argument.
    """
    if unknown.pop("trust_remote_code", False):
        raise HeptathlonError(
            f"{NAME}: trust_remote_code would run the model's own code with your rights; it is "
            "refused. Use a model whose architecture transformers knows."
        )
    if unknown:
        known = (
            "pretrained", "revision", "backend", "pooling", "attention", "similarity", "preset",
            "query_template", "plain_query_template", "document_template", "query_instruction",
            "document_instruction", "pool_prompt", "max_length", "top_k", "dtype", "batch_size",
            "device",
        )  # fmt: skip
        raise UnknownNameError(f"argument of {NAME}", next(iter(unknown)), known)
    if not pretrained:
        raise HeptathlonError(
            f"{NAME}: no model is named; give --model_args pretrained=FOLDER, a Hub id, or "
            f"{' or '.join(LEXICAL)}."
        )
    if backend not in {"auto", *encoders.BACKENDS}:
        raise UnknownNameError("backend", backend, ("auto", *encoders.BACKENDS))
    if similarity not in SIMILARITIES:
        raise UnknownNameError("similarity", similarity, SIMILARITIES)


def batch_of(asked: int | str | None) -> int:
    """Return the texts in a batch; lm-eval passes 1, or ``auto``, where nobody said anything."""
    wanted = int(asked) if asked is not None and str(asked).isdigit() else DEFAULT_BATCH
    return DEFAULT_BATCH if wanted <= 1 else wanted


def usable(device: str | None) -> str:
    """Return a device that is there; lm-eval asks for ``cuda:0`` where nobody said anything."""
    try:
        import torch
    except ImportError:
        return "cpu"
    if device and not device.startswith("cuda"):
        return device
    return (device or "cuda") if torch.cuda.is_available() else "cpu"
