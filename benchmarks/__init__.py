"""Measurements beside their peers: ``python -m benchmarks`` prints every table."""
