"""Putting something else in the place of what a module of lm-eval's calls by a name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def replaced(module: Any, name: str, stand_in: Any) -> Iterator[None]:
    """Let a module find ``stand_in`` under a name as long as the block runs."""
    original = getattr(module, name)
    setattr(module, name, stand_in)
    try:
        yield
    finally:
        setattr(module, name, original)
