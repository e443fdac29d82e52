"""A server of OpenAI's protocol that does as it is told, wrongly too. Standard library only."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Any]
"""State and body: bytes as they are, anything else as JSON; None breaks the connection."""


def chat(text: Any, finish: str = "stop", **message: Any) -> dict[str, Any]:
    """Return a body of the chat protocol."""
    return {
        "model": "served/model-1",
        "choices": [
            {"index": 0, "finish_reason": finish, "message": {"content": text, **message}}
        ],
        "usage": {
            "prompt_tokens": 11, "completion_tokens": 7,
            "completion_tokens_details": {"reasoning_tokens": 3},
        },
    }  # fmt: skip


def completion(text: Any, finish: str = "stop") -> dict[str, Any]:
    """Return a body of the completions protocol."""
    return {"choices": [{"index": 0, "text": text, "finish_reason": finish}]}


def older(tokens: list[str], values: list[float | None], greedy: bool = True) -> dict[str, Any]:
    """Return a completion with log-probabilities as parallel lists."""
    starts = [sum(map(len, tokens[:i])) for i in range(len(tokens))]
    top = [None if v is None else {"x": v if greedy else v + 1} for v in values]
    found = {
        "tokens": tokens, "token_logprobs": values, "top_logprobs": top, "text_offset": starts,
    }  # fmt: skip
    return {"choices": [{"index": 0, "text": "".join(tokens), "logprobs": found}]}


def newer(tokens: list[str], values: list[float | None], greedy: bool = True) -> dict[str, Any]:
    """Return a completion with log-probabilities as a list of objects."""
    content = [
        {
            "token": token, "logprob": value, "bytes": list(token.encode()),
            "top_logprobs": [] if value is None
            else [{"token": "x", "logprob": value if greedy else value + 1}],
        }
        for token, value in zip(tokens, values, strict=True)
    ]  # fmt: skip
    return {"choices": [{"index": 0, "text": "".join(tokens), "logprobs": {"content": content}}]}


class Server:
    """A server on this machine.

    Attributes:
        answer: returns the answer to the question of a number (from 1), its body and its path.
        bodies: all questions, in order.
        headers: of each question.
        more: headers of every answer.
        together: the most questions that were under way at once.
        slow: seconds that an answer takes.
    """

    def __init__(self) -> None:
        self.answer: Callable[[int, dict[str, Any]], Answer | None] = lambda n, b: (200, chat("A"))
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.more = {"Retry-After-Ms": "1"}
        self.together = 0
        self.slow = 0.0
        lock = threading.Lock()
        under_way = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.send_error(404)

            def do_POST(self) -> None:
                nonlocal under_way
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                with lock:
                    under_way += 1
                    outer.together = max(outer.together, under_way)
                    outer.bodies.append(json.loads(raw))
                    outer.headers.append({k.lower(): v for k, v in self.headers.items()})
                    outer.paths.append(self.path)
                    number = len(outer.bodies)
                try:
                    if outer.slow:
                        time.sleep(outer.slow)
                    self._give(outer.answer(number, outer.bodies[number - 1]))
                finally:
                    with lock:
                        under_way -= 1

            def _give(self, found: Answer | None) -> None:
                if found is None:
                    # A length that never comes: the connection breaks within the body.
                    self.send_response(200)
                    self.send_header("Content-Length", "1000")
                    self.end_headers()
                    self.wfile.write(b'{"choices": [')
                    self.close_connection = True
                    return
                state, body = found
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(state)
                for name, value in outer.more.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.host = f"127.0.0.1:{self.http.server_address[1]}"
        self.url = f"http://{self.host}/v1"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    def prompt(self, number: int) -> str:
        """Return the user's last words of a question."""
        body = self.bodies[number - 1]
        return str(body["messages"][-1]["content"] if "messages" in body else body["prompt"])

    def close(self) -> None:
        """Stop."""
        self.http.shutdown()
        self.http.server_close()
