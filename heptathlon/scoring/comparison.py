"""A comparison of two runs as data: what ``heptathlon compare`` prints and writes."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from heptathlon.scoring.cards import Estimate, ModelCard

Word = Literal["a", "b", "tie"]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Difference(_Closed):
    """Two runs on the same items.

    Attributes:
        a: the first run's figure on the shared items; None where it is not defined.
        b: the second run's.
        difference: a - b with its interval, which no correction for the number of comparisons
            widens.
        p_value: two-sided, for a difference of 0; None if there is no test.
        p_adjusted: the same after Holm's correction: over the families for a headline, over a
            family's strata for a stratum.
        test: how the p-value was computed.
        verdict: the better run if ``p_adjusted`` says so, or ``tie``; None without a test.
        a_better: items on which the first scores higher; None for a figure that items lack.
        b_better: items on which the second scores higher.
        equal: items on which both score the same.
    """

    a: float | None = Field(allow_inf_nan=False)
    b: float | None = Field(allow_inf_nan=False)
    difference: Estimate
    p_value: float | None = Field(allow_inf_nan=False)
    p_adjusted: float | None = Field(allow_inf_nan=False)
    test: str
    verdict: Word | None
    a_better: int | None
    b_better: int | None
    equal: int | None


class StratumDifference(Difference):
    """The difference on one level of one record field.

    Attributes:
        field: the record field, such as ``topology``.
        level: its value, as text.
    """

    field: str
    level: str


class FamilyDifference(Difference):
    """The difference on one family's headline.

    Attributes:
        family: name in the registry.
        title: title in the registry.
        edition: edition of the set.
        tier: tier of the set.
        season: season of the set.
        version: the family's version.
        metric: the headline's metric.
        shared: items that both runs answered.
        only_a: items of the headline that the first run alone answered.
        only_b: items that the second run alone answered.
        expected: items of the set's headline.
        detectable: true difference that a comparison like this one finds four times in five.
        detectable_reason: why it is unknown; empty otherwise.
        strata: the difference by record field.
        sentence: the finding in plain words.
    """

    family: str
    title: str
    edition: str
    tier: str
    season: str
    version: int
    metric: str
    shared: int
    only_a: int
    only_b: int
    expected: int
    detectable: float | None = Field(allow_inf_nan=False)
    detectable_reason: str
    strata: list[StratumDifference]
    sentence: str


class Comparison(_Closed):
    """Two runs, compared.

    Attributes:
        a: who answered the first run.
        b: who answered the second.
        shared: items that both answered, over all families.
        families: the comparison of each family.
        warnings: what makes the two runs less comparable than they look.
        sentence: the findings of all families in plain words.
    """

    schema_version: Literal[1] = 1
    a: ModelCard
    b: ModelCard
    shared: int
    families: dict[str, FamilyDifference]
    warnings: list[str]
    sentence: str
