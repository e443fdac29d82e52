"""Asking another model what it thinks of a run's answers."""

from pathlib import Path
from typing import Annotated

import typer

from heptathlon.cli import tables
from heptathlon.cli.terminal import Json, err, out, print_json

app = typer.Typer()


@app.command()
def judge(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder that a run wrote.")],
    model: Annotated[str, typer.Option(help="The judge: its name on the server, or a class.")],
    base_url: Annotated[
        str, typer.Option(help="OpenAI-compatible server, such as http://127.0.0.1:8000/v1.")
    ] = "",
    model_args: Annotated[
        str, typer.Option(help="Without a server: arguments of lm-eval's class --model.")
    ] = "",
    rubric: Annotated[
        str, typer.Option(help="A family's, such as reasoning; the one that fits if left out.")
    ] = "",
    task: Annotated[list[str] | None, typer.Option(help="Task, one or more; all if none.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Questions at once.")] = 4,
    tries: Annotated[int, typer.Option(min=1, max=20, help="Tries of a question.")] = 6,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds of one try.")] = 120,
    max_tokens: Annotated[int, typer.Option(min=1, help="Tokens of a reply.")] = 1024,
    batch_size: Annotated[str, typer.Option(help="Without a server: lm-eval's batch size.")] = "1",
    device: Annotated[str, typer.Option(help="Without a server: lm-eval's device.")] = "",
    as_json: Json = False,
) -> None:
    """Ask another model what it thinks of a run's answers; called again, it goes on.

    The key is read from HEPTATHLON_JUDGE_KEY.
    """
    from rich.progress import Progress

    from heptathlon.models import chat
    from heptathlon.running import runs
    from heptathlon.scoring import judging

    if rubric:
        judging.rubric_of(rubric)
    if bool(base_url) == bool(model_args):
        raise typer.BadParameter("give --base-url or --model-args", param_hint="--base-url")
    runs.read_run(folder)  # before a judge is loaded, which takes its time
    asked: chat.Asked
    if base_url:
        asked = chat.ChatServer(
            base_url, model, max_tokens=max_tokens, concurrency=concurrency, tries=tries,
            timeout=timeout,
        )  # fmt: skip
    else:
        asked = chat.LmEvalModel(model, model_args, batch_size, device or None, max_tokens)
    with Progress(console=err, transient=True) as bar:
        line = bar.add_task("replies", total=None)
        files = judging.judge_run(
            folder, asked, rubric=rubric, tasks=task or [],
            progress=lambda done, count: bar.update(line, completed=done, total=count),
        )  # fmt: skip
    cards = judging.card(runs.read_run(folder))
    if as_json:
        print_json({"judged": [card.model_dump() for card in cards]})
        return
    for card in cards:
        out.print(tables.judged(card))
    for file in files:
        out.print(str(file), markup=False)
