"""What can honestly be said of a mean, of a skill and of the difference between two models.

Items that share a cluster (one maze, one book, one student) are not independent, so every function
here takes the items' cluster labels and rests on the spread between clusters, not between items.

An undefined figure is ``None`` with a reason, never NaN and never 0. In particular a sample without
spread (all right, all wrong, two models that agree on every item) has a standard error of 0 but
says little if it is small: it gets a bound, not an interval of no width.
"""

from heptathlon.scorers.stats.bootstrap import Statistic, cluster_bootstrap
from heptathlon.scorers.stats.detectable import (
    Detectable,
    minimal_detectable_difference,
    planned_detectable_difference,
)
from heptathlon.scorers.stats.differences import (
    Event,
    PointDifferences,
    point_differences,
    point_rank_ranges,
)
from heptathlon.scorers.stats.groups import df_of_shares
from heptathlon.scorers.stats.influence import Influence, influence
from heptathlon.scorers.stats.interval import (
    CLUSTER_BOOTSTRAP,
    CLUSTERED_T,
    CLUSTERED_WILSON,
    MCNEMAR,
    NO_METHOD,
    UNBOUNDED,
    WILSON,
    WILSON_ON_CLUSTERS,
    Bounds,
    Interval,
)
from heptathlon.scorers.stats.levels import Level, level_on
from heptathlon.scorers.stats.means import clustered_mean, mean_interval, wilson
from heptathlon.scorers.stats.pairs import PairedResult, fewest_clusters, paired
from heptathlon.scorers.stats.pairwise import pairwise
from heptathlon.scorers.stats.points import (
    FULL,
    Anchors,
    held,
    mean_of_points,
    points_of,
    skill_between,
)
from heptathlon.scorers.stats.ranks import RankRange, holm, rank_ranges
from heptathlon.scorers.stats.ratios import ratio, skill
from heptathlon.scorers.stats.sequences import (
    BETTING,
    Sequence,
    best_rho,
    betting,
    log_capital,
    normal_mixture,
    p_of_sequence,
)

__all__ = [
    "BETTING",
    "CLUSTERED_T",
    "CLUSTERED_WILSON",
    "CLUSTER_BOOTSTRAP",
    "FULL",
    "MCNEMAR",
    "NO_METHOD",
    "UNBOUNDED",
    "WILSON",
    "WILSON_ON_CLUSTERS",
    "Anchors",
    "Bounds",
    "Detectable",
    "Event",
    "Influence",
    "Interval",
    "Level",
    "PairedResult",
    "PointDifferences",
    "RankRange",
    "Sequence",
    "Statistic",
    "best_rho",
    "betting",
    "cluster_bootstrap",
    "clustered_mean",
    "df_of_shares",
    "fewest_clusters",
    "held",
    "holm",
    "influence",
    "level_on",
    "log_capital",
    "mean_interval",
    "mean_of_points",
    "minimal_detectable_difference",
    "normal_mixture",
    "p_of_sequence",
    "paired",
    "pairwise",
    "planned_detectable_difference",
    "point_differences",
    "point_rank_ranges",
    "points_of",
    "rank_ranges",
    "ratio",
    "skill",
    "skill_between",
    "wilson",
]
