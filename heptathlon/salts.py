"""Private salts: what makes a hidden split, and keeps it hidden.

A salt is 32 random bytes, made by ``heptathlon salt new``. It is a key and never a part of what is
hashed: random streams, the order of the documents and their ids come from HMAC-SHA-256 under it, so
nothing that a hidden set shows leads back to it, and no guess can be tried without 2**255 others.
Because the key is random it needs no slow hash; a word or a phrase would, and is refused.
"""

import functools
import hashlib
import hmac
import itertools
import os
import secrets

from heptathlon.errors import HeptathlonError

VARIABLE = "HEPTATHLON_SALT"
"""Environment variable that holds the salt of a hidden split."""
PREFIX = "heptathlon-salt-"
"""Begins every salt, so that a leaked one can be searched for."""
BYTES = 32
_CHECK = 8
"""Hex digits at the end that tell a mistyped salt, which would be another hidden set unnoticed."""
MIN_DISTINCT = 16
"""Least different bytes, and differences of neighbours: one random salt in 10**10 has fewer."""
_HOW = "make one with 'heptathlon salt new' (32 random bytes)"


def new() -> str:
    """Return a fresh salt from the system's random numbers."""
    while True:
        raw = secrets.token_bytes(BYTES)
        if _weakness(raw) is None:
            return written(raw)


def written(raw: bytes) -> str:
    """Return 32 random bytes as the text of a salt: prefix, bytes and check digits in hex.

    Raises:
        HeptathlonError: if they are too few, too many, or no random ones.
    """
    if weak := _weakness(raw):
        raise HeptathlonError(f"The salt {weak}; {_HOW}.")
    return f"{PREFIX}{raw.hex()}{_check_digits(raw)}"


@functools.lru_cache(maxsize=64)
def key_of(salt: str) -> bytes:
    """Return the bytes of a salt.

    Raises:
        HeptathlonError: if it is none that ``heptathlon salt new`` makes. The message does not
            repeat it.
    """
    digits = salt.removeprefix(PREFIX)
    if digits == salt or len(digits) != 2 * BYTES + _CHECK:
        raise HeptathlonError(
            f"{VARIABLE}: is no salt, which begins with {PREFIX} and has {2 * BYTES + _CHECK} hex "
            f"digits; {_HOW}."
        )
    try:
        raw = bytes.fromhex(digits[: 2 * BYTES])
    except ValueError:
        raise HeptathlonError(f"{VARIABLE}: holds other signs than hex digits; {_HOW}.") from None
    if not hmac.compare_digest(digits[2 * BYTES :].encode(), _check_digits(raw).encode()):
        raise HeptathlonError(
            f"{VARIABLE}: was mistyped or made by hand, because its last {_CHECK} digits do not "
            f"fit; copy it whole, or {_HOW}."
        )
    if weak := _weakness(raw):
        raise HeptathlonError(f"{VARIABLE}: the salt {weak}; {_HOW}.")
    return raw


def named() -> str:
    """Return the salt that the environment names; empty if there is none.

    Raises:
        HeptathlonError: if it is no salt.
    """
    salt = os.environ.get(VARIABLE, "")
    if salt:
        key_of(salt)
    return salt


def keyed(salt: str, *parts: str | int) -> bytes:
    """Return 32 bytes that stand for ``parts``: their HMAC under a salt, or a hash without one.

    Raises:
        HeptathlonError: if the salt is none.
    """
    # repr keeps ("a", "bc") and ("ab", "c") apart, and 1 apart from "1".
    message = repr(parts).encode()
    if not salt:
        return hashlib.sha256(message).digest()
    return hmac.digest(key_of(salt), message, "sha256")


def _check_digits(raw: bytes) -> str:
    return hashlib.sha256(PREFIX.encode() + raw).hexdigest()[:_CHECK]


def _weakness(raw: bytes) -> str | None:
    """Say why bytes cannot be random ones; None if they can."""
    if len(raw) != BYTES:
        return f"has {len(raw)} bytes instead of {BYTES}"
    steps = {(b - a) % 256 for a, b in itertools.pairwise(raw)}
    if min(len(set(raw)), len(steps)) < MIN_DISTINCT:
        return "repeats itself"
    if all(32 <= byte < 127 for byte in raw):
        return "is a text in hex digits"
    return None
