"""What reading leaves in a model, as figures over several runs: one file an idea, all pure."""
