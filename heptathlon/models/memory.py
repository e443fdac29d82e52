"""Memories: what reads a text in one step and answers questions about it in another.

A memory system under test is a class with the three methods of :class:`Memory`. The ones here are
the usual suspects around any text generator: the whole text, its end, what BM25 finds in it (by
relevance or in the order of the text) and notes that the model writes while reading.
"""

import importlib
import inspect
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from heptathlon import lexical
from heptathlon.errors import HeptathlonError, UnknownNameError


class Speak(Protocol):
    """The model around which a memory is built: a prompt to text."""

    def __call__(self, prompt: str, max_tokens: int | None = None) -> str:
        """Return the model's answer; ``max_tokens`` overrules the task's own limit."""


class Memory(Protocol):
    """A memory system.

    Its class is called with one argument, a :class:`Speak`, which it may use or not.
    """

    def observe(self, text: str, source: str) -> None:
        """Read a text; ``source`` names where it is from. Called before any question on it."""

    def ask(self, prompt: str) -> str:
        """Answer a question on what was observed since the last reset."""

    def reset(self) -> None:
        """Forget everything."""


class FullContext:
    """Keeps all that was observed and puts it before every question."""

    def __init__(self, speak: Speak) -> None:
        self.speak = speak
        self.seen: list[str] = []

    def observe(self, text: str, source: str) -> None:
        """Keep the text."""
        self.seen.append(f"{source}\n\n{text}")

    def ask(self, prompt: str) -> str:
        """Answer with everything in view."""
        return self.speak(_with_memory(self.seen, prompt))

    def reset(self) -> None:
        """Forget all texts."""
        self.seen.clear()


class SlidingWindow:
    """Keeps the last words that were observed.

    Args:
        speak: the model.
        words: how many words are kept.
    """

    def __init__(self, speak: Speak, words: int = 500) -> None:
        self.speak = speak
        self.words = words
        self.kept: list[str] = []

    def observe(self, text: str, source: str) -> None:
        """Keep the end of what was observed so far."""
        del source
        self.kept = [*self.kept, *text.split()][-self.words :]

    def ask(self, prompt: str) -> str:
        """Answer with the end of the text in view."""
        return self.speak(_with_memory([" ".join(self.kept)], prompt))

    def reset(self) -> None:
        """Forget all words."""
        self.kept = []


class Retrieval:
    """Keeps passages and shows those that BM25 finds for the question.

    Args:
        speak: the model.
        in_text_order: whether they are shown in the order of the text, or the best first.
        passages: how many are shown.
        words: words of a passage.
    """

    def __init__(
        self, speak: Speak, *, in_text_order: bool, passages: int = 6, words: int = 50
    ) -> None:
        self.speak = speak
        self.in_text_order = in_text_order
        self.passages = passages
        self.words = words
        self.kept: list[str] = []
        self._index: lexical.Bm25 | None = None

    def observe(self, text: str, source: str) -> None:
        """Cut the text into passages and keep them."""
        del source
        self._index = None
        words = text.split()
        self.kept += [
            " ".join(words[at : at + self.words]) for at in range(0, len(words), self.words)
        ]

    def ask(self, prompt: str) -> str:
        """Answer with the best passages in view."""
        # Each word of the question counts once, however often the prompt repeats it.
        asked = " ".join(dict.fromkeys(lexical.tokens(prompt)))
        # Built for the first question after a text was read, and kept for the others.
        self._index = self._index or lexical.Bm25(self.kept)
        scores = self._index.scores([asked])[0].tolist()
        best = sorted(range(len(scores)), key=lambda i: (-scores[i], i))[: self.passages]
        shown = sorted(best) if self.in_text_order else best
        return self.speak(_with_memory([self.kept[i] for i in shown], prompt))

    def reset(self) -> None:
        """Forget all passages."""
        self.kept = []
        self._index = None


class Notes:
    """Keeps notes that the model itself writes while it reads.

    Args:
        speak: the model.
        words: words of the pieces in which it reads.
        tokens: the most tokens of the notes on one piece.
    """

    def __init__(self, speak: Speak, words: int = 250, tokens: int = 96) -> None:
        self.speak = speak
        self.words = words
        self.tokens = tokens
        self.notes: list[str] = []

    def observe(self, text: str, source: str) -> None:
        """Read the text piece by piece and note down what happens in each."""
        words = text.split()
        for at in range(0, len(words), self.words):
            piece = " ".join(words[at : at + self.words])
            asked = (
                f'Here is the next part of "{source}":\n\n{piece}\n\nNote down in a few lines what '
                "happens in it and in which order, so that you can tell later without the text."
            )
            self.notes.append(self.speak(asked, max_tokens=self.tokens).strip())

    def ask(self, prompt: str) -> str:
        """Answer with the notes in view."""
        return self.speak(_with_memory(self.notes, prompt))

    def reset(self) -> None:
        """Throw the notes away."""
        self.notes = []


def _with_memory(pieces: Sequence[str], prompt: str) -> str:
    joined = "\n\n".join(pieces)
    return f"This is what you remember:\n\n{joined}\n\n{prompt}"


def _relevance(speak: Speak, **options: Any) -> Retrieval:
    return Retrieval(speak, in_text_order=False, **options)


def _text_order(speak: Speak, **options: Any) -> Retrieval:
    return Retrieval(speak, in_text_order=True, **options)


ADAPTERS: dict[str, Callable[..., Memory]] = {
    "full": FullContext,
    "window": SlidingWindow,
    "bm25_relevance": _relevance,
    "bm25_text": _text_order,
    "notes": Notes,
}
"""Memories by the name that ``--model_args memory=…`` takes."""


def make(name: str, speak: Speak, options: dict[str, Any]) -> Memory:
    """Return a memory by name, or by ``package.module:Class`` for one's own.

    Raises:
        UnknownNameError: for an unknown name.
        HeptathlonError: if the class cannot be imported, or does not take the options or lacks a
            method.
    """
    if ":" in name:
        module, _, attribute = name.partition(":")
        try:
            factory = getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise HeptathlonError(f"memory={name}: cannot be imported ({error}).") from None
    elif name in ADAPTERS:
        factory = ADAPTERS[name]
    else:
        raise UnknownNameError("memory", name, ADAPTERS)
    try:
        inspect.signature(factory).bind(speak, **options)
        memory: Memory = factory(speak, **options)
    except TypeError as error:
        raise HeptathlonError(f"memory={name}: does not take its options ({error}).") from None
    for method in ("observe", "ask", "reset"):
        if not callable(getattr(memory, method, None)):
            raise HeptathlonError(f"memory={name}: has no method {method!r}.")
    return memory
