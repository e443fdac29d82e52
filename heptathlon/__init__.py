"""Heptathlon: seven families of tasks for language models, exact scorers and one leaderboard."""

__version__ = "0.1.0"
