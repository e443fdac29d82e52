"""Running: lm-eval's flags and results, what is kept of an interrupted run, run folders."""
