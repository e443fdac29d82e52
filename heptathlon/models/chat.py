"""Asking another model: a server that speaks OpenAI's chat protocol, or one of lm-eval's models.

Both take questions and hand on replies as they come, with the place of the question, so that each
can be kept before the next one is lost.
"""

import base64
import io
import os
from collections.abc import Callable, Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

from heptathlon.errors import HeptathlonError
from heptathlon.models.replies import read_answer
from heptathlon.models.server import Server
from heptathlon.tasks.rubrics import Question

KEY_VARIABLE = "HEPTATHLON_JUDGE_KEY"
"""Environment variable of the key. A name of its own: a key for one server is not sent to others
by mistake."""
Keep = Callable[[int, str], None]
"""Takes the place of a question and the reply to it."""


class Asked(Protocol):
    """A model that is asked.

    Attributes:
        name: name of the model.
        host: where it runs; empty for this process.
        settings: what else can change a reply.
    """

    name: str
    host: str
    settings: dict[str, Any]

    def ask(self, questions: Sequence[Question], keep: Keep) -> None:
        """Hand on the replies as they come, each once."""


class ChatServer:
    """A server with ``POST <base>/chat/completions``.

    Args:
        base_url: address up to and with ``/v1`` or the like.
        model: name of the model there.
        max_tokens: tokens of a reply.
        concurrency: questions that are under way at once.
        tries: how often a question is sent before it is given up.
        timeout: seconds without an answer after which a try has failed.

    Raises:
        HeptathlonError: if the address is none, or the extra is not installed.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        max_tokens: int = 1024,
        concurrency: int = 4,
        tries: int = 6,
        timeout: float = 120.0,
    ) -> None:
        check_address(base_url, KEY_VARIABLE)
        self.name = model
        self.settings = {"temperature": 0, "max_tokens": max_tokens}
        key = os.environ.get(KEY_VARIABLE)
        self._server = Server(
            f"{base_url.rstrip('/')}/chat/completions",
            headers={"Authorization": f"Bearer {key}"} if key else {},
            concurrency=concurrency,
            tries=tries,
            timeout=timeout,
            key_variable=KEY_VARIABLE,
        )
        self.host = self._server.host

    def ask(self, questions: Sequence[Question], keep: Keep) -> None:
        """Hand on the replies as they come.

        Raises:
            HeptathlonError: if a question is refused, or failed so often that it is given up.
        """
        failed: list[str] = []

        def body(question: Question) -> Callable[[], dict[str, Any]]:
            return lambda: {"model": self.name, "messages": _turns(question), **self.settings}

        self._server.ask(
            [body(question) for question in questions],
            lambda _, found: read_answer(found),
            keep,
            lambda _, why: failed.append(why),
        )
        if failed:
            raise HeptathlonError(f"{self.host}: {failed[0]}.")


def check_address(base_url: str, key_variable: str) -> None:
    """Refuse an address that is none, or holds a name, a key or a query.

    Raises:
        HeptathlonError: with the place where a key belongs.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise HeptathlonError(f"{base_url!r}: no address; give one such as https://host/v1.")
    if parts.username or parts.password or parts.query:
        raise HeptathlonError(
            f"The address of {parts.hostname} holds a name, a key or a query; give it without, "
            f"and the key in {key_variable}."
        )


def content_of(text: str, pictures: Sequence[Any]) -> Any:
    """Return a message's content in OpenAI's form: the text, and pictures (PIL) after it."""
    if not pictures:
        return text
    content: list[dict[str, Any]] = [{"type": "text", "text": text}]
    for picture in pictures:
        stream = io.BytesIO()
        picture.save(stream, format="PNG")
        data = base64.b64encode(stream.getvalue()).decode()
        url = {"url": f"data:image/png;base64,{data}"}
        content.append({"type": "image_url", "image_url": url})
    return content


def _turns(question: Question) -> list[dict[str, Any]]:
    pictures = question.pictures() if question.pictures is not None else ()
    return [
        {"role": "system", "content": question.system},
        {"role": "user", "content": content_of(question.text, pictures)},
    ]


class LmEvalModel:
    """One of lm-eval's model classes, in this process; chat models through their template.

    Args:
        model: the class, such as ``hf``.
        model_args: its arguments, ``key=value,…``.
        batch_size: lm-eval's batch size.
        device: where it runs.
        max_tokens: tokens of a reply.
    """

    def __init__(
        self, model: str, model_args: str, batch_size: str, device: str | None, max_tokens: int
    ) -> None:
        import lm_eval.models  # noqa: F401
        from lm_eval.api.registry import get_model

        self.name = f"{model}:{model_args}"
        self.host = ""
        self.settings = {"until": [], "do_sample": False, "max_gen_toks": max_tokens}
        options = {"batch_size": batch_size, "device": device}
        self._lm: Any = get_model(model).create_from_arg_string(model_args, options)

    def ask(self, questions: Sequence[Question], keep: Keep) -> None:
        """Hand on the replies, all of which come together.

        Raises:
            HeptathlonError: for a question with pictures, or if replies are lost.
        """
        from lm_eval.api.instance import Instance

        if any(q.pictures is not None for q in questions):
            raise HeptathlonError(f"{self.name}: takes text only; ask a server that sees pictures.")
        requests = [
            Instance("generate_until", {}, (self._prompt(q), dict(self.settings)), i)
            for i, q in enumerate(questions)
        ]
        replies = self._lm.generate_until(requests) if requests else []
        if len(replies) != len(questions):
            raise HeptathlonError(
                f"{self.name}: gave {len(replies)} replies to {len(questions)} questions."
            )
        for place, reply in enumerate(replies):
            keep(place, str(reply))

    def _prompt(self, question: Question) -> str:
        if not getattr(getattr(self._lm, "tokenizer", None), "chat_template", None):
            return f"{question.system}\n\n{question.text}".strip()
        roles = (("system", question.system), ("user", question.text))
        turns = [{"role": role, "content": text} for role, text in roles if text]
        return str(self._lm.apply_chat_template(turns))
