"""The leaderboard: a static site of accepted submissions."""

from pathlib import Path
from typing import Annotated

import typer

from heptathlon.cli.terminal import Processes, cores, out

app = typer.Typer(no_args_is_help=True)


@app.command("build")
def board_build(
    submissions: Annotated[
        list[Path], typer.Argument(help="Submission folders, or folders of them.")
    ],
    to: Annotated[Path, typer.Option("--out", help="Folder of the site.")] = Path("site"),
    reruns: Annotated[
        Path | None, typer.Option(help="Folder of submit rerun's records, for the badge.")
    ] = None,
    hidden: Annotated[
        Path | None,
        typer.Option("--salted", help="Folder of leaderboard salted's records, for the gap."),
    ] = None,
    accepted: Annotated[
        Path | None,
        typer.Option(help="List of accepted submissions, which says who was first; extended."),
    ] = None,
    processes: Processes = 0,
    recheck: Annotated[
        bool, typer.Option("--recheck", help="Check all anew, unchanged submissions too.")
    ] = False,
) -> None:
    """Write the static site from accepted submissions; what is unchanged is not checked again.

    What came of a check is kept in HEPTATHLON_HOME/checked.
    """
    from heptathlon.files import home
    from heptathlon.leaderboard import board, kept, salted

    index = board.build(
        submissions,
        to,
        reruns=reruns,
        hidden=salted.read(hidden),
        processes=processes or cores(),
        kept=home() / kept.FOLDER,
        recheck=recheck,
        accepted=accepted,
    )
    out.print(str(index))


@app.command("salted")
def board_salted(
    folder: Annotated[Path, typer.Argument(help="Submission of a run on the hidden split.")],
    to: Annotated[Path, typer.Option("--out", help="Folder of the records.")],
) -> None:
    """Keep the figures of a run on the hidden split (HEPTATHLON_SALT), and no document of it."""
    from heptathlon.leaderboard import salted

    for path in salted.record(folder, to):
        out.print(str(path))


@app.command("serve")
def board_serve(
    folder: Annotated[Path, typer.Argument(help="Folder of the site.")] = Path("site"),
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
) -> None:
    """Serve a built site on this machine."""
    from heptathlon.leaderboard import serve

    serve.serve(folder, port)
