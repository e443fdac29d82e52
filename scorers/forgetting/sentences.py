"""Figures of single sentences: from where on they are known by heart, and whether they were read.

References:
    Carlini et al. 2021 (arXiv 2012.07805), extraction; open-unlearning's extraction strength.
    Shi et al. 2024 (arXiv 2407.06460), MUSE: PrivLeak.
"""

from collections.abc import Sequence


def extraction_strength(hits: Sequence[bool]) -> float:
    """Return the share of a text that is said once what precedes it is given.

    Args:
        hits: for each place of a cut, in order, whether all that follows is what the model says.

    Returns:
        1 - k/n, with k the first place from which all is said; 0 where it never is (a published
        code gives 1/n there).

    Example:
        >>> extraction_strength([False, False, True, True]), extraction_strength([False, False])
        (0.5, 0.0)
    """
    count = len(hits)
    first = next((k for k in range(count) if all(hits[k:])), count)
    return 1 - first / count if count else 0.0


def privacy_leak(auc: float, retrained: float) -> float:
    """Return MUSE's PrivLeak in per cent, of AUCs at which 0 says that the forgotten are memorised.

    Args:
        auc: chance that a forgotten text is more surprising than one that was never read.
        retrained: the same of the retrained model.

    Returns:
        0 for the retrained model, less for what is still remembered, more for an overshoot.

    Example:
        >>> round(privacy_leak(1 / 9, 0.5), 2), round(privacy_leak(1 / 9, 0.4772), 2)
        (-77.78, -76.72)
    """
    return 100 * (auc - retrained) / retrained
