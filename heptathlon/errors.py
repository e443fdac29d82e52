"""The errors that a person may read: the CLI prints their sentence and exits with 1, or with 3."""

import difflib
from collections.abc import Iterable


class HeptathlonError(Exception):
    """Input was refused. The message is one sentence: what is wrong, where, and the mend."""


class OwnFaultError(HeptathlonError):
    """This installation's data or machine is at fault, and not the input: exit code 3.

    Whoever checks a stranger's input lets it pass through: it says nothing about the input.
    """


class UnknownNameError(HeptathlonError):
    """A name that is not in a known list; the message offers the nearest ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        offer = (
            f"did you mean {' or '.join(repr(n) for n in near)}?"
            if near
            else f"known: {', '.join(known)}."
        )
        super().__init__(f"There is no {kind} {name!r}; {offer}")
