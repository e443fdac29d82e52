"""Verbalizer manipulation: prompts, scripted players and lm-eval YAML."""
