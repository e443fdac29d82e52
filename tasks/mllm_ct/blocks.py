"""Prompts of the taught tasks: blocks of examples, then one line that is left open.

The examples are lines, so that a base model goes on with the answer and a chat model is told what
to write. A prompt's wording is the record's, and stands in four forms that differ in every word.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from heptathlon.tasks.mllm_ct.sheets import sheet

__all__ = ["WORDINGS", "layout", "open_line", "picture_prompt", "prompt", "sheet", "target"]

Doc = Mapping[str, Any]
IMAGE = "<image>"
"""lm-eval's place of a picture in a prompt."""


class Wording(NamedTuple):
    """A wording of the prompt.

    Attributes:
        says: what the model is told first.
        shows: what it is told of a picture.
        given: an example up to its answer; ``{name}`` is the task's, ``{item}`` what is given.
    """

    says: str
    shows: str
    given: str


WORDINGS = (
    Wording(
        "Below, small tasks are taught by examples, one task after another. Each task has a name, "
        "a rule of its own and its own way to put an answer. Complete the last line by the task "
        "that it names, and write only what is missing from it.",
        "The picture teaches small tasks by examples, one task a row. Each task has a name, a rule "
        "of its own and its own way to put an answer. The figure at the bottom has no answer yet. "
        "Complete this line by the task that it names, and write only what is missing from it.",
        "{name}: {item} ->",
    ),
    Wording(
        "Each of these blocks of lines shows how a task is done: what it is called, what is given, "
        "the answer. Tasks differ in their rule and in how they word an answer. The line at the "
        "end has no answer. Reply with that answer and nothing else, just as its task words it.",
        "Each row of figures shows how a task is done: what it is called, what is given, the "
        "answer. Tasks differ in their rule and in how they word an answer. The single figure "
        "below them has no answer. Reply with that answer and nothing else, just as its task words "
        "it.",
        "{name} | {item} |",
    ),
    Wording(
        "These are records of several functions, those of one function together. A function "
        "follows one rule and has one format for its results. Fill in the result that the last "
        "record lacks; add nothing.",
        "These are records of several functions, those of one function in one row of the picture. "
        "A function follows one rule and has one format for its results. Fill in the result that "
        "the record at the bottom lacks; add nothing.",
        "{name}({item}) =",
    ),
    Wording(
        "Learn a few tasks from what follows. They come one by one, every one with a rule and a "
        "turn of phrase that are its own. At the end you are asked about one of them: answer as it "
        "demands, with the answer alone.",
        "Learn a few tasks from the rows of this picture. They come one by one, every one with a "
        "rule and a turn of phrase that are its own. Below them you are asked about one of them: "
        "answer as it demands, with the answer alone.",
        "Task {name}. Given: {item}. Answer:",
    ),
)
FIGURE = "the figure at the bottom"


def layout(doc: Doc) -> Wording:
    """Return the wording of a document."""
    return WORDINGS[doc["wording"]]


def open_line(doc: Doc) -> str:
    """Return the line that a prompt ends with, which lacks its answer."""
    item = FIGURE if doc["form"] == "blocks_image" else doc["item"]
    return layout(doc).given.format(name=doc["name"], item=item)


def prompt(doc: Doc) -> str:
    """Return a document's prompt: what to do, a block a task, the open line."""
    wording = layout(doc)
    blocks = [
        "\n".join(
            f"{wording.given.format(name=block['name'], item=one['item'])} {one['answer']}"
            for one in block["examples"]
        )
        for block in doc["blocks"]
    ]
    return "\n\n".join([wording.says, *blocks, open_line(doc)])


def picture_prompt(doc: Doc) -> str:
    """Return the prompt of a document whose blocks and question stand in a picture."""
    return f"{IMAGE}\n{layout(doc).shows}\n\n{open_line(doc)}"


def target(doc: Doc) -> str:
    """Return the answer as its task puts it."""
    return str(doc["answer"])
