"""Studies: several runs scored together, one file a kind."""
