"""Running models and players."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from heptathlon.cli.terminal import err, out

app = typer.Typer()


@app.command(
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def run(context: typer.Context) -> None:
    """Evaluate a model: the flags of lm_eval run, samples logged, nothing lost silently."""
    from heptathlon.running import runner

    for path in runner.run(context.args):
        err.print(f"results: {path}\nnext: heptathlon score {path.parent}")


@app.command("from-inspect")
def from_inspect(
    log: Annotated[Path, typer.Argument(metavar="LOG", help="Log of inspect eval heptathlon/….")],
    to: Annotated[Path, typer.Option("--out", help="Folder of runs.")] = Path("runs"),
) -> None:
    """Make a run of a log of Inspect's: the same answers, scored as any others."""
    from heptathlon.running import inspect_logs

    for path in inspect_logs.run(log, to):
        err.print(f"results: {path}\nnext: heptathlon score {path.parent}")


@app.command()
def demo(
    to: Annotated[Path, typer.Option("--out", help="Folder for everything it makes.")] = Path(
        "demo"
    ),
    models: Annotated[
        str,
        typer.Option(
            help="smollm2, qwen2.5-coder-0.5b, qwen2.5-coder-1.5b, minilm; several with commas."
        ),
    ] = "smollm2",
) -> None:
    """Build the smoke tier, run real models and three scripted players, write the leaderboard."""
    from heptathlon import demo as demonstration

    page = demonstration.run_demo(to, lambda text: err.print(escape(text)), models.split(","))
    out.print(f"The leaderboard is at {page.resolve()}")
