"""Data sets: what there is, how they are built, published and looked at."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from heptathlon import families, salts
from heptathlon.cli.terminal import Edition, Family, Season, Tier, complete_name, err, out
from heptathlon.errors import HeptathlonError

app = typer.Typer()


@app.command()
def path() -> None:
    """Print the folder for lm_eval's --include_path."""
    from heptathlon.tasks.derived import include_path

    sys.stdout.write(f"{include_path()}\n")


@app.command()
def build(
    family: Family,
    edition: Edition = "fresh",
    tier: Tier = "full",
    season: Season = families.CURRENT_SEASON,
    to: Annotated[Path | None, typer.Option("--out", help="Folder; the cache if left out.")] = None,
    text: Annotated[
        list[Path] | None,
        typer.Option(
            help="Your own files, one or more: plain text or Markdown (longcontext, sort), CSV "
            "(recall), samples of a first stage (rarb)."
        ),
    ] = None,
    more: Annotated[list[Path] | None, typer.Argument(hidden=True)] = None,
    length: Annotated[
        list[int] | None, typer.Option(help="Words of the excerpts of own texts.")
    ] = None,
    excerpts: Annotated[
        int, typer.Option(min=1, help="Excerpts of each own text, length and segment length.")
    ] = 20,
    train: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Write so many mazes of each kind and side to train on, none of which is asked "
            "(maze, paper edition).",
        ),
    ] = None,
    side: Annotated[
        list[int] | None, typer.Option(help="Sides of the mazes to train on; all if left out.")
    ] = None,
    corpus: Annotated[
        bool, typer.Option("--corpus", help="Write what a model is trained on, and no probe of it.")
    ] = False,
) -> None:
    """Build a data set: parquet, manifest and card. An interrupted build goes on.

    A set that is there is checked, file by file, and made anew where it is damaged.
    HEPTATHLON_SALT, where it is set, makes the hidden split of that salt.
    """
    from rich.progress import Progress

    from heptathlon.builders import store

    if train is not None:
        _build_train(family, edition, season, train, side or [], to)
        return
    if side:
        raise typer.BadParameter("sides go with --train", param_hint="--side")
    if corpus:
        _build_corpus(family, edition, tier, season, to)
        return
    if text:
        _build_own(family, [*text, *(more or [])], length or [], excerpts, to)
        return
    if more or length:
        raise typer.BadParameter("files and lengths go with --text", param_hint="--text")
    name = store.SetName(family, edition, tier, season, salts.named())
    with Progress(console=err, transient=True) as bar:
        task = bar.add_task(name.folder, total=None)

        def progress(shard: str, number: int, count: int) -> None:
            bar.update(task, total=count, completed=number, description=f"{name.folder} {shard}")

        folder = store.ensure(name, out=to, progress=progress, check=True)
    manifest = store.read_manifest(folder)
    table = Table("config", "split", "records", "bytes", box=None)
    for entry in manifest.files:
        table.add_row(entry.config, entry.split, f"{entry.records:,}", f"{entry.bytes:,}")
    out.print(table)
    out.print(f"digest {manifest.digest}\n{folder}")


def _build_train(
    family: str, edition: str, season: str, count: int, sides: list[int], to: Path | None
) -> None:
    from heptathlon.builders import store

    # The name is checked as that of any other set; a hidden one is asked of no training.
    name = store.SetName(family, edition, season=season)
    made = getattr(store.builder_of(family), "train", None)
    if made is None or edition != "paper":
        raise HeptathlonError(
            f"{family}, edition {edition}: has no training part; maze --edition paper has one."
        )
    folder = made.write(count, season=name.season, sides=sides, out=to)
    table = Table("distribution and side", "mazes", "bytes", box=None)
    for path in sorted(folder.glob(f"*/{made.FILE}")):
        table.add_row(path.parent.name, f"{count:,}", f"{path.stat().st_size:,}")
    out.print(table)
    out.print(str(folder))


def _build_corpus(family: str, edition: str, tier: str, season: str, to: Path | None) -> None:
    from heptathlon import salts
    from heptathlon.builders import store

    # The name is checked as that of any other set: family, edition, tier, season and salt.
    name = store.SetName(family, edition, tier, season, salts.named())
    made = getattr(store.builder_of(family), "corpus", None)
    if made is None:
        raise HeptathlonError(f"{family} has no corpus to train on; facts has one.")
    folder = made.write(name.edition, name.tier, name.season, name.salt, to)
    table = Table("file", "lines", box=None)
    for path, file in made.check(folder).files.items():
        if file.lines and "/" not in path:
            table.add_row(path, f"{file.lines:,}")
    out.print(table)
    out.print(f"digest {made.check(folder).digest}\n{folder}")


