"""Studies: several runs made and scored together."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer
from rich.markup import escape
from rich.table import Table

from heptathlon.cli.sweep import Ray
from heptathlon.cli.terminal import Json, err, out, print_json
from heptathlon.errors import HeptathlonError

app = typer.Typer(no_args_is_help=True)

StudyFile = Annotated[Path, typer.Argument(metavar="STUDY.yaml", help="The study file.")]


@app.command("run")
def study_run(file: StudyFile, ray: Ray = "") -> None:
    """Run every checkpoint of a study that was not run before; text and pictures apart."""
    from heptathlon.studies import study

    for folder in study.run_study(
        study.read_study(file), lambda text: err.print(escape(text)), ray
    ):
        out.print(str(folder))
    err.print(f"next: heptathlon study score {escape(str(file))}")


@app.command("score")
def study_score(
    file: StudyFile,
    as_json: Json = False,
    to: Annotated[
        Path | None, typer.Option("--out", help="Folder; the file's if left out.")
    ] = None,
) -> None:
    """Score a study's runs together; write its card (JSON) and its report (HTML)."""
    from heptathlon.files import dump_json, write_text_atomic
    from heptathlon.pages.studies import view_of
    from heptathlon.studies import study

    asked = study.read_study(file)
    view = view_of(asked.kind)
    card = study.score_study(asked)
    target = to or file.parent
    write_text_atomic(target / f"{file.stem}.card.json", dump_json(card.model_dump()))
    report = target / f"{file.stem}.report.html"
    write_text_atomic(report, view.page(card))
    if as_json:
        print_json(card.model_dump())
        return
    out.print(view.tables(card))
    out.print(str(report))


@app.command("figure")
def study_figure(
    cards: Annotated[list[Path], typer.Argument(metavar="CARD.json…", help="Scored studies.")],
    to: Annotated[Path, typer.Option("--out", help="The picture, .svg.")],
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            "--metric", help="A metric to draw of each; may be repeated. Default: strict."
        ),
    ] = None,
) -> None:
    """Draw scored studies below one another, the matrix beside the curves, as one SVG."""
    from heptathlon.files import write_text_atomic
    from heptathlon.pages.studies import figure_of
    from heptathlon.studies.study import read_card

    write_text_atomic(to, figure_of([read_card(card) for card in cards], metrics or ()))
    out.print(str(to))


@app.command("board")
def study_board(
    cards: Annotated[list[Path], typer.Argument(metavar="CARD.json…", help="Scored studies.")],
    to: Annotated[Path, typer.Option("--out", help="The page, .html.")],
) -> None:
    """List scored continual studies on one page: method by base by order of the tasks."""
    from heptathlon.files import write_text_atomic
    from heptathlon.pages import study_board
    from heptathlon.studies.study import read_card

    write_text_atomic(to, study_board.render([(read_card(c), _page_of(c, to)) for c in cards]))
    out.print(str(to))


def _page_of(card: Path, board: Path) -> str:
    """Return the address of a card's own page from the board's; empty if it is not there."""
    page = card.with_name(f"{card.name.removesuffix('.card.json')}.report.html")
    if not page.is_file():
        return ""
    relative = Path(os.path.relpath(page.resolve(), board.resolve().parent))
    return "/".join(quote(part) for part in relative.parts)


@app.command("matrix")
def study_matrix(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="MATRIX…",
            help="A matrix, .json or .csv; of several task orders mean and spread are shown.",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Print every continual-learning figure of a matrix of scores."""
    from heptathlon.scorers import continual

    matrices = [continual.read_matrix(file) for file in files]
    for file, matrix in zip(files, matrices, strict=True):
        if set(matrix.tasks) != set(matrices[0].tasks):
            raise HeptathlonError(
                f"{file}: has other tasks than {files[0]}; average orders of the same tasks."
            )
    measured = [continual.measure(matrix) for matrix in matrices]
    says, sources = continual.says(), continual.sources()
    if len(measured) == 1:
        figures = measured[0]
        if as_json:
            print_json({n: {"value": f.value, "reason": f.reason} for n, f in figures.items()})
            return
        table = Table("figure", "value", "formula, or why there is none", "by", box=None)
        for name, figure in figures.items():
            table.add_row(name, _number(figure.value), escape(figure.reason or says[name]),
                          sources[name])  # fmt: skip
        out.print(table)
        return
    spread = continual.spread_of_orders(measured)
    if as_json:
        print_json({name: asdict(one) for name, one in spread.items()})
        return
    table = Table("figure", "mean", "sd", "least", "most", "formula, or why there is none", "by",
                  box=None)  # fmt: skip
    for name, one in spread.items():
        table.add_row(name, *map(_number, (one.mean, one.sd, one.least, one.most)),
                      escape(one.reason or says[name]), sources[name])  # fmt: skip
    out.print(table)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
