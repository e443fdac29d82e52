"""Figures over several orders of the same tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heptathlon.scorers.continual.matrix import Figure


def average_orders(orders: Sequence[Mapping[str, Figure]]) -> dict[str, Figure]:
    """Average each figure over task orders; null if one order lacks it.

    Raises:
        ValueError: without an order, or if they have different figures.
    """
    if not orders:
        raise ValueError("there is no order to average over")
    if any(order.keys() != orders[0].keys() for order in orders):
        raise ValueError("the orders have different figures")
    out = {}
    for name in orders[0]:
        values = [order[name].value for order in orders]
        known = [v for v in values if v is not None]
        if len(known) < len(values):
            number = values.index(None)
            out[name] = Figure(None, f"order {number + 1}: {orders[number][name].reason}")
        else:
            out[name] = Figure(float(np.mean(known)))
    return out


@dataclass(frozen=True)
class Spread:
    """A figure over several task orders.

    Attributes:
        orders: how many have it.
        mean: their mean; None if one lacks the figure.
        sd: their standard deviation, of a sample; None for fewer than two.
        least: the smallest.
        most: the largest.
        reason: why there is no mean.
    """

    orders: int
    mean: float | None
    sd: float | None
    least: float | None
    most: float | None
    reason: str = ""


def spread_of_orders(orders: Sequence[Mapping[str, Figure]]) -> dict[str, Spread]:
    """Return mean, spread, least and most of each figure over task orders.

    Raises:
        ValueError: as :func:`average_orders`.
    """
    out = {}
    for name, mean in average_orders(orders).items():
        known = [value for order in orders if (value := order[name].value) is not None]
        sd = float(np.std(known, ddof=1)) if len(known) > 1 and mean.value is not None else None
        least, most = (min(known), max(known)) if known else (None, None)
        out[name] = Spread(len(known), mean.value, sd, least, most, mean.reason)
    return out
