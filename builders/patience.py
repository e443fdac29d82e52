"""Asking the Hub: again after a fault that may pass, and in a sentence where it does not."""

import logging
import re
import time
from collections.abc import Callable
from typing import TypeVar

from huggingface_hub.errors import HfHubHTTPError, HFValidationError

from heptathlon.errors import HeptathlonError
from heptathlon.files import DISK_FAULTS

REPOSITORY = re.compile(r"^[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}$", re.ASCII)
ATTEMPTS = 5
WAIT = 2.0
"""Seconds before the second attempt; each later one waits twice as long."""
TRANSIENT = frozenset({408, 412, 425, 429, 500, 502, 503, 504})
"""Answers after which a request may succeed; 412 is a commit of someone else in between."""

logger = logging.getLogger("heptathlon")
T = TypeVar("T")


def patiently(action: Callable[[], T], what: str, sleep: Callable[[float], None] = time.sleep) -> T:
    """Do something at the Hub, again after a fault that may pass.

    Args:
        action: what to do; it must be safe to do twice.
        what: names it in the messages.
        sleep: waits before another attempt.

    Raises:
        HeptathlonError: if the Hub refuses, or the last attempt fails too.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return action()
        except Exception as error:
            known = _hub_fault(error)
            if known is None:
                raise
            fault = known
        status = getattr(getattr(fault, "response", None), "status_code", None)
        if isinstance(fault, HFValidationError) or (status and status not in TRANSIENT):
            break
        if attempt < ATTEMPTS:
            wait = WAIT * 2 ** (attempt - 1)
            logger.warning("%s: %s; again in %g s", what, _first_line(fault), wait)
            sleep(wait)
    mend = "try again: nothing is half done"
    if status in (401, 403):
        mend = "log in with hf auth login, with a token that may do it"
    if status == 404:
        mend = "it is not published there, or hidden from you"
    raise HeptathlonError(f"{what}: {_first_line(fault)}; {mend}.") from None


def _hub_fault(error: BaseException | None) -> BaseException | None:
    """Return what went wrong at the Hub or on the way there; None for any other error."""
    if isinstance(error, OSError) and error.errno in DISK_FAULTS:
        # A full disk here is no fault of the Hub's, and no waiting mends it.
        return None
    if isinstance(error, HfHubHTTPError | HFValidationError | OSError):
        return error
    # The client's transport has changed its name before, and its errors have no common base.
    if type(error).__module__.partition(".")[0] in ("httpx", "httpx2", "httpcore"):
        return error
    # An upload that fails in one of the client's threads is wrapped.
    return _hub_fault(error.__cause__) if isinstance(error, RuntimeError) else None


def _first_line(error: BaseException) -> str:
    said = str(error).strip().splitlines()
    return said[0].rstrip(".") if said else type(error).__name__
