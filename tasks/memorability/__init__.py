"""The memorability tasks: YAML by tier, prompts and players."""
