"""A part of a long submission, checked in a process that ends and gives back all that it took.

Text of many sizes, read and let go, leaves a heap in pieces that nothing can return: after all
families of the longest submission half a gibibyte stayed, most of it unused.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from heptathlon import processes
from heptathlon.leaderboard.validate.case import Case
from heptathlon.scoring import playing


def check(function: Callable[..., None], case: Case, *args: Any) -> None:
    """Let another process add to a case what a function adds to it.

    Args:
        function: a module's own function; it is called with the case and the other arguments.
        case: the submission, of which no samples are kept.
        args: what the function needs besides.

    Raises:
        OwnFaultError: what the function raises, and a process that did not live to its end.
    """
    # What other parts left is not needed there, and would travel twice.
    bare = replace(case, sets={}, logged={}, contents={}, kept={})
    with processes.pool(1) as pool:
        done = pool.submit(_called, function, bare, args).result()
    for name in ("sets", "logged", "contents", "kept"):
        getattr(case, name).update(getattr(done, name))
    for name in ("findings", "notes", "unranked", "found", "families", "used"):
        setattr(case, name, getattr(done, name))


def _called(function: Callable[..., None], case: Case, args: tuple[Any, ...]) -> Case:
    playing.keep_nothing()
    function(case, *args)
    return case
