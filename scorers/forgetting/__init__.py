"""Formulas of unlearning: what is gone, what is kept, what is back; pure functions of figures.

Everything is measured against a model that was trained without the forgotten, not against zero: to
know less of them than such a model does is an overshoot, and gives away who was forgotten.
"""

from heptathlon.scorers.forgetting.sentences import extraction_strength, privacy_leak
from heptathlon.scorers.forgetting.shares import (
    SAME,
    equivalent,
    folded,
    forget_ratio,
    forgotten,
    kept,
    recovered,
    regained,
    removed_share,
)
from heptathlon.scorers.forgetting.tofu import (
    TRUTH_RATIOS,
    ForgetQuality,
    forget_quality,
    forget_truth,
    kept_truth,
    least_p,
    truth_ratio,
    utility,
)

__all__ = [
    "SAME",
    "TRUTH_RATIOS",
    "ForgetQuality",
    "equivalent",
    "extraction_strength",
    "folded",
    "forget_quality",
    "forget_ratio",
    "forget_truth",
    "forgotten",
    "kept",
    "kept_truth",
    "least_p",
    "privacy_leak",
    "recovered",
    "regained",
    "removed_share",
    "truth_ratio",
    "utility",
]
