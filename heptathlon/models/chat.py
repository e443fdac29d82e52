"""Asking another model: a server that speaks OpenAI's chat protocol, or one of lm-eval's models.

Both take questions and yield replies as they come, with the place of the question, so that each can
be kept before the next one is lost.
"""

import base64
import http.client
import io
import json
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any, Protocol
from urllib.parse import urlsplit

from heptathlon.errors import HeptathlonError
from heptathlon.files import loads_strict
from heptathlon.tasks.rubrics import Question

KEY_VARIABLE = "HEPTATHLON_JUDGE_KEY"
"""Environment variable of the key. A name of its own: a key for one server is not sent to others
by mistake."""
MAX_REPLY_BYTES = 8 * 2**20
MAX_WAIT = 60.0
"""Seconds that a server may make us wait between two tries."""
RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""States in which the same question may be answered later."""


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

    def ask(self, questions: Sequence[Question]) -> Iterator[tuple[int, str]]:
        """Yield (place of the question, reply) as replies come, each place once."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected question would become another request, with the key, to another server."""

    def redirect_request(self, *_: Any) -> None:
        return None


class ChatServer:
    """A server with ``POST <base>/chat/completions``.

    Args:
        base_url: address up to and with ``/v1`` or the like.
        model: name of the model there.
        max_tokens: tokens of a reply.
        concurrency: questions that are under way at once.
        tries: how often a question is sent before it is given up.
        timeout: seconds without an answer after which a try has failed.
        first_wait: seconds before the second try; doubled for each further one.

    Raises:
        HeptathlonError: if the address is none.
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
        first_wait: float = 1.0,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise HeptathlonError(f"{base_url!r}: no address; give one such as https://host/v1.")
        if parts.username or parts.password or parts.query:
            raise HeptathlonError(
                f"The address of {parts.hostname} holds a name, a key or a query; give it without, "
                f"and the key in {KEY_VARIABLE}."
            )
        self.url = f"{base_url.rstrip('/')}/chat/completions"
        self.name = model
        self.host = parts.netloc
        self.settings = {"temperature": 0, "max_tokens": max_tokens}
        self._concurrency, self._tries, self._timeout = concurrency, tries, timeout
        self._first_wait = first_wait
        self._opener = urllib.request.build_opener(_NoRedirect)

    def ask(self, questions: Sequence[Question]) -> Iterator[tuple[int, str]]:
        """Yield replies as they come.

        Raises:
            HeptathlonError: if a question is refused, or failed so often that it is given up.
        """
        pool = ThreadPoolExecutor(self._concurrency)
        stopped = threading.Event()
        try:
            places = {pool.submit(self._reply, q, stopped): i for i, q in enumerate(questions)}
            failed: HeptathlonError | None = None
            for done in as_completed(places):
                try:
                    reply = done.result()
                except HeptathlonError as error:
                    # The first one tells why; what is under way is still worth keeping.
                    failed = failed or error
                    continue
                if reply is not None:
                    yield places[done], reply
            if failed is not None:
                raise failed
        finally:
            # What was not sent yet is not sent any more when a person stops.
            stopped.set()
            pool.shutdown(wait=True, cancel_futures=True)

    def _reply(self, question: Question, stopped: threading.Event) -> str | None:
        """Return the reply; None if asking was stopped before there was one.

        A question that fails for good stops the others, before they are sent.
        """
        try:
            return self._tried(question, stopped)
        except HeptathlonError:
            stopped.set()
            raise

    def _tried(self, question: Question, stopped: threading.Event) -> str | None:
        if stopped.is_set():
            return None
        body = json.dumps(
            {"model": self.name, "messages": _messages(question), **self.settings}
        ).encode()
        wait = self._first_wait
        for number in range(1, self._tries + 1):
            try:
                return self._once(body)
            except _LaterError as later:
                if number == self._tries:
                    raise HeptathlonError(
                        f"{self.host}: gave no reply in {number} tries ({later}); call again later."
                    ) from None
                if stopped.wait(min(MAX_WAIT, max(wait, later.wait))):
                    return None
                wait *= 2
        raise AssertionError("every try returns or raises")

    def _once(self, body: bytes) -> str:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key := os.environ.get(KEY_VARIABLE):
            headers["Authorization"] = f"Bearer {key}"
        # The scheme was checked to be http or https.
        request = urllib.request.Request(self.url, data=body, headers=headers)  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                raw = answer.read(MAX_REPLY_BYTES + 1)
        except urllib.error.HTTPError as error:
            says = " ".join(_start(error).split())[:200]
            if error.code in RETRIED:
                raise _LaterError(f"state {error.code}", _seconds(error)) from None
            raise HeptathlonError(
                f"{self.host}: refuses the question with state {error.code}"
                f"{f' ({says})' if says else ''}."
            ) from None
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            raise _LaterError(str(error) or type(error).__name__) from None
        return _content(raw)


class _LaterError(Exception):
    """A try failed in a way in which a later one need not."""

    def __init__(self, says: str, wait: float = 0.0) -> None:
        super().__init__(says)
        self.wait = wait


def _start(error: urllib.error.HTTPError) -> str:
    try:
        return error.read(1000).decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return ""


def _seconds(error: urllib.error.HTTPError) -> float:
    """Return how long the server asks to wait, where it says so in seconds."""
    text = (error.headers.get("Retry-After") or "").strip()
    return float(text) if text.isdecimal() and len(text) < 6 else 0.0


def _messages(question: Question) -> list[dict[str, Any]]:
    user: Any = question.text
    if question.pictures is not None:
        user = [{"type": "text", "text": question.text}]
        for picture in question.pictures():
            stream = io.BytesIO()
            picture.save(stream, format="PNG")
            data = base64.b64encode(stream.getvalue()).decode()
            url = {"url": f"data:image/png;base64,{data}"}
            user.append({"type": "image_url", "image_url": url})
    return [{"role": "system", "content": question.system}, {"role": "user", "content": user}]


def _content(raw: bytes) -> str:
    """Return the reply's text; what is no such answer is asked for again."""
    if len(raw) > MAX_REPLY_BYTES:
        raise _LaterError("an answer larger than any reply")
    try:
        answer = loads_strict(raw.decode(), where="answer")
        text = answer["choices"][0]["message"]["content"]
    except (HeptathlonError, UnicodeDecodeError, KeyError, IndexError, TypeError):
        raise _LaterError("an answer that is not of the chat protocol") from None
    if text is None:
        return ""
    if not isinstance(text, str):
        raise _LaterError("an answer without a text")
    return text


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

    def ask(self, questions: Sequence[Question]) -> Iterator[tuple[int, str]]:
        """Yield replies, all of which come together.

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
        yield from enumerate(map(str, replies))

    def _prompt(self, question: Question) -> str:
        if not getattr(getattr(self._lm, "tokenizer", None), "chat_template", None):
            return f"{question.system}\n\n{question.text}".strip()
        roles = (("system", question.system), ("user", question.text))
        turns = [{"role": role, "content": text} for role, text in roles if text]
        return str(self._lm.apply_chat_template(turns))
