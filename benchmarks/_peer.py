"""A process of another environment that answers a line of JSON for each line that it is given."""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any


class Process:
    """A peer at work; its first answer is taken when it starts.

    Args:
        python: the other environment's interpreter.
        arguments: what it runs.
        name: the peer's name, for the sentence that says why it does not run.
        how_to: how to make that environment.

    Attributes:
        first: its first answer.
    """

    def __init__(self, python: str, arguments: Sequence[str], name: str, how_to: str) -> None:
        self._name, self._how_to = name, how_to
        try:
            self._process = subprocess.Popen(
                [python, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        except OSError as error:
            sys.exit(f"{python} does not run: {error.strerror}.\n{how_to}")
        self.first = self._answer()

    def ask(self, line: str) -> Any:
        """Return the answer to a line."""
        if self._process.stdin is None:
            raise RuntimeError("the peer's input is closed")
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._answer()

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _answer(self) -> Any:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            said = self._process.stderr.read() if self._process.stderr else ""
            last = said.strip().rpartition("\n")[2]
            sys.exit(f"{self._name} does not run: {last}\n{self._how_to}")
        return json.loads(line)
