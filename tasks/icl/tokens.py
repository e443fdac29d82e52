"""A look at a model's tokenizer before a run: is each label one token, and another one?

Likelihoods of labels can be compared only if both have the same number of tokens: of a longer one
each further token is a chance to be unlikely. What all begin with, such as a blank, counts nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Encode = Callable[[str], Sequence[int]]


def warnings(docs: Iterable[Mapping[str, Any]], encode: Encode) -> list[str]:
    """Return a sentence for each set of labels that likelihoods do not tell apart fairly.

    Args:
        docs: a task's documents; those without labels are passed over.
        encode: the model's tokenizer, without special tokens. Labels are encoded as they stand at
            the end of a line, after a blank.
    """
    sets = dict.fromkeys(tuple(doc["options"]) for doc in docs if "options" in doc)
    out = []
    for labels in sets:
        tokens = [tuple(encode(f" {label}")) for label in labels]
        shown = " and ".join(repr(label) for label in labels)
        if len(set(tokens)) < len(labels):
            out.append(
                f"the labels {shown} are not told apart by this model's tokenizer; every likelihood"
                " of them is the same, so the documents that have them say nothing"
            )
        elif any(len(own) != _common(tokens) + 1 for own in tokens):
            out.append(
                f"the labels {shown} are not single tokens of this model; their likelihoods favour "
                "the shorter one, so ask in text as well (heptathlon_icl_said)"
            )
    return out


def _common(tokens: Sequence[Sequence[int]]) -> int:
    """Return how many tokens all begin with."""
    columns = zip(*tokens, strict=False)
    return next(
        (place for place, column in enumerate(columns) if len(set(column)) > 1),
        min(map(len, tokens)),
    )
