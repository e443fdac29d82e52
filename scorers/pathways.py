"""Routes of texts through a mixture of experts: how alike they are, and whether that says anything.

A route is the share of a text's tokens that each expert of each layer has. Two published figures
stand here as they are printed, under their names and with their faults (:data:`FIGURES`); ours
stand beside them. Routes may look ever more alike only because routers grow sharper, so every
distance is also held against that of routes whose experts were relabelled at random: what is left
is shared. And what rises over a training agrees with all else that does, so that agreement is
given with the step's own taken out.

Sources:
    Where to find Grokking in LLM Pretraining? 2025, arXiv 2506.21551: ``string_distance`` and
    ``consistency``.
    Myers 1999, A fast bit-vector algorithm for approximate string matching; Hyyrö 2003: edits.
"""

import itertools
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats as scipy_stats

from heptathlon.scorers import stats
from heptathlon.scorers.stats import Interval

Floats = NDArray[np.float64]
Path = tuple[tuple[int, ...], ...]
"""The experts of each layer that are kept, the one with the largest share first."""

KEPT = 0.7
"""Share of a layer that the experts kept have together at least (published; 0.5 to 0.8 tried)."""
FEWEST_TEXTS = 3
"""Texts of a group: two have one distance and no spread."""
FEWEST_CHECKPOINTS = 15
"""Checkpoints from which on a p-value is given: a handful that rise agree with whatever rises."""
DRAWS = 400
"""Random pairs of lists over which the distance of unrelated ones is averaged."""
TINY = 1e-8
"""What the published consistency adds to its divisor."""
_ROUNDING = 1e-9

FIGURES: Mapping[str, str] = {
    "string_distance": "published: characters to change between two routes written as text; the "
    "digits of an expert's number count, and it falls when routers grow sharper though nothing is "
    "shared",
    "consistency": "published: 1 less the mean cosine of successive layers over the text's largest "
    "one; lower is smoother, whatever its name says; 0 for any constant cosine, and its meaning "
    "turns over where all are negative",
    "edit": "experts to change between two routes over the longer one's length, by layer: 0 the "
    "same, 1 nothing in common",
    "overlap": "1 less what the shares of two routes have in common, by layer: 0 the same, 1 "
    "nothing",
    "edit_excess": "edit of routes whose experts are relabelled at random in each layer, less "
    "edit: what is shared; sharper routers alone leave it at 0",
    "overlap_excess": "the same of overlap",
    "overlap_between": "overlap between texts of different groups: where it is no higher than "
    "overlap, routes say nothing of the group",
    "turn": "1 less the mean cosine of successive layers, divided by nothing",
    "entropy": "of one token's shares, in nats: 0 where each token has one expert",
    "spread": "entropy of a text's shares, in nats",
    "kept": f"experts of a layer that have {KEPT:g} of a text together",
}
"""Figures of a checkpoint and what they say; the first two are published."""


# --- one text, two texts -------------------------------------------------------------------------


def path(shares: ArrayLike, kept: float = KEPT) -> Path:
    """Return the experts that are kept of each layer: of equal ones the lower number first.

    Args:
        shares: shares of a text's tokens, shape (layers, experts); rows add up to 1.
        kept: share that they have together at least.

    Example:
        >>> path([[0.1, 0.5, 0.3, 0.1], [0.75, 0.1, 0.1, 0.05]])
        ((1, 2), (0,))
    """
    out = []
    for row in np.asarray(shares, float):
        order = np.argsort(-row, kind="stable")
        enough = np.cumsum(row[order]) >= kept * row.sum() - _ROUNDING
        out.append(tuple(map(int, order[: int(enough.argmax()) + 1])))
    return tuple(out)


def as_text(route: Path) -> str:
    """Return a route as it was published: experts joined by commas, layers by hyphens.

    Example:
        >>> as_text(((1, 2), (0,)))
        '1,2-0'
    """
    return "-".join(",".join(map(str, layer)) for layer in route)


