"""Finished answers by their key, on disk as they come, so that what was interrupted goes on."""

import json
from pathlib import Path
from typing import Any, TextIO


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
                    key, response = json.loads(line)
                except (ValueError, TypeError):
                    continue
                self._known[str(key)] = response

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, key: object) -> bool:
        return key in self._known

    def get(self, key: str) -> Any:
        """Return the answer under a key; None if there is none."""
        return self._known.get(key)

    def keep(self, key: str, response: Any) -> None:
        """Keep an answer under a key that has none yet."""
        if key in self._known:
            return
        self._known[key] = response
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a", encoding="utf-8")
            # After a cut line, so that the next one stands alone.
            self._file.write("\n")
        self._file.write(json.dumps([key, response]) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file; another answer would open it again."""
        if self._file:
            self._file.close()
            self._file = None

    def delete(self) -> None:
        """Remove the file: what was asked for is saved elsewhere."""
        self.close()
        self.path.unlink(missing_ok=True)
