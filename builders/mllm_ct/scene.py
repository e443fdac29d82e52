"""What a scene is before a style is chosen, and the small pieces that all generators share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from heptathlon.builders.mllm_ct.records import Mark, Step
from heptathlon.seeding import Stream

REGIONS = 4
"""One block of parameters in so many is held out for the test part."""
WHOLE = "a whole number"


@dataclass(frozen=True)
class Scene:
    """A scene before a style is chosen; see :class:`~.records.StreamRecord` for the fields.

    Attributes:
        context: what a question in any style says first.
        ask: the open question.
        claim: a statement with a place ``{}`` for what may be the answer.
        how: a sentence on how the scene is read, for long explanations.
        block: the block of parameters that it belongs to.
        depth: steps from what is given to the answer; the number of facts if it is 0.
    """

    kind: str
    context: str
    ask: str
    claim: str
    how: str
    asks: str
    candidates: tuple[str, ...]
    content: str
    steps: tuple[Step, ...]
    marks: tuple[Mark, ...]
    block: tuple[int, ...]
    depth: int = 0

    @property
    def held_out(self) -> bool:
        """Whether the scene belongs to the test part."""
        return sum(self.block) % REGIONS == 0


Generator = Callable[[Stream, int], Scene | None]


def number(subject: str, value: object, says: str, *names: str, formula: str = "") -> Step:
    """Return a fact that gives a figure."""
    return Step(kind="number", subject=subject, names=names, value=str(value), domain=(),
                formula=formula, says=says)  # fmt: skip


def word(subject: str, value: str, domain: Sequence[str], says: str, *names: str) -> Step:
    """Return a fact that gives one of a few words."""
    return Step(kind="word", subject=subject, names=names, value=value, domain=tuple(domain),
                formula="", says=says)  # fmt: skip


def spread(index: int, low: int, count: int) -> int:
    """Return one of ``count`` figures from ``low`` on, each in turn, neighbours far apart.

    ``count`` is a prime, so that the turns go with no period of kinds or styles.
    """
    return low + index * 23 % count


def near(value: int, stream: Stream, count: int = 3) -> tuple[str, ...]:
    """Return a figure among ``count`` near ones in rising order, its rank drawn at random."""
    below = min(stream.below(count + 1), value)
    low = high = value
    out = [value]
    for place in range(count):
        gap = stream.between(1, 4)
        if place < below and low - gap >= 0:
            low -= gap
            out.append(low)
        else:
            high += gap
            out.append(high)
    return tuple(str(v) for v in sorted(out))
