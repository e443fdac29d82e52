"""The unlearning tasks: prompts, scripted players and the table of tasks."""
