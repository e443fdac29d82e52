"""Many models on many events."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Column, Table

from heptathlon.cli.plan import Price, Rate, span, time_words
from heptathlon.cli.terminal import REFUSED, Json, err, out, print_json

app = typer.Typer()

Ray = Annotated[
    str, typer.Option("--ray", help="Address of a Ray cluster, auto, or local; none if left out.")
]


@app.command()
def sweep(
    file: Annotated[Path, typer.Argument(metavar="SWEEP.yaml", help="Models and tasks.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the cells and what each costs; run none.")
    ] = False,
    ray: Ray = "",
    prompt_rate: Rate = None,
    generation_rate: Rate = None,
    prompt_price: Price = None,
    generation_price: Price = None,
    cached_price: Price = None,
    as_json: Json = False,
) -> None:
    """Run every model of a file on every event, on a Ray cluster or here; go on where it stopped.

    A cell that fails keeps its log and stops no other; the exit code is then 1.
    """
    from heptathlon.running import noise, planning, tokenizing
    from heptathlon.running.sweeps import costs, files, spread

    noise.prepare()
    cells = files.read(file)
    rates = tokenizing.Rates(prompt_rate, generation_rate)
    prices = planning.Prices(prompt_price, generation_price, cached_price)
    plans, without = costs.plans(cells, rates, prices)
    if dry_run:
        if as_json:
            print_json([_as_data(cell, plans.get(cell.name)) for cell in cells])
        else:
            _print(cells, plans, without)
        return
    tokens = {
        name: plan.total.prompt_tokens + plan.total.generation_tokens
        for name, plan in plans.items()
    }
    came = spread.run(cells, lambda text: err.print(escape(text)), ray=ray, tokens=tokens)
    if as_json:
        print_json(
            {
                name: {"ok": one.ok, "said": one.said, "seconds": one.seconds}
                for name, one in came.items()
            }
        )
    if not all(one.ok for one in came.values()):
        raise typer.Exit(REFUSED)


def _as_data(cell: Any, plan: Any) -> dict[str, Any]:
    from heptathlon.running.sweeps.cells import is_done

    return {
        "cell": cell.name,
        "done": is_done(cell),
        "folder": str(cell.folder),
        **cell.asked(),
        "cpus": cell.cpus,
        "gpus": cell.gpus,
        "plan": plan and plan.to_json()["total"],
    }


def _print(cells: Any, plans: Any, without: Any) -> None:
    from heptathlon.running.planning import Tokens
    from heptathlon.running.sweeps.cells import is_done

    rows = {cell.name: plans[cell.name] for cell in cells if cell.name in plans}
    whole = sum((plan.total for plan in rows.values()), Tokens())
    known = next(iter(rows.values()), None)
    spent = known is not None and (known.seconds(whole) or known.cost(whole))
    names = ["prompt", "written ≤", *(["time", "cost"] if spent else [])]
    table = Table(
        Column("cell", overflow="fold"),
        *(Column(name, no_wrap=True, justify="right") for name in names),
        box=None,
    )

    def figures(tokens: Tokens, plan: Any) -> list[str]:
        counts = [f"{tokens.prompt_tokens:,}", f"{tokens.generation_tokens:,}"]
        if not spent:
            return counts
        cost = span(plan.cost(tokens), "{:,.2f}".format)
        return [*counts, span(plan.seconds(tokens), time_words), cost]

    for cell in cells:
        name = escape(cell.name) + (" (done)" if is_done(cell) else "")
        if cell.name in rows:
            table.add_row(name, *figures(rows[cell.name].total, rows[cell.name]))
        else:
            table.add_row(name, *["-"] * len(names))
    if known is not None:
        table.add_row("all", *figures(whole, known))
    out.print(table)
    for why in dict.fromkeys(without.values()):
        count = sum(one == why for one in without.values())
        out.print(f"{count} cells without a plan: {why}", markup=False)
