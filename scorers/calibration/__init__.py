"""Whether a confidence can be trusted: as high as the answers are right, and higher for right ones.

A confidence is a number from 0 to 1 that goes with one answer; the outcome is 1 where the answer is
right, 0 where it is not, and a share where equals were tied. One idea a file: what an answer is
(:mod:`answers`), means (:mod:`means`), bins and their null (:mod:`bins`), a decomposition without
bins (:mod:`corp`), telling right from wrong (:mod:`ranking`), answering less (:mod:`coverage`), one
temperature (:mod:`temperature`), and confidence from likelihoods (:mod:`options`).

No figure here gets a percentile bootstrap of a calibration error: such an error is a mean of
distances, grows as answers get fewer, and every resample has more of it than the sample; of 400
calibrated answers no such interval holds the truth of 0. In its place stand a squared error from
which the noise is taken off, and what a calibrated model of the same confidence would show.
"""

from heptathlon.scorers.calibration.answers import Answers, answers
from heptathlon.scorers.calibration.bins import (
    CalibrationError,
    bins_for,
    calibration_error,
    squared_error,
)
from heptathlon.scorers.calibration.corp import Corp, corp
from heptathlon.scorers.calibration.coverage import accuracy_at, augrc, aurc, selective
from heptathlon.scorers.calibration.means import brier, log_loss, over
from heptathlon.scorers.calibration.options import Choice, choice_of
from heptathlon.scorers.calibration.ranking import auroc
from heptathlon.scorers.calibration.temperature import Tempered, halves, tempered

__all__ = [
    "Answers",
    "CalibrationError",
    "Choice",
    "Corp",
    "Tempered",
    "accuracy_at",
    "answers",
    "augrc",
    "aurc",
    "auroc",
    "bins_for",
    "brier",
    "calibration_error",
    "choice_of",
    "corp",
    "halves",
    "log_loss",
    "over",
    "selective",
    "squared_error",
    "tempered",
]
