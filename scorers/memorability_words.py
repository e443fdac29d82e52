"""Reading which of a few words or letters an answer names."""

import re
from collections.abc import Sequence

from heptathlon.scorers.reading import read

LONGEST = 1_000
"""Characters of an answer that are looked at: no answer that names one word is longer."""


def word_named(response: str, words: Sequence[str]) -> tuple[int | None, str]:
    """Return the place of the only word that an answer names; or None and why, in a word.

    Args:
        response: what a model said.
        words: the words, none of which stands within another.
    """
    reading = read(response)
    if reading.truncated:
        return None, "truncated"
    if not reading.answer.strip():
        return None, "no_answer"
    text = reading.answer[:LONGEST]
    named = [
        place
        for place, word in enumerate(words)
        if re.search(rf"(?<![\w'-]){re.escape(word)}(?![\w'-])", text, _flags(word))
    ]
    if len(named) == 1:
        return named[0], "named"
    return None, "several" if named else "unreadable"


def _flags(word: str) -> int:
    """Return how to look for a word: a letter that is an option stands in capitals."""
    return 0 if len(word) == 1 else re.IGNORECASE
