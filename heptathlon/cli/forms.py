"""How far scores are the prompt's: the eight forms of one model, or of several side by side."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from heptathlon.cli.terminal import Json, out, print_json
from heptathlon.errors import HeptathlonError
from heptathlon.harmless import label

app = typer.Typer()


@app.command()
def forms(
    folders: Annotated[list[Path], typer.Argument(metavar="RUN…", help="Runs of run --form.")],
    as_json: Json = False,
) -> None:
    """Set the prompt forms of runs side by side; from three models on, whether they agree."""
    from heptathlon.running import runs
    from heptathlon.scoring import prompt_forms, scorecard

    found: dict[str, list[tuple[str, Any]]] = {}
    for folder in folders:
        card, _ = scorecard.score_run(runs.read_run(folder))
        ones = [one for family in card.families.values() for one in family.prompt_forms]
        if not ones:
            raise HeptathlonError(
                f"{folder}: has no two prompt forms of a task; run it with --form all."
            )
        for one in ones:
            found.setdefault(one.variant, []).append((card.model.name, one))
    agreed = {
        variant: prompt_forms.agreement([card for _, card in models])
        for variant, models in found.items()
    }
    if as_json:
        print_json(
            {
                variant: {
                    "models": [{"model": name, **card.model_dump()} for name, card in models],
                    "kendall_tau": vars(agreed[variant]) if agreed[variant] else None,
                }
                for variant, models in found.items()
            }
        )
        return
    for variant, models in found.items():
        out.print(_table(variant, models))
        out.print(_agreement(len(models), agreed[variant]), markup=False)


def _table(variant: str, models: list[tuple[str, Any]]) -> Table:
    table = Table("", *(escape(label(name, 40)) for name, _ in models), title=variant, box=None)
    cards = [card for _, card in models]
    for rows in zip(*(card.forms for card in cards), strict=True):
        table.add_row(f"form {rows[0].number}", *(f"{row.accuracy.value:.3f}" for row in rows))
    table.add_row("mean", *(f"{c.mean.value:.3f}" for c in cards))
    table.add_row("always, ever", *(f"{c.always.value:.3f}, {c.ever.value:.3f}" for c in cards))
    table.add_row("sigma (equal <)", *(f"{c.sigma:.3f} ({c.sigma_null_95:.3f})" for c in cards))
    table.add_row("max-min (equal)", *(f"{c.range:.3f} ({c.range_null:.3f})" for c in cards))
    table.add_row("p of Cochran's Q", *(f"{c.p:.3f}" for c in cards))
    for name in cards[0].effects:
        table.add_row(name, *(_effect(card.effects.get(name)) for card in cards))
    return table


def _effect(one: Any) -> str:
    if one is None or one.value is None:
        return "-"
    ends = "" if one.low is None else f" ({one.low:+.2f} to {one.high:+.2f})"
    return f"{one.value:+.3f}{ends}"


def _agreement(models: int, found: Any) -> str:
    if found is None:
        return f"order of models between forms: {models} of them are too few; it takes three"
    if found.mean is None:
        return "order of models between forms: every form has all models level"
    return (
        f"order of models between forms: Kendall's tau {found.mean:.2f} on average and "
        f"{found.lowest:.2f} at least, over {found.pairs} pairs of forms"
    )