def _build_own(
    family: str, files: list[Path], lengths: list[int], excerpts: int, to: Path | None
) -> None:
    from heptathlon.builders import store

    builder = store.builder_of(family)
    own = getattr(builder, "own", None)
    if own is None:
        raise HeptathlonError(
            f"{family} is not built from own files; longcontext, rarb, recall and sort are."
        )
    folder = own.build(files, lengths=lengths, excerpts=excerpts, out=to)
    manifest = store.read_manifest(folder)
    for entry in manifest.files:
        out.print(f"{entry.config} {entry.records:,} records")
    out.print(f"digest {manifest.digest}\n{folder}")
    err.print(
        f"next: {store.OWN_FOLDER}={folder} heptathlon run --tasks heptathlon_{family}_"
        f"{getattr(builder, 'OWN_GROUP', 'own_texts')} …"
    )


@app.command()
def push(
    family: Family,
    repository: Annotated[str, typer.Option("--repo", help="ORG/NAME of the data set.")],
    edition: Edition = "fresh",
    tier: Tier = "full",
    season: Season = families.CURRENT_SEASON,
    dry_run: Annotated[
        bool, typer.Option(help="Show what would be sent, and send nothing.")
    ] = False,
) -> None:
    """Publish a data set on the Hub: one commit or none, a tag a season. It may be repeated.

    Each row has prompt and target beside its record, as a model sees them.
    """
    from heptathlon.builders import publish, store

    name = store.SetName(family, edition, tier, season)
    publish.refuse_early(name, repository)
    folder = store.ensure(name, progress=store.log_progress(name))
    change = publish.push(name, folder, repository, dry_run=dry_run)
    table = Table("", "file", "bytes", box=None)
    for row in publish.summary(change):
        table.add_row(row["what"], row["path"], f"{row['bytes']:,}")
    if change.commits:
        out.print(table)
    where = f"{repository}, tag {change.tag}"
    if not change.commits:
        out.print(f"nothing to send: it is there already; {where}")
    elif dry_run:
        out.print(f"dry run: nothing was sent; this would be, to {where}")
    else:
        out.print(f"sent; {where}")


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            help="A family, whose first task is shown; a variant; or lm-eval's name of a task.",
            autocompletion=complete_name,
        ),
    ],
    n: Annotated[int, typer.Option("-n", min=1, help="How many items of a task.")] = 3,
    task: Annotated[str, typer.Option(help="lm-eval's name, in place of the first one.")] = "",
    tier: Annotated[
        str, typer.Option(help="Size of the set, where the name does not say it; smoke.")
    ] = "",
    num_fewshot: Annotated[int, typer.Option(min=0, help="Examples before each item.")] = 0,
    pictures: Annotated[
        Path | None, typer.Option(help="Folder for the pictures that items show.")
    ] = None,
) -> None:
    """Print items exactly as a model sees them, each with its gold answer."""
    import heptathlon as hept

    for item in hept.prompts(*_shown(task or name, tier), n=n, fewshot=num_fewshot):
        out.rule(escape(f"{item.task}, item {item.number}: {item.item_id}"))
        sys.stdout.write(f"{item.text}\n")
        for number, picture in enumerate(item.pictures, start=1):
            out.print(f"[dim]picture {number}:[/dim] {_saved(picture, item, number, pictures)}")
        for option in item.options:
            out.print(f"[dim]option:[/dim] {escape(option)}")
        out.print(f"[dim]gold:[/dim] {escape(item.target)}\n")


def _shown(name: str, tier: str) -> tuple[str, str]:
    """Return the name of what is shown, and its tier."""
    if name.startswith("heptathlon"):
        return name, tier
    if name in families.FAMILIES:
        name = families.FAMILIES[name].headline.variants[0]
    return name, tier or "smoke"


def _saved(picture: Any, item: Any, number: int, folder: Path | None) -> str:
    """Save a picture, and say where; without a folder, say how large it is and how it is saved."""
    if folder is None:
        return f"{picture.width} x {picture.height}; --pictures FOLDER saves it"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{item.task}-{item.number}-{number}.png"
    picture.save(path)
    return escape(str(path))
