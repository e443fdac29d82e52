"""Processes beside this one, for work that takes time or room of its own."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor


def pool(count: int) -> ProcessPoolExecutor:
    """Return a pool of fresh interpreters.

    A fork would copy the locks of the threads of Arrow and of torch.

    Args:
        count: how many at a time.
    """
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))
