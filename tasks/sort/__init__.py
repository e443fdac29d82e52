"""SORT's lm-eval tasks, prompts and scripted players."""
