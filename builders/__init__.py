"""Builders: from a seed, or from pinned source files, to the records of each family."""
