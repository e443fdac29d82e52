"""Tasks: one folder a family with its lm-eval YAML, its prompts and its scripted players."""
