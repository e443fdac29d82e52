"""lm-eval model classes of the suite: the scripted players, and helpers around real models."""
