"""What each tier of each event costs, counted once with a named tokenizer and kept as data.

``python -m benchmarks.cost`` counts; README and cards print it. The digest of the set says whether
a figure is of the documents of today.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from heptathlon.errors import HeptathlonError

FILE = Path(__file__).with_name("costs.json")


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cost(_Closed):
    """What the tasks of an event's group in one tier ask, without a chat template.

    Attributes:
        digest: of the set when this was counted.
        requests: that are sent.
        prompt: tokens of all requests, rated options among them.
        distinct: those left if each shared beginning within a task is read once.
        written: tokens of answers at most.
        longest: tokens of the longest request.
        pictures: whose tokens are not counted.
    """

    digest: str
    requests: int = Field(ge=1)
    prompt: int = Field(ge=1)
    distinct: int = Field(ge=1)
    written: int = Field(ge=0)
    longest: int = Field(ge=1)
    pictures: int = Field(ge=0)


class Costs(_Closed):
    """All that was counted.

    Attributes:
        tokenizer: the tokenizer, by name.
        events: by event and tier.
    """

    tokenizer: str
    events: dict[str, dict[str, Cost]]


@cache
def costs() -> Costs:
    """Return what was counted.

    Raises:
        HeptathlonError: if the installation's file is none of costs.
    """
    try:
        return Costs.model_validate(json.loads(FILE.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise HeptathlonError(
            f"{FILE}: is no file of costs ({str(error).splitlines()[0]}); count again with python "
            "-m benchmarks.cost."
        ) from None


def in_words(count: int) -> str:
    """Return a number of tokens for a table.

    Example:
        >>> in_words(950), in_words(94_312), in_words(9_631_000), in_words(1_240_000_000)
        ('950', '94 k', '9.6 M', '1.2 G')
    """
    for size, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= size:
            share = count / size
            return f"{share:.0f} {letter}" if share >= 10 else f"{share:.1f} {letter}"
    return str(count)


def card(event: str) -> list[str]:
    """Return an event's part of its card, as lines of Markdown; empty if nothing was counted."""
    found = costs().events.get(event, {})
    if not found:
        return []
    lines = ["## What it costs", ""]
    lines += [
        f"Tokens of `{costs().tokenizer}`, of all tasks of the group, without a chat template."
    ]
    lines += ["*Shared* is what a prefix cache can serve.", ""]
    lines += ["| tier | requests | read | of which shared | written at most | longest prompt |"]
    lines += ["|---|---|---|---|---|---|"]
    for tier, cost in found.items():
        shared = 1 - cost.distinct / cost.prompt
        more = f" and {cost.pictures:,} pictures" if cost.pictures else ""
        lines.append(
            f"| {tier} | {cost.requests:,} | {in_words(cost.prompt)}{more} | {shared:.0%} | "
            f"{in_words(cost.written)} | {in_words(cost.longest)} |"
        )
    return [*lines, ""]


def table(events: Sequence[str], tiers: Sequence[str]) -> list[str]:
    """Return the tokens that events read by tier, as lines of a Markdown table."""
    lines = [f"| tokens read | {' | '.join(f'`{tier}`' for tier in tiers)} |"]
    lines += ["|---|" + "---|" * len(tiers)]
    for event in events:
        of = costs().events.get(event, {})
        cells = (in_words(of[tier].prompt) if tier in of else "" for tier in tiers)
        lines.append(f"| `{event}` | {' | '.join(cells)} |")
    return lines
