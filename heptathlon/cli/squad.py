"""SQuAD 2.0's official scores of a file of predictions, as its own script reads it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from heptathlon.cli.terminal import Json, out, print_json
from heptathlon.errors import HeptathlonError

app = typer.Typer()
MAX_BYTES = 2**28


@app.command()
def squad(
    predictions: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON: a text by question, empty for none.")
    ],
    no_answer: Annotated[
        Path | None,
        typer.Option("--na-prob", help="JSON: the probability of no answer by question."),
    ] = None,
    threshold: Annotated[
        float, typer.Option(help="Probability above which a prediction is taken for none.")
    ] = 1.0,
    as_json: Json = False,
) -> None:
    """Score predictions for SQuAD 2.0's development set as its official script does.

    A missing prediction is refused, where that script leaves the question out. best_exact and
    best_f1 choose their threshold on the very data: upper bounds, by the name that they have there.
    """
    from heptathlon.builders.abstain import squad as published
    from heptathlon.builders.sources import fetch
    from heptathlon.scorers import squad as scoring

    said = _read(predictions, str)
    doubts = _read(no_answer, float) if no_answer else None
    path = fetch(published.DEV)
    published.check(path)
    questions = {one.question_id: one.answers for one in published.read(path)}
    try:
        found = scoring.evaluate(questions, said, doubts, threshold)
    except ValueError as error:
        raise HeptathlonError(
            f"{predictions}: {error}; the official script would leave such questions out, which "
            "makes scores of another set: predict them all."
        ) from None
    flat: dict[str, Any] = {"exact": found.exact, "f1": found.f1, "total": found.total}
    for part, figures in found.parts.items():
        flat |= {f"{part}_{name}": value for name, value in figures.items()}
    flat |= found.best
    if as_json:
        print_json(flat)
        return
    for name, value in flat.items():
        out.print(f"{name:>18} {value:.2f}" if isinstance(value, float) else f"{name:>18} {value}")
    if found.best:
        out.print("best_*: chosen on these very data, so upper bounds and no results")


def _read(path: Path, kind: type) -> dict[str, Any]:
    """Return a file's values by question.

    Raises:
        HeptathlonError: naming the file, and the question with a wrong value.
    """
    from heptathlon.files import read_json_strict

    found = read_json_strict(path, max_bytes=MAX_BYTES)
    what = "text" if kind is str else "number"
    if not isinstance(found, dict):
        raise HeptathlonError(f"{path}: is no object that has a {what} by question.")
    for name, value in found.items():
        right = isinstance(value, str if kind is str else int | float)
        if not right or isinstance(value, bool):
            raise HeptathlonError(f"{path}: the value of {name!r:.60} is no {what}.")
    return found
