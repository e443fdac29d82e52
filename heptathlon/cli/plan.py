"""What a run will ask and cost, before it."""

from typing import Annotated, Any

import typer
from rich.table import Column, Table

from heptathlon.cli.terminal import Json, out, print_json
from heptathlon.errors import HeptathlonError

app = typer.Typer()

Rate = Annotated[float | None, typer.Option(help="Tokens a second.")]
Price = Annotated[float | None, typer.Option(help="Price of a million tokens.")]


@app.command()
def plan(
    tasks: Annotated[str, typer.Option(help="Families, variants, tasks, groups, with commas.")],
    tier: Annotated[str, typer.Option(help="Size of the sets, where --tasks says none.")] = "",
    tokenizer: Annotated[str, typer.Option(help="Folder or Hub name; the model's own.")] = "",
    model: Annotated[str, typer.Option(help="Class of models, as run takes it.")] = "",
    model_args: Annotated[
        str, typer.Option("--model_args", help="Its arguments, such as pretrained=NAME.")
    ] = "",
    limit: Annotated[float | None, typer.Option(help="Documents of each task, as in run.")] = None,
    apply_chat_template: Annotated[
        bool, typer.Option("--apply_chat_template", help="Ask in the tokenizer's conversations.")
    ] = False,
    system_instruction: Annotated[
        str | None, typer.Option("--system_instruction", help="Said before each conversation.")
    ] = None,
    generated: Annotated[
        bool, typer.Option("--generated", help="Generated twins in place of likelihood tasks.")
    ] = False,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Load the model and time a few requests.")
    ] = False,
    batch_size: Annotated[int, typer.Option("--batch_size", min=1, help="Of the calibration.")] = 1,
    device: Annotated[str | None, typer.Option(help="Of the calibration.")] = None,
    prompt_rate: Rate = None,
    generation_rate: Rate = None,
    prompt_price: Price = None,
    generation_price: Price = None,
    cached_price: Price = None,
    as_json: Json = False,
) -> None:
    """Count what a run will ask: requests, tokens, time and cost; no weights are loaded."""
    from heptathlon.running import noise, planning, tokenizing

    noise.prepare()
    found = planning.plan(
        [name for one in tasks.split(",") if (name := one.strip())],
        tier,
        tokenizer=tokenizer,
        model=model,
        model_args=_arguments(model_args),
        asking=planning.Asking(
            limit,
            apply_chat_template,
            system_instruction,
            generated,
        ),
        rates=tokenizing.Rates(prompt_rate, generation_rate),
        prices=planning.Prices(prompt_price, generation_price, cached_price),
        calibrate=calibrate,
        batch_size=batch_size,
        device=device,
    )
    if as_json:
        print_json(found.to_json())
    else:
        _print(found)


def _arguments(text: str) -> dict[str, Any]:
    """Return model arguments, which are JSON or lm-eval's ``name=value,…``."""
    from heptathlon.running.arguments import typed

    try:
        return typed(text)
    except ValueError as error:
        raise HeptathlonError(
            f"--model_args: no name=value,… and no JSON object ({error})."
        ) from None


def _print(found: Any) -> None:
    rows = {" ".join(event): tokens for event, tokens in found.events().items()}
    rows["all"] = found.total
    counts = _table("event", "requests", "prompt", "shared", "written ≤", "longest")
    for name, tokens in rows.items():
        counts.add_row(
            name,
            f"{tokens.requests:,}",
            f"{tokens.prompt_tokens:,}",
            f"{tokens.shared:.0%}",
            f"{tokens.generation_tokens:,}",
            f"{tokens.longest_prompt:,}",
        )
    out.print(counts)
    if any(found.seconds(tokens) or found.cost(tokens) for tokens in rows.values()):
        spent = _table("event", "time", "cost")
        for name, tokens in rows.items():
            time, cost = found.seconds(tokens), found.cost(tokens)
            spent.add_row(name, span(time, time_words), span(cost, "{:,.2f}".format))
        out.print()
        out.print(spent)
    out.print(f"\ntokens of {found.tokenizer}; shared: what a prefix cache can serve", markup=False)
    read, write = found.rates
    if read is not None:
        more = f", {write:,.0f} written" if write is not None else ""
        out.print(f"tokens a second: {read:,.0f} read{more}")
    if found.total.pictures:
        out.print(f"without the tokens of {found.total.pictures:,} pictures")


def _table(first: str, *names: str) -> Table:
    columns = [Column(name, no_wrap=True, justify="right") for name in names]
    return Table(Column(first, no_wrap=True), *columns, box=None)


def span(ends: Any, form: Any) -> str:
    """Return the least and the most of a figure for a table."""
    return "-" if ends is None else " to ".join(dict.fromkeys(map(form, ends)))


def time_words(seconds: float) -> str:
    """Return a time for a table."""
    from heptathlon.running.sweeps import progress

    return progress.in_words(seconds)
