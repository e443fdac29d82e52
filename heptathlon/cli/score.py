"""What runs say: scored again, compared, put on a page, given on."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from heptathlon.cli import tables
from heptathlon.cli.terminal import Json, out, print_json
from heptathlon.errors import HeptathlonError

app = typer.Typer()


@app.command()
def score(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder that a run wrote.")],
    as_json: Json = False,
    to: Annotated[Path | None, typer.Option("--out", help="Folder; RUN if left out.")] = None,
) -> None:
    """Recompute every score from a run's samples; write scorecard.json and report.html."""
    from heptathlon.files import dump_json, write_text_atomic
    from heptathlon.pages import report
    from heptathlon.scoring import by_family

    found = by_family.score(folder, draw=report.part_of, processes=os.cpu_count() or 1)
    card, target = found.card, to or found.run.folder
    write_text_atomic(target / "scorecard.json", dump_json(card.model_dump()))
    write_text_atomic(target / "report.html", report.of_parts(card, found.drawn))
    if as_json:
        print_json(card.model_dump())
        return
    out.print(tables.scorecard(card))
    for remark in tables.remarks(card):
        out.print(remark, markup=False)
    for opinions in found.judged:
        out.print(tables.judged(opinions))
    out.print(f"{target / 'report.html'}")


@app.command("runs")
def list_runs(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of runs.")],
    as_json: Json = False,
) -> None:
    """List the runs in a folder and below it: who, when, what, and in what they differ."""
    from heptathlon.running import listing

    found = listing.listed(folder)
    if as_json:
        print_json([tables.as_data(one) for one in found])
        return
    out.print(tables.runs(found))
    for remark in tables.run_remarks(found, listing.differing(found)):
        out.print(remark, markup=False)


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="Run folder.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Run folder.")],
    as_json: Json = False,
    cluster: Annotated[
        str, typer.Option(help="Field of the documents whose equal values are one cluster.")
    ] = "",
    metric: Annotated[str, typer.Option(help="Metric; the first that a task logs.")] = "",
) -> None:
    """Say which of two runs is better on the same items, by how much and how sure, or: a tie.

    Runs of the suite are scored anew. For other tasks of lm-eval, run with --log_samples, the
    figures are the logged ones; --cluster and --metric are for these.
    """
    from heptathlon import face
    from heptathlon.scoring import compare as comparing
    from heptathlon.scoring import plain_words
    from heptathlon.scoring.comparison import Comparison

    found = face.compare(a, b, cluster=cluster, metric=metric, processes=os.cpu_count() or 1)
    if as_json:
        print_json(found.model_dump())
    elif isinstance(found, Comparison):
        out.print(comparing.render(found))
    else:
        out.print(plain_words.render(found))


@app.command()
def profile(
    folders: Annotated[list[Path], typer.Argument(metavar="RUN…", help="Run folders.")],
    to: Annotated[Path, typer.Option("--out", help="The page.")] = Path("profile.html"),
    cluster: Annotated[
        str, typer.Option(help="Field of the documents whose equal values are one cluster.")
    ] = "",
) -> None:
    """Write one page with the figures of several runs beside each other.

    Runs of the suite are scored anew; those of other tasks of lm-eval show what it logged.
    """
    from heptathlon.files import write_text_atomic
    from heptathlon.pages import plain as plain_page
    from heptathlon.pages import profile as profiles
    from heptathlon.running import runs
    from heptathlon.scoring import plain, scorecard

    if any(plain.is_plain(folder) for folder in folders):
        ones = [plain.read(folder, cluster) for folder in folders]
        write_text_atomic(to, plain_page.render(ones, cluster))
        out.print(f"{to}")
        return
    scored = [scorecard.score_run(runs.read_run(folder), details=False) for folder in folders]
    write_text_atomic(to, profiles.render(scored))
    out.print(f"{to}")


@app.command("pick-prompt")
def pick_prompt(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Run of the prompt sweep.")],
    as_json: Json = False,
) -> None:
    """Pick the Book-SORT prompt that serves a model best, from its run of sort_book_sweep."""
    from heptathlon.running import runs
    from heptathlon.scorers import sort
    from heptathlon.scoring import scorecard

    _, scored = scorecard.score_run(runs.read_run(folder), details=False)
    try:
        prompts = sort.sweep([one.row for one in scored if one.family == "sort"])
    except ValueError:
        raise HeptathlonError(
            f"{folder}: holds no prompt sweep; run heptathlon_sort_book_sweep (or its tier _lite "
            "or _smoke) first."
        ) from None
    option = f"--metadata '{json.dumps({'prompt': prompts[0].number})}'"
    if as_json:
        print_json({"prompt": prompts[0].number, "prompts": [p._asdict() for p in prompts]})
        return
    table = Table("prompt", "accuracy", "share of A", "validation pairs", title="Best first")
    for one in prompts:
        table.add_row(str(one.number), f"{one.acc:.3f}", f"{one.a_rate:.3f}", str(one.pairs))
    out.print(table)
    out.print(f"Ask Book-SORT in prompt {prompts[0].number}: {option}")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder that a run wrote.")],
    form: Annotated[
        str, typer.Option("--format", help="eval-results, every-eval-ever or model-index.")
    ],
    model_name: Annotated[str, typer.Option(help="org/name of the model on the Hub.")],
    organisation: Annotated[
        str, typer.Option("--org", envvar="HEPTATHLON_HUB_ORG", help="Whose sets were answered.")
    ],
) -> None:
    """Print a run's scores in a form that others read: for a model's repository, or a store."""
    from heptathlon.leaderboard import export as exporting
    from heptathlon.running import runs
    from heptathlon.scoring import scorecard

    run = runs.read_run(folder)
    card, _ = scorecard.score_run(run, details=False)
    sys.stdout.write(exporting.exported(form, run, card, model_name, organisation))
