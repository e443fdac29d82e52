"""What a run says while it runs: lm-eval and its libraries only what matters, and that once.

``LMEVAL_LOG_LEVEL=INFO`` brings back what lm-eval says by itself.
"""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache, partial
from typing import Any

from heptathlon.running.replaced import replaced

ADVICE = (
    "Custom kwargs can be passed to `--metadata`",
    # A group averages those of its tasks that have its metric; scores are the scorecard's.
    "is missing in",
)
"""Words of what lm-eval says of every task or group of the suite."""

BETWEEN = 5.0
"""Seconds between two lines that say how far a run is."""

logger = logging.getLogger("heptathlon")


def prepare() -> None:
    """Set what lm-eval and its libraries read from the environment, before they are imported."""
    # Hashing every image of every sample twice takes minutes; our records identify themselves.
    os.environ.setdefault("LMEVAL_HASHMM", "0")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if not sys.stderr.isatty():
        # A bar draws itself anew on its line; in a file it is one line of a thousand pieces.
        os.environ.setdefault("TQDM_DISABLE", "1")


def hush() -> None:
    """Let lm-eval log what goes wrong, each sentence once, and no advice."""
    from lm_eval.utils import setup_logging

    setup_logging(logging.WARNING)
    for handler in logging.getLogger("lm_eval").handlers:
        if type(handler) is logging.StreamHandler:
            # In a notebook it is another one than when lm-eval was first used, and that is closed.
            handler.stream = sys.stderr
            # A run says what the one before it said; others' handlers are not ours to filter.
            for old in [one for one in handler.filters if isinstance(one, _New)]:
                handler.removeFilter(old)
            handler.addFilter(_New())


def wanted() -> bool:
    """Tell whether lm-eval's own words are asked for, by its environment variable."""
    return logging.getLogger("lm_eval").level <= logging.INFO


class _New(logging.Filter):
    """Lets pass what was not said before."""

    def __init__(self) -> None:
        super().__init__()
        self._said: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if said in self._said or any(words in said for words in ADVICE):
            return False
        self._said.add(said)
        return True


class Progress:
    """How far a run is: a line now and then, and one for the last task.

    Args:
        count: tasks of the run.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._started = self._said = time.monotonic()

    def say(self, number: int, task: str) -> None:
        """Say that a task is done, the ``number``-th, if it is time to."""
        now = time.monotonic()
        if number == self._count or now - self._said > BETWEEN:
            self._said = now
            passed = now - self._started
            logger.info("[%d of %d, %.0f s] %s", number, self._count, passed, task)


@contextmanager
def without_bars() -> Iterator[None]:
    """Let lm-eval render prompts, a matter of moments, without a bar for each task."""
    import lm_eval.api.task as module

    with replaced(module, "tqdm", partial(module.tqdm, disable=True)):
        yield


def one_look_at_the_machine() -> AbstractContextManager[Any]:
    """Let lm-eval describe the machine once a process: each look runs pip, lscpu and git."""
    import lm_eval.evaluator as module

    looks = ExitStack()
    looks.enter_context(replaced(module, "add_env_info", lambda r: r.update(_environment())))
    looks.enter_context(replaced(module, "get_git_commit_hash", _commit))
    return looks


@cache
def _environment() -> dict[str, Any]:
    from lm_eval.loggers.utils import add_env_info

    storage: dict[str, Any] = {}
    add_env_info(storage)
    return storage


@cache
def _commit() -> str | None:
    """Return the commit of the folder that a run is started in, as lm-eval records it.

    Git says on standard error, which is nobody's concern, that a folder is no repository.
    """
    from lm_eval.loggers.utils import get_commit_from_path

    try:
        described = subprocess.run(
            ["git", "describe", "--always"],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
        )
    except (subprocess.CalledProcessError, FileNotFoundError):
        found: str | None = get_commit_from_path(os.getcwd())
        return found
    return described.stdout.strip()
