"""Rebuild RAR-b's published files from the original data and show that each is byte-exact.

``python -m heptathlon.builders.rarb.rebuild arc piqa --out FOLDER``
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from heptathlon.builders import sources
from heptathlon.builders.rarb import originals
from heptathlon.builders.rarb.originals import Rebuilt
from heptathlon.builders.rarb.published import Published, published, published_tasks
from heptathlon.builders.sources import Source
from heptathlon.errors import HeptathlonError
from heptathlon.files import write_bytes_atomic

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class Verdict:
    """What came of one file.

    Attributes:
        file: path of the file below the output folder, such as ``piqa/queries.jsonl``.
        says: the verdict, in words.
        rebuilt: the file; None if it could not be rebuilt, or is not the published one.
    """

    file: str
    says: str
    rebuilt: Rebuilt | None = None


def verdicts(tasks: Sequence[Published], absent: Collection[Source]) -> Iterator[Verdict]:
    """Yield what comes of each task's query and corpus file, of those that are not absent."""
    for task in tasks:
        for part, made_of, make in (
            ("queries", originals.queries_from, originals.queries),
            ("corpus", originals.corpus_from, originals.corpus),
        ):
            yield _verdict(f"{task.name}/{part}.jsonl", task, made_of(task), make, absent)


def _verdict(
    file: str,
    task: Published,
    made_of: Sequence[Source],
    make: Callable[[Published], Rebuilt],
    absent: Collection[Source],
) -> Verdict:
    if lacks := [s for s in made_of if s in absent]:
        return Verdict(file, f"not rebuilt: lacks {', '.join(map(str, lacks))}")
    try:
        rebuilt = make(task)
    except HeptathlonError as error:
        return Verdict(file, f"not rebuilt: {error}")
    size = f"{len(rebuilt.data):,} bytes, sha256 {rebuilt.sha256}"
    if rebuilt.exact:
        return Verdict(file, f"{size}: byte for byte the published file", rebuilt)
    return Verdict(
        file,
        f"{size}: as many bytes as the published file, whose order is not known; the checksums "
        "cannot be compared",
        rebuilt,
    )


@app.command()
def rebuild(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[TASK]...", help="All if left out.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write the files to.")] = None,
) -> None:
    """Rebuild the query and corpus files of tasks; 1 unless each is the published one.

    Original files that cannot be had are named first; what does not need them is rebuilt.
    """
    tasks = [published(name) for name in names or published_tasks()]
    absent = sources.absent(
        *(s for t in tasks for s in (*originals.queries_from(t), *originals.corpus_from(t)))
    )
    if absent:
        typer.echo(sources.cannot_be_had(absent), err=True)
    whole = True
    for verdict in verdicts(tasks, absent):
        typer.echo(f"{verdict.file}: {verdict.says}")
        whole &= verdict.rebuilt is not None and verdict.rebuilt.exact
        if verdict.rebuilt and out:
            write_bytes_atomic(out / verdict.file, verdict.rebuilt.data)
    raise typer.Exit(0 if whole else 1)


if __name__ == "__main__":
    try:
        app()
    except HeptathlonError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(1) from None
