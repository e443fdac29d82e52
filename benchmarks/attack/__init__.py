"""The attack that stays: what a script that does not read can win in each event.

``python -m benchmarks.attack [EVENT…]`` learns on sets of one salt what a sceptic would, searches
strategies that never look at the input, and tries what it found on sets of another salt. It prints
for every headline the best it found, its interval and the cue. ``tests/test_attack.py`` runs a fast
cut of it and fails where a cue wins more than it may.

Nothing here knows a family: documents, prompts, options, the oracle player and the scorer are the
registry's, so that a new event is attacked as soon as it is registered.
"""
