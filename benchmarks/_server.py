"""A real server on this machine for a GGUF file: llama.cpp's, from the package ``xllamacpp``."""

import contextlib
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

START = 120
"""Seconds within which a server has to answer."""
_SERVE = """
import sys, time, xllamacpp
options = xllamacpp.CommonParams()
options.model.path = sys.argv[1]
options.n_ctx, options.n_parallel, options.port, options.warmup = 16384, int(sys.argv[2]), 0, False
options.cpuparams.n_threads = int(sys.argv[3])
server = xllamacpp.Server(options)
print(server.listening_address, flush=True)
while True:
    time.sleep(3600)
"""


def available() -> bool:
    """Tell whether the package is there."""
    return find_spec("xllamacpp") is not None


@contextlib.contextmanager
def serving(gguf: Path, *, at_once: int = 2, threads: int = 1) -> Iterator[str]:
    """Serve a model as long as the block runs, and yield the address up to ``/v1``.

    Args:
        gguf: the model's file.
        at_once: answers that the server writes at a time.
        threads: threads that it computes with.
    """
    command = [sys.executable, "-c", _SERVE, str(gguf), str(at_once), str(threads)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        address = next((line.strip() for line in process.stdout if line.startswith("http")), "")
        if not address:
            raise RuntimeError(f"{gguf}: no server was started")
        _wait_for(f"{address}/health")
        yield f"{address}/v1"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(address: str) -> None:
    last = time.monotonic() + START
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > last:
                raise
            time.sleep(0.2)
