"""How many tokens a prefix cache saves on SORT: `python -m benchmarks.sort_prefix [TOKENIZER]`.

Counts, over a tier's in-context prompts in the order in which the task emits them, the tokens that
are computed without a cache, with a cache of one prompt (the least that a server can have: the
longest common prefix with the prompt before), and ideally (each distinct prefix once, as a cache
without bounds would). Tokens are those of a Hugging Face tokenizer's folder or, without one, words
and marks.
"""

import re
import sys
from collections.abc import Callable, Hashable, Sequence

from heptathlon.builders import store
from heptathlon.tasks.sort import prompts

_PIECE = re.compile(r"\s?\w+|\s?[^\w\s]|\s")
Encode = Callable[[str], Sequence[Hashable]]


def tokenizer(arguments: Sequence[str]) -> Encode:
    """Return how text becomes tokens."""
    if not arguments:
        return _PIECE.findall
    from tokenizers import Tokenizer

    loaded = Tokenizer.from_file(f"{arguments[0]}/tokenizer.json")
    return lambda text: loaded.encode(text).ids


def count(texts: Sequence[str], encode: Encode) -> tuple[int, int, int]:
    """Return the tokens computed without a cache, with a cache of one prompt, and ideally."""
    plain = cached = 0
    before: Sequence[Hashable] = ()
    # A prefix stands for a node of a trie: each is named by its parent's number and a token.
    nodes: dict[tuple[int, Hashable], int] = {}
    for text in texts:
        now = encode(text)
        plain += len(now)
        shared = 0
        while shared < min(len(now), len(before)) and now[shared] == before[shared]:
            shared += 1
        cached += len(now) - shared
        node = 0
        for token in now:
            node = nodes.setdefault((node, token), len(nodes) + 1)
        before = now
    return plain, cached, len(nodes)


def main(arguments: Sequence[str]) -> None:
    """Print a table, one row a tier, the emitted order beside a shuffled one."""
    encode = tokenizer(arguments)
    heads = "".join(f"{h:>12}" for h in ("prompts", "no cache", "cached", "ideal", "ratio"))
    print(f"{'tier':8}{'order':10}{heads}")
    for tier in ("smoke", "lite", "full", "long"):
        docs = store.read_docs(store.ensure(store.SetName("sort", tier=tier)), "order")
        emitted = [prompts.likelihood(doc) for doc in docs]
        by_id = [prompts.likelihood(doc) for doc in sorted(docs, key=lambda d: d["item_id"])]
        for order, texts in (("emitted", emitted), ("by id", by_id)):
            plain, cached, ideal = count(texts, encode)
            print(
                f"{tier:8}{order:10}{len(texts):12,}{plain:12,}{cached:12,}{ideal:12,}"
                f"{cached / ideal:12.3f}"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
