"""Maze navigation: prompts, scripted players and lm-eval YAML."""
