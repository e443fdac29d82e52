"""Reasoning as retrieval: prompts, scripted players and lm-eval YAML."""
