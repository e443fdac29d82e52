"""Random streams that give the same data on every platform, Python and NumPy.

Every item owns a stream that is keyed by a hash of its whole address, so neighbouring items and
neighbouring seasons share nothing (a seed plus an index would: item ``i + 1`` of one seed is item
``i`` of the next). Only raw PCG64 words are taken from NumPy, whose bit streams are covered by its
compatibility policy; every distribution above them is defined here, because NumPy's and Python's
own may change between releases.
"""

from collections.abc import MutableSequence, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from heptathlon import salts

T = TypeVar("T")

_WORD = 1 << 64
_BUFFER = 128


class Stream:
    """A stream of random numbers keyed by names and numbers, and by the salt of a hidden split.

    Args:
        key: the address of what is drawn: family, version, season, split, index…
        salt: empty for what is public. It is the key of an HMAC over the address, so one stream
            tells nothing about another, or about the salt.

    Raises:
        HeptathlonError: if the salt is none that ``heptathlon salt new`` makes.

    Example:
        >>> Stream("maze", 1, "2026.1", "", "test", 0).below(10)
        5
        >>> Stream("maze", 1, "2026.1", "", "test", 1).below(10)
        0
    """

    def __init__(self, *key: str | int, salt: str = "") -> None:
        self._bits = np.random.PCG64(int.from_bytes(salts.keyed(salt, *key), "big"))
        self._words: list[int] = []

    def word(self) -> int:
        """Return the next 64 random bits as an unsigned integer."""
        if not self._words:
            # Taken from the end, so the block is turned round to keep the stream's own order.
            self._words = self._bits.random_raw(_BUFFER)[::-1].tolist()
        return self._words.pop()

    def words(self, n: int) -> NDArray[np.uint64]:
        """Return the next ``n`` words as an array of shape (n,), for vectorised generators."""
        head = [self._words.pop() for _ in range(min(n, len(self._words)))]
        rest = self._bits.random_raw(n - len(head))
        return np.concatenate([np.array(head, dtype=np.uint64), rest]) if head else rest

    def below(self, n: int) -> int:
        """Return an integer uniform on ``0 .. n - 1``, without bias.

        Raises:
            ValueError: if ``n`` is not in ``1 .. 2**64``.
        """
        if not 0 < n <= _WORD:
            raise ValueError(f"below() needs 1 <= n <= 2**64, got {n}")
        limit = _WORD - _WORD % n
        while (word := self.word()) >= limit:
            pass
        return word % n

    def between(self, low: int, high: int) -> int:
        """Return an integer uniform on ``low .. high``, both ends included."""
        return low + self.below(high - low + 1)

    def uniform(self) -> float:
        """Return a float uniform on [0, 1) with 53 random bits."""
        return (self.word() >> 11) * 2.0**-53

    def choice(self, options: Sequence[T]) -> T:
        """Return one of the options, all equally likely."""
        return options[self.below(len(options))]

    def shuffle(self, items: MutableSequence[T]) -> None:
        """Shuffle in place (Fisher and Yates)."""
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]

    def sample(self, options: Sequence[T], k: int) -> list[T]:
        """Return ``k`` distinct options in random order."""
        pool = list(options)
        for i in range(k):
            j = i + self.below(len(pool) - i)
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:k]
