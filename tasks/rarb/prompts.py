"""Retrieval prompts: a document to text, target and options; nothing here is drawn at random.

The text of a ranked or chosen item is the query and nothing else, so that a retriever embeds what
the benchmark's authors embed; a language model reads it as a context and each document as what
follows on the next line.
"""

from collections.abc import Mapping
from typing import Any

Doc = Mapping[str, Any]

WITH_INSTRUCTION = "_inst"
"""Ends the name of a task variant that is asked with instruction."""
ANSWER = "ANSWER:"
TRUE_FALSE = ("true", "false")
MOST_NAMED = 5
"""Documents that a written ranking may name."""
LIST_HEADINGS = (
    "Find the document that answers the query.",
    "Which of the documents states the right answer?",
    "One of these documents is the answer to the query.",
)
"""Head of a written form, by the wording of the item."""
JUDGE_HEADINGS = (
    "Decide whether the document is the right answer to the query.",
    "Does the document state the right answer to the query?",
    "A query and a document follow; judge whether the document answers the query rightly.",
)
_LIST_FORM = (
    "Exactly one of the documents is right; the others differ from it in a detail, or belong to "
    f"another query. Name the numbers of up to {MOST_NAMED} documents, best first. End your reply "
    f"with one line in this form:\n{ANSWER} 9, 4, 13"
)
_CHOICE_FORM = (
    "Exactly one of the documents is right; the others differ from it in a detail. End your reply "
    f"with one line that gives the right one's number, in this form:\n{ANSWER} 5"
)

_INDENT = " " * 12


def query(doc: Doc) -> str:
    """Return the query alone."""
    return str(doc["query"])


def query_with_instruction(doc: Doc) -> str:
    """Return instruction and query, a space between them, as the benchmark's own code does."""
    return f"{doc['instruction']} {doc['query']}"


def candidates(doc: Doc) -> list[str]:
    """Return the documents to rank or to choose from."""
    return list(doc["candidates"])


def gold(doc: Doc) -> int:
    """Return the index of the right document; -1 if the first stage missed it."""
    return int(doc["gold"])


def listwise(doc: Doc) -> str:
    """Return the prompt that asks for the numbers of the best documents."""
    return _numbered(doc, _LIST_FORM)


def choice(doc: Doc) -> str:
    """Return the prompt that asks for the number of the right document."""
    return _numbered(doc, _CHOICE_FORM)


def _numbered(doc: Doc, form: str) -> str:
    shown = "\n".join(f"[{i}] {text}" for i, text in enumerate(doc["candidates"], start=1))
    head = LIST_HEADINGS[doc["wording"]]
    return f"{head}\n\nQuery: {doc['query']}\n\nDocuments:\n{shown}\n\n{form}"


def listwise_target(doc: Doc) -> str:
    """Return the right answer to :func:`listwise` and :func:`choice`."""
    return f"{ANSWER} {max(0, doc['gold']) + 1}"


def judge(doc: Doc) -> str:
    """Return the prompt that asks whether one document is right, after RAR-b's reranker prompt."""
    return f"{_asked(doc)}\n\nThe document is the right answer:"


def judge_say(doc: Doc) -> str:
    """Return :func:`judge` for a model that writes its answer."""
    return f"{_asked(doc)}\n\nEnd your reply with one line in this form:\n{ANSWER} {TRUE_FALSE[1]}"


def _asked(doc: Doc) -> str:
    return (
        f"{JUDGE_HEADINGS[doc['wording']]} Reply with one word, {TRUE_FALSE[0]} or "
        f"{TRUE_FALSE[1]}.\n\nQuery: {doc['query']}\n\nDocument: {doc['candidate']}"
    )


def judge_say_target(doc: Doc) -> str:
    """Return the right answer to :func:`judge_say`."""
    return f"{ANSWER} {TRUE_FALSE[judge_gold(doc)]}"


def judge_options(doc: Doc) -> list[str]:
    """Return the options of :func:`judge`; they do not depend on the document."""
    del doc
    return list(TRUE_FALSE)


def judge_gold(doc: Doc) -> int:
    """Return the index of the right option of :func:`judge`."""
    return 0 if doc["right"] else 1


def mcr_judge(doc: Doc) -> str:
    """Return RAR-b's own prompt for a language model that judges one option.

    It is the released one (``rarb/mcr_utils/model_utils.py``), blanks included, without Mistral's
    marks of a turn round it, which the model's chat template sets.
    """
    return _released(doc, "")


def mcr_judge_with_instruction(doc: Doc) -> str:
    """Return :func:`mcr_judge` with the task's instruction."""
    return _released(doc, doc["instruction"])


def _released(doc: Doc, instruction: str) -> str:
    return (
        f"Instruction: {instruction} Decide if the following document is the correct answer to the "
        "query (true/false). Answer using only one word, one of those two choices.\n\n"
        f"{_INDENT}Query: {doc['query']}\n{_INDENT}Document: {doc['candidate']}\n"
        f'{_INDENT}Relevant (only output one word, either "true" or "false"):'
    )


def first_gold(doc: Doc) -> int:
    """Return the index of the first right document; -1 if the first stage missed all."""
    return int(next(iter(doc["golds"]), -1))


def retrieve_target(doc: Doc) -> str:
    """Return what a retriever answers that has the right documents first."""
    return " ".join(doc["gold_ids"])
