"""Verbalizer prompts: a document to text, target and options; nothing here is drawn at random.

A prompt has up to three blocks, with a blank line between them: the instruction, worked examples
and the input. The document says which of them there are, in which order, and in which wording.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Doc = Mapping[str, Any]

ANSWER = "Answer:"
AS_SHOWN = (
    "Each of these examples ends with its answer. Answer the last one in the same way, with one "
    "word and nothing else."
)
"""The instruction where the mapping is shown and not stated."""


def text(doc: Doc) -> str:
    """Return the prompt of a document."""
    asked = "\n".join(input_lines(doc["inputs"]))
    stated = AS_SHOWN if doc["channel"] == "demonstrations" else instruction(doc)
    demos = [
        "\n".join([*input_lines(demo["inputs"]), f"{ANSWER} {demo['word']}"])
        for demo in doc["demos"]
    ]
    if doc["place"] == "after":
        return "\n\n".join([*demos, asked, stated, ANSWER])
    return "\n\n".join([stated, *demos, f"{asked}\n{ANSWER}"])


def input_lines(inputs: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the lines of an input: one a text, its label before it."""
    return [f"{part['label']}: {part['text']}" for part in inputs]


def instruction(doc: Doc) -> str:
    """Return the mapping in words, in the document's wording and order of classes."""
    cases = [(str(doc["conditions"][i]), f'"{doc["words"][i]}"') for i in doc["order"]]
    return WORDINGS[doc["wording"]](cases)


Cases = Sequence[tuple[str, str]]
"""Condition and quoted word of every class, in the order in which they are stated."""


def _sentences(cases: Cases) -> str:
    stated = " ".join(f"If {condition}, output {word}." for condition, word in cases)
    return f"{stated} You may only output {_either([word for _, word in cases])}."


def _clauses(cases: Cases) -> str:
    stated = ", ".join(f"{word} if {condition}" for condition, word in cases)
    return f"Answer with a single word: {stated}. Write nothing else."


def _lines(cases: Cases) -> str:
    lines = [f"- {word}: {condition}" for condition, word in cases]
    return "\n".join(["Reply with exactly one of these words and nothing else:", *lines])


WORDINGS: tuple[Callable[[Cases], str], ...] = (_sentences, _clauses, _lines)


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def target(doc: Doc) -> str:
    """Return the word that the instruction (or, without one, the examples) asks for."""
    return str(doc["words"][doc["gold"]])


def options(doc: Doc) -> list[str]:
    """Return the words of all classes, in the order of the classes."""
    return list(doc["words"])


def gold_option(doc: Doc) -> int:
    """Return the index of the asked word among the options."""
    return int(doc["gold"])
