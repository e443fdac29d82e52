"""A catalogue of planted lies: ``python -m tests.lies`` tells how many a board would believe.

Each lie is planted into an honest submission by a careful forger: whatever follows from it
(figures, aggregates, hashes, claims, checksums) is made to follow. A lie is believed if the
submission is accepted and neither loses its rank nor says in plain words what was not checked.
"""
