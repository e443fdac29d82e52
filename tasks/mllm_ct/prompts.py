"""Prompts of the continual-tuning stream: a document to text and target.

The reasoning is asked for between tags and the answer on a line of its own, so that both can be
scored apart: MLLM-CTBench asks for the same two parts.
"""

from collections.abc import Mapping
from typing import Any

from heptathlon.tasks.mllm_ct.pictures import paper_picture, picture

__all__ = [
    "ANSWER",
    "HEADINGS",
    "WORDS",
    "coin_prompt",
    "coin_target",
    "paper_picture",
    "paper_prompt",
    "paper_target",
    "picture",
    "prompt",
    "tagged_prompt",
    "target",
]

Doc = Mapping[str, Any]

ANSWER = "ANSWER:"
IMAGE = "<image>"
"""lm-eval's place of a picture in a prompt."""
LETTERS = "ABCD"
WORDS = {"brief": (10, 35), "detailed": (36, 90)}
"""Words that an explanation may have, about 20 and about 50 being asked for."""

HEADINGS = {"text": "Answer this question.", "image": "Answer this question about the picture."}
"""First line of the prompts. A scorer knows an invented further item by it."""
_REASON = "First reason in short steps between <think> and </think>, and state every fact you use."
_EXPLAIN = {
    "brief": "explain your answer in about 20 words, and ",
    "detailed": "explain your answer in about 50 words, and ",
}
_FORMS = {"yes_no": "yes or no", "choice": "the letter of the right option"}


def heading(doc: Doc) -> str:
    """Return the first line of a document's prompt."""
    return HEADINGS["text" if doc["scene"][0]["kind"] == "given" else "image"]


def prompt(doc: Doc) -> str:
    """Return a document's prompt; that of an image task begins with the place of its picture."""
    first = heading(doc)
    place = f"{IMAGE}\n" * (first == HEADINGS["image"])
    options = "".join(
        f"\n{letter}. {option}" for letter, option in zip(LETTERS, doc["options"], strict=False)
    )
    style = doc["form"]
    form = _FORMS.get(style, doc["asks"])
    return (
        f"{place}{first}\n\n{doc['question']}{options}\n\n{_REASON} Then "
        f"{_EXPLAIN.get(style, '')}end your reply with a line that has {ANSWER} and {form}."
    )


def target(doc: Doc) -> str:
    """Return the gold reply: the chain of facts, the explanation if one is asked for, the answer.

    It is also what the ``train`` part is tuned on.
    """
    steps = "\n".join(step["says"] for step in doc["steps"])
    explanation = f"{doc['explanation']}\n" if doc["explanation"] else ""
    return f"<think>\n{steps}\n</think>\n{explanation}{ANSWER} {doc['answer']}"


def paper_prompt(doc: Doc) -> str:
    """Return a row's own problem and nothing else, as MLLM-CTBench asks it."""
    place = f"{IMAGE}\n" * bool(doc["image"])
    return f"{place}{doc['problem'].replace(IMAGE, '').strip()}"


def tagged_prompt(doc: Doc) -> str:
    """Return a row's problem with this suite's request for the tags that models are tuned on."""
    return (
        f"{paper_prompt(doc)}\n\nReason between <think> and </think>, and then give the final "
        "answer alone between <answer> and </answer>."
    )


def paper_target(doc: Doc) -> str:
    """Return the published solution as it is."""
    return str(doc["solution"])


def coin_prompt(doc: Doc) -> str:
    """Return a row of CoIN as it is: its own text says in which form to answer."""
    place = f"{IMAGE}\n" * bool(doc["image"])
    return f"{place}{doc['problem'].replace(IMAGE, '').strip()}"


def coin_target(doc: Doc) -> str:
    """Return the gold answer; of several people's the most frequent, the first of them."""
    return str(max(doc["golds"], key=doc["golds"].count))
