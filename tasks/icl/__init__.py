"""The forms, players and prompts of the icl family."""
