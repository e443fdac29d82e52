"""Many models on many events: cells, each a run of its own that goes on where it stopped.

One idea a module: :mod:`.files` reads what is asked and makes cells of it, :mod:`.cells` runs one
of them, once, :mod:`.spread` runs all of them, here or on Ray, :mod:`.costs` counts their tokens,
and :mod:`.progress` says how far they are.
"""
