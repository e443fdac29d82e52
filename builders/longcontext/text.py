"""From a recipe to its text: block by block, the facts put in at the ends of sentences."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from heptathlon.builders.longcontext import haystack, ownhay
from heptathlon.errors import HeptathlonError
from heptathlon.seeding import Stream

BLOCK = 4_096
"""Words of a block."""
KEPT = 4
"""Whole texts kept, each of which several questions are asked about one after the other."""


class Recipe(NamedTuple):
    """All that decides a text.

    Attributes:
        seed: decides the hay.
        words: the most words of the text.
        told: the facts, in the order of the text.
        places: word at whose next sentence end each is told, rising.
        hay: checksum of a user's hay; empty for the suite's chronicles.
    """

    seed: int
    words: int
    told: tuple[str, ...]
    places: tuple[int, ...]
    hay: str = ""


def recipe_of(doc: Mapping[str, Any]) -> Recipe:
    """Return the recipe that a document holds."""
    facts = (tuple(doc["told"]), tuple(doc["places"]))
    return Recipe(doc["seed"], doc["words"], *facts, doc.get("hay", ""))


def count_of(words: int) -> int:
    """Return how many blocks a text has."""
    return -(-words // BLOCK)


def block(recipe: Recipe, number: int) -> str:
    """Return one block of a text; it needs no other one.

    Args:
        recipe: the text's.
        number: which, from 0.
    """
    low = number * BLOCK
    high = min(low + BLOCK, recipe.words)
    facts = [
        (place - low, told)
        for place, told in zip(recipe.places, recipe.told, strict=True)
        if low <= place < high
    ][::-1]
    room = high - low - sum(_count(told) for _, told in facts)
    out: list[str] = []
    at = 0
    for piece in _hay(recipe, number, room):
        while facts and facts[-1][0] <= at and not piece.clings:
            told = facts.pop()[1]
            out.append(f" {told}")
            at += _count(told)
        out.append(piece.text)
        at += piece.words
    out += [f" {told}" for _, told in reversed(facts)]
    return "".join(out).lstrip() if not number else "".join(out)


def _hay(recipe: Recipe, number: int, room: int) -> Iterator[haystack.Piece]:
    if recipe.hay:
        return ownhay.pieces(recipe.hay, recipe.seed, recipe.words, number * BLOCK, room)
    return haystack.pieces(room, Stream("longcontext", recipe.seed, number))


def _count(text: str) -> int:
    return text.count(" ") + 1


def blocks(recipe: Recipe) -> Iterator[str]:
    """Yield the blocks of a text, which are its text when joined."""
    return (block(recipe, number) for number in range(count_of(recipe.words)))


def digest_of(made: Iterator[str] | Sequence[str]) -> str:
    """Return the digest of a text: SHA-256 over the SHA-256 of its blocks."""
    whole = hashlib.sha256()
    for one in made:
        whole.update(hashlib.sha256(one.encode()).digest())
    return f"sha256:{whole.hexdigest()}"


def text_of(doc: Mapping[str, Any]) -> str:
    """Return the text of a document.

    Raises:
        HeptathlonError: if it is not the one that the record was made with.
    """
    return text_by(recipe_of(doc), str(doc["digest"]))


@lru_cache(maxsize=KEPT)
def text_by(recipe: Recipe, digest: str) -> str:
    """Return the text of a recipe, which must have a digest; see :func:`text_of`."""
    made = list(blocks(recipe))
    if digest_of(made) != digest:
        raise HeptathlonError(
            f"longcontext: the recipe {recipe.seed} of {recipe.words} words does not give the text "
            "that its record has the digest of; build the set with the release that made it."
        )
    return "".join(made)
