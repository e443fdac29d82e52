"""Book-SORT in the paper's own words: the prompts are read from its repository's files.

The number of the prompt is the task's ``metadata`` key ``prompt`` (``--metadata '{"prompt": 7}'``),
or, in the sweep, the record's. Left out, it is the paper's default.
"""

from collections.abc import Mapping
from typing import Any

from lm_eval.api.task import ConfigurableTask

from heptathlon.builders.sort import paper
from heptathlon.errors import HeptathlonError

Doc = Mapping[str, Any]

SYSTEM = "system prompt of the paper"
"""Stands in the task's ``description`` for the system prompt, which is another one in prompt 12."""


def text(doc: Doc, number: int = paper.DEFAULT_PROMPT, *, untitled: bool = False) -> str:
    """Return a document in one of the paper's prompts.

    As in the paper's code the part before the question and the question follow each other without
    a blank, and where the text is not given only the question is asked.

    Args:
        doc: the record.
        number: number of the prompt.
        untitled: name no book; the paper always names it, even where its text is not given.
    """
    parts = paper.prompt(number)
    template = (parts.before if doc["condition"] == "text" else "") + parts.after
    if untitled:
        template = template.replace("the book <booktitle>", "the book")
        template = template.replace("<booktitle>", "the book")
    offered = zip(paper.LABELS, doc["options"], strict=True)
    segments = " ".join(f"Segment {label}: {option}" for label, option in offered) + "\n"
    # The texts go in last: what looks like a placeholder in a book is not one.
    filled = {
        "<tasktype>": paper.TASK_TYPE,
        "<label_list[0]>": paper.LABELS[0],
        "<label_list[1]>": paper.LABELS[1],
        "<booktitle>": str(doc["title"]),
        "<segments>": segments,
        "<excerpt>": str(doc["text"]),
    }
    for placeholder, value in filled.items():
        template = template.replace(placeholder, value)
    return template


def said(doc: Doc) -> str:
    """Return the gold answer as a model should go on after the start of the answer."""
    return paper.LABELS[int(doc["gold"])]


NO_SYSTEM_ROLE = "\n\n"
"""Between system prompt and question where there is no chat template: the paper's own templates for
models without a system role put a blank line there."""


class BookTask(ConfigurableTask):  # type: ignore[misc]
    """An lm-eval task whose text, system prompt and start of the answer are the paper's.

    Raises:
        HeptathlonError: if the prompt asked for does not exist, or cannot be had.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        metadata = config.get("metadata") or {}
        self.number = prompt_number(metadata.get("prompt", paper.DEFAULT_PROMPT))
        self._after_system = NO_SYSTEM_ROLE
        self.untitled = bool(metadata.get("untitled", False))
        own = {k: v for k, v in config.items() if k != "class"}
        prefix = paper.prompt(self.number).prefix
        super().__init__(config=own | {"description": SYSTEM, "gen_prefix": prefix})

    def number_of(self, doc: Doc) -> int:
        """Return the number of a document's prompt."""
        return int(doc.get("prompt", self.number))

    def doc_to_text(self, doc: Doc, doc_to_text: object = None) -> str:
        """Return the document in its prompt."""
        return text(doc, self.number_of(doc), untitled=self.untitled)

    def doc_to_prefix(self, doc: Doc) -> str:
        """Return how the answer begins."""
        return paper.prompt(self.number_of(doc)).prefix

    def fewshot_context(
        self, doc: Doc, num_fewshot: int, *args: Any, apply_chat_template: bool = False, **rest: Any
    ) -> Any:
        """Return the whole prompt; see lm-eval's own method for the arguments."""
        self._after_system = "" if apply_chat_template else NO_SYSTEM_ROLE
        return super().fewshot_context(
            doc, num_fewshot, *args, apply_chat_template=apply_chat_template, **rest
        )

    def resolve_field(self, doc: Doc, field: str | None = None) -> Any:
        """Return the system prompt where lm-eval asks for the task's description."""
        if field == SYSTEM:
            return paper.prompt(self.number_of(doc)).system + self._after_system
        return super().resolve_field(doc, field)


def prompt_number(value: object) -> int:
    """Return a prompt's number as given in a task's metadata.

    Raises:
        HeptathlonError: if it is not the number of one of the paper's prompts.
    """
    text_of = str(value)
    if not text_of.isdecimal() or int(text_of) >= len(paper.PROMPTS):
        raise HeptathlonError(
            f"There is no prompt {text_of!r} in Book-SORT; its prompts are 0 to "
            f"{len(paper.PROMPTS) - 1}."
        )
    return int(text_of)
