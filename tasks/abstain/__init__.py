"""The forms, players and prompts of the abstain family."""

NOT_STATED = "NOT STATED"
"""The word by which a model says that the text does not answer; it is no value."""
