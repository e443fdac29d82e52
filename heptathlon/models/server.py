"""Asking a server over HTTP: many questions at once, each as often as it takes, none in vain.

Built on the client of ``openai``, in place of ``inspect_ai``'s model layer. Both were read.
Inspect's has every provider, but no log-likelihood of a prompt's options, which half of the suite's
tasks ask for, and it brings a terminal interface, a debugger and S3 along. The client has what is
hard to get right (back-off with jitter, ``Retry-After`` in seconds, milliseconds and as a date,
time-outs, a pool of connections), sends any body to any address, and so serves lm-eval's own
classes of API models as well as the suite's. What is added here is what it leaves to its callers:
an answer that is none, though its state says that all is well; a server that knows a parameter by
another name or not at all; the line between one question that fails and a server that does.
"""

import asyncio
import contextlib
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from heptathlon.errors import HeptathlonError
from heptathlon.models.habits import Habits
from heptathlon.models.replies import UnreadableError
from heptathlon.models.told import whole

MAX_REPLY_BYTES = 64 * 2**20
"""An answer with the log-probabilities of a long prompt takes some of it."""
LOOKS = 3
"""How often a question is asked to which the answers cannot be read: the next ones rarely can."""
IN_A_ROW = 3
"""Failures, one after the other, of which the server is the cause and not the questions."""
EXTRA = "api"
PATIENT = 429
_TOO_LONG = re.compile(
    r"context (?:length|size|window)|too long|maximum (?:context|input|prompt)|exceed",
    re.IGNORECASE,
)
"""A refusal that is about one question's length, and says nothing of the others."""
_HOPELESS = frozenset({301, 302, 303, 307, 308, 401, 403, 404, 405, 407})
"""States that every other question would meet too."""
_PLACE = "; look at the model's name, and at the address that was asked, {url}"
_KEY = "; is the right key in the environment variable {key}?"
_LOOK = {401: _KEY, 403: _KEY, 404: _PLACE, 405: _PLACE}
"""What to look at where the first question meets a state."""

logger = logging.getLogger("heptathlon")


class RefusedError(Exception):
    """A question that the server will not answer, however often it is asked."""

    def __init__(self, says: str, state: int = 0) -> None:
        super().__init__(says)
        self.state = state


Read = Callable[[Any], Any]
"""Turns a body into an answer, or raises :class:`.replies.UnreadableError`."""
_reading: ContextVar[tuple[Read, float]] = ContextVar("reading")


