"""What is installed, what is missing for what, and where things lie."""

from collections.abc import Iterable

import typer
from rich.table import Column, Table

from heptathlon.cli.terminal import Json, out, print_json
from heptathlon.errors import OwnFaultError

app = typer.Typer()


@app.command()
def doctor(as_json: Json = False) -> None:
    """Say what is installed, which extras are missing for what, which device, where caches lie."""
    from heptathlon.running import installed

    versions, wrong, extras = dict(installed.versions()), installed.wrong(), installed.extras()
    places, variables = list(installed.places()), dict(installed.variables())
    device = installed.device()
    if as_json:
        print_json(
            {
                "versions": versions,
                "wrong": wrong,
                "missing": {one.extra: one.packages for one in extras},
                "device": device,
                "places": {what: str(path) for what, path, _ in places},
                "variables": variables,
            }
        )
    else:
        _print("Installed", versions.items())
        rows = [
            (one.extra, ", ".join(one.packages) or "there", installed.FOR[one.extra])
            for one in extras
        ]
        _print("Extras: what is missing, and what each is for", rows)
        _print("Device", [("models run on", device)])
        _print("Folders", [(what, str(path), state) for what, path, state in places])
        _print("Environment", variables.items() or [("nothing of the suite's is set", "")])
    if wrong:
        raise OwnFaultError(
            f"This installation lacks {', '.join(wrong)}; install heptathlon again: "
            "pip install --upgrade heptathlon."
        )


def _print(title: str, rows: Iterable[tuple[str, ...]]) -> None:
    rows = list(rows)
    out.print(title, style="bold")
    columns = [Column(no_wrap=True), *[Column() for _ in rows[0][1:]]]
    table = Table(*columns, box=None, show_header=False, padding=(0, 2, 0, 2))
    for row in rows:
        table.add_row(*row)
    out.print(table)