def edits(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """Return the least number of insertions, deletions and replacements (Levenshtein).

    Example:
        >>> edits("1,2-0", "1,0-3"), edits([63], [13])
        (2, 1)
    """
    if not one:
        return len(other)
    # Columns of the table as differences, one bit a row: see the sources.
    places: dict[Hashable, int] = {}
    for i, token in enumerate(one):
        places[token] = places.get(token, 0) | 1 << i
    mask, top = (1 << len(one)) - 1, 1 << (len(one) - 1)
    more, less, out = mask, 0, len(one)
    for token in other:
        same = places.get(token, 0)
        across = (((same & more) + more) ^ more) | same
        up, down = (less | ~(across | more)) & mask, more & across
        out += bool(up & top) - bool(down & top)
        up, down = (up << 1 | 1) & mask, (down << 1) & mask
        more, less = (down | ~(same | less | up)) & mask, up & (same | less)
    return out


def edit_distance(one: Path, other: Path) -> float:
    """Return the share of experts to change, the mean over layers."""
    parts = [edits(a, b) / max(len(a), len(b)) for a, b in zip(one, other, strict=True)]
    return float(np.mean(parts))


def unrelated_edits(one: Path, other: Path, experts: int) -> float:
    """Return the mean of :func:`edit_distance` if each layer's experts are relabelled at random.

    Args:
        one: a route.
        other: another one.
        experts: experts of a layer.
    """
    pairs = zip(one, other, strict=True)
    return float(np.mean([_unrelated(len(a), len(b), experts) for a, b in pairs]))


@cache
def _unrelated(one: int, other: int, experts: int) -> float:
    if one > other:
        return _unrelated(other, one, experts)
    rng = np.random.default_rng((one, other, experts))
    # Relabelling both is relabelling one of them.
    first = tuple(range(one))
    drawn = (edits(first, rng.permutation(experts)[:other].tolist()) for _ in range(DRAWS))
    return float(np.mean([n / other for n in drawn]))


def turns(shares: ArrayLike, rows: ArrayLike) -> Floats:
    """Return the cosines of successive layers' mixtures of router rows, shape (layers - 1,).

    The rows of different layers are compared by way of the residual stream that all of them read.

    Args:
        shares: shares of a text's tokens, shape (layers, experts).
        rows: the routers' own weights, shape (layers, experts, width).
    """
    mixed = np.einsum("le,lew->lw", np.asarray(shares, float), np.asarray(rows, float))
    norms = np.linalg.norm(mixed, axis=1)
    products = (mixed[:-1] * mixed[1:]).sum(axis=1)
    return np.asarray(products / np.maximum(norms[:-1] * norms[1:], 1e-300), dtype=float)


def consistency(cosines: ArrayLike) -> float:
    """Return the published consistency of one text, as it is printed.

    Args:
        cosines: see :func:`turns`, one at least.

    Example:
        >>> round(consistency([1.0, 0.0]), 6)
        0.5
    """
    values = np.asarray(cosines, float)
    return float(1 - values.mean() / (values.max() + TINY))


def entropy(shares: ArrayLike) -> float:
    """Return the entropy of a text's shares in nats, the mean over layers."""
    p = np.asarray(shares, float)
    return float(-(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=-1).mean())


# --- one checkpoint ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Routes:
    """The routes of some texts through one checkpoint.

    Attributes:
        shares: shape (texts, layers, experts); each layer's add up to 1.
        cosines: see :func:`turns`, shape (texts, layers - 1).
        entropies: of a token's shares, the mean over tokens, shape (texts, layers).
        groups: the group of each text.
    """

    shares: Floats
    cosines: Floats
    entropies: Floats
    groups: Sequence[str]


def measure(routes: Routes) -> dict[str, Interval]:
    """Return every figure of a checkpoint with its interval by texts.

    Distances are means over the pairs of a group, then over groups; their intervals leave out one
    text at a time.

    Raises:
        ValueError: if a group has fewer texts than ``FEWEST_TEXTS``.
    """
    members = _members(routes.groups)
    experts = routes.shares.shape[2]
    paths = [path(one) for one in routes.shares]
    texts = [as_text(one) for one in paths]
    strings, edit, gap = np.zeros((3, len(paths), len(paths)))
    overlap, null = _overlaps(routes.shares)
    for at in members.values():
        for i, j in itertools.combinations(at, 2):
            strings[i, j] = strings[j, i] = edits(texts[i], texts[j])
            edit[i, j] = edit[j, i] = edit_distance(paths[i], paths[j])
            gap[i, j] = gap[j, i] = unrelated_edits(paths[i], paths[j], experts) - edit[i, j]
    out = {
        "string_distance": stats.pairwise(strings, members),
        "edit": stats.pairwise(edit, members),
        "overlap": stats.pairwise(overlap, members),
        "edit_excess": stats.pairwise(gap, members),
        "overlap_excess": stats.pairwise(null - overlap, members),
        "overlap_between": _between(overlap, members),
        "entropy": _mean(routes.entropies.mean(axis=1)),
        "spread": _mean([entropy(one) for one in routes.shares]),
        "kept": _mean([np.mean([len(layer) for layer in one]) for one in paths]),
    }
    for name, figure in (("consistency", consistency), ("turn", lambda c: 1 - c.mean())):
        if routes.cosines.shape[1]:
            out[name] = _mean([figure(one) for one in routes.cosines])
        else:
            out[name] = _none(len(paths), "the model has one layer of experts, so none follows")
    return {name: out[name] for name in FIGURES}


def _members(groups: Sequence[str]) -> dict[str, list[int]]:
    out: dict[str, list[int]] = {}
    for i, group in enumerate(groups):
        out.setdefault(group, []).append(i)
    return out


def _overlaps(shares: Floats) -> tuple[Floats, Floats]:
    """Return the overlap distance of all pairs, and that of relabelled ones, exactly.

    Relabelled at random, each expert of one is set beside each of the other equally often.
    """
    count, layers, experts = shares.shape
    seen, null = np.zeros((count, count)), np.zeros((count, count))
    # min(a, b) summed over all pairs of experts, from sorted shares and their running sums.
    order = np.sort(shares, axis=2)
    sums = np.cumsum(order, axis=2)
    for i in range(count):
        seen[i] = 1 - np.minimum(shares[i], shares).sum(axis=2).mean(axis=1)
        for layer in range(layers):
            places = np.searchsorted(order[i, layer], order[:, layer], side="right")
            below = np.concatenate([[0.0], sums[i, layer]])[places]
            total = below + (experts - places) * order[:, layer]
            null[i] += (1 - total.sum(axis=1) / experts) / layers
    return seen, null


def _between(distances: Floats, members: Mapping[str, Sequence[int]]) -> Interval:
    if len(members) < 2:
        return _none(len(distances), "all texts are of one group")
    pairs = itertools.combinations(members.values(), 2)
    value = float(np.mean([distances[np.ix_(a, b)].mean() for a, b in pairs]))
    # A text meets those of many groups, for which leaving out texts of one group does not do.
    return stats.Interval(value, None, None, len(distances), len(distances), stats.NO_METHOD,
                          "given without an interval")  # fmt: skip


def _mean(values: ArrayLike) -> Interval:
    y = np.asarray(values, float)
    return stats.clustered_mean(y, np.arange(len(y)), bounds=stats.UNBOUNDED)


def _none(count: int, reason: str) -> Interval:
    return stats.Interval(None, None, None, count, count, stats.NO_METHOD, reason)


# --- several checkpoints -------------------------------------------------------------------------


@dataclass(frozen=True)
class Agreement:
    """How two figures agree over checkpoints.

    Attributes:
        rank: Spearman's correlation; None if one of the two does not change.
        given_step: the same with the step's own order taken out of both; None if nothing is left.
        p_value: of ``given_step``, two-sided; None below ``FEWEST_CHECKPOINTS`` checkpoints.
        reason: why something is missing.
    """

    rank: float | None
    given_step: float | None
    p_value: float | None
    reason: str = ""


def agreement(x: ArrayLike, y: ArrayLike, step: ArrayLike) -> Agreement:
    """Return the rank agreement of two figures over checkpoints, and what the step leaves of it.

    Given the step is the correlation of ranks, partial on the step's rank. The p-value is Student's
    with n - 3 degrees of freedom and takes checkpoints for independent, which those of one training
    are not: it is a lower bound of doubt.

    Args:
        x: a figure, shape (checkpoints,).
        y: another one.
        step: the checkpoints' steps.
    """
    ranks = [scipy_stats.rankdata(np.asarray(one, float)) for one in (x, y, step)]
    n = len(ranks[0])
    if n < FEWEST_TEXTS or not all(np.ptp(one) for one in ranks):
        return Agreement(None, None, None, "one of the two is the same at all checkpoints")
    xy, xs, ys = (float(np.corrcoef(ranks[a], ranks[b])[0, 1]) for a, b in ((0, 1), (0, 2), (1, 2)))
    left = (1 - xs**2) * (1 - ys**2)
    if left < _ROUNDING:
        return Agreement(xy, None, None, "one of the two goes one way with every step, so that "
                         "nothing is left of it once the step is given")  # fmt: skip
    partial = min(1.0, max(-1.0, (xy - xs * ys) / np.sqrt(left)))
    if n < FEWEST_CHECKPOINTS:
        reason = f"{n} checkpoints give no p-value; {FEWEST_CHECKPOINTS} would"
        return Agreement(xy, float(partial), None, reason)
    score = partial * np.sqrt((n - 3) / max(1 - partial**2, 1e-300))
    return Agreement(xy, float(partial), float(2 * scipy_stats.t.sf(abs(score), n - 3)))
