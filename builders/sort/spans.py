"""Where a text can be asked about: distance bins, places, and quotable segments.

The rules are those of Book-SORT's code (github.com/bridge-ai-neuro/SORT, BSD-3-Clause), with its
faults mended: a segment never stands twice in its text, and the bins' ends are what they say.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise

from heptathlon.builders.sort.records import DISTANCES, PLACES
from heptathlon.seeding import Stream

LONG = 5000
"""Length in words from which on the bins have the edges of the paper's extended contexts."""
SPAN = 1.25
"""The farthest distance is the length divided by this."""


def edges(length: int, segment: int) -> list[int]:
    """Return the five edges of the four distance bins, in words.

    Example:
        >>> edges(250, 20), edges(10000, 50)
        ([20, 62, 83, 125, 200], [50, 1000, 2500, 5000, 8000])
    """
    farthest = int(length / SPAN)
    if length < LONG:
        return [segment, length // 4, length // 3, length // 2, farthest]
    return [segment, 1000, length // 4, length // 2, farthest]


def bin_of(distance: int, bounds: Sequence[int]) -> int | None:
    """Return the bin, from 0, with lower edge <= distance < upper edge; None outside all.

    The paper's code excludes the lower edge and, by an assertion, the upper one; a segment that
    starts right where another ends does not overlap it, so here the lower edge counts.
    """
    for number, (low, high) in enumerate(pairwise(bounds)):
        if low <= distance < high:
            return number
    return None


def nearest_bin(distance: int, bounds: Sequence[int]) -> int:
    """Return the bin of a distance; what is nearer or farther than all bins is in the end ones."""
    return next((n for n, high in enumerate(bounds[1:-1]) if distance < high), len(bounds) - 2)


def distance_name(number: int) -> str:
    """Return the name under which a bin's results are reported."""
    return DISTANCES[number]


def place_of(starts: Sequence[int], words: int) -> str:
    """Return the fifth of the text in which the middle of the span lies."""
    middle = (min(starts) + max(starts)) / 2
    return PLACES[min(int(5 * middle / words), 4)]


def quotable(words: Sequence[str], roles: Mapping[int, int], segment: int) -> dict[int, int]:
    """Return the starts whose segments lie within the text and stand in it exactly once.

    Args:
        words: the text's words.
        roles: role of the sentence that starts at each word where one starts.
        segment: length of a segment in words.
    """
    seen: dict[tuple[str, ...], int] = {}
    for start in range(len(words) - segment + 1):
        piece = tuple(words[start : start + segment])
        seen[piece] = seen.get(piece, 0) + 1
    return {
        start: role
        for start, role in roles.items()
        if start + segment <= len(words) and seen[tuple(words[start : start + segment])] == 1
    }


def draw_pairs(
    roles: Mapping[int, int], bounds: Sequence[int], rounds: int, stream: Stream
) -> list[tuple[int, tuple[int, int]]] | None:
    """Draw ``rounds`` pairs of starts in every bin, no start twice; None if that fails.

    The narrowest bin chooses first. In each pair the earlier start is drawn first, from all that
    have a partner in the bin, then the partner.
    Partners have the same role, because a detail that follows an opening would betray the order.

    Args:
        roles: role of the sentence that starts at each word that may be quoted.
        bounds: edges of the bins.
        rounds: pairs a bin.
        stream: where the randomness comes from.

    Returns:
        (bin, (earlier, later)), every bin once a round.
    """
    drawn: dict[int, list[tuple[int, int]]] = {}
    free = dict(roles)
    widths = {number: high - low for number, (low, high) in enumerate(pairwise(bounds))}
    for number in sorted(widths, key=widths.__getitem__):
        low, high = bounds[number], bounds[number + 1]
        drawn[number] = []
        for _ in range(rounds):
            pair = _draw_pair(free, low, high, stream)
            if pair is None:
                return None
            drawn[number].append(pair)
            for start in pair:
                del free[start]
    return [(number, drawn[number][r]) for r in range(rounds) for number in sorted(drawn)]


def _draw_pair(
    roles: Mapping[int, int], low: int, high: int, stream: Stream
) -> tuple[int, int] | None:
    ordered = {role: sorted(s for s in roles if roles[s] == role) for role in set(roles.values())}
    partners = {
        start: range(
            bisect_left(ordered[role], start + low), bisect_left(ordered[role], start + high)
        )
        for start, role in sorted(roles.items())
    }
    firsts = [start for start in partners if partners[start]]
    if not firsts:
        return None
    first = stream.choice(firsts)
    return first, ordered[roles[first]][stream.choice(partners[first])]
