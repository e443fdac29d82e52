"""Finished answers by their key, on disk as they come, so that what was interrupted goes on."""

import json
from pathlib import Path
from typing import Any, TextIO

from heptathlon.errors import HeptathlonError


class Answers:
    """Answers by key, one JSON line each, appended as they come.

    A line cut short by a crash is dropped when the file is opened again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, Any] = {}
        self._file: TextIO | None = None
        if path.is_file():
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                try:
                    key, response = self._line(json.loads(line))
                except (ValueError, TypeError):
                    continue
                self._known[str(key)] = response

    def _line(self, line: Any) -> tuple[Any, Any]:
        """Return key and answer of a line."""
        key, response = line
        return key, response

    def _row(self, key: str, response: Any) -> list[Any]:
        """Return the line of an answer."""
        return [key, response]

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, key: object) -> bool:
        return key in self._known

    def get(self, key: str) -> Any:
        """Return the answer under a key; None if there is none."""
        return self._known.get(key)

    def keep(self, key: str, response: Any) -> None:
        """Keep an answer under a key that has none yet.

        Raises:
            HeptathlonError: if it cannot be written, with the file.
        """
        if key in self._known:
            return
        try:
            if self._file is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self.path.open("a", encoding="utf-8")
                # After a cut line, so that the next one stands alone.
                self._file.write("\n")
            self._file.write(json.dumps(self._row(key, response)) + "\n")
            self._file.flush()
        except OSError as error:
            self._drop()
            raise HeptathlonError(
                f"{self.path}: answers cannot be kept there ({error.strerror}); make room, and the "
                f"same command goes on after {len(self)} answers."
            ) from None
        self._known[key] = response

    def _drop(self) -> None:
        """Let go of the file, and of what could not be written to it."""
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError:
                return

    def close(self) -> None:
        """Close the file; another answer would open it again."""
        if self._file:
            self._file.close()
            self._file = None

    def delete(self) -> None:
        """Remove the file: what was asked for is saved elsewhere."""
        self.close()
        self.path.unlink(missing_ok=True)
