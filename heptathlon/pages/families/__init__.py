"""What only one family draws, in a module of its name, which ends with its ``DRAWINGS``."""
