"""A stranger's chat template, rendered where it can do nothing: a process of its own, with limits.

Called as a script, with nothing but the standard library and Jinja2. It reads a line of JSON that
holds the template and what it may see, then one line a conversation, and answers each with a line.
The environment is the one in which transformers renders templates (trimmed blocks, loop controls,
``tojson``, ``raise_exception``, ``strftime_now``, ``{% generation %}``), sandboxed and immutable.
"""

import contextlib
import json
import re
import sys
from datetime import date
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

MEMORY = 384 * 2**20
"""Bytes of address space of this process."""
CPU = 60
"""Seconds of processor time for all conversations."""
ROOM = 2**16
"""Characters that a template may add to a conversation's own."""
TAG = "⟦the answer goes on here⟧ "
"""Marks where a begun answer ends, so that what the template puts behind it can be cut off."""
_COARSE = re.compile(r"%-?[aAbBdejmyY]")
"""Directives of a date that do not change within a day."""


class Passing(Extension):
    """``{% generation %}``: marks what a model writes while it is trained; here it does nothing."""

    tags = {"generation"}  # noqa: RUF012

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        """Return the block's own statements."""
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class PlainNamespace(Namespace):
    """A namespace without attributes of Python's own."""

    def __init__(self, *args: Any, **values: Any) -> None:
        given = dict(*args, **values)
        if any(str(name).startswith("_") for name in given):
            raise TemplateError("a namespace's names do not begin with an underscore")
        super().__init__(given)

    def __setitem__(self, name: str, value: Any) -> None:
        if str(name).startswith("_"):
            raise TemplateError("a namespace's names do not begin with an underscore")
        super().__setitem__(name, value)


def limit() -> None:
    """Take from this process what a template could use up, and every way out of it."""
    try:
        import resource
    except ImportError:  # not on this system; the caller's clock is the limit
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 3),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def environment(day: date) -> ImmutableSandboxedEnvironment:
    """Return the environment that a template of transformers expects.

    Args:
        day: what ``strftime_now`` says; a template that asks for more than the day is refused.
    """

    def refuse(message: object) -> str:
        raise TemplateError(str(message)[:200])

    def tojson(
        value: Any,
        ensure_ascii: bool = False,
        indent: int | None = None,
        separators: tuple[str, str] | None = None,
        sort_keys: bool = False,
    ) -> str:
        return json.dumps(
            value,
            ensure_ascii=ensure_ascii,
            indent=indent,
            separators=separators,
            sort_keys=sort_keys,
        )

    def now(form: str) -> str:
        if "%" in _COARSE.sub("", form):
            raise TooFineError("it asks for the time of day")
        return day.strftime(form)

    made = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Passing, loopcontrols]
    )
    made.filters["tojson"] = tojson
    made.globals = {
        **{k: v for k, v in made.globals.items() if k in ("range", "cycler", "joiner")},
        "raise_exception": refuse,
        "strftime_now": now,
        "dict": lambda *args, **values: dict(*args, **values),
        "namespace": PlainNamespace,
    }
    return made


class TooFineError(Exception):
    """A template asks for the time of day, which is not recorded."""


class BrokenTemplateError(Exception):
    """A template cannot be compiled."""


def rendered(template: Any, seen: dict[str, Any], messages: list[dict[str, Any]], go: bool) -> str:
    """Return a conversation in a template, up to where the model writes.

    Args:
        template: the compiled template.
        seen: what it sees besides the messages.
        messages: the conversation.
        go: whether its last message is a begun answer that goes on.

    Raises:
        TemplateError: if the template refuses, or writes more than it was given to write.
    """
    chat = [dict(message) for message in messages]
    if go:
        last = chat[-1]
        if isinstance(last["content"], str):
            last["content"] += TAG
        else:
            parts = [dict(part) for part in last["content"]]
            next(p for p in reversed(parts) if "text" in p)["text"] += TAG
            last["content"] = parts
    out: list[str] = []
    room = ROOM + sum(len(str(message)) for message in chat)
    for piece in template.generate(
        messages=chat, tools=None, documents=None, add_generation_prompt=not go, **seen
    ):
        out.append(piece)
        room -= len(piece)
        if room < 0:
            raise TemplateError("it writes more than a template needs")
    text = "".join(out)
    if go:
        if TAG.strip() not in text:
            raise TemplateError("it leaves the begun answer out")
        at = text.rindex(TAG.strip())
        text = text[:at] if text[at : at + len(TAG)] == TAG else text[:at].rstrip()
    return text


def main() -> None:
    """Render what stands on standard input."""
    # What is loaded when it is first needed is needed before files cannot be opened any more.
    made = environment(date(2026, 1, 1))
    for text in ("{{ x|tojson }}{{ strftime_now('%b') }}", "{{ raise_exception('x') }}", "{{"):
        with contextlib.suppress(TemplateError):
            "".join(made.from_string(text).generate(x=""))
    limit()
    told = json.loads(sys.stdin.readline())
    fault = ""
    template: Any = None
    try:
        template = environment(date.fromisoformat(told["day"])).from_string(told["template"])
    except Exception as error:
        fault = f"it is no template ({type(error).__name__})"
    for line in sys.stdin:
        asked = json.loads(line)
        answer: dict[str, Any]
        try:
            if fault:
                raise BrokenTemplateError(fault)
            text = rendered(template, told["seen"], asked["messages"], asked["go"])
            answer = {"text": text}
        except TemplateError as error:
            answer = {"refused": type(error).__name__}
        except (TooFineError, BrokenTemplateError) as error:
            answer = {"fault": str(error)}
        except (MemoryError, RecursionError):
            answer = {"fault": "it takes more memory than a template needs"}
        except Exception as error:
            # Whatever a template makes Python raise is the template's fault.
            answer = {"fault": f"it fails ({type(error).__name__})"}
        try:
            said = json.dumps(answer)
        except (TypeError, ValueError, MemoryError):
            said = json.dumps({"fault": "it writes no text"})
        sys.stdout.write(said + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
