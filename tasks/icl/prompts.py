"""Prompts of the icl tasks: examples, line by line, and one line without its end.

Bits and numbers are parted by blanks: else a tokenizer would make one sign of several.
"""

from collections.abc import Mapping
from typing import Any

from heptathlon.builders.icl.numbers import WEIGHTS
from heptathlon.builders.icl.rules import TOLD

Doc = Mapping[str, Any]

ANSWER = "ANSWER:"
HEADINGS = (
    "Every line has five bits and the label that one hidden rule gives them.",
    "A hidden rule turns five bits into a label. Find it from the examples.",
    "Here are lists of five bits. One rule, which is not shown, decides the label of each.",
)
NUMBER_HEADINGS = (
    "Every line has numbers and the value that one hidden sum gives them.",
    "A hidden sum turns numbers into a value. Find it from the examples.",
    "Here are lists of numbers. One sum, which is not shown, decides the value of each.",
)
BOOL = (
    "You are given some examples of inputs and their corresponding labels. You need to learn the "
    "underlying boolean function represented by these input-label examples. Predict the label "
    "(either 0 or 1) for the final input."
)
"""As published (incontext-bool, MIT), with the lines below it."""
URNS = "Balls are drawn from one urn; each is put back before the next is drawn."
_LINES = ("{} -> {}", "Input: {}\nOutput: {}\n", "The label of {} is {}")
_NUMBER_LINES = ("{} -> {}", "Input: {}\nOutput: {}\n", "The value of {} is {}")
_SAY = (
    "What stands at the end of the last line? End your reply with one line of this form, with the "
    "{what} in the place of the dots:\n{answer} ..."
)


def spaced(bits: str) -> str:
    """Return bits parted by blanks."""
    return " ".join(bits)


def prompt(doc: Doc) -> str:
    """Return the examples and the beginning of the line that an option ends."""
    return "\n\n".join([*_told(doc), _asked(doc)])


def published(doc: Doc) -> str:
    """Return the paper edition's prompt; system instructions are a run's own."""
    labels = [*(doc["options"][at] for at in doc["answers"]), ""]
    asked = zip([*doc["inputs"], doc["query"]], labels, strict=True)
    lines = [f"\nInput: {spaced(text)}\nLabel: {label}" for text, label in asked]
    return (BOOL + "\n" + "".join(lines)).rstrip()


def say(doc: Doc) -> str:
    """Return the same as a question to be answered in text."""
    return f"{prompt(doc)}\n\n{_SAY.format(what=_what(doc), answer=ANSWER)}"


def options(doc: Doc) -> list[str]:
    """Return the labels, or the letters of the balls."""
    return list(doc["options"])


def gold(doc: Doc) -> int:
    """Return the index of the right option."""
    return int(doc["gold"])


def label(doc: Doc) -> str:
    """Return the gold label alone, as the paper edition's examples write it."""
    return str(doc["options"][doc["gold"]])


def target(doc: Doc) -> str:
    """Return the gold answer as a model should write it."""
    right = doc["answer"] if doc["form"] == "linear" else doc["options"][doc["gold"]]
    return f"{ANSWER} {right}"


def heading(doc: Doc) -> str:
    """Return a prompt's first line; the scorer knows an invented further item by it."""
    if doc["form"] in {"urns", "bool"}:
        return URNS if doc["form"] == "urns" else BOOL
    return (NUMBER_HEADINGS if doc["form"] == "linear" else HEADINGS)[doc["wording"]]


def _what(doc: Doc) -> str:
    return {"linear": "value", "urns": "letter"}.get(doc["form"], "label")


def _told(doc: Doc) -> list[str]:
    """Return what a prompt says before its examples."""
    if doc["form"] == "urns":
        return [heading(doc), _urns(doc)]
    if doc["form"] == "linear":
        numbers = "The number" if doc["places"] == 1 else "Each number"
        sure = (
            f"{numbers} is multiplied by a whole weight from {WEIGHTS[0]} to {WEIGHTS[-1]}, the "
            "same in every line, and the products are added up."
        )
        noise = (
            " To half of the values nothing is added; to a quarter 1 is added, and from a quarter "
            "1 is taken away."
        )
        return [heading(doc), sure + noise * bool(doc["noise"])]
    if doc["told"] == "untold":
        return [heading(doc)]
    yes, no = doc["options"][doc["positive"]], doc["options"][1 - doc["positive"]]
    return [heading(doc), f"The label is {yes} if {TOLD[doc['rule']]}, and {no} if not."]


def _asked(doc: Doc) -> str:
    """Return the examples and the line that is cut off."""
    if doc["form"] == "urns":
        return f"Drawn so far: {' '.join(doc['draws'])}\nDrawn next:"
    if doc["form"] == "linear":
        line = _NUMBER_LINES[doc["wording"]]
        shown = zip(doc["inputs"], doc["answers"], strict=True)
        query = doc["query"]
    else:
        line = _LINES[doc["wording"]]
        labels = [doc["options"][at] for at in doc["answers"]]
        shown = zip(map(spaced, doc["inputs"]), labels, strict=True)
        query = spaced(doc["query"])
    lines = [line.format(*pair) for pair in shown]
    return "\n".join([*lines, line.format(query, "").rstrip()])


def _urns(doc: Doc) -> str:
    first, second, third = doc["options"]
    lines = [
        f"Urn {n}: {a} {first}, {b} {second}, {c} {third}"
        for n, (a, b, c) in enumerate((urn.split() for urn in doc["urns"]), start=1)
    ]
    told = (
        "With an even chance the urn is one of those below, each as likely as the next; else it is "
        f"a new one that holds {first}, {second} and {third} in any proportions, all alike."
    )
    return "\n".join([told, *lines])
