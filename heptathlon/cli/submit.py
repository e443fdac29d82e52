"""Submissions: a run's files and an envelope, prepared, checked and sent."""

from pathlib import Path
from typing import Annotated

import typer

from heptathlon.cli.terminal import REFUSED, Json, Processes, cores, out, print_json

app = typer.Typer(no_args_is_help=True)


@app.command("prepare")
def submit_prepare(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder that a run wrote.")],
    to: Annotated[Path, typer.Option("--out", help="Folder of the submission.")],
    model_name: Annotated[str, typer.Option(help="org/name on the board.")] = "",
    submitter: Annotated[str, typer.Option(help="Who submits.")] = "",
    url: Annotated[str, typer.Option(help="https link to the model.")] = "",
) -> None:
    """Put a run's files and a small envelope into one folder."""
    from heptathlon.leaderboard import submit

    out.print(str(submit.prepare(folder, to, model_name=model_name, submitter=submitter, url=url)))


@app.command("validate")
def submit_validate(
    files: Annotated[list[Path], typer.Argument(help="Submission folders, or folders of them.")],
    as_json: Json = False,
    processes: Processes = 0,
) -> None:
    """Check submissions: form, documents, and every figure by scoring again."""
    from heptathlon.leaderboard import validate

    reports = []
    for report in validate.validate_all(files, processes or cores()):
        reports.append(report)
        if not as_json:
            out.print(validate.render(report))
    if as_json:
        print_json([r.model_dump() for r in reports])
    if not all(r.accepted for r in reports):
        raise typer.Exit(REFUSED)


@app.command("push")
def submit_push(
    folder: Annotated[Path, typer.Argument(help="Folder that submit prepare wrote.")],
    repository: Annotated[str, typer.Option("--repo", help="ORG/NAME of the results' data set.")],
) -> None:
    """Check a submission and open a pull request with it; a second call opens no second one."""
    from heptathlon.leaderboard import propose

    out.print(propose.propose(folder, repository))


@app.command("rerun")
def submit_rerun(
    folder: Annotated[Path, typer.Argument(help="Folder of the submission.")],
    to: Annotated[Path, typer.Option("--out", help="Folder of the records of repeated runs.")],
    k: Annotated[
        int | None,
        typer.Option("-k", min=1, help="Documents to generate again; what it takes if left out."),
    ] = None,
    model_args: Annotated[
        str, typer.Option(help="lm-eval's --model_args here, if weights lie elsewhere.")
    ] = "",
    device: Annotated[str, typer.Option(help="lm-eval's --device here.")] = "",
    seed: Annotated[
        int | None, typer.Option(help="Seed of the choice of documents; fresh if left out.")
    ] = None,
) -> None:
    """Generate random documents of a submission again, here, and compare the answers."""
    from heptathlon.leaderboard import rerun

    record, path = rerun.rerun(folder, to, k, model_args=model_args, device=device, seed=seed)
    out.print(f"{rerun.words(record)}\n{path}", markup=False)
    if record.verdict != "agrees":
        raise typer.Exit(REFUSED)
