"""Star graphs, the small third distribution: arms of one length from a node, one of them right.

After Bachmann and Nagarajan (arXiv 2403.06963), whose released generator MLM-U's data is adapted
from: edges as ``a,b`` between bars in shuffled order, each away from the first node, then
``/first,last=``, and the nodes of the path. All but the second node follow from the one before; to
know the second, the arm must be followed from its end.
"""

from itertools import pairwise

from heptathlon.seeding import Stream

NODES = 50
SHAPES = ((2, 5), (5, 5), (2, 10))
"""Arms, and nodes of a path; the first is the released default, the others are ours."""


def draw(arms: int, length: int, stream: Stream) -> tuple[list[int], list[tuple[int, int]]]:
    """Return the right path of a star graph and its edges, shuffled.

    Args:
        arms: arms of the first node.
        length: nodes of each arm, the first node included.
        stream: where it is drawn from.
    """
    first, *names = stream.sample(range(NODES), 1 + arms * (length - 1))
    ways = [[first, *names[i * (length - 1) :][: length - 1]] for i in range(arms)]
    edges = [edge for way in ways for edge in pairwise(way)]
    stream.shuffle(edges)
    return ways[0], edges


def tokens(path: list[int], edges: list[tuple[int, int]]) -> tuple[str, str]:
    """Return prompt and target in the released form."""
    listed = "|".join(f"{a},{b}" for a, b in edges)
    return f"{listed}/{path[0]},{path[-1]}=", ",".join(map(str, path))
