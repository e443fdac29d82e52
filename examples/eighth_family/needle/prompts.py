"""From a record to what a model is asked."""

from collections.abc import Mapping
from typing import Any


def say(doc: Mapping[str, Any]) -> str:
    """Return the question for a word in the model's own words."""
    return f"{doc['text']}\n\nWhat is the word for the {doc['place']}? End with: ANSWER: word"


def choose(doc: Mapping[str, Any]) -> str:
    """Return the text and the beginning of the sentence that an option ends."""
    return f"{doc['text']}\n\nQuestion: the word for the {doc['place']}?\nAnswer:"


def options(doc: Mapping[str, Any]) -> list[str]:
    """Return the four words."""
    return list(doc["options"])


def gold(doc: Mapping[str, Any]) -> int:
    """Return the index of the right word."""
    return int(doc["gold"])


def target(doc: Mapping[str, Any]) -> str:
    """Return the answer as a model should write it."""
    return f"ANSWER: {doc['options'][doc['gold']]}"
