"""``heptathlon leaderboard serve``: look at a built site on this machine, and on no other.

The server is Python's own. What is written here are the headers, and that it lists no folder and
logs no request, for which ``python -m http.server`` has no switch.
"""

import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from heptathlon.errors import HeptathlonError

HOST = "127.0.0.1"


class _Handler(SimpleHTTPRequestHandler):
    """Serves files and no listings, with the headers that a site of strangers' words deserves."""

    def end_headers(self) -> None:
        """Add the headers to every answer."""
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def list_directory(self, path: Any) -> None:
        """Refuse: what is linked can be found without a listing."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a request line is a stranger's text too."""


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """Return a server of a built site that listens but does not answer yet.

    Args:
        folder: folder of the site.
        port: port to listen on; 0 takes a free one.

    Raises:
        HeptathlonError: if the folder holds no site, or the port is taken.
    """
    if not (folder / "index.html").is_file():
        raise HeptathlonError(
            f"{folder}: holds no index.html; make it with heptathlon leaderboard build."
        )
    try:
        return ThreadingHTTPServer((HOST, port), partial(_Handler, directory=str(folder)))
    except OSError as error:
        raise HeptathlonError(
            f"port {port}: cannot be listened on ({error.strerror}); choose another --port."
        ) from None


def serve(folder: Path, port: int) -> None:
    """Serve a built site until it is interrupted.

    Args:
        folder: folder of the site.
        port: port to listen on; 0 takes a free one.

    Raises:
        HeptathlonError: see :func:`server`.
    """
    with server(folder, port) as running:
        sys.stdout.write(f"http://{HOST}:{running.server_port}/ (Ctrl+C ends it)\n")
        sys.stdout.flush()
        running.serve_forever()
