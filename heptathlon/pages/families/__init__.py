"""What only one family draws, in a module of its name, which ends with its ``DRAWINGS``.

A plug-in's stand in the module ``drawings`` of its package.
"""
