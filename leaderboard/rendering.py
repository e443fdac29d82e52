"""What a task asks a model: the prompts, options and arguments of every document, made anew.

An equal of what lm-eval 0.4.13 does with the suite's own tasks (``Task.fewshot_context`` and
``construct_requests``), in plain functions of document and settings; a test holds it equal to
lm-eval's on every task. Nothing of a submission is imported or run: a chat template is rendered in
:mod:`.templates`, and everything else is the suite's own.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from heptathlon.files import canonical_json
from heptathlon.leaderboard.allowed import BACKENDS
from heptathlon.tasks import catalog

BOOK = "heptathlon.tasks.sort.book.BookTask"
"""The one class among the suite's tasks, which reads the paper's prompts."""
PLACEHOLDER = "<image>"
"""lm-eval's word for a picture's place in a text."""
MUTUAL = "acc_mutual_info"
"""A metric for which lm-eval asks for the options without the prompt as well."""
MAX_IMAGES = 999
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{1,16}>$")

Doc = Mapping[str, Any]
Arguments = tuple[Any, ...]


@dataclass(frozen=True)
class Turn:
    """A message, and what follows it where there is no chat template."""

    role: str
    content: str
    joint: str = ""


@dataclass(frozen=True)
class Asked:
    """How a model was asked, as recorded.

    Attributes:
        backend: lm-eval's model class.
        chat: whether a chat template was applied.
        template: its text; empty where nobody recorded one.
        seen: canonical JSON of what the template sees besides the messages.
        system: the system instruction.
        multiturn: whether worked examples are turns of their own.
        shots: worked examples before each document.
        generation: canonical JSON of the arguments of generation in the place of the task's own.
        prompt: number of the prompt, for tasks that have several.
        handed: whether a server was handed the messages themselves.
        interleave: whether a picture keeps its place in the text (for a ``processor``).
        images: pictures of one message at most (for a ``processor``).
    """

    backend: str
    chat: bool = False
    template: str = ""
    seen: str = "{}"
    system: str = ""
    multiturn: bool = False
    shots: int = 0
    generation: str = "{}"
    prompt: int | None = None
    handed: bool = True
    interleave: bool = True
    images: int = MAX_IMAGES

    @property
    def speaks(self) -> str:
        """How messages become a prompt; see :class:`.allowed.Backend`."""
        speaks = BACKENDS[self.backend].speaks
        return "template" if speaks == "server" and not self.handed else speaks


# --- lm-eval's turns -----------------------------------------------------------------------------


def turns_of(task: str, doc: Doc, asked: Asked, shots: Sequence[Doc] = ()) -> list[Turn]:
    """Return the messages of a document.

    Args:
        task: a leaf task.
        doc: the document.
        asked: how the model was asked.
        shots: the documents that worked examples are taken from, best first.
    """
    told = catalog.definition(task)
    words = _words_of(task, doc, asked)
    turns: list[Turn] = []
    system = _joined(asked.system, words.system, told.get("fewshot_delimiter", "\n\n"))
    if system:
        turns.append(Turn("system", system))
    joint = told.get("target_delimiter", " ")
    if asked.shots:
        between = told.get("fewshot_delimiter", "\n\n")
        for example in _examples(told, doc, asked.shots, shots):
            text = str(_call(told["doc_to_text"], example))
            answer = _answer(told, example)
            turns += [Turn("user", text, joint), Turn("assistant", answer, between)]
    if words.prefix:
        spaced = words.text and not (words.text[-1].isspace() or words.prefix[0].isspace())
        turns += [
            Turn("user", words.text, joint if spaced else ""),
            Turn("assistant", words.prefix),
        ]
    else:
        turns.append(Turn("user", words.text))
    return turns


@dataclass(frozen=True)
class _Words:
    """What a task says: the system prompt of its own, the text, the begun answer.

    ``begun`` is the one that the whole task has, by which lm-eval joins options.
    """

    system: str
    text: str
    prefix: str
    begun: str


def _words_of(task: str, doc: Doc, asked: Asked) -> _Words:
    told = catalog.definition(task)
    if told.get("class") != BOOK:
        return _Words("", str(_call(told["doc_to_text"], doc)), "", "")
    from heptathlon.builders.sort import paper
    from heptathlon.tasks.sort import book

    number = paper.DEFAULT_PROMPT if asked.prompt is None else asked.prompt
    untitled = bool(told.get("metadata", {}).get("untitled", False))
    own = int(doc.get("prompt", number))
    parts = paper.prompt(own)
    system = parts.system + ("" if asked.chat else book.NO_SYSTEM_ROLE)
    text = book.text(doc, own, untitled=untitled)
    return _Words(system, text, parts.prefix, paper.prompt(number).prefix)


def prompts_of(task: str) -> Sequence[int | None]:
    """Return the numbers of the prompts in which a task can be asked; (None,) if it has one."""
    if catalog.definition(task).get("class") != BOOK:
        return (None,)
    from heptathlon.builders.sort import paper

    first = paper.DEFAULT_PROMPT
    return (first, *(n for n in range(len(paper.PROMPTS)) if n != first))


def _examples(told: Mapping[str, Any], doc: Doc, count: int, shots: Sequence[Doc]) -> Sequence[Doc]:
    """Return the first worked examples, which is what the suite's sampler takes.

    Raises:
        ValueError: if the task has no such examples, or too few.
    """
    if told.get("fewshot_config", {}).get("sampler") != "first_n" or len(shots) < count:
        raise ValueError("the task has no such worked examples")
    del doc  # The examples are of a split of their own, so the document is not among them.
    return shots[:count]


def _answer(told: Mapping[str, Any], example: Doc) -> str:
    target = _call(told["doc_to_target"], example)
    if isinstance(target, int):
        return str(_call(told["doc_to_choice"], example)[target])
    return str(target[0] if isinstance(target, list) else target)


def _call(name: str, doc: Doc) -> Any:
    return catalog.function(name)(doc)


def _joined(first: str, second: str, joint: str) -> str:
    if not first or not second:
        return first or second
    spaced = first[-1].isspace() or second[0].isspace()
    return first + second if spaced else first + joint + second


# --- from turns to a prompt ----------------------------------------------------------------------

Render = Callable[..., tuple[str, list[dict[str, Any]]]]
"""Applies a template to messages; :class:`.templates.Rendering` is one."""


def plain(turns: Sequence[Turn]) -> str:
    """Return a prompt without a chat template."""
    return "".join(turn.content + turn.joint for turn in turns)


def chat(turns: Sequence[Turn], asked: Asked) -> list[dict[str, Any]]:
    """Return the messages that a template is applied to."""
    if asked.multiturn:
        return [{"role": t.role, "content": t.content} for t in turns]
    system = [t for t in turns[:1] if t.role == "system"]
    rest = list(turns[len(system) :])
    begun = [rest.pop()] if rest[-1].role == "assistant" else []
    rest[-1] = Turn(rest[-1].role, rest[-1].content)
    whole = Turn("user", plain(rest))
    return [{"role": t.role, "content": t.content} for t in (*system, whole, *begun)]


def with_pictures(messages: Sequence[Mapping[str, Any]], asked: Asked) -> list[dict[str, Any]]:
    """Return messages whose contents are lists of texts and pictures, as a processor takes them."""
    return [{**m, "content": _parts(m["content"], asked)} for m in messages]


def _parts(text: str, asked: Asked) -> list[dict[str, Any]]:
    if not asked.interleave:
        count = min(asked.images, text.count(PLACEHOLDER))
        pictures: list[dict[str, Any]] = [{"type": "image", "image": None} for _ in range(count)]
        return [*pictures, {"type": "text", "text": text.replace(PLACEHOLDER, "")}]
    pieces = text.split(PLACEHOLDER)
    out: list[dict[str, Any]] = []
    for number, piece in enumerate(pieces):
        if piece:
            out.append({"type": "text", "text": piece})
        if number < len(pieces) - 1 and number < asked.images:
            out.append({"type": "image"})
    return out


def prompt_of(turns: Sequence[Turn], asked: Asked, render: Render | None) -> Any:
    """Return the prompt as lm-eval hands it to the model and records it.

    Args:
        turns: the messages.
        asked: how the model was asked.
        render: applies the chat template, where one is applied to text.
    """
    if not asked.chat:
        return plain(turns)
    messages = chat(turns, asked)
    if asked.speaks == "joined":
        return "\n\n".join(m["content"] for m in messages)
    if asked.speaks == "messages" and [m["role"] for m in messages] == ["user"]:
        return messages[0]["content"]
    if asked.speaks in ("server", "messages"):
        return json.dumps(messages, ensure_ascii=False)
    assert render is not None
    if asked.speaks == "processor":
        messages = with_pictures(messages, asked)
    text, _ = render(messages, go=messages[-1]["role"] == "assistant")
    return text


# --- from a prompt to requests -------------------------------------------------------------------


def requests_of(task: str, doc: Doc, asked: Asked, prompt: Any) -> list[Arguments]:
    """Return the arguments of each request of a document, in order.

    Args:
        task: a leaf task.
        doc: the document.
        asked: how the model was asked.
        prompt: its prompt.
    """
    told = catalog.definition(task)
    more: Arguments = ({"visual": shown(told, doc)},) if told.get("doc_to_image") else ()
    if told.get("output_type", "generate_until") == "generate_until":
        return [(prompt, generation_of(task, asked), *more)]
    joint = told.get("target_delimiter", " ")
    if asked.chat:
        begun = _words_of(task, doc, asked).begun
        joint = joint if begun and not begun[-1].isspace() else ""
    options = [f"{joint}{option}" for option in catalog.choices_of(task, doc)]
    made: list[Arguments] = [(prompt, option, *more) for option in options]
    if any(entry["metric"] == MUTUAL for entry in told.get("metric_list", ())):
        made += [("", option, *more) for option in options]
    return made


def generation_of(task: str, asked: Asked) -> dict[str, Any]:
    """Return the arguments of generation of a task's requests."""
    own: dict[str, Any] = deepcopy(catalog.definition(task).get("generation_kwargs") or {})
    own |= json.loads(asked.generation)
    return own


