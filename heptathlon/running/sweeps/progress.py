"""How far a sweep is, in lines: cells, tokens, time left, and at the end what it took."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from heptathlon.running.sweeps.cells import Done

_UNITS = ((3600.0, "h"), (60.0, "min"))


class Progress:
    """Says how far a sweep is.

    Time left is what the tokens that are left take at the rate of those that were done since the
    start, or the cells where a cell's tokens are not known.

    Args:
        say: prints one line.
        names: all cells.
        before: those that were done before.
        tokens: of each cell, read and written, where they are known.
        clock: seconds of a clock that is not set back.
    """

    def __init__(
        self,
        say: Callable[[str], object],
        names: Sequence[str],
        before: Sequence[str],
        tokens: Mapping[str, int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._say, self._clock = say, clock
        self._weights = (
            {name: float(tokens[name]) for name in names} if set(names) <= tokens.keys() else None
        )
        self._names, self._before = list(names), set(before)
        self._ended: set[str] = set()
        self._start = clock()

    def start(self) -> None:
        """Say what there is to do."""
        done = f", {len(self._before)} done before" if self._before else ""
        asked = f"; {self._sum(self._names):,.0f} tokens" if self._weights else ""
        self._say(f"{len(self._names)} cells{done}{asked}")

    def done(self, name: str, came: Done, log: Path) -> None:
        """Say what came of a cell."""
        self._ended.add(name)
        number = len(self._before) + len(self._ended)
        word = (
            f"done in {in_words(came.seconds)}" if came.ok else f"failed ({came.said}; log: {log})"
        )
        parts = [f"[{number}/{len(self._names)}] {name}: {word}"]
        if self._weights:
            have = self._sum([*self._before, *self._ended])
            parts.append(f"{have:,.0f} of {self._sum(self._names):,.0f} tokens")
        if (left := self.left()) and number < len(self._names):
            parts.append(f"about {in_words(left)} left")
        self._say("; ".join(parts))

    def left(self) -> float | None:
        """Return how many seconds are left; None as long as nothing is known."""
        here = self._sum(self._ended)
        if not here:
            return None
        rest = set(self._names) - self._before - self._ended
        return (self._clock() - self._start) * self._sum(rest) / here

    def end(self, came: Mapping[str, Done]) -> None:
        """Say what the sweep took."""
        failed = [name for name, one in came.items() if not one.ok]
        ended = f"{len(came) - len(failed)} of {len(self._names)} cells are done"
        spent = sum(one.seconds for one in came.values())
        took = f"; {in_words(self._clock() - self._start)}, of cells together {in_words(spent)}"
        more = f"; failed: {', '.join(failed)}; the same command tries them again" if failed else ""
        self._say(f"{ended}{took if spent else ''}{more}")

    def _sum(self, names: Sequence[str] | set[str]) -> float:
        weights = self._weights
        return float(len(names)) if weights is None else sum(weights[name] for name in names)


def in_words(seconds: float) -> str:
    """Return a time for a person.

    Example:
        >>> in_words(5400), in_words(90), in_words(2.04)
        ('1.5 h', '1.5 min', '2.0 s')
    """
    for length, unit in _UNITS:
        if seconds >= length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:,.1f} s"
