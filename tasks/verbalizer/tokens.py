"""A look at a model's tokenizer before a run: can its first tokens tell the asked words apart?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Encode = Callable[[str], Sequence[int]]


def shared_first_tokens(words: Sequence[str], encode: Encode) -> list[tuple[str, str]]:
    """Return the pairs of words that begin with the same token, each in its order.

    Args:
        words: the words of one set.
        encode: the model's tokenizer, without special tokens. Words are encoded as they stand in
            an answer, after a blank.
    """
    firsts = [tuple(encode(f" {word}"))[:1] for word in words]
    return [
        (words[i], words[j])
        for i in range(len(words))
        for j in range(i + 1, len(words))
        if firsts[i] == firsts[j]
    ]


def warnings(docs: Iterable[Mapping[str, Any]], encode: Encode) -> list[str]:
    """Return a sentence for each pair of asked words that a first token does not tell apart.

    Args:
        docs: a task's documents.
        encode: see :func:`shared_first_tokens`.
    """
    sets = dict.fromkeys(tuple(sorted(map(str, doc["words"]))) for doc in docs)
    pairs = dict.fromkeys(pair for words in sets for pair in shared_first_tokens(words, encode))
    return [
        f"the words {one!r} and {other!r} begin with the same token for this model; their whole "
        "likelihoods are compared, so the score stands, but first-token figures would not"
        for one, other in pairs
    ]