def shown(told: Mapping[str, Any], doc: Doc) -> list[str]:
    """Return what lm-eval records of a document's pictures: their form and size."""
    return [_ADDRESS.sub(">", str(picture)) for picture in _call(told["doc_to_image"], doc)]


def recorded(requests: Sequence[Arguments]) -> dict[str, dict[str, Any]]:
    """Return requests as lm-eval writes them into its samples."""
    return {
        f"gen_args_{number}": {f"arg_{place}": value for place, value in enumerate(arguments)}
        for number, arguments in enumerate(requests)
    }


def without_addresses(arguments: Any) -> Any:
    """Return recorded arguments without the places of pictures in a process's memory.

    Messages for a server, which lm-eval keeps as JSON in a named tuple and so writes as a list of
    one text, become that text. Anything of another form stays as it is.
    """
    if not isinstance(arguments, dict):
        return arguments
    out = {}
    for key, one in arguments.items():
        if isinstance(one, dict):
            one = {k: _bare(v) for k, v in one.items()}
        out[key] = one
    return out


def _bare(value: Any) -> Any:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return value[0]
    if isinstance(value, dict) and value.keys() == {"visual"} and isinstance(value["visual"], list):
        shown = [_ADDRESS.sub(">", p) if isinstance(p, str) else p for p in value["visual"]]
        return {"visual": shown}
    return value


def digest_of(arguments: Any) -> str:
    """Return the digest of recorded arguments, by which a line may carry them."""
    return hashlib.sha256(canonical_json(without_addresses(arguments)).encode()).hexdigest()


def prompt_hash(prompt: Any) -> str:
    """Return lm-eval's own hash of a prompt."""
    return hashlib.sha256(str(_bare(prompt)).encode()).hexdigest()


def target_of(task: str, doc: Doc) -> str:
    """Return the gold answer as lm-eval records it."""
    return str(_call(catalog.definition(task)["doc_to_target"], doc))


def rendered(
    task: str,
    docs: Sequence[Doc],
    asked: Asked,
    shots: Sequence[Doc] = (),
    render: Render | None = None,
) -> Iterator[list[Arguments]]:
    """Yield the requests of each document."""
    for doc in docs:
        turns = turns_of(task, doc, asked, shots)
        yield requests_of(task, doc, asked, prompt_of(turns, asked, render))
