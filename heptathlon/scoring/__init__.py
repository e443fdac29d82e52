"""Scoring: from a run's samples to scorecards, comparisons and judges' opinions."""
