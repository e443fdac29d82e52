"""The forms, players and prompts of the abstain family."""
