"""The ranks of a few next tokens, as the paper of SORT reads an answer.

Its code looks for each letter, with a blank before it and without, among the 20 likeliest next
tokens. lm-eval has no request for that, so the answer is a text: ``RANKS A=31:-7.2 _A=1:-0.4 …``,
form, rank from 1 and log-probability of each, a blank written as an underscore.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from heptathlon.models import pairs
from heptathlon.tasks.sort.prompts import RANKED_TASK

BLANK = "_"


def asked(request: Any) -> bool:
    """Tell whether a request is one for ranks."""
    return str(request.task_name or "").startswith(RANKED_TASK)


def forms(labels: Sequence[str]) -> list[str]:
    """Return each label without and with a blank before it, the paper's order."""
    return [form for label in labels for form in (label, f" {label}")]


def tokens_of(lm: Any, prompt: str, labels: Sequence[str]) -> tuple[list[int], dict[str, int]]:
    """Return the prompt's tokens, and the one token of each form that has just one after it.

    A tokenizer that spends a token of its own on the blank has no one token for some forms.
    """
    start = list(lm.tok_encode(prompt))
    out = {}
    for form in forms(labels):
        ((before, after),) = pairs.parted(lm, prompt, [form])
        if before == start and len(after) == 1:
            out[form] = after[0]
    return start, out


def line(scores: Any, tokens: Mapping[str, int]) -> str:
    """Return ranks and log-probabilities as a text.

    Args:
        scores: log-probabilities of all tokens, a tensor of shape (vocabulary,).
        tokens: the token of each form.
    """
    said = []
    for form, token in tokens.items():
        own = scores[token]
        rank = 1 + int((scores > own).sum())
        said.append(f"{form.replace(' ', BLANK)}={rank}:{float(own):.6g}")
    return " ".join(["RANKS", *said])
