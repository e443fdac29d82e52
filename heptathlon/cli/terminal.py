"""What all commands share: the two consoles, the options that several have, exit codes."""

import json
import logging
import os
import sys
from typing import Annotated, Any

import typer
from rich.console import Console

from heptathlon import families

REFUSED = 1
"""Exit code of what was refused, with a sentence on standard error."""
OWN_FAULT = 3
"""Exit code where this installation's data, machine or program is at fault, and not the input."""

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Edition = Annotated[str, typer.Option(help="fresh, paper, or another that a family has.")]
Tier = Annotated[str, typer.Option(help="Size of the set: smoke, lite, full or long.")]
Processes = Annotated[int, typer.Option(min=0, help="Processes at a time; one a core if left out.")]
Season = Annotated[str, typer.Option(help="Season whose seeds make the data.")]


def complete_family(incomplete: str) -> list[str]:
    """Return the families whose names begin so, for the shell's completion."""
    return [name for name in families.FAMILIES if name.startswith(incomplete)]


def complete_name(incomplete: str) -> list[str]:
    """Return the families and variants whose names begin so, for the shell's completion."""
    from heptathlon.tasks import catalog

    variants = (f"{leaf.family}_{leaf.row.name}" for leaf in catalog.leaves().values())
    return [
        one for one in dict.fromkeys([*families.FAMILIES, *variants]) if one.startswith(incomplete)
    ]


Family = Annotated[str, typer.Argument(autocompletion=complete_family)]


class Log(logging.Handler):
    """Prints the suite's own log on standard error, as plain lines."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        sys.stderr.write(f"{self.format(record)}\n")

    def attach(self) -> None:
        """Listen to the suite, once a process."""
        logger = logging.getLogger("heptathlon")
        if not any(isinstance(one, Log) for one in logger.handlers):
            logger.addHandler(self)
            logger.setLevel(logging.INFO)


def cores() -> int:
    """Return how many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def print_json(value: Any) -> None:
    """Print one JSON document on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
