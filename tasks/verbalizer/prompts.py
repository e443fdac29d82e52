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


REASON = (
    "Think step by step first. Then write the word on a last line of its own that begins with "
    f'"{ANSWER}".'
)
REASONING = "Reasoning:"
"""What the answer begins with where a model is to think before it."""


def text(doc: Doc) -> str:
    """Return the prompt of a document."""
    stated = AS_SHOWN if doc["channel"] == "demonstrations" else instruction(doc)
    return _joined(doc, stated, ANSWER)


def text_cot(doc: Doc) -> str:
    """Return the prompt of a document that lets a model reason in writing before its answer.

    Only for mappings that are stated, without examples: those would show answers without reasons.
    """
    stated = _stated(doc)
    for told, instead in FREELY.items():
        stated = stated.replace(told, instead)
    return _joined(doc, f"{stated}\n{REASON}", REASONING)


def _joined(doc: Doc, stated: str, ending: str) -> str:
    asked = "\n".join(input_lines(doc["inputs"]))
    demos = [
        "\n".join([*input_lines(demo["inputs"]), f"{ANSWER} {demo['word']}"])
        for demo in doc["demos"]
    ]
    if doc["place"] == "after":
        return "\n\n".join([*demos, asked, stated, ending])
    return "\n\n".join([stated, *demos, f"{asked}\n{ending}"])


def input_lines(inputs: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the lines of an input: one a text, its label before it."""
    return [f"{part['label']}: {part['text']}" for part in inputs]


def instruction(doc: Doc) -> str:
    """Return the mapping in words, in the document's wording and order of classes."""
    words = [f'"{doc["words"][i]}"' for i in doc["order"]]
    closing = (f" You may only output {_either(words)}.", " Write nothing else.", "")
    return f"{_stated(doc)}{closing[doc['wording']]}"


def _stated(doc: Doc) -> str:
    cases = [(str(doc["conditions"][i]), f'"{doc["words"][i]}"') for i in doc["order"]]
    return WORDINGS[doc["wording"]](cases)


ONE_OF_THESE = "Reply with exactly one of these words and nothing else"
SINGLE_WORD = "Answer with a single word"
FREELY = {
    ONE_OF_THESE: "The answer is exactly one of these words",
    SINGLE_WORD: "The answer is a single word",
}
"""What forbids to reason, and what stands in its place where a model is to."""
Cases = Sequence[tuple[str, str]]
"""Condition and quoted word of every class, in the order in which they are stated."""


def _sentences(cases: Cases) -> str:
    return " ".join(f"If {condition}, output {word}." for condition, word in cases)


def _clauses(cases: Cases) -> str:
    stated = ", ".join(f"{word} if {condition}" for condition, word in cases)
    return f"{SINGLE_WORD}: {stated}."


def _lines(cases: Cases) -> str:
    lines = [f"- {word}: {condition}" for condition, word in cases]
    return "\n".join([f"{ONE_OF_THESE}:", *lines])


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
