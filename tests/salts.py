"""Salts for tests: the same every time, and none that anybody hides a split with."""

import hashlib

from heptathlon import salts


def salt(name: str) -> str:
    """Return a salt that is made from a name."""
    return salts.written(hashlib.sha256(name.encode()).digest())
