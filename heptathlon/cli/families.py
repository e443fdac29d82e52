"""What there is to be asked: the families, and each one's groups, variants and players."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.table import Column, Table

from heptathlon import families
from heptathlon.cli.terminal import Json, complete_family, out, print_json
from heptathlon.families import Family

app = typer.Typer()


@app.command("ls")
def list_families(
    family: Annotated[
        str, typer.Argument(help="A family; all if left out.", autocompletion=complete_family)
    ] = "",
    as_json: Json = False,
) -> None:
    """List the families, or one family's variants, tiers and players."""
    chosen = [families.family(family)] if family else list(families.FAMILIES.values())
    if as_json:
        print_json({"families": [_row(one) for one in chosen]})
    elif family:
        _print_family(chosen[0])
    else:
        _print_families(chosen)


def _row(family: Family) -> dict[str, object]:
    return {
        "name": family.name,
        "title": family.title,
        "paper": family.paper.url,
        "headline": family.headline.metric,
        "chance": family.chance,
        "human": family.human.value if family.human else None,
        "ceiling": family.ceiling,
        "editions": list(family.editions),
        "tasks": list(family.tasks()),
        "version": family.version,
        "role": family.role,
    }


def _print_families(chosen: list[Family]) -> None:
    table = Table(Column("family", no_wrap=True), "role", "asks", "headline", box=None)
    for family in chosen:
        table.add_row(family.name, family.role, family.question, family.headline.metric)
    out.print(table)
    out.print("\nheptathlon ls FAMILY lists its variants and players.", markup=False)


def _print_family(family: Family) -> None:
    from heptathlon.tasks import catalog
    from heptathlon.tasks.players import STANDARD, player_of, players_of

    out.print(f"{family.title}: {family.question}", markup=False)
    out.print(
        f"{family.role}; headline {family.headline.metric}, chance {family.chance:g}, ceiling "
        f"{family.ceiling:g}; {family.paper.url}\n",
        markup=False,
    )
    table = Table("variant", "edition", "asked by", "tiers", box=None, title="Variants")
    for row in catalog.table_of(family).variants:
        task = families.task_name(f"{family.name}_{row.name}", row.tiers[0])
        how = "a text" if catalog.is_generated(task) else "likelihoods"
        table.add_row(f"{family.name}_{row.name}", row.edition, how, " ".join(row.tiers))
    for column in table.columns:
        column.no_wrap = True
    out.print(table)
    out.print("\ngroups: " + ", ".join(_groups(family)) + "\n", markup=False)
    players = Table(Column("player", no_wrap=True), "what it does", box=None, title="Players")
    also = {player_of(family.name, name).name: name for name in STANDARD}
    for one in players_of(family.name).values():
        name = also.get(one.name, one.name)
        players.add_row(one.name + f" ({name})" * (name != one.name), one.says)
    out.print(players)


def _groups(family: Family) -> Iterator[str]:
    """Yield a family's groups without the prefix, each with the tiers that it has."""
    from heptathlon.tasks import catalog

    for group in catalog.table_of(family).groups:
        name = f"{family.name}_{group.name}" if group.name else family.name
        yield f"{name} ({' '.join(group.tiers)})"
