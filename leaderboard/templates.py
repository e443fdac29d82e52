"""What a chat template does to messages: rendered apart, and whether it only frames them.

A template travels with a run as text. Rendering it again shows that the recorded prompts are what
it makes of the suite's messages. That is no proof of fairness, because a template can say
anything: so it may put fixed text around the messages, of words that only name roles, and nothing
else. Any other is shown as a template of its own, and its row has no rank.
"""

import json
import re
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from heptathlon.errors import OwnFaultError
from heptathlon.harmless import label
from heptathlon.leaderboard import sandbox

MAX_TEMPLATE = 2**17
"""Characters of a template; those that call tools have some 20,000."""
SECONDS = 5.0
"""Time for one conversation."""
MAX_FRAME = 4096
"""Characters of the fixed text around messages."""
MAX_DIGITS = 24
"""Digits in a frame: two dates have sixteen."""

Message = dict[str, Any]

SAID = (
    "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.",
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face",
    "You are a helpful assistant.",
    "Cutting Knowledge Date: December 2023",
    "Cutting Knowledge Date:",
    "Today Date:",
)
"""Sentences with which published templates begin of their own, which say nothing of a task."""
_MARKS = (
    "system user assistant model human bot ai chatbot tool gpt gpt4 instruction instructions",
    "response input output prompt message messages im start end header id eot eom bos eos sep",
    "begin of text endoftext endofprompt turn s inst sys think no channel return constrain",
    "analysis final commentary reserved special token tokens extra pad unk cls mask call unused",
    "sentence ipython python environment role developer correct",
    "jan feb mar apr may jun jul aug sep oct nov dec january february march april june july august",
    "september october november december mon tue wed thu fri sat sun monday tuesday wednesday",
    "thursday friday saturday sunday",
)
_FRAMING = frozenset(word for line in _MARKS for word in line.split())
"""Words of the marks between turns, and of dates."""
_BEGUN = re.compile(r"(?<![\w<|/\[{])(?:\d+|no)(?![\w>|\]}])", re.IGNORECASE)
"""What could be an answer of its own, outside a mark, behind the last message."""


class OwnTemplateError(Exception):
    """A template cannot be rendered, or does more than to frame; the message says what."""


class Rendering:
    """A process that renders one template.

    Args:
        template: the template's text.
        seen: what it sees besides the messages, such as ``bos_token``.
        day: the day on which it is rendered.
    """

    def __init__(self, template: str, seen: Mapping[str, Any], day: date) -> None:
        if len(template) > MAX_TEMPLATE:
            raise OwnTemplateError(f"it has more than {MAX_TEMPLATE:,} characters")
        told = {"template": template, "seen": dict(seen), "day": day.isoformat()}
        # -I: neither the environment nor the folder can put another module in the way.
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", str(Path(sandbox.__file__).resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
        )
        self._say(told)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def __call__(
        self, messages: Sequence[Message], *, go: bool = False
    ) -> tuple[str, list[Message]]:
        """Return a conversation as a prompt, and the messages that are in it.

        As in lm-eval, a template that refuses is asked again without the system's message.

        Args:
            messages: the conversation.
            go: whether its last message is a begun answer that goes on.

        Raises:
            OwnTemplateError: if the template cannot be rendered.
            OwnFaultError: if the process cannot be started.
        """
        used = list(messages)
        answer = self._ask(used, go)
        if "refused" in answer:
            used = [m for m in messages if m["role"] != "system"]
            answer = self._ask(used, go)
        text = answer.get("text")
        if not isinstance(text, str):
            fault = answer.get("fault") or f"it fails ({answer.get('refused')})"
            raise OwnTemplateError(label(str(fault), 80))
        return text, used

    def _ask(self, messages: Sequence[Message], go: bool) -> dict[str, Any]:
        self._say({"messages": list(messages), "go": go})
        out = self._process.stdout
        assert out is not None
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([out], [], [], SECONDS)
            if not ready:
                raise OwnTemplateError(f"it takes more than {SECONDS:g} seconds")
            piece = out.read1(2**20)  # type: ignore[attr-defined]
            if not piece:
                raise OwnTemplateError("it takes more time or memory than a template needs")
            line += piece
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _say(self, value: object) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            pipe.write(json.dumps(value).encode() + b"\n")
            pipe.flush()
        except BrokenPipeError:
            raise OwnTemplateError("it takes more time or memory than a template needs") from None


