"""Student answer forecasting tasks: YAML by tier, prompts and scripted players."""