class Server:
    """A server's address, and how patiently it is asked.

    Args:
        url: the whole address that questions are sent to.
        headers: headers with the key, if there is one; they are sent to this address only.
        concurrency: questions that are under way at once.
        tries: how often a question is sent before it is given up.
        timeout: seconds without a whole answer after which a try has failed.
        verify: whether the server's certificate is checked, or a file of authorities to trust.
        key_variable: environment variable that the key came from, for what a refusal says.

    Raises:
        HeptathlonError: if the address is none, or the extra is not installed.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        concurrency: int = 8,
        tries: int = 6,
        timeout: float = 300.0,
        verify: bool | str = True,
        key_variable: str = "of the key",
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise HeptathlonError(f"{url!r}: no address; give one such as https://host/v1.")
        self.url, self.host = url, parts.netloc.rpartition("@")[2]
        self._shown = f"{parts.scheme}://{self.host}{parts.path}"
        self._key = key_variable
        self._headers = dict(headers or {})
        self.concurrency, self._tries, self._timeout = max(1, concurrency), max(1, tries), timeout
        self._verify = verify
        self.habits = Habits()
        self.answered = 0
        self._in_a_row = 0
        _library()

    def ask(
        self,
        bodies: Sequence[Callable[[], Mapping[str, Any]]],
        read: Callable[[int, Any], Any],
        keep: Callable[[int, Any], None],
        failed: Callable[[int, str], None],
    ) -> None:
        """Ask all questions, and hand on each answer as it comes.

        Args:
            bodies: make the questions' bodies, each when it is sent.
            read: turns the body of an answer to the question at a place into the answer, or raises
                :class:`.replies.UnreadableError`.
            keep: takes the place of a question and its answer.
            failed: takes the place of a question that has none while others have, and why.

        Raises:
            HeptathlonError: if the server is down or refuses every question; what was under way
                has been waited for.
        """
        if bodies:
            asyncio.run(self._ask(bodies, read, keep, failed))

    async def _ask(
        self,
        bodies: Sequence[Callable[[], Mapping[str, Any]]],
        read: Callable[[int, Any], Any],
        keep: Callable[[int, Any], None],
        failed: Callable[[int, str], None],
    ) -> None:
        stopped: list[HeptathlonError] = []
        self._in_a_row = 0
        enough = min(IN_A_ROW, len(bodies)) if not self.answered else IN_A_ROW
        pending = iter(range(len(bodies)))
        lost: list[tuple[int, str]] = []

        async def work(client: Any, places: Iterator[int]) -> None:
            for place in places:
                if stopped:
                    return
                try:
                    answer = await self._one(client, bodies[place](), _at(read, place))
                except RefusedError as refused:
                    self._in_a_row += not _TOO_LONG.search(str(refused))
                    if refused.state in _HOPELESS or self._in_a_row >= enough:
                        stopped.append(HeptathlonError(f"{self.host}: {refused}."))
                        return
                    lost.append((place, str(refused)))
                    continue
                self._in_a_row = 0
                self.answered += 1
                keep(place, answer)

        async with self._client() as client:
            # The first one finds out what the server takes, before many are refused alike.
            await work(client, iter([next(pending)]))
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self.concurrency, len(bodies))):
                    group.create_task(work(client, pending))
        if stopped:
            raise stopped[0]
        for place, why in lost:
            failed(place, why)

    async def _one(self, client: Any, wanted: Mapping[str, Any], read: Read) -> Any:
        while True:
            body = self.habits.applied(wanted)
            try:
                return read(await self._sent(client, body, read))
            except RefusedError as refused:
                # Another question may have met the same refusal and learnt from it meanwhile.
                newer = self.habits.applied(wanted) != body
                if refused.state not in (400, 422):
                    raise
                if not newer and not self.habits.learn(body, str(refused)):
                    raise

    async def _sent(self, client: Any, body: Mapping[str, Any], read: Read) -> Any:
        """Return the parsed body of an answer that can be read.

        Raises:
            RefusedError: if there is none, after so many tries as make sense.
        """
        openai = _library()
        token = _reading.set((read, self._timeout))
        try:
            raw = await client.post(
                self.url,
                body=dict(body),
                cast_to=bytes,
                options={"headers": {**_nothing_of_the_environment(), **self._headers}},
            )
        except openai.APIStatusError as error:
            raise self._refusal(error) from None
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            says = whole(str(cause) or type(cause).__name__)[:200]
            look = "" if self.answered else f"; is a server started at {self._shown}?"
            raise RefusedError(f"gave no reply in {self._tries} tries ({says}){look}") from None
        finally:
            _reading.reset(token)
        answer = json.loads(raw)
        if isinstance(model := answer.get("model"), str):
            self.habits.models.setdefault(_name(whole(model)[:200]))
        return answer

    def _refusal(self, error: Any) -> RefusedError:
        state = int(error.status_code)
        says = " ".join(whole(_says(error.body) or str(error)).split())[:300]
        if asked := error.response.headers.get("x-heptathlon"):
            return RefusedError(says if asked == "unreadable" else f"gave no reply ({says})")
        if state == PATIENT or state >= 500 or state in (408, 409):
            wait = error.response.headers.get("retry-after", "")
            asks = f", asks to wait {wait[:40]} s" if wait else ""
            return RefusedError(
                f"gave no reply in {self._tries} tries (state {state}{asks}: {says})"
            )
        look = "" if self.answered else _LOOK.get(state, "").format(url=self._shown, key=self._key)
        return RefusedError(f"refuses the question with state {state} ({says}){look}", state)

    @contextlib.asynccontextmanager
    async def _client(self) -> Any:
        openai = _library()
        client = openai.AsyncOpenAI(
            # The key, if there is one, stands in the headers of each question.
            api_key="none",
            base_url=f"{self.url}/",
            max_retries=self._tries - 1,
            timeout=self._timeout,
            http_client=openai.DefaultAsyncHttpxClient(
                # A redirected question would be another request, to another server.
                follow_redirects=False,
                verify=_certificates(self._verify),
                timeout=self._timeout,
                event_hooks={"response": [_whole_answer]},
            ),
        )
        async with client:
            yield client


def _nothing_of_the_environment() -> dict[str, Any]:
    """Return headers that keep the client from sending what is meant for OpenAI to others."""
    omitted = _library().Omit()
    return dict.fromkeys(("Authorization", "OpenAI-Organization", "OpenAI-Project"), omitted)


def _at(read: Callable[[int, Any], Any], place: int) -> Read:
    return lambda body: read(place, body)


async def _whole_answer(response: Any) -> None:
    """Read a response within bounds, and give one that cannot be used the state of a failure.

    The client tries a failure again, with all its patience.
    """
    read, timeout = _reading.get()
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(timeout):
            async for piece in response.aiter_bytes():
                pieces.append(piece)
                if (size := size + len(piece)) > MAX_REPLY_BYTES:
                    break
    except TimeoutError:
        _fail(response, f"no whole answer within {timeout:g} s", kind="late")
        return
    # What ``aread`` keeps, too, so that nobody reads the stream a second time.
    response._content = b"".join(pieces)
    if not response.is_success:
        return
    if size > MAX_REPLY_BYTES:
        _fail(response, "an answer larger than any reply")
        return
    try:
        body = json.loads(response._content)
    except (ValueError, RecursionError):
        _fail(response, "an answer that is no JSON")
        return
    try:
        read(body)
    except UnreadableError as error:
        if state := _state(body):
            response.status_code = state
        else:
            _fail(response, str(error))


def _fail(response: Any, why: str, kind: str = "unreadable") -> None:
    response.status_code = 502
    response._content = json.dumps({"error": {"message": why}}).encode()
    response.headers["content-type"] = "application/json"
    response.headers["x-heptathlon"] = kind
    tries = response.request.headers.get("x-stainless-retry-count", "0")
    if kind == "unreadable" and int(tries) + 1 >= LOOKS:
        response.headers["x-should-retry"] = "false"


def _state(body: Any) -> int:
    """Return the state that an error body names, which was sent as if all were well; else 0."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(error, Mapping):
        for name in ("code", "status", "status_code"):
            value = error.get(name)
            if isinstance(value, int) and 400 <= value < 600:
                return value
    return 0


def _name(model: str) -> str:
    """Return a model's name; of a path on the server's machine, its last part."""
    is_path = model.startswith(("/", ".", "~")) or "\\" in model or model.count("/") > 1
    return re.split(r"[/\\]", model)[-1] if is_path else model


def _says(body: Any) -> str:
    """Return the sentence of an error's body."""
    while isinstance(body, Mapping):
        body = body.get("message") or body.get("error") or body.get("detail") or str(dict(body))
    return str(body or "")


def _certificates(verify: bool | str) -> Any:
    if not isinstance(verify, str):
        return verify
    import ssl

    try:
        return ssl.create_default_context(cafile=verify)
    except OSError as error:
        raise HeptathlonError(f"{verify}: no file of certificates ({error}).") from None


def _library() -> Any:
    try:
        import openai
    except ImportError:
        raise HeptathlonError(
            f"Asking a server needs the package openai; install the extra {EXTRA!r}: "
            f"pip install 'heptathlon[{EXTRA}]'."
        ) from None
    # Each request would be a line of the log.
    for name in ("openai", "httpx", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return openai
