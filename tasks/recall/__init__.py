"""The recall tasks: prompts, scripted players and the table of tasks."""
