"""The tasks of the continual-tuning stream: prompts, pictures and players."""
