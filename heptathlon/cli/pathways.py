"""The routes of texts through a mixture of experts."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from heptathlon.cli.terminal import out

app = typer.Typer()


@app.command()
def pathways(
    model: Annotated[str, typer.Option(help="Folder or Hub name of a checkpoint.")],
    to: Annotated[Path, typer.Option("--out", help="File of its routes, .routes.json.")],
    texts: Annotated[
        Path | None,
        typer.Option(help="JSON lines with text and group; prompts of icl if left out."),
    ] = None,
    revision: Annotated[str, typer.Option(help="Branch or commit on the Hub.")] = "",
    tokens: Annotated[int, typer.Option(min=2, help="Tokens of a text at most.")] = 128,
    batch_size: Annotated[int, typer.Option(min=1, help="Texts read together.")] = 8,
    device: Annotated[str, typer.Option(help="Where the model runs.")] = "cpu",
    dtype: Annotated[str, typer.Option(help="Number format of the weights.")] = "auto",
) -> None:
    """Write which experts the tokens of fixed texts go to; a study of that kind compares files.

    Read is what each router itself returns, in any mixture of experts of transformers 5.
    """
    from heptathlon.models import routers, routes

    asked = routes.read_texts(texts)
    options = {"dtype": dtype, **({"revision": revision} if revision else {})}
    found = routers.read(
        model, asked, tokens=tokens, batch_size=batch_size, device=device, options=options
    )
    routes.write(to, found)
    loss = sum(one.loss for one in found.routes) / len(found.routes)
    out.print(
        f"{len(found.routes)} texts through {len(found.layers)} layers of {found.experts} experts, "
        f"{found.chosen} a token; loss {loss:.3f}"
    )
    out.print(escape(str(to)))
