"""How a retriever's texts are put: templates of query and document, and presets by model.

What stands before the text is its prompt. Most models pool its tokens like any others; some leave
them out of the mean. The presets are those of RAR-b's own code (``rarb/evaluation_utils.py``), with
and without instruction; a template of a user's own takes the place of any part.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.tasks.rarb.prompts import query_with_instruction

_FIELD = re.compile(r"\{(\w*)\}")

RARB_DOCUMENTS = {
    "alphanli": "Represent the following text that leads to the end of a story",
    "hellaswag": "Represent the following text to end an unfinished story",
    "winogrande": "Represent this entity",
    "piqa": "represent the solution for a goal",
    "siqa": "represent the sentence to answer a question",
    "arc": "Represent the answer to a question",
    "quail": "Represent the answer to a question given the context",
    "tempreason_l1": "Represent the following month-year.",
    **dict.fromkeys(
        (f"tempreason_l{level}_{part}" for level in (2, 3) for part in ("pure", "fact", "context")),
        "Represent this answer",
    ),
    "spartqa": "Represent the following answer to a spatial reasoning question",
    "code": "Represent the answer for a coding problem",
    "math": "Represent the answer to answer a math problem",
}
"""Instructions for documents in full retrieval, by published task, as RAR-b gives them to
Instructor. Generated corpora have none: each holds the documents of several kinds."""


class Prompted(str):
    """A text as a model reads it, which knows how it begins."""

    prompt: str = ""

    @classmethod
    def of(cls, prompt: str, text: str) -> "Prompted":
        """Return prompt and text as one."""
        one = cls(prompt + text)
        one.prompt = prompt
        return one


@dataclass(frozen=True)
class Templates:
    """How queries and documents are put to a model.

    Attributes:
        query: of a query asked with instruction: ``{instruction}``, then ``{query}`` at the end.
        plain_query: of one asked without, ``{query}`` at its end.
        document: of a document, ``{instruction}`` if it has one, ``{document}`` at its end.
        documents: instructions for documents in full retrieval with instruction, by task.
        pool_prompt: whether a prompt's tokens are pooled with those of its text.
        pooling: the model's pooling with the backend ``transformers``.
        attention: ``causal`` as the model has it, or ``both`` directions.
    """

    query: str = "{instruction} {query}"
    plain_query: str = "{query}"
    document: str = "{document}"
    documents: Mapping[str, str] = field(default_factory=dict)
    pool_prompt: bool = True
    pooling: str = ""
    attention: str = "causal"

    def __post_init__(self) -> None:
        for name, ends, known in (
            ("query_template", "query", {"instruction", "query"}),
            ("plain_query_template", "query", {"query"}),
            ("document_template", "document", {"instruction", "document"}),
        ):
            text = str(getattr(self, name.removesuffix("_template")))
            fields = _FIELD.findall(text)
            if not text.endswith(f"{{{ends}}}") or fields.count(ends) != 1 or set(fields) - known:
                raise HeptathlonError(
                    f"{name}={text!r}: must end with {{{ends}}}, once, and may name "
                    f"{', '.join(sorted(known))} only."
                )

    def asked(self, doc: Mapping[str, Any], context: str) -> Prompted:
        """Return a query as the model reads it.

        Args:
            doc: the record; its instruction counts where the context begins with it.
            context: what the task asks: a query alone, or instruction and query.
        """
        if _instructed(doc, context):
            begin = self.query.removesuffix("{query}")
            return Prompted.of(begin.replace("{instruction}", doc["instruction"]), doc["query"])
        return Prompted.of(self.plain_query.removesuffix("{query}"), context)

    def told(self, doc: Mapping[str, Any], context: str, text: str) -> Prompted:
        """Return a document as the model reads it in answer to a query."""
        instruction = ""
        if doc.get("form") == "retrieve" and _instructed(doc, context):
            instruction = self.documents.get(doc["kind"], "")
        begin = self.document.removesuffix("{document}")
        return Prompted.of(begin.replace("{instruction}", instruction), text)


def _instructed(doc: Mapping[str, Any], context: str) -> bool:
    return bool(doc.get("instruction")) and context == query_with_instruction(doc)


PRESETS = {
    # The authors keep the frame where there is no instruction, and append no end of sequence.
    "e5-mistral": Templates(
        query="Instruct: {instruction}\nQuery: {query}",
        plain_query="Instruct: \nQuery: {query}",
        pooling="last",
    ),
    "gritlm": Templates(
        query="<|user|>\n{instruction}\n<|embed|>\n{query}",
        plain_query="<|embed|>\n{query}",
        document="<|embed|>\n{document}",
        pool_prompt=False,
        pooling="mean",
        attention="both",
    ),
    # Instruction and text are joined without a blank, as the model's library joins them.
    "instructor": Templates(
        query="{instruction}{query}",
        document="{instruction}{document}",
        documents=RARB_DOCUMENTS,
        pool_prompt=False,
    ),
}
"""Templates by model."""


def templates(
    preset: str = "",
    *,
    query_template: str = "",
    plain_query_template: str = "",
    document_template: str = "",
    query_instruction: str = "",
    document_instruction: str = "",
) -> Templates:
    r"""Return the templates that a user asks for; ``\n`` in them becomes a line break.

    Args:
        preset: one of ``PRESETS``; none for the text alone, an instruction before it.
        query_template: in the place of the preset's ``query``.
        plain_query_template: in the place of its ``plain_query``.
        document_template: in the place of its ``document``.
        query_instruction: put before every query, an instruction of the task's own included.
        document_instruction: put before every document.

    Raises:
        UnknownNameError: for an unknown preset.
        HeptathlonError: for a template that is none, or one beside an instruction.
    """
    if preset and preset not in PRESETS:
        raise UnknownNameError("preset", preset, PRESETS)
    found = PRESETS[preset] if preset else Templates()
    given = {
        "query": query_template,
        "plain_query": plain_query_template,
        "document": document_template,
    }
    changed: dict[str, Any] = {
        name: text.replace("\\n", "\n") for name, text in given.items() if text
    }
    for name, sentence, whole in (
        ("query_instruction", query_instruction, changed.keys() & {"query", "plain_query"}),
        ("document_instruction", document_instruction, changed.keys() & {"document"}),
    ):
        if sentence and (preset or whole):
            raise HeptathlonError(
                f"{name} stands beside a template or a preset, which says the same; give one."
            )
    if query_instruction:
        begin = query_instruction.replace("\\n", "\n")
        changed |= {"query": begin + found.query, "plain_query": begin + found.plain_query}
    if document_instruction:
        changed["document"] = document_instruction.replace("\\n", "\n") + found.document
    return replace(found, **changed)
