"""Samples in clusters, and plain forms of what the statistics compute."""

import math

import numpy as np
from hypothesis import strategies as st

RATES = st.floats(0, 1)
BITS = st.integers(0, 1)


@st.composite
def clustered(draw, elements=RATES, min_size=2):
    """Draw values with cluster labels, of which there are at least two."""
    values = draw(st.lists(elements, min_size=min_size, max_size=30))
    labels = draw(st.lists(st.integers(0, 5), min_size=len(values), max_size=len(values)))
    labels[:2] = [0, 1]
    return np.array(values, dtype=float), np.array(labels)


def exchangeable(rng, clusters, size, icc, share=0.5):
    """Return 0/1 figures whose items equal their cluster's with the square root of the ICC."""
    own = rng.random((clusters, size)) < share
    common = rng.random((clusters, 1)) < share
    values = np.where(rng.random((clusters, size)) < math.sqrt(icc), common, own)
    return values.ravel().astype(float), np.repeat(np.arange(clusters), size)


def loop_variance(values, labels):
    """CR2 variance of the mean, term by term, as Miller's double sum within clusters."""
    n, mean, total = len(values), sum(values) / len(values), 0.0
    for label in set(labels.tolist()):
        inside = [v - mean for v, g in zip(values, labels, strict=True) if g == label]
        pairs = sum(x * y for x in inside for y in inside)
        total += pairs / (1 - len(inside) / n)
    return total / n**2


def satterthwaite(labels):
    """Degrees of freedom of the CR2 variance, from its matrix form for independent items."""
    _, sizes = np.unique(labels, return_counts=True)
    n = sizes.sum()
    into_sums = np.repeat(np.eye(len(sizes)), sizes, axis=1)
    residual_sums = into_sums @ (np.eye(n) - np.full((n, n), 1 / n))
    covariance = residual_sums @ residual_sums.T
    product = covariance / (1 - sizes / n)[:, None]
    return np.trace(product) ** 2 / np.trace(product @ product)


def unbalanced(rng, clusters):
    labels = np.repeat(np.arange(clusters), rng.integers(1, 8, size=clusters))
    return (rng.random(clusters)[labels] + rng.random(labels.size)) / 2, labels


def satterthwaite_of_sizes(labels):
    """As :func:`satterthwaite`, for many items: the sums' covariance needs only the sizes."""
    _, sizes = np.unique(labels, return_counts=True)
    n = sizes.sum()
    covariance = np.diag(sizes.astype(float)) - np.outer(sizes, sizes) / n
    product = covariance / (1 - sizes / n)[:, None]
    return np.trace(product) ** 2 / np.trace(product @ product)