@lru_cache(maxsize=1)
def works() -> None:
    """Check once that templates can be rendered on this machine.

    Raises:
        OwnFaultError: if they cannot, which is not the fault of any template.
    """
    try:
        with Rendering("{{ messages[0]['content'] }}", {}, date(2026, 1, 1)) as render:
            text, _ = render([{"role": "user", "content": "x"}])
    except (OSError, OwnTemplateError) as error:
        raise OwnFaultError(
            f"chat templates cannot be rendered on this machine ({error}); they need a process of "
            f"{sandbox.MEMORY:,} bytes with Jinja2."
        ) from None
    if text != "x":
        raise OwnFaultError("chat templates are not rendered rightly on this machine.")


@dataclass(frozen=True)
class Frame:
    """The fixed text around messages of given roles.

    Attributes:
        pieces: what stands before, between and behind the messages' contents, in order.
    """

    pieces: tuple[str, ...]

    def fits(self, text: str, contents: Sequence[str]) -> bool:
        """Tell whether a prompt is the frame with these contents, with outer space or without."""
        return any(
            text == self._filled([strip(content) for content in contents])
            for strip in (str, str.strip, str.lstrip, str.rstrip)
        )

    def _filled(self, contents: Sequence[str]) -> str:
        out = [self.pieces[0]]
        for content, piece in zip(contents, self.pieces[1:], strict=True):
            out += [content, piece]
        return "".join(out)

    def excess(self) -> str:
        """Return what the fixed text says beyond marks, roles and dates; empty if nothing."""
        text = " ".join(self.pieces)
        for known in SAID:
            text = text.replace(known, " ")
        words = re.findall(r"[^\W\d_]+", text)
        others = [word for word in words if word.casefold() not in _FRAMING]
        if len(text) > MAX_FRAME:
            return "long text of its own"
        if others:
            return " ".join(others)
        if sum(c.isdigit() for c in text) > MAX_DIGITS:
            return "many digits"
        begun = _BEGUN.search(self.pieces[-1])
        return f"the beginning of an answer, {begun[0]}" if begun else ""


def texts_of(messages: Sequence[Message]) -> list[str]:
    """Return the texts in messages, in order; pictures have none."""
    out: list[str] = []
    for message in messages:
        content = message["content"]
        parts = [{"text": content}] if isinstance(content, str) else content
        out += [part["text"] for part in parts if "text" in part]
    return out


def shape_of(messages: Sequence[Message]) -> tuple[Any, ...]:
    """Return what messages are apart from their texts: roles, and where pictures stand."""
    return tuple(
        (m["role"], m["content"] if m["content"] == "" else None)
        if isinstance(m["content"], str)
        else (m["role"], tuple(part["type"] for part in m["content"]))
        for m in messages
    )


def frame_of(render: "Rendering", messages: Sequence[Message]) -> Frame:
    """Return the fixed text that a template puts around messages of the shape of these.

    The last one being the assistant's, it is a begun answer.

    Raises:
        OwnTemplateError: if the text is not the same for two different probes.
    """
    found = [_pieces(render, messages, p) for p in ("probe{}one", "Another {} probe? Yes.")]
    if found[0] != found[1]:
        raise OwnTemplateError("it writes other text around other messages")
    return Frame(found[0])


def _pieces(render: "Rendering", messages: Sequence[Message], probe: str) -> tuple[str, ...]:
    numbers = iter(range(10**6))

    def asked(content: Any) -> Any:
        if isinstance(content, str):
            number = next(numbers)
            return content and probe.format("abcdefghij"[number % 10] * (number // 10 + 3))
        return [
            {**part, "text": asked(part["text"])} if "text" in part else part for part in content
        ]

    probes = [{**m, "content": asked(m["content"])} for m in messages]
    text, used = render(probes, go=probes[-1]["role"] == "assistant")
    pieces = []
    for content in filter(None, texts_of(used)):
        if text.count(content) != 1:
            raise OwnTemplateError("it does not keep a message as it is")
        before, _, text = text.partition(content)
        pieces.append(before)
    return (*pieces, text)
