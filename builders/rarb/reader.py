"""Whose files the paper edition reads: MTEB's, the authors', or those that are rebuilt here."""

import os

from heptathlon.errors import UnknownNameError

VARIABLE = "HEPTATHLON_RARB_FILES"
READERS = ("mteb", "authors", "sources")
"""``mteb``: MTEB's data sets; ``authors``: the authors' files; ``sources``: both files of a task
rebuilt from the original data sets, see :mod:`heptathlon.builders.rarb.originals`."""


def reader() -> str:
    """Return whose files the user asks for; MTEB's if nothing is said.

    Raises:
        UnknownNameError: if ``HEPTATHLON_RARB_FILES`` names none of them.
    """
    asked = os.environ.get(VARIABLE) or READERS[0]
    if asked not in READERS:
        raise UnknownNameError(f"value of {VARIABLE}", asked, READERS)
    return asked
