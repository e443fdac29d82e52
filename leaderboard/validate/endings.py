"""Where an answer of weights must have ended: at the first stop, and within its tokens."""

from heptathlon.leaderboard import allowed, rendering
from heptathlon.leaderboard.validate.task import Task

LONGEST_TOKEN = 512
"""Characters of one token at most: no vocabulary in use has a longer one."""


def runs_on(task: Task, answer: str) -> str:
    """Return how an answer goes on where generation ended; empty if it does not.

    lm-eval cuts what weights wrote at the first stop. A server may do otherwise, a player does not.
    """
    backend = allowed.BACKENDS[task.asked.backend]
    if backend.speaks not in ("template", "processor"):
        return ""
    told = rendering.generation_of(task.data.task, task.asked)
    if any(stop and stop in answer for stop in told.get("until") or ()):
        return "holds a text at which generation ends"
    most = told.get("max_gen_toks")
    if isinstance(most, int) and len(answer) > most * LONGEST_TOKEN:
        return f"is longer than {most:,} tokens can be"
    return ""
