"""A figure with its interval, of which every card is made."""

from pydantic import BaseModel, ConfigDict, Field


class Closed(BaseModel):
    """A card: no field but those named, and none changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Estimate(Closed):
    """A figure with its interval.

    Attributes:
        metric: name of the metric.
        value: the point estimate; None if it is not defined, and then ``reason`` says why.
        low: lower end of the 95 % interval; None if it cannot be given.
        high: upper end.
        n: documents that it rests on.
        clusters: independent clusters among them.
        method: how the interval was computed, such as ``wilson`` or ``cluster-bootstrap``.
        reason: why a figure or its interval is missing; empty otherwise.
    """

    metric: str
    value: float | None = Field(allow_inf_nan=False)
    low: float | None = Field(allow_inf_nan=False)
    high: float | None = Field(allow_inf_nan=False)
    n: int = Field(ge=0)
    clusters: int = Field(ge=0)
    method: str
    reason: str = ""
