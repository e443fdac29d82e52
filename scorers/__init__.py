"""Scorers: pure functions from an answer to a verdict, one module a family, and the statistics."""
