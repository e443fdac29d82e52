"""Embeddings on disk, by content and model: encoded once, resumed after an interruption.

A store is two files that only grow: the texts' keys and, in the same order, their vectors. What a
crash cut short is dropped when the store is opened again.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from heptathlon.errors import HeptathlonError

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], NDArray[np.floating]]

KEY_BYTES = 16
CHUNK = 512
"""Texts encoded between two writes: what an interruption can cost."""
SHOWN = 80
"""Characters of a text that a message quotes."""
SAME = 1e-6
"""Embeddings that differ by less in every dimension are the same."""


class EmbeddingStore:
    """Vectors of one model, by text.

    Args:
        folder: where the files lie; one folder a model and way of pooling.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys = folder / "keys.bin"
        self._vectors = folder / "vectors.f32"

    def embed(
        self,
        texts: Sequence[str],
        encode: Encode,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Vectors:
        """Return the texts' vectors, encoding those that are not known yet.

        Args:
            texts: any texts; repeated ones are encoded once.
            encode: returns the vectors of some texts, shape (texts, dimensions).
            progress: called with the number of texts done and their count.

        Returns:
            Vectors of shape (texts, dimensions).

        Raises:
            HeptathlonError: if a vector is not finite or has another dimension than the others;
                names the text, and what was encoded before stays.
        """
        if not texts:
            return np.empty((0, 0), dtype=np.float32)
        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder / "lock"):
            known, dimensions = self._open()
            wanted = {key_of(text): text for text in texts}
            missing = [k for k in wanted if k not in known]
            # Longest first: a batch of like lengths wastes no padding, and the first one shows
            # whether memory suffices.
            missing.sort(key=lambda k: len(wanted[k]), reverse=True)
            for start in range(0, len(missing), CHUNK):
                keys = missing[start : start + CHUNK]
                chunk = [wanted[k] for k in keys]
                found = _checked(np.asarray(encode(chunk)), chunk, dimensions)
                dimensions = found.shape[1]
                self._append(keys, found)
                for key in keys:
                    known[key] = len(known)
                if progress:
                    progress(min(start + CHUNK, len(missing)), len(missing))
            stored = np.memmap(self._vectors, dtype=np.float32, mode="r")
            table = stored.reshape(-1, dimensions)
            rows: Vectors = table[[known[key_of(text)] for text in texts]]
        return rows

    def _open(self) -> tuple[dict[bytes, int], int]:
        """Return the known keys with their rows, and the number of dimensions (0 if none)."""
        if not self._keys.is_file():
            return {}, 0
        data = self._keys.read_bytes()
        dimensions = int.from_bytes(data[:8], "little")
        keys = [data[i : i + KEY_BYTES] for i in range(8, len(data) - KEY_BYTES + 1, KEY_BYTES)]
        whole = self._vectors.stat().st_size // (4 * dimensions) if self._vectors.is_file() else 0
        n = min(len(keys), whole)
        with self._vectors.open("ab") as file:
            file.truncate(4 * dimensions * n)
        with self._keys.open("ab") as file:
            file.truncate(8 + KEY_BYTES * n)
        return {key: row for row, key in enumerate(keys[:n])}, dimensions

    def _append(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        if not self._keys.is_file():
            self._keys.write_bytes(vectors.shape[1].to_bytes(8, "little"))
        # Vectors first: a key without a vector would be a lie, a vector without a key is dropped.
        with self._vectors.open("ab") as file:
            file.write(np.ascontiguousarray(vectors).tobytes())
        with self._keys.open("ab") as file:
            file.write(b"".join(keys))


def key_of(text: str) -> bytes:
    """Return the key of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:KEY_BYTES]


def _checked(vectors: NDArray[np.floating], texts: Sequence[str], dimensions: int) -> Vectors:
    if vectors.ndim != 2 or len(vectors) != len(texts):
        raise HeptathlonError(
            f"the encoder returned the shape {vectors.shape} for {len(texts)} texts, the first "
            f"being {texts[0][:SHOWN]!r}."
        )
    if dimensions and vectors.shape[1] != dimensions:
        raise HeptathlonError(
            f"the encoder returned {vectors.shape[1]} dimensions for {texts[0][:SHOWN]!r} and "
            f"{dimensions} before; what was encoded before is kept."
        )
    finite = np.isfinite(vectors).all(axis=1)
    if not finite.all():
        text = texts[int(np.flatnonzero(~finite)[0])]
        raise HeptathlonError(
            f"the encoder returned a number that is not finite for {text[:SHOWN]!r}; "
            "what was encoded before is kept."
        )
    return vectors.astype(np.float32)


def refuse_constant(vectors: Vectors, texts: Sequence[str]) -> None:
    """Refuse embeddings that are the same for every text: the model is broken, not bad.

    Raises:
        HeptathlonError: if at least two different texts were embedded, and all alike.
    """
    if len(set(texts)) > 1 and bool((np.abs(vectors - vectors[0]) < SAME).all()):
        raise HeptathlonError(
            f"all {len(set(texts)):,} texts have the same embedding: the model is broken (a wrong "
            "checkpoint, pooling or number format), and the run is not scored."
        )
