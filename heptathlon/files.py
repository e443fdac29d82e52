"""Reading and writing files: whole or not at all, and JSON without surprises."""

import contextlib
import errno
import hashlib
import json
import math
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any

from heptathlon.errors import HeptathlonError, OwnFaultError

MAX_NESTING = 64
MAX_DIGITS = 300
"""Digits of an integer; one of 309 does not fit into a floating-point number."""
DISK_FAULTS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}
)
"""What can be wrong with a disk: full, over a quota, read-only, closed to this user, broken."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
"""An escape that may be half of a pair; only then need every string be looked at."""


def home() -> Path:
    """Return the suite's cache: ``HEPTATHLON_HOME``, or ``heptathlon`` in the user's cache."""
    if named := os.environ.get("HEPTATHLON_HOME"):
        return Path(named).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "heptathlon"


def write_bytes_atomic(path: Path, data: bytes) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new, never half."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_text_atomic(path: Path, text: str) -> None:
    """Write UTF-8 text; see :func:`write_bytes_atomic`."""
    write_bytes_atomic(path, text.encode())


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what a disk says, often without a path, into a sentence on the folder that is written.

    Raises:
        OwnFaultError: if the block cannot write.
    """
    try:
        yield
    except OSError as error:
        said = os.strerror(error.errno) if error.errno else str(error)
        raise OwnFaultError(
            f"{path}: cannot be written ({said}); make room there, or let HEPTATHLON_HOME or --out "
            "name a folder that can be written to, and call the same command again."
        ) from None


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that takes its place if the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes private files; what replaces a public file should be as readable as one.
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def open_plain(path: Path) -> BufferedReader:
    """Open a plain file for reading, links to one included.

    A pipe would keep its reader waiting for ever, and a device might never end.

    Raises:
        OSError: if it cannot be opened.
        HeptathlonError: if it is a pipe, a device or a socket.
    """
    file = os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise HeptathlonError(f"{path}: is a pipe or a device; give a plain file.")
    return file


def sha256_file(path: Path) -> str:
    """Return the hex SHA-256 of a file's bytes, read in blocks."""
    with open_plain(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_stamp(folder: Path) -> list[str]:
    """Return name, size and time of a folder's files, by which new content shows."""
    out = []
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        state = file.stat()
        out.append(f"{file.relative_to(folder).as_posix()}:{state.st_size}:{state.st_mtime_ns}")
    return out


def canonical_json(value: Any) -> str:
    """Serialise with sorted keys and no spaces, so that equal values give equal text.

    Raises:
        ValueError: for NaN and infinities, which are not JSON.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def dump_json(value: Any) -> str:
    """Serialise for a person and a browser: indented, UTF-8, no NaN."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def loads_strict(text: str, *, where: str, nan_is_null: bool = False) -> Any:
    """Parse JSON and refuse what Python's parser lets through.

    NaN, infinities (written as such or as ``1e999``), duplicate keys, lone surrogates and deep
    nesting are refused: the first four mean different things to different readers, the last
    exhausts the stack.

    Args:
        text: the JSON document.
        where: names the file (and line) in the message.
        nan_is_null: read ``NaN`` and infinities as null, as plain lm-eval writes them.

    Raises:
        HeptathlonError: with one sentence that names ``where`` and the fault.
    """

    def refuse(constant: str) -> float | None:
        if nan_is_null:
            return None
        raise HeptathlonError(f"{where}: {constant} is not a JSON number; write null instead.")

    def number(literal: str) -> float:
        value = float(literal)
        if not math.isfinite(value):
            raise HeptathlonError(f"{where}: the number {literal[:40]} is too large to be a score.")
        return value

    def whole(literal: str) -> int:
        if len(literal) > MAX_DIGITS:
            raise HeptathlonError(f"{where}: an integer of {len(literal)} digits is no figure.")
        return int(literal)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        out = dict(pairs)
        if len(out) < len(pairs):
            seen: set[str] = set()
            key = next(k for k, _ in pairs if k in seen or seen.add(k))  # type: ignore[func-returns-value]
            raise HeptathlonError(f"{where}: the key {key[:80]!r} stands twice in one object.")
        return out

    try:
        value = json.loads(
            text,
            parse_constant=refuse,
            parse_float=number,
            parse_int=whole,
            object_pairs_hook=unique,
        )
        text.encode()
        # Fewer brackets than levels cannot nest too deep, and most lines have few.
        if text.count("[") + text.count("{") > MAX_NESTING:
            _check_nesting(value, where)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise HeptathlonError(
            f"{where}: not valid JSON ({error.msg}, line {error.lineno}, column {error.colno})."
        ) from None
    except RecursionError:
        raise HeptathlonError(f"{where}: nested too deeply to be read.") from None
    except UnicodeEncodeError:
        raise HeptathlonError(f"{where}: text that is not valid Unicode.") from None
    return value


def _check_nesting(value: Any, where: str) -> None:
    """Refuse nesting beyond the limit, level by level, so that leaves cost next to nothing."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_NESTING + 1):
        if not level:
            return
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
    raise HeptathlonError(f"{where}: nested more than {MAX_NESTING} deep.")


def read_json_strict(path: Path, *, max_bytes: int) -> Any:
    """Read one JSON file through :func:`loads_strict`, refusing files over ``max_bytes``."""
    return loads_strict(read_text_limited(path, max_bytes=max_bytes), where=str(path))


def read_text_limited(path: Path, *, max_bytes: int) -> str:
    """Read UTF-8 text of at most ``max_bytes``.

    Raises:
        HeptathlonError: if the file is missing, not a plain one, too large or not UTF-8.
    """
    try:
        with open_plain(path) as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise HeptathlonError(f"{path}: cannot be read ({error.strerror}).") from None
    if len(data) > max_bytes:
        raise HeptathlonError(f"{path}: larger than the {max_bytes:,} bytes that are read.")
    try:
        # Some editors put a byte-order mark before the text.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise HeptathlonError(f"{path}: not UTF-8 text (byte {error.start}).") from None


def read_yaml(path: Path, *, max_bytes: int, otherwise: str) -> dict[str, Any]:
    """Return the mapping that a YAML file of plain values holds.

    Args:
        path: the file.
        max_bytes: most bytes that are read.
        otherwise: what is said of a file that holds something else, such as "holds no study".

    Raises:
        HeptathlonError: naming the file, if it cannot be read, holds no mapping, or says a key
            twice, of which YAML's readers take the last without a word.
    """
    import yaml

    class Loader(yaml.SafeLoader):
        def compose_mapping_node(self, anchor: Any) -> Any:
            # As it is written: later on, what is merged into it stands among its own keys.
            node = super().compose_mapping_node(anchor)
            seen: set[tuple[str, str]] = set()
            for key, _ in node.value:
                name = (key.tag, str(key.value))
                if name in seen:
                    raise HeptathlonError(
                        f"{path}: line {key.start_mark.line + 1} says {key.value!r:.60} a second "
                        "time; keep one of the two."
                    )
                seen.add(name)
            return node

    try:
        data = yaml.load(read_text_limited(path, max_bytes=max_bytes), Loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise HeptathlonError(f"{path}: not valid YAML ({' '.join(str(error).split())}).") from None
    if not isinstance(data, dict):
        raise HeptathlonError(f"{path}: {otherwise}")
    return data
