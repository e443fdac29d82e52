"""The command ``heptathlon``: one file a group of commands, thin edges around the library."""

import io
import sys
import traceback
from typing import Annotated

import typer

from heptathlon.cli import (
    board,
    confide,
    data,
    doctor,
    examples,
    families,
    forms,
    judge,
    pathways,
    plan,
    run,
    salt,
    score,
    squad,
    study,
    submit,
    sweep,
)  # fmt: skip
from heptathlon.cli.terminal import OWN_FAULT, REFUSED, Log, err, out
from heptathlon.errors import HeptathlonError, OwnFaultError
from heptathlon.version import __version__

app = typer.Typer(
    no_args_is_help=True,
    help="Events for language models, exact scorers and one leaderboard.",
    pretty_exceptions_enable=False,
)
for commands in (
    families,
    data,
    plan,
    run,
    sweep,
    score,
    forms,
    confide,
    squad,
    judge,
    pathways,
    doctor,
):
    app.add_typer(commands.app)
app.add_typer(study.app, name="study", help="Run and score several runs together.")
app.add_typer(submit.app, name="submit", help="Prepare and check a submission.")
app.add_typer(board.app, name="leaderboard", help="Build and look at the leaderboard.")
app.add_typer(salt.app, name="salt", help="Make the private salt of a hidden split.")
examples.add_to(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        out.print(f"heptathlon {__version__}")
        raise typer.Exit


@app.callback()
def everywhere(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_print_version, help="Print the version and end."
        ),
    ] = False,
) -> None:
    """Take what stands before a command."""


def main() -> None:
    """Run the command line: 0 done, 1 refused, 2 wrong usage, 3 own fault, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        # A console that has no arrow shows a question mark, and a finished run stays finished.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    Log().attach()
    try:
        app()
    except OwnFaultError as error:
        err.print(f"heptathlon: {error}", markup=False)
        sys.exit(OWN_FAULT)
    except (HeptathlonError, OSError) as error:
        err.print(f"heptathlon: {error}", markup=False)
        sys.exit(REFUSED)
    except Exception:
        # A fault of the program says nothing of its input, and must not look like a refusal.
        traceback.print_exc()
        sys.exit(OWN_FAULT)
