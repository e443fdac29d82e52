"""Private salts of hidden splits."""

import sys

import typer

from heptathlon import salts
from heptathlon.cli.terminal import err

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Make the private salt of a hidden split."""


@app.command()
def new() -> None:
    """Print a new salt: 32 random bytes, to be kept secret and given as HEPTATHLON_SALT."""
    sys.stdout.write(f"{salts.new()}\n")
    err.print(
        "Keep it secret and safe: who has it can build the hidden split, and without it the split "
        f"cannot be built again. Use it with export {salts.VARIABLE}=…"
    )
