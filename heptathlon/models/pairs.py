"""Prompt and option as tokens, parted at one place for all options of a prompt.

Some tokens lie across the place where a prompt ends and an option begins. lm-eval 0.4.13 parts the
tokens of both at the number of the prompt's own: an option then loses its share of such a token,
and one that has no other token is left with none, a log-likelihood of 0, and every victory. Here
the prompt ends where the tokens of prompt and option begin to differ from those of the prompt, for
all of its options alike: the share of the join is in each option's likelihood or in none's.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

Parted = tuple[list[int], list[int]]
KEEPS_BLANKS = "keeps_last_blanks"
"""Attribute of a model class that leaves white space at a prompt's end in the prompt, where its
tokenizer does; lm-eval's classes count it to the option."""


def parted(lm: Any, prompt: str, options: Sequence[str]) -> list[Parted]:
    """Return the tokens of a prompt and of each of its options.

    Args:
        lm: one of lm-eval's models that encode text.
        prompt: the prompt, not empty.
        options: the options.
    """
    wholes = [list(lm.tok_encode(prompt + option)) for option in options]
    ends = [prompt] if getattr(lm, KEEPS_BLANKS, False) else []
    for text in dict.fromkeys([*ends, prompt.rstrip()]):
        start = list(lm.tok_encode(text)) if text else []
        if start and all(whole[: len(start)] == start and whole != start for whole in wholes):
            return [(start, whole[len(start) :]) for whole in wholes]
    start = list(lm.tok_encode(prompt))
    # An option needs a token of its own, and something before it.
    common = min(min(_common(start, whole), len(whole) - 1) for whole in wholes)
    if common < 1:
        return [([lm.prefix_token_id], whole) for whole in wholes]
    return [(whole[:common], whole[common:]) for whole in wholes]


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """Return how many tokens two texts begin with in common."""
    equal = (a == b for a, b in zip(one, other, strict=False))
    return next((place for place, same in enumerate(equal) if not same), min(len(one), len(other)))


def parted_all(lm: Any, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Parted]:
    """Return the tokens of every pair of prompt and option; pairs without a prompt are left out."""
    options: dict[str, dict[str, None]] = defaultdict(dict)
    for prompt, option in pairs:
        if prompt:
            options[prompt].setdefault(option)
    return {
        (prompt, option): pair
        for prompt, ones in options.items()
        for option, pair in zip(ones, parted(lm, prompt, list(ones)), strict=True)
    }


def attach(lm: Any) -> None:
    """Make one of lm-eval's models part prompts and options so.

    Its method ``_encode_pair`` is replaced in this one instance, and knows all options of a prompt
    before it is asked for one. Models that do not encode text, or do so in another way than
    :class:`lm_eval.api.model.TemplateLM`, are left as they are.
    """
    from lm_eval.api.model import TemplateLM

    if not isinstance(lm, TemplateLM) or lm.backend != "causal":
        return
    plain, rate = lm._encode_pair, lm.loglikelihood
    known: dict[tuple[str, str], Parted] = {}

    def encode(prompt: str, option: str) -> Parted:
        found = known.get((prompt, option))
        return (list(found[0]), list(found[1])) if found else plain(prompt, option)

    def loglikelihood(requests: Sequence[Any], *args: Any, **options: Any) -> Any:
        if getattr(lm, "tokenizer", None) is not None:
            known.update(parted_all(lm, [request.args for request in requests]))
        try:
            return rate(requests, *args, **options)
        finally:
            known.clear()

    lm._encode_pair = encode
    lm.loglikelihood = loglikelihood
