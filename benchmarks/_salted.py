"""Sets that nobody is asked: built with salts that anyone can make again from a few words."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator

from heptathlon import salts


def salt_of(words: str) -> str:
    """Return the salt that some words stand for. It hides nothing: the words are public."""
    return salts.written(hashlib.sha256(words.encode()).digest())


@contextlib.contextmanager
def salted(words: str) -> Iterator[None]:
    """Build sets with the salt of some words, in a folder that is gone afterwards."""
    names = (salts.VARIABLE, "HEPTATHLON_HOME")
    before = {name: os.environ.get(name) for name in names}
    with tempfile.TemporaryDirectory(prefix="heptathlon-salted-") as work:
        os.environ |= dict(zip(names, (salt_of(words), work), strict=True))
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
