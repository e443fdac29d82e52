"""A headless Chromium to look at a page with: the DevTools protocol over a pair of pipes.

Tests and benchmarks need three commands of it, which does not warrant a browser driver as a
dependency. Debian, Fedora and Homebrew package the browser; ``CHROMIUM`` names another one.
"""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_READ, _WRITE = 3, 4
"""File descriptors on which Chromium reads commands and writes answers."""


def find() -> str | None:
    """Return the path of an installed Chromium, if there is one."""
    wanted = [os.environ["CHROMIUM"]] if "CHROMIUM" in os.environ else NAMES
    return next((path for name in wanted if (path := shutil.which(name))), None)


class Page:
    """One page of a browser of its own; a context manager.

    Attributes:
        events: every event so far, such as requests and log entries.
    """

    def __init__(self, executable: str, *, width: int = 1280, height: int = 900) -> None:
        self.events: list[dict[str, Any]] = []
        self._number = 0
        self._buffer = b""
        self._session: str | None = None
        # Its helpers may write a last file while the folder is removed.
        self._home = tempfile.TemporaryDirectory(
            prefix="heptathlon-chromium-", ignore_cleanup_errors=True
        )
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()

        def wire() -> None:
            os.dup2(commands, 100)
            os.dup2(answers, 101)
            os.dup2(100, _READ)
            os.dup2(101, _WRITE)

        self._process = subprocess.Popen(
            [
                executable,
                "--headless=new",
                "--remote-debugging-pipe",
                # Continuous integration runs as root in a container, where the sandbox cannot.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--no-first-run",
                f"--user-data-dir={self._home.name}",
                f"--window-size={width},{height}",
                "about:blank",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=False,
            preexec_fn=wire,
        )
        os.close(commands)
        os.close(answers)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.resize(width, height)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._commands)
        os.close(self._answers)
        self._home.cleanup()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command and return its result.

        Raises:
            RuntimeError: if the browser refuses it, or is gone.
        """
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            block = os.read(self._answers, 2**20)
            if not block:
                raise RuntimeError("Chromium ended")
            self._buffer += block
        message, _, self._buffer = self._buffer.partition(b"\0")
        parsed: dict[str, Any] = json.loads(message)
        return parsed

    def open(self, url: str, *, timeout: float = 60.0) -> None:
        """Go to a page and wait until it has loaded."""
        self.events.clear()
        self.call("Page.navigate", url=url)
        end = time.monotonic() + timeout
        while not self.seen("Page.loadEventFired"):
            if time.monotonic() > end:
                raise RuntimeError(f"{url}: not loaded within {timeout:g} s")
            self.events.append(self._next())

    def seen(self, method: str) -> list[dict[str, Any]]:
        """Return the events of one kind since the page was opened."""
        return [e["params"] for e in self.events if e.get("method") == method]

    def run(self, script: str) -> Any:
        """Evaluate JavaScript in the page and return its value, awaited if it is a promise.

        Raises:
            RuntimeError: if it throws.
        """
        done = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in done:
            raise RuntimeError(json.dumps(done["exceptionDetails"])[:1000])
        return done["result"].get("value")

    def press(self, key: str, code: int) -> None:
        """Press and release a key, such as Tab (9) or Enter (13)."""
        text = {"text": "\r"} if key == "Enter" else {}
        pressed = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", **pressed, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **pressed)

    def resize(self, width: int, height: int) -> None:
        """Set the viewport, in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def prefer(self, **features: str) -> None:
        """Set media features, such as ``prefers_color_scheme="dark"``."""
        named = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
        self.call("Emulation.setEmulatedMedia", features=named)

    def screenshot(self, path: Path, *, whole: bool = True) -> None:
        """Write a PNG of the page, or of what is in sight."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))
