"""Asking a model about the answers that it gave."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from heptathlon.cli.terminal import Json, out, print_json
from heptathlon.errors import HeptathlonError

app = typer.Typer()


@app.command()
def confide(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder that a run wrote.")],
    ask: Annotated[
        str, typer.Option(help="p_true, p_ik, said, agree, judge; several with commas.")
    ] = "p_true,p_ik,said,agree,judge",
    task: Annotated[list[str] | None, typer.Option(help="Task, one or more; all if none.")] = None,
    against: Annotated[
        Path | None, typer.Option(help="Run of another model, to hold p_ik against as well.")
    ] = None,
    items: Annotated[int, typer.Option(min=1, help="Answers of each task at most.")] = 200,
    samples: Annotated[int, typer.Option(min=2, max=40, help="Samples of agree.")] = 5,
    max_tokens: Annotated[int, typer.Option(min=1, help="Tokens of a percentage.")] = 64,
    model_args: Annotated[
        str, typer.Option(help="Arguments that may differ from the run's, such as base_url=…")
    ] = "",
    batch_size: Annotated[str, typer.Option(help="lm-eval's batch size.")] = "1",
    device: Annotated[str, typer.Option(help="lm-eval's device; the run's if left out.")] = "",
    as_json: Json = False,
) -> None:
    """Ask a run's model how sure it is of its own answers; called again, it goes on.

    Asked is the model of the run, by the run's own class or server.
    """
    from heptathlon.running import runs
    from heptathlon.scoring import scorecard
    from heptathlon.scoring.confide import asking, records

    named = [part.strip() for part in ask.split(",")]
    kinds = tuple(kind for kind in asking.KINDS if kind in named)
    if strangers := [part for part in named if part not in asking.KINDS]:
        raise HeptathlonError(
            f"confide: --ask {strangers[0]!r} is no question; there are {', '.join(asking.KINDS)}."
        )
    run = runs.read_run(folder)
    wanted = asking.Wanted(
        kinds, tuple(task or ()), items, samples, max_tokens, batch_size, device, model_args
    )
    asking.confide(run, wanted, runs.read_run(against) if against else None)
    card, _ = scorecard.score_run(run, confided=records.read(run))
    if as_json:
        print_json(
            {
                name: {
                    "confidence": [one.model_dump() for one in family.confidence],
                    "self_judged": [one.model_dump() for one in family.self_judged],
                }
                for name, family in card.families.items()
            }
        )
        return
    out.print(_table(card))
    out.print(f"next: heptathlon score {run.folder}", markup=False)


def _table(card: Any) -> Table:
    """Return each confidence's figures, and the judged quality's."""
    table = Table("asked", "confidence", "n", "unread", "right", "over", "AUROC", box=None)
    for name, family in card.families.items():
        for one in family.confidence:
            asked = ", ".join(one.variants) if len(one.variants) < 3 else name
            cells = [one.accuracy, one.figures["over"], one.figures["auroc"]]
            table.add_row(
                asked, one.confidence, f"{one.n:,}", f"{one.unread:,}", *map(_figure, cells)
            )
        for one in family.self_judged:
            table.add_row(
                one.variant, f"judge, digit {one.digit:.1f}", f"{one.n:,}", f"{one.unread:,}",
                _figure(one.score), "rank corr.", _figure(one.spearman),
            )  # fmt: skip
    return table


def _figure(one: Any) -> str:
    return "-" if one.value is None else f"{one.value:.3f}"
