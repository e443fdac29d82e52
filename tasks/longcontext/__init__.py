"""The forms, players and prompts of the longcontext family."""
